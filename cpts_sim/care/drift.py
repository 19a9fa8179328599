"""What happens to people and practices whatever is funded: births, deaths, moves, ageing, retirements, arrivals.

All of it is drawn from stable keys, so it is the same in every arm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import ageing
from cpts_sim.care.attachment import ADULT_AGE
from cpts_sim.care.careers import note
from cpts_sim.care.ed_settings import OLDEST
from cpts_sim.care.health import start_followups
from cpts_sim.care.professionals import leave_for
from cpts_sim.care.strain_effects import OddsTable, home_of
from cpts_sim.care.world import EVERYBODY, World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.draws import exponential, keys_of, quantile
from cpts_sim.engine.events import Attachment, Career, MtState, Work

Array = NDArray[Any]
YEAR = 365.0 * DAY
MONTHS_A_YEAR = 365.0 / 28.0
MOTHERS_FROM, MOTHERS_TO = 18, 44


def population_month(world: World, month: int) -> None:
    """Let a month of birthdays, deaths, moves and births pass, then new long-term conditions."""
    ageing.month(world)
    _deaths(world, month)
    _moves(world, month)
    _births(world, month)
    _new_conditions(world, month)


def _leave(world: World, person: Array, event: int) -> None:
    people = world.people
    world.journal.add(
        "attachment", at=world.now, person=person, event=event, gp=people["mt"][person], via=0,
        ald=people["ald"][person], age=world.age_years(person),
    )  # fmt: skip
    people["alive"][person] = False
    world.home_care.leave(person)
    gone = np.isin(world.requests["person"], person)
    world.rules["drop_requests"](world, np.flatnonzero(gone))


def _deaths(world: World, month: int) -> None:
    people, p = world.people, world.parameters
    person = np.flatnonzero(people["alive"])
    rate = _by_age(world, "care.death_rate_year")[world.age_years(person)]
    rate = rate * (1.0 + (p["care.death_ald_factor"] - 1.0) * (people["ald"][person] > 0))
    dies = world.draws.uniform("death", people["key"][person], month) < rate / MONTHS_A_YEAR
    if dies.any():
        _leave(world, person[dies], Attachment.DECEASED)


def _by_age(world: World, rate: str) -> Array:
    """Rate a year at each completed year of age (``age_years`` goes up to ``OLDEST``), from the values at some ages."""
    ages = world.parameters.array("care.death_ages")
    return quantile(
        ages / ages[-1], world.parameters.array(rate), np.minimum(np.arange(OLDEST + 1), ages[-1]) / ages[-1]
    )


def _moves(world: World, month: int) -> None:
    """Some households move away; as many people of the same ages move in, without MT."""
    people, p = world.people, world.parameters
    person = np.flatnonzero(people["alive"])
    chance = p["care.moves_year"] / MONTHS_A_YEAR
    moving = person[world.draws.uniform("move", people["key"][person], month) < chance]
    if not len(moving):
        return
    keys = keys_of("moved in", people["key"][moving].astype(np.int64) + month)
    seeking = world.draws.uniform("newcomer_seeks", keys) < p["care.newcomer_seeks"]
    rows = _newcomers(world, moving, keys, people["born"][moving])
    people["mt_state"][rows] = np.where(seeking, MtState.SEEKING, MtState.NOT_SEEKING)
    child = (
        world.age_years(rows) < ADULT_AGE
    )  # has the family's GP: households are not modelled, so that of the child who left
    people["mt"][rows[child]] = people["mt"][moving[child]]
    people["mt_state"][rows[child]] = people["mt_state"][moving[child]]
    for column in ("ald", "chronic", "sex"):
        people[column][rows] = people[column][moving]
    _start(world, rows)
    _leave(world, moving, Attachment.MOVED_OUT)
    world.journal.add(
        "attachment",
        at=world.now,
        person=rows,
        event=Attachment.MOVED_IN,
        gp=-1,
        via=0,
        ald=people["ald"][rows],
        age=world.age_years(rows),
    )


def _births(world: World, month: int) -> None:
    people, p = world.people, world.parameters
    age = world.age_years(EVERYBODY)
    mothers = np.flatnonzero(people["alive"] & (people["sex"] == 1) & (age >= MOTHERS_FROM) & (age <= MOTHERS_TO))
    u = world.draws.uniform("birth", people["key"][mothers], month)
    mothers = mothers[u < p["care.births_per_woman_year"] / MONTHS_A_YEAR]
    if not len(mothers):
        return
    keys = keys_of("born", people["key"][mothers].astype(np.int64) + month)
    rows = _newcomers(world, mothers, keys, np.full(len(mothers), world.now))
    people["sex"][rows] = world.draws.uniform("sex", keys) < 0.488
    people["mt"][rows] = people["mt"][mothers]
    people["mt_state"][rows] = people["mt_state"][mothers]
    _start(world, rows)
    world.journal.add(
        "attachment", at=world.now, person=rows, event=Attachment.BORN, gp=people["mt"][rows], via=0, ald=0, age=0
    )


def _newcomers(world: World, model: Array, keys: Array, born: Array) -> Array:
    """Append people who live where ``model`` people live."""
    people = world.people
    same = ("commune", "deprivation", "car", "pharmacy", "known1", "known2", "resident", "patience", "frailty")
    copied = {column: people[column][model] for column in same}
    rows = people.append(
        len(model), key=keys, born=born, mt=-1, believed=world.parameters["care.belief_reference"], **copied
    )
    people["patience"][rows] = world.draws.uniform("patience", keys)
    people["threshold_illness"][rows] = exponential(world.draws.uniform("decompensation", keys))
    for column in ("ask_followup", "wish_followup"):
        people[column][rows] = np.inf
    people["last_followup"][rows] = world.now
    return rows


def _start(world: World, rows: Array) -> None:
    """Give newcomers their rates of need and their first follow-up."""
    world.rules["set_rates"](world, rows)
    ageing.settle_in(world, rows)
    day = int(np.floor_divide(world.now, DAY))
    for clock in world.needs.values():
        clock.restart(rows, clock.activity.at_day(day))
    start_followups(world, rows)


def _new_conditions(world: World, month: int) -> None:
    """Long-term conditions (ALD) appear with age a little faster than people with one die or leave."""
    people = world.people
    person = np.flatnonzero(people["alive"] & (people["ald"] == 0))
    rate = _by_age(world, "care.new_ald_year")[world.age_years(person)]
    begins = person[world.draws.uniform("new_ald", people["key"][person], month) < rate / MONTHS_A_YEAR]
    if not len(begins):
        return
    people["ald"][begins] = 1
    people["chronic"][begins] = np.maximum(people["chronic"][begins], 2)
    ageing.follow(world, begins)
    fresh = begins[~np.isfinite(people["ask_followup"][begins])]
    start_followups(world, fresh)


def practices_month(world: World, month: int) -> None:
    """Retirements by age, earlier for who is exhausted by work; some have a successor who takes list and premises."""
    gps, p = world.gps, world.parameters
    active = np.flatnonzero(gps["alive"] & (gps["status"] != Work.LEFT) & (gps["halo"] == 0))
    age = gps["age"][active] + (world.now / YEAR)
    ages = p.array("gp.retirement_ages")
    rate = quantile((ages - ages[0]) / (ages[-1] - ages[0]), p.array("gp.retirement_rate_year"),
                    np.clip((age - ages[0]) / (ages[-1] - ages[0]), 0.0, 1.0))  # fmt: skip
    earlier = OddsTable(p["strain.retire_or"], int(p["strain.odds_step"]))
    rate = rate * earlier(gps["ee"][active] - home_of(gps, active))
    u = world.draws.block("retire", 2, gps["key"][active], month)
    retiring = active[u[0] < rate / MONTHS_A_YEAR]
    if not len(retiring):
        return
    replaced = u[1][u[0] < rate / MONTHS_A_YEAR] < p["gp.successor_share"]
    world.rules["succeed"](world, retiring[replaced], month)
    leave_for(world, retiring[~replaced], Career.RETIRED)


def succeed(world: World, rows: Array, month: int) -> None:
    """A young GP takes over list and premises: the row keeps its books, the person in it is new."""
    if not len(rows):
        return
    gps = world.gps
    note(world, rows, Career.SUCCEEDED)
    keys = keys_of("successor", gps["key"][rows].astype(np.int64) + month)
    gps["key"][rows] = keys
    gps["age"][rows] = world.parameters["gp.successor_age"] - world.now / YEAR
    gps["account"][rows] = 2
    gps["accepts"][rows] = 1
    gps["since"][rows] = world.now
    world.rules["new_strain"](world, rows)
