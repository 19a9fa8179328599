"""The parameters searched: a declared list with bounds and reasons, and designs that fill it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.evidence import check_overrides, load_parameters
from cpts_sim.evidence.entry import is_number
from cpts_sim.words import say

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """A parameter that is searched between two numbers, in its own unit, and why."""

    id: str
    low: float
    high: float
    why: str = ""


@dataclass(frozen=True)
class Space:
    """The parameters searched, as a unit cube.

    Attributes:
        axes: one per parameter. discrepancy: standard deviation granted to the model, in those of observation.
    """

    axes: tuple[Axis, ...]
    discrepancy: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the parameters."""
        return tuple(axis.id for axis in self.axes)

    def numbers(self, point: Array) -> dict[str, float]:
        """Return id → number at a point of the unit cube, to six digits (so that files and keys agree)."""
        scaled = (axis.low + (axis.high - axis.low) * float(u) for axis, u in zip(self.axes, point, strict=True))
        return {name: float(f"{x:.6g}") for name, x in zip(self.names, scaled, strict=True)}

    def place(self, numbers: Mapping[str, float]) -> Array:
        """Return the point of the unit cube of some numbers; those outside are put on its face."""
        places = [(numbers[axis.id] - axis.low) / (axis.high - axis.low) for axis in self.axes]
        return np.clip(np.array(places, np.float64), 0.0, 1.0)

    def shipped(self, year: int) -> dict[str, float]:
        """Return the shipped numbers of a reference year."""
        known = load_parameters(year)
        return {name: float(known[name]) for name in self.names}


def read_space(path: Path | None = None, year: int = 2019) -> Space:
    """Read the list of parameters to search: the shipped one, or a user's own.

    Raises:
        InputError: not such a list, an unknown parameter, or bounds outside its range.
    """
    import yaml

    source: Any = path or files("cpts_sim.evidence").joinpath("uncertainty/calibration.yaml")
    name = str(path or "calibration.yaml")
    try:
        told = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        told = None
    listed = told.get("parameters") if isinstance(told, dict) else None
    granted = told.get("discrepancy", 1.0) if isinstance(told, dict) else None
    if not isinstance(listed, dict) or not listed or not is_number(granted):
        raise InputError(say("calibrate.list.shape", file=name))
    axes = tuple(_axis(str(key), raw, name, year) for key, raw in sorted(listed.items()))
    return Space(axes, float(granted or 0.0))


def _axis(identifier: str, raw: Any, name: str, year: int) -> Axis:
    told = raw if isinstance(raw, dict) else {}
    low: Any = told.get("low")
    high: Any = told.get("high")
    for problem in check_overrides({identifier: low if is_number(low) else 0.0}, year) if is_number(low) else ():
        raise InputError(f"{name}: {problem.message}")
    known = load_parameters(year)
    entry = known.entry(identifier) if identifier in known else None
    least, most = (entry.low, entry.high) if entry else ("?", "?")
    right = is_number(low) and is_number(high) and bool(told.get("why"))
    if entry is None or not right or not entry.low <= low < high <= entry.high:
        raise InputError(
            say("calibrate.list.bounds", file=name, id=identifier, low=low, high=high, least=least, most=most)
        )
    value = known[identifier]
    if not low <= float(value) <= high:  # the shipped parameters are the first point: they must be in the space
        where = {"file": name, "id": identifier, "value": value, "low": low, "high": high}
        raise InputError(say("calibrate.shipped_outside", **where))
    return Axis(identifier, float(low), float(high), str(told["why"]))


def first_design(axes: int, points: int, seed: int) -> Array:
    """Return a Latin hypercube of low discrepancy: points × axes of the unit cube."""
    from scipy.stats import qmc

    made: Array = qmc.LatinHypercube(axes, optimization="random-cd", rng=np.random.default_rng(seed)).random(points)
    return made


def spread_out(candidates: Array, points: int, taken: Sequence[Array]) -> Array:
    """Choose candidates far from each other and from points already taken (greedy maximin)."""
    if not len(candidates):
        return candidates
    nearest = np.full(len(candidates), np.inf)
    for point in taken:
        nearest = np.minimum(nearest, ((candidates - point) ** 2).sum(axis=1))
    chosen: list[int] = []
    for _ in range(min(points, len(candidates))):
        best = int(np.argmax(nearest))
        chosen.append(best)
        nearest = np.minimum(nearest, ((candidates - candidates[best]) ** 2).sum(axis=1))
        nearest[best] = -np.inf
    return candidates[chosen]
