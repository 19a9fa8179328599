"""The days of a run."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.scenario import calendar_of, parse, plain_calendar
from cpts_sim.scenario.calendar import _school_table, public_holidays, school_holidays, school_zone


def _scenario(**more):
    return parse({"territory": {"archetype": "any"}, **more})


def test_plain_years() -> None:
    calendar = plain_calendar(730, warmup_days=14)
    assert calendar.days == 730 and len(calendar.weekday) == 744
    assert calendar.weekday[calendar.index(0)] == 0 and calendar.weekday[calendar.index(-1)] == 6
    assert calendar.month[calendar.index(0)] == 1 and calendar.month[calendar.index(364)] == 12
    assert calendar.month[calendar.index(58)] == 2 and calendar.month[calendar.index(59)] == 3
    assert calendar.day_of_year[calendar.index(365)] == 0 and calendar.day_of_year[calendar.index(-1)] == 364
    assert not calendar.public_holiday.any() and not calendar.school_holiday.any()


@settings(max_examples=30)
@given(st.integers(0, 500), st.integers(0, 20), st.sampled_from(["france", "plain"]))
def test_dates_agree_with_the_standard_library(weeks: int, warmup: int, kind: str) -> None:
    start = date(2018, 1, 1) + timedelta(weeks=weeks)
    scenario = _scenario(start=start.isoformat(), warmup=f"{warmup} weeks", calendar=kind, years=0.2)
    calendar = calendar_of(scenario, extra_days=0)
    assert calendar.days == 73
    for day in range(-7 * warmup, 73):
        place, when = calendar.index(day), calendar.date(day)
        assert calendar.weekday[place] == when.weekday()
        if kind == "france":
            assert calendar.month[place] == when.month
            assert calendar.day_of_year[place] == when.timetuple().tm_yday - 1


def test_public_holidays_of_2019() -> None:
    calendar = calendar_of(_scenario(years=0.98), extra_days=0)
    days = [calendar.date(i - calendar.warmup_days) for i in np.flatnonzero(calendar.public_holiday)]
    expected = ["0101", "0422", "0501", "0508", "0530", "0610", "0714", "0815", "1101", "1111", "1225"]
    assert [f"{d.month:02d}{d.day:02d}" for d in days if d.year == 2019] == expected


def test_alsace_and_moselle_have_two_more() -> None:
    span = date(2019, 1, 1), date(2019, 12, 31)
    for department in ("57", "67", "68"):
        more = set(public_holidays(department, *span)) - set(public_holidays("54", *span))
        assert more == {date(2019, 4, 19), date(2019, 12, 26)}
    assert date(2019, 5, 27) in public_holidays("971", *span)


@pytest.mark.parametrize(
    ("department", "zone"),
    [("58", "A"), ("69", "A"), ("13", "B"), ("2A", "B"), ("75", "C"), ("31", "C"), (None, "B")],
)
def test_zones(department: str | None, zone: str) -> None:
    assert school_zone(department) == zone


def test_every_departement_has_one_zone() -> None:
    zones, _ = _school_table()
    mainland = {f"{n:02d}" for n in range(1, 96)} - {"20"} | {"2A", "2B"}
    assert set(zones) == mainland | {"971", "972", "973", "974", "976"}


def test_winter_2024_by_zone() -> None:
    winter = {zone: school_holidays(zone, date(2024, 2, 1), date(2024, 3, 15)) for zone in "ABC"}
    assert winter == {
        "A": [(date(2024, 2, 17), date(2024, 3, 3))],
        "B": [(date(2024, 2, 24), date(2024, 3, 10))],
        "C": [(date(2024, 2, 10), date(2024, 2, 25))],
    }


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_the_table_agrees_with_an_independent_source(zone: str) -> None:
    rules = set(
        holidays.country_holidays(
            "FR", subdiv=f"Zone {zone}", years=range(2018, 2027), categories=("school",)
        )
    )
    spans = school_holidays(zone, date(2018, 1, 1), date(2026, 12, 31))
    table = {a + timedelta(days=i) for a, b in spans for i in range((b - a).days + 1)}
    table = {day for day in table if 2018 <= day.year <= 2026}
    assert len(table ^ rules) <= 6, sorted(table ^ rules)


def test_school_holidays_go_on_after_the_table() -> None:
    spans = school_holidays("A", date(2027, 1, 1), date(2031, 12, 31))
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans)), "apart and in order"
    for year in range(2027, 2032):
        days = sum(
            (min(b, date(year, 12, 31)) - max(a, date(year, 1, 1))).days + 1
            for a, b in spans
            if a.year <= year <= b.year
        )
        assert 118 <= days <= 132, (year, days)


def test_vectors_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        plain_calendar(7).weekday[0] = 3
