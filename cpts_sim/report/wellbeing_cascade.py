"""The chain of exits, week by week: people left, waits, load, strain, exits to come; one column per variant."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.values import Values
from cpts_sim.experiment.wellbeing import WellbeingStudy
from cpts_sim.report import style
from cpts_sim.report.marks import names, note
from cpts_sim.words import say

Array = NDArray[np.float64]
GAIN = "strain.tipping_gain"
PANELS = (
    ("mt", "mt.without", 100.0), ("wait", "wait.mean", 1.0), ("patients", "cascade.patients", 1.0),
    ("rise", "cascade.rise", 1.0), ("exits", "cascade.exit_chance", 100.0),
)  # fmt: skip
"""Name in words, indicator with a weekly course, factor."""
_LOOKS = ((style.BASE, "--"), (style.OTHER, "-"), (style.WORSE, "-."), (style.BETTER, ":"))


def cascade(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw the chain of exits in every arm; arms with the tipping-point variant stand in a column of their own."""
    from matplotlib.ticker import MaxNLocator

    values = study.comparison.values
    columns = _columns(study)
    if not any(values.weeks(arm, "cascade.rise").size for arm in values.arms):
        return None
    title = say("wellbeing.figure.cascade", lang)
    words = [say("wellbeing.figure.cascade.text", lang)]
    if study.twin is not None:
        words.append(say("wellbeing.figure.cascade.dotted", lang))
    text = note(study.comparison, " ".join(words), lang)
    size = {"nrows": len(PANELS), "ncols": len(columns), "sharex": True, "sharey": "row", "squeeze": False}
    with style.figure(1.6 + 4.4 * len(columns), 9.6, **size) as (drawn, grid):
        for column, (variant, arms) in enumerate(columns.items()):
            for row, (name, indicator, factor) in enumerate(PANELS):
                axes = grid[row][column]
                _panel(axes, study, arms, indicator, factor, lang)
                if column == 0:
                    axes.set_ylabel(say(f"wellbeing.figure.cascade.{name}", lang))
                style.number_axis(axes.yaxis, lang)
                axes.margins(x=0)
            grid[-1][column].set_xlabel(say("report.figure.weeks", lang))
            grid[-1][column].xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
            style.number_axis(grid[-1][column].xaxis, lang)
            if len(columns) > 1:
                grid[0][column].set_title(say(f"wellbeing.figure.cascade.{variant}", lang), fontsize=10)
            grid[0][column].legend(loc="upper left", fontsize=8)
        drawn.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _columns(study: WellbeingStudy) -> dict[str, list[str]]:
    """Return the arms of the reference model and those of the tipping-point variant."""
    scenario = study.comparison.plan.scenario
    out: dict[str, list[str]] = {}
    for arm in study.comparison.values.arms:
        gain = float(scenario.arms[arm].parameters.get(GAIN, 0.0))
        out.setdefault("tipping" if gain > 0 else "usual", []).append(arm)
    return dict(sorted(out.items(), key=lambda item: item[0] != "usual"))


def _panel(axes: Any, study: WellbeingStudy, arms: list[str], indicator: str, factor: float, lang: str) -> None:
    for arm, (colour, dash) in zip(arms, _LOOKS, strict=False):
        course = factor * _smooth(study.comparison.values, arm, indicator)
        if not course.size:
            continue
        weeks = np.arange(course.shape[1])
        low, high = np.nanquantile(course, [0.1, 0.9], axis=0)
        axes.fill_between(weeks, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(weeks, np.nanmean(course, axis=0), color=colour, linestyle=dash, linewidth=1.8,
                  label=names(study.comparison, arm, lang)[1])  # fmt: skip
    if study.twin is not None:
        course = factor * _smooth(study.twin, arms[0], indicator)
        axes.plot(np.nanmean(course, axis=0), color="#202020", linestyle=":", linewidth=1.4,
                  label=say("wellbeing.figure.cascade.nobody", lang))  # fmt: skip


def _smooth(values: Values, arm: str, indicator: str) -> Array:
    """Return the weekly course as a mean of the last four weeks, without the last week, which may be cut short."""
    course = values.weeks(arm, indicator)[:, :-1]
    if course.shape[1] < 8:
        return course
    padded = np.concatenate([np.repeat(course[:, :1], 3, axis=1), course], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 4, axis=1)
    smooth: Array = np.nanmean(windows, axis=2)
    return smooth
