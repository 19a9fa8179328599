"""More than two arms at one glance: a table with one column for each, and every paired difference in one figure."""

from __future__ import annotations

import math

from cpts_sim.experiment import Comparison, Line
from cpts_sim.report import style
from cpts_sim.report.columns import fitted, wrapped
from cpts_sim.report.marks import CLEAR, interval_kind, note, reach, zero
from cpts_sim.report.numbers import arm_words, gap, gap_interval, level, unit_words
from cpts_sim.report.table import HEADLINES, row_label, scenario_title, simulated, titles_of
from cpts_sim.scenario import at_end
from cpts_sim.words import say

LOOKS = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"), ("#56B4E9", "P"))
"""Colour (Okabe & Ito 2008) and mark of each compared arm; with more arms they begin anew."""


def words_of(comparison: Comparison, lang: str) -> list[str]:
    """Return the names of the arms at a glance for people, the reference first."""
    titles = titles_of(comparison, lang)
    return [arm_words(arm, titles, lang) for arm in (comparison.values.arms[0], *at_a_glance(comparison))]


def at_a_glance(comparison: Comparison) -> list[str]:
    """Return the compared arms that are choices; with one assumption moved they would be too many to read."""
    return [arm for arm in comparison.values.arms[1:] if at_end(arm) is None]


def rows_of(comparison: Comparison) -> list[list[Line]]:
    """Return the headline indicators measured in every arm: one line per compared arm, in the order of the arms."""
    rows = [[comparison.line(place, arm) for arm in at_a_glance(comparison)] for place in HEADLINES]
    return [row for row in rows if row and all(math.isfinite(line.difference.mean) for line in row)]


def overview(comparison: Comparison, lang: str, width: int | None = None) -> str:
    """Write the differences of all arms from the first side by side, for a pipe or a file, or in a terminal's width."""
    names = words_of(comparison, lang)
    caption = say(
        "report.arms.caption", lang, title=scenario_title(comparison, lang), base=names[0],
        time=simulated(comparison, lang), count=len(comparison.values.seeds),
    )  # fmt: skip
    head = [say("report.column.indicator", lang), say("report.column.unit", lang), *names]
    cells = [head, *(_cells(row, lang) for row in rows_of(comparison))]
    told = say("report.arms.note", lang, interval=interval_kind(comparison, lang))
    if width is not None:
        rows = fitted(cells, range(2, len(head)), width)
        return "\n".join([wrapped(caption, width), "", *rows, "", wrapped(told, width)])
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    sides = [str.ljust, str.ljust, *[str.rjust] * len(names)]
    lines = ("  ".join(f(c, w) for f, c, w in zip(sides, row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join([caption, "", *lines, "", told])


def _cells(row: list[Line], lang: str) -> list[str]:
    first = row[0]
    unit = first.indicator.unit
    differences = [f"{gap(line, lang)} [{gap_interval(line, lang)}]{_mark(line)}" for line in row]
    return [row_label(first.place, lang), unit_words(unit, lang), level(first.without, unit, lang), *differences]


def _mark(line: Line) -> str:
    return " *" if line.reading in CLEAR else "  "


def several(comparison: Comparison, lang: str, kind: str) -> bytes | None:
    """Draw the paired differences of all arms, each as a percentage of the first arm's level."""
    rows = [row for row in rows_of(comparison) if _comparable(row[0])]
    if not rows:
        return None
    names = words_of(comparison, lang)
    title = say("report.figure.arms", lang)
    told = {"base": names[0], "interval": interval_kind(comparison, lang)}
    text = note(comparison, say("report.figure.arms.text", lang, **told), lang)
    step = 0.8 / len(names[1:])
    with style.figure(8.4, 2.0 + (0.12 + 0.11 * len(names[1:])) * len(rows)) as (drawn, axes):
        zero(axes)
        for rank, name in enumerate(names[1:]):
            colour, mark = LOOKS[rank % len(LOOKS)]
            for at, row in enumerate(rows):
                line, factor = row[rank], 100 / abs(row[rank].without.mean)
                face = colour if line.reading in CLEAR else "white"
                axes.errorbar(
                    factor * line.difference.mean, at - 0.4 + step * (rank + 0.5), fmt=mark, color=colour,
                    xerr=reach(line.difference, factor), markersize=4.5, capsize=1.5, markerfacecolor=face,
                    label=name if at == 0 else None,
                )  # fmt: skip
        axes.set_yticks(range(len(rows)), [_good(row[0], lang) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(say("report.figure.forest.axis", lang, base=names[0]))
        axes.set_title(title)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8.5)
        style.number_axis(axes.xaxis, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _good(line: Line, lang: str) -> str:
    arrow = {"higher": "↑", "lower": "↓"}[line.indicator.better]
    return f"{row_label(line.place, lang)}  ({arrow})"


def _comparable(line: Line) -> bool:
    judged = line.indicator.better != "none" and line.indicator.unit not in ("sd", "minutes_week")
    return judged and abs(line.without.mean) > 0
