"""How simulation output is read: intervals, when to stop, when a start is forgotten, what sharing chance saves.

The data come from the Park-Miller generator, so that no library of random numbers matters.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from cpts_sim.experiment.statistics import (
    mean_interval,
    mser,
    paired_interval,
    replications_for_level,
    student_quantile,
    variance_of_mean,
)
from cpts_sim.experiment.verify.rows import Asked, Floats, Row, computed


@cache
def park_miller(count: int, seed: int) -> Floats:
    """Return uniforms of the generator x' = 16807 x mod (2³¹ − 1)."""
    x, found = seed, []
    for _ in range(count):
        x = 16807 * x % 2147483647
        found.append(x / 2147483647)
    return np.array(found)


def intervals(asked: Asked) -> list[Row]:
    """Mean, deviation and half-width; Student's quantiles; the variance of the mean of a correlated series."""
    data = 10 + 4 * (park_miller(400, 12345) - 0.5)
    published = {
        10: (10.010216269, 1.611074418, 1.152493211),
        20: (9.710671995, 1.416212423, 0.662807816),
        50: (10.085827830, 1.342593281, 0.381560789),
    }
    rows = []
    for count, values in published.items():
        got = mean_interval(data[:count])
        for name, found, value in zip(
            ("mean", "deviation", "half"), (got.mean, got.deviation, got.half), values, strict=True
        ):
            rows.append(computed(f"output_{name}", "number", found, value, 6e-10, count=count))
    student = {2: 4.302653, 4: 2.776445, 9: 2.262157, 19: 2.093024, 29: 2.045230, 99: 1.984217}
    rows += [
        computed("student", "number", student_quantile(0.975, n), value, 5e-7, freedom=n)
        for n, value in student.items()
    ]
    series = {(0.5, 100): 0.039466667, (0.9, 1000): 0.099052632, (0.9, 100): 0.905265674}
    return rows + [
        computed("variance", "number", variance_of_mean(phi, count), value, 6e-10, phi=phi, count=count)
        for (phi, count), value in series.items()
    ]


def stopping(asked: Asked) -> list[Row]:
    """When replications are enough (Hoad, Robinson & Davies), and how much of a start to forget (MSER-5)."""
    data = 10 + 4 * (park_miller(400, 12345) - 0.5)
    counts = {0.10: 12, 0.05: 32, 0.025: 93}
    rows = [
        computed("enough", "runs", replications_for_level(data, precision) or -1, count, 0.0, precision=precision)
        for precision, count in counts.items()
    ]
    series = np.where(np.arange(1000) < 137, 8.0, 2.0) + park_miller(1000, 4242) - 0.5
    cut, mean = mser(series)
    return [*rows, computed("forget", "values", cut, 140, 0.0), computed("after_cut", "number", mean, 2.00321869, 6e-9)]


def pairing(asked: Asked) -> list[Row]:
    """Two servers fed with the same chance differ with less noise than with different chances."""
    slow, fast, other = (
        np.array([_mean_wait(speed, seed + rank) for rank in range(30)])
        for speed, seed in ((1.0, 1000), (1.1, 1000), (1.1, 5000))
    )
    paired, apart = paired_interval(fast, slow).deviation, paired_interval(other, slow).deviation
    return [
        computed("paired_spread", "number", paired, 1.559976, 5e-7),
        computed("apart_spread", "number", apart, 2.638044, 5e-7),
        computed("spread_ratio", "ratio", (apart / paired) ** 2, 2.86, 5e-3),
    ]


def _mean_wait(speed: float, seed: int, rate: float = 0.9, count: int = 2000) -> float:
    """Return the mean wait of the first customers of a single server (Lindley's recursion)."""
    u = park_miller(2 * count, seed)
    service, gap = -np.log(u[0::2]) / speed, -np.log(u[1::2]) / rate
    wait = total = 0.0
    for took, until in zip(service.tolist(), gap.tolist(), strict=True):
        total += wait
        wait = max(wait + took - until, 0.0)
    return total / count
