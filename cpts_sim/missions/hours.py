"""Hours that professionals give to a CPTS: what they displace, and the week in which they count.

A GP's hours by day close slots of hers. A nurse's take acts at her office, and room for new patients out of her rounds
until the next board; those whom she visits keep their visits. A pharmacist's colleagues stand at the counter meanwhile.
Hours at lunch and in the evening are taken from rest, whoever gives them.

A meeting is held in one week. The administration that a board hands out is a month's work: it is spread over the weeks
that begin before the next board, those in which its GP is away left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import teams
from cpts_sim.care.freed_time import close_slots
from cpts_sim.care.ledger import displaces
from cpts_sim.engine.clock import DAY, WEEK
from cpts_sim.engine.columns import Table
from cpts_sim.engine.events import Profession, Work
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.tools import add_columns

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

Array = NDArray[Any]
REST = {"cpts_evening": 1.0, "cpts_admin": 1.0, "cpts_lunch": 0.5}
"""Part of the hours on each line that is taken from rest."""
OFFICE = "cpts_admin"
LINES = ("cpts_lunch", "cpts_evening", "cpts_day", OFFICE)
TABLES = {Profession.GP: "gps", Profession.NURSE: teams.TABLES[Profession.NURSE],
          Profession.PHARMACIST: teams.TABLES[Profession.PHARMACIST]}  # fmt: skip
"""Tables of those who may belong."""


class Hours:
    """Hours given to a CPTS.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.world = organisation.world
        self.week_turns = False
        """Whether the present board is held before the week that ends at this midnight is closed."""
        self.at_board = False
        """Whether a board hands out the hours of a month."""

    def install(self) -> None:
        """Add the columns: hours of the month and usual hours taken from rest, and what counts in the week to come."""
        ahead = {f"ahead_{line}_min": 0.0 for line in (*LINES, "patients", "admin")}
        for name in TABLES.values():
            add_columns(self.world.tables[name], {"cpts_hours": 0.0, "cpts_usual_hours": 0.0, **ahead})
        add_columns(self.world.gps, {"month_office_min": 0.0})

    def table(self, profession: Profession) -> Table:
        """The table of a profession."""
        return self.world.tables[TABLES[profession]]

    def give(self, profession: Profession, line: str, rows: Array, minutes: Array | float) -> None:
        """Charge hours to a line, and displace what they displace.

        Args:
            profession: GPs, nurses or pharmacists.
            line: ledger line; administration for the CPTS is done after hours, as evening meetings are.
            rows: professionals, each once.
            minutes: minutes of each, or one number for all.
        """
        if not len(rows):
            return
        table, given = self.table(profession), np.broadcast_to(np.asarray(minutes, dtype=np.float64), len(rows))
        table["cpts_hours"][rows] += REST.get(line, 0.0) * given / 60.0
        taken = displaces("cpts_evening" if line == "cpts_admin" else line, given, self.world.parameters)
        of_month = self.at_board and line == OFFICE and profession == Profession.GP
        charged = "month_office_min" if of_month else f"ahead_{line}_min"
        table[charged][rows] += given
        for what, amount in (("patients", taken.patients), ("admin", taken.admin)):
            table[f"ahead_{what}_min"][rows] += amount
        if profession == Profession.GP:
            close_slots(self.world, rows, taken.patients, first_day=7)
        elif profession == Profession.NURSE:
            self.world.home_care.meeting_min[rows] += taken.patients * (DAY / MONTH)
        if not self.week_turns:
            self.count()

    def count(self) -> None:
        """Charge what has been given to the ledgers of the present week."""
        for profession, name in TABLES.items():
            table, ledger = self.world.tables[name], self.world.ledgers[profession]
            for line in LINES:
                minutes = table[f"ahead_{line}_min"]
                rows = np.flatnonzero(minutes)
                ledger.charge(line, rows, minutes[rows])
                minutes[:] = 0.0
            given = ("admin",) if profession == Profession.GP else ("admin", "patients")  # a GP's slots are closed
            for what in given:
                table[f"{what}_given_min"] += table[f"ahead_{what}_min"]
            for what in ("admin", "patients"):
                table[f"ahead_{what}_min"][:] = 0.0

    def share_out(self, board: float) -> None:
        """Let the week that begins have its part of the month's administration.

        Args:
            board: minute of the next board.
        """
        gps, now = self.world.gps, self.world.now
        left, weeks = gps["month_office_min"], np.ceil((board - now) / WEEK)
        left[gps["status"] == Work.LEFT] = 0.0  # who has left gives no more
        here = (gps["status"] == Work.WORKING) & (gps["away_until"] <= now)
        part = np.where(here | (weeks <= 1.0), left / max(weeks, 1.0), 0.0)
        gps[f"ahead_{OFFICE}_min"] += part
        left -= part

    def new_month(self) -> None:
        """Nurses have the room for new patients that the meetings of last month took."""
        self.world.home_care.meeting_min[:] = 0.0
