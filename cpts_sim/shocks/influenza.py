"""Shock ``influenza``: a season worse than the ordinary one, which is in the needs of every winter."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.world import World
from cpts_sim.engine.events import Need
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import FIRST_ORDINAL, Shock, ShockSettings

Array = NDArray[Any]
WEEKS = 52


class InfluenzaSettings(ShockSettings):
    """A season of influenza worse than usual."""

    length_days: Days = Field(70.0, alias="length")
    """How long the excess lasts."""
    severity: float = Field(1.0, ge=0, le=5)
    """Excess over the ordinary season: 0 as usual, 1 twice as many visits for influenza-like illness."""


class Influenza(Shock):
    """More acute needs in the weeks of the season, by the season's own profile, children most."""

    name: ClassVar[str] = "influenza"
    settings_class: ClassVar[type[ShockSettings]] = InfluenzaSettings
    rank: ClassVar[int] = 1
    grade: ClassVar[str] = "B"

    @property
    def absent(self) -> bool:
        """Whether the season is an ordinary one."""
        return super().absent or self.settings.severity == 0

    def install(self) -> None:
        """Add the excess day by day; each of these needs is influenza, which a vaccine may avoid."""
        super().install()
        self.world.rules.wrap("influenza_share", self.name, self.rank, self._influenza_share)

    def _influenza_share(self, inner: Any, world: World, rows: Array) -> Array:
        share: Array = inner(world, rows)
        first = FIRST_ORDINAL + (self.rank << 16)
        ordinal = world.requests["ordinal"][rows]
        return np.where((ordinal >= first) & (ordinal < first + (1 << 16)), 1.0, share)

    def day(self, day: int) -> None:
        """Raise the day's excess of acute needs."""
        days = self.world.days
        year_day = int(days.year_day[days.place(day)])
        weekly = self.parameters.array("care.ili_weekly_per_100k")[min(year_day // 7, WEEKS - 1)]
        person = self.living()
        weight = self.by_age("shocks.influenza_age", person)
        each = self.settings.severity * float(weekly) / 100_000.0 / 7.0
        self.add_needs(Need.ACUTE, person, each * weight / max(float(np.mean(weight)), 1e-9), day)


SETTINGS = InfluenzaSettings
SHOCK = Influenza
