"""Bars of both arms: emergency visits by road, a GP's week by ledger line, the seven accounts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cpts_sim.engine.events import LEDGER_LINES, Road
from cpts_sim.experiment import Comparison, Line, Place
from cpts_sim.experiment.statistics import Interval
from cpts_sim.measures.accounts import ACCOUNTS
from cpts_sim.report import style
from cpts_sim.report.marks import dot, interval_kind, names, note, reach, tone, zero
from cpts_sim.report.numbers import unit_words
from cpts_sim.report.sums import summing
from cpts_sim.report.table import long_week_words
from cpts_sim.words import number, say, signed


def ed(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw emergency visits by road in both arms."""
    roads = [road for road in Road if road is not Road.OUTSIDER]
    lines = [comparison.line(Place("ed.visits", "road", road.name.lower()), arm) for road in roads]
    if not any(math.isfinite(line.without.mean) for line in lines):
        return None
    title = say("report.figure.ed", lang)
    text = note(comparison, say("report.figure.ed.text", lang, interval=interval_kind(comparison, lang)), lang)
    with style.figure(7.2, 3.9) as (drawn, axes):
        for side, words in zip((-1, 1), names(comparison, arm, lang), strict=True):
            _side(axes, lines, side, words)
        axes.set_yticks(range(len(roads)), [say(f"measures.road.{r.name.lower()}", lang) for r in roads])
        axes.invert_yaxis()
        axes.set_xlabel(unit_words("per_1000_year", lang))
        _write_gaps(axes, lines, lang)
        axes.set_title(title)
        style.number_axis(axes.xaxis, lang)
        axes.legend(loc="lower right")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _side(axes: Any, lines: list[Line], side: int, words: str, interval: bool = True) -> None:
    """Draw the bars of one arm: hatched and above for the first, full and below for the compared one."""
    levels = [line.without if side < 0 else line.with_ for line in lines]
    place = np.arange(len(lines)) + 0.2 * side
    look = {"color": "white", "edgecolor": style.BASE, "hatch": "//"}
    if side > 0:
        look = {"color": style.OTHER, "edgecolor": style.OTHER}
    axes.barh(place, [got.mean for got in levels], 0.36, label=words, **look)
    if interval:
        for row, got in zip(place, levels, strict=True):
            _whisker(axes, got, row)


def _whisker(axes: Any, got: Interval, row: float) -> None:
    axes.errorbar(got.mean, row, xerr=reach(got), fmt="none", ecolor="#202020", elinewidth=1, capsize=2.5)


def _write_gaps(axes: Any, lines: list[Line], lang: str) -> None:
    """Write each difference and its interval right of the bars."""
    for rank, line in enumerate(lines):
        edge = max(g.mean + reach(g)[1][0] for g in (line.without, line.with_))
        look = {"va": "center", "color": tone(line), "fontweight": "bold"}
        text = signed(line.difference.mean, 1, lang) + _ends(line, lang)
        axes.annotate(text, (edge, rank), xytext=(8, 0), textcoords="offset points", **look)
    axes.set_xlim(0, 1.25 * axes.get_xlim()[1])


def _ends(line: Line, lang: str) -> str:
    """Write a half-width, or both ends where they need not be as far from the middle."""
    found = line.difference
    if not math.isfinite(found.half):
        return ""
    if line.credible is None:
        return f" ± {number(found.half, 1, lang)}"
    return f" [{signed(found.low, 1, lang)} ; {signed(found.high, 1, lang)}]"


def time(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw a GP's week by ledger line, and beside it the difference of each line."""
    lines = [summing(comparison, Place("time.line", "line", name), arm) for name in LEDGER_LINES]
    used = [line for line in lines if max(abs(line.without.mean), abs(line.with_.mean)) > 0.005]
    if not used:
        return None
    title = say("report.figure.time", lang)
    told = say("report.figure.time.text", lang, interval=interval_kind(comparison, lang))
    text = note(comparison, " ".join([told, *long_week_words(comparison, lang)]), lang)
    height = 1.7 + 0.36 * len(used)
    with style.figure(8.4, height, ncols=2, sharey=True, width_ratios=(1.5, 1)) as (drawn, (left, right)):
        for side, words in zip((-1, 1), names(comparison, arm, lang), strict=True):
            _side(left, used, side, words, interval=False)
        left.set_yticks(range(len(used)), [say(f"measures.line.{line.place.group}", lang) for line in used])
        left.invert_yaxis()
        left.set_xlabel(say("report.figure.time.hours", lang))
        left.legend(loc="lower right")
        left.set_title(title)
        zero(right)
        for row, line in enumerate(used):
            dot(right, row, line, 60.0)
        right.set_xlabel(say("report.figure.time.gap", lang))
        right.tick_params(axis="y", length=0)
        right.spines["left"].set_visible(False)
        left.set_xlim(left=0)
        for axes in (left, right):
            style.number_axis(axes.xaxis, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def accounts(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw where the change in needs met comes from: seven accounts and their total."""
    lines = [summing(comparison, Place("account.change", "account", name), arm) for name in ACCOUNTS]
    total = summing(comparison, Place("account.change"), arm)
    if not any(line.difference.mean for line in lines) or not math.isfinite(total.difference.mean):
        return None
    title = say("report.figure.accounts", lang)
    text = note(comparison, say("report.figure.accounts.text", lang, interval=interval_kind(comparison, lang)), lang)
    labels = [say(f"measures.account.{name}", lang) for name in ACCOUNTS] + [
        say("report.accounts.total", lang)
    ]
    with style.figure(7.6, 3.9) as (drawn, axes):
        for row, line in enumerate([*lines, total]):
            gap = line.difference
            colour = style.NEUTRAL if line is total else style.BETTER if gap.mean > 0 else style.WORSE
            axes.barh(
                row,
                gap.mean,
                0.6,
                color=colour,
                alpha=0.85,
                hatch="" if gap.mean > 0 else "..",
                edgecolor="white",
            )
            _whisker(axes, gap, row)
        zero(axes)
        axes.axhline(len(lines) - 0.5, color="#8C8C8C", linewidth=0.8)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.set_xlabel(say("report.figure.accounts.axis", lang))
        axes.set_title(title)
        style.number_axis(axes.xaxis, lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)
