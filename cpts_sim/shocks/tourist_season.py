"""Shock ``tourist_season``: visitors need care as residents do; they take slots and queue with them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.visits import act_minutes
from cpts_sim.care.world import World
from cpts_sim.engine.codes import Slot
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import Shock, ShockSettings

Array = NDArray[Any]


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

    def install(self) -> None:
        """Take slots each day, and wrap the rule that says how many people from elsewhere come."""
        super().install()
        self.world.rules.wrap("crowd", self.name, self.rank, self._crowd)

    def _crowd(self, inner: Any, world: World, row: int, day: int) -> float:
        """Visitors come to a department as often as residents do."""
        usual = float(inner(world, row, day))
        hospitals = world.tables["hospitals"]
        outsiders = float(hospitals["outsiders_per_day"][row])
        if not self.first_day <= day < self.until_day or outsiders <= 0:
            return usual
        more = self.settings.visitors * float(hospitals["residents_per_day"][row]) / outsiders
        return usual + float(more * self.parameters["shocks.visitor_emergency"])

    def day(self, day: int) -> None:
        """Visitors who ask for a doctor today share the free slots with the residents who will ask."""
        world, books, gps = self.world, self.world.books, self.world.gps
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
        books.close(row, column)
        world.ledger.charge("consult", row[mine], minutes[mine])
        for counter in ("acts_week", "unscheduled_week"):
            np.add.at(world.gps[counter], row[mine], 1)


SETTINGS = TouristSeasonSettings
SHOCK = TouristSeason
