"""Protection: vaccination, screening, plans against falls, in every arm; what these acts do to people.

National invitations reach people by a lasting inclination of theirs; a reminder moves those next to the
threshold. A need that an act avoids still arises at the same minute in every arm (law 4) and ends at once,
settled without care. Published rates of decompensation are those of a population vaccinated at the national
coverage.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.world import EVERYBODY, World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import MtState, Need, Origin
from cpts_sim.engine.columns import true_rows
from cpts_sim.engine.events import Act, Profession

Array = NDArray[Any]
OLD, FALLS_FROM, ILL = 65, 75, 2
SCREENED_FROM, SCREENED_TO, ROUND_DAYS = 50, 75, 730
SEASON_STARTS = 288
"""Day of the year on which a season of vaccination begins (15 October)."""


def add_columns(world: World) -> None:
    """Give people what they were protected by when the run begins."""
    people = world.people
    for column in ("vaccinated", "screened"):
        people.add_column(column, np.zeros(len(people), dtype=np.int32))
    people.add_column("fall_plan_until", np.full(len(people), -np.inf))
    week(world, world.days.first_day, told=False)


# ------------------------------------------------------------------------------------------ seasons
def season(world: World, day: int) -> tuple[int, int]:
    """Number of the present season of vaccination (from 1 on) and days since it began."""
    days = world.days
    index = days.place(day)
    since = (int(days.year_day[index]) - SEASON_STARTS) % 365
    return 2 + (index - since) // 365, since


def round_of_screening(world: World, day: int) -> tuple[int, int]:
    """Number of the present two-year round of screening (from 1 on) and days since it began."""
    since = day - world.days.first_day + ROUND_DAYS // 2
    return 1 + since // ROUND_DAYS, since % ROUND_DAYS


# ------------------------------------------------------------------------------------------ who is due
def coverage(world: World, person: Array) -> Array:
    """Share of people like these who are vaccinated after the national invitation; 0 where none is sent."""
    share = world.parameters.mapping("prevention.vaccine_coverage")
    ill = np.where(world.people["chronic"][person] >= ILL, share["ill"], 0.0)
    result: Array = np.where(world.is_aged(person, OLD), share["old"], ill)
    return result * invited(world, "vaccine")


def participation(world: World) -> float:
    """Share of people of the age who are screened in a round after the national invitation."""
    return world.parameters["prevention.screening_participation"] * invited(world, "screening")


def invited(world: World, act: str) -> float:
    """Share of those who come after an invitation who come at the present level of invitations."""
    alone = world.parameters.mapping("baseline.uninvited")[act]
    return alone + (1.0 - alone) * world.baseline.level("invitations", world.now)


def inclination(world: World, person: Array, act: str) -> Array:
    """Lasting inclination of people towards an act: a number in (0, 1), lower for those who go first."""
    return world.draws.uniform(f"inclination/{act}", world.people["key"][person])


def screened_at_all(world: World, person: Array | slice) -> Array:
    """Who is of an age to be screened."""
    result: Array = world.is_aged(person, SCREENED_FROM) & ~world.is_aged(person, SCREENED_TO)
    return result


# ------------------------------------------------------------------------------------------ ordinary practice
def week(world: World, day: int, told: bool = True) -> None:
    """A week of vaccination, screening and plans that come about in every arm (a weekly hook)."""
    people, p = world.people, world.parameters
    here = people["alive"] & (people["resident"] > 0)
    _vaccines(world, here, day, told)
    _screenings(world, here, day, told)
    if told:
        old = true_rows(here & world.is_aged(EVERYBODY, FALLS_FROM))
        u = world.draws.uniform("fall plan", people["key"][old], day)
        chosen = old[u < p["prevention.fall_plans_year"] / 52.0]
        plan_against_falls(world, chosen, np.full(len(chosen), day * DAY + 600.0), -1, 0)


def _vaccines(world: World, here: Array, day: int, told: bool) -> None:
    number, since = season(world, day)
    if told and since > (world.parameters["prevention.vaccine_weeks"] + 2) * 7:
        return
    people = world.people
    days = world.parameters["prevention.vaccine_weeks"] * 7.0
    person = true_rows(here & (people["vaccinated"] < number))
    covered = coverage(world, person)
    person, covered = person[covered > 0.0], covered[covered > 0.0]
    person = person[inclination(world, person, "vaccine") < covered]
    when = world.draws.uniform("vaccinated when", people["key"][person], number) * days
    chosen = person[when <= since]
    provider = vaccinators(world, chosen, number) if told else -1
    give_vaccine(world, chosen, np.full(len(chosen), day * DAY + 600.0), provider, 0, number, told)


def vaccinators(world: World, person: Array, number: int) -> Array:
    """Who gives the vaccines of a week: pharmacists, liberal nurses, or the GP in the course of a visit.

    Their minutes are charged. Returns the row of the pharmacy, -1 for the others.
    """
    people, p = world.people, world.parameters
    u = world.draws.block("who vaccinates", 2, people["key"][person], number)
    minutes, pharmacy = p["prevention.vaccine_min"], people["pharmacy"][person].astype(np.int64)
    counter = (u[0] < world.baseline.level("pharmacist_vaccination", world.now)) & (pharmacy >= 0)
    world.ledgers[Profession.PHARMACIST].charge("consult", pharmacy[counter], minutes)
    nurses = true_rows(world.home_care.capacity_min > 0)
    nurse = ~counter & (u[1] < p["baseline.nurse_vaccination"]) & bool(len(nurses))
    if nurse.any():
        pick = nurses[(u[1][nurse] / p["baseline.nurse_vaccination"] * len(nurses)).astype(np.int64)]
        world.ledgers[Profession.NURSE].charge("consult", pick, minutes)
    gp = people["mt"][person[~counter & ~nurse]].astype(np.int64)
    world.ledgers[Profession.GP].charge("consult", gp[gp >= 0], minutes)
    return np.where(counter, pharmacy, -1)


def _screenings(world: World, here: Array, day: int, told: bool) -> None:
    number, since = round_of_screening(world, day)
    people = world.people
    person = true_rows(here & (people["screened"] < number) & screened_at_all(world, EVERYBODY))
    person = person[inclination(world, person, "screening") < participation(world)]
    when = world.draws.uniform("screened when", people["key"][person]) * ROUND_DAYS
    chosen = person[when <= since]
    give_screening(world, chosen, np.full(len(chosen), day * DAY + 600.0), -1, 0, number, told)


# ------------------------------------------------------------------------------------------ acts
def give_vaccine(
    world: World, person: Array, at: Array, provider: Any, organised: int, number: int, told: bool = True
) -> None:
    """Vaccinate people for a season."""
    world.people["vaccinated"][person] = number
    if told:
        tell(world, int(Act.VACCINE), person, at, provider, organised)


def give_screening(
    world: World, person: Array, at: Array, provider: Any, organised: int, number: int, told: bool = True
) -> None:
    """Screen people for a round; a positive result asks for a visit to the GP."""
    people = world.people
    people["screened"][person] = number
    if not told or not len(person):
        return
    tell(world, int(Act.SCREENING), person, at, provider, organised)
    u = world.draws.block("screening result", 2, people["key"][person], number)
    positive = u[0] < world.parameters["prevention.screening_positive"]
    asked = np.floor((at + DAY * (7.0 + 7.0 * u[1])) * 64) / 64
    ordinal = np.full(int(positive.sum()), (1 << 47) + number)
    rq.raise_requests(world, person[positive], Need.PREVENTIVE, Origin.CARE, ordinal, asked[positive])


def plan_against_falls(world: World, person: Array, at: Array, provider: Any, organised: int) -> None:
    """Assess people and give them a plan against falls; some of them follow it."""
    if not len(person):
        return
    p, people = world.parameters, world.people
    u = world.draws.uniform("follows the fall plan", people["key"][person])
    follows = u < p["prevention.fall_follows"]
    people["fall_plan_until"][person[follows]] = at[follows] + p["prevention.fall_plan_days"] * DAY
    tell(world, int(Act.FALL_PLAN), person, at, provider, organised)


def tell(world: World, act: int, person: Array, at: Array, provider: Any, organised: int) -> None:
    """Write acts in the journal."""
    if not len(person):
        return
    people = world.people
    world.journal.add(
        "act", at=at, person=person, act=act, organised=organised, provider=provider,
        ald=people["ald"][person], age=world.age_years(person), deprivation=people["deprivation"][person],
        attached=people["mt_state"][person] == MtState.HAS,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ what the acts do
def avoids(world: World, rows: Array) -> Array:
    """Which needs are avoided by a vaccine, a plan against falls, or a treatment begun in the second line."""
    requests, people, p = world.requests, world.people, world.parameters
    person, kind, raised = requests["person"][rows], requests["kind"][rows], requests["raised"][rows]

    def those_in(kind_of_need: int, column: str, since: Any) -> Array:
        """Needs of a kind of the people whose column is beyond something (read for these only)."""
        found, mine = np.zeros(len(rows), dtype=bool), true_rows(kind == kind_of_need)
        found[mine] = people[column][person[mine]] > (since if np.ndim(since) == 0 else since[mine])
        return found

    flu = those_in(Need.ACUTE, "vaccinated", season(world, int(np.floor_divide(world.now, DAY)))[0] - 1)
    fall, mental = those_in(Need.EMERGENCY, "fall_plan_until", raised), those_in(Need.MENTAL, "mental_until", raised)
    addiction = those_in(Need.EMERGENCY, "addiction_until", raised)
    some = true_rows((flu | fall | mental | addiction) & (requests["origin"][rows] == Origin.EXOGENOUS))
    u = world.draws.block("avoided", 2, people["key"][person[some]], rq.identity(requests, rows[some]))
    result = np.zeros(len(rows), dtype=bool)
    result[some] = (
        (
            flu[some]
            & (u[0] < world.rules["influenza_share"](world, rows[some]))
            & (u[1] < p["prevention.vaccine_acute"])
        )
        | (fall[some] & (u[0] < p["prevention.fall_share"]) & (u[1] < 1.0 - p["prevention.fall_rate_ratio"]))
        | (mental[some] & (u[1] < p["second_line.mental_relief"]))
        | (addiction[some] & (u[1] > 1.0 - p["second_line.addiction_relief"]))
    )
    return result


def influenza_share(world: World, rows: Array) -> Array:
    """Probability that acute needs of today are influenza, in an ordinary season."""
    p, days = world.parameters, world.days
    day = int(np.floor_divide(world.now, DAY))
    activity = world.needs["acute"].activity
    usual = p.array("care.rate_acute").mean() / 365.0
    acute = (activity.at_day(day + 1) - activity.at_day(day)) * usual
    return np.full(len(rows), min(1.0, _influenza(world, day - days.first_day) / max(acute, 1e-9)))


def _influenza(world: World, index: int) -> float:
    """Influenza seen by GPs per person today."""
    weekly = world.parameters.array("care.ili_weekly_per_100k")
    year_day = int(world.days.year_day[min(index, len(world.days.year_day) - 1)])
    return float(weekly[min(year_day // 7, 51)]) / 100_000.0 / 7.0


def decompensation_factor(world: World, person: Array) -> Array:
    """Ratio of the hazard of decompensation to that of a population vaccinated at the national coverage."""
    p = world.parameters
    day = int(np.floor_divide(world.now, DAY))
    weekly = p.array("care.ili_weekly_per_100k")
    level = _influenza(world, day - world.days.first_day) * 7.0 * 100_000.0 / float(weekly.max())
    gain = p["prevention.influenza_decompensation"] * level * p["prevention.vaccine_severe"]
    protected = world.people["vaccinated"][person] >= season(world, day)[0]
    result: Array = (1.0 - gain * protected) / (1.0 - gain * coverage(world, person))
    return result
