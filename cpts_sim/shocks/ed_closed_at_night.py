"""Shock ``ed_closed_at_night``: an emergency department shuts for the night.

Who would have come goes to the next department, by the further road. Where there is none, the call centre
still lets serious cases in after a delay; the others come when the doors open.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.world import World, day_of
from cpts_sim.engine.clock import DAY
from cpts_sim.scenario.fields import Days, Share
from cpts_sim.shocks.base import Shock, ShockSettings

Array = NDArray[Any]
SERIOUS = 3
"""CCMU level from which a visit cannot wait for the morning."""


class EdClosedAtNightSettings(ShockSettings):
    """Nights without emergency department."""

    length_days: Days = Field(365.0, alias="length")
    """How long nights stay closed."""
    nights: Share = 1.0
    """Share of the nights that are closed."""
    from_hour: int = Field(20, ge=12, le=23)
    """Hour of the evening at which the doors close."""
    to_hour: int = Field(8, ge=1, le=12)
    """Hour of the morning at which they open."""
    department: int = Field(0, ge=0)
    """Number of the department in the territory's list (0: the first)."""


class EdClosedAtNight(Shock):
    """Visits of the night go to the next department, or wait."""

    name: ClassVar[str] = "ed_closed_at_night"
    settings_class: ClassVar[type[ShockSettings]] = EdClosedAtNightSettings
    rank: ClassVar[int] = 5
    alarms: ClassVar[bool] = False

    @property
    def absent(self) -> bool:
        """Whether no night is closed."""
        known = self.settings.department < len(self.world.tables["hospitals"])
        return super().absent or self.settings.nights == 0 or not known

    def install(self) -> None:
        """Wrap the rule that says which department receives a visit."""
        minutes = np.array(self.model.territory.hospital_min, dtype=np.float64)
        here = self.settings.department
        others = minutes.copy()
        others[:, here] = np.inf
        self.next = np.argmin(others, axis=1)
        further = others[np.arange(len(others)), self.next] - minutes[:, here]
        self.further = np.maximum(further, 0.0)
        self.world.rules.wrap("which_department", self.name, self.rank, self._reroute)

    def _reroute(
        self, inner: Any, world: World, site: Array, minute: Array, level: Array, commune: Array
    ) -> tuple[Array, Array]:
        site, minute = inner(world, site, minute, level, commune)
        shut = (site == self.settings.department) & self._closed(minute)
        if not shut.any():
            return site, minute
        home = np.maximum(commune, 0)
        further = self.further[home]
        elsewhere = shut & np.isfinite(further)
        regulated = minute + self.parameters["shocks.regulated_delay_min"]
        late = np.where(level >= SERIOUS, regulated, self._opening(minute))
        there = minute + np.where(elsewhere, further, 0.0)
        moved = np.where(shut & ~elsewhere, late, there)
        return np.where(elsewhere, self.next[home], site), np.floor(moved * 64.0) / 64.0

    def _night(self, minute: Array) -> Array:
        """Day in whose evening the night of each minute began."""
        result: Array = day_of(minute) - (minute % DAY < self.settings.to_hour * 60.0)
        return result

    def _closed(self, minute: Array) -> Array:
        within = minute % DAY
        dark = (within >= self.settings.from_hour * 60.0) | (within < self.settings.to_hour * 60.0)
        night = self._night(minute)
        known = (night >= self.first_day) & (night < self.until_day)
        hospital = np.full(len(minute), self.world.tables["hospitals"]["key"][self.settings.department])
        u = self.world.draws.uniform("shock/closed night", hospital, night)
        result: Array = dark & known & (u < self.settings.nights)
        return result

    def _opening(self, minute: Array) -> Array:
        result: Array = (self._night(minute) + 1) * DAY + self.settings.to_hour * 60.0
        return result


SETTINGS = EdClosedAtNightSettings
SHOCK = EdClosedAtNight
