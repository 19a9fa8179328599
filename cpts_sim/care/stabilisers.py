"""Four named rules that close the books where supply and need differ, each with its price.

``stretch_follow_up`` (price: decompensation), ``speed_up`` (price: return visits, strain), ``go_outside`` (price:
travel) and ``not_asked`` (price: untreated needs). The last two act at each request, in routes and seeking.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Slot
from cpts_sim.engine.columns import cells

Array = NDArray[Any]
NO_SLOT_DAYS = 84.0


def third_next_days(world: World) -> Array:
    """Days until the third free slot of each GP that anybody may book ahead (84 where there is none)."""
    books = world.books
    today = max(0, int(np.floor_divide(world.now, DAY)) - books.first_day) * books.per_day
    column = books.nth_free(Slot.AHEAD, today, 3)
    has = np.flatnonzero(column >= 0)
    days = np.full(books.rows, NO_SLOT_DAYS)
    days[has] = np.minimum((books.start[has, column[has]] - world.now) / DAY, NO_SLOT_DAYS)
    return days


def stretch_follow_up(world: World, backlog_days: Array) -> Array:
    """Factor on the interval of follow-ups: 1 up to an ordinary backlog, growing with it up to a cap."""
    p = world.parameters
    over = np.maximum(0.0, backlog_days - p["care.stretch_from_days"])
    result: Array = 1.0 + np.minimum(p["care.stretch_per_day"] * over, p["care.stretch_most"])
    return result


def speed_up(world: World, backlog_days: Array) -> tuple[Array, Array]:
    """Pace (factor on act length) and reserve slots a session that a GP opens, by backlog."""
    p = world.parameters
    over = np.clip((backlog_days - p["care.speed_from_days"]) / p["care.speed_span_days"], 0.0, 1.0)
    pace = 1.0 - p["care.speed_most"] * over
    return pace, over * p["gp.reserve_slots_per_session"]


def weekly(world: World) -> None:
    """Adapt follow-up intervals and pace to the backlog, a part of the way each week."""
    gps, p = world.gps, world.parameters
    backlog = third_next_days(world)
    gps["backlog_days"] = backlog
    away = gps["away_until"] > world.now
    backlog = np.where(away, p["care.stretch_from_days"], backlog)
    step = p["care.adaptation_weekly"]
    gps["stretch"] += step * (world.rules["stretch_follow_up"](world, backlog) - gps["stretch"])
    pace, slots = world.rules["speed_up"](world, backlog)
    gps["pace"] += step * (pace - gps["pace"])
    gps["pace_slots"] += step * (slots - gps["pace_slots"])
    world.journal.add(
        "stabiliser",
        at=world.now,
        rule=np.array([0, 1]),
        amount=np.array([gps["stretch"].mean(), gps["pace"].mean()]) if len(gps) else 0.0,
    )


def open_reserve(world: World, surgeries: Any, first_day: int, until_day: int) -> None:
    """Open or close reserve slots and squeezes of the coming days, as pace and strain now ask."""
    books, template, p = world.books, surgeries.template, world.parameters
    for day in range(max(first_day, books.first_day), min(until_day, books.last_day)):
        weekday = world.days.weekday_of(day)
        span = books.span(day)
        here = surgeries.present(day)[:, None]
        if not here.any():
            continue
        blank = here & np.isfinite(books.start[:, span]) & (books.kind[:, span] == 0)
        row, place = cells(blank & (template.reserve[weekday] == 1))
        nth = template.rank(weekday, "reserve")[row, place] % max(1, int(p["gp.reserve_slots_per_session"]))
        wanted = nth < np.floor(world.gps["pace_slots"] + 0.5)[row]
        _switch(books, row[wanted], place[wanted] + span.start, int(Slot.AHEAD))
        row, place = cells(blank & (template.kind[weekday] == Slot.SQUEEZE))
        u = world.draws.block("squeeze_open", 2, world.gps["key"], day)
        nth = np.minimum(template.rank(weekday, "squeeze")[row, place], 1)
        wanted = u[nth, row] < world.gps["squeeze_share"][row]
        _switch(books, row[wanted], place[wanted] + span.start, int(Slot.SQUEEZE))


def _switch(books: Any, row: Array, column: Array, kind: int) -> None:
    if not len(row):
        return
    books.kind[row, column] = kind
    books.free[row, column] = kind
    books.open.set(row, column, True)
