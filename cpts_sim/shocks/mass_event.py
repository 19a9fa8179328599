"""Shock ``mass_event``: an accident or a crowd sends many casualties to one department within hours."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.draws import choose, keys_of
from cpts_sim.engine.events import Road
from cpts_sim.scenario.fields import Count, Days
from cpts_sim.shocks.base import Shock, ShockSettings

Array = NDArray[Any]


class MassEventSettings(ShockSettings):
    """Casualties of one event."""

    length_days: Days = Field(1.0, alias="length")
    """One day."""
    casualties: Count = 40
    """People brought to the emergency department."""
    hour: int = Field(15, ge=0, le=20)
    """Hour at which the first arrive."""
    department: int = Field(0, ge=0)
    """Number of the department in the territory's list (0: the first)."""


class MassEvent(Shock):
    """People from elsewhere, of all levels of severity, in the queue of one department."""

    name: ClassVar[str] = "mass_event"
    settings_class: ClassVar[type[ShockSettings]] = MassEventSettings
    rank: ClassVar[int] = 8

    @property
    def absent(self) -> bool:
        """Whether nobody is hurt."""
        known = self.settings.department < len(self.world.tables["hospitals"])
        return super().absent or self.settings.casualties == 0 or not known

    def day(self, day: int) -> None:
        """On the first day the casualties come."""
        if day != self.first_day:
            return
        world, p, count = self.world, self.parameters, self.settings.casualties
        key = keys_of("mass event", np.arange(count))
        u = world.draws.block("shock/casualty", 3, key)
        minute = day * DAY + self.settings.hour * 60.0 + np.floor(u[0] * p["shocks.casualty_minutes"])
        low, high = p.array("shocks.casualty_ages")
        level = 1 + choose(np.cumsum(p.array("shocks.casualty_levels")), u[1])
        age = np.floor(low + (high - low) * u[2]).astype(np.int64)
        site, what = np.full(count, self.settings.department), np.full(count, day - world.days.first_day)
        road, nobody = np.full(count, int(Road.OUTSIDER)), np.full(count, -1)
        world.emergency.arrive(
            minute, key, nobody, site, road, level, age, what, hours_open=world.days.is_open(minute)
        )


SETTINGS = MassEventSettings
SHOCK = MassEvent
