"""Mission ``professional_support``: trainees, a desk for those who settle, locums, colleagues.

Trainees take hours of supervision now and may settle years later. The desk brings GPs who would have gone
elsewhere; a part of them leave a neighbouring territory, which is listed apart. Locums keep the practices of those
who take part open during holidays; a part of them would have replaced a neighbour. Colleagues meet: ties ease strain.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.freed_time import close_slots
from cpts_sim.care.newcomers import MONTHS_A_YEAR, places
from cpts_sim.care.professionals import leave_for
from cpts_sim.care.world import World
from cpts_sim.engine.events import Career, CptsEvent, Work
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.missions.locum_pool import LocumPool
from cpts_sim.missions.tools import tie, ties_of_years
from cpts_sim.scenario.fields import Share

Array = NDArray[Any]
NAME = "professional_support"
RANK = 60
BOARDS_A_YEAR = 12.0
LONGEST_LAG = 122
"""Months for which former trainees are remembered."""


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
    preparation: ClassVar[str] = "professional_support.preparation_hours_month"

    def __init__(self, settings: Any, organisation: Any) -> None:
        super().__init__(settings, organisation)
        self.pool = LocumPool(self)

    def install(self) -> None:
        """Wrap the rules of arrivals and of the week's strain."""
        world, table = self.world, self.organisation.table
        if "hosts_trainee" not in world.gps:
            world.gps.add_column("hosts_trainee", np.zeros(len(world.gps), dtype=np.int8))
        if "trainees" not in table:
            table.add_column("trainees", np.zeros((1, LONGEST_LAG)))
            table.add_column("trainees_settling", np.zeros(1))
        world.hooks.setdefault("week", []).append(self.pool.week)
        world.rules.wrap("arrivals", NAME, RANK, self._arrivals)
        world.rules.wrap("strain_week", NAME, RANK, self._strain_week)

    def grown(self, months: int) -> None:
        """Colleagues who have met for long have ties, and former trainees are on their way."""
        rows = self.organisation.participants(NAME, self.settings.dose)
        if self.parameters["professional_support.meeting_hours_month"] > 0.0:
            ties_of_years(self.world, rows, BOARDS_A_YEAR)
        trained = len(self._hosts(rows)) * self.parameters["professional_support.trainees_per_host_year"] / 12.0
        for ago in range(months):
            self._will_decide(trained, self.parameters["professional_support.trainee_lag_months"] - ago)

    def month(self, month: int) -> None:
        """Colleagues meet, trainees are supervised, locums are found."""
        p = self.parameters
        rows = self.organisation.participants(NAME, self.settings.dose)
        self._trainees(rows)
        self.pool.month(rows if self.settings.locum_pool else rows[:0])
        if not len(rows):
            return
        hours = p["professional_support.meeting_hours_month"]
        self.organisation.give_time("cpts_lunch", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.MEETING, rows, hours)
        tie(self.world, rows, p["cpts.ties_per_meeting"], p["cpts.ties_most"])
        desk, euros = p["professional_support.desk_hours_month_per_gp"], p["cpts.coordinator_hour_euros"]
        self.organisation.spend(CptsEvent.COORDINATION, rows, desk, euros)

    def end(self) -> None:
        """The contract is over: no supervision, no pool; who has settled stays."""
        self.world.gps["hosts_trainee"][:] = 0
        self.organisation.table["trainees_settling"][0] = 0.0
        self.pool.month(np.zeros(0, dtype=np.int64))

    # ------------------------------------------------------------------------------------------ trainees
    def _trainees(self, rows: Array) -> None:
        """Supervision takes hours, a part of them from patients; former trainees settle."""
        world, gps, p, table = self.world, self.world.gps, self.parameters, self.organisation.table
        hosts = self._hosts(rows)
        gps["hosts_trainee"][:] = 0
        gps["hosts_trainee"][hosts] = 1
        minutes = p["professional_support.supervision_hours_month"] * 60.0
        world.ledger.charge("supervision", hosts, minutes)
        close_slots(
            world, hosts, np.full(len(hosts), minutes * p["professional_support.supervision_displaces"])
        )
        queue = table["trainees"][0]
        queue[:-1] = queue[1:]  # a month has passed
        queue[-1] = 0.0
        trained = len(hosts) * p["professional_support.trainees_per_host_year"] / 12.0
        self._will_decide(trained, p["professional_support.trainee_lag_months"])
        table["trainees_settling"][0] = queue[0] * p["professional_support.trainee_settles"]

    def _hosts(self, rows: Array) -> Array:
        """Those among participating GPs who host trainees."""
        share = self.chosen(self.settings.trainee_hosts, "professional_support.trainee_hosts")
        hosts: Array = rows[self.world.draws.uniform("hosts trainees", self.world.gps["key"][rows]) < share]
        return hosts

    def _will_decide(self, trained: float, months: float) -> None:
        """So many former trainees decide where to settle in a number of months (a part of a month is shared out)."""
        queue, whole = self.organisation.table["trainees"][0], int(np.floor(months))
        for month, part in ((whole, 1.0 - (months - whole)), (whole + 1, months - whole)):
            if 0 <= month < LONGEST_LAG:
                queue[month] += trained * part

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
        settling = self.organisation.table["trainees_settling"][0] * BOARDS_A_YEAR / MONTHS_A_YEAR  # boards are rarer
        trained = hosts & (u[1] < settling / max(int(hosts.sum()), 1))
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

    # ------------------------------------------------------------------------------------------ strain
    def _strain_week(self, inner: Any, world: World, *week: Any) -> tuple[dict[str, Array], dict[str, Array]]:
        """Supervision is work."""
        demands, resources = inner(world, *week)
        return {**demands, "load": demands["load"] + week[0]["supervision"] / 60.0}, resources


SETTINGS = ProfessionalSupportSettings
MISSION = ProfessionalSupport
