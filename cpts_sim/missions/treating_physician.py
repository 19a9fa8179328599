"""Mission ``treating_physician``: a census of people without MT, a common list, and pledges of the members.

A pledge comes from the GP's own room; only a part of it is additional to what she would have taken anyway. New
patients lengthen the list, and so the wait of those who are on it already.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.attachment import register
from cpts_sim.engine.events import CptsEvent, MtState, Via
from cpts_sim.missions import tools
from cpts_sim.missions.base import Mission, MissionSettings

Array = NDArray[Any]
NAME = "treating_physician"


class TreatingPhysicianSettings(MissionSettings):
    """Access to a médecin traitant: census, common list, pledges, priority to those who need one most."""

    pledges_per_year: float | None = Field(None, ge=0, le=60)
    """Patients that a participating GP promises to take on in a year, fully taken up (none: the evidence's number)."""
    priority: bool = True
    """Whether people with ALD and those of 70 and over go first (else in the order of chance)."""


class TreatingPhysician(Mission):
    """Census, common list and pledges."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = TreatingPhysicianSettings
    grade: ClassVar[str] = "D"
    pays: ClassVar[tuple[str, ...]] = ("gp", "coordinator")
    loses: ClassVar[tuple[str, ...]] = ("patients already on the members' lists",)
    preparation: ClassVar[str] = "cpts.preparation_hours_month"

    def install(self) -> None:
        """Add the months in which places have been matched."""
        tools.add_columns(self.organisation.table, {"mt_months": np.int32(0)})

    def grown(self, months: int) -> None:
        """Places are given as far as they are after so many months."""
        self.organisation.table["mt_months"][0] = months

    def month(self, month: int) -> None:
        """A commission matches people of the list with the pledges of the month, more of them as months pass."""
        self.organisation.table["mt_months"][0] += 1
        rows = self.organisation.participants(NAME, self.settings.dose)
        if not len(rows):
            return
        hours = self.parameters["cpts.commission_hours_month"]
        self.organisation.give_time("cpts_lunch", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)
        if not self.world.frozen:
            self._match(rows, self._places(rows, month), month)

    def _places(self, rows: Array, month: int) -> Array:
        """Places of the month: a pledge counts in full while there is room, in part beyond the wished list."""
        gps, p = self.world.gps, self.parameters
        reached = min(1.0, float(self.organisation.table["mt_months"][0]) / p["cpts.mt_ramp_months"])
        a_month = reached * self.chosen(self.settings.pledges_per_year, "cpts.pledges_per_year") / 12.0
        u = self.world.draws.block("pledge", 2, gps["key"][rows], month)
        wanted = np.floor(a_month + u[0])
        left = np.floor(gps["list_target"] * gps["list_factor"])[rows] - gps["list_size"][rows]
        room = np.where(gps["open"][rows] > 0, np.maximum(left, 0.0), 0.0)
        beyond = np.where(u[1] < p["cpts.pledge_additional"], wanted, 0.0)
        places: Array = np.minimum(wanted, np.maximum(room, beyond)).astype(np.int64)
        return places

    def _match(self, rows: Array, places: Array, month: int) -> None:
        """Give the places to people of the list who live within reach, those with priority first."""
        world, people = self.world, self.world.people
        person = self._candidates()
        if not len(person) or not places.sum():
            return
        offered = np.repeat(rows, places)
        minutes = world.travel_min[np.ix_(people["commune"][person], world.gps["commune"][offered])]
        taken = np.zeros(len(offered), dtype=bool)
        chosen: list[tuple[int, int]] = []
        for i in range(len(person)):
            near = np.where(taken, np.inf, minutes[i])
            best = int(np.argmin(near))
            if near[best] > self.parameters["cpts.match_reach_min"]:
                continue
            taken[best] = True
            chosen.append((int(person[i]), int(offered[best])))
            if taken.all():
                break
        found = np.array(chosen, dtype=np.int64).reshape(-1, 2)
        register(world, found[:, 0], found[:, 1], np.full(len(found), world.now), Via.CPTS)
        self.organisation.spend(CptsEvent.PLEDGE, found[:, 1], self.parameters["cpts.match_hours"],
                                self.parameters["cpts.coordinator_hour_euros"])  # fmt: skip

    def _candidates(self) -> Array:
        """People on the common list, in the order in which they are offered a place."""
        world, people, p = self.world, self.world.people, self.parameters
        without = (
            np.isin(people["mt_state"], (MtState.SEEKING, MtState.ORPHAN)) & people["alive"] & (people["resident"] > 0)
        )
        person = np.flatnonzero(without)
        u = world.draws.uniform("common list", people["key"][person])
        person, u = person[u < p["cpts.list_consent"]], u[u < p["cpts.list_consent"]]
        old = world.is_aged(person, 70.0)
        first = (people["ald"][person] > 0) | old if self.settings.priority else np.zeros(len(person), dtype=bool)
        ordered: Array = person[np.lexsort((people["key"][person], u, ~first))]
        return ordered


SETTINGS = TreatingPhysicianSettings
MISSION = TreatingPhysician
