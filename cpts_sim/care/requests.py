"""Open requests: one row from the moment a need is raised until it ends, exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.world import World
from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.codes import After, Ending, First, MtState, Need
from cpts_sim.engine.columns import Table, joined, true_rows

Array = NDArray[Any]

COLUMNS: dict[str, str] = {
    "person": "i8", "kind": "i1", "origin": "i1", "ordinal": "i8", "identity": "i8", "raised": "f8", "asked": "f8",
    "wished": "f8", "next_at": "f8", "stage": "i1", "attempt": "i1", "tries": "i1", "rounds": "i1", "contacts": "i1",
    "first": "i1", "after": "i1", "patience_days": "f4", "provider": "i8", "start": "f8", "route": "i1",
    "account": "i1", "back": "i1", "desk": "i1",
}  # fmt: skip
"""``provider``: row of whoever serves, a GP, a nurse or a pharmacy as the route says."""
ENDING_COLUMNS = ("i8", "i1", "i1", "f8", "?")
"""Types of what is kept of an ended request until it is written: row, ending, route, minute, attached."""
NEW, ASKING, BOOKED, ENDED, AT_ED = 0, 1, 2, 3, 4
FOLLOWERS = 128
LONGEST_CHAIN = 1 << 29
"""Ordinals from here on (returns of returns of returns) come back no more: identities keep their places."""


def empty_requests() -> Table:
    """Return the table of open requests, without rows."""
    return Table("requests", 0, dict(COLUMNS))


def identity(requests: Table, rows: Array) -> Array:
    """Return what identifies each request in the draws of its person: kind, origin and ordinal of the need.

    The seven lowest bits are free for what happens to the request: round (three bits) and step (four bits).
    """
    result: Array = requests["identity"][rows]
    return result


def round_identity(requests: Table, rows: Array) -> Array:
    """Return what identifies the present round of each request (a round begins when the person asks anew)."""
    result: Array = requests["identity"][rows] + (requests["rounds"][rows].astype(np.int64) << 4)
    return result


def raise_requests(
    world: World, person: Array, kind: int | Array, origin: int, ordinal: Array, raised: Array,
    wished: ArrayLike | None = None,
) -> Array:  # fmt: skip
    """Open requests; returns their rows. ``wished`` is the date wanted (the moment itself by default)."""
    if not len(person):
        return np.zeros(0, dtype=np.int64)
    wanted = raised if wished is None else wished
    identity = (np.asarray(ordinal, dtype=np.int64) << 14) + ((kind << 10) + (origin << 7))
    return world.requests.append(
        len(person), person=person, kind=kind, origin=origin, ordinal=ordinal, identity=identity, raised=raised,
        asked=raised, wished=wanted, next_at=raised, first=First.NO_CONTACT, provider=-1, start=NEVER,
    )  # fmt: skip


def following_ordinal(requests: Table, rows: Array, reason: int = 0) -> Array:
    """Return the ordinals of requests that follow from others: which one, of which kind and origin, is written in them.

    So a person never has two requests of one kind, origin and ordinal, however long a chain of returns is.

    Args:
        requests: the table.
        rows: requests from which others follow.
        reason: 0 or 1, where one request may have two followers of the same kind and origin.
    """
    cause = requests["kind"][rows].astype(np.int64) * 8 + requests["origin"][rows]
    result: Array = requests["ordinal"][rows] * FOLLOWERS + 2 * cause + reason
    return result


def end_requests(world: World, rows: Array, ending: int, route: ArrayLike, ended: ArrayLike) -> None:
    """Close requests; the journal gets all those of a window together (``write_endings``)."""
    if not len(rows):
        return
    requests = world.requests
    requests["stage"][rows] = ENDED
    requests["next_at"][rows] = NEVER
    attached = world.people["mt_state"][requests["person"][rows]] == MtState.HAS
    world.ended.append((rows, ending, route, ended, attached))


def write_endings(world: World) -> None:
    """Write the requests that ended since the last call in the journal."""
    if not world.ended:
        return
    counts = [len(rows) for rows, *_ in world.ended]
    parts = zip(zip(*world.ended, strict=True), ENDING_COLUMNS, strict=True)
    rows, ending, route, ended, attached = (joined(column, counts, dtype) for column, dtype in parts)
    world.ended.clear()
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    same = ("raised", "asked", "wished", "kind", "origin", "contacts", "first", "after", "account")
    world.journal.add(
        "request", **{name: requests[name][rows] for name in same}, ended=ended, visit=requests["start"][rows],
        person=person, ending=ending, route=route, provider=requests["provider"][rows],
        commune=people["commune"][person], age=world.age_years(person), ald=people["ald"][person], attached=attached,
        deprivation=people["deprivation"][person],
    )  # fmt: skip


def serve_now(world: World, rows: Array, route: int, at: Array, account: int = 0) -> None:
    """Close requests that are served without a book (pharmacist, duty, emergency department, by itself)."""
    if not len(rows):
        return
    world.requests["start"][rows] = at
    world.requests["account"][rows] = account
    end_requests(world, rows, Ending.SERVED, route, at)


def close_pending(world: World) -> None:
    """Close what is still open at the horizon as pending (those with a booking keep its date)."""
    requests = world.requests
    rows = true_rows((requests["stage"] != ENDED) & (requests["raised"] < world.now))
    end_requests(world, rows, Ending.PENDING, requests["route"][rows], world.now)
    write_endings(world)


def compact(world: World) -> None:
    """Forget ended requests; the books' references follow."""
    write_endings(world)
    requests, books = world.requests, world.books
    kept = true_rows(requests["stage"] != ENDED)
    renumber = np.full(len(requests), -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    booked, held = np.flatnonzero(books.request >= 0), books.request.reshape(-1)
    held[booked] = renumber[held[booked]]
    requests.keep(kept)


def patience_days(world: World, rows: Array) -> Array:
    """Days that a request accepts to wait after its wished date, from the person's patience."""
    requests, p = world.requests, world.parameters
    quantile = world.people["patience"][requests["person"][rows]]
    kind = requests["kind"][rows]
    low = by_kind(
        kind, p["care.patience_minor_low_days"], p["care.patience_acute_low_days"], p["care.patience_planned_low_days"]
    )
    high = by_kind(
        kind,
        p["care.patience_minor_high_days"],
        p["care.patience_acute_high_days"],
        p["care.patience_planned_high_days"],
    )
    result: Array = low + (high - low) * quantile
    return result


def by_kind(kind: Array, minor: float, acute: float, planned: float) -> Array:
    """Return the value of each kind of need: minor symptoms, acute symptoms, planned care."""
    return np.where(kind == Need.MINOR, minor, np.where(kind == Need.ACUTE, acute, planned))


def is_symptom(kind: Array) -> Array:
    """Whether a kind of need is a symptom (wished today)."""
    result: Array = kind <= Need.ACUTE
    return result


def note_first(requests: Table, rows: Array, accepted: Array, busy: Array) -> None:
    """Remember how the first contact of each request went."""
    before = requests["first"][rows]
    result = np.where(accepted, First.ACCEPTED, np.where(busy, First.BUSY, First.REFUSED))
    requests["first"][rows] = np.where(before == First.NO_CONTACT, result, before)


def note_after(requests: Table, rows: Array, what: ArrayLike) -> None:
    """Remember what followed a failed first contact (only once)."""
    if not len(rows):
        return
    before, first = requests["after"][rows], requests["first"][rows]
    unknown = (before == After.NONE) & ((first == First.REFUSED) | (first == First.BUSY))
    requests["after"][rows] = np.where(unknown, what, before)
