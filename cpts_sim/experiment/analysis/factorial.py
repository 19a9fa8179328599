"""Missions on and off: main effects, interactions and fair shares, each with its interval over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.statistics import Interval, mean_interval

Cells = NDArray[np.int8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """An effect of one factor, or of two together beyond the sum of each.

    Attributes:
        factors: positions of the factors. change: mean over seeds with its interval, in the response's unit.
    """

    factors: tuple[int, ...]
    change: Interval


@dataclass(frozen=True)
class Share:
    """What one mission brings.

    Attributes:
        factor: its position. share: its Shapley share of the whole effect. alone: what it brings by itself, to
        none. last: what it adds when all the others are there.
    """

    factor: int
    share: Interval
    alone: Interval
    last: Interval


def main_effects(cells: Cells, values: Matrix) -> list[Effect]:
    """Return, for each factor, the mean response with it minus the mean without it.

    Args:
        cells: cells × factors, 0 or 1; every factor takes both values.
        values: cells × seeds.
    """
    columns = range(cells.shape[1])
    signs = _signs(cells)
    return [Effect((i,), mean_interval(_contrast(signs[:, i], values))) for i in columns]


def interactions(cells: Cells, values: Matrix) -> list[Effect]:
    """Return, for each pair, what both together add beyond the sum of each alone, averaged over the others."""
    signs = _signs(cells)
    pairs = combinations(range(cells.shape[1]), 2)
    return [Effect(p, mean_interval(2 * _contrast(signs[:, p[0]] * signs[:, p[1]], values))) for p in pairs]


def _signs(cells: Cells) -> Matrix:
    return 2 * cells.astype(np.float64) - 1


def _contrast(signs: Matrix, values: Matrix) -> Matrix:
    """Return, seed by seed, the mean where the sign is plus minus the mean where it is minus."""
    up, down = values[signs > 0], values[signs < 0]
    out: Matrix = up.mean(axis=0) - down.mean(axis=0)
    return out


def shapley(cells: Cells, values: Matrix) -> list[Share]:
    """Return what each mission brings, by the shares that sum to the whole effect in every seed (Shapley 1953).

    Args:
        cells: all 2**k combinations, cells × factors.
        values: cells × seeds.

    Raises:
        ValueError: a combination is missing.
    """
    count = cells.shape[1]
    place = {tuple(int(x) for x in row): rank for rank, row in enumerate(cells)}
    if len(place) != 2**count:
        raise ValueError("attribution needs every combination")
    return [_share(place, values, count, i) for i in range(count)]


def _share(place: dict[tuple[int, ...], int], values: Matrix, count: int, i: int) -> Share:
    total = np.zeros(values.shape[1])
    for cell, rank in place.items():
        if cell[i] == 0:
            size = sum(cell)
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            total += weight * (values[place[_with(cell, i)]] - values[rank])
    none = (0,) * count
    every = (1,) * count
    alone = values[place[_with(none, i)]] - values[place[none]]
    last = values[place[every]] - values[place[(*every[:i], 0, *every[i + 1 :])]]
    return Share(i, mean_interval(total), mean_interval(alone), mean_interval(last))


def _with(cell: tuple[int, ...], i: int) -> tuple[int, ...]:
    return (*cell[:i], 1, *cell[i + 1 :])
