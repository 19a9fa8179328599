"""Members of an ensemble judged together: a made-up model with planted slopes, chance and luck of the common seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpts_sim.experiment.responses.published import Published, published
from cpts_sim.experiment.responses.slopes import Judged, Line, judge
from cpts_sim.experiment.statistics import mean_interval

MEMBERS, PARAMETERS, PAIRS = 63, 19, 8
ROW: Published = replace(next(row for row in published() if row.name == "france_delay"), low=-1.0, high=1.0)
NAMES = [f"m{rank}" for rank in range(MEMBERS)]


def judged(slope: float, chance: float, seed: int, level: float = 0.0, luck: float = 0.8) -> tuple[Judged, np.ndarray]:
    """Play a made-up model; return what the row says and the true effects.

    Args:
        slope: effect of one deviation of the first parameter. chance: standard deviation of one pair of a member.
        seed: of the made-up world. level: effect of the reference. luck: standard deviation of a common seed.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(10.0, 20.0, (MEMBERS, PARAMETERS))
    first = (points[:, 0] - points[0, 0]) / points[:, 0].std()
    true = level + slope * first
    seeds = rng.normal(0, luck, PAIRS)
    common = true + seeds[0] + rng.normal(0, chance, MEMBERS)
    own = true[0] + seeds + np.r_[common[0] - true[0] - seeds[0], rng.normal(0, chance, PAIRS - 1)]
    return judge(ROW, NAMES, points, common, 0, mean_interval(own)), true


def test_wrong_slopes_are_dropped_and_right_ones_kept() -> None:
    """Power: of members clearly outside most go; of members inside, hardly any."""
    far, gone, right, lost = 0, 0, 0, 0
    for seed in range(20):
        found, true = judged(1.5, 0.5, seed)
        missed = set(found.missed_by)
        assert found.tells and found.error < 0.8 * found.spread
        outside, inside = np.abs(true) > 2.5, np.abs(true) < 1.0
        far, right = far + int(outside.sum()), right + int(inside.sum())
        gone += sum(name in missed for name, out in zip(NAMES, outside, strict=True) if out)
        lost += sum(name in missed for name, fine in zip(NAMES, inside, strict=True) if fine)
    print(f"dropped: {gone} of {far} clearly outside, {lost} of {right} inside")
    assert far > 250 and right > 250
    assert gone > 0.85 * far and lost < 0.01 * right


def test_one_pair_alone_could_not_tell() -> None:
    """Judged together, members have narrower intervals than one pair of their own would give, chance and luck known."""
    found, _ = judged(1.5, 0.5, 3)
    one_pair = 1.96 * float(np.hypot(0.5, 0.8))
    assert np.mean([effect.half for effect in found.members.values()]) < 0.75 * one_pair


def test_intervals_hold_the_true_effects() -> None:
    held = total = 0
    for seed in range(30):
        found, true = judged(0.6, 0.4, 1000 + seed)
        held += sum(
            effect.low <= value <= effect.high for effect, value in zip(found.members.values(), true, strict=True)
        )
        total += MEMBERS
    print(f"intervals that hold the truth: {held / total:.3f}")
    assert held / total > 0.9


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_where_nothing_differs_nobody_is_dropped(level: float) -> None:
    """Even if the reference is outside: that is the structure, and says nothing about members."""
    told = 0
    for seed in range(30):
        found, _ = judged(0.0, 0.5, 5000 + seed, level)
        told += found.tells
        if not found.tells or level == 0.0:
            assert found.missed_by == []
    print("rows that claim to tell members apart by chance:", told, "of 30")
    assert told <= 3


def test_the_error_left_out_is_that_of_refitted_lines() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=30)
    line = Line.fit(x, y)
    shrinkage = None
    for ratio in np.logspace(-3, 6, 91):  # the ratio that the fit chose, from its slopes
        centred = x - x.mean(axis=0)
        if np.allclose(
            np.linalg.solve(centred.T @ centred + ratio * np.eye(4), centred.T @ (y - y.mean())), line.slopes
        ):
            shrinkage = ratio
    assert shrinkage is not None
    errors = []
    for out in range(30):
        kept = np.arange(30) != out
        middle, mean = x[kept].mean(axis=0), y[kept].mean()
        own = x[kept] - middle
        slopes = np.linalg.solve(own.T @ own + shrinkage * np.eye(4), own.T @ (y[kept] - mean))
        errors.append(y[out] - mean - (x[out] - middle) @ slopes)
    assert line.error == pytest.approx(float(np.sqrt(np.mean(np.square(errors)))), rel=0.02)


def test_an_effect_that_no_member_moves_and_one_that_is_missing() -> None:
    points = np.random.default_rng(1).uniform(size=(MEMBERS, 3))
    level = np.full(MEMBERS, 0.3)
    level[5] = np.nan
    found = judge(ROW, NAMES, points, level, 0, mean_interval([0.3, 0.31, 0.29]))
    assert (found.count, found.tells, found.missed_by) == (MEMBERS - 1, False, [])
    assert found.members["m5"].mean == pytest.approx(0.3)
    level[2:] = np.nan
    assert not judge(ROW, NAMES, points, level, 0, mean_interval([0.3, 0.31, 0.29])).tells, "two members tell nothing"
