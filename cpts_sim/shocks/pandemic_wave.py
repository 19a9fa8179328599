"""Shock ``pandemic_wave``: many fall ill within weeks, some gravely, and professionals are among them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.visits import withdraw
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Need, Work
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import Shock, ShockSettings

Array = NDArray[Any]


class PandemicWaveSettings(ShockSettings):
    """A wave of a pandemic."""

    length_days: Days = Field(63.0, alias="length")
    """From the first to the last case; most fall ill in the middle."""
    severity: float = Field(1.0, ge=0, le=5)
    """1: the attack rate of the evidence; 0: no wave."""


class PandemicWave(Shock):
    """Acute needs and emergencies that rise and fall; GPs fall ill and their sessions are cancelled."""

    name: ClassVar[str] = "pandemic_wave"
    settings_class: ClassVar[type[ShockSettings]] = PandemicWaveSettings
    rank: ClassVar[int] = 3

    @property
    def absent(self) -> bool:
        """Whether there is no wave."""
        return super().absent or self.settings.severity == 0

    def install(self) -> None:
        """Strike, and let the professionals who fell ill come back, even after the wave."""
        super().install()
        self.world.hooks["day"].append(self._come_back)

    def share_of_day(self, day: int) -> float:
        """Share of the wave's cases that fall on a day: a triangle with its peak in the middle."""
        length = self.until_day - self.first_day
        position = (day - self.first_day + 0.5) / length
        return 2.0 * (1.0 - abs(2.0 * position - 1.0)) / length

    def day(self, day: int) -> None:
        """Raise the day's needs; some GPs fall ill."""
        p, person = self.parameters, self.living()
        attack = self.settings.severity * p["shocks.pandemic_attack"] * self.share_of_day(day)
        self.add_needs(Need.ACUTE, person, np.full(len(person), attack * p["shocks.pandemic_asks"]), day)
        grave = attack * self.by_age("shocks.pandemic_grave", person)
        self.add_needs(Need.EMERGENCY, person, grave, day)
        self._gps_fall_ill(attack * p["shocks.pandemic_exposure"], day)

    def _gps_fall_ill(self, chance: float, day: int) -> None:
        world, gps = self.world, self.world.gps
        well = np.flatnonzero(gps["alive"] & (gps["status"] == Work.WORKING) & (gps["halo"] == 0))
        rows = well[world.draws.uniform("shock/pandemic gp", gps["key"][well], day) < chance]
        until = day * DAY + np.floor(self.parameters["shocks.pandemic_gp_days"]) * DAY
        gps["status"][rows] = Work.SICK
        gps["away_until"][rows] = until
        if len(rows):
            withdraw(world, rows, world.now, until)

    def _come_back(self, world: World, day: int) -> None:
        last = self.until_day + int(self.parameters["shocks.pandemic_gp_days"]) + 1
        if self.first_day <= day <= last:
            gps = world.gps
            gps["status"][(gps["status"] == Work.SICK) & (gps["away_until"] <= day * DAY)] = Work.WORKING


SETTINGS = PandemicWaveSettings
SHOCK = PandemicWave
