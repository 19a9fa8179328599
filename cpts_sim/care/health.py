"""Health between visits: follow-up of chronic conditions, untreated needs, decompensation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import protection
from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Ending, MtState, Need, Origin, Road, Route
from cpts_sim.engine.columns import true_rows
from cpts_sim.engine.draws import exponential, quantile

Array = NDArray[Any]
MONTH_DAYS = 28


def follow_up_days(world: World, person: Array) -> Array:
    """Days between the follow-ups that chronic patients need, by severity: the same in every arm."""
    days: Array = world.parameters.array("care.followup_interval_days")[world.people["chronic"][person]]
    return days


def practice_style(world: World, gp: Array) -> Array:
    """How sparing each GP is of follow-ups and second visits: 0 is the norm, above it fewer, below it more."""
    u = world.draws.uniform("practice style", world.gps["key"])  # few GPs, many visits
    style: Array = (2.0 * u - 1.0) * world.parameters["quality.style_spread"]
    return style[gp]


def spaced_out(world: World, person: Array) -> Array:
    """Share of follow-ups left out because the usual GP stretches the interval, or because there is none."""
    own = world.people["mt"][person]
    stretch = np.where(own >= 0, world.gps["stretch"][np.maximum(own, 0)], world.parameters["care.stretch_without_mt"])
    style = world.rules["practice_style"](world, np.maximum(own, 0))
    sparing = np.where(own >= 0, np.maximum(style, 0.0), 0.0)
    result: Array = 1.0 - (1.0 - sparing) / stretch
    return result


def days_ahead(world: World, u: Array, days: str = "care.ahead_days") -> Array:
    """Days before the wished date at which planned care is asked for: mostly a few, for some a whole interval."""
    p = world.parameters
    return quantile(p.array("care.ahead_levels"), p.array(days), u)


def plan_next(world: World, person: Array, wished: Array) -> None:
    """Plan the next follow-up after one wished at a date: an exogenous need, whatever care has been given."""
    people, p = world.people, world.parameters
    people["nth_followup"][person] += 1
    u = world.draws.block("followup", 2, people["key"][person], people["nth_followup"][person])
    spread = p["care.followup_spread"]
    following = wished + world.rules["follow_up_days"](world, person) * DAY * (1.0 - spread + 2.0 * spread * u[0])
    ahead = days_ahead(world, u[1]) * DAY
    people["wish_followup"][person] = np.floor(following)
    people["ask_followup"][person] = np.floor(np.maximum(following - ahead, wished))


def start_followups(world: World, person: Array) -> None:
    """Begin the series of follow-ups of people whose condition has just been found, or who have just come."""
    chronic = person[world.people["chronic"][person] > 0]
    if len(chronic):
        plan_next(world, chronic, np.full(len(chronic), world.now))


def plan_first_followups(world: World, start: float) -> None:
    """Spread the first follow-ups of all chronic patients over their own interval (stationary start)."""
    people = world.people
    for column in ("wish_followup", "ask_followup", "last_followup"):
        people.add_column(column, np.full(len(people), NEVER if column != "last_followup" else 0.0))
    people.add_column("nth_followup", np.zeros(len(people), dtype=np.int32))
    person = true_rows(people["chronic"] > 0)
    u, v = world.draws.block("first_followup", 2, people["key"][person])
    interval = world.rules["follow_up_days"](world, person) * DAY
    people["last_followup"][:] = start - 180 * DAY
    people["last_followup"][person] = np.floor(start - u * interval)
    people["wish_followup"][person] = np.floor(start + (1.0 - u) * interval)
    people["ask_followup"][person] = np.floor(
        np.maximum(start, start + (1.0 - u) * interval - days_ahead(world, v) * DAY)
    )


def ask_followups(world: World, day: int) -> None:
    """Open the requests of those who need to ask for their follow-up on this day, during office hours."""
    people = world.people
    person = true_rows(people["ask_followup"] < (day + 1) * DAY)
    person = person[people["alive"][person]]
    if not len(person):
        return
    nth = people["nth_followup"][person]
    u = world.draws.block("followup_asked", 2, people["key"][person], nth)
    moment = np.maximum(people["ask_followup"][person], day * DAY)
    raised = np.maximum(moment, np.floor((day * DAY + 8 * 60 + u[0] * 600) * 64) / 64)
    wished = people["wish_followup"][person].copy()
    rows = rq.raise_requests(
        world, person, Need.FOLLOWUP, Origin.EXOGENOUS, nth, np.minimum(raised, (day + 1) * DAY - 1), wished
    )
    plan_next(world, person, wished)
    left_out = rows[u[1] < world.rules["spaced_out"](world, person)]
    rq.end_requests(world, left_out, Ending.UNMET, Route.SELF, world.requests["raised"][left_out])


def untreated(world: World, rows: Array) -> None:
    """What becomes of a need that nobody met: it heals, comes back, or worsens."""
    if not len(rows):
        return
    requests, people, p = world.requests, world.people, world.parameters
    person, kind = requests["person"][rows], requests["kind"][rows]
    u = world.draws.block("untreated", 2, people["key"][person], rq.identity(requests, rows))
    sick = rq.is_symptom(kind) & (requests["ordinal"][rows] < rq.LONGEST_CHAIN)
    worsens = sick & (u[0] < np.where(kind == Need.ACUTE, p["care.acute_worsens"], p["care.minor_worsens"]))
    returns = (
        sick & ~worsens & (u[0] > 1.0 - np.where(kind == Need.ACUTE, p["care.acute_returns"], p["care.minor_returns"]))
    )
    for chosen, need in ((worsens, Need.EMERGENCY), (returns, Need.ACUTE)):
        again = rows[chosen]
        raised = np.floor((world.now + p["care.untreated_days"] * DAY * (0.3 + 1.4 * u[1][chosen])) * 64) / 64
        rq.raise_requests(
            world, person[chosen], need, Origin.RETURN, rq.following_ordinal(requests, again), raised
        )


class Decompensation:
    """Avoidable admissions: one hazard, of time since the last effective follow-up, severity, age and continuity."""

    @staticmethod
    def prepare(world: World) -> None:
        """Draw the threshold of everybody's first event."""
        people = world.people
        people.add_column("illness", np.zeros(len(people)))
        people.add_column("nth_decomp", np.zeros(len(people), dtype=np.int32))
        people.add_column("threshold_illness", exponential(world.draws.uniform("decompensation", people["key"])))

    @staticmethod
    def hazard(world: World, person: Array) -> Array:
        """Events per day of each chronic patient at the present time."""
        people, p = world.people, world.parameters
        severity = p.array("care.decompensation_rate_year")[people["chronic"][person]] / 365.0
        age = world.age_years(person)
        old = np.where(age >= 85, p["care.decompensation_85"], np.where(age >= 65, p["care.decompensation_65"], 1.0))
        usual = p.array("care.followup_interval_days")[people["chronic"][person]]
        overdue = np.maximum(0.0, (world.now - people["last_followup"][person]) / DAY / np.maximum(usual, 1.0) - 1.0)
        gap = 1.0 + p["care.decompensation_per_interval"] * np.minimum(overdue, p["care.decompensation_gap_cap"])
        attached = people["mt_state"][person] == MtState.HAS
        result: Array = (
            severity
            * old
            * gap
            * np.where(attached, 1.0, p["care.decompensation_without_mt"])
            * people["frailty"][person]
        )
        return result * protection.decompensation_factor(world, person)

    @staticmethod
    def month(world: World, days: int = MONTH_DAYS) -> None:
        """Add a month of hazard, or what is left of it; those who pass their threshold reach the hospital in it."""
        people = world.people
        person = true_rows((people["chronic"] > 0) & people["alive"])
        Decompensation.live(world, person, Decompensation.hazard(world, person), days)

    @staticmethod
    def live(world: World, person: Array, hazard: Array, days: int) -> None:
        """Add some days of hazard (events per day and person) from now on; those who pass their threshold fall ill."""
        people, dose = world.people, hazard * days
        people["illness"][person] += dose
        passed = people["illness"][person] >= people["threshold_illness"][person]
        ill, dose = person[passed], dose[passed]
        inside = 1.0 - np.clip((people["illness"][ill] - people["threshold_illness"][ill]) / dose, 0.0, 1.0)
        at = np.floor((world.now + inside * days * DAY) * 64) / 64
        people["nth_decomp"][ill] += 1
        people["threshold_illness"][ill] += exponential(
            world.draws.uniform("decompensation", people["key"][ill], people["nth_decomp"][ill])
        )
        world.arrivals.add(at, ill, Road.RESCUE, people["nth_decomp"][ill].astype(np.int64) + (1 << 50), DECOMPENSATED)


DECOMPENSATED = 9
