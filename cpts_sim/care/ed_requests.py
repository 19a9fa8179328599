"""Requests that go to an emergency department: open until a doctor has seen the person, or she has left unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.codes import Account, Ending, Route
from cpts_sim.engine.columns import true_rows

if TYPE_CHECKING:
    from cpts_sim.care.emergency import Finished

Array = NDArray[Any]


def enter(world: World, rows: Array, road: ArrayLike, at: Array) -> None:
    """Send people to the emergency department: their requests wait for a doctor there."""
    if not len(rows):
        return
    requests = world.requests
    world.arrivals.add(at, requests["person"][rows], road, rq.identity(requests, rows), requests["kind"][rows])
    requests["stage"][rows] = rq.AT_ED
    requests["next_at"][rows] = NEVER
    requests["start"][rows] = NEVER
    requests["account"][rows] = Account.REGULAR
    requests["route"][rows] = Route.ED


def settle(world: World, finished: Finished) -> None:
    """Close the requests of visits that are over: served when a doctor began, unmet for who left unseen."""
    journal = finished.journal
    visit, rows = _matched(world, journal["person"], finished.what)
    if not len(rows):
        return
    seen_at = journal["start"][visit].astype(np.float64)
    seen = np.isfinite(seen_at)
    rq.serve_now(world, rows[seen], Route.ED, seen_at[seen])
    left = rows[~seen]
    rq.end_requests(world, left, Ending.UNMET, Route.ED, journal["end"][visit][~seen])
    world.rules["untreated"](world, left)


def settle_elsewhere(world: World, arrivals: dict[str, Array]) -> None:
    """Close the requests of people who are in a ward, or are driven to a department far away: cared for there."""
    arrival, rows = _matched(world, arrivals["person"], arrivals["what"])
    rq.serve_now(world, rows, Route.ED, arrivals["minute"][arrival])


def _matched(world: World, person: Array, what: Array) -> tuple[Array, Array]:
    """Pair visits with the requests that wait in a department; returns positions of visits and rows of requests."""
    requests = world.requests
    waiting = true_rows(requests["stage"] == rq.AT_ED)
    keys = zip(requests["person"][waiting].tolist(), requests["identity"][waiting].tolist(), strict=True)
    row_of = dict(zip(keys, waiting.tolist(), strict=True))
    found = [row_of.get(key, -1) for key in zip(person.tolist(), what.tolist(), strict=True)]
    rows = np.array(found, dtype=np.int64)
    visit = true_rows(rows >= 0)
    return visit, rows[visit]
