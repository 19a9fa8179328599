"""Referrals and acts, counted by hand on a journal of a few rows."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.engine.events import Act, Referral, Service
from cpts_sim.measures import Horizon, over

from . import fake

DAY, YEAR = 1440.0, 364
PER_1000 = 1000 / (fake.PEOPLE * YEAR / 365)


def _numbers(**chunk: dict[str, np.ndarray]) -> dict[tuple[str, str], float]:
    rows = over([fake.empty() | chunk], fake.tables(), Horizon(YEAR))
    return {(row.indicator, row.group): row.value for row in rows}


def test_referrals_lost_seen_and_waiting() -> None:
    event = [Referral.SENT, Referral.SENT, Referral.SENT, Referral.LOST, Referral.SEEN, Referral.GAVE_UP]
    service = [Service.CARDIOLOGY] * 2 + [Service.ADDICTOLOGY] * 4
    at = np.array([10.0, 11.0, 12.0, 13.0, 40.0, 50.0]) * DAY
    made = np.array([10.0, 11.0, 12.0, 13.0, 12.0, 11.0]) * DAY
    found = _numbers(referral=fake.rows("referral", 6, at=at, made=made, event=event, service=service))
    assert found["second_line.lost", ""] == pytest.approx(1 / 4)
    assert found["second_line.lost", "addictology"] == pytest.approx(1 / 2)
    assert found["second_line.lost", "cardiology"] == 0
    assert found["second_line.days", "addictology"] == pytest.approx(28)
    assert np.isnan(found["second_line.days", "psychiatry"])
    assert found["second_line.seen", ""] == pytest.approx(PER_1000, rel=0.01)
    assert found["second_line.gave_up", "addictology"] == pytest.approx(PER_1000, rel=0.01)


def test_acts_done_and_those_that_a_cpts_counts() -> None:
    act = [Act.VACCINE, Act.VACCINE, Act.VACCINE, Act.NURSE_FOLLOWUP]
    found = _numbers(act=fake.rows("act", 4, at=5 * DAY, act=act, organised=[0, 0, 1, 1]))
    assert found["acts.done", "vaccine"] == pytest.approx(3 * PER_1000, rel=0.01)
    assert found["acts.organised", "vaccine"] == pytest.approx(PER_1000, rel=0.01)
    assert found["acts.organised", ""] == pytest.approx(2 * PER_1000, rel=0.01)


def test_acts_of_the_warm_up_are_not_counted() -> None:
    found = _numbers(act=fake.rows("act", 2, at=-5 * DAY, act=Act.VACCINE))
    assert found["acts.done", ""] == 0
