"""Workers of the server: jobs in order of urgency, one at a time in each process; the event loop never waits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cpts_sim.app import worker
from cpts_sim.app.worker import Job

Receive = Callable[..., None]
"""Called on the event loop with what a worker tells of a job."""
KILLED, LATE, NONE_LEFT = "killed", "late", "no_workers"


@dataclass(order=True)
class _Wanted:
    urgency: int
    rank: int
    job: Job = field(compare=False)
    receive: Receive = field(compare=False)


@dataclass(eq=False)
class _Hand:
    """One process and its pipe."""

    process: Any
    pipe: Any
    now: _Wanted | None = None
    warm: list[str] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


def _begun() -> _Hand:
    """Return a process that has just started."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=worker.serve, args=(there,), daemon=True)
    process.start()
    there.close()
    return _Hand(process, here)


class Pool:
    """A fixed number of worker processes (start method spawn).

    Args:
        workers: how many.
        job_s: time a job may take; a worker that takes longer is ended and replaced.
        deaths: workers that may die without any job done in between; then no more are started for ``rest_s``, and
            jobs fail at once: a machine where none can live is not kept busy starting them for ever.
        rest_s: how long that lasts.
    """

    def __init__(self, workers: int, job_s: float, deaths: int, rest_s: float) -> None:
        self.workers, self.job_s, self.deaths, self.rest_s = workers, job_s, deaths, rest_s
        self._dead, self._rests_until = 0, 0.0
        self._hands: list[_Hand] = []
        self._waiting: list[_Wanted] = []
        self._ranks = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._ready = asyncio.Event()

    def prepare(self) -> None:
        """Start a first process before there is an event loop: it imports while the server does."""
        self._hands.append(_begun())

    def start(self) -> None:
        """Listen to the first process (from a running event loop); the others start when it is ready."""
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        if not self._hands:
            self.prepare()
        for hand in self._hands:
            self._hear(hand)

    async def ready(self, seconds: float) -> None:
        """Wait until a worker can take jobs, or none will; at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), seconds)

    @property
    def waiting(self) -> int:
        """Number of jobs that no worker has taken."""
        return len(self._waiting)

    def submit(self, job: Job, receive: Receive, urgency: int) -> None:
        """Ask for a job; smaller urgencies are taken first."""
        if not self._hands and not self._try_again():
            receive("failed", NONE_LEFT)
            return
        self._waiting.append(_Wanted(urgency, next(self._ranks), job, receive))
        self._assign()

    def forget(self, key: str) -> None:
        """Give up a job that nobody wants any more."""
        self._waiting = [wanted for wanted in self._waiting if wanted.job.key != key]
        for hand in self._hands:
            if hand.now is not None and hand.now.job.key == key:
                with contextlib.suppress(OSError):
                    hand.pipe.send("stop")

    async def close(self) -> None:
        """End all processes."""
        self._closing = True
        for hand in self._hands:
            hand.process.terminate()
            hand.pipe.close()
        for hand in self._hands:
            await asyncio.to_thread(hand.process.join, 5.0)
        self._hands.clear()

    # ------------------------------------------------------------------------------------------ processes
    def _hire(self) -> None:
        hand = _begun()
        self._hands.append(hand)
        self._hear(hand)

    def _hear(self, hand: _Hand) -> None:
        threading.Thread(target=self._listen, args=(hand,), daemon=True).start()

    def _listen(self, hand: _Hand) -> None:
        """Read what a worker tells (in a thread) and hand it to the event loop."""
        loop = self._loop
        while loop is not None:
            try:
                told = hand.pipe.recv()
            except (EOFError, OSError):
                told = ("gone",)
            try:
                loop.call_soon_threadsafe(self._told, hand, told)
            except RuntimeError:  # the loop has ended
                return
            if told[0] == "gone":
                return

    def _told(self, hand: _Hand, told: tuple[Any, ...]) -> None:
        if told[0] == "gone":
            self._replace(hand)
        elif told[0] == "ready":
            self._ready.set()
            while len(self._hands) < self.workers and not self._dead:
                self._hire()
            self._assign()
        elif hand.now is not None and told[1] == hand.now.job.key:
            hand.now.receive(told[0], *told[2:])
            if told[0] in ("done", "failed", "stopped"):
                self._dead = 0
                self._release(hand)
                self._assign()

    def _release(self, hand: _Hand) -> None:
        hand.now = None
        if hand.timer is not None:
            hand.timer.cancel()

    def _replace(self, hand: _Hand, why: str = KILLED) -> None:
        if hand not in self._hands or self._closing:
            return
        self._hands.remove(hand)
        wanted = hand.now
        self._release(hand)
        hand.process.kill()
        hand.pipe.close()
        self._dead += why == KILLED
        if self._dead < self.deaths:
            self._hire()
        if wanted is not None:
            wanted.receive("failed", why)
        if not self._hands:
            self._give_up()
        else:
            self._assign()

    def _give_up(self) -> None:
        """No worker lives: tell all who wait, and start none for a while."""
        self._ready.set()  # there is nothing to wait for
        if self._loop is not None:
            self._rests_until = self._loop.time() + self.rest_s
        waiting, self._waiting = self._waiting, []
        for wanted in waiting:
            wanted.receive("failed", NONE_LEFT)

    def _try_again(self) -> bool:
        """Start one worker after the rest; returns whether there is one."""
        if self._loop is None or self._closing or self._loop.time() < self._rests_until:
            return False
        self._dead = self.deaths - 1
        self._hire()
        return True

    # ------------------------------------------------------------------------------------------ jobs
    def _assign(self) -> None:
        """Give the most urgent jobs to free workers, each where its territory is already at day 0 if possible."""
        self._waiting.sort()
        free = [hand for hand in self._hands if hand.now is None]
        while free and self._waiting:
            wanted = self._waiting.pop(0)
            hand = next((h for h in free if wanted.job.warm_key in h.warm), free[0])
            free.remove(hand)
            self._give(hand, wanted)

    def _give(self, hand: _Hand, wanted: _Wanted) -> None:
        hand.now = wanted
        hand.warm = [wanted.job.warm_key, *(k for k in hand.warm if k != wanted.job.warm_key)][: worker.WARM_KEPT]
        if self._loop is not None:
            hand.timer = self._loop.call_later(self.job_s, self._replace, hand, LATE)
        try:
            hand.pipe.send(wanted.job)
        except OSError:
            self._replace(hand)
