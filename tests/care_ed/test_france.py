"""A department that lives alone must give what French surveys of emergency departments publish."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from cpts_sim.care.ed_demand import EdDemand, HourProfile, Outsiders, volumes
from cpts_sim.care.ed_settings import EdSettings, by_year_of_age, roster
from cpts_sim.care.emergency import EmergencyDepartments
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

from .alone import Year, french_ages, live, numbers, parameters_of, present_by_hour

# name: (low, high) for the surveys of 2013 and 2023 (DREES) and the reference year between them.
BANDS = {
    2013: {"median": (122, 148), "q3": (225, 280), "over_8h": (0.075, 0.105), "median_home": (99, 121),
           "median_ward": (211, 259), "median_short_stay": (675, 825), "admitted": (0.18, 0.24)},
    2019: {"median": (135, 180), "q3": (255, 330), "over_8h": (0.085, 0.15), "median_home": (110, 150),
           "median_ward": (235, 320), "median_short_stay": (750, 890), "admitted": (0.17, 0.23)},
    2024: {"median": (162, 198), "q3": (297, 363), "over_8h": (0.11, 0.165), "median_home": (135, 165),
           "median_ward": (288, 352), "median_short_stay": (800, 980), "admitted": (0.15, 0.21)},
}  # fmt: skip
ALWAYS = {
    "share_home": (0.74, 0.82), "left": (0.003, 0.05), "level_1": (0.14, 0.20), "level_2": (0.65, 0.71),
    "level_3": (0.12, 0.155), "road_0": (0.46, 0.58), "road_4": (0.08, 0.12),
    "admitted_0_14": (0.06, 0.11), "admitted_15_74": (0.13, 0.19), "admitted_75": (0.56, 0.68),
    "share_0_14": (0.22, 0.27), "use": (0.72, 0.85),
    "share_75": (0.125, 0.165), "day": (0.69, 0.76), "evening": (0.15, 0.195), "wait_mean": (15, 60),
}  # fmt: skip


@cache
def lived(year: int) -> Year:
    return live(parameters_of(year))


@pytest.mark.parametrize("year", BANDS)
def test_published_figures(year: int) -> None:
    found = numbers(lived(year))
    bands = BANDS[year] | ALWAYS
    wrong = {name: found[name] for name, (low, high) in bands.items() if not low <= found[name] <= high}
    assert not wrong, f"{year}: {wrong}; all: {found}"


def test_older_people_are_admitted_more_and_stays_grew() -> None:
    old, new = numbers(lived(2013)), numbers(lived(2024))
    for found in (old, new):
        assert found["admitted_0_14"] < found["admitted_15_74"] < found["admitted_75"]
    assert new["median"] > 1.2 * old["median"]
    assert new["over_8h"] > 1.25 * old["over_8h"]


@pytest.mark.parametrize("year", BANDS)
def test_the_queue_peaks_in_the_evening(year: int) -> None:
    present = present_by_hour(lived(year))
    assert 17 <= int(present.argmax()) <= 22
    assert present.max() > 2.5 * present.min()
    entries = lived(year).columns["arrival"].astype(float) % 1440.0
    exits = lived(year).columns["end"].astype(float) % 1440.0
    ratio = np.mean((entries >= 480) & (entries < 1200)) / np.mean((exits >= 480) & (exits < 1200))
    assert 1.1 <= ratio <= 1.45


def test_severe_cases_wait_less_and_boarding_blocks_places() -> None:
    columns = lived(2024).columns
    wait = columns["start"].astype(float) - columns["arrival"].astype(float)
    waits = [np.nanmean(wait[columns["level"] >= 4]), np.nanmean(wait[columns["level"] == 3]),
             np.nanmean(wait[columns["level"] <= 2])]  # fmt: skip
    assert waits[0] < waits[1] < waits[2]
    crowded = load_parameters(2024, {"hospital.boarding_min": 900.0})
    assert numbers(live(crowded))["wait_mean"] > 1.2 * numbers(lived(2024))["wait_mean"]


def test_nights_on_a_trolley_are_rare_and_of_the_admitted() -> None:
    night = lived(2024).night
    admitted = lived(2024).columns["outcome"] == 1
    assert not night[~admitted].any()
    assert 0.002 < night[admitted].mean() < 0.06
    boarding = lived(2024).columns["boarding"][night].astype(float)
    assert boarding.min() >= 480.0


def test_rates_by_age_and_year() -> None:
    ages = french_ages(100_000)
    for year, total in ((2019, 328.0), (2024, 306.0)):
        demand = EdDemand.from_parameters(load_parameters(year))
        assert demand.rate_per_day(ages).mean() * 365_000 == pytest.approx(total - 6.0, rel=0.04)
        rate = demand.rate_per_day([0, 8, 60, 90])
        assert rate[0] > 2 * rate[1] > rate[1] > rate[2]
        assert rate[3] > 2.5 * rate[2]


def test_a_class_that_starts_at_half_a_year_counts_half() -> None:
    spread = by_year_of_age(np.array([0.0, 1.5, 5.0]), np.array([10.0, 20.0, 40.0]))
    assert spread[:6].tolist() == [10.0, 15.0, 20.0, 20.0, 20.0, 40.0]


def test_minutes_follow_the_hour_profile_inside_a_window() -> None:
    profile = HourProfile([1.0] * 12 + [3.0] * 12)
    u = (np.arange(10_000) + 0.5) / 10_000
    assert profile.share(0.0, 720.0) == pytest.approx(0.25)
    drawn = profile.minute(u, 660.0, 780.0)
    assert drawn.min() >= 660.0
    assert drawn.max() < 780.0
    assert np.mean(drawn < 720.0) == pytest.approx(0.25, abs=1e-3)


def test_roster_gives_the_hours_that_visits_need() -> None:
    settings = EdSettings.from_parameters(load_parameters(2019))
    for volume in (30.0, 81.0, 200.0):
        doctors = roster(settings, volume, 24.0)
        assert doctors.min() >= 1 and doctors.sum() * settings.doctor_use > 0.95 * volume * 24 / 60 * (volume <= 81)
    assert doctors[2:6].max() < doctors[12:20].min()
    ordinary = settings.ordinary_visits
    assert roster(settings, ordinary, 24.0).sum() == pytest.approx(ordinary * 24 / 60 / settings.doctor_use, abs=0.51)


def test_people_stay_as_long_in_small_and_in_large_departments() -> None:
    settings = EdSettings.from_parameters(load_parameters(2019))
    hours = [float(_median_stay(settings, volume)) / 60 for volume in (40.0, 54.0, 81.0, 160.0, 250.0)]
    assert max(hours) - min(hours) < 0.45


def _median_stay(settings: EdSettings, volume: float) -> np.floating:
    """Median stay of those seen in a department of a size, staffed for it, over eight weeks of Poisson arrivals."""
    place = EmergencyDepartments.staffed(settings, Draws(1), [volume], 24.0, 0.0)
    chance = np.random.default_rng(1)
    count = int(volume * 56)
    profile = load_parameters(2019).array("hospital.ed_hour_profile")
    hour = chance.choice(24, count, p=profile / profile.sum())
    at = np.sort(chance.integers(0, 56, count) * 1440 + hour * 60 + 60 * chance.random(count))
    level, none = chance.choice([1, 2, 3, 4, 5], count, p=[0.17, 0.60, 0.20, 0.02, 0.01]), np.zeros(count, np.int64)
    keys = keys_of("visit", np.arange(count))
    place.arrive(at, keys, none, none, none, level, chance.integers(0, 90, count), np.arange(count))
    found = place.advance(57 * 1440.0).journal
    stay = (found["end"] - found["arrival"])[~np.isnan(found["start"])]
    return np.median(stay)


def test_outsiders_fill_the_volume_and_do_not_depend_on_the_others() -> None:
    volume = volumes([60.0, 20.0, 5.0], [81.0, np.nan, 4.0])
    assert volume.outsiders.tolist() == [21.0, 0.0, 0.0]
    assert volume.outsider_share[0] == pytest.approx(21 / 81)
    demand = EdDemand.from_parameters(load_parameters(2019))
    both = Outsiders(demand, Draws(4), ["here", "there"], [21.0, 50.0])
    alone = Outsiders(demand, Draws(4), ["there"], [50.0])
    counts = []
    for day in range(200):
        two, one = both.day(day), alone.day(day)
        there = two["hospital"] == 1
        assert np.array_equal(two["arrival"][there], one["arrival"])
        assert np.array_equal(two["person_key"][there], one["person_key"])
        counts.append(int((~there).sum()))
    assert np.mean(counts) == pytest.approx(21.0, abs=3.5 * np.sqrt(21 / 200))
    assert 0.7 < np.var(counts) / np.mean(counts) < 1.35


def test_a_person_keeps_road_and_level_in_every_arm() -> None:
    demand = EdDemand.from_parameters(load_parameters(2019))
    key, age = keys_of("resident", np.arange(500)), np.arange(500) % 95
    road = demand.roads(Draws(1), key, 3, age)
    level = demand.levels(Draws(1), key, 3, age, road)
    some = np.arange(0, 500, 7)
    assert np.array_equal(demand.roads(Draws(1), key[some], 3, age[some]), road[some])
    assert np.array_equal(demand.levels(Draws(1), key[some], 3, age[some], road[some]), level[some])
    spill = demand.levels(Draws(1), key, 3, age, np.full(500, 3))
    assert (spill <= level).mean() > 0.95
