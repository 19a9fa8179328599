"""Mission ``crisis``: a plan, volunteers, drills; in a crisis, surge sessions and a common number.

Without a crisis it brings nothing and costs the hours of plan and drills. With one, volunteers see people in
the evening, paid, after a delay that the plan shortens: weeks later such sessions are improvised everywhere
(``care.crisis_centres``). Callers are sent to whichever volunteer has room.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care import crisis_centres
from cpts_sim.care.crisis_centres import PLANNED
from cpts_sim.care.world import World
from cpts_sim.engine.events import CptsEvent, Route
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.missions.tools import COORDINATOR
from cpts_sim.scenario.fields import Share

Array = NDArray[Any]
NAME = "crisis"
RANK = 40


class CrisisSettings(MissionSettings):
    """Answer to crises: plan, volunteers, drills, surge sessions."""

    volunteers: Share | None = None
    """Share of the participating GPs who open surge sessions (none: the evidence's)."""
    surge_slots_per_day: int | None = Field(None, ge=0, le=4)
    """Paid evening slots of a volunteer on a working day of a crisis (none: the evidence's number)."""
    awareness: Share | None = None
    """Share of inhabitants who call the common number in a crisis (none: the evidence's)."""


class Crisis(Mission):
    """Plan, drills, and surge sessions when the scenario sends a crisis."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = CrisisSettings
    grade: ClassVar[str] = "D"
    pays: ClassVar[tuple[str, ...]] = ("gp", "coordinator")
    loses: ClassVar[tuple[str, ...]] = ("volunteers' evenings", "volunteers' own patients of the day")
    delay: ClassVar[str] = "crisis.delay_months"
    preparation: ClassVar[str] = "crisis.plan_hours_month"

    def install(self) -> None:
        """Follow the calendar of crises; slots and route are those of the centres improvised everywhere."""
        world, rules = self.world, self.world.rules
        if "crisis_readiness" not in self.organisation.table:
            self.organisation.table.add_column("crisis_readiness", np.zeros(1))
        rules.wrap("knows_desk", NAME, RANK, self._knows_number)
        world.hooks.setdefault("day", []).append(self._turn)

    # ------------------------------------------------------------------------------------------ the plan
    def begin(self) -> None:
        """The plan is written, if anybody took part."""
        if not len(self.organisation.participants(NAME, self.settings.dose)):
            return
        self.organisation.table["crisis_readiness"][0] = self.parameters["crisis.readiness_of_plan"]

    def grown(self, months: int) -> None:
        """Readiness is what forgetting and drills have left of the plan."""
        p, ready = self.parameters, self.organisation.table["crisis_readiness"]
        every = int(12.0 / p["crisis.drills_per_year"])
        for month in range(months):
            ready[0] *= 1.0 - p["crisis.forgotten_monthly"]
            if month % every == 1 % every:
                ready[0] = min(1.0, float(ready[0]) + p["crisis.readiness_per_drill"])

    def month(self, month: int) -> None:
        """What nobody drills is forgotten; twice a year there is a drill, in the evening."""
        p, ready = self.parameters, self.organisation.table["crisis_readiness"]
        ready[0] *= 1.0 - p["crisis.forgotten_monthly"]
        every = int(12.0 / p["crisis.drills_per_year"])
        if month % every != 1 % every:
            return
        rows = self.organisation.participants(NAME, self.settings.dose)
        self.organisation.give_time("cpts_evening", rows, p["crisis.drill_hours"] * 60.0)
        self.organisation.spend(CptsEvent.MEETING, rows, p["crisis.drill_hours"])
        if len(rows):
            ready[0] = min(1.0, float(ready[0]) + p["crisis.readiness_per_drill"])

    @property
    def delay_days(self) -> float:
        """Days between the first day of a crisis and the first surge session."""
        p, ready = self.parameters, float(self.organisation.table["crisis_readiness"][0])
        return float(
            p["crisis.days_without_plan"]
            + ready * (p["crisis.days_with_plan"] - p["crisis.days_without_plan"])
        )

    def answers_on(self, day: int) -> bool:
        """Whether surge sessions are held on a day."""
        return self.running and crisis_centres.in_crisis(self.world, day, self.delay_days)

    # ------------------------------------------------------------------------------------------ the surge
    def _turn(self, world: World, day: int) -> None:
        """Volunteers open the evenings of the coming days while the crisis lasts; then they close them."""
        surge = world.gps["surge"]
        if not self.answers_on(day):
            if (surge == PLANNED).any():
                crisis_centres.stand_down(world, PLANNED)
            return
        share = self.chosen(self.settings.volunteers, "crisis.volunteers")
        rows = crisis_centres.volunteers(world, self.organisation.participants(NAME, self.settings.dose), share)
        surge[surge == PLANNED] = 0
        surge[rows] = PLANNED
        slots = self.chosen(self.settings.surge_slots_per_day, "crisis.surge_slots_per_day")
        surgeries = self.organisation.model.care.surgeries
        crisis_centres.open_evenings(world, surgeries, rows, day, slots, PLANNED)
        hours = self.parameters["crisis.cell_hours_day"]
        euros = self.parameters["cpts.coordinator_hour_euros"]
        self.organisation.spend(CptsEvent.COORDINATION, COORDINATOR[: len(rows)], hours, euros)

    def end(self) -> None:
        """The contract is over: no more surge; evenings that are taken are held, and paid as far as there is money."""
        crisis_centres.stand_down(self.world, PLANNED)

    # ------------------------------------------------------------------------------------------ the common number
    def _knows_number(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """Where a plan is at work its number is known as the scenario says: callers go to whoever has room."""
        known: Array = inner(world, key, wanted, minute)
        if self.settings.awareness is None or not (world.gps["surge"] == PLANNED).any():
            return known
        calls = crisis_centres.calls_number(world, key, wanted, minute, self.settings.awareness)
        return np.where(calls, int(Route.SURGE), known)


SETTINGS = CrisisSettings
MISSION = Crisis
