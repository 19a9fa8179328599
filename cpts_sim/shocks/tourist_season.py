"""Shock ``tourist_season``: visitors need care as residents do; they take slots and queue with them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care import sessions
from cpts_sim.care.visits import act_minutes
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Slot
from cpts_sim.engine.draws import choose, keys_of
from cpts_sim.engine.events import Road
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import Shock, ShockSettings

Array = NDArray[Any]
POOL_PER_VISIT = 8


class TouristSeasonSettings(ShockSettings):
    """A season in which visitors stay in the territory."""

    length_days: Days = Field(56.0, alias="length")
    """How long they stay."""
    visitors: float = Field(0.3, ge=0, le=5)
    """Visitors present per inhabitant."""


class TouristSeason(Shock):
    """Visitors take free slots of the day as residents' equals, and crowd the emergency departments."""

    name: ClassVar[str] = "tourist_season"
    settings_class: ClassVar[type[ShockSettings]] = TouristSeasonSettings
    rank: ClassVar[int] = 6
    alarms: ClassVar[bool] = False

    @property
    def absent(self) -> bool:
        """Whether nobody visits."""
        return super().absent or self.settings.visitors == 0

    def _emergencies(self, row: int, day: int) -> None:
        """Visitors come to a department of the territory as often as residents do, or a little more."""
        world, demand, days = self.world, self.world.demand, self.world.days
        index = days.place(day)
        a_day = self.settings.visitors * float(world.tables["hospitals"]["residents_per_day"][row])
        mean = a_day * self.parameters["shocks.visitor_emergency"]
        mean *= demand.day_factor(int(days.weekday[index]), int(days.month[index]))
        pool = keys_of(f"visitors {row}", np.arange(int(mean * POOL_PER_VISIT) + 1))
        key = pool[world.draws.uniform("shock/visitor ill", pool, day) < mean / len(pool)]
        u = world.draws.block("shock/visitor emergency", 2, key, day)
        age, road = choose(demand.age_below, u[0]), np.full(len(key), int(Road.OUTSIDER))
        level = demand.levels(world.draws, key, day, age, road)
        minute = day * DAY + demand.hours.minute(u[1])
        site, nobody, what = np.full(len(key), row), np.full(len(key), -1), np.full(len(key), day)
        site, minute = world.rules["which_department"](world, site, minute, level, nobody)
        world.emergency.arrive(
            minute, key, nobody, site, road, level, age, what, hours_open=days.is_open(minute)
        )

    def day(self, day: int) -> None:
        """Visitors who ask for a doctor today share the free slots with the residents who will ask."""
        world, books, gps = self.world, self.world.books, self.world.gps
        for hospital in range(len(world.tables["hospitals"])):
            self._emergencies(hospital, day)
        span = books.span(day)
        free = np.isin(books.free[:, span], (Slot.SAME_DAY, Slot.SHARED)) & (gps["halo"] == 0)[:, None]
        row, local = np.nonzero(free)
        ask = self._asking(day)
        part = self.settings.visitors / (1.0 + self.settings.visitors)
        count = min(ask, int(len(row) * part))
        if not count:
            return
        place = np.int64(day - world.days.first_day) * books.per_day + local
        u = world.draws.uniform("shock/visitor", gps["key"][row], place)
        chosen = np.argsort(u, kind="stable")[:count]
        self._see(row[chosen], local[chosen] + span.start)

    def _asking(self, day: int) -> int:
        """Visitors who ask for a GP on a day."""
        p, world = self.parameters, self.world
        activity = world.needs["acute"].activity
        a_year = float(p.array("care.rate_minor").mean() + p.array("care.rate_acute").mean())
        a_day = a_year / 365.0 * (activity.at_day(day + 1) - activity.at_day(day)) * p["shocks.visitor_asks"]
        mean = len(self.living()) * self.settings.visitors * a_day
        return int(mean + world.draws.scalar("shock/visitors today", day - world.days.first_day))

    def _see(self, row: Array, column: Array) -> None:
        """The slots are taken; the minutes stand in the ledger like any other patient's."""
        world, books = self.world, self.world.books
        minutes = act_minutes(world, row, books.kind[row, column])
        mine = world.gps["locum_now"][row] == 0
        laid = books.length[row, column] * sessions.pace(world)[row]
        sessions.charge_elsewhere(world, "consult", row, books.start[row, column], laid, minutes)
        books.close(row, column)
        for counter in ("acts_week", "unscheduled_week"):
            np.add.at(world.gps[counter], row[mine], 1)


SETTINGS = TouristSeasonSettings
SHOCK = TouristSeason
