"""Mission ``crisis``: a plan, volunteers, drills; in a crisis, surge sessions and a common number.

Without a crisis it brings nothing and costs the hours of plan and drills. With one, volunteers see people in
the evening, paid, after a delay that the plan shortens; callers are sent to whichever volunteer has room.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.common_numbers import offer_nearest
from cpts_sim.care.routes import Plan, Wave
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import CptsEvent, Route
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.scenario.fields import Share

Array = NDArray[Any]
NAME = "crisis"
RANK = 40
AHEAD_DAYS = 3


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
    code = Route.SURGE

    def install(self) -> None:
        """Add the route of the common number; it opens only in a crisis."""
        world, rules = self.world, self.world.rules
        if "surge" not in world.gps:
            world.gps.add_column("surge", np.zeros(len(world.gps), dtype=np.int8))
        if "crisis_readiness" not in self.organisation.table:
            self.organisation.table.add_column("crisis_readiness", np.zeros(1))
        rules.wrap("knows_desk", NAME, RANK, self._knows_number)
        world.routes.append(self)
        world.hooks.setdefault("day", []).append(self._turn)

    # ------------------------------------------------------------------------------------------ the plan
    def preparing(self, month: int) -> None:
        """Participating members write the plan."""
        rows = self.organisation.participants(NAME, self.settings.dose)
        hours = self.parameters["crisis.plan_hours_month"]
        self.organisation.give_time("cpts_admin", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)

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
        late, after = self.delay_days, self.parameters["crisis.days_after"]
        return self.running and any(
            alert.first_day + late <= day < alert.until_day + after for alert in self.world.alerts
        )

    # ------------------------------------------------------------------------------------------ the surge
    def _turn(self, world: World, day: int) -> None:
        """Volunteers open the evenings of the coming days while the crisis lasts; then they close them."""
        surge = world.gps["surge"]
        if not self.answers_on(day):
            if surge.any():
                self._stand_down()
            return
        rows = self.organisation.participants(NAME, self.settings.dose)
        share = self.chosen(self.settings.volunteers, "crisis.volunteers")
        rows = rows[world.draws.uniform("crisis volunteer", world.gps["key"][rows]) < share]
        surge[:] = 0
        surge[rows] = 1
        for ahead in range(AHEAD_DAYS):
            self._open(rows, day + ahead)
        hours = self.parameters["crisis.cell_hours_day"]
        euros = self.parameters["cpts.coordinator_hour_euros"]
        self.organisation.spend(CptsEvent.COORDINATION, rows[:1], hours, euros)

    def _open(self, rows: Array, day: int) -> None:
        """Evening slots that a GP does not hold yet become surge slots."""
        world, books, surgeries = self.world, self.world.books, self.organisation.model.care.surgeries
        if not len(rows) or day >= books.last_day:
            return
        span = books.span(day)
        weekday = int(world.days.weekday[min(day - world.days.first_day, len(world.days.weekday) - 1)])
        wanted = self.chosen(self.settings.surge_slots_per_day, "crisis.surge_slots_per_day")
        evening = surgeries.template.reserve[weekday][rows] == 2
        nth = np.cumsum(evening, axis=1) <= int(wanted + 0.5)
        blank = (books.kind[rows, span] == 0) & np.isfinite(books.start[rows, span])
        which, local = np.nonzero(evening & nth & blank & surgeries.present(day)[rows][:, None])
        self._give(rows[which], local + span.start)

    def _give(self, row: Array, column: Array) -> None:
        books = self.world.books
        books.kind[row, column] = int(Slot.EXTRA)
        books.free[row, column] = int(Slot.EXTRA)
        books.open.set(row, column, True)

    def _stand_down(self) -> None:
        """Surge slots that nobody has taken are closed."""
        world, books = self.world, self.world.books
        surge = world.gps["surge"] > 0
        regular = (
            world.gps["extra_sessions"] > 0
            if "extra_sessions" in world.gps
            else np.zeros(len(surge), dtype=bool)
        )
        row, column = np.nonzero((books.free == Slot.EXTRA) & (surge & ~regular)[:, None])
        books.close(row, column)
        world.gps["surge"][:] = 0

    def end(self) -> None:
        """The contract is over: no more surge."""
        self._stand_down()

    # ------------------------------------------------------------------------------------ the common number
    def _calls(self, key: Array) -> Array:
        share = self.chosen(self.settings.awareness, "crisis.awareness")
        result: Array = self.world.draws.uniform("knows the crisis number", key) < share
        return result

    @property
    def open(self) -> bool:
        """Whether somebody answers the common number now."""
        return bool(self.world.gps["surge"].any())

    def _knows_number(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """In a crisis, whom the usual practice has refused calls the common number."""
        known: Array = inner(world, key, wanted, minute)
        if not self.open:
            return known
        return np.where(wanted & self._calls(key) & world.days.is_open(minute), int(Route.SURGE), known)

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """Offer surge slots, and slots of the day, of the nearest volunteers."""
        rows = np.flatnonzero(world.gps["surge"] > 0)
        kinds = int(Slot.EXTRA | Slot.SAME_DAY)
        offer_nearest(world, wave, who, contact, plan, rows, kinds, Route.SURGE, "dispatched")


SETTINGS = CrisisSettings
MISSION = Crisis
