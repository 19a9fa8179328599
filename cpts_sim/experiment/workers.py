"""Who computes: this process, processes that never outlive it, or any ``concurrent.futures`` executor that is given."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait as wait_for
from typing import Any, TypeVar

from cpts_sim.engine import compiled
from cpts_sim.errors import CptsSimError, InternalError
from cpts_sim.words import say

T = TypeVar("T")
Job = Callable[[int], T]
"""A picklable function of the rank of a pair."""

RECYCLE = 100
"""Jobs a process computes before it is replaced, so that no leak lasts."""
TRIES = 2
"""A job that has broken this many processes is computed alone."""


def usable_cores() -> int:
    """Return the number of cores this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:
        return max(1, os.cpu_count() or 1)


def live_with_parent() -> None:
    """Prepare a worker: it ends when its parent does, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


# ------------------------------------------------------------------------------------------ executors
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
        with _main_hidden(fn, job):
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
        compiled.load()  # once here, so that not every worker compiles
        self._slots = [_Slot(recycle) for _ in range(workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a function and its one argument to the process that has least to do."""
        slot = min(self._slots, key=lambda slot: slot.waiting)
        return slot.submit(fn, args[0])

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every process at once, without waiting for what it still computes."""
        for slot in self._slots:
            slot.stop()


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop a pool without waiting for what it still computes."""
    processes: dict[int, Any] = dict(getattr(pool, "_processes", None) or {})
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes.values():
        process.terminate()


@contextmanager
def _main_hidden(*jobs: Any) -> Iterator[None]:
    """Spawn workers without running the user's script again in each of them.

    A script that compares at its top level, without the ``if __name__ == "__main__"`` that spawning asks for,
    would otherwise start itself in every worker. Jobs whose model is built by the script itself do need it.
    """
    main = sys.modules["__main__"]
    told = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    if any(getattr(getattr(job, "make", None), "__module__", "") == "__main__" for job in jobs):
        told = {}
    for name in told:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in told.items():
            setattr(main, name, value)


# ------------------------------------------------------------------------------------------ jobs by rank
def results(
    job: Job[T], ranks: Iterator[int], workers: int, executor: Executor | None = None
) -> Generator[tuple[int, T], None, None]:
    """Yield (rank, result) as they come; stop asking for more by closing the iterator.

    Args:
        job: what to compute for a rank.
        ranks: the ranks wanted, in order of need; at most twice as many as workers are started ahead.
        workers: number of processes; 1 computes here.
        executor: compute there instead (a Dask cluster's, for instance).

    Raises:
        InternalError: a pair failed for a reason that is not the user's.
    """
    if executor is None and workers <= 1:
        for rank in ranks:
            yield rank, _sure(rank, partial(job, rank))
        return
    pool = Processes(workers) if executor is None else executor
    try:
        yield from _ahead(job, ranks, 2 * workers, pool)
    finally:
        if executor is None:
            pool.shutdown()


def _ahead(
    job: Job[T], ranks: Iterator[int], most: int, pool: Executor
) -> Generator[tuple[int, T], None, None]:
    """Keep at most ``most`` pairs in flight; one that breaks its process is asked again, then computed alone."""
    waiting: dict[Future[T], int] = {}
    broken: dict[int, int] = {}
    again: list[int] = []
    try:
        while True:
            while len(waiting) < most and (rank := again.pop() if again else next(ranks, None)) is not None:
                waiting[_submit(pool, job, rank)] = rank
            if not waiting:
                return
            for future in sorted(wait(waiting, return_when=FIRST_COMPLETED).done, key=lambda f: waiting[f]):
                rank = waiting.pop(future)
                if not isinstance(future.exception(), BrokenExecutor):
                    yield rank, _sure(rank, future.result)
                    continue
                broken[rank] = broken.get(rank, 0) + 1
                if broken[rank] < TRIES:
                    again.append(rank)
                else:
                    yield rank, _alone(job, rank)
    finally:
        for future in waiting:
            future.cancel()


def _submit(pool: Executor, job: Job[T], rank: int) -> Future[T]:
    try:
        return pool.submit(job, rank)
    except BrokenExecutor as error:
        lost: Future[T] = Future()
        lost.set_exception(error)
        return lost


def _alone(job: Job[T], rank: int) -> T:
    """Compute in a process of its own a pair that has already broken others."""
    pool = Processes(1)
    try:
        future: Future[T] = pool.submit(job, rank)
        return _sure(rank, future.result)
    except BrokenExecutor:
        raise InternalError(say("experiment.pair_killed", pair=rank + 1)) from None
    finally:
        pool.shutdown()


def _sure(rank: int, compute: Callable[[], T]) -> T:
    try:
        return compute()
    except (CptsSimError, BrokenExecutor):
        raise
    except Exception as error:
        raise InternalError(say("experiment.pair_failed", pair=rank + 1, error=_short(error))) from error


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[-1]}" if text else type(error).__name__
