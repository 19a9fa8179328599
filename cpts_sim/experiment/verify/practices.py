"""Many identical closed practices in one run of the model: one replication of an exact law per practice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Ending, Route
from cpts_sim.errors import InternalError
from cpts_sim.experiment.verify.rows import Floats
from cpts_sim.model import Model
from cpts_sim.scenario import parse

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def practices_scenario(
    needs: Mapping[str, Any], practices: int, weekly: Any = None, warmup_weeks: int = 4, **layout: Any
) -> dict[str, Any]:
    """Write a scenario without behaviour.

    Args:
        needs: streams of needs by name.
        practices: number of practices.
        weekly: sessions of every day, or sessions by weekday.
        warmup_weeks: weeks before anything is counted.
        **layout: further keys of ``territory.practices``.
    """
    if not isinstance(weekly, Mapping):
        weekly = dict.fromkeys(WEEKDAYS, weekly or [])
    gps = practices * layout.get("gps_per_practice", 1)
    layout = {"practices": practices, "inhabitants": gps * 150, "weekly": weekly, **layout}
    return {
        "calendar": "plain", "windows": [0], "frozen": True, "drift": False,
        "warmup": f"{warmup_weeks} weeks",
        "territory": {"practices": layout}, "care": {"needs": dict(needs)},
    }  # fmt: skip


def sessions(slots: int) -> list[dict[str, Any]]:
    """Return one session of so many slots."""
    return [{"at": "08:00", "slots": slots, "every": "15 min"}]


def asks(per_day: float, *routes: str, **more: Any) -> dict[str, Any]:
    """Return a stream of requests per GP and day, all made at opening, at the own GP unless told otherwise."""
    rate = f"{per_day!r} per day"
    return {"rate_per_gp": rate, "minute": "opening", "routes": list(routes or ("own_gp",)), **more}


class Counter:
    """Adds up, by practice, what the laws speak of; a chunk is forgotten once counted.

    Attributes:
        by_day: requests that got a slot, by weekday of the request, practice and delay in days (the last column
            counts all longer ones).
        own, other, away: requests by where they went, one entry per practice.
        visits: by priority: number of emergency visits, sum of waits, number who waited, and numbers whose wait
            passed each limit, one column per practice.
    """

    def __init__(
        self, practices: int, gps_per_practice: int = 1, longest_days: int = 60, limits: tuple[float, ...] = ()
    ) -> None:
        self.size, self.limits = gps_per_practice, limits
        self.by_day = np.zeros((7, practices, longest_days + 1))
        self.own, self.other, self.away = (np.zeros(practices) for _ in range(3))
        self.visits: dict[int, Floats] = {}

    def __call__(self, chunk: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Any]) -> None:
        """Count a chunk of the journal."""
        self._requests(chunk["request"], tables["people"]["mt"])
        self._emergency(chunk["ed"], tables["people"]["mt"])

    def _requests(self, rows: Mapping[str, Any], gp: NDArray[Any]) -> None:
        practice = gp[rows["person"]] // self.size
        day = np.floor_divide(rows["raised"], DAY).astype(int)
        seen = (rows["ending"] == Ending.SERVED) & (rows["route"] != Route.ED)
        delay = (np.floor_divide(rows["visit"][seen], DAY) - day[seen]).astype(int)
        if (rows["visit"][seen] < rows["raised"][seen]).any():
            raise InternalError("an appointment before its request.")
        longest = self.by_day.shape[2] - 1
        np.add.at(self.by_day, (day[seen] % 7, practice[seen], np.minimum(delay, longest)), 1.0)
        count = len(self.own)
        self.own += np.bincount(practice[rows["route"] == Route.OWN_GP], minlength=count)
        self.other += np.bincount(practice[rows["route"] == Route.COLLEAGUE], minlength=count)
        self.away += np.bincount(practice[~seen], minlength=count)

    def _emergency(self, rows: Mapping[str, Any], gp: NDArray[Any]) -> None:
        practice, wait = gp[rows["person"]] // self.size, rows["start"] - rows["arrival"]
        if (wait < 0).any():
            raise InternalError("a service before its arrival.")
        columns = [np.ones(len(wait)), wait, wait > 0, *(wait > limit for limit in self.limits)]
        for level in np.unique(rows["level"]).tolist():
            chosen = rows["level"] == level
            found = [np.bincount(practice[chosen], c[chosen], len(self.own)) for c in columns]
            known = self.visits.get(5 - level, np.zeros((len(columns), len(self.own))))
            self.visits[5 - level] = known + np.array(found, dtype=np.float64)

    @property
    def delays(self) -> Floats:
        """Requests that got a slot, by practice and delay in days."""
        total: Floats = self.by_day.sum(axis=0)
        return total

    def within(self, days: int, weekday: int | None = None) -> Floats:
        """Share of the requests of each practice that waited at most so many days."""
        counts = self.delays if weekday is None else self.by_day[weekday]
        share: Floats = counts[:, : days + 1].sum(axis=1) / counts.sum(axis=1)
        return share

    def mean_delay(self) -> Floats:
        """Mean delay in each practice, in days."""
        if self.delays[:, -1].sum():
            raise InternalError("some delays were too long to be counted; count longer ones.")
        mean: Floats = self.delays @ np.arange(self.delays.shape[1]) / self.delays.sum(axis=1)
        return mean

    def _all_visits(self) -> Floats:
        total: Floats = np.sum(list(self.visits.values()), axis=0)
        return total

    def mean_wait(self, priority: int | None = None) -> Floats:
        """Mean wait for a server in each practice, in minutes."""
        count, total, *_ = self._all_visits() if priority is None else self.visits[priority]
        mean: Floats = total / count
        return mean

    def waited(self, limit: int = -1) -> Floats:
        """Share of each practice's visits that waited at all, or longer than one of the limits."""
        columns = self._all_visits()
        share: Floats = columns[2 if limit < 0 else 3 + limit] / columns[0]
        return share


def count_run(scenario: Mapping[str, Any], days: int, seed: int = 1, **how: Any) -> Counter:
    """Warm a scenario up, run it for some days and count; only what is raised after the warm-up counts."""
    practices = parse(scenario).territory.practices
    if practices is None:
        raise InternalError("a scenario of practices was expected.")
    counter = Counter(practices.practices, practices.gps_per_practice, **how)
    observe(scenario, days, seed, counter)
    return counter


def observe(
    scenario: Mapping[str, Any], days: int, seed: int, observer: Callable[..., None], whole: bool = False
) -> None:
    """Warm a scenario up, then run it for some days before an observer of its journal (``whole``: of all of it)."""
    model = Model(parse(scenario), seed)
    try:
        if whole:
            model.observers.append(observer)
        model.warm_up()
        if not whole:
            model.journal.close_chunk()
            model.observers.append(observer)
        model.run(days)
        model.finish()
    finally:
        model.close()
