"""Is it worth its euros? Effect and cost of each pair together, without a ratio where the effect may be none.

A ratio is given only when the probability that the mean effect is positive reaches 95 per cent. Otherwise there is the
cloud of pairs, the probability of being worth it at any willingness to pay, and the effect that would break even.
Probabilities here speak of computing error alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.experiment.costs import COUNT, Costs
from cpts_sim.experiment.statistics import Interval, mean_interval, student_cdf, student_quantile
from cpts_sim.experiment.values import Place, Values

Array = NDArray[np.float64]
SURE = 0.95
"""Least probability of a positive effect from which a ratio is given."""


def _needs_in_time(values: Values, arm: str, costs: Costs) -> Array:
    needs = values.get(values.arms[0], Place("account.base", "count", "needs"))
    return (values.get(arm, Place("access.in_time")) - values.get(values.arms[0], Place("access.in_time"))) * needs


def _visits_avoided(values: Values, arm: str, costs: Costs) -> Array:
    visits = [
        sum(values.get(one, Place(COUNT, f"year{year}", "ed_visit")) for year in range(costs.years))
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
"""Effects counted in whole things over the horizon, more being better: needs, visits, people."""


@dataclass(frozen=True)
class Worth:
    """Effect and cost of an arm against the first.

    Attributes:
        arm: which arm. gain: name of the effect (``GAINS``). perspective: whose euros.
        effects: effect of each pair. euros: further euros of each pair, in the same order.
        probability: that the mean effect is positive.
        ratio: euros for one more of the effect; nan unless ``probability`` reaches 95 per cent.
        ratio_low: lower end of its interval (Fieller 1954). ratio_high: upper end; nan where it has no end.
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

    @property
    def cost(self) -> Interval:
        """Mean further euros with its interval."""
        return mean_interval(self.euros)

    @property
    def effect(self) -> Interval:
        """Mean effect with its interval."""
        return mean_interval(self.effects)

    def worth_at(self, willingness: ArrayLike) -> Array:
        """Return the probability that the arm is worth its euros, by euros that one more of the effect is worth."""
        levels = np.atleast_1d(np.asarray(willingness, np.float64))
        return np.array([probability_positive(level * self.effects - self.euros) for level in levels])

    def break_even(self, willingness: float) -> float:
        """Return the effect at which the mean cost is just worth it, at a willingness to pay above zero."""
        return self.cost.mean / willingness if willingness > 0 else math.inf


def probability_positive(differences: ArrayLike) -> float:
    """Return the probability that the mean of paired differences is above zero (Student's law).

    Without spread it is 1 above zero, 0 below and one half at zero; nan with fewer than two values.
    """
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
    euros = costs.total(arm, perspective) - costs.total(values.arms[0], perspective)
    known = np.isfinite(effects) & np.isfinite(euros)
    effects, euros = effects[known], euros[known]
    probability = probability_positive(effects)
    if not probability >= SURE:
        return Worth(arm, gain, perspective, effects, euros, probability, math.nan, math.nan, math.nan)
    low, high = fieller(euros, effects)
    return Worth(arm, gain, perspective, effects, euros, probability, float(euros.mean() / effects.mean()), low, high)


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
