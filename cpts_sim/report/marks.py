"""What figures share: names of arms, the note below, the colour of a reading, a point with its interval."""

from __future__ import annotations

import math
from typing import Any

from cpts_sim.experiment import Comparison, Line, Reading
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report import style
from cpts_sim.report.chances import drawn_words
from cpts_sim.report.numbers import arm_words
from cpts_sim.report.table import exceeding, titles_of
from cpts_sim.words import say

TONES = {Reading.BETTER: style.BETTER, Reading.WORSE: style.WORSE}
CLEAR = (Reading.BETTER, Reading.WORSE, Reading.HIGHER, Reading.LOWER)
"""Readings drawn as a full point; the others are drawn hollow."""


def tone(line: Line) -> str:
    """Return the colour of a line's reading."""
    return TONES.get(line.reading, style.NEUTRAL)


def names(comparison: Comparison, arm: str, lang: str) -> tuple[str, str]:
    """Return the names of the first arm and of the compared one."""
    titles = titles_of(comparison, lang)
    return arm_words(comparison.values.arms[0], titles, lang), arm_words(arm, titles, lang)


def note(comparison: Comparison, text: str, lang: str) -> str:
    """Return a figure's description with the number of pairs and what they stand for."""
    pairs = len(comparison.values.seeds)
    if comparison.plan.ensemble is None:
        count = say("report.figure.note", lang, count=pairs)
    else:
        count = say("uncertain.figure_note", lang, count=pairs, **drawn_words(comparison))
    return " ".join([text, count, *exceeding(comparison, lang)])


def interval_kind(comparison: Comparison, lang: str) -> str:
    """Return what the intervals of a comparison are: computing error, or credible intervals."""
    return say("report.interval_kind" if comparison.plan.ensemble is None else "uncertain.interval_kind", lang)


def drawable(half: float) -> float:
    """Return a half-width that can be drawn: none when there is no interval."""
    return half if math.isfinite(half) else 0.0


def reach(interval: Interval, factor: float = 1.0) -> list[list[float]]:
    """Return how far an interval reaches below and above its middle, as an error bar wants it."""
    ends = (interval.mean - interval.low, interval.high - interval.mean)
    return [[factor * max(0.0, drawable(end))] for end in ends]


def dot(axes: Any, row: float, line: Line, factor: float, size: float = 5.5) -> None:
    """Draw a paired difference as a point with its interval, hollow when it says nothing."""
    colour = tone(line)
    face = colour if line.reading in CLEAR else "white"
    look = {"fmt": "o", "color": colour, "markersize": size, "capsize": 2.5, "markerfacecolor": face}
    axes.errorbar(factor * line.difference.mean, row, xerr=reach(line.difference, factor), **look)


def zero(axes: Any) -> None:
    """Draw the line of no difference."""
    axes.axvline(0, color="#202020", linewidth=0.9)
