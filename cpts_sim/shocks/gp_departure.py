"""Shock ``gp_departure``: GPs of the territory leave on a date, and nobody takes their practices over."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from cpts_sim.care.professionals import leave_for
from cpts_sim.engine.events import Career, Work
from cpts_sim.scenario.fields import Count, Days
from cpts_sim.shocks.base import Shock, ShockSettings


class GpDepartureSettings(ShockSettings):
    """GPs who leave without successor."""

    length_days: Days = Field(1.0, alias="length")
    """One day: they leave on the first."""
    count: Count = 1
    """How many leave, the oldest first."""


class GpDeparture(Shock):
    """The oldest GPs leave: bookings are lost, lists are orphaned."""

    name: ClassVar[str] = "gp_departure"
    settings_class: ClassVar[type[ShockSettings]] = GpDepartureSettings
    rank: ClassVar[int] = 4
    alarms: ClassVar[bool] = False
    grade: ClassVar[str] = "B"

    @property
    def absent(self) -> bool:
        """Whether nobody leaves."""
        return super().absent or self.settings.count == 0

    def day(self, day: int) -> None:
        """On the first day they leave."""
        if day != self.first_day:
            return
        gps = self.world.gps
        here = np.flatnonzero(gps["alive"] & (gps["halo"] == 0) & (gps["status"] != Work.LEFT))
        oldest = here[np.lexsort((gps["key"][here], -gps["age"][here]))]
        leave_for(self.world, np.sort(oldest[: self.settings.count]), Career.LEFT_BY_SHOCK)


SETTINGS = GpDepartureSettings
SHOCK = GpDeparture
