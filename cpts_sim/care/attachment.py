"""People and their médecin traitant (MT): who seeks one, which GP takes new people on, who is left behind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.requests import raise_requests
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Attachment, MtState, Need, Origin, Via, Work

Array = NDArray[Any]
ADULT_AGE = 16


def list_sizes(world: World) -> Array:
    """Number of people on each GP's list."""
    people = world.people
    on_list = people["mt"][(people["mt"] >= 0) & people["alive"]]
    sizes: Array = np.bincount(on_list, minlength=len(world.gps))
    return sizes


def review_lists(world: World) -> None:
    """Once a month: a GP who wants new people is open while there is room on the list."""
    gps = world.gps
    gps["list_size"] = list_sizes(world)
    reopens = np.where(gps["open"] > 0, 1.0, world.parameters["care.reopens_at"])
    room = gps["list_size"] < gps["list_target"] * gps["list_factor"] * reopens
    gps["open"] = (gps["accepts"] > 0) & room & (gps["status"] == Work.WORKING) & gps["alive"]


def accept_patient(world: World, key: Array, gp: Array, what: Array | int) -> Array:
    """Whether a GP takes a person on as a patient of the list, when asked."""
    p, gps = world.parameters, world.gps
    chance = np.where(gps["open"][gp] > 0, p["care.open_accepts"], p["care.closed_accepts"])
    u = world.draws.uniform("accept_patient", key, what)
    alive = gps["alive"][gp] & (gps["halo"][gp] == 0)
    result: Array = (u < chance) & alive
    return result


def register(world: World, person: Array, gp: Array, at: Array, via: int) -> None:
    """Put people on lists (each person at most once in ``person``)."""
    if not len(person):
        return
    people = world.people
    people["mt"][person] = gp
    people["mt_state"][person] = MtState.HAS
    np.add.at(world.gps["list_size"], gp, 1)
    np.add.at(world.gps["taken_on"], gp, 1)
    _first_visit(world, person, at)
    world.journal.add(
        "attachment", at=at, person=person, event=Attachment.REGISTERED, gp=gp, via=via, ald=people["ald"][person],
        age=world.age_years(person),
    )  # fmt: skip


def _first_visit(world: World, person: Array, at: Array) -> None:
    """Attachment raises use: many people come for what had waited (it is a request of origin ATTACHMENT)."""
    people, p = world.people, world.parameters
    ordinal = np.floor(np.maximum(at, 0.0) / DAY).astype(np.int64)
    u = world.draws.block("attachment_visit", 2, people["key"][person], ordinal)
    comes = u[0] < p["care.attachment_visit"]
    asked = np.floor((np.maximum(at, world.now) + DAY * (1.0 + 20.0 * u[1])) * 64) / 64
    raise_requests(world, person[comes], Need.PREVENTIVE, Origin.ATTACHMENT, ordinal[comes], asked[comes])


def register_after_visit(world: World, person: Array, gp: Array, at: Array) -> None:
    """Some people who seek an MT ask the GP who has just seen them (a structural event: not while frozen)."""
    if not len(person) or world.frozen:
        return
    u = world.draws.uniform("asks_after_visit", world.people["key"][person], np.floor(at).astype(np.int64))
    asks = u < world.parameters["care.asks_after_visit"]
    person, gp, at = person[asks], gp[asks], at[asks]
    taken = world.rules["accept_patient"](world, world.people["key"][person], gp, np.floor(at).astype(np.int64))
    chosen, first = np.unique(person[taken], return_index=True)
    register(world, chosen, gp[taken][first], at[taken][first], Via.SPONTANEOUS)


def seek_mt(world: World, month: int) -> None:
    """Once a month, people who look for an MT ask one of the GPs they know or one drawn nearby."""
    people, p = world.people, world.parameters
    person = np.flatnonzero(
        np.isin(people["mt_state"], (MtState.SEEKING, MtState.ORPHAN)) & people["alive"] & (people["resident"] > 0)
    )
    if not len(person):
        return
    u = world.draws.block("seek_mt", 2, people["key"][person], month)
    tries = u[0] < p["care.mt_search_monthly"] * np.where(
        people["ald"][person] > 0, p["care.mt_search_ald_factor"], 1.0
    )
    person, pick = person[tries], u[1][tries]
    gp = np.where(pick < 0.5, people["known1"][person], people["known2"][person]).astype(np.int64)
    person, gp = person[gp >= 0], gp[gp >= 0]
    taken = world.rules["accept_patient"](world, people["key"][person], gp, month)
    room = _first_come(
        gp[taken],
        np.maximum(
            0, np.floor(world.gps["list_target"] * world.gps["list_factor"]).astype(np.int64) - world.gps["list_size"]
        )
        + 1,
    )
    register(world, person[taken][room], gp[taken][room], np.full(int(room.sum()), world.now), Via.SPONTANEOUS)


def _first_come(gp: Array, room: Array) -> Array:
    """Keep, for each GP, only as many askers as there is room (in order of rows)."""
    order = np.argsort(gp, kind="stable")
    sorted_gp = gp[order]
    start = np.searchsorted(sorted_gp, sorted_gp)
    kept = np.zeros(len(gp), dtype=bool)
    kept[order] = np.arange(len(gp)) - start < room[sorted_gp]
    return kept


def orphan(world: World, gp: Array) -> int:
    """Everybody on the lists of departing GPs loses the MT. Returns their number."""
    people = world.people
    person = np.flatnonzero(np.isin(people["mt"], gp) & people["alive"])
    if len(person):
        world.journal.add(
            "attachment", at=world.now, person=person, event=Attachment.ORPHANED, gp=people["mt"][person],
            via=Via.SPONTANEOUS, ald=people["ald"][person], age=world.age_years(person),
        )  # fmt: skip
        people["mt_state"][person] = MtState.ORPHAN
        people["mt"][person] = -1
    return len(person)


def start_seeking(world: World, month: int) -> None:
    """Each month some of those who do not look for an MT begin to (a need arose)."""
    people = world.people
    person = np.flatnonzero((people["mt_state"] == MtState.NOT_SEEKING) & people["alive"])
    u = world.draws.uniform("start_seeking", people["key"][person], month)
    begins = person[u < world.parameters["care.starts_seeking_monthly"]]
    stops = np.flatnonzero((people["mt_state"] == MtState.SEEKING) & people["alive"])
    u = world.draws.uniform("stop_seeking", people["key"][stops], month)
    people["mt_state"][stops[u < world.parameters["care.stops_seeking_monthly"]]] = MtState.NOT_SEEKING
    people["mt_state"][begins] = MtState.SEEKING
