"""Paid evening slots on days that stand in the books already: extra sessions, surge sessions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Slot

Array = NDArray[Any]
EVENING = 2
"""Mark of evening slots in the template's ``reserve``."""


def open_on(world: World, surgeries: Surgeries, rows: Array, day: int, most: int) -> None:
    """Open the first evening slots of some GPs who are present on a day, those that are not open yet.

    Args:
        world: the world.
        surgeries: the books' keeper.
        rows: GPs.
        day: a day in the books.
        most: slots of each at most.
    """
    if not len(rows):
        return
    books, span = world.books, world.books.span(day)
    weekday = int(world.days.weekday[min(day - world.days.first_day, len(world.days.weekday) - 1)])
    evening = surgeries.template.reserve[weekday][rows] == EVENING
    nth = np.cumsum(evening, axis=1) <= most
    blank = (books.kind[rows, span] == 0) & np.isfinite(books.start[rows, span])
    which, local = np.nonzero(evening & nth & blank & surgeries.present(day)[rows][:, None])
    row, column = rows[which], local + span.start
    books.kind[row, column] = int(Slot.EXTRA)
    books.free[row, column] = int(Slot.EXTRA)
    books.open.set(row, column, True)


def extra_evening(world: World, day: int) -> Array:
    """Whether each GP holds a paid extra session of unscheduled care on the evening of a day."""
    if "extra_sessions" not in world.gps:
        return np.zeros(len(world.gps), dtype=bool)
    weekday = int(world.days.weekday[min(day - world.days.first_day, len(world.days.weekday) - 1)])
    evening = 1 + (world.draws.uniform("extra weekday", world.gps["key"]) * 4.0).astype(np.int64)
    held: Array = (world.gps["extra_sessions"] > 0) & (evening == weekday)
    return held


def held_hours(world: World, rows: Array, first_day: int, until_day: int) -> Array:
    """Hours of the paid evenings of some GPs on some days, whoever came; their regular extra sessions are apart."""
    books, hours = world.books, np.zeros(len(rows))
    for day in range(first_day if len(rows) else until_day, min(until_day, books.last_day)):
        span = books.span(day)
        held = (books.kind[rows, span] == Slot.EXTRA) & ~extra_evening(world, day)[rows][:, None]
        hours += np.where(held, books.length[rows, span], 0.0).sum(axis=1) / 60.0
    return hours
