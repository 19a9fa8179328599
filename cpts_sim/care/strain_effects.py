"""What strain does to work: fewer squeezes, shorter days, closed lists, fewer hours, sick leave, exit.

French base rates are moved by exhaustion. Who starts from a high set point is already in the base rate's mix
of people, so the difference *between* persons is counted around the profession's mean, and what a person does
day by day changes only with EE *within* the person, that is away from the personal set point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ledger import Columns
from cpts_sim.care.strain_setup import EE_MAX, WEEKS_PER_YEAR, Scale
from cpts_sim.engine.draws import exponential, normal

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]

_POINTS = int(EE_MAX)
_LEAST_SQUEEZES, _LEAST_DAY = 0.2, 0.7  # who is at work refuses not all squeezes, nor halves the day


@dataclass(frozen=True, slots=True)
class Consequences:
    """Effects of one week's strain, one number per professional.

    Attributes:
        squeeze_factor: multiplies the squeezes a professional accepts (1 at the personal set point).
        day_factor: multiplies the length of the day (1 at the personal set point).
        close_list: probability that an open list closes this week.
        cut_hours: probability of cutting one's hours this week.
        sick_leave: probability that a long sick leave starts this week.
        leave_for_good: probability of an early exit this week.
        join_odds: multiplies the odds of joining or attending (1 at the profession's mean).
    """

    squeeze_factor: Floats
    day_factor: Floats
    close_list: Floats
    cut_hours: Floats
    sick_leave: Floats
    leave_for_good: Floats
    join_odds: Floats


@dataclass(frozen=True, slots=True)
class Recovery:
    """Chances, this week, that what strain has taken comes back, one number per professional.

    Attributes:
        reopen_list: probability that a list closed by strain opens again.
        restore_hours: probability that a half-day given up is taken up again.
    """

    reopen_list: Floats
    restore_hours: Floats


@lru_cache(maxsize=256)
def odds_per_point(odds_ratio: float, step: int) -> float:
    """Return the odds ratio of one point, whose ``step``-th power is ``odds_ratio`` (Newton's method)."""
    root = 1.0
    for _ in range(60):
        power = 1.0
        for _ in range(step - 1):
            power *= root
        root += (odds_ratio / power - root) / step
    return root


class OddsTable:
    """Odds ratios of differences of EE, by whole points and linear in between.

    Only additions and products are used, so the table is the same on every machine.

    Args:
        odds_ratio: odds ratio of ``step`` points.
        step: points, a whole number.
    """

    def __init__(self, odds_ratio: float, step: int) -> None:
        one = odds_per_point(odds_ratio, step)
        table = np.ones(2 * _POINTS + 2)
        for points in range(_POINTS):
            table[_POINTS + points + 1] = table[_POINTS + points] * one
            table[_POINTS - points - 1] = table[_POINTS - points] / one
        table[-1] = table[-2]
        self._table = table

    def __call__(self, points: ArrayLike) -> Floats:
        """Return the odds ratio of differences of EE in points, bounded at the width of the scale."""
        position = np.clip(np.asarray(points, dtype=np.float64), -_POINTS, _POINTS) + _POINTS
        left = position.astype(np.intp)
        ratio: Floats = self._table[left] + (position - left) * (self._table[left + 1] - self._table[left])
        return ratio


class StrainEffects:
    """Consequences of strain in one profession.

    Args:
        parameters: parameters in force (``strain.*``).
        scale: the profession's EE scale (``StrainModel.population.ee``).
    """

    def __init__(self, parameters: Parameters, scale: Scale) -> None:
        step = int(parameters["strain.odds_step"])
        self._p = {name: parameters[f"strain.{name}"] for name in _NUMBERS}
        self._mean = scale.mean
        odds = {name: OddsTable(parameters[f"strain.{name}"], step) for name in _ODDS}
        both = {"sick_leave": odds["sick_leave_or"], "exit": odds["exit_or"]}
        self._between = {"cut_hours": odds["cut_hours_or_between"], **both}
        self._within = {"cut_hours": odds["cut_hours_or_within"], **both}
        self._close, self._join = odds["close_list_or"], odds["join_or"]
        spread = scale.at(normal((np.arange(500) + 0.5) / 500.0)) - self._mean
        ratios = {name: table(spread).tolist() for name, table in self._between.items()}
        self._usual = {name: sum(values) / len(values) for name, values in ratios.items()}

    def of(self, ee: ArrayLike, home: ArrayLike, frozen: bool = False) -> Consequences:
        """Return the consequences of exhaustion this week.

        Args:
            ee: true EE, shape (n,).
            home: EE at rest in the habitual week (see :func:`home_of`), shape (n,).
            frozen: structural events are off (warm-up): their probabilities are zero.
        """
        now, rest = np.asarray(ee, dtype=np.float64), np.asarray(home, dtype=np.float64)
        risen = now - rest
        return Consequences(
            squeeze_factor=_factor(self._p["squeeze_slope"] * risen, _LEAST_SQUEEZES),
            day_factor=_factor(self._p["day_slope"] * risen, _LEAST_DAY),
            close_list=self._weekly("close_list", self._close(risen), frozen),
            cut_hours=self._hazard("cut_hours", rest, risen, frozen),
            sick_leave=self._hazard("sick_leave", rest, risen, frozen),
            leave_for_good=self._hazard("exit", rest, risen, frozen),
            join_odds=self._join(now - self._mean),
        )

    def recovery(self, ee: ArrayLike, home: ArrayLike) -> Recovery:
        """Return the chances of recovery: base rates at rest, lower while EE is above rest by the ratios of the loss.

        Args:
            ee: true EE, shape (n,).
            home: EE at rest in the habitual week, shape (n,).
        """
        fallen = np.asarray(home, dtype=np.float64) - np.asarray(ee, dtype=np.float64)
        return Recovery(
            reopen_list=self._weekly("reopen_list", self._close(fallen), False),
            restore_hours=self._weekly("restore_hours", self._within["cut_hours"](fallen), False),
        )

    def _hazard(self, event: str, rest: Floats, risen: Floats, frozen: bool) -> Floats:
        """Return a weekly probability whose mean over the profession at rest is the French base rate."""
        relative = self._between[event](rest - self._mean) / self._usual[event] * self._within[event](risen)
        return self._weekly(event, relative, frozen)

    def _weekly(self, event: str, relative: Floats, frozen: bool) -> Floats:
        """Return the weekly probability for a rate relative to the base."""
        base = 0.0 if frozen else self._p[f"{event}_yearly"] / WEEKS_PER_YEAR
        probability: Floats = np.clip(base * relative, 0.0, 1.0)
        return probability

    def sick_leave_days(self, u: ArrayLike) -> Floats:
        """Return lengths of long sick leaves in days from uniforms, none shorter than the benefit's delay."""
        least = self._p["sick_leave_least_days"]
        days: Floats = least + (self._p["sick_leave_days"] - least) * exponential(u)
        return days


def _factor(loss: Floats, least: float) -> Floats:
    """Return 1 − loss, bounded on both sides of 1."""
    factor: Floats = np.clip(1.0 - loss, least, 2.0 - least)
    return factor


_ODDS = (
    "cut_hours_or_between",
    "cut_hours_or_within",
    "sick_leave_or",
    "exit_or",
    "close_list_or",
    "join_or",
)
_NUMBERS = (
    "squeeze_slope", "day_slope", "close_list_yearly", "cut_hours_yearly", "sick_leave_yearly", "exit_yearly",
    "sick_leave_days", "sick_leave_least_days", "reopen_list_yearly", "restore_hours_yearly",
)  # fmt: skip


def home_of(columns: Columns, rows: slice | NDArray[Any] = slice(None)) -> Floats:
    """Return EE at rest in the habitual week, without life and residue, one per professional."""
    home: Floats = columns["mu"][rows] + columns["fast_home"][rows] + columns["slow_home"][rows]
    return home
