"""Meetings of the active members: at lunch, in the evening or by day, with what they cost and the ties they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import CptsEvent, Member, Profession
from cpts_sim.missions.hours import TABLES
from cpts_sim.missions.tools import tie

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

Array = NDArray[Any]


class Meetings:
    """Meetings of a CPTS.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation, self.world, self.settings = organisation, organisation.world, organisation.settings.meetings

    def hold(self, month: int) -> None:
        """Active members of every profession meet; what they give up is charged, and GPs come to know one another."""
        organisation, gps, p = self.organisation, self.world.gps, self.world.parameters
        for profession in TABLES:
            there = self._meet(profession, month)
            organisation.table[f"attended_{TABLES[profession]}"][0] = len(there)
            if profession == Profession.GP:
                tie(self.world, there, p["cpts.ties_per_meeting"], p["cpts.ties_most"])
        rows = organisation.active()
        leaders = rows[gps["member"][rows] == Member.LEADER]
        organisation.give_time("cpts_admin", leaders, p["cpts.leader_hours_month"] * 60.0)
        organisation.spend(CptsEvent.COORDINATION, leaders, p["cpts.leader_hours_month"], board=True)

    def _meet(self, profession: Profession, month: int) -> Array:
        """Draw who of a profession comes how often in a month, charge it, and return who came."""
        organisation, name = self.organisation, TABLES[profession]
        rows = organisation.active(profession)
        a_month = self._chosen(self.settings.per_year, "cpts.meetings_per_year") / 12.0
        u = self.world.draws.uniform(_decision("meeting", profession), self.world.tables[name]["key"][rows], month)
        rested = organisation.membership.rested(name)[rows]
        attended = np.floor(a_month * self.world.parameters["cpts.attendance"] * rested + u)
        there, times = rows[attended > 0], attended[attended > 0]
        self._charge(profession, there, times * self._chosen(self.settings.length_min, "cpts.meeting_min"), month)
        return there

    def _chosen(self, value: float | None, parameter: str) -> float:
        return float(self.world.parameters[parameter] if value is None else value)

    def _charge(self, profession: Profession, rows: Array, length_min: Array, month: int) -> None:
        if not len(rows):
            return
        when = self.settings.when or "mixed"
        key = self.world.tables[TABLES[profession]]["key"][rows]
        u = self.world.draws.uniform(_decision("meeting time", profession), key, month)
        day_share = self.world.parameters["cpts.day_meetings"] if when == "mixed" else float(when == "day")
        evening = (1.0 - day_share) * 0.5 if when == "mixed" else float(when == "evening")
        by_day = u < day_share
        late = ~by_day & (u < day_share + evening)
        for line, chosen in (("cpts_evening", late), ("cpts_lunch", ~by_day & ~late), ("cpts_day", by_day)):
            self.organisation.hours.give(profession, line, rows[chosen], length_min[chosen])
        self.organisation.spend(CptsEvent.MEETING, rows, length_min / 60.0, board=True, profession=profession)


def _decision(what: str, profession: Profession) -> str:
    """Name of a draw of a profession."""
    return what if profession == Profession.GP else f"{what} of {TABLES[profession]}"
