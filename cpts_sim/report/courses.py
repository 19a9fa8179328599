"""Weekly courses of both arms: access, waits, exhaustion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Comparison
from cpts_sim.report import style
from cpts_sim.report.marks import names, note
from cpts_sim.report.numbers import unit_words
from cpts_sim.words import say

JUDGED = "access.in_time"
"""The course whose first and last weeks are left out because needs are not judged yet."""
FEW_PAIRS = 5
"""Pairs below which a quantile band would be drawn from too little."""
LONG, QUARTER = 104, 13
"""Weeks beyond which a course is a moving mean over years, and weeks of that mean: holidays would hide the years."""
YEARS_A_WEEK = 7 / 365


def _course(
    comparison: Comparison,
    lang: str,
    arm: str,
    kind: str,
    name: str,
    indicator: str,
    factor: float,
    unit: str,
) -> bytes | None:
    """Draw the weekly course of both arms: mean of the pairs, and a band that holds eight pairs in ten.

    With few pairs there is no band to speak of: each pair has its own line.
    """
    base = comparison.values.arms[0]
    courses = {which: factor * comparison.values.weeks(which, indicator) for which in (base, arm)}
    if not all(c.size and np.isfinite(c).any() for c in courses.values()):
        return None
    title = say(f"report.figure.{name}", lang)
    few = len(comparison.values.seeds) < FEW_PAIRS
    shown = say("report.figure.lines" if few else "report.figure.band", lang)
    told = say(f"report.figure.{name}.text", lang, shown=shown)
    whole = int(comparison.plan.scenario.horizon_days) // 7
    courses = {which: _whole_weeks(course, whole) for which, course in courses.items()}
    remarks = _cut(comparison, courses, lang, indicator == JUDGED)
    long = whole > LONG
    if long:
        courses = {which: _moving(course, QUARTER) for which, course in courses.items()}
        remarks.append(say("report.figure.moving", lang, weeks=QUARTER))
    text = note(comparison, " ".join([told, *remarks]), lang)
    with style.figure(7.2, 3.0 if style.is_bare() else 4.0) as (drawn, axes):
        labels = []
        looks = ((base, style.BASE, "--"), (arm, style.OTHER, "-"))
        for (which, colour, dash), words in zip(looks, names(comparison, arm, lang), strict=True):
            end = _band(axes, courses[which], colour, dash, few, YEARS_A_WEEK if long else 1.0)
            labels.append((*end, words, colour))
        axes.set_title(title)
        axes.set_ylabel(unit)
        axes.set_xlabel(say("report.figure.years" if long else "report.figure.weeks", lang))
        axes.margins(x=0)
        style.number_axis(axes.yaxis, lang)
        style.end_labels(axes, labels, 0.07)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _cut(comparison: Comparison, courses: dict[str, NDArray[np.float64]], lang: str, judged: bool = True) -> list[str]:
    """Say which weeks are drawn and why the others are not: needs are judged when they have had their time."""
    seen = np.flatnonzero(np.any([np.isfinite(course).any(axis=0) for course in courses.values()], axis=0))
    weeks = -(-int(comparison.plan.scenario.horizon_days) // 7)
    first, last = int(seen[0]) + 1, int(seen[-1]) + 1
    if first == 1 and last == weeks:
        return []
    key = "end" if first == 1 and last == weeks - 1 else "both" if judged else "plain"
    return [say(f"report.figure.weeks_cut.{key}", lang, first=first, last=last, weeks=weeks)]


def _whole_weeks(course: NDArray[np.float64], whole: int) -> NDArray[np.float64]:
    """Leave out the last week, which may be cut short, unless it is the last of the whole weeks that were lived."""
    return course[:, :-1] if course.shape[1] > 4 and course.shape[1] != whole else course


def _moving(course: NDArray[np.float64], weeks: int) -> NDArray[np.float64]:
    """Return each pair's mean over so many weeks around each week; where half of them are missing there is none."""
    known = np.isfinite(course)
    window = np.ones(weeks)
    count = np.apply_along_axis(np.convolve, 1, known.astype(float), window, "same")
    total = np.apply_along_axis(np.convolve, 1, np.where(known, course, 0.0), window, "same")
    return np.where(count > weeks / 2, total / np.maximum(count, 1.0), np.nan)


def _band(
    axes: Any, course: NDArray[np.float64], colour: str, dash: str, few: bool, step: float
) -> tuple[float, float]:
    """Draw one arm, as a mean with its band or with the line of every pair; returns where its line ends.

    ``step`` is the length of a week on the axis.
    """
    known = np.isfinite(course).any(axis=0)
    weeks = step * (np.flatnonzero(known) + 1)
    held = course[:, known]
    mean = np.nanmean(held, axis=0)
    if few:
        axes.plot(weeks, held.T, color=colour, linestyle=dash, linewidth=0.8, alpha=0.45)
    else:
        low, high = np.nanquantile(held, [0.1, 0.9], axis=0)
        axes.fill_between(weeks, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(weeks, mean, color=colour, linestyle=dash, linewidth=1.8)
    return float(weeks[-1]), float(mean[-1])


def access(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the share of needs met in time, week by week."""
    return _course(comparison, lang, arm, kind, "access", "access.in_time", 100.0, unit_words("share", lang))


def waits(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the mean wait of those served by a GP, week by week."""
    return _course(comparison, lang, arm, kind, "waits", "wait.mean", 1.0, unit_words("days", lang))


def burnout(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the mean exhaustion of the day-0 cohort, week by week."""
    return _course(comparison, lang, arm, kind, "burnout", "burnout.ee", 1.0, _scale("points", lang))


def _scale(unit: str, lang: str) -> str:
    return f"EE (0–54), {unit_words(unit, lang)}"
