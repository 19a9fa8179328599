"""Who comes first: ranks of territories as probabilities; nothing is ranked that nothing distinguishes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.statistics import Interval, mean_interval

Matrix = NDArray[np.float64]
DRAWS = 4000
SURE = 0.95
"""Probability from which one is said to come before another."""


@dataclass(frozen=True)
class Rank:
    """Where one territory stands.

    Attributes:
        effect: mean with its interval. first: probability of being best. rank: expected rank (1 is best).
        low, high: 95 % of its ranks. probabilities: of each rank. tied: positions it cannot be told from.
    """

    effect: Interval
    first: float
    rank: float
    low: int
    high: int
    probabilities: tuple[float, ...]
    tied: tuple[int, ...]


def ranks(values: list[Matrix], better: str = "higher", seed: int = 1) -> list[Rank]:
    """Return the rank of each territory by its mean effect.

    The mean of each is drawn from Student's law about its estimate; equal draws share their ranks, so territories
    that nothing distinguishes have equal probabilities.

    Args:
        values: for each territory, one effect per seed.
        better: "higher" or "lower".
        seed: of the draws.
    """
    effects = [mean_interval(v) for v in values]
    drawn = _draws(effects, seed) * (-1.0 if better == "lower" else 1.0)
    shares, order = _shared_ranks(drawn)
    gaps = np.sign(drawn[:, None, :] - drawn[None, :, :])
    ahead = (1 + gaps.mean(axis=2)) / 2
    out = []
    for i, effect in enumerate(effects):
        low, high = np.quantile(order[i], (0.025, 0.975))
        tied = tuple(j for j in range(len(effects)) if j != i and 1 - SURE < ahead[i, j] < SURE)
        first, mean = float(shares[i, 0]), float(order[i].mean())
        out.append(
            Rank(effect, first, mean, int(np.floor(low)), int(np.ceil(high)), tuple(map(float, shares[i])), tied)
        )
    return out


def _draws(effects: list[Interval], seed: int) -> Matrix:
    """Return territories × draws of the mean effects."""
    generator = np.random.default_rng(seed)
    rows = []
    for effect in effects:
        t = generator.standard_t(max(1, effect.count - 1), DRAWS)
        error = effect.deviation / np.sqrt(effect.count) if effect.count > 1 else 0.0
        rows.append(effect.mean + error * t)
    return np.asarray(rows)


def _shared_ranks(drawn: Matrix) -> tuple[Matrix, Matrix]:
    """Return (territories × ranks: probabilities, territories × draws: mean rank); ties share their ranks."""
    above = (drawn[None, :, :] > drawn[:, None, :]).sum(axis=1)
    equal = (drawn[None, :, :] == drawn[:, None, :]).sum(axis=1)
    count = len(drawn)
    shares = np.zeros((count, count))
    for place in range(count):
        hit = (above <= place) & (place < above + equal)
        shares[:, place] = (hit / equal).mean(axis=1)
    return shares, 1 + above + (equal - 1) / 2
