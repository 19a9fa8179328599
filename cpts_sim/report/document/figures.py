"""Figures of a document beside those of every comparison: differences of groups and of missions around one zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cpts_sim.experiment import Comparison, Line
from cpts_sim.report import style
from cpts_sim.report.courses import access
from cpts_sim.report.forest import forest
from cpts_sim.report.maps import communes
from cpts_sim.report.marks import dot, zero
from cpts_sim.report.numbers import factor

DRAWN = {"forest": forest, "course": access, "map": communes}
"""Figures that every comparison has, by the name they have in a document."""
WIDTH = {"course": 0.62, "map": 0.6, "forest": 0.95}
"""How wide each is drawn beside its usual width."""
MANY = 10
"""Rows from which blocks stand in two columns."""
ROW, MARGIN = 0.22, 0.8
"""Inches of a row, and of an axis with its name."""


@dataclass(frozen=True)
class Dot:
    """A paired difference to be drawn under a name; ``head`` names a block of rows instead."""

    name: str
    line: Line | None = None


def drawn(done: Comparison, name: str, lang: str, arm: str) -> bytes | None:
    """Draw a figure of every comparison without title and note, which the page says."""
    with style.bare(WIDTH.get(name, 1.0)):
        return DRAWN[name](done, lang, arm, "svg")


def dots(rows: Sequence[Dot], axis: str, lang: str, title: str, text: str) -> bytes:
    """Draw paired differences in one unit, block by block, in two columns where there are many rows.

    Args:
        rows: from top to bottom; a row without a line is the name of the block that follows.
        axis: what is measured, with its unit.
        lang: "fr" or "en".
        title: name of the picture.
        text: its description.
    """
    parts = columns(rows)
    most, grid = max(map(len, parts)), {"ncols": len(parts), "sharex": True, "squeeze": False}
    with style.bare(), style.figure(9.4 if len(parts) > 1 else 7.4, MARGIN + ROW * most, **grid) as (picture, panels):
        picture.get_layout_engine().set(wspace=0.06)
        for axes, part in zip(panels[0], parts, strict=True):
            _column(axes, part)
            axes.set_ylim(most - 0.4, -0.6)
            style.few_ticks(axes.xaxis, 6)
            style.number_axis(axes.xaxis, lang)
            axes.set_xlabel(axis)
        return style.picture(picture, "svg", title, text)


def columns(rows: Sequence[Dot]) -> list[Sequence[Dot]]:
    """Return the rows in one column, or in two of about the same length, cut where a block begins."""
    heads = [rank for rank, row in enumerate(rows) if row.line is None and rank]
    if len(rows) <= MANY or not heads:
        return [rows]
    cut = min(heads, key=lambda rank: (abs(len(rows) - 2 * rank), rank))
    return [rows[:cut], rows[cut:]]


def _column(axes: Any, rows: Sequence[Dot]) -> None:
    zero(axes)
    for rank, row in enumerate(rows):
        if row.line is not None:
            dot(axes, rank, row.line, factor(row.line.indicator.unit))
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row.line is None else "normal")
    axes.tick_params(axis="y", length=0)
