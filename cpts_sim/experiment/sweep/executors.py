"""Who computes: any ``concurrent.futures.Executor``. Here, this process, its own processes, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.workers import _main_hidden, _stop, live_with_parent, usable_cores
from cpts_sim.words import say

RECYCLE = 100
"""Jobs a process computes before it is replaced, so that no leak lasts."""
CONNECT_SECONDS = 20.0
"""Longest wait for a scheduler."""
BASE_MB, PERSON_MB = 400.0, 0.006
"""Memory of a run: measured 0.19 GB at 3 000 inhabitants and 0.25 GB at 28 000, doubled."""


class Serial(Executor):
    """Computes at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute now and return a finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # an executor hands every failure over in the future
            future.set_exception(error)
        return future


class _Slot:
    """One process, replaced when it has worked enough or has died."""

    def __init__(self, recycle: int) -> None:
        self.recycle = recycle
        self.waiting = 0
        self._taken = 0
        self._pool: ProcessPoolExecutor | None = None
        self._retired: list[ProcessPoolExecutor] = []

    def submit(self, fn: Callable[..., Any], job: Any) -> Future[Any]:
        if self._pool is not None and self._taken >= self.recycle:
            self._retire()
        try:
            future = self._start(fn, job)
        except BrokenExecutor:
            self._retire()
            future = self._start(fn, job)
        self._taken += 1
        self.waiting += 1
        future.add_done_callback(self._ended)
        return future

    def _start(self, fn: Callable[..., Any], job: Any) -> Future[Any]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), live_with_parent)
            self._taken = 0
        with _main_hidden(job):
            return self._pool.submit(fn, job)

    def _ended(self, future: Future[Any]) -> None:
        self.waiting -= 1

    def _retire(self) -> None:
        """Let the process finish what it has and take no more; its successor starts meanwhile."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._retired = [*self._retired[-1:], self._pool]
        self._pool = None

    def stop(self) -> None:
        for pool in [*self._retired, self._pool]:
            if pool is not None:
                _stop(pool)


class Processes(Executor):
    """A pool of single processes: one that dies takes only its own jobs with it, and is replaced.

    Args:
        workers: number of processes.
        recycle: jobs a process computes before it is replaced.
    """

    def __init__(self, workers: int, recycle: int = RECYCLE) -> None:
        self._slots = [_Slot(recycle) for _ in range(workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a function and its one argument to the process that has least to do."""
        slot = min(self._slots, key=lambda slot: slot.waiting)
        return slot.submit(fn, args[0])

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every process at once, without waiting for what it still computes."""
        for slot in self._slots:
            slot.stop()


@contextmanager
def opened(workers: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Give an executor and the number of its workers; it is closed afterwards.

    Args:
        workers: processes of this machine; 1 computes in this process.
        scheduler: address of a Dask scheduler to use instead.

    Raises:
        UsageError: Dask is not installed. InputError: no scheduler answers, or it has no worker.
    """
    if scheduler is not None:
        with _dask(scheduler) as pair:
            yield pair
        return
    if workers <= 1:
        yield Serial(), 1
        return
    pool = Processes(workers)
    try:
        yield pool, workers
    finally:
        pool.shutdown()


@contextmanager
def _dask(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        import distributed
    except ImportError:
        raise UsageError(say("sweep.needs_dask")) from None
    try:
        make: Any = distributed.Client
        client: Any = make(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(say("sweep.no_scheduler", address=address, why=why)) from None
    try:
        workers = sum(client.nthreads().values())
        if not workers:
            client.wait_for_workers(1, timeout=60)
            workers = sum(client.nthreads().values())
        yield client.get_executor(pure=False), workers
    except TimeoutError:
        raise InputError(say("sweep.no_worker", address=address)) from None
    finally:
        client.close()


def sensible_workers(inhabitants: float) -> int:
    """Return how many processes the cores and the free memory of this machine allow, at least one."""
    need = BASE_MB + PERSON_MB * inhabitants
    return max(1, min(usable_cores(), int(available_mb() / need)))


def available_mb() -> float:
    """Return the memory that new processes may take, in MB (infinite where the system does not tell)."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("MemAvailable"))) / 1024
    except (OSError, StopIteration, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**21
    except (AttributeError, ValueError, OSError):
        return float("inf")
