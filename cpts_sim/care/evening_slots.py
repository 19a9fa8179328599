"""Paid evening slots on days that stand in the books already: extra sessions, surge sessions.

Each slot is marked with who pays it, so that an evening held is paid once, and nobody closes another's slots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Payer, Slot

Array = NDArray[Any]
EVENING = 2
"""Mark of evening slots in the template's ``reserve``."""


def open_on(world: World, surgeries: Surgeries, rows: Array, day: int, most: int, payer: Payer) -> None:
    """Open the first evening slots of some GPs who are present on a day, those that are not open yet.

    Args:
        world: the world.
        surgeries: the books' keeper.
        rows: GPs.
        day: a day in the books.
        most: slots of each at most.
        payer: who pays them once they are held.
    """
    if not len(rows):
        return
    books, span = world.books, world.books.span(day)
    weekday = world.days.weekday_of(day)
    evening = surgeries.template.reserve[weekday][rows] == EVENING
    nth = np.cumsum(evening, axis=1) <= most
    blank = (books.kind[rows, span] == 0) & np.isfinite(books.start[rows, span])
    which, local = np.nonzero(evening & nth & blank & surgeries.present(day)[rows][:, None])
    put(world, rows[which], local + span.start, payer)


def put(world: World, row: Array, column: Array, payer: Payer) -> None:
    """Turn blank slots into paid evening slots, to be paid by somebody."""
    books = world.books
    books.kind[row, column] = int(Slot.EXTRA)
    books.free[row, column] = int(Slot.EXTRA)
    books.payer[row, column] = int(payer)
    books.open.set(row, column, True)


def close_free(world: World, payer: Payer, rows: Array | None = None) -> None:
    """Close the paid evening slots of one payer that nobody has taken (``rows``: of these GPs, a mask)."""
    books = world.books
    free = (books.free == Slot.EXTRA) & (books.payer == payer)
    if rows is not None:
        free &= rows[:, None]
    row, column = np.nonzero(free)
    books.close(row, column)


def extra_evening(world: World, day: int) -> Array:
    """Whether each GP holds a paid extra session of unscheduled care on the evening of a day."""
    if "extra_sessions" not in world.gps:
        return np.zeros(len(world.gps), dtype=bool)
    weekday = world.days.weekday_of(day)
    evening = 1 + (world.draws.uniform("extra weekday", world.gps["key"]) * 4.0).astype(np.int64)
    held: Array = (world.gps["extra_sessions"] > 0) & (evening == weekday)
    return held


def held_hours(world: World, payer: Payer, first_day: int, until_day: int | None = None) -> Array:
    """Return the hours of the evenings that one payer owes each GP, on one day or on the days before another.

    Paid sessions are held whole, whoever comes; those of a GP who is away are not held.
    """
    books, end = world.books, first_day + 1 if until_day is None else until_day
    span = books.span(first_day, end)
    held = (books.kind[:, span] == Slot.EXTRA) & (books.payer[:, span] == payer)
    hours: Array = np.where(held, books.length[:, span], 0.0).sum(axis=1, dtype=np.float64) / 60.0
    return hours
