"""Four named rules that close the books where supply and need differ, each with its price.

``stretch_follow_up`` (price: decompensation), ``speed_up`` (price: return visits, strain), ``go_outside`` (price:
travel) and ``not_asked`` (price: untreated needs). The last two act at each request, in routes and seeking.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.clock import DAY

Array = NDArray[Any]
NO_SLOT_DAYS = 84.0


def third_next_days(world: World) -> Array:
    """Days until the third free slot of each GP that anybody may book ahead (84 where there is none)."""
    books = world.books
    today = max(0, int(np.floor_divide(world.now, DAY)) - books.first_day) * books.per_day
    column = books.open.nth_free(Slot.AHEAD, today, 3)
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
    books, template = world.books, surgeries.template
    for day in range(max(first_day, books.first_day), min(until_day, books.last_day)):
        weekday = int(world.days.weekday[min(day - world.days.first_day, len(world.days.weekday) - 1)])
        span = books.span(day)
        exists = np.isfinite(books.start[:, span]) & surgeries.present(day)[:, None]
        reserve = template.reserve[weekday] == 1
        order = np.cumsum(reserve, axis=1)
        wanted = (
            reserve
            & exists
            & (
                (order - 1) % max(1, int(world.parameters["gp.reserve_slots_per_session"]))
                < np.floor(world.gps["pace_slots"] + 0.5)[:, None]
            )
        )
        _switch(books, span, wanted & (books.kind[:, span] == 0), int(Slot.AHEAD))
        squeeze = template.kind[weekday] == Slot.SQUEEZE
        u = world.draws.block("squeeze_open", 2, world.gps["key"], day)
        nth = np.clip(np.cumsum(squeeze, axis=1) - 1, 0, 1)
        chance = np.take_along_axis(u.T, nth, axis=1) < world.gps["squeeze_share"][:, None]
        _switch(books, span, squeeze & exists & chance & (books.kind[:, span] == 0), int(Slot.SQUEEZE))


def _switch(books: Any, span: slice, where: Array, kind: int) -> None:
    row, local = np.nonzero(where)
    if not len(row):
        return
    column = local + span.start
    books.kind[row, column] = kind
    books.free[row, column] = kind
    books.open.set(row, column, True)
