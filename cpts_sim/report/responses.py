"""The responses as one figure: for every change the published effect and its band against the simulated interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cpts_sim.experiment.responses.outcome import Outcome, Verdict
from cpts_sim.experiment.responses.published import Published
from cpts_sim.experiment.responses.saved import Told
from cpts_sim.experiment.responses.told import amount, change, effect, ends, unit
from cpts_sim.report import style
from cpts_sim.words import languages, number, say

_TONE = {Verdict.INSIDE: style.OTHER, Verdict.OUTSIDE: style.WORSE, Verdict.UNDETERMINED: style.NEUTRAL}
_MARK = {Verdict.INSIDE: "o", Verdict.OUTSIDE: "s", Verdict.UNDETERMINED: "o"}
_FAR = 4.0
_NO_EFFECT = {"percent": 0.0, "points": 0.0, "ratio": 1.0, "days": 0.0, "per_slot": 0.0}
_LEVELS = ("territories",)
"""Changes whose rows are levels: they have no line of no effect."""


def figure(found: Sequence[Outcome], told: Told, lang: str, kind: str = "png") -> bytes:
    """Draw every row on its own scale: grey band from -1 to 1 is what agrees, the point is what the model reaches."""
    title = say("responses.figure.title", lang)
    people = say("responses.own_size", lang) if told.inhabitants is None else number(told.inhabitants, 0, lang)
    text = say("responses.figure.foot", lang, pairs=told.pairs, people=people)
    lines = _lines(found, lang)
    with style.figure(9.6, 1.7 + 0.27 * len(lines)) as (drawn, axes):
        axes.axvspan(-1, 1, color="#E9E9E9", zorder=0)
        for height, (_, one) in enumerate(lines):
            if one is not None:
                _draw(axes, height, one, lang)
        axes.set_yticks(range(len(lines)), [label for label, _ in lines], fontsize=8)
        axes.tick_params(axis="y", length=0)
        for tick, (_, one) in zip(axes.get_yticklabels(), lines, strict=True):
            tick.set_fontweight("bold" if one is None else "normal")
        axes.set_ylim(len(lines) - 0.4, -0.7)
        axes.set_xlim(-_FAR - 0.3, _FAR + 0.3)
        axes.set_xlabel(say("responses.figure.axis", lang), fontsize=8.5)
        axes.annotate(say("responses.figure.numbers", lang), (1.01, -0.7), xycoords=("axes fraction", "data"),
                      va="bottom", fontsize=7.5, color="#595959", annotation_clip=False)  # fmt: skip
        style.number_axis(axes.xaxis, lang)
        drawn.suptitle(title, x=0.01, ha="left", fontsize=11.5, fontweight="bold")
        _legend(drawn, found, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _lines(found: Sequence[Outcome], lang: str) -> list[tuple[str, Outcome | None]]:
    """Return the lines from top to bottom: the name of each change, then its rows."""
    lines: list[tuple[str, Outcome | None]] = []
    for one in found:
        name = change(one.published.of, lang)
        if not any(label == name and row is None for label, row in lines):
            lines.append((name, None))
        lines.append((effect(one.published, lang), one))
    return lines


def _scaled(row: Published, value: float) -> float:
    return (value - (row.low + row.high) / 2) / ((row.high - row.low) / 2)


def _draw(axes: Any, height: int, one: Outcome, lang: str) -> None:
    row, reached, tone = one.published, one.reached, _TONE[one.verdict]
    if row.of not in _LEVELS and row.unit in _NO_EFFECT and abs(at := _scaled(row, _NO_EFFECT[row.unit])) <= _FAR:
        axes.plot([at, at], [height - 0.3, height + 0.3], color="#202020", linewidth=1.1, zorder=2)
    axes.plot(_scaled(row, row.value), height, "D", markersize=4.5, color="#404040", markerfacecolor="white", zorder=2)
    if math.isfinite(reached.mean):
        _interval(axes, height, one, tone)
    axes.annotate(_numbers(one, lang), (1.01, height), xycoords=("axes fraction", "data"), va="center", fontsize=7.5,
                  color=tone if one.verdict is Verdict.OUTSIDE else "#404040", annotation_clip=False)  # fmt: skip


def _interval(axes: Any, height: int, one: Outcome, tone: str) -> None:
    """Draw the simulated interval; what lies beyond the axis ends in an arrow."""
    row, reached = one.published, one.reached
    half = reached.half if math.isfinite(reached.half) else 0.0
    low, at, high = (_scaled(row, x) for x in (reached.mean - half, reached.mean, reached.mean + half))
    inner = [min(max(x, -_FAR), _FAR) for x in (low, high)]
    axes.plot(inner, [height, height], color=tone, linewidth=1.6, solid_capstyle="butt", zorder=3)
    for end in (low, high):
        if abs(end) > _FAR:
            axes.plot(math.copysign(_FAR, end), height, "<" if end < 0 else ">", color=tone, markersize=5, zorder=3)
    if abs(at) <= _FAR:
        face = "white" if one.verdict is Verdict.UNDETERMINED else tone
        axes.plot(at, height, _MARK[one.verdict], color=tone, markerfacecolor=face, markersize=5.5, zorder=4)


def _numbers(one: Outcome, lang: str) -> str:
    row, reached = one.published, one.reached
    found = f"{amount(reached.mean, row.unit, lang)} {ends(reached.low, reached.high, row, lang)}"
    return f"{found} / {amount(row.value, row.unit, lang)} {unit(row, lang)}"


def _legend(drawn: Any, found: Sequence[Outcome], lang: str) -> None:
    from matplotlib.lines import Line2D

    look: Any = {"linestyle": "none", "markersize": 5}
    marks = [
        Line2D([], [], marker=_MARK[verdict], color=_TONE[verdict], label=say(f"responses.verdict.{verdict}", lang),
               markerfacecolor="white" if verdict is Verdict.UNDETERMINED else _TONE[verdict], **look)
        for verdict in Verdict if any(one.verdict is verdict for one in found)
    ]  # fmt: skip
    label = say("responses.figure.published", lang)
    marks.append(Line2D([], [], marker="D", color="#404040", markerfacecolor="white", label=label, **look))
    none = say("responses.figure.none", lang)
    marks.append(Line2D([], [], marker="|", color="#202020", label=none, linestyle="none", markersize=8))
    drawn.legend(handles=marks, loc="outside upper right", fontsize=7.5, ncols=3)


def draw_all(found: Sequence[Outcome], told: Told, kind: str = "png") -> dict[str, bytes]:
    """Return the figure in every language by the name of its file."""
    return {f"responses_{lang}.{kind}": figure(found, told, lang, kind) for lang in languages()}
