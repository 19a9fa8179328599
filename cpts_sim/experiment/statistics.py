"""Statistics of simulation output: intervals, when to stop, when a start has been forgotten.

Everything here works on a plain sequence of numbers, one per replication (or observation of a long run),
and is checked against known answers. References: Hoad, Robinson & Davies 2010 (number of replications);
White 1997 (MSER-5); Law 2015, Simulation Modeling and Analysis (paired differences, batch means).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""Confidence level of every interval of this package unless another is asked."""
ROUNDING = 1e-20
"""Share of a variance below which another is what rounding leaves."""


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval.

    Attributes:
        mean: mean of the values, in their unit.
        half: half-width of the interval, in the same unit; infinite with fewer than two values.
        count: number of values.
        deviation: standard deviation of one value (n − 1); nan with fewer than two.
    """

    mean: float
    half: float
    count: int
    deviation: float

    @property
    def low(self) -> float:
        """Lower end, in the unit of the values."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Upper end, in the unit of the values."""
        return self.mean + self.half

    def scaled(self, factor: float) -> Interval:
        """Return the interval in another unit, ``factor`` (positive) times larger in numbers."""
        return Interval(self.mean * factor, self.half * factor, self.count, self.deviation * factor)


def student_cdf(value: float, freedom: int) -> float:
    """Return P(T ≤ value) for Student's law, by the finite sums known for whole degrees of freedom.

    Source: Abramowitz & Stegun, formulas 26.7.3 and 26.7.4.
    """
    angle = math.atan2(value, math.sqrt(freedom))
    cosine_squared = freedom / (freedom + value * value)
    start = math.cos(angle) if freedom % 2 else 1.0
    term, total = start, start if freedom > 1 else 0.0
    for k in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= cosine_squared * (k - 1) / k
        total += term
    inside = math.sin(angle) * total
    both = 2 / math.pi * (angle + inside) if freedom % 2 else inside
    return 0.5 + both / 2


@cache
def student_quantile(probability: float, freedom: int) -> float:
    """Return the quantile of Student's law with a whole number of degrees of freedom, to about 1e-12.

    Args:
        probability: between 0.5 and 1, ends excluded.
        freedom: degrees of freedom, at least 1.
    """
    low, high = 0.0, 2.0
    while student_cdf(high, freedom) < probability:
        high *= 2
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student_cdf(middle, freedom) < probability else (low, middle)
    return (low + high) / 2


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean of independent values with its Student interval.

    Values that are not finite are left out (a measure without an event in a replication is nan).
    """
    data = np.asarray(values, dtype=np.float64)
    data = data[np.isfinite(data)]
    count = len(data)
    if count < 2:
        return Interval(float(data[0]) if count else math.nan, math.inf, count, math.nan)
    deviation = float(data.std(ddof=1))
    half = student_quantile((1 + level) / 2, count - 1) * deviation / math.sqrt(count)
    return Interval(float(data.mean()), half, count, deviation)


def jackknife_interval(
    runs: Sequence[Sequence[float]], estimate: Callable[[Sequence[Sequence[float]]], float], level: float = LEVEL
) -> Interval:
    """Return an estimate over all runs together with the Student interval of the jackknife that leaves one run out.

    Args:
        runs: what each run contributes.
        estimate: the number that some runs together give.
        level: confidence level.
    """
    count, whole = len(runs), estimate(runs)
    if count < 2:
        return Interval(whole, math.inf, count, math.nan)
    left_out = np.array([estimate([*runs[:rank], *runs[rank + 1 :]]) for rank in range(count)])
    error = float(math.sqrt(count - 1) * left_out.std())
    half = student_quantile((1 + level) / 2, count - 1) * error
    return Interval(whole, half, count, error * math.sqrt(count))


def paired_interval(without: ArrayLike, with_: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean of the differences ``with − without`` of pairs that share their seed."""
    return mean_interval(np.asarray(with_, np.float64) - np.asarray(without, np.float64), level)


def pairing_gain(without: ArrayLike, with_: ArrayLike) -> float:
    """Return how many times more pairs unpaired runs would need (common random numbers).

    It is (variance of one arm + variance of the other) / variance of the paired difference: 1 means that
    sharing seeds brought nothing, infinite that both arms are equal.
    """
    first, second = (np.asarray(x, np.float64) for x in (without, with_))
    kept = np.isfinite(first) & np.isfinite(second)
    if kept.sum() < 2:
        return math.nan
    apart = float(first[kept].var(ddof=1) + second[kept].var(ddof=1))
    paired = float((second[kept] - first[kept]).var(ddof=1))
    if paired <= ROUNDING * apart:  # differences that are equal but for the last digits are equal
        return math.nan if apart == 0 else math.inf
    return apart / paired


