"""The CPTS itself: who belongs to it, when it meets, what that costs, and which professionals it makes meet.

Its process on the clock is a monthly board. All state is in the table ``cpts`` and in columns of the professionals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.freed_time import close_slots
from cpts_sim.care.ledger import displaces
from cpts_sim.care.strain_effects import StrainEffects, home_of
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.events import CptsEvent, Member, Profession, Work
from cpts_sim.errors import InternalError
from cpts_sim.missions.base import MONTH, Mission

Array = NDArray[Any]
PROCESS_CPTS = 2
WAITING, RUNNING, STOPPED = 0, 1, 2


class Organisation:
    """A CPTS in a model.

    Args:
        model: the model.
        settings: block ``cpts`` of the arm.
    """

    def __init__(self, model: Any, settings: Any) -> None:
        self.model, self.settings = model, settings
        self.world: World = model.care.world
        self.missions: dict[str, Mission] = {}
        self.effects = StrainEffects(self.world.parameters, self.world.strain[Profession.GP].population.ee)

    def add(self, mission: Mission) -> None:
        """Add a mission (once)."""
        if mission.name in self.missions:
            raise InternalError(f"cpts: mission {mission.name} installed twice, expected once.")
        self.missions[mission.name] = mission

    def start(self) -> None:
        """Put the board on the clock and let the missions install themselves."""
        tables = self.world.tables
        if self.model.organisation is not None:
            raise InternalError("cpts: installed twice in one model, expected once.")
        self.model.organisation = self
        if "cpts" not in tables:
            start = self.model.now + self.settings.start_months * MONTH
            first = {"origin": np.array([start]), "next_at": np.array([_midnight(start)])}
            tables["cpts"] = Table("cpts", 1, {**first, "stage": "i1", "month": "i4", "key": "u8"})
        for name, mission in sorted(self.missions.items()):
            if f"began_{name}" not in self.table:
                self.table.add_column(f"began_{name}", np.zeros(1, dtype=np.int8))
            mission.install()
        self.world.hooks.setdefault("week", []).append(self._week)
        self.model.clock.loop(PROCESS_CPTS, self.table, self._board)

    @property
    def table(self) -> Table:
        """The table of the CPTS (one row)."""
        return self.world.tables["cpts"]

    def has_begun(self, mission: str) -> bool:
        """Whether a mission gives care now."""
        return bool(self.table[f"began_{mission}"][0]) and int(self.table["stage"][0]) == RUNNING

    # ------------------------------------------------------------------------------------------ the monthly board
    def _board(self, row: int) -> None:
        world, table = self.world, self.table
        world.now = self.model.now
        month = int(table["month"][row])
        if table["stage"][row] == WAITING:
            table["stage"][row] = RUNNING
            self._choose_members()
        if self._contract_over():
            self._stop(row)
            return
        self._meet(month)
        for name, mission in sorted(self.missions.items()):
            self._live(name, mission, month)
        table["month"][row] = month + 1
        table["next_at"][row] = _midnight(table["origin"][row] + (month + 1) * MONTH)

    def _live(self, name: str, mission: Mission, month: int) -> None:
        column = self.table[f"began_{name}"]
        if not column[0] and month >= mission.delay_months:
            column[0] = 1
            mission.begin()
        if column[0]:
            mission.month(month)
        else:
            mission.preparing(month)

    def _contract_over(self) -> bool:
        stop = self.settings.stop_months
        return stop is not None and self.world.now >= _midnight(stop * MONTH)

    def _stop(self, row: int) -> None:
        self.table["stage"][row] = STOPPED
        self.table["next_at"][row] = NEVER
        for name, mission in sorted(self.missions.items()):
            if self.table[f"began_{name}"][0]:
                mission.end()
        self.world.gps["member"][:] = Member.NONE

    # ------------------------------------------------------------------------------------------ members
    def _choose_members(self) -> None:
        """Who joins, and who is active: drawn once per professional, by practice, age and strain."""
        world, p, gps = self.world, self.world.parameters, self.world.gps
        share = self._setting(self.settings.members.share_gps, "cpts.members_gps")
        active = self._setting(self.settings.members.active_share, "cpts.active_share")
        u = world.draws.block("membership", 2, gps["key"])
        here = (gps["halo"] == 0) & gps["alive"] & (gps["status"] != Work.LEFT)
        pull = self._pull()
        joins = here & (u[0] < np.minimum(1.0, share * pull))
        gps["member"][joins] = Member.PASSIVE
        gps["member"][joins & (u[1] < active)] = Member.ACTIVE
        rows = np.flatnonzero(gps["member"] == Member.ACTIVE)
        leaders = rows[np.argsort(u[1][rows], kind="stable")][: int(p["cpts.leaders"])]
        gps["member"][leaders] = Member.LEADER

    def _pull(self) -> Array:
        """Relative inclination to join: group practice and women above, the exhausted below; mean 1."""
        gps, p = self.world.gps, self.world.parameters
        odds = self.effects.of(gps["ee"], home_of(gps), frozen=True).join_odds
        pull = np.where(gps["practice_type"] > 1, p["cpts.join_group_factor"], 1.0) * np.minimum(odds, 2.0)
        inside = gps["halo"] == 0
        mean = pull[inside].mean() if inside.any() else 1.0
        result: Array = pull / max(mean, 1e-9)
        return result

    def _setting(self, value: float | None, parameter: str) -> float:
        return float(self.world.parameters[parameter] if value is None else value)

    def active(self) -> Array:
        """Rows of the GPs who take part now."""
        gps = self.world.gps
        return np.flatnonzero((gps["member"] >= Member.ACTIVE) & gps["alive"] & (gps["status"] == Work.WORKING))

    def participants(self, mission: str, dose: float) -> Array:
        """Rows of the active GPs who take part in a mission at a dose (drawn once per GP and mission)."""
        rows = self.active()
        u = self.world.draws.uniform(f"takes part/{mission}", self.world.gps["key"][rows])
        chosen: Array = rows[u < dose]
        return chosen

    # ------------------------------------------------------------------------------------------ meetings
    def _meet(self, month: int) -> None:
        """Active members meet: at lunch, in the evening or by day; what they give up is charged."""
        world, gps, p = self.world, self.world.gps, self.world.parameters
        rows = self.active()
        if not len(rows):
            return
        a_month = self._setting(self.settings.meetings.per_year, "cpts.meetings_per_year") / 12.0
        length = self._setting(self.settings.meetings.length_min, "cpts.meeting_min")
        u = world.draws.uniform("meeting", gps["key"][rows], month)
        attended = np.floor(a_month * p["cpts.attendance"] + u)
        there, times = rows[attended > 0], attended[attended > 0]
        self._charge_meeting(there, times * length, month)
        leaders = rows[gps["member"][rows] == Member.LEADER]
        self.give_time("cpts_admin", leaders, p["cpts.leader_hours_month"] * 60.0)
        self.spend(CptsEvent.COORDINATION, leaders, p["cpts.leader_hours_month"])
        gps["ties"][there] = np.minimum(gps["ties"][there] + p["cpts.ties_per_meeting"], p["cpts.ties_most"])

    def _charge_meeting(self, rows: Array, length_min: Array, month: int) -> None:
        if not len(rows):
            return
        when = self.settings.meetings.when or "mixed"
        u = self.world.draws.uniform("meeting time", self.world.gps["key"][rows], month)
        day_share = self.world.parameters["cpts.day_meetings"] if when == "mixed" else float(when == "day")
        evening = 0.5 if when == "mixed" else float(when == "evening")
        by_day = u < day_share
        late = (
            ~by_day & (u < day_share + (1.0 - day_share) * evening)
            if when == "mixed"
            else np.full(len(rows), when == "evening")
        )
        lunch = ~by_day & ~late
        for line, chosen in (("cpts_evening", late), ("cpts_lunch", lunch), ("cpts_day", by_day)):
            self.give_time(line, rows[chosen], length_min[chosen])
        self.spend(CptsEvent.MEETING, rows, length_min / 60.0)

    def give_time(self, line: str, rows: Array, minutes: Array | float) -> None:
        """Give hours of GPs to the CPTS: what they displace is taken from patients, administration or rest.

        Args:
            line: ledger line; administration for the CPTS is done after hours, as evening meetings are.
            rows: GPs, each once.
            minutes: minutes of each, or one number for all.
        """
        if not len(rows):
            return
        given = np.broadcast_to(np.asarray(minutes, dtype=np.float64), len(rows))
        taken = displaces("cpts_evening" if line == "cpts_admin" else line, given, self.world.parameters)
        self.world.ledger.charge(line, rows, given)
        self.world.gps["admin_given_min"][rows] += taken.admin  # the week's administration is charged when it ends
        close_slots(self.world, rows, taken.patients, first_day=7)

    def spend(self, event: int, rows: Array, hours: Any, euros_per_hour: float | None = None) -> None:
        """Write hours of professionals in the journal, with what the CPTS pays for them."""
        if not len(rows):
            return
        rate = self.world.parameters["cpts.hour_euros"] if euros_per_hour is None else euros_per_hour
        self.world.journal.add("cpts", at=self.world.now, event=event, actor=rows, hours=hours, euros=hours * rate)

    def _week(self, world: World, day: int) -> None:
        """Ties fade without contact."""
        world.gps["ties"] *= 1.0 - world.parameters["cpts.ties_fade_weekly"]


def _midnight(minute: float) -> float:
    """Midnight at which the day of a minute begins."""
    return float(np.floor(minute / DAY) * DAY)
