"""The way to an addictology service: a GP who knows it or not, a letter or a message, a full list."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import arms, cpts, scenario, winter

from cpts_sim.care import second_line
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Service
from cpts_sim.model import Model

PATH = {"pathways": {"start": "0 months", "paths": ["addictology"]}}
UNKNOWN = {
    "second_line.known_share": dict.fromkeys(second_line.NAMES, 0),
    "second_line.goes": dict.fromkeys(second_line.NAMES, 1),
    "second_line.lost_unknown": 0.5,
    "second_line.refers": dict.fromkeys(second_line.NAMES, 0),
}
TEN = np.arange(200, 210)


@cache
def _start() -> Model:
    policies = arms(without=None, path=cpts(PATH))
    for policy in policies.values():
        policy["parameters"] = UNKNOWN
    return winter(scenario(population=3000, arms=policies, cpts=cpts({}), parameters=UNKNOWN))


def _town(arm: str | None = "without") -> Model:
    town = _start().fork(arm)
    town.run(1)
    return town


def _send(town: Model, people: np.ndarray, hour: float = 10.0) -> np.ndarray:
    """The GP of row 0 refers these people; returns the minutes at which the service hears of them."""
    world = town.care.world
    at = np.full(len(people), world.now + hour * 60.0)
    second_line.refer(world, people, Service.ADDICTOLOGY, np.zeros(len(people), np.int64), at, people)
    referrals = world.tables["referrals"]
    return (referrals["reaches"][np.isin(referrals["person"], people)] - at[0]) / DAY


def test_a_gp_who_does_not_know_the_service_loses_half_of_them_and_months() -> None:
    days = _send(_town(), TEN)
    assert 2 <= len(days) <= 8
    assert days == pytest.approx(67, abs=0.1)  # two months of wandering, a week of letters


def test_with_the_directory_all_arrive_after_a_letter() -> None:
    town = _town("path")
    town.care.world.gps["uses_directory"][0] = 1
    days = _send(town, TEN)
    assert len(days) == 10
    assert days == pytest.approx(7, abs=0.1)


def test_a_secure_message_takes_a_day() -> None:
    town = _town("path")
    for tool in ("directory", "messaging"):
        town.care.world.gps[f"uses_{tool}"][0] = 1
    assert _send(town, TEN) == pytest.approx(1, abs=0.1)


def test_whoever_was_sent_is_not_sent_again_within_a_year() -> None:
    town = _town("path")
    town.care.world.gps["uses_directory"][0] = 1
    _send(town, TEN)
    assert len(_send(town, TEN)) == 10


def test_the_service_sees_one_a_week_in_the_order_of_arrival_and_the_list_grows() -> None:
    town = _town("path")
    world = town.care.world
    for tool in ("directory", "messaging"):
        world.gps[f"uses_{tool}"][0] = 1
    services, mine = world.tables["second_line"], int(Service.ADDICTOLOGY)
    for column, value in (("per_week", 1.0), ("others_per_week", 0.0), ("joined", 0.0), ("called", 0.0)):
        services[column][mine] = value
    _send(town, TEN[:5], 9.0)
    _send(town, TEN[5:], 15.0)
    before = second_line.waiting_days(world)[mine]
    town.run(22)
    people = world.people
    seen = people["addiction_until"] > 0
    assert second_line.waiting_days(world)[mine] > before + 30
    assert 2 <= seen[TEN[:5]].sum() <= 4
    assert not seen[TEN[5:]].any()
