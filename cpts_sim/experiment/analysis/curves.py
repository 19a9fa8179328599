"""Response curves: how the response follows one factor, and where it changes sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.statistics import Interval, mean_interval

Matrix = NDArray[np.float64]
RESAMPLES = 400


@dataclass(frozen=True)
class Curve:
    """A response along one factor.

    Attributes:
        at: values of the factor, increasing. response: mean over seeds with its interval at each.
        tipping: (value, low, high) where the response crosses ``threshold``; none when it does not.
        found: share of the resampled curves that cross.
    """

    at: tuple[float, ...]
    response: tuple[Interval, ...]
    tipping: tuple[float, float, float] | None
    found: float


def curve(at: Matrix, values: Matrix, threshold: float = 0.0, seed: int = 1) -> Curve:
    """Return the curve of a response and its tipping point, with an interval over resampled seeds.

    Args:
        at: value of the factor at each point (any order; equal values are averaged).
        values: points × seeds.
        threshold: the level whose crossing is sought.
        seed: of the resampling.
    """
    places = np.unique(at[np.isfinite(at)])
    table = np.array([values[at == place].mean(axis=0) for place in places])
    crossings = []
    draws = np.random.default_rng(seed).integers(0, table.shape[1], (RESAMPLES, table.shape[1]))
    for columns in draws:
        crossings.append(_crossing(places, table[:, columns].mean(axis=1) - threshold))
    here = _crossing(places, table.mean(axis=1) - threshold)
    known = np.array([c for c in crossings if c is not None])
    found = len(known) / RESAMPLES
    tipping = None
    if here is not None and len(known):
        low, high = np.quantile(known, (0.025, 0.975))
        tipping = (here, float(low), float(high))
    response = tuple(mean_interval(row) for row in table)
    return Curve(tuple(float(p) for p in places), response, tipping, found)


def _crossing(at: Matrix, heights: Matrix) -> float | None:
    """Return where a broken line first crosses zero strictly, None when it stays on one side."""
    for left in range(len(at) - 1):
        a, b = float(heights[left]), float(heights[left + 1])
        if a * b < 0:
            return float(at[left] + (at[left + 1] - at[left]) * a / (a - b))
        if b == 0 and left + 2 < len(at) and a * float(heights[left + 2]) < 0:
            return float(at[left + 1])
    return None
