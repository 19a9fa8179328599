"""Is it worth its euros? Effect and cost of each pair together, without a ratio where the effect may be none.

Both are counted over the same years, all those of the run, and neither is discounted: a need met in the last year
weighs as much as one of the first, and so does a euro. The table of costs, which discounts, is another number.
A ratio is given only when the probability that the mean effect is positive reaches 95 per cent. Otherwise there is the
cloud of pairs, the probability of being worth it at any willingness to pay, and the effect that would break even.
Probabilities speak of computing error alone, or of parameters and structure where the pairs have drawn theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.experiment.costs import COUNT, Costs
from cpts_sim.experiment.credible import CREDIBLE, expected_draws, level_band
from cpts_sim.experiment.statistics import Interval, mean_interval, student_cdf, student_quantile
from cpts_sim.experiment.values import Place, Values

Array = NDArray[np.float64]
RATIO_SURE = 0.95
"""Least probability of a positive effect from which a ratio is given."""


def _needs_in_time(values: Values, arm: str, costs: Costs) -> Array:
    needs = values.get(values.arms[0], Place("account.base", "count", "needs"))
    return (values.get(arm, Place("access.in_time")) - values.get(values.arms[0], Place("access.in_time"))) * needs


def _visits_avoided(values: Values, arm: str, costs: Costs) -> Array:
    visits = [
        sum(values.get(one, Place(COUNT, f"year{year}", "ed_visit")) for year in range(costs.simulated))
        for one in (values.arms[0], arm)
    ]
    return np.asarray(visits[0] - visits[1], np.float64)


def _people_attached(values: Values, arm: str, costs: Costs) -> Array:
    return values.get(values.arms[0], Place("mt.people_without")) - values.get(arm, Place("mt.people_without"))


GAINS: dict[str, Callable[[Values, str, Costs], Array]] = {
    "needs_in_time": _needs_in_time,
    "ed_visits_avoided": _visits_avoided,
    "people_attached": _people_attached,
}
"""Effects counted in whole things over the run, more being better: needs, visits, people."""


@dataclass(frozen=True)
class Worth:
    """Effect and cost of an arm against the first.

    Attributes:
        arm: which arm. gain: name of the effect (``GAINS``). perspective: whose euros.
        effects: effect of each pair. euros: further euros of each pair in the same years, not discounted either.
        probability: that the mean effect is positive; where pairs have drawn, the lesser of two ways to tell.
        ratio: euros for one more of the effect; nan unless ``probability`` reaches 95 per cent.
        ratio_low: lower end of its interval (Fieller 1954; quantiles of draws where there are some).
        ratio_high: upper end; nan where it has no end. draws: name of what each pair has drawn, if anything.
    """

    arm: str
    gain: str
    perspective: str
    effects: Array
    euros: Array
    probability: float
    ratio: float
    ratio_low: float
    ratio_high: float
    draws: Sequence[object] | None = None

    @property
    def cost(self) -> Interval:
        """Mean of the further euros, with its computing error or the credible interval of one pair."""
        return mean_interval(self.euros) if self.draws is None else level_band(self.euros)

    @property
    def effect(self) -> Interval:
        """Mean effect, with its computing error or the credible interval of one pair."""
        return mean_interval(self.effects) if self.draws is None else level_band(self.effects)

    @property
    def count(self) -> int:
        """Different draws that its probabilities rest on; 0 where they come from Student's law."""
        return 0 if self.draws is None else len({repr(one) for one in self.draws})

    def worth_at(self, willingness: ArrayLike) -> Array:
        """Return the probability that the arm is worth its euros, by euros that one more of the effect is worth."""
        levels = np.atleast_1d(np.asarray(willingness, np.float64))
        return np.array([probability_positive(level * self.effects - self.euros, self.draws) for level in levels])

    def break_even(self, willingness: float) -> float:
        """Return the effect at which the mean cost is just worth it, at a willingness to pay above zero."""
        return float(np.mean(self.euros)) / willingness if willingness > 0 else math.inf


def probability_positive(differences: ArrayLike, draws: Sequence[object] | None = None) -> float:
    """Return the probability that the expected difference is above zero.

    By Student's law where all pairs live with the same parameters; the share of draws of the expected effect where
    each has drawn its own. Without spread it is 1 above zero, 0 below and one half at zero; nan with fewer than two
    values.
    """
    if draws is not None:
        expected = expected_draws(differences, draws)
        return float((0.5 * (expected >= 0) + 0.5 * (expected > 0)).mean()) if len(expected) > 1 else math.nan
    got = mean_interval(differences)
    if got.count < 2:
        return math.nan
    if got.deviation == 0.0:
        return 0.5 if got.mean == 0.0 else float(got.mean > 0.0)
    return student_cdf(got.mean / (got.deviation / math.sqrt(got.count)), got.count - 1)


def worth(costs: Costs, arm: str, gain: str, perspective: str = "public") -> Worth:
    """Put effect and cost of an arm side by side.

    Args:
        costs: volumes and prices.
        arm: compared with the first.
        gain: one of ``GAINS``.
        perspective: whose euros.
    """
    values = costs.values
    effects = GAINS[gain](values, arm, costs)
    euros = costs.undiscounted(arm, perspective) - costs.undiscounted(values.arms[0], perspective)
    known = np.isfinite(effects) & np.isfinite(euros)
    effects, euros = effects[known], euros[known]
    drawn = None if costs.draws is None else [one for one, keep in zip(costs.draws, known, strict=True) if keep]
    probability = min(probability_positive(effects, drawn), _of_the_draws(effects, drawn))
    if not probability >= RATIO_SURE:
        return Worth(arm, gain, perspective, effects, euros, probability, math.nan, math.nan, math.nan, drawn)
    ratio = float(euros.mean() / effects.mean())
    low, high = fieller(euros, effects) if drawn is None else _ratio_draws(euros, effects, drawn)
    return Worth(arm, gain, perspective, effects, euros, probability, ratio, low, high, drawn)


def _of_the_draws(effects: Array, draws: Sequence[object] | None) -> float:
    """Return the probability of a positive effect by Student's law on one mean for each draw.

    Few draws pulled towards their mean may all lie on one side of zero although their mean does not leave it: a ratio
    asks for both.
    """
    if draws is None:
        return 1.0
    keys = [repr(one) for one in draws]
    return probability_positive([effects[[key == one for key in keys]].mean() for one in sorted(set(keys))])


def _ratio_draws(euros: Array, effects: Array, draws: Sequence[object]) -> tuple[float, float]:
    """Return the credible interval of euros for one more of the effect; no upper end where the effect may be none."""
    top, bottom = expected_draws(euros, draws), expected_draws(effects, draws)
    ratios = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), math.inf)
    low, high = np.quantile(ratios, ((1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2), method="inverted_cdf")
    return float(low), float(high) if math.isfinite(high) else math.nan


def fieller(top: Sequence[float] | Array, bottom: Sequence[float] | Array, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a ratio of two paired means; (nan, nan) where the denominator may be zero.

    Args:
        top: values of the numerator, one a pair.
        bottom: values of the denominator.
        level: of confidence.
    """
    above, below = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    count = len(above)
    t2 = student_quantile((1 + level) / 2, count - 1) ** 2 / count
    spread = np.cov(above, below)
    square = below.mean() ** 2 - t2 * spread[1, 1]
    if square <= 0:
        return math.nan, math.nan
    middle = above.mean() * below.mean() - t2 * spread[0, 1]
    root = math.sqrt(max(middle**2 - square * (above.mean() ** 2 - t2 * spread[0, 0]), 0.0))
    return float((middle - root) / square), float((middle + root) / square)
