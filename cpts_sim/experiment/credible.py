"""What an uncertain effect says: quantiles over parameters, structure and chance, and their computing error.

Each pair has drawn its own parameters and structure, so the effects of pairs are draws of what *this* territory
would observe; shrunken by the part of their variance that is chance, they are draws of the *expected* effect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.experiment.shares import Share, Split, explained, split
from cpts_sim.experiment.statistics import Interval

Array = NDArray[np.float64]
CREDIBLE = 0.90
SURE = 0.90
"""Probability from which something is called probable."""
RESAMPLES = 400
FEWEST_DRAWS = 5
"""With fewer draws of parameters and structure no reading is given."""
FINEST = 0.25
"""Largest computing error, as a share of the interval's width, that allows a reading."""
TAIL_CHANCE = 0.20
"""Chance at most, by which a reading may hold in the draws and not in nine of ten further ones: twelve draws that all
agree are enough, eleven of twelve are not."""
TAIL = 0.8416
"""Standard deviations of the normal law that leave that chance above them."""


class Verdict(StrEnum):
    """The fixed words of the last column of an uncertain comparison."""

    BETTER = "probably_better"
    WORSE = "probably_worse"
    HIGHER = "probably_higher"
    LOWER = "probably_lower"
    TOO_SMALL = "too_small"
    UNDETERMINED = "undetermined"
    EQUAL = "equal"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Band(Interval):
    """A median with quantiles around it, where an interval is asked for: ``mean`` is the median.

    Attributes:
        ends: 5 % and 95 % quantiles over parameters, structure and chance; ``half`` is half their distance.
    """

    ends: tuple[float, float] = (math.nan, math.nan)

    @property
    def low(self) -> float:
        """Lower end, in the unit of the values."""
        return self.ends[0]

    @property
    def high(self) -> float:
        """Upper end, in the unit of the values."""
        return self.ends[1]

    def scaled(self, factor: float) -> Band:
        """Return the band in another unit, ``factor`` (positive) times larger in numbers."""
        one = super().scaled(factor)
        return Band(one.mean, one.half, one.count, one.deviation, (self.low * factor, self.high * factor))


def band_of(values: ArrayLike) -> Band:
    """Return the median of finite values with their 90 % interval; without two values it has no end."""
    data = np.asarray(values, np.float64)
    data = data[np.isfinite(data)]
    if len(data) < 2:
        return Band(float(data[0]) if len(data) else math.nan, math.inf, len(data), math.nan, (-math.inf, math.inf))
    middle, (low, high) = float(np.median(data)), ends_of(data)
    return Band(middle, (high - low) / 2, len(data), float(data.std(ddof=1)), (low, high))


