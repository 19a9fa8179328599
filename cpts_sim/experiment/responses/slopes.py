"""What a deciding row says about the members of an ensemble, all of them looked at together.

A member is played with few seeds, the same for all, and one member, the reference, with many. Chance hides what a
single member does, yet not how effects change with parameters, since all members together tell that:

    effect of a member = effect of the reference over its many pairs + slope · (its parameters − the reference's)

What the common seeds are by luck falls out of the difference. Slopes are those of a linear regression with shrinkage
(ridge; normal prior on slopes, its size by marginal likelihood: Rasmussen & Williams 2006, chapters 2 and 5), so that
twenty parameters and sixty members do; the error of predictions that leave a member out is exact. A Gaussian process
with a length for each parameter has so much freedom here that, left out, it "explains" half of effects that were
shuffled between members; the line does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.responses.outcome import Outcome, Verdict
from cpts_sim.experiment.responses.published import Published
from cpts_sim.experiment.statistics import Interval, student_quantile

Array = NDArray[np.float64]
CLEARLY = 0.98
"""Error, over the spread, below which a row tells members apart: 3 times in 100 by chance where nothing differs."""
_SHRINKAGE = np.logspace(-3, 6, 91)
"""Ratios of chance to slopes that are tried (variances); the last leaves no slope at all."""


@dataclass(frozen=True)
class Line:
    """Effects as a linear function of parameters, which are scaled to mean 0 and deviation 1 over the members.

    Attributes:
        slopes: effect of one deviation of each parameter. covariance: of the slopes.
        error: root mean square error of predictions that leave a member out, chance of its pairs included.
        spread: standard deviation of the simulated effects over the members. count: members simulated.
    """

    slopes: Array
    covariance: Array
    error: float
    spread: float
    count: int

    @classmethod
    def fit(cls, x: Array, y: Array) -> Line:
        """Fit effects of members.

        Args:
            x: members × parameters, scaled.
            y: effect of each member; those that are not finite are left out.
        """
        known = np.isfinite(y)
        if known.sum() < 3:
            axes = x.shape[1]
            return cls(np.zeros(axes), np.zeros((axes, axes)), math.nan, math.nan, int(known.sum()))
        x, y, count = x[known] - x[known].mean(axis=0), y[known], int(known.sum())
        z = y - y.mean()
        shrinkage, chance = _likeliest(x, z)
        inverse = np.linalg.inv(x.T @ x + shrinkage * np.eye(x.shape[1]))
        slopes: Array = inverse @ (x.T @ z)
        own_share = 1 / count + np.einsum("ij,jk,ik->i", x, inverse, x)
        alone = (z - x @ slopes) / (1 - own_share)
        covariance: Array = (chance * inverse).astype(np.float64)
        return cls(slopes, covariance, float(np.sqrt((alone**2).mean())), float(z.std()), count)

    @property
    def tells(self) -> bool:
        """Whether parameters predict a left-out member better than the mean of the others does."""
        return self.error < CLEARLY * self.spread

    def apart(self, x: Array, reference: Array) -> tuple[Array, Array]:
        """Return how far members lie from a reference, and the standard error of that."""
        gap = x - reference
        variance = np.einsum("ij,jk,ik->i", gap, self.covariance, gap)
        return gap @ self.slopes, np.sqrt(np.maximum(0.0, variance))


def _likeliest(x: Array, z: Array) -> tuple[float, float]:
    """Return the likeliest (ratio of the variance of chance to that of slopes, variance of chance)."""
    left, sizes, _ = np.linalg.svd(x, full_matrices=False)
    along = left.T @ z
    rest, freedom = max(0.0, float(z @ z - along @ along)), len(z) - 1
    wider = 1 + sizes**2 / _SHRINKAGE[:, None]
    chance = np.maximum(1e-300, ((along**2 / wider).sum(axis=1) + rest) / freedom)
    best = int(np.argmin(freedom * np.log(chance) + np.log(wider).sum(axis=1)))
    return float(_SHRINKAGE[best]), float(chance[best])


@dataclass(frozen=True)
class Judged:
    """A deciding row and what it says about each member.

    Attributes:
        row: the published effect. reference: effect of the reference over its pairs. members: name → estimated effect.
        error, spread, count: of the common pairs (:class:`Line`). tells: whether the row can tell members apart.
    """

    row: Published
    reference: Interval
    members: dict[str, Interval]
    error: float
    spread: float
    count: int
    tells: bool

    @property
    def missed_by(self) -> list[str]:
        """Members whose whole interval is outside the band; nobody where the row cannot tell members apart."""
        verdicts = {name: Outcome(self.row, effect).verdict for name, effect in self.members.items()}
        return [name for name, verdict in verdicts.items() if self.tells and verdict is Verdict.OUTSIDE]


def judge(row: Published, names: Sequence[str], points: Array, common: Array, rank: int, reference: Interval) -> Judged:
    """Judge all members by one row.

    Args:
        row: the published effect.
        names: of the members.
        points: members × parameters.
        common: effect of each member over the common pairs (nan: not played, or no such effect).
        rank: of the reference among the members.
        reference: its effect over many pairs.
    """
    x = scaled(points)
    line = Line.fit(x, common)
    apart, error = line.apart(x, x[rank])
    wide = student_quantile(0.975, max(1, line.count - 1))
    halves = [math.hypot(reference.half, wide * float(e)) for e in error]
    effects = [Interval(reference.mean + float(d), h, line.count, math.nan) for d, h in zip(apart, halves, strict=True)]
    found = dict(zip(names, effects, strict=True))
    return Judged(row, reference, found, line.error, line.spread, line.count, line.tells)


def scaled(points: Array) -> Array:
    """Return parameters with mean 0 and deviation 1 over the members; those that all share are left out."""
    moving: Array = points[:, np.ptp(points, axis=0) > 0]
    return np.asarray((moving - moving.mean(axis=0)) / moving.std(axis=0), np.float64)
