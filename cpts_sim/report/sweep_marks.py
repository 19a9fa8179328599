"""What the figures of sweeps share: panels, labels of factors and indicators, units, the note below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cpts_sim.experiment.readings import Reading, known_indicators
from cpts_sim.experiment.sweep import labels
from cpts_sim.experiment.sweep.size import size_sentence
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report.numbers import decimals, gap_unit_words, written
from cpts_sim.words import label, say

Rows = list[dict[str, Any]]


def rows_of(results: SweepResults, name: str) -> Rows:
    """Return the rows of a finding, as dicts; none when it was not made."""
    for finding in results.findings:
        if finding.name == name:
            names = list(finding.table)
            return [dict(zip(names, cells, strict=True)) for cells in zip(*finding.table.values(), strict=True)]
    return []


def distinct(rows: Rows, column: str) -> list[Any]:
    """Return the values of a column in order of appearance."""
    return list(dict.fromkeys(row[column] for row in rows))


def factor_label(results: SweepResults, name: str, lang: str) -> str:
    """Return the name of a factor for people; pairs are joined by ×."""
    return labels.factor_label(results.responses.experiment, name, lang)


def base_label(results: SweepResults, name: str, lang: str) -> str:
    """Return the name of a territory or scenario for people."""
    return labels.base_label(results.responses.experiment, name, lang)


def indicator_label(name: str, lang: str) -> str:
    """Return the name of an indicator."""
    return label(f"measures.{name}", lang)


def heading(results: SweepResults, row: Mapping[str, Any], lang: str) -> str:
    """Return what a panel shows: the indicator, behind its territory where there are several."""
    several = len(results.responses.experiment.bases) > 1
    head = f"{base_label(results, row['base'], lang)} – " if several else ""
    return head + indicator_label(row["indicator"], lang)


def axis_label(indicator: str, lang: str, results: SweepResults | None = None) -> str:
    """Return the unit of a difference, an arrow to the better side and, of results, from where on it matters."""
    known = known_indicators()[indicator]
    least = math.nan if results is None else results.responses.smallest.get(indicator, math.nan)
    arrow = {"higher": " →", "lower": " ←"}.get(known.better, "")
    better = f" ({say('sweep.figure.better', lang)}{arrow})" if arrow else ""
    unit = say("sweep.points", lang) if known.unit == "share" else gap_unit_words(known.unit, lang)
    if not math.isfinite(least):
        return unit + better
    least *= times(indicator)
    words = written(least, decimals(least, 1.0), lang)
    return f"{unit}{better}\n{say('sweep.figure.matters', lang, least=words)}"


def times(indicator: str) -> float:
    """Return what values of an indicator are multiplied by: shares are shown as percentage points."""
    return 100.0 if known_indicators()[indicator].unit == "share" else 1.0


def note(results: SweepResults, key: str, lang: str) -> str:
    """Return the text below a figure: what it shows, how many seeds, what the intervals hold."""
    sentences = [say(key, lang), size_sentence(results.responses, lang)]
    perimeters = results.responses.experiment.file.perimeters
    if perimeters is not None and perimeters.inhabitants is not None:
        sentences.append(say("sweep.figure.small", lang, most=perimeters.inhabitants))
    return " ".join(sentences)


@contextmanager
def panels(count: int, across: int, width_in: float, height_in: float) -> Iterator[tuple[Any, list[Any]]]:
    """Give a figure and so many panels, filled row by row; those left over are hidden."""
    columns = min(across, count)
    lines = math.ceil(count / columns)
    with style.figure(width_in * columns, height_in * lines, nrows=lines, ncols=columns, squeeze=False) as (
        drawn,
        grid,
    ):
        axes = [cell for line in grid for cell in line]
        for cell in axes[count:]:
            cell.axis("off")
        yield drawn, axes[:count]


def legend(drawn: Any, axes: Any) -> None:
    """Put the legend of a panel above all of them, where it covers nothing."""
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=8)


def folded(words: str, width: int = 36) -> str:
    """Return a label in lines that are not too long; words stay whole."""
    import textwrap

    lines = [textwrap.wrap(line, width, break_long_words=False) for line in words.splitlines()]
    return "\n".join(part for line in lines for part in line)


def finished(drawn: Any, title: str, text: str, kind: str, share: float = 1.0) -> bytes:
    """Put the title above, on this share of the width, and the note below, and write the picture."""
    import textwrap

    width = int(drawn.get_figwidth() * 9 * share)
    drawn.suptitle("\n".join(textwrap.wrap(title, width)), x=0.01, ha="left", fontsize=12, fontweight="bold")
    style.foot(drawn, text)
    return style.picture(drawn, kind, title, text)


def whisker(axes: Any, value: float, half: float, row: float, colour: str, full: bool = True) -> None:
    """Draw a value with its interval along a row; hollow when it says nothing."""
    face = colour if full else "white"
    width = half if math.isfinite(half) else 0.0
    axes.errorbar(value, row, xerr=width, fmt="o", color=colour, markerfacecolor=face, markersize=5.5, capsize=2.5)


_TONES = {
    Reading.BETTER: style.BETTER, Reading.WORSE: style.WORSE, Reading.HIGHER: style.OTHER,
    Reading.LOWER: style.OTHER, Reading.TOO_SMALL: style.NEUTRAL,
}  # fmt: skip


def tone(row: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the colour of an effect and whether it is full: grey where too small to matter, hollow where not told."""
    reading = Reading(row["reading"])
    return _TONES.get(reading, style.NEUTRAL), reading in _TONES


def told_apart(row: Mapping[str, Any]) -> bool:
    """Whether an effect has a colour: it is told from zero, and it is not too small to matter."""
    return Reading(row["reading"]) in _TONES and row["reading"] != Reading.TOO_SMALL


def many(results: SweepResults, name: str, lang: str) -> str:
    """Return what the sentences of a finding say of its many intervals, "" where they are few."""
    found = next((finding for finding in results.findings if finding.name == name), None)
    lines = [line for line in found.lines if line[0] in ("sweep.said.many", "sweep.said.few")] if found else []
    return " ".join(say(key, lang, **values) for key, values in lines)
