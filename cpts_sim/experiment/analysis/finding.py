"""What an analysis leaves: one tidy table and a few sentences; and how analyses walk through a sweep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.statistics import Interval
from cpts_sim.experiment.sweep.labels import base_label, factor_label
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.experiment.sweep.responses import Responses
from cpts_sim.words import label, number, say

Matrix = NDArray[np.float64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What an analysis found.

    Attributes:
        name: of the analysis. table: column → values. lines: sentences as (key of words, values).
    """

    name: str
    table: dict[str, list[Any]]
    lines: tuple[tuple[str, dict[str, Any]], ...] = field(default=())

    def say(self, lang: str, experiment: Experiment) -> list[str]:
        """Return the sentences in a language, with factors and bases named for people."""
        return [_sentence(key, values, lang, experiment) for key, values in self.lines]


def _sentence(key: str, values: dict[str, Any], lang: str, experiment: Experiment) -> str:
    return say(key, lang, **{name: _told(name, value, values, lang, experiment) for name, value in values.items()})


def _told(name: str, value: Any, values: dict[str, Any], lang: str, experiment: Experiment) -> Any:
    """Write names as people do and a number with its interval in the decimals it deserves."""
    if name == "indicator":
        return label(f"measures.{value}", lang)
    if name == "base":
        return base_label(experiment, value, lang)
    if name in ("factor", "effect"):
        return factor_label(experiment, value, lang)
    if name == "first" and isinstance(value, list):
        return ", ".join(factor_label(experiment, one, lang) for one in value)
    if name == "unit":
        return say("sweep.points", lang) if value == "share" else label(f"measures.unit.{value}", lang)
    if name == "rule":
        return " ; ".join(_rule(factor_label(experiment, one, lang), low, high, lang) for one, low, high in value)
    if isinstance(value, Interval):
        if values.get("unit") == "share":
            value = Interval(100 * value.mean, 100 * value.half, value.count, 100 * value.deviation)
        places = _places(value)
        half = f" ± {number(value.half, places, lang)}" if math.isfinite(value.half) else ""
        return f"{number(value.mean, places, lang)}{half}"
    return value


def _rule(name: str, low: float, high: float, lang: str) -> str:
    def end(value: float) -> str:
        places = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
        return number(value, min(places, 5), lang)

    left = f"{end(low)} ≤ " if math.isfinite(low) else ""
    return left + name + (f" ≤ {end(high)}" if math.isfinite(high) else "")


def _places(value: Interval) -> int:
    scale = value.half if math.isfinite(value.half) and value.half > 0 else abs(value.mean)
    return 0 if not scale or not math.isfinite(scale) else int(min(5, max(0, 1 - math.floor(math.log10(scale)))))


def by_base(responses: Responses) -> Iterator[tuple[str, slice]]:
    """Yield each base with the rows of its points."""
    size = len(responses.experiment.rows)
    for rank, base in enumerate(responses.experiment.bases):
        yield base, slice(rank * size, (rank + 1) * size)


def cases_of(responses: Responses) -> Iterator[tuple[str, str, Matrix, Matrix]]:
    """Yield (base, indicator, factors as numbers, response) for every base and indicator with numbers."""
    _, table = responses.numbers()
    for base, part in by_base(responses):
        for indicator in responses.experiment.file.measures:
            values = responses.response(indicator)[part]
            whole = np.isfinite(values).all(axis=0)
            if values[:, whole].size:
                yield base, indicator, table[part], values[:, whole]


def finding_of(name: str, rows: list[Row], lines: list[tuple[str, dict[str, Any]]]) -> Finding | None:
    """Return rows as a finding, None when there is none."""
    if not rows:
        return None
    return Finding(name, {column: [row[column] for row in rows] for column in rows[0]}, tuple(lines))


def interval_row(change: Interval, head: str = "") -> Row:
    """Return an interval as cells of a row, their names behind a head."""
    names = ("value", "half", "low", "high", "pairs")
    numbers = (change.mean, change.half, change.low, change.high, change.count)
    return dict(zip((head + name for name in names), numbers, strict=True))


def unit_of(indicator: str) -> str:
    """Return the unit of an indicator."""
    return known_indicators()[indicator].unit
