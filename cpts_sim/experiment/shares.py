"""How much of the spread of an effect comes from what: chance, parameters and structure, judgement among them.

Twins (two pairs that share their parameters and differ by chance) give the share of everything drawn, by a one-way
analysis of variance with its exact interval (Searle, Casella & McCulloch 1992, section 3.5: F law). A group among
what is drawn gets the share that a linear regression on it explains, adjusted for its size, with the interval of the
non-central F law (Steiger 2004). Where the interval covers nearly everything the share is said not to be identified.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
WIDEST = 0.8
"""An interval of a share wider than this tells nothing."""


@dataclass(frozen=True)
class Share:
    """A share of variance with its 95 % interval.

    Attributes:
        value: estimate, 0 to 1 (nan: cannot be formed). low, high: interval. pairs: pairs it rests on.
    """

    value: float
    low: float
    high: float
    pairs: int

    @property
    def identified(self) -> bool:
        """Whether the interval tells anything."""
        return math.isfinite(self.value) and self.high - self.low <= WIDEST


@dataclass(frozen=True)
class Split:
    """Variance of one pair's effect: ``between`` draws of parameters and structure, ``within`` them (chance)."""

    between: float
    within: float
    share: Share


def split(values: ArrayLike, groups: Sequence[object], level: float = 0.95) -> Split:
    """Split the variance of effects between draws and chance.

    Args:
        values: effect of each pair.
        groups: what the pair shares with its twin; the same for twins.
        level: confidence of the interval of the share.
    """
    from scipy.stats import f

    data, names = _known(values, groups)
    _, index = np.unique(np.asarray([str(n) for n in names]), return_inverse=True)
    sizes = np.bincount(index) if len(data) else np.zeros(0)
    total, count = len(data), len(sizes)
    if count < 2 or total <= count:
        return Split(math.nan, math.nan, Share(math.nan, 0.0, 1.0, total))
    means = np.bincount(index, data) / sizes
    within = float(((data - means[index]) ** 2).sum()) / (total - count)
    between = float((sizes * (means - data.mean()) ** 2).sum()) / (count - 1)
    each = (total - float((sizes**2).sum()) / total) / (count - 1)
    if between == within == 0:
        return Split(0.0, 0.0, Share(0.0, 0.0, 0.0, total))
    ratio = between / within if within else math.inf
    ends = [f.ppf(p, count - 1, total - count) for p in ((1 + level) / 2, (1 - level) / 2)]
    low, high, middle = (_share(ratio / end, each) for end in (*ends, 1.0))
    return Split(max(0.0, (between - within) / each), within, Share(middle, low, high, total))


def _share(ratio: float, each: float) -> float:
    """Turn a ratio of mean squares into a share of variance between groups of ``each`` values."""
    return 1.0 if math.isinf(ratio) else min(1.0, max(0.0, (ratio - 1) / (ratio - 1 + each)))


def _known(values: ArrayLike, groups: Sequence[object]) -> tuple[Array, list[object]]:
    data = np.asarray(values, np.float64)
    kept = np.isfinite(data)
    return data[kept], [group for group, keep in zip(groups, kept, strict=True) if keep]


def explained(values: ArrayLike, columns: ArrayLike, level: float = 0.95) -> Share:
    """Return the share of the variance that a linear regression on some columns explains.

    Args:
        values: effect of each pair.
        columns: pairs × what was drawn for them.
        level: confidence of the interval.
    """
    data, design = np.asarray(values, np.float64), np.asarray(columns, np.float64)
    kept = np.isfinite(data)
    data, design = data[kept], design[kept]
    count = len(data)
    design = design - design.mean(axis=0) if count else design
    rank = int(np.linalg.matrix_rank(design)) if design.size else 0
    freedom = count - rank - 1
    spread = float(((data - data.mean()) ** 2).sum()) if count else 0.0
    if rank == 0 or spread == 0:
        return Share(0.0, 0.0, 0.0 if count > 2 else 1.0, count)
    if freedom < 2:
        return Share(math.nan, 0.0, 1.0, count)
    left = data - data.mean()
    left = left - design @ np.linalg.lstsq(design, left, rcond=None)[0]
    square = 1 - float((left**2).sum()) / spread
    adjusted = max(0.0, 1 - (1 - square) * (count - 1) / freedom)
    statistic = (square / rank) / max((1 - square) / freedom, 1e-300)
    low, high = (_noncentral(statistic, rank, freedom, p) for p in ((1 + level) / 2, (1 - level) / 2))
    return Share(adjusted, low / (low + count), high / (high + count), count)


def _noncentral(statistic: float, first: int, second: int, probability: float) -> float:
    """Return the non-centrality at which the statistic has this probability of not being exceeded."""
    from scipy.optimize import brentq
    from scipy.stats import f, ncf

    if f.cdf(statistic, first, second) <= probability:
        return 0.0
    high = 1.0
    while ncf.cdf(statistic, first, second, high) > probability and high < 1e7:
        high *= 2
    return float(brentq(lambda x: ncf.cdf(statistic, first, second, x) - probability, 0.0, high, xtol=1e-6))
