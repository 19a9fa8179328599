"""Exact laws of an appointment calendar with a fixed number of slots a day (bulk service queue, Bailey 1954).

The day's requests, a Poisson number, are made at opening and each takes the earliest free slot, today's
included; nobody chooses, cancels or stays away. With X people booked and unserved at the start of a day, D
requests and s slots, the next day starts with max(X + D - s, 0), and the j-th request of the day waits
floor((X + j - 1) / s) days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import UsageError

Law = NDArray[np.float64]
_NEGLIGIBLE = 1e-16


def poisson_law(mean: float) -> Law:
    """Return the probabilities of 0, 1, 2, … events, up to a negligible tail; they sum to one."""
    most = int(mean + 10.0 * math.sqrt(mean) + 25.0)
    law: Law = np.zeros(most + 1)
    law[0] = math.exp(-mean)
    for count in range(1, most + 1):
        law[count] = law[count - 1] * mean / count
    law /= law.sum()
    return law


def _stationary(transitions: Law) -> Law:
    """Law that a chain keeps; ``transitions[i, j]`` is the probability to go from i to j."""
    size = len(transitions)
    system = transitions.T - np.eye(size)
    system[-1] = 1.0
    target = np.zeros(size)
    target[-1] = 1.0
    return np.asarray(np.linalg.solve(system, target), dtype=np.float64)


def _enough_states(requests: float, slots: float) -> int:
    """Number of states beyond which the backlog's geometric tail is negligible."""
    if requests >= slots:
        raise UsageError(
            f"a calendar of {slots:g} slots cannot stand {requests:g} requests: "
            "expected fewer requests than slots; lower the demand or limit the delay"
        )
    low, high = 1.0 + 1e-12, 1e6  # the root z > 1 of z^slots = exp(requests (z - 1)) gives the ratio 1 / z
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if slots * math.log(middle) > requests * (middle - 1.0) else (low, middle)
    return int(-math.log(_NEGLIGIBLE) / math.log(low) + slots + 50)


def _day(demand: Law, slots: int, size: int) -> Law:
    """Transitions of the backlog from a morning to the next; what would pass the last state stays there."""
    transitions = np.zeros((size, size))
    start = np.arange(size)
    for requests, probability in enumerate(demand):
        after = np.clip(start + requests - slots, 0, size - 1)
        transitions[start, after] += probability
    return transitions


@dataclass(frozen=True)
class Delay:
    """Law of the delay between request and appointment, in whole days.

    Attributes:
        law: probability of each delay, from 0 on.
    """

    law: Law

    @property
    def mean(self) -> float:
        """Mean delay in days."""
        return float(np.arange(len(self.law)) @ self.law)

    def within(self, days: int) -> float:
        """Return the probability of a delay of at most so many days (0: the same day)."""
        return float(self.law[: days + 1].sum())

    def quantile(self, level: float) -> int:
        """Return the smallest delay that is not exceeded with probability ``level``."""
        return int(np.searchsorted(np.cumsum(self.law), level - 1e-12))


def _positions(backlog: Law, demand: Law) -> Law:
    """Expected number of requests that find so many before them, those of the same morning included."""
    more_than = np.maximum(1.0 - np.cumsum(demand), 0.0)
    positions: Law = np.convolve(backlog, more_than)
    return positions


