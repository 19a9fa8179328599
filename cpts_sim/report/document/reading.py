"""What a comparison holds for a document: which arm plays which part, lines, contrasts between two arms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Comparison, Line, Place, Reading
from cpts_sim.experiment.credible import level_band
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.experiment.values import Values
from cpts_sim.report.numbers import arm_words, time_words
from cpts_sim.report.table import HEADLINES, row_label, titles_of
from cpts_sim.scenario.arms import SAME_MONEY, STOP, WITH, made_for_a_table, mission_of
from cpts_sim.words import say

MAIN: tuple[str, ...] = (
    "access.in_time", "access.in_time_primary", "access.nursing_contacts", "access.resolution", "access.unmet",
    "wait.p90", "mt.without_end", "mt.ald_without_end",
    "ed.visits", "ed.not_admitted", "admission.avoidable", "admission.readmitted", "burnout.ee",
    "burnout.exhausted_or_gone",
)  # fmt: skip
"""Outcomes of the main table, in order; the first is the primary one."""
CUTS = ("age", "ald", "deprivation", "accessibility")
"""Ways to cut the population of which winners and losers are told."""
PARTS = (*CUTS, "commune", "span")
PRIMARY = "access.in_time"
PART = "access.in_time_primary"
"""An outcome whose label in tables says that it is a part of the row above."""
BEFORE_FUNDING = "before_funding"
LAST_YEAR = Place(PRIMARY, "span", "last_year")
"""The primary outcome of the last whole weeks alone: a mean over a run holds the years in which all is being set up."""
YEAR_WEEKS, SETTLED_YEARS = 52, 2.0
"""Weeks of that last year, and the years of a run from which it is told."""


@dataclass(frozen=True)
class Told:
    """A comparison with the parts that its arms play.

    Attributes:
        done: the pairs.
        lang: "fr" or "en".
        arm: the decision that the document is about, compared with the first arm.
        assumed: comparison whose arms hold one assumption at an end of its range (None: the pairs themselves).
    """

    done: Comparison
    lang: str
    arm: str
    assumed: Comparison | None = None

    @property
    def base(self) -> str:
        """The arm that others are compared with."""
        return self.done.values.arms[0]

    @property
    def time(self) -> str:
        """The time simulated, in words."""
        return time_words(self.done.plan.scenario.years, self.lang)

    @property
    def drawn(self) -> bool:
        """Whether each pair has drawn its parameters and structure."""
        return self.done.plan.ensemble is not None

    @property
    def interval(self) -> str:
        """What the intervals are, in words: of computing error, or credible."""
        return say("document.interval.credible" if self.drawn else "document.interval.computing", self.lang)

    @property
    def funded(self) -> str:
        """The decision's arm, or the first where that has a CPTS and the decision is to spend nothing more."""
        before, after = (self.level(arm, "cpts.spent").mean > 0 for arm in (self.base, self.arm))
        return self.base if before and not after else self.arm

    def level(self, arm: str, place: Place | str) -> Interval:
        """Return a number that one arm has, with the interval of its mean, or of what a draw would give."""
        return self.spread(self.done.values.get(arm, Place(place) if isinstance(place, str) else place))

    def spread(self, values: NDArray[np.float64]) -> Interval:
        """Return numbers of the pairs with the interval of their mean, or of what a draw would give."""
        return level_band(values) if self.drawn else mean_interval(values)

    def name(self, arm: str) -> str:
        """Return what people call an arm."""
        return arm_words(arm, titles_of(self.done, self.lang), self.lang)

    def line(self, place: Place | str, arm: str | None = None) -> Line:
        """Compare one number of an arm (default: the decision's) with the first arm."""
        where = Place(place) if isinstance(place, str) else place
        # A part of the population or of the time is judged by the same smallest difference as the whole.
        least = self.done.smallest.get(where.indicator, math.nan) if where.by in PARTS else None
        return self.done.line(where, arm or self.arm, least)

    def between(self, place: Place | str, first: str, second: str) -> Line:
        """Compare one number of an arm with the same number of another than the first."""
        where = Place(place) if isinstance(place, str) else place
        return self.done.between(where, first, second, self.done.smallest.get(where.indicator, math.nan))

    def main(self, arm: str | None = None) -> list[Line]:
        """Return the lines of the main table that the results have."""
        return [line for name in MAIN if known(line := self.line(name, arm))]

    def with_last_year(self) -> list[Line]:
        """Return the lines of the main table, and below the primary one that of the last year, where there is one."""
        out = self.main()
        rank = next((rank for rank, line in enumerate(out) if line.place.indicator == PRIMARY), None)
        if rank is not None and known(last := self.line(LAST_YEAR)):
            out.insert(rank + 1, last)
        return out

    def judged(self) -> list[Line]:
        """Return the lines of every headline of which one direction is good."""
        lines = [self.line(place) for place in HEADLINES]
        judged = [line for line in lines if line.indicator.better != "none" and line.indicator.unit != "sd"]
        return [line for line in judged if known(line)]

    def label(self, line: Line) -> str:
        """Return what an indicator is called."""
        return say("document.last_year", self.lang) if line.place == LAST_YEAR else row_label(line.place, self.lang)

    def spoken(self, line: Line) -> str:
        """Return what an indicator is called outside its table, where no row stands above it."""
        apart = {PART: "in_time_primary", LAST_YEAR.group: "in_time_last_year"}
        key = apart.get(line.place.group) or apart.get(line.place.indicator)
        return say(f"document.{key}", self.lang) if key else self.label(line)

    def groups(self, indicator: str, by: str) -> list[Line]:
        """Return the lines of a cut's parts that the results have."""
        names = self.done.values.groups(indicator, by)
        order = ["low", "middle", "high"] if by == "accessibility" else sorted(names, key=_age_first)
        lines = [self.line(Place(indicator, by, name)) for name in order if name in names]
        return [line for line in lines if known(line)]

    def group_name(self, line: Line) -> str:
        """Return what a part of the population is called."""
        return say(f"document.group.{line.place.by}.{line.place.group}", self.lang)

    def others(self) -> list[str]:
        """Return the other arms of which one asks "and instead?": neither the decision's nor made for a table."""
        return [arm for arm in self.done.values.arms[1:] if arm != self.arm and not made_for_a_table(arm)]

    def beside(self) -> list[str]:
        """Return the arms that stand in the main table beside the decision: its money otherwise, and the end of it."""
        return [arm for arm in (SAME_MONEY, STOP) if arm in self.others()]

    def ablations(self) -> list[tuple[str, str, str, str]]:
        """Return (mission, what was done, arm without it, arm with it) for arms with a mission more or less."""
        found = []
        for arm in self.done.values.arms[1:]:
            if (named := mission_of(arm)) is not None:
                form, mission = named
                pair = (arm, self.arm) if form == "minus" else (self.arm, arm)
                found.append((mission, form, *pair))
        return found

    def paired(self, line: Line) -> tuple[int, int]:
        """Return in how many pairs the compared arm does better, of how many."""
        values = self.done.values
        gaps = values.get(line.arm, line.place) - values.get(self.base, line.place)
        gaps = gaps[np.isfinite(gaps)]
        good = gaps > 0 if line.indicator.better == "higher" else gaps < 0
        return int(good.sum()), len(gaps)


