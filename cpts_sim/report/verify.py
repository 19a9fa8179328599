"""The verification as figures, one a check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cpts_sim.experiment.verify import Outcome, Row, Verdict, Where
from cpts_sim.experiment.verify.told import decimals, sentence, title_of
from cpts_sim.report import style
from cpts_sim.words import number, say

_TONE = {Verdict.INSIDE: style.OTHER, Verdict.OUTSIDE: style.WORSE, Verdict.SHORT: style.NEUTRAL}
_FAR = 3.4


def figure(outcome: Outcome, lang: str, kind: str = "png") -> bytes:
    """Draw a check: every number's distance from the expected value, its interval, and the run to be rejected."""
    rows, title = outcome.rows, title_of(outcome, lang)
    where = say(f"verify.where.{outcome.check.where}", lang)
    text = say("verify.figure.foot", lang, where=where[:1].upper() + where[1:], case=outcome.check.case)
    with style.figure(7.4, 1.7 + 0.27 * len(rows)) as (drawn, axes):
        axes.axvspan(-1, 1, color="#EDEDED", zorder=0)
        axes.axvline(0, color="#404040", linewidth=0.9, zorder=1)
        for height, row in enumerate(rows):
            _draw(axes, height, row, lang)
        axes.set_yticks(range(len(rows)), [sentence(row, lang) for row in rows], fontsize=8)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.annotate(say("verify.figure.numbers", lang), (1.01, 1.0), xycoords="axes fraction", va="bottom",
                      fontsize=7.5, color="#595959", annotation_clip=False)  # fmt: skip
        axes.set_xlim(-_FAR - 0.2, _FAR + 0.2)
        formula = outcome.check.where is Where.ANALYTIC
        axes.set_xlabel(say("verify.figure.axis_formula" if formula else "verify.figure.axis", lang), fontsize=8.5)
        style.number_axis(axes.xaxis, lang)
        drawn.suptitle(title, x=0.01, ha="left", fontsize=11.5, fontweight="bold")
        _legend(axes, rows, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _scaled(row: Row, value: float) -> float:
    scale = row.resolution or 0.5  # a whole number has no tolerance: one unit is two widths of the band
    return (value - row.expected) / scale


def _draw(axes: Any, height: int, row: Row, lang: str) -> None:
    tone, at = _TONE[row.verdict], _scaled(row, row.reached)
    axes.errorbar(min(max(at, -_FAR), _FAR), height, xerr=row.half / (row.resolution or 1.0), fmt="o", markersize=4.5,
                  color=tone, linewidth=1.3, zorder=3)  # fmt: skip
    if not math.isnan(row.wrong):
        off = _scaled(row, row.wrong)
        look = {"markersize": 5, "markeredgecolor": style.WORSE, "markerfacecolor": "white", "color": style.WORSE}
        if abs(off) > _FAR:
            axes.plot(math.copysign(_FAR, off), height, ">" if off > 0 else "<", zorder=2, **look)
        else:
            axes.errorbar(off, height, xerr=row.wrong_half / (row.resolution or 1.0), fmt="s", linewidth=0.8, zorder=2,
                          **look)  # fmt: skip
    axes.annotate(_numbers(row, lang), (1.01, height), xycoords=("axes fraction", "data"), va="center", fontsize=7.5,
                  color="#404040" if row.verdict is Verdict.INSIDE else tone, annotation_clip=False)  # fmt: skip


def _numbers(row: Row, lang: str) -> str:
    places = decimals(row)
    both = f"{number(row.reached, places, lang)} / {number(row.expected, places, lang)}"
    return f"{both} {say(f'verify.unit.{row.unit}', lang)}"


def _legend(axes: Any, rows: Sequence[Row], lang: str) -> None:
    from matplotlib.lines import Line2D

    told = say("verify.figure.reached" if any(row.half for row in rows) else "verify.figure.found", lang)
    marks = [Line2D([], [], marker="o", color=style.OTHER, markersize=4.5, label=told)]
    if not all(math.isnan(row.wrong) for row in rows):
        label = say("verify.figure.wrong", lang)
        marks.append(Line2D([], [], marker="s", color=style.WORSE, markerfacecolor="white", linewidth=0.8, markersize=5,
                            label=label))  # fmt: skip
    axes.legend(handles=marks, loc="lower right", bbox_to_anchor=(1.0, 1.005), fontsize=7.5, ncols=2, frameon=False)


def draw_all(outcomes: Sequence[Outcome], lang: str, kind: str = "png") -> dict[str, bytes]:
    """Return the figure of every check by the name of its file."""
    return {f"{outcome.check.name}.{kind}": figure(outcome, lang, kind) for outcome in outcomes}