def ends_of(data: Array) -> tuple[float, float]:
    """Return the ends between which nine of ten further draws lie.

    With few draws the usual quantiles hold fewer (78 % with twelve): these are the k-th of n + 1 parts (Weibull 1939;
    Hyndman & Fan 1996, type 6), right on average from 19 draws on, and the least and greatest draw with fewer.
    """
    low, high = np.quantile(data, ((1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2), method="weibull")
    return float(low), float(high)


def fewest_for_ends() -> int:
    """Return the least number of draws whose interval is what it says; with fewer its ends are the extremes seen."""
    return round(2 / (1 - CREDIBLE)) - 1


def level_band(values: ArrayLike) -> Band:
    """Return the mean of finite values with the 90 % interval of one of them."""
    found, data = band_of(values), np.asarray(values, np.float64)
    data = data[np.isfinite(data)]
    return replace(found, mean=float(data.mean())) if len(data) else found


@dataclass(frozen=True)
class Credible:
    """An uncertain effect.

    Attributes:
        median: of the differences of pairs. low, high: 90 % interval of what this territory would observe.
        expected: 90 % interval of the expected effect (chance taken out). error: half-width of the 95 % computing
        error of the median. p_better: probability of a difference in the good direction (of a rise where no
        direction is good). p_matters: probability that it is better by more than the smallest difference that
        matters. p_error: half-width of the 95 % computing error of the probabilities at their worst. pairs: number of
        differences. verdict: what it says. split: variance between draws and by chance. draws: number of different
        draws of parameters and structure among the pairs. ties: share of differences that are exactly zero.
    """

    median: float
    low: float
    high: float
    expected: tuple[float, float]
    error: float
    p_better: float
    p_matters: float
    p_error: float
    pairs: int
    verdict: Verdict
    split: Split
    draws: int = 0
    ties: float = 0.0

    @property
    def coarse(self) -> bool:
        """Whether the computing error is too large for a reading."""
        return not self.error <= FINEST * (self.high - self.low)


def credible(
    differences: ArrayLike, groups: Sequence[object], better: str = "none", smallest: float = math.nan
) -> Credible:
    """Read the differences of pairs.

    Args:
        differences: with − without, one a pair.
        groups: name of the draw of each pair (the same for twins).
        better: "higher", "lower" or "none".
        smallest: smallest difference that matters (nan: none said; then any difference matters).
    """
    data = np.asarray(differences, np.float64)
    kept = np.isfinite(data)
    data, names = data[kept], [group for group, keep in zip(groups, kept, strict=True) if keep]
    parts = split(data, names)
    if not len(data):
        nothing = (math.nan,) * 2
        return Credible(math.nan, math.nan, math.nan, nothing, math.inf, *nothing, 1.0, 0, Verdict.TOO_FEW, parts)
    median, (low, high) = float(np.median(data)), ends_of(data)
    good = -data if better == "lower" else data
    least = smallest if math.isfinite(smallest) else 0.0
    chances = (float((good > 0).mean()), float((good > least).mean()), float((good < -least).mean()))
    inside = float((np.abs(data) <= smallest).mean()) if math.isfinite(smallest) else 0.0
    error = _median_error(data, names)
    equal = bool((data == 0).all())
    fine = len(set(names)) >= FEWEST_DRAWS and error <= FINEST * (high - low)
    count = worth_draws(len(data), len(set(names)), parts.share.value)
    verdict = _verdict(chances, inside, better, count) if fine else Verdict.TOO_FEW
    verdict = Verdict.EQUAL if equal and len(data) > 1 else verdict
    expected = ends_of(_shrunken(data, parts))
    spread = 1.96 * 0.5 / math.sqrt(max(1, len(set(names))))
    return Credible(
        median, low, high, (expected[0], expected[1]), error, chances[0], chances[1], spread, len(data), verdict, parts,
        len(set(names)), float((data == 0).mean()),
    )  # fmt: skip


def _verdict(chances: tuple[float, float, float], inside: float, better: str, count: float) -> Verdict:
    """Return what holds in nine draws of ten; "too few" where so few draws might show it by chance alone."""
    _, gain, loss = chances
    if max(gain, loss, inside) < SURE:
        return Verdict.UNDETERMINED
    if least_chance(max(gain, loss, inside), count) < SURE:
        return Verdict.TOO_FEW
    if gain >= SURE:
        return Verdict.HIGHER if better == "none" else Verdict.BETTER
    if loss >= SURE:
        return Verdict.LOWER if better == "none" else Verdict.WORSE
    return Verdict.TOO_SMALL


def least_chance(share: float, count: float) -> float:
    """Return the lower end of a probability seen as a share of draws, exceeded four times in five (Wilson 1927)."""
    if not count > 0:
        return 0.0
    square = TAIL**2 / count
    return (share + square / 2 - math.sqrt(square * (share * (1 - share) + square / 4))) / (1 + square)


def worth_draws(pairs: int, draws: int, share: float) -> float:
    """Return how many independent draws some pairs are worth: twins repeat each other as far as parameters decide.

    Args:
        pairs: number of differences.
        draws: number of different draws among them.
        share: share of the variance between draws (nan: without twins, when every pair is a draw of its own).
    """
    return pairs / (1.0 + (pairs / draws - 1.0) * (share if math.isfinite(share) else 1.0))


def fewest_for_sure() -> int:
    """Return the least number of draws that, all agreeing, are sure enough of a probability."""
    return math.ceil(TAIL**2 * SURE / (1 - SURE))


def expected_draws(differences: ArrayLike, groups: Sequence[object]) -> Array:
    """Return draws of the expected effect: the differences of pairs, with the part that is chance taken out."""
    data = np.asarray(differences, np.float64)
    return _shrunken(data, split(data, groups)) if len(data) else data


def _shrunken(data: Array, parts: Split) -> Array:
    out: Array = data.mean() + (data - data.mean()) * math.sqrt(_lasting(data, parts))
    return out


def _lasting(data: Array, parts: Split) -> float:
    """Return the share of the variance that belongs to the expected effect, its computing error included."""
    total = float(data.var(ddof=1)) if len(data) > 1 else 0.0
    if not total or not math.isfinite(parts.between):
        return 1.0
    return min(1.0, (parts.between + parts.within / len(data)) / (parts.between + parts.within))


def _median_error(data: Array, names: Sequence[object]) -> float:
    """Return 1.96 standard errors of the median, by resampling the draws whole (twins stay together)."""
    order = {name: rank for rank, name in enumerate(dict.fromkeys(names))}
    if len(order) < 2:
        return math.inf
    if not np.ptp(data):
        return 0.0
    index = np.array([order[name] for name in names])
    members = [np.flatnonzero(index == rank) for rank in range(len(order))]
    rng = np.random.default_rng(20_190_101)
    picks = rng.integers(0, len(members), (RESAMPLES, len(members)))
    if len({len(mine) for mine in members}) == 1:
        medians = np.median(data[np.array(members)][picks].reshape(RESAMPLES, -1), axis=1)
    else:
        medians = np.array([np.median(data[np.concatenate([members[k] for k in row])]) for row in picks])
    return 1.96 * float(np.std(medians)) * math.sqrt(len(members) / (len(members) - 1))


def judgement_share(
    differences: ArrayLike, groups: Sequence[object], ours: Array, others: Array, parts: Split | None = None
) -> Share:
    """Return the share of the variance of effects that comes from what was drawn by judgement.

    When nothing else was drawn it is the whole share between draws, which twins give without any model; otherwise
    what a regression on the columns of judgement explains.

    Args:
        differences: one a pair.
        groups: name of the draw of each pair.
        ours: pairs × columns drawn by judgement.
        others: pairs × columns drawn from evidence.
        parts: the split of these differences, if known.
    """
    if not others.size or not np.ptp(others, axis=0).any():
        return (parts or split(differences, groups)).share
    return explained(differences, ours)


def columns_of(vectors: Sequence[Mapping[str, object]], names: Sequence[str]) -> Array:
    """Return pairs × columns: numbers as they are, names of variants as one indicator for each but the first."""
    out = []
    for name in names:
        found = [vector[name] for vector in vectors]
        if all(isinstance(value, float) for value in found):
            out.append(np.asarray(found, np.float64))
        else:
            texts = sorted({str(value) for value in found})
            out += [np.asarray([float(str(value) == text) for value in found]) for text in texts[1:]]
    return np.array(out).T if out else np.zeros((len(vectors), 0))
