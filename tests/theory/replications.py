"""Many identical closed practices in one run: one replication of an exact law per practice.

A mean over practices agrees with an exact value if it lies within 3.5 standard errors, provided that 3.5
standard errors are small enough to say something (the resolution).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Ending, Route
from cpts_sim.model import Model
from cpts_sim.scenario import parse

Floats = NDArray[np.float64]
ERRORS = 3.5
LEAST_REPLICATIONS = 20


def half_width(values: Floats) -> float:
    """Three and a half standard errors of the mean over replications."""
    assert len(values) >= LEAST_REPLICATIONS
    return float(ERRORS * values.std(ddof=1) / np.sqrt(len(values)))


def agrees(values: Floats, exact: float, resolution: float) -> bool:
    """Whether the replications are precise enough and their mean is compatible with the exact value."""
    width = half_width(values)
    assert width <= resolution, (
        f"3.5 standard errors are {width:.4g}, wanted {resolution:.4g}: run longer or wider"
    )
    return abs(float(values.mean()) - exact) <= width


def rejects(values: Floats, exact: float) -> bool:
    """Whether the replications are not compatible with the exact value."""
    return abs(float(values.mean()) - exact) > half_width(values)


def practices_scenario(
    needs: Mapping[str, Any], practices: int, weekly: Any = None, warmup_weeks: int = 4, **layout: Any
) -> dict[str, Any]:
    """Write a scenario; ``weekly`` lists the sessions of every day, or maps weekdays to them."""
    if not isinstance(weekly, Mapping):
        weekly = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), weekly or [])
    gps = practices * layout.get("gps_per_practice", 1)
    layout = {"practices": practices, "inhabitants": gps * 150, "weekly": weekly, **layout}
    return {
        "calendar": "plain", "windows": [0], "frozen": True, "drift": False,
        "warmup": f"{warmup_weeks} weeks",
        "territory": {"practices": layout}, "care": {"needs": dict(needs)},
    }  # fmt: skip


class Counter:
    """Adds up, by practice, what the laws speak of; a chunk is forgotten once counted.

    Attributes:
        delays: requests that got a slot, by practice and delay in days (the last column counts all longer
        ones). by_day: the same by weekday of the request, then practice, then delay. own, other, away:
        requests by where they went. waits: per practice, number of emergency visits, sum of waits, number who
        waited, and waits over limits.
    """

    def __init__(
        self,
        practices: int,
        gps_per_practice: int = 1,
        longest_days: int = 60,
        limits: tuple[float, ...] = (),
    ):
        self.size, self.limits = gps_per_practice, limits
        self.by_day = np.zeros((7, practices, longest_days + 1))
        self.own, self.other, self.away = (np.zeros(practices) for _ in range(3))
        self.visits: dict[int, Floats] = {}

    def __call__(self, chunk: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Any]) -> None:
        self._requests(chunk["request"], tables["people"]["mt"])
        self._emergency(chunk["ed"], tables["people"]["mt"])

    def _requests(self, rows: Mapping[str, Any], gp: NDArray[Any]) -> None:
        practice = gp[rows["person"]] // self.size
        day = np.floor_divide(rows["raised"], DAY).astype(int)
        seen = (rows["ending"] == Ending.SERVED) & (rows["route"] != Route.ED)
        delay = (np.floor_divide(rows["visit"][seen], DAY) - day[seen]).astype(int)
        assert (rows["visit"][seen] >= rows["raised"][seen]).all(), "an appointment before its request"
        longest = self.by_day.shape[2] - 1
        np.add.at(self.by_day, (day[seen] % 7, practice[seen], np.minimum(delay, longest)), 1.0)
        count = len(self.own)
        self.own += np.bincount(practice[rows["route"] == Route.OWN_GP], minlength=count)
        self.other += np.bincount(practice[rows["route"] == Route.COLLEAGUE], minlength=count)
        self.away += np.bincount(practice[~seen], minlength=count)

    def _emergency(self, rows: Mapping[str, Any], gp: NDArray[Any]) -> None:
        practice, wait = gp[rows["person"]] // self.size, rows["start"] - rows["arrival"]
        assert (wait >= 0).all()
        columns = [np.ones(len(wait)), wait, wait > 0, *(wait > limit for limit in self.limits)]
        for level in np.unique(rows["level"]).tolist():
            chosen = rows["level"] == level
            found = [np.bincount(practice[chosen], c[chosen], len(self.own)) for c in columns]
            self.visits[5 - level] = self.visits.get(5 - level, 0.0) + np.array(found)

    @property
    def delays(self) -> Floats:
        total: Floats = self.by_day.sum(axis=0)
        return total

    def within(self, days: int, weekday: int | None = None) -> Floats:
        """Share of the requests of each practice that waited at most so many days."""
        counts = self.delays if weekday is None else self.by_day[weekday]
        share: Floats = counts[:, : days + 1].sum(axis=1) / counts.sum(axis=1)
        return share

    def mean_delay(self) -> Floats:
        """Mean delay in each practice, in days."""
        assert self.delays[:, -1].sum() == 0, "some delays were too long to be counted"
        mean: Floats = self.delays @ np.arange(self.delays.shape[1]) / self.delays.sum(axis=1)
        return mean

    def mean_wait(self, priority: int | None = None) -> Floats:
        """Mean wait for a server in each practice, in minutes."""
        count, total, *_ = sum(self.visits.values()) if priority is None else self.visits[priority]
        mean: Floats = total / count
        return mean

    def waited(self, limit: int = -1) -> Floats:
        """Share of each practice's visits that waited at all, or longer than one of the limits."""
        columns = sum(self.visits.values())
        share: Floats = columns[2 if limit < 0 else 3 + limit] / columns[0]
        return share


def count_run(scenario: Mapping[str, Any], days: int, seed: int = 1, **how: Any) -> Counter:
    """Warm a scenario up, run it for some days and count; only what is raised after the warm-up counts."""
    spec = parse(scenario)
    practices = spec.territory.practices
    assert practices is not None
    counter = Counter(practices.practices, practices.gps_per_practice, **how)
    model = Model(spec, seed)
    model.warm_up()
    model.journal.close_chunk()
    model.observers.append(counter)
    model.run(days)
    model.finish()
    model.close()
    return counter
