"""The life of professionals in every arm: levels, reasons, risks, careers, cascades, with their intervals.

Where a shock makes GPs leave, a *twin* of the scenario without that shock, with the same seeds, tells what the
departures cause: whoever leaves, falls ill or waits longer in the one and not in the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cpts_sim.catalogue import catalogue
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.comparison import Comparison, Plan
from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.statistics import Interval, jackknife_interval, mean_interval
from cpts_sim.experiment.values import Place, Values
from cpts_sim.measures.study import LEVELS
from cpts_sim.scenario import Scenario, as_written, from_written

Array = NDArray[np.float64]

MEASURES = (
    "access", "burnout", "careers", "cascade", "mt_stock", "slots", "time", "waits", "wellbeing", "wellbeing_study",
)  # fmt: skip
"""What the study of professionals needs to be measured."""
DEPARTURE = "gp_departure"
"""Shock whose twin is computed."""

RATIOS: dict[str, tuple[str, str, str, str]] = {
    "ratio_50h_low": ("hours", "over_50", "up_to_50", "low"),
    "ratio_50h_moderate": ("hours", "over_50", "up_to_50", "moderate"),
    "ratio_50h_severe": ("hours", "over_50", "up_to_50", "severe"),
    "ratio_28_acts_severe": ("acts", "over_28", "up_to_28", "severe"),
    "ratio_group_moderate": ("practice", "group", "solo", "moderate"),
}
"""Published ratio → trait, exposed level, level compared with, severity."""

CASCADE = (
    "cascade.exits", "cascade.gone", "cascade.expected_exits", "cascade.links", "cascade.longest", "cascade.orphaned",
    "mt.without_end", "wait.mean", "access.in_time", "slots.third_next", "cascade.patients", "cascade.drive",
    "cascade.rise", "cascade.exit_chance", "burnout.ee", "cascade.exhausted_or_gone",
)  # fmt: skip
"""The links of the vicious circle, in order: exits, people left, waits, load, strain, exits to come."""

RISKS = [f"{trait}.{level}" for trait, levels in LEVELS.items() for level in levels]
"""What GPs are told apart by, in the order in which it is told."""

PRIOR_ONLY = ("nurse", "pharmacist")
"""Professions without a French level: what is shown is a prior."""


class Entry(NamedTuple):
    """One number of the study.

    Attributes:
        section: levels, distribution, prevalence, drive, part, risk, ratio, split, career, cascade, change, caused,
            member.
        arm: arm.
        who: profession, kind of practice or trait.
        what: indicator, definition, factor or event.
        unit: key of the unit.
        mean: mean over the pairs.
        low: lower end of the 95 % interval.
        high: upper end.
        pairs: pairs that had the number.
        target: published value, with its band; "" where there is none, "prior" where the level is one.
    """

    section: str
    arm: str
    who: str
    what: str
    unit: str
    mean: float
    low: float
    high: float
    pairs: int
    target: str = ""


@dataclass(frozen=True)
class WellbeingStudy:
    """A comparison seen from the professionals' side.

    Attributes:
        comparison: pairs of the scenario.
        twin: the numbers of the same seeds where nobody is made to leave (None: no such shock).
    """

    comparison: Comparison
    twin: Values | None = None

    @property
    def targets(self) -> dict[str, tuple[float, float, float]]:
        """Published value, lower and upper end of its band, by the name of the fact."""
        year = self.comparison.plan.scenario.reference_year
        found = load_parameters(year).entries("targets")
        return {
            e.id.removeprefix("fact."): (float(e.value), float(e.low), float(e.high))
            for e in found
            if isinstance(e.value, int | float) and e.low is not None and e.high is not None
        }

    def entries(self) -> list[Entry]:
        """Return every number of every arm."""
        out: list[Entry] = []
        for arm in self.comparison.values.arms:
            studies = (self._wellbeing, self._risks, self._ratios, self._splits)
            parts = (*studies, self._careers, self._cascade, self._members)
            out += [entry for part in parts for entry in part(arm)]
        return out

    def base_of(self, arm: str) -> str:
        """Return the arm that an arm is compared with: the first of its own parameters (a variant has its own base)."""
        arms = self.comparison.plan.scenario.arms
        same = (a for a in self.comparison.values.arms if arms[a].parameters == arms[arm].parameters)
        return next(same)

    # ------------------------------------------------------------------------------------------ sections
    def _wellbeing(self, arm: str) -> Iterator[Entry]:
        values = self.comparison.values
        for place in values.places():
            name = place.indicator.removeprefix("wellbeing.")
            if not place.indicator.startswith("wellbeing.") or place.week >= 0:
                continue
            cut = place.by.partition("_")[2]
            who, what = (place.group, name) if not cut else _split(place.group)
            section = {"": "levels", "definition": "prevalence", "class": "distribution"}.get(cut, cut)
            what = f"{name.removesuffix('_class')}_{what}" if cut == "class" else what
            yield self._entry(section, arm, who, what, place, self._target(who, what))

    def _target(self, who: str, what: str) -> str:
        if who.split(".")[0] in PRIOR_ONLY:
            return "prior"
        fact = _FACTS.get((who, what))
        return told(self.targets[fact]) if fact in self.targets else ""

    def _risks(self, arm: str) -> Iterator[Entry]:
        for trait, level, severity in self._levels_of_risk():
            values = share(self.comparison.values, arm, trait, level, severity)
            yield _interval_entry("risk", arm, f"{trait}.{level}", severity, "share", self._mean(values))

    def _levels_of_risk(self) -> list[tuple[str, str, str]]:
        places = [p for p in self.comparison.values.places() if p.indicator == "study.burnt"]
        return [(p.by.split("_")[1], *_split(p.group)) for p in places]

    def _ratios(self, arm: str) -> Iterator[Entry]:
        for name, (trait, exposed, other, severity) in RATIOS.items():
            both = [_counts(self.comparison.values, arm, trait, level, severity) for level in (exposed, other)]
            sick, well = ((self._by_draw(burnt), self._by_draw(gps)) for burnt, gps in both)
            mean, low, high, pairs = pooled_ratio(sick, well)
            target = told(self.targets[name]) if name in self.targets else ""
            yield Entry("ratio", arm, f"{trait}.{exposed}", name, "ratio", mean, low, high, pairs, target)

    def _splits(self, arm: str) -> Iterator[Entry]:
        """What a difference between two groups comes from: selection, causation, feedback, chance."""
        for place in self.comparison.values.places():
            if place.indicator == "study.split":
                level, what = _split(place.group)
                yield self._entry("split", arm, f"{place.by.split('_')[1]}.{level}", what, place)

    def _careers(self, arm: str) -> Iterator[Entry]:
        for place in self.comparison.values.places():
            if place.indicator in ("career.rate", "career.expected"):
                who, what = _split(place.group)
                what = f"expected_{what}" if place.indicator == "career.expected" else what
                target = self.targets.get("psychiatric_leave") if (who, what) == ("gp", "expected_sick") else None
                yield self._entry("career", arm, who, what, place, told(target) if target else "")

    def _cascade(self, arm: str) -> Iterator[Entry]:
        """Levels of the cascade, what an arm changes, and what the departures cause in it."""
        values = self.comparison.values
        first = self.base_of(arm)
        for name in CASCADE:
            place = Place(name)
            yield self._entry("cascade", arm, "gp", name, place)
            unit = known_indicators()[name].unit
            if arm != first:
                gap = self._mean(values.get(arm, place) - values.get(first, place))
                yield _interval_entry("change", arm, "gp", name, unit, gap)
            if self.twin is not None:
                caused = self._mean(values.get(arm, place) - self.twin.get(arm, place))
                yield _interval_entry("caused", arm, "gp", name, unit, caused)

    def _members(self, arm: str) -> Iterator[Entry]:
        """Differences of EE of the same GPs, by the place that they take in this arm's CPTS."""
        values = self.comparison.values
        base = values.arms[0]
        if arm == base or self.base_of(arm) != base:
            return
        for place in values.places():
            member, _, of = place.group.partition("@")
            if place.indicator == "burnout.by_member" and of in ("", arm):
                gap = self._mean(values.get(arm, place) - values.get(base, place))
                if math.isfinite(gap.mean):
                    yield _interval_entry("member", arm, f"member.{member}", "burnout.ee", "points", gap)

    def _mean(self, values: Array) -> Interval:
        """Return the mean with its interval; pairs that live with one draw of an ensemble count once."""
        draws = self.comparison.draws
        if draws is None:
            return mean_interval(values)
        return mean_interval([_known_mean(values[np.asarray(draws) == draw]) for draw in sorted(set(draws))])

    def _by_draw(self, counts: Array) -> Array:
        """Add up the counts of pairs that live with one draw of an ensemble: twins are no two studies."""
        draws = self.comparison.draws
        if draws is None:
            return counts
        return np.array([counts[np.asarray(draws) == draw].sum() for draw in sorted(set(draws))])

    def _entry(self, section: str, arm: str, who: str, what: str, place: Place, target: str = "") -> Entry:
        got = self._mean(self.comparison.values.get(arm, place))
        return _interval_entry(section, arm, who, what, known_indicators()[place.indicator].unit, got, target)


