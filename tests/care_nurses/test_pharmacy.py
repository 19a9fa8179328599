"""Pharmacies: visits, counter load, and what pharmacists may settle."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.care.pharmacy import Complaint, MinorAilments, Pharmacies, PharmacySettings
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

from .towns import AGES

COUNT = 40_000
KEY = keys_of("p", np.arange(COUNT))
AGE = AGES[np.arange(COUNT) % 1000]
SEX = np.arange(COUNT) // 1000 % 2


def ailments(year: int, **overrides: float) -> MinorAilments:
    named = {f"pharmacy.{name}": value for name, value in overrides.items()}
    return MinorAilments.from_parameters(load_parameters(year, named))


def counters(pharmacies: int = 31, people: int = 100_000) -> Pharmacies:
    parameters = load_parameters(2019)
    made = Pharmacies(PharmacySettings.from_parameters(parameters), MinorAilments.from_parameters(parameters),
                      Draws(1), keys_of("pharmacy", np.arange(pharmacies)))  # fmt: skip
    rank = np.arange(people)
    made.attach(rank % pharmacies, AGES[rank % 1000])
    return made


def test_seventeen_visits_a_year_and_a_load_that_a_team_can_bear() -> None:
    town, acts_a_day, total, loads = counters(), 4.1 * 100_000 / 365, 0, []
    for day in range(28):
        town.dispense(np.arange(round(acts_a_day)) % 31)
        rows = town.day(day, day % 7)
        total += int(rows["count"].sum())
        if day % 7 < 6:
            loads.append(town.last_load.mean())
        else:
            assert rows["count"].mean() < 40
    assert total / 28 * 365 / 100_000 == pytest.approx(17.0, rel=0.03)
    assert 0.3 < min(loads) < max(loads) < 0.9
    assert loads[0] > loads[1]


def test_acts_and_cases_are_counted_once_and_minutes_are_charged() -> None:
    town, quiet = counters(3, 300), counters(3, 300)
    town.settle([1, 1, -1])
    busy, calm = town.day(0, 0), quiet.day(0, 0)
    assert (busy["count"] - calm["count"]).tolist() == [0, 2, 0]
    extra = busy["minutes"].astype(float) - calm["minutes"].astype(float)
    assert extra.tolist() == pytest.approx([0.0, 2 * town.ailments.minutes, 0.0])
    assert np.array_equal(town.day(1, 1)["count"], quiet.day(1, 1)["count"])


def test_the_day_of_a_pharmacy_does_not_depend_on_the_others() -> None:
    one = Pharmacies(counters().settings, ailments(2019), Draws(1), keys_of("pharmacy", np.arange(31))[7:8])
    many = counters()
    rank = np.arange(100_000)
    one.attach(np.where(rank % 31 == 7, 0, -1), AGES[rank % 1000])
    assert one.day(3, 3)["count"][0] == many.day(3, 3)["count"][7]


def test_opening_hours_and_state() -> None:
    town = counters(3, 300)
    assert town.is_open([600.0, 5 * 1440 + 1079.0]).all()
    assert not town.is_open([539.0, 1170.0, 5 * 1440 + 1080.0, 6 * 1440 + 600.0]).any()
    town.dispense([0, 0, 2])
    other = Pharmacies(town.settings, town.ailments, Draws(1), town.key)
    other.restore(town.state())
    assert np.array_equal(other.day(4, 4)["count"], town.day(4, 4)["count"])


def test_law_opened_between_the_reference_years() -> None:
    draws, settled, protocol = Draws(1), {}, {}
    for year in (2019, 2024):
        rule = ailments(year)
        complaint = rule.complaint(draws, KEY, 5, AGE, SEX)
        law = rule.eligible_by_law(draws, KEY, 5, complaint)
        open_ = rule.eligible_by_protocol(draws, KEY, 5, complaint)
        assert not (law & open_).any()
        settled[year] = rule.settled_by_law(draws, KEY, 5, complaint)
        protocol[year] = open_.mean()
        assert (settled[year] <= law).all()
    assert not settled[2019].any()
    assert 0.005 < settled[2024].mean() < 0.03
    assert protocol[2019] > protocol[2024] > 0.10


def test_complaints_follow_age_and_sex_and_stay_the_same() -> None:
    rule, draws = ailments(2024), Draws(1)
    complaint = rule.complaint(draws, KEY, 5, AGE, SEX)
    cystitis = complaint == Complaint.CYSTITIS
    assert SEX[cystitis].all()
    assert ((AGE[cystitis] >= 16) & (AGE[cystitis] <= 65)).all()
    assert (AGE[complaint == Complaint.SORE_THROAT] >= 10).all()
    women = (SEX == 1) & (AGE >= 16) & (AGE <= 65)
    assert cystitis[women].mean() == pytest.approx(0.09, abs=0.01)
    assert np.array_equal(rule.complaint(draws, KEY[::3], 5, AGE[::3], SEX[::3]), complaint[::3])


def test_training_spreads_and_some_see_a_doctor_all_the_same() -> None:
    rule, draws = ailments(2024, reconsult_share=0.234), Draws(1)
    few, more = rule.trained(draws, KEY, 0.3), rule.trained(draws, KEY, 0.6)
    assert (few <= more).all()
    assert few.mean() == pytest.approx(0.3, abs=0.01)
    again = rule.reconsults(draws, KEY, 5, np.full(COUNT, 1000.0))
    back = np.isfinite(again)
    assert back.mean() == pytest.approx(0.234, abs=0.01)
    assert again[back].min() >= 1000.0 + 1440.0
    assert again[back].max() <= 1000.0 + 5 * 1440.0
