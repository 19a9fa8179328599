"""Probabilities as draws support them, sums that sum, verdicts that follow every row, weeks beyond the facts."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from cpts_sim.experiment import Comparison, Place, Reading, compare
from cpts_sim.experiment.credible import (
    SURE,
    Verdict,
    credible,
    fewest_for_sure,
    least_chance,
    worth_draws,
)
from cpts_sim.experiment.long_weeks import LONG_HOURS, long_week
from cpts_sim.experiment.values import Values
from cpts_sim.measures.accounts import ACCOUNTS
from cpts_sim.report.chances import chance, chance_better, chance_matters
from cpts_sim.report.numbers import time_words
from cpts_sim.report.sums import finest, gap_texts, summing
from cpts_sim.report.table import headlines, long_week_words, row_label
from cpts_sim.report.verdicts import COUNTED, NAMED, in_words, verdict_words
from cpts_sim.words import LANGUAGES

sys.path.insert(0, str(Path(__file__).parents[1]))
from experiment.test_compare import plan

RNG = np.random.default_rng(7)


@pytest.fixture(scope="module")
def done() -> Comparison:
    return compare(plan(replications=5), workers=1)


@pytest.mark.parametrize(
    ("probability", "draws", "shown"),
    [
        (0.0, 12, "< 4%"), (1.0, 12, "> 96%"), (1 / 24, 12, "4%"), (23 / 24, 12, "96%"), (0.5, 12, "50%"),
        (0.0, 4, "< 12%"), (1.0, 60, "> 99%"), (0.0, 5000, "< 1%"), (0.9999, 0, "> 99%"), (0.2, 0, "20%"),
        (math.nan, 12, "–"),
    ],
)  # fmt: skip
def test_no_number_of_draws_shows_certainty(probability: float, draws: int, shown: str) -> None:
    assert chance(probability, draws, "en").replace("\N{NO-BREAK SPACE}", " ") == shown


def test_cells_tell_rises_ties_and_what_no_draw_shows() -> None:
    groups = list(range(12))
    tied = credible(np.r_[np.zeros(6), np.ones(6)], groups, "lower", 0.5)
    assert "(=\N{NO-BREAK SPACE}50%)" in chance_better(tied, "lower", "en")
    assert chance_better(tied, "none", "en").startswith("↑")
    assert chance_better(tied, "lower", "en").startswith("<")
    apart = credible(np.arange(1.0, 13.0), groups, "higher", 0.5)
    assert "=" not in chance_better(apart, "higher", "en") and "100" not in chance_better(apart, "higher", "en")
    assert chance_matters(apart, 0.5, "en").startswith(">") and chance_matters(apart, math.nan, "en") == "–"
    assert chance_better(credible(np.zeros(12), groups, "higher", 0.5), "higher", "en") == "–"


def test_wilsons_bound_is_that_of_the_formula_and_is_passed_by_one_in_five_samples() -> None:
    z, p, n = 0.8416, 0.8, 30
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert least_chance(p, n) == pytest.approx(middle - half)
    seen = RNG.binomial(600, 0.9, 4000) / 600
    assert np.mean([least_chance(share, 600) <= 0.9 for share in seen]) == pytest.approx(0.8, abs=0.06)
    assert least_chance(1.0, fewest_for_sure()) >= SURE > least_chance(1.0, fewest_for_sure() - 1)
    assert least_chance(1.0, 0) == 0.0


@pytest.mark.parametrize(("draws", "verdict"), [(5, Verdict.TOO_FEW), (6, Verdict.TOO_FEW), (16, Verdict.BETTER)])
def test_few_draws_that_all_agree_claim_nothing(draws: int, verdict: Verdict) -> None:
    """Six unanimous draws come of a probability of .76 one time in five: they cannot claim .9."""
    data = 5 + ndtri((np.arange(draws) + 0.5) / draws)
    assert credible(data, list(range(draws)), "higher", 0.1).verdict is verdict
    inside = credible(data - 5, list(range(draws)), "higher", 50.0).verdict
    assert inside is (Verdict.TOO_FEW if verdict is Verdict.TOO_FEW else Verdict.TOO_SMALL)


def test_twins_count_by_what_chance_adds() -> None:
    assert worth_draws(24, 12, 0.0) == 24 and worth_draws(24, 12, 1.0) == 12
    assert worth_draws(12, 12, math.nan) == 12
    names = [k // 4 for k in range(24)]
    lasting = 5 + RNG.normal(0, 1, 6).repeat(4) + RNG.normal(0, 1e-6, 24)
    chancy = 5 + ndtri(np.random.default_rng(4).permutation(np.arange(24) + 0.5) / 24)
    assert credible(lasting, names, "higher", 0.1).verdict is Verdict.TOO_FEW, "six draws lived four times are six"
    assert credible(chancy, names, "higher", 0.1).verdict is Verdict.BETTER


def _with(done: Comparison, place: Place, first: float, second: float) -> Comparison:
    values = Values(done.values.arms, done.values.seeds, {a: dict(rows) for a, rows in done.values.data.items()})
    for arm, value in zip(done.values.arms, (first, second), strict=False):
        values.put(arm, place, [value] * len(done.values.seeds))
    return replace(done, values=values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mean_week_beyond_the_facts_is_said_and_an_ordinary_one_is_not(done: Comparison, lang: str) -> None:
    hours, duty = Place("time.hours"), Place("time.line", "line", "duty")
    long = _with(_with(done, hours, 66.0, 68.0), duty, 1.5, 1.5)
    found = long_week(long)
    assert found is not None and (found.least, found.most, found.duty) == (64.5, 66.5, False)
    (text,) = long_week_words(long, lang)
    assert "66" in text and "54" in text and "60" in text and "25" in text
    assert long_week(_with(_with(done, hours, LONG_HOURS, LONG_HOURS + 1), duty, 1.5, 1.5)) is None
    assert long_week_words(_with(done, hours, 53.0, 54.0), lang) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_verdict_names_or_counts_every_row(done: Comparison, lang: str) -> None:
    arm = done.values.arms[-1]
    lines = headlines(done, arm)
    readings = [*NAMED, *COUNTED]
    told = [replace(line, reading=readings[rank % len(readings)]) for rank, line in enumerate(lines)]
    text = in_words(told, lang)
    for line in told:
        named = row_label(line.place, lang).removeprefix("… ") in text
        assert named or line.reading in COUNTED
    counts = sum(line.reading in COUNTED for line in told)
    assert sum(int(word) for word in text.split(":", 1)[1].replace(",", " ").split() if word.isdigit()) >= counts
    assert text.count("«" if lang == "fr" else "“") >= len({line.reading for line in told})
    nothing = in_words([replace(line, reading=Reading.TOO_SMALL) for line in lines], lang)
    assert len(nothing) > len(in_words([replace(line, reading=Reading.UNDETERMINED) for line in lines], lang)) - 40
    assert {"fr": "Aucun effet qui compte", "en": "No effect that matters"}[lang] in nothing
    assert {"fr": "Aucun effet qui compte", "en": "No effect that matters"}[lang] not in text
    assert verdict_words(done, arm, lang)


def test_accounts_shown_with_their_total_sum_as_printed(done: Comparison) -> None:
    arm = done.values.arms[-1]
    parts = [summing(done, Place("account.change", "account", name), arm) for name in ACCOUNTS]
    total = summing(done, Place("account.change"), arm)
    assert math.fsum(line.difference.mean for line in parts) == pytest.approx(total.difference.mean, abs=1e-9)
    places = finest([*parts, total])
    shown = [float(gap_texts(line, places, "en")[0].replace("−", "-").replace(",", "")) for line in [*parts, total]]
    assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=len(shown) * 0.5 * 10.0**-places)


@pytest.mark.parametrize(
    ("years", "words"), [(1, "1 year"), (5, "5 years"), (0.75, "9 months"), (1.5, "18 months"), (0.08, "4.2 weeks")]
)
def test_simulated_time_is_told_in_years_or_months(years: float, words: str) -> None:
    assert time_words(years, "en").replace("\N{NO-BREAK SPACE}", " ") == words