_FACTS = {
    ("gp", "ee"): "ee_mean", ("gp", "ee_spread"): "ee_sd", ("gp", "high_ee"): "high_ee",
    ("gp", "any_dimension"): "any_dimension", ("gp", "all_three"): "all_dimensions",
    ("ed_staff", "ee_or_dp"): "ed_staff_burnout", ("ed_staff.doctor", "ee_or_dp"): "ed_physician_burnout",
}  # fmt: skip
"""Which fact stands beside which number."""


def _known_mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _split(group: str) -> tuple[str, str]:
    who, _, what = group.rpartition(".")
    return who, what


def _interval_entry(section: str, arm: str, who: str, what: str, unit: str, got: Interval, target: str = "") -> Entry:
    return Entry(section, arm, who, what, unit, got.mean, got.low, got.high, got.count, target)


def told(target: tuple[float, float, float]) -> str:
    """Write a published value with its band, in the unit of the number."""
    value, low, high = target
    return f"{value:g} [{low:g}; {high:g}]"


def _counts(values: Values, arm: str, trait: str, level: str, severity: str) -> tuple[Array, Array]:
    """Return, pair by pair, the GPs burnt out and the GPs of a level of a trait."""
    burnt = values.get(arm, Place("study.burnt", f"study_{trait}_burnt", f"{level}.{severity}"))
    gps = values.get(arm, Place("study.gps", f"study_{trait}", level))
    return np.nan_to_num(burnt), np.nan_to_num(gps)


