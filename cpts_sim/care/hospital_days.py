"""Between home and hospital: people from elsewhere in the departments, admissions, discharges, readmissions.

Each hospital is a process on the clock: every day at 00:00 it announces the people from elsewhere who will
come (the same crowd in all arms). Residents who are admitted stay in a ward, where they ask nobody for an
appointment; they go home, some see their usual GP, some come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care import seeking, visits
from cpts_sim.care.ed_demand import EdDemand, Outsiders
from cpts_sim.care.health import DECOMPENSATED
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Need, Origin, Road, Route
from cpts_sim.engine.columns import true_rows
from cpts_sim.evidence import Parameters

if TYPE_CHECKING:
    from cpts_sim.care.emergency import Finished
    from cpts_sim.engine.columns import Table
    from cpts_sim.engine.draws import Draws

Array = NDArray[Any]

DECOMPENSATION = 1 << 50
"""Identities of visits from here on come from a decompensation (care in time would have avoided them)."""

READMITTED = 1 << 58
"""Added to the identity of a stay for the visit that follows it within 30 days."""

_DISCHARGE_ORDINAL = 1 << 44
_BEFORE_DAY_0 = 1 << 30


# ---------------------------------------------------------------------------------------------- outsiders
def add_volumes(
    hospitals: Table, people: Table, sites: Array, age: Array, demand: EdDemand, p: Parameters
) -> None:
    """Write what each department is to expect per day: residents at their rates, and people from elsewhere.

    Args:
        hospitals: table; gets ``residents_per_day``, ``outsiders_per_day``, ``crowd`` (factor that a shock
            may put on the outsiders) and the counters of a week.
        people: inhabitants.
        sites: row of the department of each commune, -1 for none.
        age: years of each inhabitant.
        demand: emergency need by age.
        p: parameters.
    """
    every = p["hospital.ed_visits_per_1000"]
    rate = demand.rate_per_day(age) * (every / (every - p["hospital.ed_spill_per_1000"]))
    site = sites[people["commune"]]
    here = (site >= 0) & people["alive"]
    hospitals.add_column("residents_per_day", np.bincount(site[here], rate[here], len(hospitals)))
    hospitals.add_column("outsiders_per_day", hospitals["visits_per_day"] * (1.0 - hospitals["own_share"]))
    hospitals.add_column("crowd", np.ones(len(hospitals)))
    for counter in ("week_visits", "week_doctor_min", "week_stay_min"):
        hospitals.add_column(counter, np.zeros(len(hospitals)))


def expected_per_day(hospitals: Table) -> Array:
    """Visits a day for which each department is staffed, shape (hospitals,)."""
    total: Array = hospitals["residents_per_day"] + hospitals["outsiders_per_day"]
    return total


def outsider_share(hospitals: Table) -> Array:
    """Expected share of people from elsewhere in each department, to be printed with its results."""
    share: Array = hospitals["outsiders_per_day"] / np.maximum(expected_per_day(hospitals), 1e-12)
    return share


def make_outsiders(names: list[str], hospitals: Table, demand: EdDemand, draws: Draws) -> Outsiders:
    """Return the crowds of all departments; two of one name are told apart by their rank among them."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return Outsiders(demand, draws, unique, hospitals["outsiders_per_day"])


def wake(world: World, row: int) -> None:
    """Announce the people from elsewhere who come to one hospital today, and sleep until tomorrow."""
    hospitals, days = world.tables["hospitals"], world.days
    at = float(hospitals["next_at"][row])
    day = int(np.floor_divide(at, DAY))
    index = days.place(day)
    season = world.demand.day_factor(int(days.weekday[index]), int(days.month[index]))
    came: dict[str, Any] = world.outsiders.day(day, season * float(hospitals["crowd"][row]), row)
    elsewhere = np.full(len(came["arrival"]), -1)
    came["hospital"], came["arrival"] = world.rules["which_department"](
        world, came["hospital"], came["arrival"], came["level"], elsewhere
    )
    world.emergency.arrive(**came, hours_open=days.is_open(came["arrival"]))
    hospitals["next_at"][row] = at + DAY


def which_department(
    world: World, site: Array, minute: Array, level: Array, commune: Array
) -> tuple[Array, Array]:
    """Which department receives each visit, and at which minute (``commune`` -1: from elsewhere)."""
    return site, minute


# ---------------------------------------------------------------------------------------------- admissions
def note_visits(world: World, finished: Finished) -> None:
    """Add visits that ended to the week of their department."""
    hospitals, journal = world.tables["hospitals"], finished.journal
    site, count = journal["hospital"].astype(np.int64), len(hospitals)
    stay = journal["end"].astype(np.float64) - journal["arrival"].astype(np.float64)
    hospitals["week_visits"] += np.bincount(site, minlength=count)
    hospitals["week_doctor_min"] += np.bincount(site, finished.doctor_min, count)
    hospitals["week_stay_min"] += np.bincount(site, stay, count)


