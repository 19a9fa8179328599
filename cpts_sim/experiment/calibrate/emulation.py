"""An emulator per fact with an honest error, and how implausible a point of the parameter space is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.analysis.emulator import Emulator
from cpts_sim.experiment.calibrate.targets import Target

Array = NDArray[np.float64]
PLAUSIBLE = 3.0
"""Implausibility up to which a point is kept (three-sigma rule, Pukelsheim 1994)."""


@dataclass(frozen=True)
class Stand:
    """A Gaussian process that stands for one fact, with its variance at any point.

    Attributes:
        process: the fitted process (None: the fact did not move). level: its value then. inverse: of the matrix of
        covariances. wider: factor on the variance that makes left-out points lie as far as they should. luck:
        variance of a simulated value that is chance.
    """

    process: Emulator | None
    level: float
    inverse: Array
    wider: float
    luck: float

    @classmethod
    def fit(cls, x: Array, y: Array, luck: float = 0.0) -> Stand:
        """Fit a process to simulated values.

        Args:
            x: points × axes of the unit cube.
            y: value at each point.
            luck: variance of these values known to be chance.
        """
        if float(np.ptp(y)) <= 1e-12 * max(1.0, float(np.abs(y).max())):
            return cls(None, float(y.mean()), np.zeros((0, 0)), 1.0, luck)
        process = Emulator.fit(x, y, luck)
        matrix = (1 - process.nugget) * _kernel(x, x, process.lengths) + (process.nugget + 1e-9) * np.eye(len(x))
        inverse: Array = np.linalg.inv(matrix).astype(np.float64)
        apart = (inverse @ ((y - process.mean) / process.scale)) / np.sqrt(np.diag(inverse))
        return cls(process, process.mean, inverse, max(1.0, float((apart**2).mean())), luck)

    @property
    def error(self) -> float:
        """Root mean square error of predictions that leave the point out, in the fact's unit."""
        return self.process.error if self.process else 0.0

    @property
    def explained(self) -> float:
        """Share of the variance between points that left-out predictions explain."""
        return self.process.explained if self.process else math.nan

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Return (expected value, variance of the emulator) at points."""
        if self.process is None:
            return np.full(len(x), self.level), np.zeros(len(x))
        own = self.process
        near = (1 - own.nugget) * _kernel(x, own.x, own.lengths)
        left = np.maximum(0.0, (1 - own.nugget) - ((near @ self.inverse) * near).sum(axis=1))
        return own.predict(x), own.scale**2 * self.wider * left


def _kernel(a: Array, b: Array, lengths: Array) -> Array:
    left, right = a / lengths, b / lengths
    square = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :] - 2 * left @ right.T
    out: Array = np.exp(-0.5 * np.maximum(square, 0.0))
    return out


@dataclass(frozen=True)
class Allowance:
    """What a distance from a target is measured with, besides the emulator: three standard deviations."""

    observation: float
    discrepancy: float
    replication: float

    @property
    def variance(self) -> float:
        """Sum of the three variances."""
        return self.observation**2 + self.discrepancy**2 + self.replication**2

    @property
    def deviation(self) -> float:
        """Standard deviation of the three together."""
        return math.sqrt(self.variance)


def allowances(
    wanted: Sequence[Target], luck: Mapping[str, float], granted: Mapping[str, float]
) -> dict[str, Allowance]:
    """Return what each target allows: the band, what the model is granted, and the chance of its runs."""
    return {t.name: Allowance(t.deviation, granted[t.name], math.sqrt(luck.get(t.name, 0.0))) for t in wanted}


def distances(expected: Array, variance: Array | float, target: Target, allowed: Allowance) -> Array:
    """Return the implausibility |z − E| / √(Var emulator + observation + discrepancy + replication)."""
    whole = np.sqrt(np.asarray(variance, np.float64) + allowed.variance)
    out: Array = np.abs(target.middle - expected) / np.maximum(whole, 1e-300)
    return out


def implausibilities(
    x: Array, stands: Mapping[str, Stand], wanted: Sequence[Target], allowed: Mapping[str, Allowance]
) -> Array:
    """Return points × targets, by the emulators."""
    out = np.empty((len(x), len(wanted)))
    for column, target in enumerate(wanted):
        out[:, column] = distances(*stands[target.name].predict(x), target, allowed[target.name])
    return out


def plausible(found: Array) -> Array:
    """Tell which points are not ruled out: their largest implausibility, hence the second, is at most three."""
    kept: Array = found.max(axis=1, initial=0.0) <= PLAUSIBLE
    return kept


def needed(values: Array, target: Target, allowed: Allowance) -> float:
    """Return the model discrepancy (standard deviation) that would let the nearest simulated value pass; 0: none."""
    gap = float(np.abs(values - target.middle).min()) / PLAUSIBLE
    others = allowed.observation**2 + allowed.replication**2
    return 0.0 if gap <= allowed.deviation else math.sqrt(max(0.0, gap**2 - others))
