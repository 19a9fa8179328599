"""Mission ``professional_support``: trainees, a desk for those who settle, locums, colleagues.

Trainees take hours of supervision now and may settle years later. The desk brings GPs who would have gone
elsewhere; a part of them leave a neighbouring territory, which is listed apart. Locums keep practices open
during holidays. Who is less alone strains less, and stays.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.freed_time import close_slots
from cpts_sim.care.newcomers import MONTHS_A_YEAR, places
from cpts_sim.care.professionals import leave_for
from cpts_sim.care.setup import NO_POOL
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Career, CptsEvent, Work
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.scenario.fields import Share

Array = NDArray[Any]
NAME = "professional_support"
RANK = 60
POOL_AFTER_WEEKS = 3


class ProfessionalSupportSettings(MissionSettings):
    """Support to professionals: trainees, installation desk, locum pool, shared complex cases."""

    trainee_hosts: Share | None = None
    """Share of the participating GPs who host trainees (none: the evidence's)."""
    arrivals_per_100_year: float | None = Field(None, ge=0, le=10)
    """GPs a year whom the desk brings, per 100 participating practices (none: the evidence's number)."""
    locum_pool: bool = True
    """Whether there is a pool of locums."""


class ProfessionalSupport(Mission):
    """Trainees, desk, pool, and peers."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = ProfessionalSupportSettings
    grade: ClassVar[str] = "judgement"
    pays: ClassVar[tuple[str, ...]] = ("gp", "coordinator")
    loses: ClassVar[tuple[str, ...]] = ("patients of the supervisors", "neighbouring territories")
    delay: ClassVar[str] = "professional_support.delay_months"

    def install(self) -> None:
        """Wrap the rules of arrivals and of the week's strain."""
        world, table = self.world, self.organisation.table
        for column in ("supported", "hosts_trainee"):
            if column not in world.gps:
                world.gps.add_column(column, np.zeros(len(world.gps), dtype=np.int8))
        for column in ("trainees_pending", "trainees_settling"):
            if column not in table:
                table.add_column(column, np.zeros(1))
        world.rules.wrap("arrivals", NAME, RANK, self._arrivals)
        world.rules.wrap("strain_week", NAME, RANK, self._strain_week)

    def preparing(self, month: int) -> None:
        """Participating members prepare the desk and find supervisors."""
        rows = self.organisation.participants(NAME, self.settings.dose)
        hours = self.parameters["professional_support.preparation_hours_month"]
        self.organisation.give_time("cpts_admin", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)

    def month(self, month: int) -> None:
        """Colleagues meet, trainees are supervised, locums are found."""
        gps, p = self.world.gps, self.parameters
        rows = self.organisation.participants(NAME, self.settings.dose)
        gps["supported"][:] = 0
        gps["supported"][rows] = 1
        self._trainees(rows)
        if not len(rows):
            return
        hours = p["professional_support.meeting_hours_month"]
        self.organisation.give_time("cpts_lunch", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.MEETING, rows, hours)
        gps["ties"][rows] = np.minimum(gps["ties"][rows] + p["cpts.ties_per_meeting"], p["cpts.ties_most"])
        desk, euros = p["professional_support.desk_hours_month_per_gp"], p["cpts.coordinator_hour_euros"]
        self.organisation.spend(CptsEvent.COORDINATION, rows, desk, euros)
        if self.settings.locum_pool:
            self._pool(rows)

    def end(self) -> None:
        """The contract is over: no supervision, no pool; who has settled stays."""
        for column in ("supported", "hosts_trainee"):
            self.world.gps[column][:] = 0
        self.organisation.table["trainees_settling"][0] = 0.0
        self.world.gps["locum_from"][:] = NO_POOL
        surgeries = self.organisation.model.care.surgeries
        surgeries.plan_leave(surgeries.leave.shape[1])

    # ------------------------------------------------------------------------------------------ trainees
    def _trainees(self, rows: Array) -> None:
        """Supervision takes hours, a part of them from patients; former trainees settle."""
        world, gps, p, table = self.world, self.world.gps, self.parameters, self.organisation.table
        share = self.chosen(self.settings.trainee_hosts, "professional_support.trainee_hosts")
        hosts = rows[world.draws.uniform("hosts trainees", gps["key"][rows]) < share]
        gps["hosts_trainee"][:] = 0
        gps["hosts_trainee"][hosts] = 1
        minutes = p["professional_support.supervision_hours_month"] * 60.0
        world.ledger.charge("supervision", hosts, minutes)
        close_slots(
            world, hosts, np.full(len(hosts), minutes * p["professional_support.supervision_displaces"])
        )
        table["trainees_pending"][0] += len(hosts) * p["professional_support.trainees_per_host_year"] / 12.0
        decided = table["trainees_pending"][0] / p["professional_support.trainee_lag_months"]
        table["trainees_pending"][0] -= decided
        table["trainees_settling"][0] = decided * p["professional_support.trainee_settles"]

    # ------------------------------------------------------------------------------------------ arrivals
    def _arrivals(self, inner: Any, world: World, number: int) -> Array:
        """Beside participants more GPs settle: whom the desk brings, and former trainees."""
        usual: Array = inner(world, number)
        if not self.running:
            return usual
        gps, p = world.gps, self.parameters
        beside = np.intersect1d(self.organisation.participants(NAME, self.settings.dose), places(world))
        u = world.draws.block("settles with support", 3, gps["premises"][beside], number)
        a_year = self.chosen(
            self.settings.arrivals_per_100_year, "professional_support.arrivals_per_100_year"
        )
        brought = u[0] < a_year / 100.0 / MONTHS_A_YEAR
        hosts = gps["hosts_trainee"][beside] > 0
        trained = hosts & (u[1] < self.organisation.table["trainees_settling"][0] / max(int(hosts.sum()), 1))
        self.organisation.spend(CptsEvent.ARRIVAL, beside[brought | trained], 0.0)
        self._from_neighbours(beside[brought & (u[2] < p["professional_support.displaced"])])
        result: Array = np.union1d(usual, beside[brought | trained])
        return result

    def _from_neighbours(self, beside: Array) -> None:
        """A part of those whom the desk brings leave a practice nearby: the nearest GP of the halo goes."""
        world, gps = self.world, self.world.gps
        self.organisation.spend(CptsEvent.DISPLACED, beside, 0.0)
        for row in beside.tolist():
            near = np.flatnonzero((gps["halo"] > 0) & gps["alive"] & (gps["status"] != Work.LEFT))
            if len(near):
                minutes = world.travel_min[gps["commune"][row], gps["commune"][near]]
                leave_for(world, near[[int(np.argmin(minutes))]], Career.DISPLACED)

    # --------------------------------------------------------------------------------------- locums and peers
    def _pool(self, rows: Array) -> None:
        """Participants join the pool once; their coming holidays may find a locum."""
        world, gps = self.world, self.world.gps
        new = rows[gps["locum_from"][rows] == NO_POOL]
        if not len(new):
            return
        surgeries = self.organisation.model.care.surgeries
        today = int(np.floor_divide(world.now, DAY))
        gps["locum_from"][new] = surgeries.week(today) + POOL_AFTER_WEEKS
        surgeries.plan_leave(surgeries.leave.shape[1])
        surgeries.open_books(new, today + 7 * POOL_AFTER_WEEKS, world.books.last_day)

    def _strain_week(self, inner: Any, world: World, *week: Any) -> tuple[dict[str, Array], dict[str, Array]]:
        """Supervision is work; having colleagues to turn to helps."""
        demands, resources = inner(world, *week)
        hours = week[0]["supervision"] / 60.0
        support = world.gps["supported"] * world.parameters["professional_support.peer_support"]
        more = {**resources, "peer_support": resources["peer_support"] + support}
        return {**demands, "load": demands["load"] + hours}, more


SETTINGS = ProfessionalSupportSettings
MISSION = ProfessionalSupport
