"""Shock ``heatwave``: the old ask for help, go to hospital, and decompensate more."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cpts_sim.care.health import Decompensation
from cpts_sim.engine.events import Need
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import Shock, ShockSettings


class HeatwaveSettings(ShockSettings):
    """A heatwave."""

    length_days: Days = Field(12.0, alias="length")
    """How long it lasts."""
    severity: float = Field(1.0, ge=0, le=5)
    """1: a strong wave (red alert); 0: none."""


class Heatwave(Shock):
    """Acute needs and emergencies by age, and a higher hazard of decompensation from 65 years."""

    name: ClassVar[str] = "heatwave"
    settings_class: ClassVar[type[ShockSettings]] = HeatwaveSettings
    rank: ClassVar[int] = 2

    @property
    def absent(self) -> bool:
        """Whether there is no wave."""
        return super().absent or self.settings.severity == 0

    def day(self, day: int) -> None:
        """Raise the day's needs, and let the heat weigh on those whose illness is not stable."""
        world, p, person = self.world, self.parameters, self.living()
        force = self.settings.severity
        self.add_needs(Need.ACUTE, person, force * self.by_age("shocks.heat_acute_day", person), day)
        self.add_needs(Need.EMERGENCY, person, force * self.by_age("shocks.heat_emergency_day", person), day)
        frail = person[(world.people["chronic"][person] > 0) & (world.age_years(person) >= 65)]
        more = force * (p["shocks.heat_decompensation"] - 1.0)
        if more > 0:
            Decompensation.live(world, frail, Decompensation.hazard(world, frail) * more, 1)


SETTINGS = HeatwaveSettings
SHOCK = Heatwave
