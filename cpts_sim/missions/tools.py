"""Means that missions share: minutes of nurses, hours of a coordinator, digital tools.

Everything here is given by somebody: a nurse's minutes leave her rounds, a tool costs the time to learn and
feed it. State lives in columns of the professionals and of the CPTS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent

if TYPE_CHECKING:
    from cpts_sim.care.world import World
    from cpts_sim.missions.base import Mission

Array = NDArray[Any]
MONTH_DAYS = 30.0
LIBERAL = 0
PEOPLE_UNIT = 10_000.0
WEEKS_A_YEAR = 52.0
COORDINATOR = np.array([-1])
"""Actor of the hours of the CPTS's own staff in the journal."""


def residents_of(world: World) -> float:
    """Inhabitants of the territory now."""
    people = world.people
    return float((people["alive"] & (people["resident"] > 0)).sum())


def residents(mission: Mission) -> float:
    """Inhabitants of the territory now."""
    return residents_of(mission.world)


def add_columns(table: Any, columns: dict[str, Any]) -> None:
    """Add columns that are not there yet (a resumed run has them): name → start value."""
    for name, value in columns.items():
        if name not in table:
            table.add_column(name, np.full(len(table), value))


def tie(world: World, rows: Array, added: float, most: float) -> None:
    """Add to the ties of GPs, up to the most that there can be."""
    ties = world.gps["ties"]
    ties[rows] = np.minimum(ties[rows] + added, most)


def ties_of_years(world: World, rows: Array, meetings_a_year: float) -> None:
    """Ties that meetings have left which GPs attended for years: what they add and time takes away, in the long run."""
    p = world.parameters
    weekly = meetings_a_year * p["cpts.ties_per_meeting"] / WEEKS_A_YEAR
    tie(world, rows, weekly / p["cpts.ties_fade_weekly"], p["cpts.ties_most"])


class NurseTime:
    """Minutes that participating liberal nurses set aside for a mission, out of their rounds.

    Args:
        mission: the mission.
        most: minutes a day of a nurse at most.
    """

    def __init__(self, mission: Mission, most: float) -> None:
        self.mission, self.world, self.most = mission, mission.world, most
        self.day, self.left, self.used = (
            f"{mission.name}_{what}" for what in ("day_min", "left_min", "used_min")
        )

    def install(self) -> None:
        """Add the columns of the nurses."""
        add_columns(self.world.tables["nurses"], {self.day: 0.0, self.left: 0.0, self.used: -1.0})

    def participants(self) -> Array:
        """Rows of the nurses who take part: members, active, drawn once per nurse and mission."""
        nurses, mission = self.world.tables["nurses"], self.mission
        share, active = mission.organisation.share_of("nurses"), mission.organisation.active_share()
        u = self.world.draws.block(f"nurse takes part/{mission.name}", 1, nurses["key"])[0]
        member = self.world.draws.uniform("nurse member", nurses["key"])
        here = (nurses["kind"] == LIBERAL) & (nurses["halo"] == 0) & nurses["alive"]
        result: Array = np.flatnonzero(here & (member < share * active) & (u < self.dose))
        return result

    @property
    def dose(self) -> float:
        """Share of the active nurses who take part, as far as the CPTS can pay."""
        return float(self.mission.settings.dose) * self.mission.organisation.mobilised(self.mission.name)

    def open_month(self) -> None:
        """Set minutes aside for the month: as many as last month's acts called for and some more."""
        nurses, home = self.world.tables["nurses"], self.world.home_care
        rows = self.participants()
        used = nurses[self.used][rows]
        habit = np.clip(1.25 * used / MONTH_DAYS, 0.25 * self.most, self.most)
        wanted = np.zeros(len(nurses))
        wanted[rows] = np.where(used < 0.0, self.most, habit)
        change = np.flatnonzero(wanted != nurses[self.day])
        nurses[self.day][change] += home.reserve(change, (wanted - nurses[self.day])[change])
        nurses[self.left][:] = nurses[self.day] * MONTH_DAYS
        nurses[self.used][rows] = 0.0

    def close(self) -> None:
        """Give the minutes back to the rounds."""
        nurses = self.world.tables["nurses"]
        rows = np.flatnonzero(nurses[self.day] > 0.0)
        self.world.home_care.reserve(rows, -nurses[self.day][rows])
        for column in (self.day, self.left):
            nurses[column][:] = 0.0
        nurses[self.used][:] = -1.0

    def month_minutes(self) -> float:
        """Minutes set aside for a month by all nurses together."""
        return float(self.world.tables["nurses"][self.day].sum()) * MONTH_DAYS

    def take(self, commune: Array, minutes: Array) -> Array:
        """Give acts to the nearest nurses who have the minutes left, one by one; -1 where there is none."""
        nurses = self.world.tables["nurses"]
        able = np.flatnonzero(nurses[self.left] > 0.0)
        found = np.full(len(commune), -1, dtype=np.int64)
        reach = self.world.parameters.array("nurse.reach_min").max()
        for i, (place, wanted) in enumerate(zip(commune.tolist(), minutes.tolist(), strict=True)):
            travel = self.world.travel_min[place, nurses["commune"][able]]
            free = (nurses[self.left][able] >= wanted) & (travel <= reach)
            if free.any():
                nurse = int(able[np.flatnonzero(free)[np.argmin(travel[free])]])
                nurses[self.left][nurse] -= wanted
                nurses[self.used][nurse] += wanted
                found[i] = nurse
        return found


