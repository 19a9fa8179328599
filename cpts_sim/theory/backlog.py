"""A clinic whose patients stay away more often the longer they were booked ahead (Liu & Ziya 2014; Green & Savin 2008).

Patients of a panel ask at random, one server has twenty slots in a day of 24 hours, first come first served. The
chance to be absent rises from ``least`` to ``most`` with the whole days of backlog. In ``Clinic`` the backlog at
booking counts and the absent do not come back; in ``Rejoining`` the one at service counts, places are limited, and
the absent may rejoin the end of the queue at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cpts_sim.theory.slotted import Law, poisson_law

SLOTS_A_DAY, ASKS_A_DAY = 20, 0.008
LEAST, MOST, DAYS = 0.01, 0.31, 50.0


def absence(before: ArrayLike) -> Law:
    """Return the chance to be absent with so many patients before one."""
    days = np.floor(np.asarray(before, dtype=np.float64) / SLOTS_A_DAY)
    chance: Law = MOST - (MOST - LEAST) * np.exp(-days / DAYS)
    return chance


@dataclass(frozen=True)
class Clinic:
    """A clinic without limit of places; who is absent does not come back.

    Attributes:
        panel: number of patients.
        exponential: whether the length of a slot is exponential; else it is constant.
    """

    panel: float
    exponential: bool

    @property
    def load(self) -> float:
        """Requests a slot."""
        return self.panel * ASKS_A_DAY / SLOTS_A_DAY

    @staticmethod
    def shows(before: ArrayLike) -> Law:
        """Return the chance to come with so many patients before one at booking."""
        return 1.0 - absence(before)

    def found(self) -> Law:
        """Return the law of the number of patients that a request finds."""
        if self.exponential:
            count = np.arange(int(math.log(1e-17) / math.log(self.load)) + 50)
            return np.asarray((1.0 - self.load) * self.load**count, dtype=np.float64)
        return _constant_service(self.load, 2500)

    def kept_per_day(self) -> float:
        """Return the mean number of appointments kept in a day."""
        law = self.found()
        return float(self.panel * ASKS_A_DAY * (law * self.shows(np.arange(len(law)))).sum())


def best_panel(exponential: bool, low: int = 2000, high: int = 2499) -> int:
    """Return the panel with the most appointments kept a day."""
    while high - low > 2:
        third = (high - low) // 3
        left, right = low + third, high - third
        kept = [Clinic(panel, exponential).kept_per_day() for panel in (left, right)]
        low, high = (left, high) if kept[0] < kept[1] else (low, right)
    return max(range(low, high + 1), key=lambda panel: Clinic(panel, exponential).kept_per_day())


def _constant_service(load: float, size: int) -> Law:
    """Law of the number in an M/D/1 queue (also what arrivals find)."""
    arrivals = np.zeros(size + 1)
    arrivals[: len(poisson_law(load))] = poisson_law(load)[: size + 1]
    more = 1.0 - np.cumsum(arrivals)
    law = np.zeros(size)
    law[0] = 1.0 - load
    for count in range(size - 1):
        law[count + 1] = (law[0] * more[count] + law[1 : count + 1] @ more[count:0:-1]) / arrivals[0]
    return law


@dataclass(frozen=True)
class Rejoining:
    """A clinic with limited places whose absent patients may rejoin.

    Attributes:
        panel: number of patients.
        places: most patients in the system; further requests are lost.
        rejoin: chance that an absent patient rejoins the end of the queue.
        exponential: whether the length of a slot is exponential; else it is constant.
    """

    panel: float
    places: int
    rejoin: float
    exponential: bool = False

    def outcome(self) -> dict[str, float]:
        """Return shares of the time, of slots and of requests, and the mean number in the system."""
        time, start = self._exponential() if self.exponential else self._constant()
        missed = float(start @ absence(np.arange(self.places + 1)))
        used = 1.0 - float(time[0])
        return {
            "same_day": float(time[:SLOTS_A_DAY].sum()),
            "present": float(np.arange(self.places + 1) @ time),
            "lost": float(time[-1]),
            "used": used,
            "missed": missed,
            "productive": used * (1.0 - missed),
        }

    def _exponential(self) -> tuple[Law, Law]:
        """Laws of the number present over time and at the moments of service."""
        away = absence(np.arange(1, self.places + 1))
        steps = np.log(self.panel * ASKS_A_DAY / (SLOTS_A_DAY * (1.0 - self.rejoin * away)))
        logs = np.concatenate([[0.0], np.cumsum(steps)])
        time = np.exp(logs - logs.max())
        time /= time.sum()
        start = np.concatenate([[0.0], time[1:] / time[1:].sum()])
        return time, start

    def _constant(self) -> tuple[Law, Law]:
        """The same for a constant slot, from the chain at the ends of slots."""
        rate = self.panel * ASKS_A_DAY
        arrivals = np.zeros(self.places + 2)
        law = poisson_law(rate / SLOTS_A_DAY)[: self.places + 2]
        arrivals[: len(law)] = law
        ends = _kept_by(self._slots(arrivals))
        start = ends.copy()
        start[1] += start[0]
        start[0] = 0.0
        return self._over_time(ends, start, arrivals, rate), start / start.sum()

    def _slots(self, arrivals: Law) -> Law:
        """Transitions of the number present from the end of a slot to the end of the next."""
        size = self.places + 1
        transitions = np.zeros((size, size))
        for present in range(1, size):
            room = self.places - present
            coming = np.append(arrivals[:room], 1.0 - arrivals[:room].sum())
            back = self.rejoin * float(absence(present))
            transitions[present, present - 1 : present + room] += coming * (1.0 - back)
            transitions[present, present : present + room + 1] += coming * back
        transitions[0] = transitions[1]
        return transitions

    def _over_time(self, ends: Law, start: Law, arrivals: Law, rate: float) -> Law:
        """Law of the number present at a random moment, from the law at the starts of slots."""
        tail, time = 1.0 - np.cumsum(arrivals), np.zeros(self.places + 1)
        time[0] = ends[0] / rate
        for present in range(1, self.places + 1):
            spent = tail[: self.places - present] / rate
            time[present : self.places] += start[present] * spent
            time[self.places] += start[present] * (1.0 / SLOTS_A_DAY - spent.sum())
        law: Law = time / time.sum()
        return law


def _kept_by(transitions: Law) -> Law:
    system = transitions.T - np.eye(len(transitions))
    system[-1] = 1.0
    target = np.zeros(len(transitions))
    target[-1] = 1.0
    return np.asarray(np.linalg.solve(system, target), dtype=np.float64)
