"""The effects: from the arms of an enactment to one number with its interval over pairs.

Each reading gives, for one pair, some sums (cases and what they are divided by); the number is formed over all pairs
together, and its interval is that of the jackknife over pairs, so that a ratio needs no pair to be large.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InternalError
from cpts_sim.experiment.responses.lives import Life
from cpts_sim.experiment.statistics import Interval, jackknife_interval

Array = NDArray[Any]
Arms = Mapping[str, Life]
Sums = tuple[float, ...]
YEAR_PERIODS = 13


@dataclass(frozen=True)
class Reading:
    """How an effect is read: sums of one pair, and the number that the sums of some pairs give."""

    sums: Callable[[Arms], Sums]
    number: Callable[[Sequence[float]], float]

    def __call__(self, pairs: Sequence[Arms]) -> Interval:
        """Return the effect over all pairs; nan where a pair cannot give it."""
        return jackknife_interval([self.sums(arms) for arms in pairs], self._together)

    def _together(self, runs: Sequence[Sequence[float]]) -> float:
        return self.number([float(x) for x in np.sum(np.array(runs, np.float64), axis=0)])


def _divided(over: float, under: float) -> float:
    return over / under if under else math.nan


def _relative(s: Sequence[float]) -> float:
    """Per cent by which the second sum exceeds the first."""
    return 100.0 * (_divided(s[1], s[0]) - 1.0)


def _rates(s: Sequence[float]) -> float:
    """Per cent by which s[2] / s[3] exceeds s[0] / s[1]."""
    return 100.0 * (_divided(_divided(s[2], s[3]), _divided(s[0], s[1])) - 1.0)


def _both(arms: Arms) -> tuple[Life, Life]:
    first, second = arms["without"], arms["with"]
    if not np.array_equal(first.gps["own"], second.gps["own"]) or len(first.people["mt"]) != len(second.people["mt"]):
        raise InternalError("responses: the arms of a pair have other GPs or people; expected the same of day 0.")
    return first, second


# ------------------------------------------------------------------------------------------ the same GPs in two arms
CONCERNED = {"assistant": True, "nurse": True, "house": False}
"""Columns that tell whom a change of practices concerns: those who are new there, or all who are there."""


def _concerned(arms: Arms, column: str) -> Array:
    """Return the GPs whom a change concerns, present to the end in both arms: the same persons."""
    first, second = _both(arms)
    here = first.gps["own"] & first.gps["there"] & second.gps["there"] & (second.gps[column] > 0)
    chosen: Array = here & ~(first.gps[column] > 0) if CONCERNED[column] else here
    return chosen


def _of_gps(who: str, *columns: str, number: Callable[[Sequence[float]], float] = _relative) -> Reading:
    """Read sums over the GPs whom the change concerns."""

    def sums(arms: Arms) -> Sums:
        rows = _concerned(arms, who)
        return tuple(float(life.gps[name][rows].sum()) for life in _both(arms) for name in columns)

    return Reading(sums, number)


def _practices(who: str) -> dict[str, Reading]:
    """Return the readings about the practices of some GPs, by name."""
    growth = _of_gps(who, "list_start", "list_end", number=lambda s: _rates((s[1], s[0], s[3], s[2])))
    return {
        f"list_growth_of_{who}": growth, f"patients_seen_of_{who}": _of_gps(who, "seen"),
        f"acts_of_{who}": _of_gps(who, "acts"),
        f"acts_by_week_of_{who}": _of_gps(who, "acts", "weeks", number=_rates),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------ the same people in two arms
def _after_succession(what: str) -> Reading:
    """Contacts, in the year after, of the people of GPs whose practice was taken over."""

    def sums(arms: Arms) -> Sums:
        first, second = _both(arms)
        mt = first.people["mt"]
        when = np.where(mt >= 0, second.gps["succeeded"][np.maximum(mt, 0)], -1)
        periods = np.arange(first.people[what].shape[1])
        after = (when >= 0)[:, None] & (periods > when[:, None]) & (periods <= when[:, None] + YEAR_PERIODS)
        return tuple(float(life.people[what][after].sum()) for life in (first, second))

    return Reading(sums, lambda s: _divided(s[1], s[0]))


# ------------------------------------------------------------------------------------------ the same territory
def _totals(
    *names: str, number: Callable[[Sequence[float]], float], arms: Sequence[str] = ("without", "with")
) -> Reading:
    def sums(pair: Arms) -> Sums:
        return tuple(pair[arm].totals[name] for arm in arms for name in names)

    return Reading(sums, number)


def _avoided_per_slot(s: Sequence[float]) -> float:
    """(minor, slots) without, (minor, slots) with."""
    return _divided(s[0] - s[2], s[3] - s[1])


def _of_prepared(s: Sequence[float]) -> float:
    """Points by which an outcome rises among those prepared: (stays, outcome, prepared) without, then with.

    Who is prepared is drawn, so the effect on them is the difference of all divided by the share prepared.
    """
    outcome = _divided(s[4], s[3]) - _divided(s[1], s[0])
    prepared = _divided(s[5], s[3]) - _divided(s[2], s[0])
    return 100.0 * _divided(outcome, prepared)


def _change(scale: float) -> Callable[[Sequence[float]], float]:
    """Mean over pairs of the second number minus the first; the third sum counts pairs."""
    return lambda s: scale * _divided(s[1] - s[0], s[2])


def _by_year(name: str, scale: float = 1.0) -> Reading:
    def sums(pair: Arms) -> Sums:
        return (pair["y2019"].totals[name], pair["y2024"].totals[name], 1.0)

    return Reading(sums, _change(scale))


# ------------------------------------------------------------------------------------------ several territories
def _across(name: str, number: Callable[[Array, Array], float]) -> Reading:
    """Read a number of all territories of a pair together: (values, densities of GPs) → number; means over pairs."""

    def sums(pair: Arms) -> Sums:
        values = np.array([life.totals[name] for life in pair.values()])
        density = np.array([life.totals["gp_density"] for life in pair.values()])
        return (float(number(values, density)), 1.0)

    return Reading(sums, lambda s: _divided(s[0], s[1]))


def _elasticity(values: Array, density: Array) -> float:
    x, y = np.log(density), np.log(values)
    spread = float(((x - x.mean()) ** 2).sum())
    return _divided(float(((x - x.mean()) * (y - y.mean())).sum()), spread)


_STAYS = "stays"
READINGS: Mapping[str, Reading] = {
    **{name: reading for who in CONCERNED for name, reading in _practices(who).items()},
    "minor_ed_per_slot": _totals("ed_minor", "extra_booked", number=_avoided_per_slot),
    "ed_total": _totals("ed", number=_relative),
    "contacts_after_succession": _after_succession("visits"),
    "duty_after_succession": _after_succession("duty"),
    "gp_within_15_days": _totals(_STAYS, "stays_seen", "stays_prepared", number=_of_prepared),
    "readmitted_30_days": _totals(_STAYS, "stays_again", "stays_prepared", number=_of_prepared),
    "ed_75": _totals("ed_75", number=_relative),
    "admissions_75": _totals("admissions_75", number=_relative),
    "median_lead": _by_year("lead_median"),
    "closed_lists": _by_year("closed_lists", 100.0),
    "spill_share": _totals("ed_spilt", "ed", number=_rates, arms=("y2019", "y2024")),
    "lowest_acts": _across("acts_per_inhabitant", lambda values, density: float(values.min())),
    "highest_acts": _across("acts_per_inhabitant", lambda values, density: float(values.max())),
    "acts_by_density": _across("acts_per_inhabitant", _elasticity),
    "longest_median_lead": _across("lead_median", lambda values, density: float(values.max())),
}
"""Every number that a published effect may be compared with, by name."""
