"""Who computes: this process, a pool of processes that never outlives it, or any executor that is given."""

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

from cpts_sim.errors import CptsSimError, InternalError
from cpts_sim.words import say

T = TypeVar("T")
Job = Callable[[int], T]
"""A picklable function of the rank of a pair."""

_RECYCLE = 16
"""Pairs a worker computes before the pool is made anew, so that no leak lasts."""
_TRIES = 2
"""A pair that broke the pool this often is computed alone."""


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
    if executor is not None:
        yield from _ahead(job, ranks, 2 * workers, executor, {})
    elif workers <= 1:
        for rank in ranks:
            yield rank, _sure(rank, partial(job, rank))
    else:
        yield from _pools(job, ranks, workers)


def _pools(job: Job[T], ranks: Iterator[int], workers: int) -> Generator[tuple[int, T], None, None]:
    """Compute in pools, each for some pairs; a broken pool is replaced and its pairs asked again."""
    broken: dict[int, int] = {}
    again: list[int] = []
    while True:
        batch = _batch(again, ranks, workers * _RECYCLE)
        first = next(batch, None)
        if first is None:
            return
        again = []
        waiting: dict[Future[T], int] = {}
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), live_with_parent)
        try:
            yield from _ahead(job, _with_first(first, batch), 2 * workers, pool, waiting)
        except BrokenExecutor:
            again = sorted(set(waiting.values()))
            for rank in again:
                broken[rank] = broken.get(rank, 0) + 1
        finally:
            _stop(pool)
        for rank in [r for r in again if broken[r] >= _TRIES]:
            again.remove(rank)
            yield rank, _alone(job, rank)


def _batch(again: list[int], ranks: Iterator[int], size: int) -> Iterator[int]:
    yield from again
    for _ in range(size - len(again)):
        rank = next(ranks, None)
        if rank is None:
            return
        yield rank


def _with_first(first: int, rest: Iterator[int]) -> Iterator[int]:
    yield first
    yield from rest


def _ahead(
    job: Job[T], ranks: Iterator[int], most: int, pool: Executor, waiting: dict[Future[T], int]
) -> Generator[tuple[int, T], None, None]:
    """Keep at most ``most`` pairs in flight; what a broken pool has not returned stays in ``waiting``."""
    try:
        while True:
            while len(waiting) < most and (rank := next(ranks, None)) is not None:
                waiting[_submit(pool, job, rank, waiting)] = rank
            if not waiting:
                return
            for future in sorted(wait(waiting, return_when=FIRST_COMPLETED).done, key=lambda f: waiting[f]):
                result = _sure(waiting[future], future.result)
                rank = waiting.pop(future)
                yield rank, result
    finally:
        for future in waiting:
            future.cancel()


def _submit(pool: Executor, job: Job[T], rank: int, waiting: dict[Future[T], int]) -> Future[T]:
    try:
        with _main_hidden(job):
            return pool.submit(job, rank)
    except BrokenExecutor:
        lost: Future[T] = Future()
        waiting[lost] = rank
        raise


@contextmanager
def _main_hidden(job: Any) -> Iterator[None]:
    """Spawn workers without running the user's script again in each of them.

    A script that compares at its top level, without the ``if __name__ == "__main__"`` that spawning asks for,
    would otherwise start itself in every worker. Jobs whose model is built by the script itself do need it.
    """
    main = sys.modules["__main__"]
    told = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    if getattr(getattr(job, "make", None), "__module__", "") == "__main__":
        told = {}
    for name in told:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in told.items():
            setattr(main, name, value)


def _alone(job: Job[T], rank: int) -> T:
    """Compute in a process of its own a pair that has already broken pools."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), live_with_parent) as pool:
        try:
            with _main_hidden(job):
                future = pool.submit(job, rank)
            return _sure(rank, future.result)
        except BrokenExecutor:
            raise InternalError(say("experiment.pair_killed", pair=rank + 1)) from None


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


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop a pool without waiting for what it still computes."""
    processes: dict[int, Any] = dict(getattr(pool, "_processes", None) or {})
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes.values():
        process.terminate()
