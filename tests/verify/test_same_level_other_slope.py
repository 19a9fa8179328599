"""Two sets of parameters that turn the same share of requests away, and that three per cent more slots tells apart.

In one every GP has the same demand; in the other one GP in four has nearly twice the demand of the others. The
territory's level is the same, so a calibration on levels keeps both: only a response decides.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from cpts_sim.experiment.verify.practices import Counter, asks, count_run, practices_scenario, sessions
from cpts_sim.experiment.verify.rows import half_width
from cpts_sim.theory.slotted import diversion

Floats = NDArray[np.float64]
SLOTS, MORE = 33, 34
ALIKE, UNLIKE = (32.0, 32.0, 32.0, 32.0), (38.0, 21.4, 21.4, 21.4)
GROUPS, DAYS = 24, 252


def exact(requests: tuple[float, ...], slots: int) -> float:
    """Share of the requests of a territory that get no slot of the same day."""
    return sum(r * diversion(r, slots, 0).diverted for r in requests) / sum(requests)


def test_the_exact_levels_agree_and_the_exact_slopes_do_not() -> None:
    levels = [exact(gps, SLOTS) for gps in (ALIKE, UNLIKE)]
    slopes = [exact(gps, MORE) - exact(gps, SLOTS) for gps in (ALIKE, UNLIKE)]
    print("turned away with 33 slots", np.round(levels, 5), "change with 34", np.round(slopes, 5))
    assert levels[0] == pytest.approx(levels[1], rel=0.005)
    assert 0.6 < slopes[1] / slopes[0] < 0.7


@cache
def run(requests: tuple[float, ...], slots: int) -> Counter:
    """The same needs of the same people, whatever the number of slots."""
    weights = [round(10 * r) for r in requests]
    need = asks(sum(requests) / 4, patience_days=0)
    layout = {"list_weights": weights, "inhabitants": sum(weights) * GROUPS}
    return count_run(practices_scenario({"visit": need}, 4 * GROUPS, sessions(slots), 0, **layout), DAYS)


def turned_away(requests: tuple[float, ...], slots: int) -> Floats:
    """Share turned away in each group of four GPs."""
    own, away = (x.reshape(GROUPS, 4).sum(axis=1) for x in (run(requests, slots).own, run(requests, slots).away))
    share: Floats = away / (own + away)
    return share


@pytest.mark.theory
def test_the_running_model_has_the_same_levels_and_other_slopes() -> None:
    levels = [turned_away(gps, SLOTS) for gps in (ALIKE, UNLIKE)]
    slopes = [turned_away(gps, MORE) - level for gps, level in zip((ALIKE, UNLIKE), levels, strict=True)]
    apart, noise = zip(*(_apart(*both) for both in (levels, slopes)), strict=True)
    print(f"levels differ by {apart[0]:+.5f} ± {noise[0]:.5f}, slopes by {apart[1]:+.5f} ± {noise[1]:.5f}")
    for gps, found, change in zip((ALIKE, UNLIKE), levels, slopes, strict=True):
        assert abs(found.mean() - exact(gps, SLOTS)) <= half_width(found)
        assert abs(change.mean() - (exact(gps, MORE) - exact(gps, SLOTS))) <= half_width(change)
    assert abs(apart[0]) <= noise[0] < 0.1 * levels[0].mean()
    assert abs(apart[1]) > noise[1]


def _apart(first: Floats, second: Floats) -> tuple[float, float]:
    """Difference of two means with three and a half of its standard errors."""
    return float(second.mean() - first.mean()), float(np.hypot(half_width(first), half_width(second)))
