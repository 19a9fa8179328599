"""Which drawn parameters move the effect: what it would be at both ends of each, and where it would change sign.

Read off the draws themselves: a straight line through the effects by the values of one parameter at a time. Only those
stand in the table that chance alone would not show among so many parameters (Bonferroni's correction).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.comparison import draws_of
from cpts_sim.experiment.statistics import student_quantile

Array = NDArray[np.float64]
FEWEST = 8
"""Draws below which no parameter is looked at."""
ENDS = (0.1, 0.9)
"""Quantiles of the drawn values that are called their ends."""
SHOWN = 8


@dataclass(frozen=True)
class Driver:
    """A drawn parameter that moves the effect.

    Attributes:
        parameter: its name.
        ends: low and high end of its drawn values.
        effects: (mean, half-width of its 95 % interval) of the effect at each end.
        flips: value at which the effect changes sign; nan where it does not within the drawn values.
    """

    parameter: str
    ends: tuple[float, float]
    effects: tuple[tuple[float, float], tuple[float, float]]
    flips: float

    @property
    def width(self) -> float:
        """How much the effect moves from one end to the other."""
        return abs(self.effects[1][0] - self.effects[0][0])


@dataclass(frozen=True)
class Drivers:
    """The parameters that move an effect, most first, of how many looked at over how many draws."""

    found: tuple[Driver, ...]
    looked: int
    draws: int


def drivers(names: Sequence[str], drawn: Array, effects: Array) -> Drivers:
    """Return the parameters that move an effect.

    Args:
        names: of the parameters.
        drawn: their values, draws × parameters.
        effects: one a draw.
    """
    moving = [k for k in range(len(names)) if np.ptp(drawn[:, k]) > 0]
    if len(effects) < FEWEST or not moving or not np.ptp(effects):
        return Drivers((), len(moving), len(effects))
    limit = student_quantile(1 - 0.025 / len(moving), len(effects) - 2)
    kept = [one for k in moving if (one := _line(names[k], drawn[:, k], effects, limit)) is not None]
    return Drivers(tuple(sorted(kept, key=lambda one: (-one.width, one.parameter))[:SHOWN]), len(moving), len(effects))


def _line(name: str, x: Array, y: Array, limit: float) -> Driver | None:
    """Return a parameter whose straight line is steeper than chance would make it, else None."""
    count, middle = len(x), float(x.mean())
    spread = float(((x - middle) ** 2).sum())
    slope = float(((x - middle) * y).sum()) / spread
    start = float(y.mean()) - slope * middle
    error = math.sqrt(float(((y - start - slope * x) ** 2).sum()) / (count - 2))
    if abs(slope) * math.sqrt(spread) <= limit * error:
        return None
    usual = student_quantile(0.975, count - 2)
    low, high = (float(end) for end in np.quantile(x, ENDS))
    halves = [usual * error * math.sqrt(1 / count + (end - middle) ** 2 / spread) for end in (low, high)]
    at = [(start + slope * end, half) for end, half in zip((low, high), halves, strict=True)]
    flips = -start / slope
    inside = float(x.min()) <= flips <= float(x.max())
    return Driver(name, (low, high), (at[0], at[1]), flips if inside else math.nan)


def drivers_of(done: Comparison, place: Place, arm: str) -> Drivers:
    """Return the parameters that move an effect of an arm, over the draws of a comparison."""
    ensemble = done.plan.ensemble
    if ensemble is None:
        return Drivers((), 0, 0)
    gaps = done.values.get(arm, place) - done.values.get(done.values.arms[0], place)
    each = dict(zip(draws_of(done.values.seeds), done.values.seeds, strict=True))
    which = np.array(draws_of(done.values.seeds))
    known = [draw for draw in each if np.isfinite(gaps[which == draw]).any()]
    effects = np.array([np.nanmean(gaps[which == draw]) for draw in known])
    vectors = [ensemble.draw(each[draw]).parameters for draw in known]
    names = sorted(set.intersection(*(set(vector) for vector in vectors))) if vectors else []
    drawn = np.array([[float(vector[name]) for name in names] for vector in vectors]).reshape(len(vectors), len(names))
    return drivers(names, drawn, effects)
