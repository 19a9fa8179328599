"""Which parameter matters: Morris screening, Sobol indices with intervals, and the share that is pure noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.analysis.emulator import Emulator
from cpts_sim.experiment.sweep.design import salib_of, unit_problem

Matrix = NDArray[np.float64]
RESAMPLES = 400
GROUPS = 8
"""Groups left out in turn for the interval of indices that come from an emulator."""


@dataclass(frozen=True)
class Index:
    """An estimate with the half-width of its 95 % interval."""

    value: float
    half: float

    @property
    def clear(self) -> bool:
        """Whether its interval is narrower than the index itself; only clear indices are ranked."""
        return bool(2 * self.half < abs(self.value))


@dataclass(frozen=True)
class Screening:
    """Morris: mean absolute elementary effect over the whole range, and how much the effects differ."""

    mu_star: Index
    mu: float
    sigma: float


def morris(cube: Matrix, values: Matrix, levels: int, seed: int = 1) -> list[Screening]:
    """Return the screening of each factor.

    Args:
        cube: the trajectories in the unit cube, as the design made them.
        values: points × seeds, the same seeds at every point.
        levels: number of levels of the design.
        seed: of the resampling.
    """
    salib_of("morris")
    from SALib.analyze import morris as method

    count = cube.shape[1]
    cube, mean = _whole_blocks(cube, values, count + 1)
    if not np.ptp(mean):
        return [Screening(Index(0.0, 0.0), 0.0, 0.0) for _ in range(count)]
    found = method.analyze(unit_problem(count), cube, mean, num_levels=levels, num_resamples=RESAMPLES, seed=seed)
    rows = zip(*(np.asarray(found[name], float) for name in ("mu_star", "mu_star_conf", "mu", "sigma")), strict=True)
    return [Screening(Index(float(star), float(half)), float(mu), float(sigma)) for star, half, mu, sigma in rows]


def sobol(values: Matrix, count: int, seed: int = 1) -> tuple[list[Index], list[Index]]:
    """Return (first-order, total) indices of the mean response from a Saltelli sample.

    Args:
        values: points × seeds in the order of the sample.
        count: number of factors.
        seed: of the resampling.
    """
    salib_of("sobol")
    from SALib.analyze import sobol as method

    _, mean = _whole_blocks(np.empty((len(values), 0)), values, count + 2)
    if not np.ptp(mean):
        return [Index(0.0, 0.0)] * count, [Index(0.0, 0.0)] * count
    found = method.analyze(unit_problem(count), mean, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    first = [Index(float(v), float(h)) for v, h in zip(found["S1"], found["S1_conf"], strict=True)]
    total = [Index(float(v), float(h)) for v, h in zip(found["ST"], found["ST_conf"], strict=True)]
    return first, total


def sobol_by_emulator(
    cube: Matrix, values: Matrix, seed: int = 1, base: int = 512
) -> tuple[list[Index], list[Index], Emulator]:
    """Return (first-order, total, emulator): indices of a Gaussian process fitted to any sample.

    The intervals join the sampling error of the indices with what leaving out an eighth of the points changes, and
    are never narrower than the share of the variance that the emulator leaves unexplained.
    """
    salib_of("sobol")
    from SALib.sample import sobol as sampler

    known = np.isfinite(values).all(axis=1)
    x, y = cube[known], values[known]
    sample = np.asarray(sampler.sample(unit_problem(x.shape[1]), base, calc_second_order=False, seed=seed))
    emulator = Emulator.fit(x, y.mean(axis=1), noise_of_mean(y))
    first, total = sobol(emulator.predict(sample)[:, None], x.shape[1], seed)
    parts = []
    for group in range(GROUPS):
        kept = np.arange(len(x)) % GROUPS != group
        smaller = emulator.refit(x[kept], y[kept].mean(axis=1))
        one, all_ = sobol(smaller.predict(sample)[:, None], x.shape[1], seed)
        parts.append([[i.value for i in one], [i.value for i in all_]])
    spread = np.asarray(parts).std(axis=0) * np.sqrt(GROUPS - 1) * 1.96
    unknown = max(0.0, 1.0 - emulator.explained)
    widen = [
        [Index(i.value, max(unknown, float(np.hypot(i.half, s)))) for i, s in zip(indices, side, strict=True)]
        for indices, side in zip((first, total), spread, strict=True)
    ]
    return widen[0], widen[1], emulator


def noise_of_mean(values: Matrix) -> float:
    """Return the mean variance of a point's mean that comes from its seeds (0 with one seed)."""
    seeds = values.shape[1]
    if seeds < 2:
        return 0.0
    apart = values - values.mean(axis=0, keepdims=True)
    return float(apart.var(axis=1, ddof=1).mean() / seeds)


def noise_share(values: Matrix, seed: int = 1) -> Index:
    """Return the share of the variance of a single run that is luck, not parameters (points × seeds).

    Two-way analysis of variance: parameters, seeds (the same at every point), and what is left. Without variance
    there is no share of it (nan).
    """
    known = values[np.isfinite(values).all(axis=1)]
    if known.shape[1] < 2 or len(known) < 3:
        return Index(float("nan"), float("nan"))
    draws = np.random.default_rng(seed).integers(0, len(known), (RESAMPLES, len(known)))
    resampled = [_noise(known[rows]) for rows in draws]
    return Index(_noise(known), float(1.96 * np.nanstd(resampled)) if np.isfinite(resampled).any() else float("nan"))


def _noise(values: Matrix) -> float:
    points, seeds = values.shape
    mean = values.mean()
    rows, columns = values.mean(axis=1) - mean, values.mean(axis=0) - mean
    left = values - mean - rows[:, None] - columns[None, :]
    left_square = float((left**2).sum()) / ((points - 1) * (seeds - 1))
    of_points = max(0.0, (seeds * float((rows**2).sum()) / (points - 1) - left_square) / seeds)
    of_seeds = max(0.0, (points * float((columns**2).sum()) / (seeds - 1) - left_square) / points)
    whole = of_points + of_seeds + left_square
    return (of_seeds + left_square) / whole if whole else float("nan")


def _whole_blocks(cube: Matrix, values: Matrix, size: int) -> tuple[Matrix, Matrix]:
    """Return the points and mean responses of the blocks of a sample in which no run is missing."""
    blocks = len(values) // size
    mean = values[: blocks * size].mean(axis=1)
    kept = np.repeat(np.isfinite(mean).reshape(blocks, size).all(axis=1), size)
    return cube[: blocks * size][kept], mean[kept]


def ranked(indices: list[Index]) -> list[int | None]:
    """Return the rank of each index from 1, None where its interval is wider than itself."""
    order = sorted((i for i, index in enumerate(indices) if index.clear), key=lambda i: -indices[i].value)
    return [order.index(i) + 1 if i in order else None for i in range(len(indices))]
