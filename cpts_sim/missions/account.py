"""The account of a CPTS: what comes in, what is spent by line, and what the treasurer says can be afforded.

Euros in = euros spent + cash, at any moment. What cannot be paid is not spent: the hours that were given all the
same are written down as unpaid, and from the next month on fewer are asked for. A surplus stays on the account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpts_sim.engine.cpts_codes import NO_MISSION, Line
from cpts_sim.engine.events import CptsEvent
from cpts_sim.missions import money
from cpts_sim.missions.tools import PEOPLE_UNIT, add_columns

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

POST_HOURS_YEAR = 1607.0
"""Hours a year of a full-time post in France (legal working time)."""
STAFF = np.array([-1])
EVENTS = len(CptsEvent)
MEMORY, LEAST_MEANS = 0.5, 0.05
"""Weight of the months before in what missions would spend; share of hands below which no month falls."""


class Account:
    """Cash of a CPTS.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation, self.world = organisation, organisation.world
        self.parameters = organisation.world.parameters

    def install(self) -> None:
        """Add the columns: cash, spending of missions and of the board, shares that can be afforded, posts filled."""
        add_columns(self.organisation.table, {
            "cash": 0.0, "wanted": 0.0, "asked": 0.0, "asked_at": 0.0, "board": 0.0, "means": 1.0, "staff": 1.0,
            "posts": 0.0, "indemnified": 1.0,
        })  # fmt: skip
        if "done" not in self.organisation.table:
            self.organisation.table.add_column("done", np.zeros((1, EVENTS)))

    @property
    def means(self) -> float:
        """Share of the missions' hours that can be paid."""
        return float(self.organisation.table["means"][0])

    @property
    def cash(self) -> float:
        """Euros on the account."""
        return float(self.organisation.table["cash"][0])

    def receive(self, line: Line, euros: float, mission: int = NO_MISSION) -> float:
        """Take in whole euros and return them (less than one euro: nothing)."""
        whole = float(int(euros))
        if whole >= 1.0:
            self.organisation.table["cash"][0] += whole
            self._write(line, whole, mission)
        return max(whole, 0.0)

    def pay(self, line: Line, euros: float) -> float:
        """Spend as much of an amount as there is and return the share that was paid."""
        table = self.organisation.table
        if euros <= 0.0:
            return 1.0
        paid = min(euros, float(table["cash"][0]))
        if paid > 0.0:
            table["cash"][0] -= paid
            self._write(line, paid, NO_MISSION)
        return 1.0 if paid == euros else paid / euros

    def _write(self, line: Line, euros: float, mission: int) -> None:
        self.world.journal.add("payment", at=self.world.now, line=int(line), mission=mission, euros=euros)

    def begin(self) -> None:
        """At the signature the treasurer begins afresh: founders' hours before are no month's bill."""
        for column in ("wanted", "board", "asked", "asked_at"):
            self.organisation.table[column][0] = 0.0

    # ------------------------------------------------------------------------------------------ a month
    def upkeep(self) -> None:
        """Pay the coordinator, rent, tools and communication of a month, as far as can be afforded."""
        table, share = self.organisation.table, float(self.organisation.table["staff"][0])
        posts = float(table["posts"][0]) * share
        salary = posts * self.parameters["aci.coordinator_year_euros"] / 12.0
        paid = self.pay(Line.COORDINATOR, salary)
        if posts:
            self._tell(CptsEvent.SALARY, paid * posts * POST_HOURS_YEAR / 12.0, paid * salary)
        for line, euros in self._bills().items():
            self._tell(CptsEvent.UPKEEP, 0.0, self.pay(line, share * euros) * share * euros)

    def _bills(self) -> dict[Line, float]:
        """Euros of a month, posts apart."""
        p, size = self.parameters, money.size_of(self.organisation.covered(), self.parameters)
        licences = p["aci.tools_member_euros"] * len(self.organisation.active())
        part = self.organisation.payments.part / 12.0  # a contract that covers more has its other bills elsewhere
        return {
            Line.TOOLS: part * float(p.array("aci.tools_euros")[size]) + licences / 12.0,
            Line.PREMISES: part * float(p.array("aci.premises_euros")[size]),
            Line.COMMUNICATION: part * float(p.array("aci.communication_euros")[size]),
        }

    def _tell(self, event: CptsEvent, hours: float, euros: float) -> None:
        self.organisation.tell(event, STAFF, hours, euros)

    def study(self) -> None:
        """Pay a consultant for the diagnosis, out of the start-up credit."""
        euros = min(self.parameters["aci.study_euros"] * self.organisation.payments.part, self.cash)
        if euros > 0.0:
            self._tell(CptsEvent.STUDY, 0.0, euros * self.pay(Line.STUDIES, euros))

    def posts_wanted(self) -> float:
        """Posts of coordination of a CPTS of this size, as far as they serve this territory."""
        p, covered = self.parameters, self.organisation.covered()
        posts = p["aci.coordinator_fte_base"] + p["aci.coordinator_fte_per_10000"] * (covered / PEOPLE_UNIT)
        return posts * self.organisation.payments.part

    def plan(self, months_left: float, coming: float) -> None:
        """Spread the money over the months until the next anniversary; what is beyond it is asked for no more.

        Rent and posts come first, the missions next; leaders and those who meet are paid out of what remains, and
        give the rest of their hours for nothing. What missions would spend with all their hands is the ratio of what
        they spent to the share that took part, over the last months.

        Args:
            months_left: months until the next anniversary.
            coming: euros that the contract will bring before it, as missions open.
        """
        table = self.organisation.table
        affordable = (self.cash + coming) / max(months_left, 1.0)
        fixed = sum(self._bills().values())
        fixed += float(table["posts"][0]) * self.parameters["aci.coordinator_year_euros"] / 12.0
        for kept, new in (("asked", "wanted"), ("asked_at", "means")):
            table[kept][0] = MEMORY * table[kept][0] + table[new][0]
        whole = float(table["asked"][0] / max(table["asked_at"][0], LEAST_MEANS))
        table["staff"][0] = 1.0 if affordable >= fixed else affordable / fixed
        rest = max(0.0, affordable - fixed)
        table["means"][0] = 1.0 if rest >= whole else max(rest / whole, LEAST_MEANS)
        left, board = max(0.0, rest - whole), float(table["board"][0])
        table["indemnified"][0] = 1.0 if left >= board else left / board
        table["wanted"][0] = table["board"][0] = 0.0
