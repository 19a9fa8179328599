"""Figures of a document beside those of every comparison: differences of groups and of missions around one zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpts_sim.experiment import Comparison, Line
from cpts_sim.report import style
from cpts_sim.report.courses import access
from cpts_sim.report.forest import forest
from cpts_sim.report.maps import communes
from cpts_sim.report.marks import dot, zero
from cpts_sim.report.numbers import factor

DRAWN = {"forest": forest, "course": access, "map": communes}
"""Figures that every comparison has, by the name they have in a document."""
WIDTH = {"course": 0.7, "map": 0.75, "forest": 0.95}
"""How wide each is drawn beside its usual width."""


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
    """Draw paired differences in one unit, block by block.

    Args:
        rows: from top to bottom; a row without a line is the name of the block that follows.
        axis: what is measured, with its unit.
        lang: "fr" or "en".
        title: name of the picture.
        text: its description.
    """
    with style.bare(), style.figure(7.4, 0.9 + 0.27 * len(rows)) as (picture, axes):
        zero(axes)
        for rank, row in enumerate(rows):
            if row.line is not None:
                dot(axes, rank, row.line, factor(row.line.indicator.unit))
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if row.line is None else "normal")
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(axis)
        style.number_axis(axes.xaxis, lang)
        return style.picture(picture, "svg", title, text)
