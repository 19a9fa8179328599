"""Designs: which values the factors take together. Sizes are known before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import UsageError
from cpts_sim.experiment.sweep.factors import Axis
from cpts_sim.experiment.sweep.fractional import fractional, full
from cpts_sim.experiment.sweep.settings import Design
from cpts_sim.words import say

Row = dict[str, Any]
"""Factor → value."""


def size_of(design: Design, axes: Sequence[Axis]) -> int:
    """Return the number of points of a design without making them."""
    count = len(axes)
    if count == 0:
        return 1
    many = [len(axis.levels) or design.levels for axis in axes]
    sizes: dict[str, int] = {
        "list": len(design.points),
        "grid": prod(many),
        "one_at_a_time": 1 + sum(many),
        "latin_hypercube": design.size,
        "sobol": design.size * (count + 2),
        "morris": design.trajectories * (count + 1),
        "factorial": 2**count,
        "fractional_factorial": 2**count,
    }
    return sizes[design.kind]


def rows_of(design: Design, axes: Sequence[Axis]) -> list[Row]:
    """Return the points of a design, in an order that never changes."""
    if not axes:
        return [{}]
    return list(_MAKERS[design.kind](design, axes))


def unit_rows(design: Design, count: int) -> NDArray[np.float64]:
    """Return the points of a sampling design in the unit cube, one column per factor.

    Raises:
        UsageError: Sobol and Morris need SALib, which is not installed.
    """
    if design.kind == "latin_hypercube":
        from scipy.stats import qmc

        cube: NDArray[np.float64] = qmc.LatinHypercube(count, rng=np.random.default_rng(design.seed)).random(
            design.size
        )
        return cube
    salib_of(design.kind)
    problem = unit_problem(count)
    if design.kind == "sobol":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem, design.size, calc_second_order=False, seed=design.seed))
    from SALib.sample import morris

    sample = morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    return np.asarray(sample)


def salib_of(kind: str) -> Any:
    """Return the library of sensitivity analysis.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import SALib
    except ImportError:
        raise UsageError(say("sweep.needs_salib", kind=kind)) from None
    return SALib


def unit_problem(count: int) -> dict[str, Any]:
    """Return the unit cube as SALib describes a space."""
    return {"num_vars": count, "names": [f"x{rank}" for rank in range(count)], "bounds": [[0.0, 1.0]] * count}


def _listed(design: Design, axes: Sequence[Axis]) -> Iterator[Row]:
    yield from (dict(point) for point in design.points)


def _grid(design: Design, axes: Sequence[Axis]) -> Iterator[Row]:
    for values in product(*(axis.spread(design.levels) for axis in axes)):
        yield {axis.name: value for axis, value in zip(axes, values, strict=True)}


def _one_at_a_time(design: Design, axes: Sequence[Axis]) -> Iterator[Row]:
    """The base as it is, then each factor alone at each of its values."""
    yield {}
    for axis in axes:
        yield from ({axis.name: value} for value in axis.spread(design.levels))


def _sampled(design: Design, axes: Sequence[Axis]) -> Iterator[Row]:
    for shares in unit_rows(design, len(axes)):
        yield {axis.name: axis.at(float(share)) for axis, share in zip(axes, shares, strict=True)}


def _cells(design: Design, axes: Sequence[Axis]) -> Iterator[Row]:
    table = full(len(axes)) if design.kind == "factorial" else fractional(len(axes), design.resolution)[0]
    ends = [(axis.levels[0], axis.levels[-1]) if axis.levels else tuple(axis.spread(2)) for axis in axes]
    for row in table:
        yield {axis.name: end[int(bit)] for axis, end, bit in zip(axes, ends, row, strict=True)}


_MAKERS = {
    "list": _listed,
    "grid": _grid,
    "one_at_a_time": _one_at_a_time,
    "latin_hypercube": _sampled,
    "sobol": _sampled,
    "morris": _sampled,
    "factorial": _cells,
    "fractional_factorial": _cells,
}
