"""One worker process of the pool: what it says is read by a thread, what it is told is written by another."""

from __future__ import annotations

import asyncio
import multiprocessing
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cpts_sim.app import worker
from cpts_sim.app.warm import Job

Receive = Callable[..., None]
"""Called on the event loop with what a worker tells of a job."""
FOR_NOW, FOR_EVER = "for now", "for ever"
Heard = Callable[["Hand", tuple[Any, ...]], None]


@dataclass(order=True)
class Wanted:
    """A job that somebody waits for; the most urgent first, then the oldest."""

    urgency: int
    rank: int
    job: Job = field(compare=False)
    receive: Receive = field(compare=False)


@dataclass(eq=False)
class Hand:
    """A process and its pipe; nothing here waits for it, however busy it is.

    Attributes:
        process, pipe: the process, and our end of its pipe.
        ready: whether it has imported what it needs.
        now: the job it has.
        warm: territories that it has at day 0, or will have after its job; the one used last comes first.
        lender: the worker whose territory it waits for before it begins.
        stops: why it was told to stop: ``FOR_NOW`` for a more urgent job, ``FOR_EVER`` when nobody wants its own.
        timer: ends it when its job takes too long.
    """

    process: Any
    pipe: Any
    ready: bool = False
    now: Wanted | None = None
    warm: list[str] = field(default_factory=list)
    lender: Hand | None = None
    stops: str = ""
    timer: asyncio.TimerHandle | None = None
    _out: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)

    @classmethod
    def hired(cls) -> Hand:
        """Return a process that has just started."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=worker.serve, args=(there,), daemon=True)
        process.start()
        there.close()
        return cls(process, here)

    def hear(self, loop: asyncio.AbstractEventLoop, heard: Heard) -> None:
        """Have what it says handed to the event loop, and what is said to it written."""
        threading.Thread(target=self._listen, args=(loop, heard), daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def say(self, what: Any) -> None:
        """Tell it something, in order; a process that has gone is told of by the thread that listens."""
        self._out.put(what)

    def begin(self, wanted: Wanted) -> None:
        """Have it compute a job."""
        self.lender = None
        self.say(wanted.job)

    def release(self) -> None:
        """It has no job any more."""
        self.now, self.lender, self.stops = None, None, ""
        if self.timer is not None:
            self.timer.cancel()

    def end(self, kill: bool = False) -> None:
        """End it; who listens hears that it has gone, and closes the pipe."""
        self._out.put(None)
        if kill:
            self.process.kill()
        else:
            self.process.terminate()

    def _listen(self, loop: asyncio.AbstractEventLoop, heard: Heard) -> None:
        while True:
            try:
                told = self.pipe.recv()
            except (EOFError, OSError):
                told = ("gone",)
                self.pipe.close()
            try:
                loop.call_soon_threadsafe(heard, self, told)
            except RuntimeError:  # the loop has ended
                return
            if told[0] == "gone":
                return

    def _write(self) -> None:
        while (what := self._out.get()) is not None:
            try:
                self.pipe.send(what)
            except (OSError, ValueError):  # it has gone
                return
