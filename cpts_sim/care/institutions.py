"""Institutions that answer people or prepare their way home: call desk, remote doctors, PRADO, HAD, ALD plan.

The same in every arm. Their own staff work outside the territory's professions: the journal tells their minutes.
Appointments that they find are slots of the GPs, visits that they ask for are visits of the nurses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import hospital_days
from cpts_sim.care import requests as rq
from cpts_sim.care.attachment import register
from cpts_sim.care.common_numbers import offer_nearest
from cpts_sim.care.routes import CONTACTS, Plan, Wave
from cpts_sim.care.world import World, day_of
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Account, After, MtState, Need, Origin, Route, Slot, Work
from cpts_sim.engine.columns import cells, true_rows
from cpts_sim.engine.events import Institution, Via

Array = NDArray[Any]
RANK = -20
"""Nearer to the base rules than any mission."""
OLD, ADULT = 75, 17
PREPARED = 1 << 43
"""Ordinals of nurses' visits that PRADO asks for begin here."""
AGENT_WEEKS, WEEKS_A_YEAR = 4, 52.0


def tell(world: World, institution: int, at: Any, person: Array, minutes: Any) -> None:
    """Write minutes of an institution's own staff in the journal."""
    if len(person):
        world.journal.add("institution", at=at, institution=institution, person=person, minutes=minutes)


# ------------------------------------------------------------------------------------------ SAS
def sas_effectors(world: World) -> Array:
    """Which GPs let the SAS book their free slots: some whatever happens, others only through a CPTS."""
    gps, p = world.gps, world.parameters
    here = gps["alive"] & (gps["status"] == Work.WORKING) & (gps["halo"] == 0)
    share = p["baseline.sas_effectors"] * (1.0 - p["baseline.sas_needs_cpts"])
    result: Array = here & (world.draws.uniform("effector of the SAS", gps["key"]) < share)
    return result


