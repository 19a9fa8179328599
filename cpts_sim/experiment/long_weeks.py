"""Mean weeks of GPs beyond what any fact bounds: where the model speaks of hours that France does not know as a mean.

Facts of calibration hold the mean week of France (``fact.hours_mean``) and the share of its GPs whose week has 60
hours or more (``fact.hours_60``). A territory whose *mean* GP passes 60 hours lies beyond both.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.scale import parameters_of
from cpts_sim.experiment.values import Place

LONG_HOURS = 60.0
"""Hours a week from which facts call a GP's week long (``fact.hours_60``)."""
MEAN_WEEKS = (Place("time.hours"), Place("wellbeing.hours", "profession", "gp"))
"""Numbers that hold the mean week worked of GPs, duty included; the first that was measured is read."""
DUTY = Place("time.line", "line", "duty")


class LongWeek(NamedTuple):
    """A mean week beyond the facts.

    Attributes:
        least: mean hours of a week worked, duty left out as facts leave it out where it is known: least of the arms.
        most: the greatest of the arms.
        duty: whether duty is still in these hours, for want of its own count.
        france: mean week of France. low, high: its tolerance. share: share of France's GPs with 60 hours or more.
    """

    least: float
    most: float
    duty: bool
    france: float
    low: float
    high: float
    share: float


def long_week(comparison: Comparison) -> LongWeek | None:
    """Return the mean weeks of the arms where that of any passes 60 hours; None below, or where none was measured."""
    found = [week for arm in comparison.values.arms if math.isfinite((week := _week(comparison, arm))[0])]
    if not found or max(hours for hours, _ in found) <= LONG_HOURS:
        return None
    parameters = parameters_of(comparison)
    mean = parameters.entry("fact.hours_mean")
    hours = [hours for hours, _ in found]
    return LongWeek(min(hours), max(hours), any(duty for _, duty in found), parameters["fact.hours_mean"],
                    mean.low, mean.high, parameters["fact.hours_60"])  # fmt: skip


def _week(comparison: Comparison, arm: str) -> tuple[float, bool]:
    """Return the mean week of an arm, and whether duty is in it."""
    values = comparison.values
    for place in MEAN_WEEKS:
        hours = values.get(arm, place)
        if np.isfinite(hours).any():
            duty = values.get(arm, DUTY)
            known = bool(np.isfinite(duty).any())
            return float(np.nanmean(hours)) - (float(np.nanmean(duty)) if known else 0.0), not known
    return math.nan, True
