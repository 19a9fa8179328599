"""From a number between 0 and 1 to a factor's value, by its range and prior."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.sweep.settings import Factor
from cpts_sim.scenario.problems import Problem
from cpts_sim.scenario.quantities import same_unit, split
from cpts_sim.words import did_you_mean, say

OFF, ON = "off", "on"


@dataclass(frozen=True)
class Axis:
    """A factor made ready.

    Attributes:
        name: the factor's name. kind: "parameter", "option" or "mission". path: key, id or mission.
        low, high: ends of the range, in ``unit`` (nan when there are only levels).
        unit: unit written after option values ("" for plain numbers).
        prior: law between the ends. mode: most likely value, for triangular and normal laws.
        levels: values instead of a range. whole: round to whole numbers. settings: of a mission that is on.
    """

    name: str
    kind: str
    path: str
    low: float = math.nan
    high: float = math.nan
    unit: str = ""
    prior: str = "uniform"
    mode: float = math.nan
    levels: tuple[Any, ...] = ()
    whole: bool = False
    settings: Mapping[str, Any] | None = None

    def at(self, share: float) -> Any:
        """Return the value at a quantile of its law, or the level at this share of the list."""
        if self.levels:
            return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]
        number = self.quantile(min(max(share, 0.0), 1.0))
        if self.whole:
            number = float(round(number))
        return f"{number!r} {self.unit}" if self.unit else (int(number) if self.whole else number)

    def quantile(self, share: float) -> float:
        """Return the number below which the law has this share; the law is cut at its ends."""
        if self.low == self.high:
            return self.low
        return min(max(_QUANTILES[self.prior](self, share), self.low), self.high)

    def spread(self, count: int) -> list[Any]:
        """Return the levels, or so many equally spaced values of the range."""
        if self.levels:
            return list(self.levels)
        step = (self.high - self.low) / (count - 1)
        numbers = [self.low + step * rank for rank in range(count - 1)] + [self.high]
        if self.whole:
            numbers = sorted({float(round(number)) for number in numbers})
        plain = [int(number) if self.whole else number for number in numbers]
        return [f"{float(number)!r} {self.unit}" if self.unit else number for number in plain]

    def number(self, value: Any) -> float:
        """Return a value as a number for tables and analyses: the rank of a level that is not one."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            try:
                return split(str(value))[0]
            except ValueError:
                return float(self.levels.index(value)) if value in self.levels else math.nan
        return float(value)


def _uniform(axis: Axis, share: float) -> float:
    return axis.low + share * (axis.high - axis.low)


def _triangular(axis: Axis, share: float) -> float:
    width, left = axis.high - axis.low, axis.mode - axis.low
    if share * width <= left:
        return axis.low + math.sqrt(share * width * left)
    return axis.high - math.sqrt((1 - share) * width * (axis.high - axis.mode))


def _normal(axis: Axis, share: float) -> float:
    """The ends are the 2.5 and 97.5 percentiles of a law about the most likely value."""
    from scipy.stats import truncnorm

    scale = (axis.high - axis.low) / (2 * 1.959964)
    ends = ((axis.low - axis.mode) / scale, (axis.high - axis.mode) / scale)
    return float(truncnorm.ppf(share, *ends, loc=axis.mode, scale=scale))


def _lognormal(axis: Axis, share: float) -> float:
    if axis.low <= 0:
        return _normal(axis, share)
    logs = Axis(axis.name, axis.kind, axis.path, math.log(axis.low), math.log(axis.high), mode=math.log(axis.mode))
    return math.exp(_normal(logs, share))


def _beta(axis: Axis, share: float) -> float:
    """PERT: a beta law whose mode is the most likely value, weight 4."""
    from scipy.stats import beta

    width = axis.high - axis.low
    first = 1 + 4 * (axis.mode - axis.low) / width
    return axis.low + width * float(beta.ppf(share, first, 6 - first))


_QUANTILES = {
    "uniform": _uniform, "fixed": _uniform, "triangular": _triangular, "normal": _normal,
    "lognormal": _lognormal, "beta": _beta,
}  # fmt: skip