def admit(world: World, finished: Finished) -> None:
    """Begin the stays of residents who leave a department for a ward.

    A stay is avoidable if a decompensation led to it. The readmission that follows such a stay is counted as
    a readmission, not as avoidable once more.
    """
    journal: dict[str, Array] = finished.journal
    inside = finished.admitted & (journal["person"] >= 0)
    if not inside.any():
        return
    person, what = journal["person"][inside].astype(np.int64), finished.what[inside]
    again = what >= READMITTED
    cause = (what & (READMITTED - 1)) >= DECOMPENSATION
    stay = world.stays.admit(
        journal["end"][inside], finished.key[inside], person, journal["age"][inside], what,
        avoidable=cause, readmission=again, trolley_night=finished.night_on_trolley[inside],
    )  # fmt: skip
    until = stay.pop("discharge").astype(np.float64)
    world.journal.add("admission", **(stay | {"avoidable": cause & ~again}))
    np.maximum.at(world.people["ward_until"], person, until)
    _stop_asking(world, person)


def _stop_asking(world: World, person: Array) -> None:
    """Take care of what people who have just been admitted were asking for."""
    requests = world.requests
    admitted = np.zeros(len(world.people), dtype=bool)
    admitted[person] = True
    asking = true_rows(requests["stage"] == rq.ASKING)
    rows = asking[admitted[requests["person"][asking]]]
    if len(rows):
        _care_in_ward(world, rows)


def _care_in_ward(world: World, rows: Array) -> None:
    """In a ward symptoms are cared for on the spot; planned care is asked for after discharge."""
    requests = world.requests
    symptom = requests["kind"][rows] <= Need.EMERGENCY
    now = rows[symptom]
    if len(now):
        rq.serve_now(world, now, Route.SELF, np.maximum(requests["raised"][now], world.now))
    later = rows[~symptom]
    requests["next_at"][later] = np.ceil(world.people["ward_until"][requests["person"][later]])


def in_ward(world: World, person: Array, at: Array) -> Array:
    """Whether persons are in a ward at given minutes."""
    inside: Array = world.people["ward_until"][person] > at
    return inside


def before_asking(world: World, rows: Array) -> None:
    """What people do with a new need; those in a ward are cared for there or ask after discharge."""
    requests = world.requests
    inside = in_ward(world, requests["person"][rows], requests["next_at"][rows])
    if inside.any():
        _care_in_ward(world, rows[inside])
        rows = rows[~inside]
    if len(rows):
        seeking.before_asking(world, rows)


def no_show(world: World, rows: Array, gp: Array, lead_min: Array) -> Array:
    """Whether people miss their visit; those in a ward do."""
    missed: Array = visits.no_show(world, rows, gp, lead_min)
    return missed | in_ward(world, world.requests["person"][rows], world.requests["start"][rows])


# ---------------------------------------------------------------------------------------------- discharges
def morning(world: World, day: int) -> None:
    """Send home those who leave today, and back to the department those whose state fails after discharge."""
    events, people = world.stays.advance((day + 1) * DAY), world.people
    back = _living(world, events.readmissions)
    if len(back["row"]):
        row, what = back["row"].astype(np.int64), back["what"] + READMITTED
        at = np.floor(np.maximum(back["at"], day * DAY) * 64.0) / 64.0
        world.arrivals.add(at, row, Road.RESCUE, what, DECOMPENSATED)
    home = _living(world, events.discharges)
    if len(home["row"]):
        home["key"] = people["key"][home["row"]]
        world.rules["after_discharge"](world, home)


def _living(world: World, events: dict[str, Array]) -> dict[str, Array]:
    alive = world.people["alive"][events["row"]]
    return {name: column[alive] for name, column in events.items()}


def after_discharge(world: World, discharges: dict[str, Array]) -> None:
    """Some of those who go home ask their usual GP for a visit in the following days.

    Args:
        world: the world.
        discharges: columns ``at`` (minutes), ``row`` (person), ``key``, ``what``, ``age``, ``avoidable``,
            ``notice`` (1 if the usual carers were told on the day).
    """
    p, person = world.parameters, discharges["row"].astype(np.int64)
    u = world.draws.block("after_discharge", 2, discharges["key"], discharges["what"])
    asks = (u[0] < p["hospital.asks_gp_after_discharge"]) & (world.people["mt"][person] >= 0)
    if asks.any():
        ask_follow_up(world, person[asks], discharges["at"][asks], u[1][asks])


def ask_follow_up(world: World, person: Array, discharged: Array, u: Array) -> Array:
    """Open requests for a visit after discharge; returns their rows.

    Args:
        world: the world.
        person: persons with a usual GP.
        discharged: minutes of discharge.
        u: numbers in (0, 1) that spread the wished dates.
    """
    p = world.parameters
    at = np.maximum(discharged, world.now)
    opening = world.days.next_opening(at + p["hospital.asks_gp_after_days"] * DAY * u)
    raised = np.floor(opening * 64.0) / 64.0
    wished = np.floor(np.maximum(raised, at + p["hospital.wishes_gp_after_days"] * DAY * 2.0 * u))
    ordinal = np.floor(discharged).astype(np.int64) + (_DISCHARGE_ORDINAL + _BEFORE_DAY_0)
    rows: Array = rq.raise_requests(world, person, Need.FOLLOWUP, Origin.CARE, ordinal, raised, wished)
    return rows


def after_visit(world: World, rows: Array, gp: Array, at: Array) -> None:
    """What a visit does; for those discharged less than 30 days ago it is the follow-up of their stay."""
    visits.after_visit(world, rows, gp, at)
    world.stays.follow_up(world.requests["person"][rows], at)


def add_ward_column(people: Table) -> None:
    """Give people the end of their present or last stay in a ward."""
    people.add_column("ward_until", np.full(len(people), -NEVER))