def share(values: Values, arm: str, trait: str, level: str, severity: str) -> Array:
    """Return the share of the GPs of a level who are burnt out, pair by pair (nan where there is nobody)."""
    burnt, gps = _counts(values, arm, trait, level, severity)
    return np.where(gps > 0, burnt / np.maximum(gps, 1e-9), np.nan)


def pooled_ratio(
    exposed: tuple[Array, Array], others: tuple[Array, Array], level: float = 0.95
) -> tuple[float, float, float, int]:
    """Return the ratio of two shares over all pairs together, with its jackknife interval on the logarithm.

    Args:
        exposed: burnt out and GPs among the exposed, one number per study (a pair, or the twins of one draw) each.
        others: the same among the others.
        level: confidence level.

    Returns:
        Ratio, lower end, upper end (nan where it cannot be said), and the number of studies.
    """
    got = jackknife_interval(list(zip(*exposed, *others, strict=True)), _log_ratio, level)
    mean = math.exp(got.mean) if math.isfinite(got.mean) else math.nan
    if not math.isfinite(got.half):
        return mean, math.nan, math.nan, got.count
    return mean, math.exp(got.mean - got.half), math.exp(got.mean + got.half), got.count


def _log_ratio(runs: Sequence[Sequence[float]]) -> float:
    """Return the logarithm of the ratio of two shares: cases and people of the exposed, then of the others."""
    cases, exposed, of_others, others = np.sum(np.array(runs, np.float64), axis=0)
    sums = (cases, exposed, of_others, others)
    return math.log(cases / exposed / (of_others / others)) if all(total > 0 for total in sums) else math.nan


def twin_of(plan: Plan) -> Plan | None:
    """Return the plan of the same scenario where nobody is made to leave, or None when nobody is.

    Everything else is the plan's: a pair and its twin live with the same draw of an ensemble.
    """
    written: dict[str, Any] = as_written(plan.scenario)
    shocks: Mapping[str, Any] = written.get("shocks", {})
    if DEPARTURE not in shocks:
        return None
    rest = {name: block for name, block in shocks.items() if name != DEPARTURE}
    scenario: Scenario = from_written({**written, "shocks": rest}, catalogue())
    return replace(plan, scenario=scenario, keep_journal="none")
