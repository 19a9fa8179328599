"""Shock ``drug_shortage``: medicines are missing; pharmacists look for others, GPs prescribe anew."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from cpts_sim.engine.events import Need
from cpts_sim.scenario.fields import Days
from cpts_sim.shocks.base import Shock, ShockSettings


class DrugShortageSettings(ShockSettings):
    """A shortage of medicines that chronic patients take."""

    length_days: Days = Field(90.0, alias="length")
    """How long they are missing."""
    severity: float = Field(1.0, ge=0, le=10)
    """1: the share of treatments of the evidence is touched; 0: none."""


class DrugShortage(Shock):
    """Counter time for those who find nothing, and a visit for some of them."""

    name: ClassVar[str] = "drug_shortage"
    settings_class: ClassVar[type[ShockSettings]] = DrugShortageSettings
    rank: ClassVar[int] = 7
    alarms: ClassVar[bool] = False

    @property
    def absent(self) -> bool:
        """Whether nothing is missing."""
        return super().absent or self.settings.severity == 0

    def day(self, day: int) -> None:
        """Chronic patients who come for a renewal today and find nothing."""
        world, p, people = self.world, self.parameters, self.world.people
        person = self.living()
        person = person[people["chronic"][person] > 0]
        chance = self.settings.severity * p["shocks.shortage_renewals_day"]
        u = world.draws.uniform("shock/shortage counter", people["key"][person], day)
        touched = person[u < chance]
        world.pharmacies.settle(people["pharmacy"][touched])
        self.add_needs(Need.PREVENTIVE, touched, np.full(len(touched), p["shocks.shortage_visit"]), day)


SETTINGS = DrugShortageSettings
SHOCK = DrugShortage
