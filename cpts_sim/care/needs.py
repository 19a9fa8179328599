"""Needs by person: each (person, kind) carries the coordinate at which its next need arises.

Time is measured for a kind in *activity*: the running sum of season and weekday weights, common to all. A
person of rate r (needs per unit of activity) has gaps of Exp(1)/r, drawn by (person, kind, ordinal of the
need). So the k-th need of a person is the same in every arm until that person's own rate changes, and a
change of rate rescales only what remains. Nobody is touched who needs nothing this week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table, true_rows
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
        self._length, width = np.diff(minutes), np.diff(shares)
        self._width = np.where(width > 0, width, 1.0)

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
            bend = np.searchsorted(self.shares[1:-1], fraction, side="right")
            raw = self.minutes[bend] + (fraction - self.shares[bend]) / self._width[bend] * self._length[bend]
        rounded: Floats = np.floor(raw * 64.0) / 64.0
        return np.minimum(rounded, DAY - 1 / 64)


@dataclass
class Arisen:
    """Needs: the person, the ordinal of the need for that person and kind, the minute (absolute), the kind's place."""

    person: Ints
    ordinal: Ints
    minute: Floats
    kind: Ints


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
        self.decision = f"need/{name}"
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
        gap: Floats = exponential(self.draws.uniform(self.decision, key, ordinal))
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
            self.draws.uniform(self.decision, self.people["key"][rows[revived]],
                               self.people[f"nth_{self.name}"][rows[revived]])
        )  # fmt: skip
        safe = np.where(rate > 0, rate, 1.0)
        due[rows] = np.where(rate > 0, now + left / safe, np.inf)
        column[rows] = rate
        self._stale = True

    def candidates(self, day: int, end: float) -> Ints:
        """Living people whose next need falls before ``end``; the whole table is read once a week."""
        due = self.people[f"due_{self.name}"]
        if self._stale or day >= self._horizon_day or end > self.activity.at_day(self._horizon_day):
            self._horizon_day, self._stale = day + LOOK_AHEAD_DAYS, False
            self._soon = true_rows(due < max(end, self.activity.at_day(self._horizon_day)))
        soon = self._soon[due[self._soon] < end]
        return soon[self.people["alive"][soon]]

    def arise(self, day: int, days: int = 1) -> Arisen:
        """Return the needs of a day, or of some days, in no particular order, and draw the following gaps."""
        return arise_together([self], day, days)

    def write_next(self, rows: Ints, ordinal: Ints, due: Floats) -> None:
        """Write the next need of some people."""
        self.people[f"nth_{self.name}"][rows] = ordinal
        self.people[f"due_{self.name}"][rows] = due

    def minute_of(self, coordinate: Floats, day: int, days: int) -> Floats:
        """Minute (absolute) at which the activity of one of some days reaches a coordinate."""
        bounds = [self.activity.at_day(day + k) for k in range(days + 1)]
        which: Any = 0
        begin: Any = bounds[0]
        length: Any = bounds[1] - bounds[0]
        if days > 1:
            edges = np.array(bounds)
            which = np.minimum(np.maximum(np.searchsorted(edges, coordinate, side="right") - 1, 0), days - 1)
            begin, length = edges[which], np.diff(edges)[which]
        within = self.activity.minute(np.minimum(np.maximum((coordinate - begin) / length, 0.0), 1.0))
        minutes: Floats = (day + which) * DAY + (np.zeros(len(within)) if self.all_at_opening else within)
        return minutes


def arise_together(clocks: Sequence[NeedClock], day: int, days: int = 1) -> Arisen:
    """Return the needs of some days of several kinds, in order of kind, and draw the following gaps.

    Args:
        clocks: the kinds, all of the same people.
        day: first day.
        days: number of days.
    """
    people, draws = clocks[0].people, clocks[0].draws
    ends = [clock.activity.at_day(day + days) for clock in clocks]
    each = [clock.candidates(day, end) for clock, end in zip(clocks, ends, strict=True)]
    kind, rows = np.repeat(np.arange(len(clocks)), [len(found) for found in each]), np.concatenate(each)
    ordinal = _gather(clocks, "nth", each).astype(np.int64)
    when, rate, key = _gather(clocks, "due", each), _gather(clocks, "rate", each), people["key"][rows]
    decision, end = draws.bases([clock.decision for clock in clocks])[kind], np.array(ends)[kind]
    found: list[tuple[Ints, Ints, Ints, Floats]] = []
    while len(rows):
        found.append((kind, rows, ordinal, when))
        ordinal, when = ordinal + 1, when + exponential(draws.uniform(decision, key, ordinal + 1)) / rate
        for clock, part in zip(clocks, _parts(kind, len(clocks)), strict=True):
            clock.write_next(rows[part], ordinal[part], when[part])
        again = true_rows(when < end)
        kind, rows, ordinal, when = kind[again], rows[again], ordinal[again], when[again]
        rate, key, decision, end = rate[again], key[again], decision[again], end[again]
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return Arisen(empty, empty, np.zeros(0), empty)
    kind, person, ordinal, coordinate = (np.concatenate(column) for column in zip(*found, strict=True))
    if len(clocks) > 1:
        order = np.argsort(kind.astype(np.int8), kind="stable")
        kind, person, ordinal, coordinate = kind[order], person[order], ordinal[order], coordinate[order]
    parts = _parts(kind, len(clocks))
    minutes = [clock.minute_of(coordinate[part], day, days) for clock, part in zip(clocks, parts, strict=True)]
    return Arisen(person, ordinal, np.concatenate(minutes), kind)


def _gather(clocks: Sequence[NeedClock], column: str, rows: Sequence[Ints]) -> NDArray[Any]:
    """A column of each kind at the rows of that kind, one after the other."""
    return np.concatenate([c.people[f"{column}_{c.name}"][r] for c, r in zip(clocks, rows, strict=True)])


def _parts(kind: Ints, kinds: int) -> list[slice]:
    """Where each kind stands in a sorted column of kinds."""
    bounds = np.searchsorted(kind, np.arange(kinds + 1)).tolist()
    return [slice(low, high) for low, high in pairwise(bounds)]
