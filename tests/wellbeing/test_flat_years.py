"""Without drift, shock or structural event nobody's work wears them out: the whole model, not the strain alone."""

from pathlib import Path

import numpy as np
import pytest
from lives import Life, live, scenario, winter

from cpts_sim.catalogue import catalogue
from cpts_sim.engine.events import Profession
from cpts_sim.model import Model
from cpts_sim.scenario import load

YEAR = 52


def _lived(years: int, seed: int, population: int = 4000) -> Life:
    spec = scenario(population=population, years=years, warmup="12 weeks", frozen=True, drift=False)
    return live(winter(spec, seed), None, 364 * years)


def _rise(life: Life, profession: Profession, year: int) -> float:
    """EE that work has added, mean of a whole year (seasons and holidays included)."""
    weeks = life.rows("week")
    number = np.floor(weeks["at"] / 10080.0)
    mine = (weeks["profession"] == profession) & (number >= YEAR * year) & (number < YEAR * (year + 1))
    return float(weeks["rise"][mine].mean())


def test_a_year_of_habitual_work_adds_little() -> None:
    life = _lived(1, seed=1)
    for profession in Profession:
        assert abs(_rise(life, profession, 0)) < 1.0, profession.name
    assert not len(life.rows("career")["at"]), "frozen: no career moves"


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    """Five years of enough people for the chances of single caseloads (lasting care for years) to even out."""
    return [_lived(5, seed, 30_000) for seed in (1, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("profession", Profession)
def test_five_years_are_flat(lives: list[Life], profession: Profession) -> None:
    years = np.array([[_rise(life, profession, year) for year in range(5)] for life in lives]).mean(axis=0)
    assert np.abs(years).max() < 1.0, years
    assert years.max() - years.min() < 0.75, years


@pytest.mark.slow
def test_nobody_ages_and_caseloads_stay_where_nothing_drifts(lives: list[Life]) -> None:
    """Lasting care ends as often as it begins: as many have it as need it, within chance."""
    for life in lives:
        world = life.model.care.world
        everybody = np.arange(len(world.people))
        assert (world.age_years(everybody) == world.people["rated_age"]).all()
        cell = (world.age_years(everybody), world.people["chronic"].astype(int))
        share = world.nursing_need.lasting_share[cell]
        have = np.unique(world.home_care._cases["row"][world.home_care._cases["lasting"] > 0])
        assert abs(len(have) - share.sum()) < 3.3 * np.sqrt((share * (1.0 - share)).sum())


@pytest.mark.slow
def test_answers_are_as_wide_after_five_years(lives: list[Life]) -> None:
    first, last = (_answers(lives, year) for year in (0, 4))
    for name in ("ee", "dp", "pa"):
        assert last[name].mean() == pytest.approx(first[name].mean(), abs=1.5)
        assert last[name].std() == pytest.approx(first[name].std(), abs=1.5)
    shares = [
        [(year["ee"] >= 27).mean(), (year["dp"] >= 10).mean(), (year["pa"] <= 33).mean()] for year in (first, last)
    ]
    assert shares[1] == pytest.approx(shares[0], abs=0.05)


def _answers(lives: list[Life], year: int) -> dict[str, np.ndarray]:
    """All professions' answers of a year: the spread of life outside the model is as wide, person by person."""
    rows = [life.rows("week") for life in lives]
    kept = [np.floor(r["at"] / 10080.0 / YEAR) == year for r in rows]
    return {name: np.concatenate([r[name][k] for r, k in zip(rows, kept, strict=True)]) for name in ("ee", "dp", "pa")}


def test_who_is_used_to_heavier_weeks_is_more_exhausted_at_the_start() -> None:
    """Set points are solved from the habitual week once the warm-up has shown it, as far as studies find."""
    model = winter(scenario(population=60_000, warmup="8 weeks"), 1)
    gps, strain = model.tables["gps"], model.care.world.strain[Profession.GP]
    inside = gps["halo"] == 0
    week = {factor: gps[f"ref_{factor}"][inside] for factor in strain.reference}
    drive = strain._drive(week, strain.reference).drive
    p = model.care.world.parameters
    assert drive.std() == pytest.approx(p["strain.cross_drive_sd"], rel=0.3), "the spread with which it is compared"
    level = (gps["mu"] + gps["fast_home"] + gps["slow_home"])[inside]
    own = strain.population.ee.set_point_sd * p["strain.cross_correlation"]
    slope = np.cov(drive / drive.std(), level)[0, 1]
    assert abs(slope - own) < 3.0 * level.std() / np.sqrt(len(level))
    unlinked = strain.initialise(gps["key"], {}, model.care.world.draws)
    moved = level - (unlinked["mu"] + unlinked["fast_home"] + unlinked["slow_home"])[inside]
    assert np.corrcoef(drive, moved)[0, 1] > 0.8, "the habitual week moves the set point, nothing else does"


@pytest.mark.parametrize("name", ["rural_underdense", "mountain_tourists"])
def test_day_0_carries_no_strain_of_a_habit_not_yet_known(name: str) -> None:
    """Far from the ordinary week of their profession people are used to theirs: day 0 shows the season alone."""
    model = Model(load(Path(__file__).parents[2] / "scenarios" / f"{name}.yaml", catalogue()), 1)
    model.warm_up()
    for table, bound in (("gps", 2.0), ("nurses", 0.75), ("ed_staff", 0.75)):
        team = model.tables[table]
        mine = team["alive"] & (team["halo"] == 0) if "halo" in team else team["alive"]
        rise = sum(team[part][mine] - team[f"{part}_home"][mine] for part in ("fast", "slow"))
        assert abs(rise.mean()) < bound, (table, rise.mean())
