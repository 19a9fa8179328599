"""What moves an effect is found where it was planted, with the value at which it changes sign; noise is not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cpts_sim.experiment import Comparison
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.report.document.depends import _drawn
from cpts_sim.report.document.drivers import FEWEST, drivers
from cpts_sim.report.document.reading import told_of

NAMES = tuple(f"p{k}" for k in range(40))


def draws(count: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(0.0, 1.0, (count, len(NAMES)))


def test_a_planted_line_is_found_with_its_ends_and_its_flip() -> None:
    drawn = draws(40)
    noise = 0.1 * np.random.default_rng(4).standard_normal(40)
    found = drivers(NAMES, drawn, 2.0 * drawn[:, 7] - 1.0 + noise)
    assert [one.parameter for one in found.found] == ["p7"]
    one = found.found[0]
    assert one.flips == pytest.approx(0.5, abs=0.1)
    for end, (mean, half) in zip(one.ends, one.effects, strict=True):
        assert abs(mean - (2.0 * end - 1.0)) < 3 * half
    assert (found.looked, found.draws) == (40, 40)


def test_an_effect_that_keeps_its_sign_does_not_flip() -> None:
    drawn = draws(40)
    found = drivers(NAMES, drawn, 2.0 * drawn[:, 7] + 5.0)
    assert found.found and math.isnan(found.found[0].flips)


def test_noise_moves_nothing_more_often_than_said() -> None:
    drawn, false = draws(24), 0
    for seed in range(200):
        false += bool(drivers(NAMES, drawn, np.random.default_rng(seed).standard_normal(24)).found)
    assert false <= 20, "five in a hundred, and chance"


def test_few_draws_say_nothing() -> None:
    drawn = draws(FEWEST - 1)
    assert drivers(NAMES, drawn, drawn[:, 0]).found == ()


def test_only_numbers_that_pairs_drew_are_said_to_be_in_the_intervals(harmful: Comparison) -> None:
    members = tuple(
        Choice(name, 1.0, {"cpts.desk_awareness": value, "cpts.desk_known_months": 6.0})
        for name, value in (("a", 0.1), ("b", 0.2))
    )
    seeds = range(1, 13)
    values = replace(harmful.values, seeds=tuple(seeds), data={})
    told = told_of(replace(harmful, plan=replace(harmful.plan, ensemble=Ensemble(members, {})), values=values), "en")
    assert _drawn(told) == {"cpts.desk_awareness"}, "the other has one value in every pair"
    assert _drawn(told_of(harmful, "en")) == set()
