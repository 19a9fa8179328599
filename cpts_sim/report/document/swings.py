"""The tornado: what the effect would be with one assumption at either end of its range, all else as it is.

Read off a comparison of the same decision with arms ``low:parameter`` and ``high:parameter`` beside it: the report's
own, or another with the same arms under study and perhaps fewer pairs.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.evidence import ParameterEntry, load_parameters
from cpts_sim.experiment import Comparison, Line, Place
from cpts_sim.report import style
from cpts_sim.report.marks import reach, zero
from cpts_sim.report.numbers import factor
from cpts_sim.scenario import as_written, at_end
from cpts_sim.scenario.ends import READ_WITHOUT, ROOMS
from cpts_sim.words import number, say, unit_words

PLACE = Place("access.in_time")
OF_ALL = ("aci", "cpts")
"""First parts of the names of parameters of every CPTS; each other one of ``ROOMS`` is a mission's."""
SAME = 0.8
"""Share of pairs with exactly the same effect from which two ends are said to come to the same."""
LETTERS = 46
"""Letters of a name on one line of the figure."""
ROW, MARGIN = 0.42, 0.9
"""Inches of a row, and of the axis with its name."""


@dataclass(frozen=True)
class Swing:
    """An assumption moved from one end of its range to the other.

    Attributes:
        entry: the parameter: value in force, range, source.
        usual: effect at the value in force. low: at the low end. high: at the high end.
        between: effect at the high end minus effect at the low end, pair by pair.
    """

    entry: ParameterEntry
    usual: Line
    low: Line
    high: Line
    between: Line

    @property
    def value(self) -> float:
        """The value in force."""
        return float(self.entry.value)  # type: ignore[arg-type]  # only single numbers have arms at their ends

    @property
    def flips(self) -> tuple[float, ...]:
        """Values at which the effect changes sign, on a line from the value in force to each end."""
        middle, out = self.usual.difference.mean, []
        for end, line in ((self.entry.low, self.low), (self.entry.high, self.high)):
            there = line.difference.mean
            if middle * there < 0:
                out.append(self.value + (end - self.value) * middle / (middle - there))
        return tuple(out)

    @property
    def turns(self) -> bool:
        """Whether at an end the effect lies on another side of what matters than at the value in force."""
        return {_side(self.low), _side(self.high)} != {_side(self.usual)}

    @property
    def clear(self) -> bool:
        """Whether the effects at both ends differ by more than chance: their paired interval leaves zero."""
        gap = self.between.difference
        return math.isfinite(gap.half) and not gap.low <= 0 <= gap.high


def _side(line: Line) -> int:
    """Return on which side of what matters the middle of an effect lies: -1 below, 1 above, 0 within."""
    least = line.smallest if math.isfinite(line.smallest) else 0.0
    return int(line.difference.mean > least) - int(line.difference.mean < -least)


def swings(done: Comparison, arm: str, place: Any) -> list[Swing]:
    """Return the assumptions of which both ends were computed, those that move the effect most first.

    Args:
        done: a comparison with arms at the ends of ranges.
        arm: the arm under study.
        place: the outcome.
    """
    spec, arms = done.plan.scenario, done.plan.scenario.arms
    known = load_parameters(spec.reference_year, dict(arms[arm].parameters) if arm in arms else {})
    ends: dict[str, dict[str, str]] = {}
    for name in done.values.arms[1:]:
        found = at_end(name)
        if found is not None and _only(arms[arm], arms[name], found[1]):
            ends.setdefault(found[1], {})[found[0]] = name
    out = []
    for parameter, both in ends.items():
        if len(both) == 2:
            low, high = (done.line(place, both[end]) for end in ("low", "high"))
            between = done.between(place, both["low"], both["high"])
            out.append(Swing(known.entry(parameter), done.line(place, arm), low, high, between))
    return sorted(out, key=lambda one: (-abs(one.between.difference.mean), one.entry.id))


def movable(missions: Collection[str], grades: Collection[str]) -> list[str]:
    """Return the parameters of some grades that may be moved to an end where a CPTS has these missions.

    Args:
        missions: names of its missions; those of other missions are left out.
        grades: grades of evidence.
    """
    known = load_parameters()  # ranges and grades are the same in every year
    rooms = {room for room in ROOMS if room in missions or room in OF_ALL}
    own = [known.entry(name) for name in known if name.partition(".")[0] in rooms and name not in READ_WITHOUT]
    numbers = [entry for entry in own if isinstance(entry.value, int | float) and entry.low < entry.high]
    return sorted(entry.id for entry in numbers if entry.grade in grades)


@dataclass(frozen=True)
class Alike:
    """Ends of different assumptions that come to the same: (parameter, value) each, and in how many pairs exactly."""

    ends: tuple[tuple[ParameterEntry, float], ...]
    equal: int


