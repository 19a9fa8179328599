"""The CPTS itself: its board, its meetings, what they cost, and which professionals it makes meet.

Its process on the clock wakes at the steps of its life and at a monthly board. All state is in the table ``cpts``
and in columns of the professionals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import evening_slots, teams
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Payer
from cpts_sim.engine.clock import NEVER, WEEK
from cpts_sim.engine.columns import Table
from cpts_sim.engine.cpts_codes import Line
from cpts_sim.engine.events import CptsEvent, Member, Profession, Work
from cpts_sim.errors import InternalError
from cpts_sim.missions.account import STAFF, Account
from cpts_sim.missions.base import MONTH, Mission
from cpts_sim.missions.course import Step, midnight
from cpts_sim.missions.hours import Hours
from cpts_sim.missions.life_cycle import LifeCycle
from cpts_sim.missions.meetings import Meetings
from cpts_sim.missions.membership import Membership
from cpts_sim.missions.payments import YEAR_MONTHS, Payments
from cpts_sim.missions.tools import residents_of

Array = NDArray[Any]
PROCESS_CPTS = 2
WAITING, RUNNING, STOPPED = 0, 1, 2
EMPTY_MONTHS = 12
"""Months of a contract after which members expect something to happen."""


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
        self.account, self.membership, self.meetings = Account(self), Membership(self), Meetings(self)
        self.payments, self.life, self.hours = Payments(self), LifeCycle(self), Hours(self)

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
            first = {name: np.array([midnight(start)]) for name in ("next_at", "board_at")}
            first["origin"] = np.array([start])
            tables["cpts"] = Table("cpts", 1, {**first, "stage": "i1", "month": "i4", "key": "u8"})
        for part in (self.hours, self.account, self.membership, self.payments, self.life):
            part.install()
        for name, mission in sorted(self.missions.items()):
            if f"began_{name}" not in self.table:
                self.table.add_column(f"began_{name}", np.zeros(1, dtype=np.int8))
            mission.install()
        self.world.hooks.setdefault("week", []).append(self._week)
        self.world.hooks.setdefault("day", []).append(self._evening)
        self.model.clock.loop(PROCESS_CPTS, self.table, self._wake)

    @property
    def table(self) -> Table:
        """The table of the CPTS (one row)."""
        return self.world.tables["cpts"]

    @property
    def on_paper(self) -> bool:
        """Whether it has members in name and money, and does nothing."""
        return bool(self.table["paper"][0])

    def has_begun(self, mission: str) -> bool:
        """Whether a mission gives care now."""
        return bool(self.table[f"began_{mission}"][0]) and int(self.table["stage"][0]) == RUNNING

    def exists(self) -> bool:
        """Whether anybody belongs to it: without members there is no association and no contract."""
        return bool((self.world.gps["member"] > Member.NONE).any())

    def covered(self) -> float:
        """Inhabitants that the contract covers now."""
        boundary = self.settings.boundary
        if boundary is not None and self.world.now >= boundary.at * MONTH:
            return float(boundary.population)
        return float(self.settings.covers or residents_of(self.world))

    def later(self, months: float) -> float:
        """Midnight some months from now."""
        return midnight(self.world.now + months * MONTH)

    # ------------------------------------------------------------------------------------------ the monthly board
    def _wake(self, row: int) -> None:
        table, self.world.now = self.table, self.model.now
        self.hours.week_turns = self.world.now % WEEK == 0.0  # the board is held before the week that ends is closed
        if table["step_at"][row] <= self.world.now:
            self.life.turn()
        if table["board_at"][row] <= self.world.now:
            self.hours.at_board = True
            self._board(row)
        self.hours.week_turns = self.hours.at_board = False
        table["next_at"][row] = min(float(table["step_at"][row]), float(table["board_at"][row]))

    def _board(self, row: int) -> None:
        table, month = self.table, int(self.table["month"][row])
        if self._contract_over():
            if table["stage"][row] == RUNNING and month and month % int(YEAR_MONTHS) == 0:
                self.payments.review(month)  # a whole year is over: its results are paid before the end
            self.end()
            return
        if table["stage"][row] == WAITING:
            self._before_contract()
        elif not self._month(month):
            return
        table["month"][row] = month + 1
        table["board_at"][row] = self._next_board(month)

    def _month(self, month: int) -> bool:
        """A month under the contract; returns whether it goes on."""
        if month and not self._year_turns(month):
            return False
        self._bound()
        if month:
            self.membership.month(month)
        self.life.hire(month)
        self.membership.carers()
        if self.exists():
            self.account.plan(YEAR_MONTHS - month % YEAR_MONTHS, self.payments.coming(month))
            self.account.upkeep()
        self.hours.new_month()
        self.meetings.hold(month)
        for name, mission in sorted(self.missions.items()):
            self._live(name, mission, month)
        self.membership.tell()
        return True

    def _year_turns(self, month: int) -> bool:
        """At an anniversary: review, and the coming year's money or the end."""
        if month % int(YEAR_MONTHS):
            return True
        self.payments.review(month)
        if not self.life.goes_on(month):
            self.end()
            return False
        self.payments.next_year(month)
        return True

    def _before_contract(self) -> None:
        """A month in which a few carry the project; what the start-up credit does not pay they give."""
        leaders = np.flatnonzero(self.world.gps["member"] == Member.LEADER)
        hours = self.world.parameters["cpts.founder_hours_month"]
        self.give_time("cpts_admin", leaders, hours * 60.0)
        self.spend(CptsEvent.PREPARATION, leaders, hours)
        self.membership.tell()

    def sign(self) -> None:
        """The contract is signed: members choose, the running part is paid, a coordinator is looked for."""
        table = self.table
        table["stage"][0], table["month"][0] = RUNNING, 0
        table["board_at"][0] = self.world.now
        if self.settings.starts_at != "running":
            table["origin"][0] = self.world.now
        self.membership.choose()
        self.account.begin()
        self.payments.sign()
        if self.exists():
            self.tell(CptsEvent.CONTRACT, np.array([-1]), 0.0, 0.0)
        if self.settings.starts_at == "running":
            table["posts"][0] = self.account.posts_wanted()
        else:
            self.life.look_for_coordinator(-1)

    def _bound(self) -> None:
        """A change of boundary is told once; the size follows at the next payment."""
        boundary, table = self.settings.boundary, self.table
        if boundary is not None and not table["bounded"][0] and self.world.now >= boundary.at * MONTH:
            table["bounded"][0] = 1
            self.tell(CptsEvent.BOUNDARY, np.array([boundary.population]), 0.0, 0.0)

    def _live(self, name: str, mission: Mission, month: int) -> None:
        column = self.table[f"began_{name}"]
        if not column[0] and month >= mission.delay_months + self.life.late_months(name):
            column[0] = 1
            mission.begin()
        if column[0]:
            self.payments.open(name, month)
            mission.month(month)
        else:
            mission.preparing(month)

    def lived(self) -> float:
        """What members live now: 1 where missions run, -1 where nothing has happened for long, else 0."""
        running = [name for name in sorted(self.missions) if self.table[f"began_{name}"][0]]
        if any(len(self.participants(name, self.missions[name].settings.dose)) for name in running):
            return 1.0
        return -1.0 if self.table["month"][0] >= EMPTY_MONTHS else 0.0

    def _next_board(self, month: int) -> float:
        """A month after this board, or on the day the contract stops if that comes first."""
        following = midnight(float(self.table["origin"][0]) + (month + 1) * MONTH)
        stop = self.settings.stop_months
        ends = NEVER if stop is None else midnight(stop * MONTH)
        return min(following, ends) if ends > self.world.now else following

    def _contract_over(self) -> bool:
        stop = self.settings.stop_months
        return stop is not None and self.world.now >= midnight(stop * MONTH)

    def end(self) -> None:
        """The project or the contract is over: nothing is paid any more, what was set apart goes back."""
        table, existed = self.table, self.exists()
        if table["stage"][0] == RUNNING:
            self.payments.end(int(table["month"][0]))
        table["stage"][0], table["step"][0] = STOPPED, Step.ENDED
        table["step_at"][0] = table["board_at"][0] = NEVER
        table["posts"][0] = 0.0
        for name, mission in sorted(self.missions.items()):
            if table[f"began_{name}"][0]:
                mission.end()
        self.membership.end()
        self.hours.share_out(self.world.now)
        self.hours.new_month()
        if existed:
            self.tell(CptsEvent.ENDED, np.array([-1]), 0.0, 0.0)

    # ------------------------------------------------------------------------------------------ members
    def share_of(self, table: str) -> float:
        """Share of nurses ("nurses") or pharmacies ("pharmacies") that belong, as things stand."""
        names = {"nurses": ("share_nurses", "cpts.members_nurses"),
                 "pharmacies": ("share_pharmacists", "cpts.members_pharmacists")}  # fmt: skip
        return min(1.0, self.membership.share(*names[table]) * self.membership.offer())

    def active_share(self) -> float:
        """Share of the members who take part; nobody in a CPTS on paper."""
        return 0.0 if self.on_paper else self.membership.share("active_share", "cpts.active_share")

    def staff_share(self) -> float:
        """Share of the missions' staff hours that there are: money, and a coordinator in post."""
        vacant = 1.0 if self.table["posts"][0] > 0.0 else self.world.parameters["cpts.vacancy_share"]
        return float(self.account.means * vacant)

    def active(self, profession: Profession = Profession.GP) -> Array:
        """Rows of the members of a profession who take part now; nurses and pharmacists on holiday do not."""
        table = self.hours.table(profession)
        if self.on_paper:
            return np.zeros(0, dtype=np.int64)
        here = (table["member"] >= Member.ACTIVE) & table["alive"] & (table["status"] == Work.WORKING)
        if profession != Profession.GP:
            here &= ~teams.on_holiday(self.world, profession, int(self.world.now // WEEK))
        return np.flatnonzero(here)

    def participants(self, mission: str, dose: float) -> Array:
        """Rows of the active GPs who take part in a mission at a dose (drawn once per GP and mission)."""
        rows = self.active()
        u = self.world.draws.uniform(f"takes part/{mission}", self.world.gps["key"][rows])
        chosen: Array = rows[u < dose * self.mobilised(mission)]
        return chosen

    def mobilised(self, mission: str) -> float:
        """Share of those willing whom a mission mobilises: hours can be paid, and few give them to an unpaid theme."""
        paid = 1.0 if self.payments.pays_for(mission) else self.world.parameters["cpts.unpaid_theme"]
        return float(self.account.means * paid)

    # ------------------------------------------------------------------------------------------ hours and euros
    def give_time(self, line: str, rows: Array, minutes: Array | float) -> None:
        """Give hours of GPs to the CPTS: what they displace is taken from patients, administration or rest.

        Args:
            line: ledger line; administration for the CPTS is done after hours, as evening meetings are.
            rows: GPs, each once.
            minutes: minutes of each, or one number for all.
        """
        self.hours.give(Profession.GP, line, rows, minutes)

    def spend(
        self, event: int, rows: Array, hours: Any, euros_per_hour: float | None = None, board: bool = False,
        profession: Profession = Profession.GP,
    ) -> None:  # fmt: skip
        """Write hours of professionals in the journal, with what the CPTS pays for them as far as it can.

        Args:
            event: what the hours were for.
            rows: professionals, or -1 for the CPTS's own staff.
            hours: hours of each, or one number for all.
            euros_per_hour: pay of staff (none: the indemnity of a member).
            board: hours of leaders and meetings, which are given whatever the money, and paid after the missions.
            profession: whose rows they are.
        """
        if not len(rows):
            return
        members = euros_per_hour is None
        rate = self.world.parameters["cpts.hour_euros"] if euros_per_hour is None else euros_per_hour
        each = np.broadcast_to(np.asarray(hours, dtype=np.float64), len(rows))
        wanted = float(each.sum()) * rate
        self.table["board" if board else "wanted"][0] += wanted
        share = float(self.table["indemnified"][0]) if board else 1.0
        paid = share * self.account.pay(Line.MEMBERS if members else Line.DESK, share * wanted)
        self.tell(event, rows, each * paid, each * paid * rate, profession)
        if paid < 1.0 and members:
            self.tell(CptsEvent.UNPAID, rows, each * (1.0 - paid), 0.0, profession)
        elif paid < 1.0:
            self.tell(CptsEvent.STAFF_UNPAID, STAFF, float(each.sum()) * (1.0 - paid), 0.0)

    def tell(
        self, event: int, rows: Array, hours: Any, euros: Any, profession: Profession = Profession.GP
    ) -> None:
        """Write an event of the CPTS in the journal, one row for each professional."""
        if len(rows):
            self.table["done"][0, int(event)] += len(rows)
            self.world.journal.add("cpts", at=self.world.now, event=event, profession=int(profession), actor=rows,
                                   hours=hours, euros=euros)  # fmt: skip

    def _evening(self, world: World, day: int) -> None:
        """Paid evenings of the day that has just ended, the desk's and those of a plan, are paid whole, whoever came.

        Those taken before the contract ended are held after it: paid as far as there is money left, unpaid beyond.
        """
        for payer in (Payer.REGULAR, Payer.PLAN):
            hours = evening_slots.held_hours(world, payer, day - 1)
            held = np.flatnonzero(hours)
            self.spend(CptsEvent.EXTRA_SESSION, held, hours[held])

    def _week(self, world: World, day: int) -> None:
        """Hours of the board count in the weeks that begin before the next one; ties fade without contact."""
        self.hours.share_out(float(self.table["board_at"][0]))
        self.hours.count()
        world.gps["ties"] *= 1.0 - world.parameters["cpts.ties_fade_weekly"]
