"""The reference workload "a year of appointments" as a plain loop over a trace: the definition of its result.

Needs come in the order of their minute. An urgent one goes to the emergency department (ED) with priority 0.
Any other takes the earliest free slot of the own GP that starts at least an hour later; if that is more than
ten days away it goes to the ED with priority 1. The ED has identical servers and interrupts nobody.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.files import reason

DAY, YEAR_DAYS = 1440, 365
GP_NEEDS_PER_YEAR, URGENT_NEEDS_PER_YEAR = 4.70, 0.30
LEAD_MIN, PATIENCE_MIN, SERVICE_MIN = 60.0, 14400.0, 45.0
SESSIONS_MIN, SLOTS_PER_SESSION, SLOT_MIN = (510, 840), 11, 15
LIST_WEIGHTS = (9, 11, 13)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Workload:
    """Size of the work.

    Attributes:
        inhabitants: number of inhabitants.
        years: number of years of 365 days.
    """

    inhabitants: int
    years: int = 1

    @property
    def gps(self) -> int:
        """Number of GPs."""
        return max(1, (self.inhabitants + 550) // 1100)

    @property
    def servers(self) -> int:
        """Number of servers of the emergency department."""
        return max(1, (self.inhabitants + 10000) // 20000)

    @property
    def days(self) -> int:
        """Days during which needs are raised."""
        return YEAR_DAYS * self.years

    def gp_of(self) -> Ints:
        """Return the usual GP of each inhabitant."""
        weights = np.resize(np.array(LIST_WEIGHTS), self.gps)
        bounds = self.inhabitants * np.concatenate([[0], np.cumsum(weights)]) // weights.sum()
        return np.repeat(np.arange(self.gps), np.diff(bounds))

    def slot_starts(self) -> Floats:
        """Return the start of every slot of a GP, in minutes, beyond the horizon too."""
        days = [day for day in range(self.days + 21) if day % 7 < 5]
        return np.array(
            [
                day * DAY + at + SLOT_MIN * k
                for day in days
                for at in SESSIONS_MIN
                for k in range(SLOTS_PER_SESSION)
            ],
            dtype=np.float64,
        )


@dataclass(frozen=True)
class Trace:
    """Needs in the order of their minute.

    Attributes:
        minute: minute of each need.
        person: row of the inhabitant.
        urgent: whether the need goes straight to the emergency department.
        service_min: time of service if the need reaches the emergency department.
    """

    minute: Floats
    person: Ints
    urgent: NDArray[np.bool_]
    service_min: Floats

    def __len__(self) -> int:
        return len(self.minute)

    def write(self, path: Path) -> None:
        """Write a little-endian file: the count, then the four columns, eight bytes a value."""
        with path.open("wb") as file:
            np.array([len(self)], "<i8").tofile(file)
            for column, dtype in zip(self._columns(), _DTYPES, strict=True):
                column.astype(dtype).tofile(file)

    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        return self.minute, self.person, self.urgent, self.service_min

    @classmethod
    def read(cls, path: Path) -> Trace:
        """Read what ``write`` wrote.

        Raises:
            InputError: the file is missing, cut short or not in order of time.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read ({reason(error)}); give the path of a trace."
            ) from None
        count = int(np.frombuffer(data[:8], "<i8")[0]) if len(data) >= 8 else -1
        if len(data) != 8 + 32 * count:
            raise InputError(
                f"{path}: {len(data)} bytes, expected 8 + 32 for each need; write the trace again."
            )
        parts = [np.frombuffer(data, t, count, 8 + 8 * count * k) for k, t in enumerate(_DTYPES)]
        minute, person, urgent, service = parts
        if (np.diff(minute) < 0).any():
            raise InputError(f"{path}: needs are not in order of time; sort the trace.")
        return cls(
            minute.astype(np.float64), person.astype(np.int64), urgent != 0, service.astype(np.float64)
        )

    @classmethod
    def draw(cls, workload: Workload, seed: int) -> Trace:
        """Draw the needs of a workload."""
        rng = np.random.default_rng(seed)
        per_year = GP_NEEDS_PER_YEAR + URGENT_NEEDS_PER_YEAR
        count = int(rng.poisson(workload.inhabitants * per_year * workload.years))
        return cls(
            np.sort(rng.random(count)) * DAY * workload.days,
            rng.integers(0, workload.inhabitants, count),
            rng.random(count) < URGENT_NEEDS_PER_YEAR / per_year,
            rng.exponential(SERVICE_MIN, count),
        )


