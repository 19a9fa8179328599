"""Needs by person: each (person, kind) carries the coordinate at which its next need arises.

Time is measured for a kind in *activity*: the running sum of season and weekday weights, common to all. A
person of rate r (needs per unit of activity) has gaps of Exp(1)/r, drawn by (person, kind, ordinal of the
need). So the k-th need of a person is the same in every arm until that person's own rate changes, and a
change of rate rescales only what remains. Nobody is touched who needs nothing this week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws, exponential

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LOOK_AHEAD_DAYS = 7


class Activity:
    """Running sum of a daily weight, and the minutes at which a share of a day's needs has arisen.

    Args:
        first_day: first day of the run (negative during the warm-up).
        weights: weight of each day from ``first_day`` on; mean 1 over a year, so rates keep their meaning.
        minutes: minutes after midnight where the piecewise linear profile of the day bends, from 0 to 1440.
        shares: cumulative share of the day's needs at these minutes, from 0 to 1.
    """

    def __init__(self, first_day: int, weights: Floats, minutes: Floats, shares: Floats) -> None:
        self.first_day = first_day
        self.total = np.concatenate([[0.0], np.cumsum(weights)])
        self.minutes, self.shares = minutes, shares

    def at_day(self, day: int) -> float:
        """Activity at 00:00 of a day; beyond the last known day it goes on at weight 1."""
        index = day - self.first_day
        last = len(self.total) - 1
        return float(self.total[index]) if index <= last else float(self.total[last]) + (index - last)

    def minute(self, fraction: Floats) -> Floats:
        """Minute after midnight at which a fraction of the activity has passed, rounded down to 1/64."""
        if len(self.minutes) == 2:
            raw = fraction * DAY
        else:
            index = np.clip(np.searchsorted(self.shares, fraction, side="right"), 1, len(self.shares) - 1)
            width = self.shares[index] - self.shares[index - 1]
            inside = (fraction - self.shares[index - 1]) / np.where(width > 0, width, 1.0)
            raw = self.minutes[index - 1] + inside * (self.minutes[index] - self.minutes[index - 1])
        rounded: Floats = np.floor(raw * 64.0) / 64.0
        return np.minimum(rounded, DAY - 1 / 64)


@dataclass
class Arisen:
    """Needs: the person, the ordinal of the need for that person and kind, the minute (absolute)."""

    person: Ints
    ordinal: Ints
    minute: Floats


class NeedClock:
    """The next need of everybody, for one kind.

    Args:
        name: name of the kind; its columns in the table are ``due_<name>``, ``rate_<name>``, ``nth_<name>``.
        people: the table of persons; gets the three columns if a rate is given, else it has them.
        activity: the common clock of the kind.
        draws: random numbers.
        rate: needs per unit of activity (a day of weight 1) and person, shape (people,).
        all_at_opening: needs arise at 00:00 exactly instead of over the day.
    """

    def __init__(
        self, name: str, people: Table, activity: Activity, draws: Draws, rate: Floats | None = None,
        all_at_opening: bool = False,
    ) -> None:  # fmt: skip
        self.name, self.people, self.activity, self.draws = name, people, activity, draws
        self.all_at_opening = all_at_opening
        self._decision = f"need/{name}"
        self._horizon_day = activity.first_day
        self._soon: Ints = np.zeros(0, dtype=np.int64)
        self._stale = True
        if rate is not None:
            self._create(rate)

    def _create(self, rate: Floats) -> None:
        people, rows = self.people, np.arange(len(self.people))
        people.add_column(f"rate_{self.name}", rate)
        people.add_column(f"nth_{self.name}", np.zeros(len(rows), dtype=np.int32))
        people.add_column(f"due_{self.name}", np.full(len(rows), np.inf))
        self.restart(rows, self.activity.at_day(self.activity.first_day))

    def rebind(self, people: Table) -> None:
        """Go on with another table that has the same columns (fork, resume)."""
        self.people, self._stale = people, True

    def restart(self, rows: Ints, start: float) -> None:
        """Draw the next gap of some people from an activity coordinate (set-up, births and arrivals)."""
        due, rate = self.people[f"due_{self.name}"], self.people[f"rate_{self.name}"][rows]
        due[rows] = start + self._gap(rows, rate)
        self._stale = True

    def _gap(self, rows: Ints, rate: Floats) -> Floats:
        return self._gap_of(self.people["key"][rows], self.people[f"nth_{self.name}"][rows], rate)

    def _gap_of(self, key: NDArray[np.uint64], ordinal: Ints, rate: Floats) -> Floats:
        gap: Floats = exponential(self.draws.uniform(self._decision, key, ordinal))
        if rate.min(initial=1.0) > 0:
            return gap / rate
        return np.where(rate > 0, gap / np.where(rate > 0, rate, 1.0), np.inf)

    def set_rate(self, rows: Ints, rate: Floats, day: int) -> None:
        """Change the rate of some people from 00:00 of a day on; the hazard already accumulated is kept."""
        now = self.activity.at_day(day)
        column, due = self.people[f"rate_{self.name}"], self.people[f"due_{self.name}"]
        old = column[rows]
        same = old == rate
        rows, old, rate = rows[~same], old[~same], rate[~same]
        left = np.where(old > 0, due[rows] - now, 0.0) * old
        revived = old <= 0
        left[revived] = exponential(
            self.draws.uniform(self._decision, self.people["key"][rows[revived]],
                               self.people[f"nth_{self.name}"][rows[revived]])
        )  # fmt: skip
        safe = np.where(rate > 0, rate, 1.0)
        due[rows] = np.where(rate > 0, now + left / safe, np.inf)
        column[rows] = rate
        self._stale = True

    def _candidates(self, day: int, end: float) -> Ints:
        """Living people whose next need falls before ``end``; the whole table is read once a week."""
        due = self.people[f"due_{self.name}"]
        if self._stale or day >= self._horizon_day or end > self.activity.at_day(self._horizon_day):
            self._horizon_day, self._stale = day + LOOK_AHEAD_DAYS, False
            self._soon = np.flatnonzero(due < max(end, self.activity.at_day(self._horizon_day)))
        soon = self._soon[due[self._soon] < end]
        return soon[self.people["alive"][soon]]

    def arise(self, day: int, days: int = 1) -> Arisen:
        """Return the needs of a day, or of some days, in no particular order, and draw the following gaps."""
        bounds = np.array([self.activity.at_day(day + k) for k in range(days + 1)])
        due, end = self.people[f"due_{self.name}"], float(bounds[-1])
        rows = self._candidates(day, end)
        found: list[tuple[Ints, Ints, Floats]] = []
        nth, key, rate = self.people[f"nth_{self.name}"], self.people["key"], self.people[f"rate_{self.name}"]
        ordinal, when = nth[rows].astype(np.int64), due[rows]
        while len(rows):
            found.append((rows, ordinal, when))
            ordinal, when = ordinal + 1, when + self._gap_of(key[rows], ordinal + 1, rate[rows])
            nth[rows], due[rows] = ordinal, when
            again = when < end
            rows, ordinal, when = rows[again], ordinal[again], when[again]
        if not found:
            empty = np.zeros(0, dtype=np.int64)
            return Arisen(empty, empty, np.zeros(0))
        person, ordinal, coordinate = (np.concatenate(parts) for parts in zip(*found, strict=True))
        which = np.clip(np.searchsorted(bounds, coordinate, side="right") - 1, 0, days - 1)
        start = bounds[which]
        fraction = np.clip((coordinate - start) / (bounds[which + 1] - start), 0.0, 1.0)
        minute = np.zeros(len(person)) if self.all_at_opening else self.activity.minute(fraction)
        return Arisen(person, ordinal, (day + which) * DAY + minute)
