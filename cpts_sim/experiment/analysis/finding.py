"""What an analysis leaves: one tidy table and a few sentences; and how analyses walk through a sweep."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.readings import Reading, known_indicators, read
from cpts_sim.experiment.statistics import Interval
from cpts_sim.experiment.sweep.labels import base_label, factor_label
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.experiment.sweep.responses import Responses
from cpts_sim.words import label, number, say

Matrix = NDArray[np.float64]
LUCK = 0.05
"""Share of 95 % intervals that exclude zero where nothing differs."""
MANY_BASES = 16
"""With more bases than these, sentences tell of all together; each is in the tables."""
_OF_ALL = tuple(f"sweep.said.{name}" for name in ("best", "tie", "territories", "many", "few"))
MANY = 10
"""From so many intervals on, some exclude zero by chance, and that is said."""
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
        """Return the sentences in a language, with factors and bases named; of many bases, those on all of them."""
        many = len(experiment.bases) > MANY_BASES
        lines = [line for line in self.lines if not many or line[0] in _OF_ALL]
        return [_sentence(key, values, lang, experiment) for key, values in lines]


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
    if name == "verdict":
        return _verdict(value, values, lang, experiment)
    if isinstance(value, Interval):
        if values.get("unit") == "share":
            value = Interval(100 * value.mean, 100 * value.half, value.count, 100 * value.deviation)
        places = _places(value)
        half = f" ± {number(value.half, places, lang)}" if math.isfinite(value.half) else ""
        return f"{number(value.mean, places, lang)}{half}"
    return value


def _verdict(reading: str, values: dict[str, Any], lang: str, experiment: Experiment) -> str:
    """Return what an effect says, against zero and against what matters."""
    least = _told("least", values["least"], values, lang, experiment)
    if reading in (Reading.TOO_SMALL, Reading.TOO_FEW):
        return say(f"sweep.verdict.{reading}", lang, least=least)
    told = say(f"report.reading.{reading}", lang)
    open_ = reading not in (Reading.UNDETERMINED, Reading.EQUAL) and not _matters(values["change"], values["least"])
    return say("sweep.verdict.open", lang, reading=told, least=least) if open_ else told


def _matters(change: Interval, least: Interval) -> bool:
    """Whether the whole interval is beyond the smallest difference that matters (or none is said)."""
    return not (min(abs(change.low), abs(change.high)) < least.mean)


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


def reading_row(responses: Responses, indicator: str, change: Interval) -> Row:
    """Return what an effect says, and the smallest that matters, as cells of a row."""
    least = responses.smallest.get(indicator, math.nan)
    return {"smallest": least, "reading": str(read(change, known_indicators()[indicator].better, least))}


def verdict_of(responses: Responses, indicator: str, change: Interval) -> dict[str, Any]:
    """Return what a sentence needs to say what an effect says."""
    row = reading_row(responses, indicator, change)
    least = Interval(row["smallest"], math.inf, 1, math.nan)
    return {"change": change, "verdict": row["reading"], "least": least}


def many_said(changes: Iterable[Interval]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield how many of many intervals exclude zero, and how many would by chance alone."""
    every = list(changes)
    known = [change for change in every if change.count >= FEWEST_PAIRS]
    if not known:
        yield "sweep.said.few", {"seeds": max((change.count for change in every), default=0), "fewest": FEWEST_PAIRS}
    elif len(known) >= MANY:
        clear = sum(change.low > 0 or change.high < 0 for change in known)
        yield "sweep.said.many", {"count": len(known), "clear": clear, "luck": LUCK * len(known)}


def unit_of(indicator: str) -> str:
    """Return the unit of an indicator."""
    return known_indicators()[indicator].unit