def alike(done: Comparison, found: Sequence[Swing]) -> list[Alike]:
    """Return the ends of different assumptions at which the effect is the same in nearly every pair.

    Ends that change nothing at all are left out: they are alike by doing nothing.
    """
    groups: list[tuple[list[tuple[ParameterEntry, float]], NDArray[np.bool_], NDArray[np.float64]]] = []
    for one in found:
        usual = done.values.get(one.usual.arm, one.usual.place)
        for end, line in ((one.entry.low, one.low), (one.entry.high, one.high)):
            there = done.values.get(line.arm, line.place)
            if _nearly(there == usual):
                continue
            for rank, (ends, equal, first) in enumerate(groups):
                if _nearly(equal & (there == first)):
                    groups[rank] = ([*ends, (one.entry, float(end))], equal & (there == first), first)
                    break
            else:
                groups.append(([(one.entry, float(end))], np.ones(len(there), bool), there))
    return [Alike(tuple(ends), int(equal.sum())) for ends, equal, _ in groups if len({e.id for e, _ in ends}) > 1]


def _nearly(equal: NDArray[np.bool_]) -> bool:
    return bool(equal.mean() >= SAME)


def _only(study: Any, other: Any, parameter: str) -> bool:
    """Tell whether an arm is the one under study but for one parameter."""
    mine, its = ({k: v for k, v in one.parameters.items() if k != parameter} for one in (study, other))
    return study.cpts == other.cpts and mine == its


def same_decision(done: Comparison, other: Comparison, arm: str, name: str) -> Comparison:
    """Return a second comparison with the thresholds of the first, after checking that it is of the same decision.

    Raises:
        InputError: its scenario, the arms under study or what its pairs draw are others; or none of its arms is the one
            under study with one assumption at an end of its range.
    """
    both = (done.values.arms[0], arm)
    there = all(side in other.values.arms for side in both) and other.values.arms[0] == both[0]
    drawn = [each.plan.ensemble and each.plan.ensemble.digest() for each in (done, other)]
    if not there or drawn[0] != drawn[1] or _decision(done, both) != _decision(other, both):
        raise InputError(say("document.assumptions.other", file=name, arms=", ".join(both)))
    if not swings(other, arm, PLACE):
        raise InputError(say("document.assumptions.none", file=name, arm=arm))
    return replace(other, smallest=done.smallest)


def _decision(done: Comparison, both: Sequence[str]) -> dict[str, Any]:
    """Return a scenario with the arms under study alone."""
    written = as_written(done.plan.scenario)
    return {**written, "arms": {name: written["arms"].get(name) for name in both}, "name": "", "title": None}


def tornado(rows: Sequence[Swing], axis: str, lang: str, title: str, text: str) -> bytes:
    """Draw the effect at both ends of each assumption, with its interval, around the effect at the values in force.

    Args:
        rows: from top to bottom.
        axis: what is measured, with its unit.
        lang: "fr" or "en".
        title: name of the picture.
        text: its description.
    """
    times = factor(rows[0].usual.indicator.unit)
    with style.bare(), style.figure(7.6, MARGIN + ROW * len(rows)) as (picture, axes):
        if math.isfinite(least := rows[0].usual.smallest * times):
            axes.axvspan(-least, least, color=style.LIGHT, alpha=0.35, linewidth=0)
        zero(axes)
        axes.axvline(rows[0].usual.difference.mean * times, color=style.NEUTRAL, linewidth=0.9, linestyle="--")
        for rank, row in enumerate(rows):
            _row(axes, rank, row, times, lang)
        axes.set_yticks(range(len(rows)), [_name(row.entry, lang) for row in rows])
        axes.tick_params(axis="y", length=0, labelsize=8)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        style.few_ticks(axes.xaxis, 6)
        style.number_axis(axes.xaxis, lang)
        axes.set_xlabel(axis)
        return style.picture(picture, "svg", title, text)


def _row(axes: Any, rank: int, row: Swing, times: float, lang: str) -> None:
    middle = row.usual.difference.mean * times
    ends = ((row.entry.low, row.low, style.OTHER, -0.17), (row.entry.high, row.high, style.ROADS[2], 0.17))
    for value, line, colour, shift in ends:
        there = line.difference.mean * times
        axes.barh(rank + shift, there - middle, 0.3, left=middle, color=colour, alpha=0.85 if row.clear else 0.35)
        axes.errorbar(there, rank + shift, xerr=reach(line.difference, times), fmt="none", color=colour, capsize=2,
                      linewidth=0.9)  # fmt: skip
        low, high = line.difference.low * times, line.difference.high * times
        beyond, side = (low, "right") if there < middle else (high, "left")
        place = beyond if math.isfinite(beyond) else there
        gap = (4 if side == "left" else -4, 0)
        axes.annotate(_short(value, lang), (place, rank + shift), gap, textcoords="offset points", ha=side, va="center",
                      fontsize=7.5, color="#202020")  # fmt: skip
    axes.margins(x=0.12)


def _short(value: float, lang: str) -> str:
    return number(value, next((d for d in range(4) if abs(value - round(value, d)) < 1e-9), 4), lang)


def _name(entry: ParameterEntry, lang: str) -> str:
    return textwrap.fill(unit_words(entry.unit, lang), LETTERS, max_lines=3, placeholder=" …")
