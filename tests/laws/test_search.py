"""What follows a failed contact comes out of search: worth of the need, patience, believed access, road to the ED."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lives import DAY, live, scenario, winter

from cpts_sim.care import requests as rq
from cpts_sim.care import seeking
from cpts_sim.engine.events import After, First, Need, Road
from cpts_sim.model import Model


@pytest.fixture(scope="module")
def start() -> Model:
    """A small territory at day 0."""
    return winter(scenario(population=3000, warmup="3 weeks"))


def _one(start: Model, kind: Need) -> tuple[Any, np.ndarray, np.ndarray]:
    """A request of a kind by each of the first inhabitants, in a fork."""
    world = start.fork().care.world
    person = np.arange(400)
    at = np.full(len(person), world.now)
    rows = rq.raise_requests(world, person, kind, 0, np.full(len(person), 12345), at)
    world.requests["patience_days"][rows] = rq.patience_days(world, rows)
    return world, person, rows


def test_graver_needs_surer_and_more_patient_people_make_more_contacts(start: Model) -> None:
    tried: dict[str, float] = {}
    for kind in (Need.MINOR, Need.ACUTE):
        world, person, rows = _one(start, kind)
        u = np.linspace(0.0, 1.0, len(rows), endpoint=False)
        tries = seeking.contacts_worth(world, rows, u)
        assert tries.min() >= 1 and tries.max() <= seeking.MOST_CONTACTS
        tried[kind.name] = tries.mean()
        world.people["patience"][person] = 0.0
        assert (seeking.contacts_worth(world, rows, u) == 1).all(), "without patience nobody asks a second time"
        world.people["patience"][person] = 1.0
        most = seeking.contacts_worth(world, rows, u).mean()
        seeking.learn(world, person, np.zeros(len(person)))
        assert tried[kind.name] < most
        assert seeking.contacts_worth(world, rows, u).mean() < most, "who believes less tries less"
    assert tried["MINOR"] < tried["ACUTE"]


def test_nobody_spills_where_nobody_would_go_unasked(start: Model) -> None:
    world, _, rows = _one(start, Need.ACUTE)
    world.rules.wrap("direct_to_ed", "test", 1, lambda inner, world, person, *_: np.zeros(len(person)))
    seeking.after_failure(world, rows)
    assert (world.requests["stage"][rows] != rq.AT_ED).all()
    world, _, rows = _one(start, Need.ACUTE)
    world.rules.wrap("direct_to_ed", "test", 1, lambda inner, world, person, *_: np.ones(len(person)))
    seeking.after_failure(world, rows)
    assert (world.requests["stage"][rows] == rq.AT_ED).all()


def test_only_those_who_can_still_wait_ask_later(start: Model) -> None:
    world, _, rows = _one(start, Need.FOLLOWUP)
    days = world.requests["patience_days"][rows]
    world.requests["wished"][rows] = world.now - (days + 1.0) * DAY
    seeking.after_failure(world, rows)
    assert (world.requests["stage"][rows] == rq.ENDED).all(), "their days are over"
    world, person, rows = _one(start, Need.FOLLOWUP)
    seeking.after_failure(world, rows)
    waits = world.requests["stage"][rows] != rq.ENDED
    patience = world.people["patience"][person]
    assert 0.05 < waits.mean() < 0.9
    assert patience[waits].mean() > patience[~waits].mean() + 0.1
    limit = world.requests["wished"][rows] + (world.requests["patience_days"][rows] + 4.0) * DAY
    assert (world.requests["next_at"][rows] <= limit)[waits].all(), "later, but within what they accept"


def test_what_follows_a_failure_is_told_and_adds_up() -> None:
    scarce = scenario(population=3000, warmup="3 weeks", parameters={"care.rate_acute": [2.0] * 7})
    life = live(winter(scarce), None, 56)
    rows, ed = life.rows("request"), life.rows("ed")
    failed = np.isin(rows["first"], (First.REFUSED, First.BUSY))
    assert failed.sum() > 50
    followed = {one: int((rows["after"][failed] == one).sum()) for one in After}
    assert all(followed[one] for one in (After.ELSEWHERE, After.LATER, After.GAVE_UP))
    assert (ed["road"] == Road.SPILL).sum() >= followed[After.ED], "those who failed later go too"
