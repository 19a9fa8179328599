"""Scenario discovery: the simple box in which the cases of interest are concentrated (PRIM).

Patient rule induction, Friedman & Fisher 1999, as used for scenario discovery by Bryant & Lempert 2010: peel
the slice whose loss leaves the densest box, paste back what costs nothing, drop limits that chance explains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
PEEL = 0.05
LEAST_MASS = 0.05
CHANCE = 0.05
"""A limit is kept when chance alone would explain it less often than this."""


@dataclass(frozen=True)
class Limit:
    """A limit on one factor: its position, the ends (infinite where free), the chance of a density this high."""

    factor: int
    low: float
    high: float
    chance: float


@dataclass(frozen=True)
class Box:
    """A rule.

    Attributes:
        limits: of the restricted factors. coverage: share of the cases inside. density: share of cases among
        the points inside. mass: share of the points inside. base: share of cases among all points.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    base: float


def discover(x: Matrix, case: Mask) -> Box | None:
    """Return the box that best trades coverage against density, None when there is no case or nothing else.

    Args:
        x: points × factors.
        case: which points are of interest.
    """
    if not case.any() or case.all():
        return None
    best, score = None, 0.0
    for inside in _peeling(x, case):
        value = _balance(inside, case)
        if value > score + 1e-12:
            best, score = inside, value
    if best is None:
        return None
    limits = _significant(x, case, _limits(x, best))
    inside = _inside(x, limits)
    told = tuple(_told(x, case, limits, factor) for factor in sorted(limits))
    coverage, density = float(case[inside].sum() / case.sum()), float(case[inside].mean())
    return Box(told, coverage, density, float(inside.mean()), float(case.mean()))


def _balance(inside: Mask, case: Mask) -> float:
    """Return the harmonic mean of coverage and density."""
    hits = float(case[inside].sum())
    return 2 * hits / (float(case.sum()) + float(inside.sum()))


def _peeling(x: Matrix, case: Mask) -> list[Mask]:
    """Return the boxes of the peeling trajectory, each pasted back as far as its density does not fall."""
    inside = np.ones(len(x), dtype=bool)
    out = [inside]
    while inside.mean() > LEAST_MASS and case[inside].mean() < 1:
        choices = [kept for factor in range(x.shape[1]) for kept in _slices(x[:, factor], inside)]
        if not choices:
            break
        inside = max(choices, key=lambda kept: (float(case[kept].mean()), int(kept.sum())))
        out += [inside, _pasted(x, case, inside)]
    return out


def _slices(column: Matrix, inside: Mask) -> list[Mask]:
    """Return what is left when the lowest or the highest slice of a factor is taken off."""
    values = column[inside]
    low, high = np.quantile(values, (PEEL, 1 - PEEL))
    kept = [inside & (column > low), inside & (column < high)]
    return [mask for mask in kept if mask.any()]


def _pasted(x: Matrix, case: Mask, inside: Mask) -> Mask:
    """Widen each limit while the box keeps its density."""
    limits = _limits(x, inside)
    for factor in list(limits):
        for side in (0, 1):
            while True:
                wider = {**limits, factor: _widened(x[:, factor], limits[factor], side)}
                bigger = _inside(x, wider)
                grows = bigger.sum() > _inside(x, limits).sum()
                if not grows or case[bigger].mean() < case[_inside(x, limits)].mean():
                    break
                limits = wider
    return _inside(x, limits)


def _widened(column: Matrix, ends: tuple[float, float], side: int) -> tuple[float, float]:
    beyond = column[column < ends[0]] if side == 0 else column[column > ends[1]]
    if not len(beyond):
        return ends
    return (float(beyond.max()), ends[1]) if side == 0 else (ends[0], float(beyond.min()))


def _limits(x: Matrix, inside: Mask) -> dict[int, tuple[float, float]]:
    """Return the factors that a box restricts, with the extreme values inside it."""
    out = {}
    for factor in range(x.shape[1]):
        column = x[:, factor]
        low, high = float(column[inside].min()), float(column[inside].max())
        if low > column.min() or high < column.max():
            out[factor] = (low if low > column.min() else -np.inf, high if high < column.max() else np.inf)
    return out


def _inside(x: Matrix, limits: dict[int, tuple[float, float]]) -> Mask:
    out = np.ones(len(x), dtype=bool)
    for factor, (low, high) in limits.items():
        out &= (x[:, factor] >= low) & (x[:, factor] <= high)
    return out


def _significant(x: Matrix, case: Mask, limits: dict[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Drop, one by one, the limits that chance explains best."""
    while limits:
        worst = max(limits, key=lambda factor: _chance(x, case, limits, factor))
        if _chance(x, case, limits, worst) < CHANCE:
            return limits
        limits = {factor: ends for factor, ends in limits.items() if factor != worst}
    return limits


def _chance(x: Matrix, case: Mask, limits: dict[int, tuple[float, float]], factor: int) -> float:
    """Return the probability of so many cases inside if the limit on a factor meant nothing (binomial)."""
    from scipy.stats import binom

    wider = _inside(x, {k: v for k, v in limits.items() if k != factor})
    inside = _inside(x, limits)
    return float(binom.sf(case[inside].sum() - 1, inside.sum(), case[wider].mean()))


def _told(x: Matrix, case: Mask, limits: dict[int, tuple[float, float]], factor: int) -> Limit:
    """Put each end half-way to the next point outside."""
    low, high = limits[factor]
    column = x[:, factor]
    if np.isfinite(low):
        low = (low + float(column[column < low].max())) / 2
    if np.isfinite(high):
        high = (high + float(column[column > high].min())) / 2
    return Limit(factor, low, high, _chance(x, case, limits, factor))
