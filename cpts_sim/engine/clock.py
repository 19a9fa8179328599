"""SimPy behind a narrow door: processes that can be rebuilt from columns at any moment.

A process keeps nothing in its frame: it sleeps until ``table.next_at[row]``, then ``act(row)`` reads the row
and writes the next ``next_at``. Rebuilding a model (resume, fork) is therefore one new generator per living
row.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

import simpy

from cpts_sim.engine.columns import Table

DAY = 1440.0
WEEK = 7 * DAY
NEVER = float("inf")
_GRAIN = 64.0


def on_grain(minutes: float) -> float:
    """Round a drawn time to 1/64 minute, so that sums of times are exact in binary."""
    return int(minutes * _GRAIN + 0.5) / _GRAIN


@contextmanager
def collector_waits() -> Iterator[None]:
    """Let the collector of cycles wait until a set-up or a stretch of a run is over.

    Nothing that lives in a run refers to itself, and the collector would look at every agent again and again.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Clock:
    """Simulated time in minutes since Monday 00:00 of day 0; negative during the warm-up.

    While a process sleeps others may end it (``alive``) or put it off (a later ``next_at``), never call it
    sooner.

    Args:
        start: time at which the clock stands at first.
    """

    def __init__(self, start: float = 0.0) -> None:
        self._env = simpy.Environment(initial_time=start)

    @property
    def now(self) -> float:
        """Present time in minutes."""
        return float(self._env.now)

    def loop(
        self, kind: int, table: Table, act: Callable[[int], None], rows: Iterable[int] | None = None
    ) -> None:
        """Start one process per living row.

        Args:
            kind: rank of this kind of process; of two processes that wake at one time the lower (kind, row)
                goes first.
            table: has the columns ``alive`` and ``next_at`` (minutes; infinity ends the process).
            act: called with the row when its time comes; must write the next ``next_at``.
            rows: rows to start; all living ones by default.
        """
        chosen = range(len(table)) if rows is None else rows
        for row in chosen:
            if table["alive"][row]:
                self._env.process(self._live(kind, table, act, int(row)))

    def _live(
        self, kind: int, table: Table, act: Callable[[int], None], row: int
    ) -> Generator[simpy.Event, None, None]:
        while table["alive"][row] and table["next_at"][row] < NEVER:
            yield self._at(float(table["next_at"][row]), (kind << 32) + row + 2)
            if table["alive"][row] and table["next_at"][row] <= self._env.now:  # else it died or was put off
                act(row)

    def _at(self, when: float, priority: int) -> simpy.Event:
        event = simpy.Event(self._env)
        event._ok, event._value = True, None
        # SimPy orders equal times by this integer before its insertion counter, so insertion never matters.
        self._env.schedule(event, priority, max(0.0, when - self._env.now))  # type: ignore[arg-type]
        return event

    def run_to(self, when: float) -> None:
        """Let every process act whose time is before ``when``; the clock then stands at ``when``."""
        with collector_waits():
            if when > self._env.now:
                self._env.run(until=when)