@dataclass(frozen=True)
class Calendar:
    """The same Poisson demand and the same slots every day.

    Attributes:
        requests: mean number of requests a day.
        slots: slots a day.
    """

    requests: float
    slots: int

    def backlog(self) -> Law:
        """Return the law of the number of people booked and unserved at the start of a day."""
        return _stationary(
            _day(poisson_law(self.requests), self.slots, _enough_states(self.requests, self.slots))
        )

    def mean_backlog(self) -> float:
        """Return the mean backlog at the start of a day; Little: requests times mean delay."""
        backlog = self.backlog()
        return float(np.arange(len(backlog)) @ backlog)

    def delay(self) -> Delay:
        """Return the law of the delay of a request."""
        expected = _positions(self.backlog(), poisson_law(self.requests))
        return Delay(np.bincount(np.arange(len(expected)) // self.slots, weights=expected) / self.requests)


@dataclass(frozen=True)
class Diversion:
    """What becomes of demand when nobody accepts a long delay.

    Attributes:
        diverted: share of the requests that go elsewhere.
        utilisation: share of the slots that are used.
        delay: law of the delay of those who stay.
    """

    diverted: float
    utilisation: float
    delay: Delay


def diversion(requests: float, slots: int, patience_days: int) -> Diversion:
    """Return what happens when a request whose delay would exceed ``patience_days`` goes elsewhere."""
    demand, places = poisson_law(requests), (patience_days + 1) * slots
    size = places - slots + 1
    transitions = np.zeros((size, size))
    for start in range(size):
        held = np.minimum(start + np.arange(len(demand)), places)
        np.add.at(transitions[start], np.maximum(held - slots, 0), demand)
    expected = _positions(_stationary(transitions), demand)[:places]
    accepted = float(expected.sum())
    law = np.bincount(np.arange(places) // slots, weights=expected) / accepted
    return Diversion(1.0 - accepted / requests, accepted / slots, Delay(law))


@lru_cache(maxsize=16)
def _periodic_backlogs(requests: tuple[float, ...], slots: tuple[int, ...]) -> tuple[Law, ...]:
    size = _enough_states(sum(requests), sum(slots)) + sum(slots)
    days = [_day(poisson_law(mean), places, size) for mean, places in zip(requests, slots, strict=True)]
    whole = days[0]
    for day in days[1:]:
        whole = whole @ day
    laws = [_stationary(whole)]
    for day in days[:-1]:
        laws.append(laws[-1] @ day)
    return tuple(laws)


@dataclass(frozen=True)
class Week:
    """A calendar of seven different days, Monday first.

    Attributes:
        requests: mean number of requests of each day.
        slots: slots of each day.
    """

    requests: tuple[float, ...]
    slots: tuple[int, ...]

    def backlogs(self) -> tuple[Law, ...]:
        """Return the law of the backlog at the start of each day, in the periodic regime."""
        return _periodic_backlogs(self.requests, self.slots)

    def mean_backlogs(self) -> list[float]:
        """Return the mean backlog at the start of each day; the sum is weekly requests times mean delay."""
        return [float(np.arange(len(law)) @ law) for law in self.backlogs()]

    def delays(self) -> list[Delay | None]:
        """Return the law of the delay in calendar days by day of request; None without requests."""
        return [
            Delay(served / self.requests[day]) if self.requests[day] else None
            for day, served in enumerate(self._expected())
        ]

    def delay(self) -> Delay:
        """Return the law of the delay in calendar days of a request of any day."""
        return Delay(np.sum(self._expected(), axis=0) / sum(self.requests))

    def _expected(self) -> list[Law]:
        """Expected number of requests of each day by delay; all of one length."""
        positions = [
            _positions(b, poisson_law(r)) for b, r in zip(self.backlogs(), self.requests, strict=True)
        ]
        weeks = max(map(len, positions)) // sum(self.slots) + 2
        found = []
        for day, expected in enumerate(positions):
            capacity = np.cumsum(np.roll(self.slots, -day).tolist() * weeks)
            delay = np.searchsorted(capacity, np.arange(len(expected)), side="right")
            found.append(np.bincount(delay, weights=expected, minlength=7 * weeks).astype(np.float64))
        return found


@dataclass(frozen=True)
class Overflow:
    """One day of requests between professionals who help one another; expected numbers a day.

    Attributes:
        own: seen by the own professional.
        other: seen by another one.
        refused: seen by nobody.
    """

    own: float
    other: float
    refused: float

    @property
    def timely(self) -> float:
        """Share of the requests seen on the day."""
        return (self.own + self.other) / (self.own + self.other + self.refused)

    @property
    def continuity(self) -> float:
        """Share of those seen who saw their own professional."""
        return self.own / (self.own + self.other)


def overflow(requests: Sequence[float], slots: int, links: Sequence[Sequence[int]]) -> Overflow:
    """Return what one day gives when requests in random order take their first choice with a free slot.

    The state is the number of slots used by each professional; requests are counted one by one, the n-th with
    the probability that there are at least n.

    Args:
        requests: mean number of each professional's requests that day.
        slots: slots of each professional.
        links: for each professional those who may take the patient, in order of preference.
    """
    total = sum(requests)
    at_least = 1.0 - np.cumsum(poisson_law(total))
    state = np.zeros((slots + 1,) * len(requests))
    state.flat[0] = 1.0
    seen = np.zeros((len(requests), len(requests)))
    for probability in at_least[at_least > 1e-15]:
        following = np.zeros_like(state)
        for person, rate in enumerate(requests):
            left = state * (rate / total)
            for choice in links[person]:
                moving, left = _take(left, choice, slots)
                seen[person, choice] += probability * moving.sum()
                following += moving
            following += left
        state = following
    own = float(np.trace(seen))
    other = float(seen.sum()) - own
    return Overflow(own, other, total - own - other)


def _take(state: Law, choice: int, slots: int) -> tuple[Law, Law]:
    """Split a law into those who find a slot of ``choice`` free and take it, and those who find none."""
    free = np.moveaxis(state.copy(), choice, 0)
    taken = np.zeros_like(free)
    taken[1:] = free[:slots]
    full = free.copy()
    full[:slots] = 0.0
    return np.moveaxis(taken, 0, choice), np.moveaxis(full, 0, choice)