_DTYPES = ("<f8", "<i8", "<i8", "<f8")


@dataclass(frozen=True)
class Outcome:
    """What became of each need, in the order of the trace.

    Attributes:
        slot: start of the appointment in minutes, nan for those who went to the emergency department.
        ed_start: start of the service there, nan for those who got an appointment.
    """

    slot: Floats
    ed_start: Floats

    def summary(self, trace: Trace, inhabitants: int) -> dict[str, float]:
        """Return the outputs that every implementation of the workload prints (counts, minutes, share)."""
        seen = ~np.isnan(self.slot)
        delay, wait = (self.slot - trace.minute)[seen], self.ed_start - trace.minute
        went = ~seen
        served = np.bincount(trace.person[seen], minlength=inhabitants)
        median, ninth = np.quantile(delay, [0.5, 0.9]) if len(delay) else (0.0, 0.0)
        return {
            "needs": len(trace),
            "contacts": int(seen.sum()),
            "ed_visits": int(went.sum()),
            "ed_diverted": int((went & ~trace.urgent).sum()),
            "delay_mean": _mean(delay),
            "delay_median": float(median),
            "delay_p90": float(ninth),
            "ed_wait_mean": _mean(wait[went]),
            "ed_wait0": _mean(wait[went & trace.urgent]),
            "ed_wait1": _mean(wait[went & ~trace.urgent]),
            "no_contact": float((served == 0).mean()),
        }


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def plain_loop(workload: Workload, trace: Trace) -> Outcome:
    """Serve the needs of a trace one after the other."""
    starts, gp_of = workload.slot_starts().tolist(), workload.gp_of().tolist()
    first = np.searchsorted(workload.slot_starts(), trace.minute + LEAD_MIN).tolist()
    following, slot = [0] * workload.gps, [float("nan")] * len(trace)
    to_ed: list[tuple[int, int]] = []
    for need, (minute, person, urgent) in enumerate(
        zip(trace.minute.tolist(), trace.person.tolist(), trace.urgent.tolist(), strict=True)
    ):
        gp = gp_of[person]
        chosen = max(following[gp], first[need])
        if urgent or starts[chosen] - minute > PATIENCE_MIN:
            to_ed.append((need, 0 if urgent else 1))
        else:
            following[gp], slot[need] = chosen + 1, starts[chosen]
    return Outcome(np.array(slot), _emergency(workload.servers, trace, to_ed))


def _emergency(servers: int, trace: Trace, arrivals: list[tuple[int, int]]) -> Floats:
    """Start of service of (need, priority) arrivals, which come in order of time; nan for all other needs."""
    free_at = [0.0] * servers
    queue: list[tuple[int, int]] = []
    start = np.full(len(trace), np.nan)

    def serve_until(now: float) -> None:
        while queue and free_at[0] <= now:
            _, need = heapq.heappop(queue)
            start[need] = free_at[0]
            heapq.heapreplace(free_at, free_at[0] + float(trace.service_min[need]))

    for need, priority in arrivals:
        now = float(trace.minute[need])
        serve_until(now)
        if free_at[0] <= now:
            start[need] = now
            heapq.heapreplace(free_at, now + float(trace.service_min[need]))
        else:
            heapq.heappush(queue, (priority, need))
    serve_until(float("inf"))
    return start
