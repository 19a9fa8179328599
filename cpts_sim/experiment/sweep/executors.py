"""Who computes: any ``concurrent.futures.Executor``. Here, this process, its own processes, or a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.workers import Processes, Serial, usable_cores
from cpts_sim.words import say

CONNECT_SECONDS = 20.0
"""Longest wait for a scheduler."""
BASE_MB, PERSON_MB = 400.0, 0.006
DOUBLED = 2.0
"""Memory of a run: measured 0.19 GB at 3 000 inhabitants and 0.25 GB at 28 000, doubled."""


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


def check_memory(inhabitants: float) -> None:
    """Refuse a territory that the free memory of this machine cannot hold even once.

    Raises:
        InputError: too many inhabitants.
    """
    need, free = (BASE_MB + PERSON_MB * inhabitants) / DOUBLED, available_mb()
    if need > free:
        raise InputError(say("experiment.no_memory", inhabitants=inhabitants, need=need / 1e3, free=free / 1e3))


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
