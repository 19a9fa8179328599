"""Rates of need, visits at home and customers of pharmacies follow people's age over the years."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import DAY, arms, cpts, scenario, winter

from cpts_sim.care.setup import NEED_KINDS, need_rates, seen_at_home
from cpts_sim.model import Model

DAYS = 400


@cache
def _later(arm: str) -> Model:
    policies = arms(without=None, **{"with": cpts()})
    model = winter(scenario(population=3000, arms=policies, cpts=cpts(), years=2)).fork(arm)
    model.run(DAYS)
    return model


def _years_ago(model: Model, days: float) -> np.ndarray:
    return np.floor((model.now - days * DAY - model.tables["people"]["born"]) / (365.0 * DAY))


def test_rates_are_those_of_the_present_age() -> None:
    """Only those whose birthday has been since the last turn of a month still have the rates of the year before."""
    model = _later("without")
    world, people = model.care.world, model.tables["people"]
    world.now = model.now
    settled = np.flatnonzero(people["alive"] & (_years_ago(model, 0) == _years_ago(model, 29)) & (people["born"] < 0))
    assert len(settled) > 2000
    rates = need_rates(world, settled, world.demand)
    for name in NEED_KINDS:
        np.testing.assert_array_equal(people[f"rate_{name}"][settled], rates[name], err_msg=name)
    u = world.draws.uniform("seen_at_home", people["key"][settled])
    at_home = u < seen_at_home(world.age_years(settled), people["chronic"][settled], world.parameters)
    np.testing.assert_array_equal(people["home"][settled] > 0, at_home)


def test_pharmacies_serve_the_people_of_today() -> None:
    model = _later("without")
    world, people = model.care.world, model.tables["people"]
    state = world.pharmacies.state()
    before = state["expected"]
    alive = np.flatnonzero(people["alive"])
    world.pharmacies.attach(people["pharmacy"][alive], _years_ago(model, 0)[alive])
    today = world.pharmacies.state()["expected"]
    world.pharmacies.restore(state)
    np.testing.assert_allclose(before.sum(), today.sum(), rtol=0.01)


def test_needs_are_the_same_in_both_arms_after_birthdays() -> None:
    """The same persons of day 0 have had as many needs of each kind, and their next one is due at the same time."""
    one, other = _later("without").tables["people"], _later("with").tables["people"]
    first = min(len(one), len(other))
    both = np.flatnonzero((one["key"][:first] == other["key"][:first]) & one["alive"][:first])
    assert len(both) > 2500
    for name in NEED_KINDS:
        np.testing.assert_array_equal(one[f"nth_{name}"][both], other[f"nth_{name}"][both], err_msg=name)
        np.testing.assert_array_equal(one[f"due_{name}"][both], other[f"due_{name}"][both], err_msg=name)


def test_a_forked_life_ages_as_the_straight_one() -> None:
    straight = _later("without")
    policies = arms(without=None, **{"with": cpts()})
    start = winter(scenario(population=3000, arms=policies, cpts=cpts(), years=2))
    half = start.fork("without")
    half.run(200)
    again = half.fork("without")
    again.run(DAYS - 200)
    for column in ("rated_age", "home", "rate_acute", "rate_nursing", "due_acute"):
        np.testing.assert_array_equal(straight.tables["people"][column], again.tables["people"][column])
    expected = [model.care.world.pharmacies.state()["expected"] for model in (straight, again)]
    np.testing.assert_array_equal(*expected)