def axes_of(factors: Mapping[str, Factor], year: int) -> tuple[list[Axis], list[Problem]]:
    """Return the factors made ready, and what is wrong with them (paths start at ``factors``)."""
    axes, problems = [], []
    for name, factor in factors.items():
        faults = list(_faults(factor, year))
        problems += [Problem.about(None, ("factors", name, key), text) for key, text in faults]
        if not faults:
            axes.append(_axis(name, factor, year))
    return axes, problems


def _faults(factor: Factor, year: int) -> Iterator[tuple[str, str]]:
    if factor.parameter is not None:
        known = load_parameters(year)
        if factor.parameter not in known:
            yield "parameter", say("sweep.no_parameter", value=factor.parameter,
                                   hint=did_you_mean(factor.parameter, known))  # fmt: skip
            return
        if not isinstance(known.entry(factor.parameter).value, float) and not factor.levels:
            yield "parameter", say("sweep.not_one_number", value=factor.parameter)
            return
    units = {same: unit for level in factor.levels for same, unit in _unit(level)}
    if len(units) > 1:
        names = sorted(unit or say("sweep.no_unit") for unit in units.values())
        yield "levels", say("sweep.level_units", units=", ".join(names))
        return
    try:
        low, high = (_split(end) for end in _ends(factor, year))
    except ValueError:
        yield "low", say("sweep.range_numbers", low=factor.low, high=factor.high)
        return
    if len({same for end in _ends(factor, year) for same, _ in _unit(end)}) > 1:
        yield "high", say("sweep.range_units", low=factor.low, high=factor.high)
    elif low[0] >= high[0]:
        yield "high", say("sweep.range_order", low=low[0], high=high[0])
    elif factor.parameter is not None and not factor.levels:
        entry = load_parameters(year).entry(factor.parameter)
        if low[0] < entry.low or high[0] > entry.high:
            told = {"value": factor.parameter, "unit": entry.unit, "low": f"{entry.low:g}", "high": f"{entry.high:g}"}
            yield "high", say("sweep.range_of_parameter", **told)


def _unit(level: Any) -> Iterator[tuple[str, str]]:
    """Yield the unit of a level that is a number (one word for all its spellings, and as written); 0 needs none."""
    if isinstance(level, bool) or level is None:
        return
    with contextlib.suppress(ValueError):
        number, unit = _split(level)
        if unit or number != 0:
            yield same_unit(unit), unit


def _ends(factor: Factor, year: int) -> tuple[Any, Any]:
    if factor.parameter is not None and not factor.levels:
        entry = load_parameters(year).entry(factor.parameter)
        return (entry.low if factor.low is None else factor.low), (entry.high if factor.high is None else factor.high)
    return (0.0, 1.0) if factor.low is None else (factor.low, factor.high)


def _split(end: Any) -> tuple[float, str]:
    if isinstance(end, int | float):
        return float(end), ""
    number, unit, per = split(str(end))
    return number, f"{unit} per {per}" if per else unit


def _axis(name: str, factor: Factor, year: int) -> Axis:
    if factor.mission is not None:
        return Axis(name, "mission", factor.mission, levels=(OFF, ON), settings=dict(factor.settings) or None)
    kind, path = ("parameter", factor.parameter) if factor.parameter is not None else ("option", factor.option)
    if factor.levels:
        return Axis(name, kind, str(path), levels=tuple(factor.levels), whole=factor.whole)
    low, high = (_split(end) for end in _ends(factor, year))
    prior: str = factor.prior or "uniform"
    mode = (low[0] + high[0]) / 2
    if kind == "parameter":
        entry = load_parameters(year).entry(str(path))
        prior = factor.prior or ("uniform" if entry.prior == "fixed" else entry.prior)
        mode = min(max(float(entry.value), low[0]), high[0])  # type: ignore[arg-type]
    return Axis(name, kind, str(path), low[0], high[0], low[1] or high[1], prior, mode, (), factor.whole)