def replications_for_level(
    values: ArrayLike, precision: float, *, level: float = LEVEL, first: int = 3, ahead_limit: int = 5
) -> int | None:
    """Return the number of replications at which the relative half-width has come to stay.

    The replications algorithm of Hoad, Robinson & Davies (2010): from ``first`` on, the first n whose
    half-width is at most ``precision`` × |mean| and remains so over the next ``floor(ahead_limit/100 ×
    max(n, 100))``.
    """
    data = np.asarray(values, np.float64)
    count = first
    while count <= len(data):
        failing = _first_failure(data, count, precision, level, ahead_limit)
        if failing is None:
            return None
        if failing == 0:
            return count
        count = failing + 1
    return None


def _first_failure(
    data: NDArray[np.float64], n: int, precision: float, level: float, ahead: int
) -> int | None:
    """Return 0 when n is enough, the size at which the precision is missing, or None when data end before."""
    last = n + int(ahead / 100 * max(n, 100))
    for size in range(n, last + 1):
        if size > len(data):
            return None
        got = mean_interval(data[:size], level)
        if got.half > precision * abs(got.mean):
            return size
    return 0


def replications_for_difference(
    differences: ArrayLike, half_width: ArrayLike, *, level: float = LEVEL, first: int = 3, ahead_limit: int = 5
) -> int | None:
    """Return the number of pairs at which the half-width of the mean has come to stay small.

    The same look-ahead as :func:`replications_for_level`, with a bound in the unit of the measure: a true
    difference of zero has no relative precision and would never stop. A bound for each number of pairs (one entry
    per pair) may use the pairs up to there only, or the answer would depend on how many were at hand.
    """
    data = np.asarray(differences, np.float64)
    bound = np.append(0.0, np.broadcast_to(np.asarray(half_width, np.float64), data.shape))
    narrow = [n >= first and mean_interval(data[:n], level).half <= bound[n] for n in range(len(data) + 1)]
    for count in range(first, len(data) + 1):
        last = count + int(ahead_limit / 100 * max(count, 100))
        if last <= len(data) and all(narrow[count : last + 1]):
            return count
    return None


def mser(series: ArrayLike, batch: int = 5) -> tuple[int, float]:
    """Return (observations to delete at the start, mean of the rest) by the MSER-m rule.

    Batch means of ``batch`` observations; the cut minimises the squared standard error of what remains and
    may not pass the middle of the series (White 1997).
    """
    raw = np.asarray(series, np.float64)
    count = len(raw) // batch
    means = raw[: count * batch].reshape(count, batch).mean(axis=1)
    scores = [_cut_score(means[cut:]) for cut in range(count // 2 + 1)]
    best = 0
    for cut, score in enumerate(scores):
        if score < scores[best] - 1e-15:
            best = cut
    return best * batch, float(means[best:].mean())


def _cut_score(kept: NDArray[np.float64]) -> float:
    return float(((kept - kept.mean()) ** 2).sum() / len(kept) ** 2)


def batch_means(series: ArrayLike, batches: int, level: float = LEVEL) -> tuple[Interval, float]:
    """Return the interval of a mean by batch means, and the lag-one correlation left.

    A lag-one correlation of the batches far from zero says that the batches are too short.
    """
    raw = np.asarray(series, np.float64)
    size = len(raw) // batches
    means = raw[: size * batches].reshape(batches, size).mean(axis=1)
    gaps = means - means.mean()
    spread = float((gaps**2).sum())
    lag = float((gaps[1:] * gaps[:-1]).sum()) / spread if spread else 0.0
    return mean_interval(means, level), lag


def variance_of_mean(phi: float, count: int, innovation: float = 1.0) -> float:
    """Return the exact variance of the mean of ``count`` values of a stationary first-order autoregression.

    Args:
        phi: correlation of neighbours, inside (−1, 1).
        count: length of the series.
        innovation: variance of one innovation.
    """
    lags = np.arange(1, count)
    powers = np.cumprod(np.full(count - 1, phi))
    level = innovation / (1 - phi * phi)
    return float(level / count * (1 + 2 * ((1 - lags / count) * powers).sum()))


def fitted_variance_of_mean(series: ArrayLike) -> float:
    """Estimate the variance of the mean of one stationary series by a first-order autoregression."""
    data = np.asarray(series, np.float64)
    gaps = data - data.mean()
    phi = float((gaps[1:] * gaps[:-1]).sum() / (gaps**2).sum())
    left = gaps[1:] - phi * gaps[:-1]
    return variance_of_mean(phi, len(data), float((left**2).mean()))


def quantiles(values: Sequence[float], levels: Sequence[float]) -> list[float]:
    """Return linear-interpolated quantiles of the finite values; nan where there are none."""
    data = np.asarray(values, np.float64)
    data = data[np.isfinite(data)]
    return [float(x) for x in np.quantile(data, levels)] if len(data) else [math.nan for _ in levels]
