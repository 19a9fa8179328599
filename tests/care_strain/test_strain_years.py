"""Levels, stability and five flat years, as French questionnaires show them."""

import numpy as np
import pytest
from strain_weeks import Lives, live_through

from cpts_sim.care.strain_measure import DEFINITIONS, Scores, prevalences
from cpts_sim.care.strain_setup import levels, solve_population
from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters

P = load_parameters(2019)
YEARS, COUNT = 5, 3000


@pytest.fixture(scope="module")
def gps() -> Lives:
    return live_through("gp", COUNT, 52 * YEARS)


def pooled(lives: Lives) -> Scores:
    weeks = lives.measured[::26]
    return Scores(*(np.concatenate([getattr(week, name) for week in weeks]) for name in ("ee", "dp", "pa")))


def test_levels_of_gps_are_the_published_ones(gps: Lives) -> None:
    scores = pooled(gps)
    shares = prevalences(scores, P)
    assert 20 <= scores.ee.mean() <= 22 and 10.4 <= scores.ee.std() <= 11.6
    assert 0.26 <= shares["high_ee"] <= 0.32
    assert 0.17 <= shares["high_dp"] <= 0.23 and 0.17 <= shares["low_pa"] <= 0.23
    assert 0.43 <= shares["any_dimension"] <= 0.48
    assert 0.04 <= shares["all_three"] <= 0.06
    together = np.corrcoef([scores.ee, scores.dp, scores.pa])
    assert together[0, 1] == pytest.approx(0.6, abs=0.05)
    assert together[0, 2] == pytest.approx(-0.35, abs=0.05)
    assert together[1, 2] == pytest.approx(-0.4, abs=0.06)


def test_five_years_are_flat(gps: Lives) -> None:
    years = [Scores(*(np.array(x) for x in zip(*_rows(gps, year), strict=True))) for year in range(YEARS)]
    means = [year.ee.mean() for year in years]
    spreads = [year.ee.std() for year in years]
    assert max(means) - min(means) < 0.25
    assert max(spreads) - min(spreads) < 0.25
    for name in DEFINITIONS:
        shares = [prevalences(year, P)[name] for year in years]
        assert max(shares) - min(shares) < 0.012, name
    assert means[-1] == pytest.approx(gps.measured[0].ee.mean(), abs=0.35)
    assert spreads[-1] == pytest.approx(gps.measured[0].ee.std(), abs=0.35)


def _rows(lives: Lives, year: int) -> list[tuple[float, float, float]]:
    weeks = lives.measured[1 + 52 * year : 53 + 52 * year : 4]
    return [row for week in weeks for row in zip(week.ee, week.dp, week.pa, strict=True)]


def test_a_year_keeps_two_thirds_of_the_score(gps: Lives) -> None:
    ee = gps.measured_ee()
    year = np.mean([np.corrcoef(ee[week], ee[week + 52])[0, 1] for week in range(1, 200, 13)])
    month = np.mean([np.corrcoef(ee[week], ee[week + 4])[0, 1] for week in range(1, 200, 13)])
    assert 0.60 <= year <= 0.75
    assert year < month < 0.85


def test_load_predicts_exhaustion_a_year_later_but_weakly(gps: Lives) -> None:
    ee, load = gps.measured_ee(), np.array(gps.load)
    month = np.array([load[week : week + 4].mean(axis=0) for week in range(200)])
    later = np.mean([np.corrcoef(month[week], ee[week + 52])[0, 1] for week in range(0, 200, 13)])
    changes = np.mean(
        [np.corrcoef(month[w + 52] - month[w], ee[w + 56] - ee[w + 4])[0, 1] for w in range(0, 140, 13)]
    )
    assert 0.03 < later < 0.30
    assert 0.03 < changes < 0.30


def test_demands_and_resources_explain_five_to_thirty_percent(gps: Lives) -> None:
    known = np.column_stack([*gps.habitual.values()][:-1])
    centred = known - known.mean(axis=0)
    mean_ee = gps.measured[52].ee
    fitted = centred @ np.linalg.lstsq(centred, mean_ee - mean_ee.mean(), rcond=None)[0]
    assert 0.05 <= fitted.var() / mean_ee.var() <= 0.30


def test_five_years_hardly_scar_anybody(gps: Lives) -> None:
    assert gps.columns["scar"].mean() < 0.05


@pytest.mark.parametrize(
    ("profession", "definition", "share", "width"),
    [
        ("ed_staff", "ee_or_dp", 0.346, 0.03),
        ("ed_staff", "high_ee", 0.158, 0.03),
        ("ed_staff", "high_dp", 0.296, 0.03),
        ("ed_physician", "ee_or_dp", 0.507, 0.03),
    ],
)
def test_emergency_staff_by_the_study_s_definition(
    profession: str, definition: str, share: float, width: float
) -> None:
    scores = pooled(live_through(profession, COUNT, 104))
    assert prevalences(scores, P)[definition] == pytest.approx(share, abs=width)


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.2])
def test_nurses_stand_at_the_gps_level_times_a_ratio(ratio: float) -> None:
    lives = live_through("nurse", COUNT, 26, {"strain.nurse_level_ratio": ratio})
    assert lives.measured[-1].ee.mean() == pytest.approx(ratio * P["strain.gp_ee_mean"], abs=0.7)


def test_every_profession_has_levels_and_unknown_ones_are_refused() -> None:
    assert levels("pharmacist", P)["ee_mean"] < levels("gp", P)["ee_mean"]
    with pytest.raises(UsageError, match="expected one of gp"):
        levels("dentist", P)


def test_impossible_correlations_are_lowered_just_enough() -> None:
    asked = {"strain.ee_dp_correlation": 0.7, "strain.dp_reliability": 0.6, "strain.ee_reliability": 0.75}
    usual, forced = solve_population("gp", P), solve_population("gp", load_parameters(2019, asked))
    a, b, c, d, e = forced.cholesky
    assert usual.cholesky[0] < a < 1 and min(b, e) > 0
    assert a * a + b * b == pytest.approx(1.0) and c * c + d * d + e * e == pytest.approx(1.0)


def test_prevalence_of_nobody_is_not_a_number() -> None:
    nobody = Scores(np.empty(0), np.empty(0), np.empty(0))
    assert all(np.isnan(share) for share in prevalences(nobody, P).values())
