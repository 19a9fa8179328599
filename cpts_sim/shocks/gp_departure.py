"""Shock ``gp_departure``: GPs of the territory leave on a date, and nobody takes their practices over."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from cpts_sim.care.professionals import leave_for
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Career, Work
from cpts_sim.scenario.fields import Count, Days
from cpts_sim.shocks.base import Shock, ShockSettings


class GpDepartureSettings(ShockSettings):
    """GPs who leave without successor."""

    length_days: Days = Field(1.0, alias="length")
    """One day: they leave on the first."""
    count: Count = 1
    """How many leave, the oldest first."""
    apart_days: Days = Field(0.0, alias="apart")
    """Time from one departure to the next (0: all on the first day)."""


class GpDeparture(Shock):
    """The oldest GPs leave: bookings are lost, lists are orphaned."""

    name: ClassVar[str] = "gp_departure"
    settings_class: ClassVar[type[ShockSettings]] = GpDepartureSettings
    rank: ClassVar[int] = 4
    alarms: ClassVar[bool] = False
    grade: ClassVar[str] = "B"

    def __init__(self, settings: Any, model: Any) -> None:
        super().__init__(settings, model)
        self.days = [self.first_day + int(np.floor(k * settings.apart_days)) for k in range(settings.count)]
        self.until_day = max([self.until_day, *(day + 1 for day in self.days)])

    @property
    def absent(self) -> bool:
        """Whether nobody leaves."""
        return super().absent or self.settings.count == 0

    def day(self, day: int) -> None:
        """On each day of departure those whose turn it is leave: the same persons in every arm."""
        turns = [rank for rank, when in enumerate(self.days) if when == day]
        if not turns:
            return
        gps = self.world.gps
        known = gps["alive"] & (gps["halo"] == 0) & (gps["left_at"] >= self.first_day * DAY)
        those = np.flatnonzero(known & (gps["arrived"] == 0))
        oldest = those[np.lexsort((gps["key"][those], -gps["age"][those]))][turns[0] : turns[-1] + 1]
        leave_for(self.world, np.sort(oldest[gps["status"][oldest] != Work.LEFT]), Career.LEFT_BY_SHOCK)


SETTINGS = GpDepartureSettings
SHOCK = GpDeparture
