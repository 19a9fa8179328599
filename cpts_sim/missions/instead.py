"""The same euros a year spent otherwise: medical assistants, paid sessions, coordinators of MSPs.

The money is what the contract of the scenario's CPTS is due to pay (``missions.due``), week by week from the day on
which it would have been signed (never, where it would not): same doses, same openings, same end. It works through the
same rules as everything else, and only after its own lag: an assistant is recruited, sessions need an agreement and
volunteers, a coordinator is hired. Who calls for a session is answered by staff whom the same money pays, as at the
desk of a CPTS; the practices' answering machines tell the number, so it is known from the first day.
Euros that find nobody stay on the account, and the journal shows what was offered and what was spent. A session is paid
once it has been held; the euros of one that its GP could not hold are there for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import beside_gps, evening_slots
from cpts_sim.care.common_numbers import offer_nearest
from cpts_sim.care.routes import Plan, Wave
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Payer, Slot
from cpts_sim.engine.clock import DAY, NEVER, WEEK
from cpts_sim.engine.columns import Table
from cpts_sim.engine.cpts_codes import NO_MISSION, Line
from cpts_sim.engine.events import CptsEvent, Profession, Route, Work
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.course import Course
from cpts_sim.missions.desk_staff import DeskStaff
from cpts_sim.missions.due import Due, credit_before, signed_before
from cpts_sim.missions.tools import COORDINATOR, add_columns, residents_of, tie

Array = NDArray[Any]
OWNER, RANK = "instead", 10
WEEKS_A_YEAR, HOUR, MEETING_WEEKS = 365.0 / 7.0, 60.0, 4
AHEAD_DAYS, POST_WEEKS = 14, 4
MSP, GROUP = 2, 1
EVENINGS = 4


class SameMoney:
    """What the money of a CPTS buys otherwise.

    Args:
        model: the model, at the day from which the arm begins.
        settings: block ``instead`` of the arm.
        cpts: block ``cpts`` of the scenario.
        modules: every mission's module by name (the catalogue).
    """

    name, code = OWNER, Route.SESSION

    def __init__(self, model: Any, settings: Any, cpts: Any, modules: Mapping[str, Any]) -> None:
        self.model, self.settings = model, settings
        self.world: World = model.care.world
        self.parameters = self.world.parameters
        self._cpts, self._modules = cpts, modules
        self.staff = DeskStaff(self.world, lambda: self.table, self.code, self._pay_staff)

    def install(self) -> None:
        """From the day the CPTS would have signed, every week the money does what it can by then."""
        world = self.world
        if "instead" not in world.tables:
            since = np.array([self._signature()])
            empty = ("euros", "week", "held", "held_assistants", "held_msp", "held_staff", "promised", "posted_until")
            columns = {name: np.zeros(1) for name in empty}
            world.tables["instead"] = Table("instead", 1, {"since": since, "until": since.copy(), **columns})
        self.staff.install()
        self.due = None if self.settings.euros_per_year is not None else self._contract()
        add_columns(world.gps, {"assistant_from": NEVER, "holds_sessions": np.int8(0)})
        world.rules.wrap("knows_desk", OWNER, RANK, self._knows_session)
        world.routes.append(self)
        world.hooks.setdefault("week", []).append(self._week)
        world.hooks.setdefault("day", []).append(self._evening)

    @property
    def table(self) -> Table:
        """The table of the money (one row): minute from which it is there, minute until which it has been offered.

        ``euros`` are those that last, a year, ``week`` those of this week, ``held`` those in hand by use. ``promised``
        are the hours of sessions that stand in the books, set apart from the euros in hand; ``posted_until`` is the
        minute until which staff are in post who answer those who call for one.
        """
        return self.world.tables["instead"]

    def _signature(self) -> float:
        """Minute from which there is money: now, or when the scenario's CPTS would have signed its contract."""
        cpts, now = self._cpts, float(self.model.now)
        if cpts is None or cpts.since_months is not None:
            return now
        return Course(self.world, cpts).signature(now + cpts.start_months * MONTH)

    def _contract(self) -> Due:
        """What the CPTS of the scenario would be paid."""
        cpts, spec, existed = self._cpts, self.model.spec, self._cpts.since_months is not None
        signed = signed_before(cpts, self.model.first_day * DAY) if existed else float(self.table["since"][0])
        credit = credit_before(cpts, spec.department, self.parameters)
        course = Course(self.world, cpts)
        return Due(cpts, self.parameters, self._modules, spec.reference_year, signed, credit, course)

    def _offer(self, end: float) -> None:
        """The euros that fall due until the end of the week, and those of a year that last."""
        table, start, people = self.table, float(self.table["until"][0]), residents_of(self.world)
        if self.due is None:
            table["euros"][0] = self.settings.euros_per_year
            table["week"][0] = table["euros"][0] / WEEKS_A_YEAR
        else:
            month = self.due.month(end - WEEK)
            table["euros"][0] = self.due.euros_a_year(month, people, lasting=True)
            table["week"][0] = self.due.between(start, end, people)
        table["until"][0] = end
        self._book(Line.OFFERED, self.budget(1.0))
        for use, share in (("_assistants", "assistants"), ("", "sessions"), ("_msp", "msp")):
            table[f"held{use}"][0] += self.budget(getattr(self.settings, share))

    def budget(self, share: float) -> float:
        """Euros of this week of a share of the money."""
        return share * float(self.table["week"][0])

    def _here(self) -> Array:
        gps = self.world.gps
        result: Array = (gps["halo"] == 0) & gps["alive"] & (gps["status"] == Work.WORKING)
        return result

    def _pay(self, line: Line, event: int, rows: Array, hours: Any, euros: Any) -> None:
        if len(rows):
            self.world.journal.add("cpts", at=self.world.now, event=event, profession=int(Profession.GP), actor=rows,
                                   hours=hours, euros=euros)  # fmt: skip
            self._book(line, float(np.broadcast_to(np.asarray(euros, dtype=np.float64), len(rows)).sum()))

    def _book(self, line: Line, euros: float) -> None:
        if euros > 0.0:
            self.world.journal.add("payment", at=self.world.now, line=int(line), mission=NO_MISSION, euros=euros)

    def _week(self, world: World, day: int) -> None:
        """A week: assistants are hired and paid, sessions are opened and paid, coordinators work."""
        since = (day * DAY - float(self.table["since"][0])) / MONTH
        if since < 0.0:
            return
        self._offer(day * DAY + WEEK)
        self._assistants()
        if since >= self.parameters["instead.session_months"]:
            self._sessions(day)
        if since >= self.parameters["instead.msp_months"]:
            self._support(day)

    # ------------------------------------------------------------------------------------------ assistants
    def _assistants(self) -> None:
        """As many GPs as lasting money pays for look for an assistant; she works from a drawn day on."""
        gps, p = self.world.gps, self.parameters
        each = p["gp.assistant_fte"] * p["instead.assistant_euros_year"] / WEEKS_A_YEAR
        paid = np.flatnonzero(np.isfinite(gps["assistant_from"]) & self._here())
        a_week = self.settings.assistants * float(self.table["euros"][0]) / WEEKS_A_YEAR
        room = int(a_week / max(each, 1e-9)) - len(paid)
        u = self.world.draws.block("employs an assistant", 3, gps["key"])
        able = self._here() & (gps["assistant"] == 0) & ~np.isfinite(gps["assistant_from"])
        asks = np.flatnonzero(able & (u[0] < p["instead.assistant_willing"]))
        chosen = asks[np.argsort(u[1][asks], kind="stable")][: max(room, 0)]
        months = p.mapping("instead.assistant_months")
        lag = months["low"] + (months["high"] - months["low"]) * u[2][chosen]
        gps["assistant_from"][chosen] = self.world.now + np.floor(lag * MONTH / DAY) * DAY
        at_work = self._kept(paid[gps["assistant_from"][paid] <= self.world.now], each)
        new = at_work[gps["assistant"][at_work] == 0]
        gps["assistant"][new] = 1
        gps["assisted"][new] = beside_gps.saved_share(self.world, new)
        self.table["held_assistants"][0] -= each * len(at_work)
        self._pay(Line.ASSISTANTS, CptsEvent.SALARY, at_work, p["gp.assistant_fte"] * 35.0, each)

    def _kept(self, at_work: Array, each: float) -> Array:
        """Assistants whom the euros in hand pay this week; those who came last leave when they pay fewer."""
        gps, most = self.world.gps, int(float(self.table["held_assistants"][0]) / max(each, 1e-9) + 1e-9)
        order = np.argsort(gps["assistant_from"][at_work], kind="stable")
        gone = at_work[order[most:]]
        gps["assistant_from"][gone] = NEVER
        for column in ("assistant", "assisted"):
            gps[column][gone] = 0
        return np.sort(at_work[order[:most]])

    # ------------------------------------------------------------------------------------------ sessions
    def _sessions(self, day: int) -> None:
        """Volunteers in turn hold a paid session on an evening of the week after next, while euros last."""
        gps, p, held = self.world.gps, self.parameters, self.table["held"]
        self._take_back(day)
        if not held[0]:
            return
        u = self.world.draws.uniform("holds paid sessions", gps["key"])
        rows = np.flatnonzero(self._here() & (u < p["instead.session_volunteers"]))
        gps["holds_sessions"][:] = 0
        gps["holds_sessions"][rows] = 1
        self._put_in_post(day, len(rows))
        turn = self.world.draws.uniform("turn of paid sessions", gps["key"][rows], day)
        for row in rows[np.argsort(turn, kind="stable")].tolist():
            hours = self._open(row, day + AHEAD_DAYS, float(held[0]) / p["cpts.hour_euros"])
            held -= hours * p["cpts.hour_euros"]

    def _put_in_post(self, day: int, gps: int) -> None:
        """Staff who answer those who call for a session are in post for some weeks, as far as the euros go."""
        table, each = self.table, self.parameters["cpts.coordinator_hour_euros"]
        if day * DAY < table["posted_until"][0]:
            return
        wanted = self.staff.hours(gps) * POST_WEEKS * WEEK / MONTH
        hours = min(wanted, max(float(table["held"][0]), 0.0) / each)
        self.staff.open_month(hours)  # what calls have left of the hours before is paid now
        table["held"][0] += table["held_staff"][0] - hours * each
        table["held_staff"][0] = hours * each
        table["posted_until"][0] = day * DAY + POST_WEEKS * WEEK

    def _pay_staff(self, event: CptsEvent, rows: int, minutes: float) -> None:
        euros = minutes / HOUR * self.parameters["cpts.coordinator_hour_euros"]
        self.table["held_staff"][0] -= rows * euros
        self._pay(Line.SESSIONS, event, np.repeat(COORDINATOR, rows), minutes / HOUR, euros)

    def _open(self, row: int, monday: int, most_hours: float) -> float:
        """Open the evening slots of one GP on one evening, as far as the hours go; returns hours."""
        world, books, surgeries = self.world, self.world.books, self.model.care.surgeries
        u = world.draws.scalar("evening of a paid session", int(world.gps["key"][row]), monday)
        day = monday + int(u * EVENINGS)
        if day >= books.last_day or not surgeries.present(day)[row]:
            return 0.0
        span = books.span(day)
        weekday = world.days.weekday_of(day)
        evening = surgeries.template.reserve[weekday][row] == 2
        blank = evening & (books.kind[row, span] == 0) & np.isfinite(books.start[row, span])
        minutes = surgeries.template.length[weekday][row].astype(np.float64)
        wanted = np.flatnonzero(blank)[: int(self.parameters["instead.session_slots"])]
        wanted = wanted[np.cumsum(minutes[wanted]) <= most_hours * HOUR]
        column = wanted + span.start
        books.length[row, column] = minutes[wanted]
        evening_slots.put(world, np.full(len(column), row), column, Payer.SAME_MONEY)
        hours = float(minutes[wanted].sum()) / HOUR
        self.table["promised"][0] += hours
        return hours

    def _evening(self, world: World, day: int) -> None:
        """The sessions of the day that has just ended are paid whole, whoever came."""
        hours = evening_slots.held_hours(world, Payer.SAME_MONEY, day - 1)
        rows = np.flatnonzero(hours)
        self.table["promised"][0] -= hours.sum()
        euros = hours[rows] * self.parameters["cpts.hour_euros"]
        self._pay(Line.SESSIONS, CptsEvent.EXTRA_SESSION, rows, hours[rows], euros)

    def _take_back(self, day: int) -> None:
        """Sessions that have left the books, since their GP is away, are not paid: their euros are in hand again."""
        books, table = self.world.books, self.table
        standing = float(evening_slots.held_hours(self.world, Payer.SAME_MONEY, day - 1, books.last_day).sum())
        table["held"][0] += (float(table["promised"][0]) - standing) * self.parameters["cpts.hour_euros"]
        table["promised"][0] = standing

    def _knows_session(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """Some of those whom the practice refuses are told of the evening session, and call."""
        known: Array = inner(world, key, wanted, minute)
        if not self.staff.there or not world.gps["holds_sessions"].any():
            return known
        told = world.draws.uniform("told of the session", key) < self.parameters["instead.session_awareness"]
        return np.where(wanted & told & world.days.is_open(minute) & (known == 0), int(Route.SESSION), known)

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """To callers whom staff can answer, the paid slots of the nearest volunteers within 48 hours."""
        answered = np.flatnonzero(self.staff.answers(wave, who, contact))
        who, contact = who[answered], contact[answered]
        rows = np.flatnonzero(world.gps["holds_sessions"] > 0)
        offer_nearest(world, wave, who, contact, plan, rows, int(Slot.EXTRA), Route.SESSION, "evening session")

    # ------------------------------------------------------------------------------------------ MSP
    def _support(self, day: int) -> None:
        """Coordinators take over a part of the administration of the GPs of health houses; teams meet."""
        world, gps, p = self.world, self.world.gps, self.parameters
        euros, rows = float(self.table["held_msp"][0]), self._houses()
        if not euros or not len(rows):
            return
        usual = p["gp.admin_hours"] * HOUR
        most = usual * p["instead.msp_saves_most"] * len(rows) / max(p["instead.msp_saves"] * HOUR, 1e-9)
        hours = min(euros / p["cpts.coordinator_hour_euros"], most)
        gps["admin_given_min"][rows] += hours * HOUR * p["instead.msp_saves"] / len(rows)
        self.table["held_msp"][0] -= hours * p["cpts.coordinator_hour_euros"]
        self._pay(Line.MSP, CptsEvent.SALARY, np.array([-1]), hours, hours * p["cpts.coordinator_hour_euros"])
        if self.model.organisation is None:
            gps["ties"] *= 1.0 - p["cpts.ties_fade_weekly"]
        if (day // 7) % MEETING_WEEKS == 0:
            world.ledger.charge("admin", rows, p["instead.msp_meeting_min"])
            tie(world, rows, p["cpts.ties_per_meeting"], p["cpts.ties_most"])

    def _houses(self) -> Array:
        """GPs of health houses; where there are none, those of the groups that may become one."""
        kind = self.world.gps["practice_type"]
        rows = np.flatnonzero(self._here() & (kind == MSP))
        return rows if len(rows) else np.flatnonzero(self._here() & (kind == GROUP))
