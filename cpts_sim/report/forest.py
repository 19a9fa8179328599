"""Every paired difference of the table around one zero."""

from __future__ import annotations

import math
from typing import Any

from cpts_sim.experiment import Comparison, Line
from cpts_sim.report import style
from cpts_sim.report.marks import dot, interval_kind, names, note, tone, zero
from cpts_sim.report.numbers import gap, gap_interval, gap_unit_words
from cpts_sim.report.table import HEADLINES, reading_text, row_label, simulated
from cpts_sim.words import say


def forest(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the paired differences of the table, each as a percentage of the first arm's level."""
    lines = [comparison.line(place, arm) for place in HEADLINES]
    kept = [line for line in lines if _comparable(line)]
    if not kept:
        return None
    base, other = names(comparison, arm, lang)
    title = say("report.figure.forest", lang)
    told = {"base": base, "interval": interval_kind(comparison, lang)}
    text = note(comparison, say("report.figure.forest.text", lang, **told), lang)
    wide, tall = (8.4, 0.8 + 0.2 * len(kept)) if style.is_bare() else (10.4, 1.9 + 0.34 * len(kept))
    with style.figure(wide, tall) as (drawn, axes):
        zero(axes)
        for row, line in enumerate(kept):
            _row(axes, row, line, lang)
        axes.set_yticks(range(len(kept)), [_good(line, lang) for line in kept])
        axes.invert_yaxis()
        axes.set_xlabel(say("report.figure.forest.axis", lang, base=base))
        caption = {"arm": other, "base": base, "time": simulated(comparison, lang)}
        under = say("report.figure.forest.under", lang, count=len(comparison.values.seeds), **caption)
        style.subtitle(axes, title, under)
        style.number_axis(axes.xaxis, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _row(axes: Any, row: int, line: Line, lang: str) -> None:
    dot(axes, row, line, 100 / abs(line.without.mean), 6)
    word, unit = reading_text(line, lang), gap_unit_words(line.indicator.unit, lang)
    if not style.is_bare():  # a page has the numbers in a table
        word = f"{gap(line, lang)} [{gap_interval(line, lang)}] {unit} – {word}"
    look = {"va": "center", "fontsize": 8, "color": tone(line), "annotation_clip": False}
    axes.annotate(word, (1.01, row), xycoords=("axes fraction", "data"), **look)


def _good(line: Line, lang: str) -> str:
    """Return the label of a row with the direction that is good."""
    arrow = {"higher": "↑", "lower": "↓"}[line.indicator.better]
    return f"{row_label(line.place, lang)}  ({arrow})"


def _comparable(line: Line) -> bool:
    """Tell whether a difference can be read against its level: one direction is good, and it has one."""
    judged = line.indicator.better != "none" and line.indicator.unit not in ("sd", "minutes_week")
    return judged and abs(line.without.mean) > 0 and math.isfinite(line.difference.mean)