def told_of(done: Comparison, lang: str) -> Told:
    """Return a comparison as a document tells it; the decision is the arm ``with``, else the first compared one."""
    arms = done.values.arms[1:]
    plain = [arm for arm in arms if not made_for_a_table(arm) and arm not in (SAME_MONEY, BEFORE_FUNDING)]
    return Told(_with_last_year(done), lang, WITH if WITH in arms else (plain or list(arms))[0])


def _with_last_year(done: Comparison) -> Comparison:
    """Return a comparison that also has the primary outcome of its last year, where a run is long enough."""
    years, values = done.plan.scenario.years, done.values
    if years < SETTLED_YEARS:
        return done
    more = Values(values.arms, values.seeds, {arm: dict(places) for arm, places in values.data.items()})
    whole = int(done.plan.scenario.horizon_days // 7)
    for arm in values.arms:
        more.put(arm, LAST_YEAR, list(_means(values.weeks(arm, PRIMARY)[:, :whole][:, -YEAR_WEEKS:])))
    return replace(done, values=more)


def known(line: Line) -> bool:
    """Tell whether both arms have the number."""
    return math.isfinite(line.difference.mean)


def quarters(told: Told, arm: str | None = None) -> Iterator[tuple[int, Interval]]:
    """Yield (rank from 1, paired difference of the primary outcome) of each whole quarter of 13 weeks."""
    one, two = (told.done.values.weeks(name, PRIMARY) for name in (told.base, arm or told.arm))
    weeks = min(one.shape[1], two.shape[1])
    for rank in range(weeks // 13):
        part = slice(13 * rank, 13 * rank + 13)
        with np.errstate(invalid="ignore"):
            yield rank + 1, told.done.gap(_means(two[:, part]) - _means(one[:, part])).interval


def _means(weeks: np.ndarray) -> np.ndarray:
    return np.array([row[np.isfinite(row)].mean() if np.isfinite(row).any() else math.nan for row in weeks])


def _age_first(name: str) -> tuple[int, str]:
    head = name.split("-")[0].rstrip("+")
    return (int(head), name) if head.isdigit() else (0, name)


def worse(lines: list[Line]) -> list[Line]:
    """Return the lines that are worse."""
    return [line for line in lines if line.reading is Reading.WORSE]


def better(lines: list[Line]) -> list[Line]:
    """Return the lines that are better."""
    return [line for line in lines if line.reading is Reading.BETTER]
