"""Care outside the practice within the ordinary rules: nurses at home and pharmacists at the counter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.home_care import Searched
from cpts_sim.care.teams import count_day
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Ending, First, Need, Origin, Route
from cpts_sim.engine.columns import among, true_rows

Array = NDArray[Any]


def pharmacist_settles(world: World, rows: Array) -> Array:
    """Which minor needs a pharmacist settles by the ordinary law of the reference year."""
    requests, people, ailments = world.requests, world.people, world.pharmacies.ailments
    settled = np.zeros(len(rows), dtype=bool)
    if not ailments.law:
        return settled
    person = requests["person"][rows]
    near = (people["pharmacy"][person] >= 0) & world.pharmacies.is_open(requests["raised"][rows])
    minor = (requests["kind"][rows] == Need.MINOR) & (requests["origin"][rows] == Origin.EXOGENOUS)
    some = true_rows(near & minor)
    person, what = person[some], requests["ordinal"][rows[some]]
    key = people["key"][person]
    complaint = ailments.complaint(world.draws, key, what, world.age_years(person), people["sex"][person])
    lawful = world.draws.uniform("ordinary law", key, what) < world.baseline.level("pharmacist_acts", world.now)
    settled[some] = ailments.settled_by_law(world.draws, key, what, complaint) & lawful
    return settled


def at_the_pharmacy(world: World, rows: Array) -> None:
    """Count minor ailments settled at the counter; some of these people ask a doctor all the same, later."""
    if not len(rows):
        return
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    world.pharmacies.settle(people["pharmacy"][person])
    again = world.pharmacies.ailments.reconsults(
        world.draws, people["key"][person], requests["ordinal"][rows], requests["raised"][rows]
    )
    back = np.isfinite(again)
    rq.raise_requests(
        world,
        person[back],
        Need.MINOR,
        Origin.RETURN,
        rq.following_ordinal(requests, rows[back]),
        np.floor(again[back] * 64) / 64,
    )


def pharmacies_day(world: World, day: int) -> None:
    """Close yesterday's counters."""
    before = day - 1 - world.days.first_day
    if before >= 0:
        holiday = bool(world.days.holiday[before]) and int(world.days.weekday[before]) < 6
        counters = world.pharmacies.day(day - 1, int(world.days.weekday[before]), holiday)
        world.journal.add("provider_day", **counters)
        count_day(world.tables["pharmacies"], counters)


def nursing(world: World, rows: Array) -> None:
    """Ask for a nurse: the one who comes already, else the request waits while nurses nearby are called."""
    requests, people = world.requests, world.people
    own = world.home_care.nurse_of(requests["person"][rows])
    if (own >= 0).any():
        _own_nurse(world, rows[own >= 0], own[own >= 0])
        rows = rows[own < 0]
    person = requests["person"][rows]
    ordinal = requests["ordinal"][rows]
    lasting = world.nursing_need.is_lasting(
        world.draws, people["key"][person], ordinal, world.age_years(person), people["chronic"][person]
    )
    requests["stage"][rows] = rq.BOOKED
    requests["next_at"][rows] = NEVER
    world.home_care.request(
        requests["raised"][rows], people["key"][person], person, people["commune"][person], ordinal, lasting
    )


def _own_nurse(world: World, rows: Array, nurse: Array) -> None:
    """Nursing for people who have lasting care: short care is added to its visits, care that lasts is there already."""
    requests, people = world.requests, world.people
    person, ordinal, raised = requests["person"][rows], requests["ordinal"][rows], requests["raised"][rows]
    key = people["key"][person]
    lasting = world.nursing_need.is_lasting(
        world.draws, key, ordinal, world.age_years(person), people["chronic"][person]
    )
    start, brief = raised.copy(), ~lasting
    start[brief] = world.home_care.add_visits(
        raised[brief], key[brief], person[brief], people["commune"][person[brief]], ordinal[brief], nurse[brief]
    )
    requests["provider"][rows], requests["contacts"][rows], requests["first"][rows] = nurse, 1, First.ACCEPTED
    rq.serve_now(world, rows, Route.NURSE, start)


def fill_rounds(world: World) -> None:
    """Give their nurses to those who have lasting care when the run begins."""
    people = world.people
    everybody = np.arange(len(people))
    has = world.nursing_need.has_lasting(world.draws, people["key"], world.age_years(everybody), people["chronic"])
    rows = true_rows(has)
    world.home_care.fill(world.now, people["key"][rows], rows, people["commune"][rows])


def nurses_day(world: World, day: int) -> None:
    """Write the rounds of a day and let those who look for a nurse call."""
    rounds = world.home_care.day(day)
    world.journal.add("provider_day", **rounds)
    count_day(world.tables["nurses"], rounds)
    _end_searches(world, world.home_care.settle(day * DAY))


def _end_searches(world: World, searched: Searched) -> None:
    """Close the requests whose search has ended: with a nurse, or with nobody."""
    if not len(searched):
        return
    requests = world.requests
    waiting = true_rows((requests["kind"] == Need.NURSING) & (requests["stage"] == rq.BOOKED))
    waiting = waiting[among(requests["person"][waiting], searched.row)]
    asked_by = zip(requests["person"][waiting].tolist(), requests["ordinal"][waiting].tolist(), strict=True)
    where = dict(zip(asked_by, waiting.tolist(), strict=True))
    found_by = zip(searched.row.tolist(), searched.what.tolist(), strict=True)
    request = np.array([where.get(one, -1) for one in found_by])
    which = true_rows(request >= 0)
    rows = request[which]
    if not len(rows):
        return
    nurse = searched.nurse[which]
    requests["provider"][rows] = nurse
    requests["contacts"][rows] = np.minimum(searched.contacts[which], 100)
    requests["first"][rows] = np.where(searched.contacts[which] == 1, First.ACCEPTED, First.REFUSED)
    requests["start"][rows] = np.where(nurse >= 0, searched.start[which], NEVER)
    found = nurse >= 0
    after_stay = found & (requests["origin"][rows] == Origin.CARE)  # asked for at a prepared return from hospital
    world.stays.follow_up(requests["person"][rows[after_stay]], searched.start[which][after_stay])
    rq.end_requests(world, rows[found], Ending.SERVED, Route.NURSE, searched.start[which][found])
    rq.end_requests(world, rows[~found], Ending.UNMET, Route.NONE, searched.ended[which][~found])
