"""What the figures of sweeps share: panels, labels of factors and indicators, units, the note below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.sweep import labels
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report.numbers import gap_unit_words
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


def axis_label(indicator: str, lang: str) -> str:
    """Return the unit of a difference and an arrow to the better side."""
    known = known_indicators()[indicator]
    arrow = {"higher": " →", "lower": " ←"}.get(known.better, "")
    better = f" ({say('sweep.figure.better', lang)}{arrow})" if arrow else ""
    unit = say("sweep.points", lang) if known.unit == "share" else gap_unit_words(known.unit, lang)
    return unit + better


def times(indicator: str) -> float:
    """Return what values of an indicator are multiplied by: shares are shown as percentage points."""
    return 100.0 if known_indicators()[indicator].unit == "share" else 1.0


def note(results: SweepResults, key: str, lang: str) -> str:
    """Return the text below a figure: what it shows, how many seeds, what the intervals hold."""
    seeds = len(results.responses.seeds)
    sentences = [say(key, lang), say("sweep.figure.note", lang, seeds=seeds)]
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


def finished(drawn: Any, title: str, text: str, kind: str) -> bytes:
    """Put the title above and the note below, and write the picture."""
    import textwrap

    width = int(drawn.get_figwidth() * 9)
    drawn.suptitle("\n".join(textwrap.wrap(title, width)), x=0.01, ha="left", fontsize=12, fontweight="bold")
    style.foot(drawn, text)
    return style.picture(drawn, kind, title, text)


def whisker(axes: Any, value: float, half: float, row: float, colour: str, full: bool = True) -> None:
    """Draw a value with its interval along a row; hollow when it says nothing."""
    face = colour if full else "white"
    width = half if math.isfinite(half) else 0.0
    axes.errorbar(value, row, xerr=width, fmt="o", color=colour, markerfacecolor=face, markersize=5.5, capsize=2.5)


def tone(indicator: str, row: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the colour of an effect and whether its interval excludes zero; of too few pairs nothing is said."""
    low, high = row["low"], row["high"]
    if not (low > 0 or high < 0) or row["pairs"] < FEWEST_PAIRS:
        return style.NEUTRAL, False
    better = known_indicators()[indicator].better
    if better == "none":
        return style.OTHER, True
    return (style.BETTER if (low > 0) == (better == "higher") else style.WORSE), True