class Coordinator:
    """Hours a month of the CPTS's own staff for a mission.

    Args:
        mission: the mission.
        parameter: hours a month per 10 000 inhabitants.
    """

    def __init__(self, mission: Mission, parameter: str) -> None:
        self.mission, self.parameter = mission, parameter
        self.column, self.cases = f"{mission.name}_hours", f"{mission.name}_cases"

    def install(self) -> None:
        """Add the columns of the CPTS: hours left this month, cases taken on this year."""
        add_columns(self.mission.organisation.table, {self.column: 0.0, self.cases: 0.0})

    def open_month(self) -> None:
        """A new month's hours; what was not used is lost."""
        hours = self.mission.parameters[self.parameter] * residents(self.mission) / PEOPLE_UNIT
        self.mission.organisation.table[self.column][0] = (
            hours * self.mission.settings.dose * self.mission.organisation.staff_share()
        )

    def take(self, wanted: int, hours_each: float) -> int:
        """Return how many cases of so many hours can be taken on, and write these hours down."""
        table, p = self.mission.organisation.table, self.mission.parameters
        count = min(wanted, int(table[self.column][0] / max(hours_each, 1e-9)))
        if count:
            table[self.column][0] -= count * hours_each
            table[self.cases][0] += count
            euros = p["cpts.coordinator_hour_euros"]
            self.mission.organisation.spend(CptsEvent.COORDINATION, COORDINATOR, count * hours_each, euros)
        return count


class Tools:
    """Digital tools: who has taken them up, what that costs (directory, messaging, shared record).

    Args:
        mission: the mission.
        names: tools on offer.
    """

    def __init__(self, mission: Mission, names: tuple[str, ...]) -> None:
        self.mission, self.names = mission, names

    def install(self) -> None:
        """Add the columns of the GPs."""
        every = ("directory", "messaging", "record")
        add_columns(self.mission.world.gps, {f"uses_{name}": np.int8(0) for name in every})

    def month(self, rows: Array, months: int) -> None:
        """More participants take a tool up as months pass; learning and upkeep are charged to them."""
        world, p = self.mission.world, self.mission.parameters
        for name in self.names:
            uses = world.gps[f"uses_{name}"]
            half = p.mapping("pathways.half_months")[name]
            reached = p[f"pathways.{name}_ceiling"] * months / (months + half)
            u = world.draws.uniform(f"takes up/{name}", world.gps["key"][rows])
            fresh = rows[(u < reached) & (uses[rows] == 0)]
            uses[fresh] = 1
            self._unpaid(fresh, p.mapping("pathways.tool_learning_hours")[name] * 60.0)
            self._unpaid(rows[uses[rows] > 0], p.mapping("pathways.tool_min_month")[name])

    def fade(self, day: int, keeps: Array) -> None:
        """Who does not keep the tools up forgets them, as those forget each other who do not meet (weekly).

        Args:
            day: day of the week's turn.
            keeps: whether each GP keeps them up, so pays their minutes.
        """
        world = self.mission.world
        for name in self.names:
            uses = world.gps[f"uses_{name}"]
            users = np.flatnonzero((uses > 0) & ~keeps)
            u = world.draws.uniform(f"forgets/{name}", world.gps["key"][users], day)
            uses[users[u < world.parameters["cpts.ties_fade_weekly"]]] = 0

    def written(self, gp: Array) -> None:
        """A contact is told to these GPs: messages are read, the shared record is fed a second time."""
        world, p = self.mission.world, self.mission.parameters
        known = gp[gp >= 0]
        reads = known[world.gps["uses_messaging"][known] > 0]
        feeds = known[world.gps["uses_record"][known] > 0]
        self._unpaid(reads, p["pathways.message_min"])
        self._unpaid(feeds, p["pathways.double_entry_min"])

    def _unpaid(self, rows: Array, minutes: float) -> None:
        """Minutes of GPs, as often as they stand in ``rows``, that displace others and that nobody pays."""
        once, times = np.unique(rows, return_counts=True)
        organisation = self.mission.organisation
        organisation.give_time("cpts_admin", once, times * minutes)
        organisation.tell(CptsEvent.UNPAID, once, times * minutes / 60.0, 0.0)

    def twice(self, gp: Array) -> Array:
        """Minutes that whoever sees the patient adds to feed the shared record of these GPs."""
        users = (gp >= 0) & (self.mission.world.gps["uses_record"][np.maximum(gp, 0)] > 0)
        return np.where(users, self.mission.parameters["pathways.double_entry_min"], 0.0)


def is_working_day(mission: Mission, day: int) -> bool:
    """Whether offices are open on a day."""
    days = mission.world.days
    index = days.place(day)
    return int(days.weekday[index]) < 5 and not bool(days.holiday[index])


def in_the_day(mission: Mission, person: Array, day: int, what: str) -> Array:
    """A minute of the working day for each person's act."""
    u = mission.world.draws.uniform(what, mission.world.people["key"][person], day)
    result: Array = np.floor((day * DAY + 480.0 + 540.0 * u) * 64.0) / 64.0
    return result
