"""Needs by month follow the published index of acts once: influenza is not a second winter."""

from __future__ import annotations

import numpy as np
from lives import scenario

from cpts_sim.care import season
from cpts_sim.care.setup import activity_of, make_days
from cpts_sim.evidence import load_parameters
from cpts_sim.scenario import calendar_of

P = load_parameters(2019, overrides={"care.month_strength": 1.0})
"""Without the stretch by which needs vary more than acts, what is left is the index, its epidemic counted once."""


def _by_month(epidemic: bool) -> np.ndarray:
    """Mean needs a day by month over whole years of the calendar, all kinds that practices see, mean 1."""
    days = make_days(calendar_of(scenario(years=5), 0), (0,))
    needs = np.zeros(len(days.month))
    for kind in season.OF_PRACTICES:
        name = "minor" if kind == "acute" and not epidemic else kind  # the same course without the epidemic
        weights = np.diff(activity_of(name, days, P, None).total)
        needs += weights * P.array(f"care.rate_{kind}").mean()
    month = np.array([needs[days.month == m].mean() for m in range(1, 13)])
    return month / month.mean()


def test_needs_with_influenza_follow_the_index_of_acts() -> None:
    published = P.array("care.month_index")
    gap = np.abs(_by_month(True) - published / published.mean())
    assert gap.max() < 0.02


def test_without_influenza_the_winter_is_milder_than_the_index() -> None:
    """Power: the two courses differ by more than the tolerance, so a second winter would be seen."""
    published = P.array("care.month_index")
    gap = published / published.mean() - _by_month(False)
    assert gap[0] > 0.03
    assert gap[1] > 0.03
    assert gap[6] < -0.01
