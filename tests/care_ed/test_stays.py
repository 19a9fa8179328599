"""Stays in wards: lengths, notices, readmissions and what follow-up does to them."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.care.hospital_stay import DAY_MIN, HospitalStays, StaySettings
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

COUNT = 10_000


def stays(ratio: float = 0.9, age: int = 80, seed: int = 1, **extra: float) -> HospitalStays:
    settings = StaySettings.from_parameters(load_parameters(2019, {"hospital.follow_up_hazard_ratio": ratio}))
    wards = HospitalStays(settings, Draws(seed))
    row = np.arange(COUNT)
    wards.admit(np.zeros(COUNT), keys_of("old", row), row, np.full(COUNT, age), 1, **extra)
    return wards


def readmitted(wards: HospitalStays, follow_up_day: float | None = None) -> float:
    total, seen = 0, np.zeros(COUNT, dtype=bool)
    for day in range(1, 120):
        events = wards.advance(day * DAY_MIN)
        total += len(events.readmissions["at"])
        if follow_up_day is not None:
            going = wards._stays["home"] == 1
            due = going & (wards.now - wards._stays["discharge"] >= follow_up_day * DAY_MIN)
            due &= ~seen[wards._stays["row"]]
            rows = wards._stays["row"][due].copy()
            seen[rows] = True
            wards.follow_up(rows, np.full(rows.size, wards.now))
    assert len(wards) == 0
    return total / COUNT


def test_length_by_age_and_trolley_night() -> None:
    settings = StaySettings.from_parameters(load_parameters(2019))
    wards, row = HospitalStays(settings, Draws(1)), np.arange(COUNT)
    key = keys_of("someone", row)
    old = wards.admit(np.zeros(COUNT), key, row, np.full(COUNT, 80), 1)["days"].astype(float)
    night = wards.admit(np.zeros(COUNT), key, row, np.full(COUNT, 80), 1, trolley_night=1)["days"]
    young = wards.admit(np.zeros(COUNT), key, row, np.full(COUNT, 10), 1)["days"].astype(float)
    assert old.mean() == pytest.approx(8.6, rel=0.04)
    assert young.mean() == pytest.approx(2.6, rel=0.04)
    assert np.allclose(night.astype(float) - old, 1.0)


def test_everybody_goes_home_once_and_some_are_announced() -> None:
    wards = stays()
    rows, told = [], []
    for day in range(1, 80):
        events = wards.advance(day * DAY_MIN)
        assert (np.diff(events.discharges["at"].astype(float)) >= 0).all()
        rows += events.discharges["row"].tolist()
        told += events.discharges["notice"].tolist()
        assert not wards.in_hospital(events.discharges["row"]).any()
    assert sorted(rows) == list(range(COUNT))
    assert np.mean(told) == pytest.approx(0.35, abs=0.025)


def test_readmission_level_and_the_effect_of_a_contact() -> None:
    alone, early, late = readmitted(stays(0.8)), readmitted(stays(0.8), 0.0), readmitted(stays(0.8), 14.0)
    assert alone == pytest.approx(0.16, abs=0.013)
    assert readmitted(stays(0.8, avoidable=1)) == pytest.approx(1 - (1 - 0.16) ** 1.4, abs=0.016)
    assert early < late < alone
    # A contact on day 0 scales the whole hazard; the first day of waiting for the round is the tolerance.
    assert early == pytest.approx(1 - (1 - 0.16) ** 0.8, abs=0.012)
    assert readmitted(stays(1.0), 0.0) == alone
    assert readmitted(stays(1.05), 0.0) > alone


def test_a_contact_outside_the_month_or_before_discharge_changes_nothing() -> None:
    wards = stays()
    assert not wards.follow_up([1, 2], [0.0, 0.0]).any()
    assert not wards.follow_up([COUNT + 5], [1.0]).any()
    wards.advance(15 * DAY_MIN)
    gone = int(np.flatnonzero(~wards.in_hospital(np.arange(COUNT)))[0])
    assert wards.follow_up([gone], [wards.now]).tolist() == [True]


def test_a_copy_goes_on_alike() -> None:
    one = stays()
    one.advance(10 * DAY_MIN)
    other = HospitalStays(one.settings, one.draws)
    other.restore(one.state())
    a, b = one.advance(30 * DAY_MIN), other.advance(30 * DAY_MIN)
    for name, column in a.readmissions.items():
        assert np.array_equal(column, b.readmissions[name])
    assert len(a.readmissions["at"]) > 100