class Sas:
    """The call desk for unscheduled care: a regulating doctor finds a free slot in town within 48 hours."""

    name, code = "sas", Route.SAS

    def install(self, world: World) -> None:
        """Answer those who call the common number, and offer the slots of the GPs who take part."""
        world.rules.wrap("knows_desk", self.name, RANK, self._knows)
        world.routes.append(self)
        world.hooks.setdefault("contacts", []).append(self._count)

    def _count(self, world: World, wave: Wave, at: Array) -> None:
        """Write the calls that were really made: those up to the contact at which each search ended or stopped."""
        who, contact = cells((wave.target == self.code) & (np.arange(CONTACTS)[None, :] <= at[:, None]))
        if len(who):
            minutes = world.parameters["baseline.sas_call_min"]
            tell(world, Institution.SAS, wave.minute[who, contact], wave.person[who], minutes)

    def _knows(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """Some call the SAS when the usual practice has refused, or at once without MT, where it answers."""
        known: Array = inner(world, key, wanted, minute)
        level = world.baseline.level(self.name, world.now)
        if not level:
            return known
        share = level * world.parameters["baseline.sas_awareness"]
        calls = wanted & world.days.is_open(minute) & (world.draws.uniform("knows the SAS", key) < share)
        return np.where(calls & (known == 0), int(Route.SAS), known)

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """Offer free slots of the nearest GPs who take part, and those shared through a CPTS."""
        rows = true_rows(world.rules["sas_effectors"](world))
        kinds, reach = int(Slot.AHEAD | Slot.SAME_DAY | Slot.SHARED), world.parameters["baseline.sas_reach_min"]
        offer_nearest(world, wave, who, contact, plan, rows, kinds, Route.SAS, "asked by the SAS", reach)


# ------------------------------------------------------------------------------------------ duty
def duty_answers(world: World, rows: Array) -> Array:
    """Whether a doctor on duty answers out of hours: drawn once per night or weekend for the territory."""
    level = world.baseline.level("pdsa", world.now)
    night = day_of(world.requests["raised"][rows] - 480.0)
    who = np.zeros(len(rows), dtype=np.uint64)
    result: Array = world.draws.uniform("duty is covered", who, night) < level
    return result


# ------------------------------------------------------------------------------------------ remote doctors
def install_teleconsultation(world: World) -> None:
    """Let some of those whom nobody could see consult a remote doctor."""
    world.rules.wrap("after_failure", "teleconsultation", RANK, _after_failure)


def _after_failure(inner: Any, world: World, rows: Array) -> None:
    """Some consult a remote doctor: supply from outside; a part must see a doctor all the same."""
    level = world.baseline.level("teleconsultation", world.now)
    if not level:
        inner(world, rows)
        return
    requests, people, p = world.requests, world.people, world.parameters
    person = requests["person"][rows]
    u = world.draws.block("remote doctor", 2, people["key"][person], rq.round_identity(requests, rows))
    remote = rq.is_symptom(requests["kind"][rows]) & (u[0] < level)
    chosen, person = rows[remote], person[remote]
    rest = rows[~remote]
    if len(rest):
        inner(world, rest)
    if not len(chosen):
        return
    rq.note_after(requests, chosen, After.ELSEWHERE)
    at = np.floor((requests["next_at"][chosen] + p["baseline.teleconsultation_hours"] * 60.0) * 64.0) / 64.0
    tell(world, Institution.TELECONSULTATION, at, person, p["baseline.teleconsultation_min"])
    world.pharmacies.dispense(people["pharmacy"][person])
    rq.serve_now(world, chosen, Route.REMOTE, at, Account.OUTSIDE)
    back = u[1][remote] < p["baseline.teleconsultation_unsettled"]
    again = np.floor(at[back] + p["baseline.teleconsultation_again_days"] * DAY)
    for kind in (Need.MINOR, Need.ACUTE):
        mine = requests["kind"][chosen[back]] == kind
        ordinal = rq.following_ordinal(requests, chosen[back][mine], reason=1)
        rq.raise_requests(world, person[back][mine], kind, Origin.RETURN, ordinal, again[mine])


# ------------------------------------------------------------------------------------------ discharge
def install_discharge(world: World) -> None:
    """Let PRADO and hospital at home prepare some returns from hospital."""
    world.rules.wrap("after_discharge", "prado_had", RANK, _after_discharge)


def prepared_returns(world: World, discharges: dict[str, Array]) -> tuple[Array, Array]:
    """Return which discharges are followed by hospital at home, and which are prepared by PRADO."""
    levels = [world.baseline.level(name, world.now) for name in ("had", "prado")]
    u = world.draws.uniform("prepared return", discharges["key"], discharges["what"])
    concerned = (discharges["age"] >= OLD) | (discharges["avoidable"] > 0)
    had = concerned & (u < levels[0])
    return had, concerned & ~had & (u > 1.0 - levels[1])


def _after_discharge(inner: Any, world: World, discharges: dict[str, Array]) -> None:
    """Some are followed by hospital at home, others have visits booked by PRADO; the rest do as ever."""
    had, prado = prepared_returns(world, discharges)
    usual = ~(had | prado)
    if usual.any():
        inner(world, {name: column[usual] for name, column in discharges.items()})
    _hospital_at_home(world, {name: column[had] for name, column in discharges.items()})
    _prado(world, {name: column[prado] for name, column in discharges.items()})


def _hospital_at_home(world: World, discharges: dict[str, Array]) -> None:
    """The staff of the HAD come every day; the usual GP is asked for a visit, as her part of it."""
    if not len(discharges["row"]):
        return
    p, person = world.parameters, discharges["row"].astype(np.int64)
    tell(world, Institution.HAD, discharges["at"], person, p["baseline.had_days"] * p["baseline.had_day_min"])
    world.stays.follow_up(person, discharges["at"] + DAY)
    _book_gp(world, person, discharges)


def _prado(world: World, discharges: dict[str, Array]) -> None:
    """An adviser asks the usual GP for a visit in the first week, and looks for a nurse nearby."""
    if not len(discharges["row"]):
        return
    person = discharges["row"].astype(np.int64)
    tell(world, Institution.PRADO, discharges["at"], person, world.parameters["baseline.prado_min"])
    _book_gp(world, person, discharges)
    _ask_nurse(world, person, discharges["at"])


def _book_gp(world: World, person: Array, discharges: dict[str, Array]) -> None:
    own = world.people["mt"][person] >= 0
    if own.any():
        u = world.draws.uniform("visit after a prepared return", discharges["key"][own], discharges["what"][own])
        hospital_days.ask_follow_up(world, person[own], discharges["at"][own], 0.5 * u)


def _ask_nurse(world: World, person: Array, at: Array) -> None:
    """Look for a nurse for a short episode, like anybody who needs one; her visit counts as follow-up."""
    raised = np.floor(np.maximum(at, world.now) * 64.0) / 64.0
    ordinal = np.floor(raised).astype(np.int64) + (PREPARED + (1 << 30))
    rows = rq.raise_requests(world, person, Need.NURSING, Origin.CARE, ordinal, raised)
    world.requests["stage"][rows] = rq.BOOKED
    world.requests["next_at"][rows] = NEVER
    people, none = world.people, np.zeros(len(person), dtype=np.int8)
    visits = np.full(len(person), world.parameters["baseline.prado_nurse_visits"])
    world.home_care.request(raised, people["key"][person], person, people["commune"][person], ordinal, none,
                            visits=visits)  # fmt: skip


# ------------------------------------------------------------------------------------------ ALD plan
def ald_plan(world: World, day: int) -> None:
    """Every four weeks agents of the Assurance Maladie call people with ALD without MT (a weekly hook)."""
    number = day // 7  # weeks count from day 0
    level = world.baseline.level("ald_plan", world.now)
    if world.frozen or not level or number % AGENT_WEEKS:
        return
    people, p = world.people, world.parameters
    without = (people["mt_state"] != MtState.HAS) & (people["ald"] > 0) & people["alive"] & (people["resident"] > 0)
    person = true_rows(without)
    person = person[world.age_years(person) >= ADULT]
    u = world.draws.block("called about an MT", 2, people["key"][person], number)
    called = u[0] < level * AGENT_WEEKS / WEEKS_A_YEAR
    tell(world, Institution.ALD_PLAN, world.now, person[called], p["baseline.ald_plan_min"])
    wants = called & (u[1] < p["baseline.ald_plan_consent"])
    people["mt_state"][person[wants & (people["mt_state"][person] == MtState.NOT_SEEKING)]] = MtState.SEEKING
    _find_gp(world, person[wants], number)


def _find_gp(world: World, person: Array, number: int) -> None:
    """Ask GPs within reach one after the other, those with an open list first, until one accepts."""
    gps, p = world.gps, world.parameters
    rows = true_rows(gps["alive"] & (gps["halo"] == 0) & (gps["status"] == Work.WORKING))
    for one in person[np.argsort(world.people["key"][person], kind="stable")].tolist():
        minutes = world.travel_min[world.people["commune"][one], gps["commune"][rows]]
        near = rows[minutes <= p["baseline.ald_plan_reach_min"]]
        u = world.draws.uniform("asked about an MT", gps["key"][near], one)
        asked = near[np.lexsort((u, gps["open"][near] <= 0))][: int(p["baseline.ald_plan_calls"])]
        key = np.full(len(asked), world.people["key"][one])
        what = (number << 24) + (gps["key"][asked] >> np.uint64(40)).astype(np.int64)
        taken = asked[world.rules["accept_patient"](world, key, asked, what)]
        if len(taken):
            register(world, np.array([one]), taken[:1], np.array([world.now]), Via.NATIONAL_PLAN)
