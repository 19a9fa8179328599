"""An autumn in a small town: who is vaccinated against influenza, by whom, and who would have come anyway."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.care import protection
from cpts_sim.engine.events import Act, Profession
from cpts_sim.model import Model

CAMPAIGN = {"prevention": {"start": "0 months", "themes": ["vaccination"]}}
EVERYBODY_IS_REACHED = {
    "prevention.agent_hours_month": 100,
    "prevention.reach": {"usual": 1, "without_mt": 1, "deprived": 1},
    "prevention.pharmacy_day": 40,
}
DAYS = 84


@cache
def _town() -> Model:
    """Monday 30 September 2019 is day 0."""
    policies = arms(without=cpts({}), campaign=cpts(CAMPAIGN))
    for policy in policies.values():
        policy["parameters"] = EVERYBODY_IS_REACHED
    numbers = {"parameters": EVERYBODY_IS_REACHED, "start": "2019-09-30"}
    return winter(scenario(population=5000, arms=policies, cpts=cpts({}), **numbers))


@cache
def _autumn(arm: str) -> Life:
    return live(_town(), arm, DAYS)


def _people(low: float, high: float) -> np.ndarray:
    """People of 66 to 80 whose inclination to the vaccine is between these; the threshold is at 0.51."""
    world = _town().care.world
    person = np.arange(len(world.people))
    age, inclination = world.age_years(person), protection.inclination(world, person, "vaccine")
    here = world.people["alive"] & (world.people["resident"] > 0) & (world.people["pharmacy"] >= 0)
    return person[here & (age >= 66) & (age <= 80) & (inclination > low) & (inclination < high)]


def _share(arm: str, people: np.ndarray) -> float:
    life = _autumn(arm)
    alive = life.model.tables["people"]["alive"][people]
    return float((life.model.tables["people"]["vaccinated"][people][alive] >= 2).mean())


def test_monsieur_roux_hesitates_and_a_reminder_decides_him() -> None:
    hesitant = _people(0.515, 0.55)
    assert len(hesitant) >= 10
    assert _share("without", hesitant) == 0
    assert _share("campaign", hesitant) > 0.9


def test_madame_blanc_comes_every_year_campaign_or_not() -> None:
    willing = _people(0.0, 0.5)
    assert _share("without", willing) > 0.95
    assert _share("campaign", willing) > 0.95


def test_monsieur_noir_does_not_want_it() -> None:
    unwilling = _people(0.7, 1.0)
    assert _share("without", unwilling) == _share("campaign", unwilling) == 0


def test_the_campaign_writes_down_madame_blanc_too() -> None:
    acts = _autumn("campaign").rows("act")
    counted = acts["person"][(acts["act"] == Act.VACCINE) & (acts["organised"] == 1)]
    assert np.isin(_people(0.0, 0.5), counted).any()


def test_each_vaccine_at_the_counter_takes_seven_minutes_of_a_pharmacist() -> None:
    lives = {arm: _autumn(arm) for arm in ("without", "campaign")}
    hours = {}
    for arm, life in lives.items():
        week = life.rows("week")
        hours[arm] = float(week["consult"][week["profession"] == Profession.PHARMACIST].sum(dtype=np.float64))
    acts, requests = lives["campaign"].rows("act"), lives["campaign"].rows("request")
    organised = (acts["act"] == Act.VACCINE) & (acts["organised"] == 1)
    counter = requests["person"][(requests["origin"] == 5) & (requests["route"] == 4)]
    last_week = acts["at"] >= (DAYS - 7) * 1440.0
    written = organised & np.isin(acts["person"], counter) & ~last_week
    assert hours["campaign"] - hours["without"] > 0.8 * written.sum() * 7.0 / 60.0 > 0


def test_in_a_bad_winter_the_vaccinated_are_spared_a_part_of_the_excess() -> None:
    """Of the needs that the excess adds, a part of those of vaccinated people end at once."""
    shock = {"influenza": {"severity": 3, "start": "14 weeks", "length": "28 days"}}
    spec = scenario(population=8000, arms=arms(without=None), start="2019-09-30", shocks=shock)
    rows = live(winter(spec), "without", 130).rows("request")
    world = _town().care.world
    excess = (rows["kind"] == 1) & (rows["origin"] == 0) & (rows["raised"] >= 98 * 1440.0)
    excess &= (rows["raised"] < 126 * 1440.0) & (rows["age"] >= 66) & (rows["age"] <= 90)
    spared = excess & (rows["route"] == 11)
    assert world.parameters["prevention.vaccine_acute"] == 0.45
    assert 0.02 < spared.sum() / excess.sum() < 0.45 * 0.51
