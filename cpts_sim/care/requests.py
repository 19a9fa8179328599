"""Open requests: one row from the moment a need is raised until it ends, exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.world import World
from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.events import After, Ending, First, MtState, Need

Array = NDArray[Any]

COLUMNS: dict[str, str] = {
    "person": "i4", "kind": "i1", "origin": "i1", "ordinal": "i8", "raised": "f8", "asked": "f8", "wished": "f8",
    "next_at": "f8", "stage": "i1", "attempt": "i1", "tries": "i1", "rounds": "i1", "contacts": "i1", "first": "i1",
    "after": "i1", "patience_days": "f4", "gp": "i4", "start": "f8", "route": "i1", "account": "i1",
}  # fmt: skip
NEW, ASKING, BOOKED, ENDED = 0, 1, 2, 3


def empty_requests() -> Table:
    """Return the table of open requests, without rows."""
    return Table("requests", 0, dict(COLUMNS))


def identity(requests: Table, rows: Array) -> Array:
    """Return what identifies each request in the draws of its person: kind, origin and ordinal of the need.

    The seven lowest bits are free for what happens to the request: round (three bits) and step (four bits).
    """
    kind, origin = requests["kind"][rows].astype(np.int64), requests["origin"][rows].astype(np.int64)
    result: Array = (requests["ordinal"][rows] << 14) + (kind << 10) + (origin << 7)
    return result


def raise_requests(
    world: World, person: Array, kind: int, origin: int, ordinal: Array, raised: Array, wished: ArrayLike | None = None
) -> Array:
    """Open requests; returns their rows. ``wished`` is the date wanted (the moment itself by default)."""
    wanted = raised if wished is None else wished
    return world.requests.append(
        len(person), person=person, kind=kind, origin=origin, ordinal=ordinal, raised=raised, asked=raised,
        wished=wanted, next_at=raised, first=First.NO_CONTACT, gp=-1, start=NEVER,
    )  # fmt: skip


def end_requests(world: World, rows: Array, ending: int, route: ArrayLike, ended: ArrayLike) -> None:
    """Close requests and write them in the journal."""
    if not len(rows):
        return
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    requests["stage"][rows] = ENDED
    requests["next_at"][rows] = NEVER
    world.journal.add(
        "request", raised=requests["raised"][rows], asked=requests["asked"][rows], wished=requests["wished"][rows],
        ended=ended, visit=requests["start"][rows], person=person, kind=requests["kind"][rows],
        origin=requests["origin"][rows], contacts=requests["contacts"][rows], first=requests["first"][rows],
        after=requests["after"][rows], ending=ending, route=route, provider=requests["gp"][rows],
        commune=people["commune"][person], age=np.minimum(world.age_years(person), 120), ald=people["ald"][person],
        attached=people["mt_state"][person] == MtState.HAS, deprivation=people["deprivation"][person],
        account=requests["account"][rows],
    )  # fmt: skip


def serve_now(world: World, rows: Array, route: int, at: Array, account: int = 0) -> None:
    """Close requests that are served without a book (pharmacist, duty, emergency department, by itself)."""
    world.requests["start"][rows] = at
    world.requests["account"][rows] = account
    end_requests(world, rows, Ending.SERVED, route, at)


def close_pending(world: World) -> None:
    """Close what is still open at the horizon as pending (those with a booking keep its date)."""
    requests = world.requests
    rows = np.flatnonzero((requests["stage"] != ENDED) & (requests["raised"] < world.now))
    end_requests(world, rows, Ending.PENDING, requests["route"][rows], world.now)


def compact(world: World) -> None:
    """Forget ended requests; the books' references follow."""
    requests = world.requests
    kept = np.flatnonzero(requests["stage"] != ENDED)
    renumber = np.full(len(requests) + 1, -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    world.books.request = renumber[world.books.request]
    requests.keep(kept)


def patience_days(world: World, rows: Array) -> Array:
    """Days that a request accepts to wait after its wished date, from the person's patience."""
    requests, p = world.requests, world.parameters
    quantile = world.people["patience"][requests["person"][rows]]
    kind = requests["kind"][rows]
    low = _by_kind(kind, p["care.patience_minor_low_days"], p["care.patience_acute_low_days"], p["care.patience_planned_low_days"])
    high = _by_kind(kind, p["care.patience_minor_high_days"], p["care.patience_acute_high_days"], p["care.patience_planned_high_days"])
    result: Array = low + (high - low) * quantile
    return result


def _by_kind(kind: Array, minor: float, acute: float, planned: float) -> Array:
    return np.where(kind == Need.MINOR, minor, np.where(kind == Need.ACUTE, acute, planned))


def is_symptom(kind: Array) -> Array:
    """Whether a kind of need is a symptom (wished today)."""
    result: Array = (kind == Need.MINOR) | (kind == Need.ACUTE)
    return result


def note_first(requests: Table, rows: Array, accepted: Array, busy: Array) -> None:
    """Remember how the first contact of each request went."""
    first = requests["first"][rows] == First.NO_CONTACT
    result = np.where(accepted, First.ACCEPTED, np.where(busy, First.BUSY, First.REFUSED))
    requests["first"][rows] = np.where(first, result, requests["first"][rows])


def note_after(requests: Table, rows: Array, what: ArrayLike) -> None:
    """Remember what followed a failed first contact (only once)."""
    unknown = (requests["after"][rows] == After.NONE) & (requests["first"][rows] != First.ACCEPTED)
    requests["after"][rows] = np.where(unknown, what, requests["after"][rows])

