"""The GPs' books: weekly sessions, kinds of slot, holidays and absences, filled some weeks ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import sessions
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Slot, Work
from cpts_sim.engine.columns import Table, cells, true_rows
from cpts_sim.engine.draws import Draws
from cpts_sim.evidence import Parameters

Array = NDArray[Any]
BOOK_DAYS = 112
HALF_DAYS_A_WEEK = 11  # Monday to Friday twice, Saturday morning
EXTRA_SLOTS = 4
SUNDAY = 6
HOME_NOON = (0, 2)  # which of the day's home visits are made at noon, the others at the end of the day
HOME_SLOTS = 5


@dataclass
class Template:
    """Slots of an ordinary week.

    Attributes:
        offset: minutes after midnight, shape (7, GPs, slots a day), increasing, infinity where there is none.
        length: minutes of each, same shape.
        kind: bit of ``Slot``; 0 for the reserve that a GP opens by working faster, and for paid extra slots.
        reserve: 1 for a reserve slot, 2 for an extra evening slot, 0 otherwise.
    """

    offset: Array
    length: Array
    kind: Array
    reserve: Array
    _ranks: dict[tuple[int, str], Array] = field(default_factory=dict, repr=False)

    def rank(self, weekday: int, what: str) -> Array:
        """How many reserve slots (or squeezes, ``what``) come before each that is one, shape (GPs, slots a day)."""
        if (weekday, what) not in self._ranks:
            some = self.reserve[weekday] == 1 if what == "reserve" else self.kind[weekday] == Slot.SQUEEZE
            self._ranks[weekday, what] = np.cumsum(some, axis=1, dtype=np.int16) - np.int16(1)
        return self._ranks[weekday, what]

    @property
    def per_day(self) -> int:
        """Slots of the fullest day."""
        return int(self.offset.shape[2])


def half_days_worked(gps: Table, half_days: Array, parameters: Parameters, draws: Draws) -> Array:
    """Choose which of the week's half-days each GP works, shape (GPs, 11) of truth values; fewer are among more.

    The wanted number is met on average: the fraction of a half-day is drawn once per GP. Saturday morning and
    Wednesday or Thursday afternoon go first.
    """
    order_bias = parameters.array("gp.half_day_free")
    u = draws.block("half_day", HALF_DAYS_A_WEEK + 1, gps["premises"])
    wanted = np.floor(half_days + u[HALF_DAYS_A_WEEK]).astype(np.int64)
    keenness = u[:HALF_DAYS_A_WEEK].T * 0.6 + order_bias[None, :]
    rank = np.argsort(np.argsort(keenness, axis=1, kind="stable"), axis=1, kind="stable")
    worked: Array = rank < np.clip(wanted, 0, HALF_DAYS_A_WEEK)[:, None]
    return worked


def make_template(gps: Table, parameters: Parameters, draws: Draws) -> Template:
    """Lay out the week of every GP from half-days, act length and habits."""
    rows = len(gps)
    stride = np.maximum(gps["slot_min"] * parameters["gp.stride_factor"], 5.0)
    held = np.clip(
        parameters["gp.same_day_share"]
        + (draws.uniform("same_day", gps["premises"]) - 0.5) * parameters["gp.same_day_spread"],
        0.0, 1.0,
    )  # fmt: skip
    per_session = np.floor(parameters["gp.session_min"] * gps["session_factor"] / stride + 0.5).astype(np.int64)
    most = int(per_session.max(initial=1))
    worked = half_days_worked(gps, gps["half_days_laid"], parameters, draws)
    extra_reserve = int(parameters["gp.reserve_slots_per_session"])
    per_day = 2 * (most + extra_reserve + 1) + HOME_SLOTS + EXTRA_SLOTS
    shape = (7, rows, per_day)
    template = Template(
        np.full(shape, NEVER), np.zeros(shape, np.float32), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    )
    for weekday in range(6):
        kept = np.clip(held * parameters.array("gp.same_day_weekday")[weekday], 0.0, 1.0)
        _lay_day(
            template, weekday, worked, stride, per_session, most, extra_reserve, kept, gps["home_slots"], parameters
        )
    order = np.argsort(template.offset, axis=2, kind="stable")
    for name in ("offset", "length", "kind", "reserve"):
        setattr(template, name, np.take_along_axis(getattr(template, name), order, axis=2))
    return template


def _lay_day(
    template: Template, weekday: int, worked: Array, stride: Array, per_session: Array, most: int,
    extra_reserve: int, held: Array, home_slots: Array, parameters: Parameters,
) -> None:  # fmt: skip
    position = 0
    starts = _starts(stride, per_session + extra_reserve + 1, worked[:, 2 * weekday], parameters)
    for session in range(2 if weekday < 5 else 1):
        on = worked[:, 2 * weekday + session]
        for k in range(most + extra_reserve + 1):
            offset = starts[session] + k * stride
            ordinary = k < per_session
            reserve = (k >= per_session) & (k < per_session + extra_reserve)
            squeeze = k == per_session + extra_reserve
            same_day = np.floor((k + 1) * held + 0.5) > np.floor(k * held + 0.5)
            kind = np.where(ordinary, np.where(same_day, Slot.SAME_DAY, Slot.AHEAD), np.where(squeeze, Slot.SQUEEZE, 0))
            exists = on & (k <= per_session + extra_reserve)
            _put(template, weekday, position, exists, offset, stride, kind, reserve.astype(np.uint8))
            position += 1
    minutes = parameters["gp.home_visit_min"]
    for visit in range(HOME_SLOTS if weekday < 5 else 0):
        noon = visit in HOME_NOON
        nth = sum((earlier in HOME_NOON) == noon for earlier in range(visit))
        exists = worked[:, 2 * weekday + (not noon)] & (visit < home_slots)
        offset = starts[2 if noon else 3] + nth * minutes
        _put(template, weekday, position, exists, offset, np.full(len(stride), minutes), Slot.HOME, 0)
        position += 1
    for extra in range(EXTRA_SLOTS if weekday < 5 else 0):
        exists = worked[:, 2 * weekday + 1]
        offset = starts[4] + extra * stride
        _put(template, weekday, position, exists, offset, stride, 0, 2)
        position += 1


def _starts(stride: Array, slots: Array, morning_worked: Array, parameters: Parameters) -> tuple[Array, ...]:
    """Minutes at which a GP's morning, afternoon, noon visits, evening visit and extra session begin.

    Long sessions begin earlier in the morning and push what follows, so that nobody is at two places at once.
    """
    p, length, visit = parameters, slots * stride, parameters["gp.home_visit_min"]
    noon_visits = p["gp.home_visit_start_min"]
    morning = np.minimum(p["gp.morning_start_min"], np.maximum(p["gp.earliest_start_min"], noon_visits - length))
    noon = np.ceil(np.maximum(noon_visits, morning + length))
    free_from = np.where(morning_worked, noon + 2 * visit, 0.0)
    afternoon = np.maximum(p["gp.afternoon_start_min"], free_from)
    evening = np.ceil(np.maximum(p["gp.evening_visit_start_min"], afternoon + length))
    return (
        morning,
        afternoon,
        noon,
        evening,
        np.maximum(p["gp.evening_start_min"], evening + (HOME_SLOTS - len(HOME_NOON)) * visit),
    )


def _put(
    template: Template,
    weekday: int,
    position: int,
    exists: Array,
    offset: Array,
    length: Array,
    kind: Any,
    reserve: Any,
) -> None:
    grain = np.floor(offset)
    template.offset[weekday, :, position] = np.where(exists, grain, NEVER)
    template.length[weekday, :, position] = np.where(exists, length, 0.0)
    template.kind[weekday, :, position] = np.where(exists, kind, 0)
    template.reserve[weekday, :, position] = np.where(exists, reserve, 0)


def leave_weeks(gps: Table, days: Any, parameters: Parameters, draws: Draws, weeks: int) -> Array:
    """Weeks of holiday, shape (GPs, weeks) of truth values: a number a year, mostly in school holidays.

    Columns begin with the first week of the run. From day 0 on each 52 weeks are one year of choice; in the warm-up
    each week is drawn for itself, so its length changes no later week.
    """
    away = np.zeros((len(gps), weeks), dtype=bool)
    school = np.array([days.school_holiday[min(w * 7 + 2, len(days.weekday) - 1)] for w in range(weeks)], dtype=float)
    summer = np.array([days.month[min(w * 7 + 2, len(days.weekday) - 1)] in (7, 8) for w in range(weeks)], dtype=float)
    pull = parameters["gp.leave_school_pull"] * school + parameters["gp.leave_summer_pull"] * summer
    before = min(-days.first_day // 7, weeks)
    u = np.stack([draws.uniform("leave before", gps["premises"], w) for w in range(-before, 0)] or [np.zeros(len(gps))])
    chance = pull + (parameters["gp.leave_weeks"] - pull[before : before + 52].sum()) / 52.0
    away[:, :before] = (u < chance[:before, None]).T if before else away[:, :0]
    for year, first in enumerate(range(before, weeks, 52)):
        block = np.arange(first, min(first + 52, weeks))
        u = draws.block("leave", 53, gps["premises"], year)
        wanted = np.floor(parameters["gp.leave_weeks"] + u[52])
        score = u[:52].T[:, : len(block)] - pull[block][None, :]
        rank = np.argsort(np.argsort(score, axis=1, kind="stable"), axis=1, kind="stable")
        away[:, block] = rank < (wanted * len(block) / 52.0)[:, None]
    return away


class Surgeries:
    """Fills the books of the GPs day by day, some weeks ahead.

    ``leave`` and ``locum`` say by GP and week who is away and whose practice a locum keeps open; ``by_pool`` are the
    holidays that only a pool has found one for, ``lent`` the weeks of neighbours whose locum the pool has taken.

    Args:
        world: the world (its books must exist).
        template: slots of an ordinary week.
        weeks: number of weeks for which holidays are planned.
    """

    def __init__(self, world: World, template: Template, weeks: int) -> None:
        self.world, self.template = world, template
        self._worked: tuple[bytes, Array] | None = None
        self.plan_leave(weeks)

    def plan_leave(self, weeks: int) -> None:
        """Choose holidays and locums of every practice."""
        world = self.world
        self.leave = leave_weeks(world.gps, world.days, world.parameters, world.draws, weeks)
        p, gps = world.parameters, world.gps
        begun = self.world.days.first_day // 7
        u = np.stack([world.draws.uniform("locum", gps["premises"], begun + w) for w in range(weeks)], axis=1)
        week = np.arange(weeks)[None, :]
        pooled = (week >= gps["locum_from"][:, None]) & (week < gps["locum_until"][:, None])
        alone = u < p["gp.locum_share"]
        held = u < p["gp.locum_share"] + np.where(pooled, p["professional_support.pool_share"], 0.0)
        self.by_pool = self.leave & held & ~alone
        self.lent = self._lent(alone)
        self.locum = held & ~self.lent

    def _lent(self, alone: Array) -> Array:
        """Weeks in which a GP of the halo loses her locum to the pool: a part of the pool's, each from the nearest."""
        world, gps = self.world, self.world.gps
        lent = np.zeros_like(alone)
        halo, begun = np.flatnonzero(gps["halo"] > 0), world.days.first_day // 7
        for row, week in np.argwhere(self.by_pool).tolist():
            drawn = world.draws.scalar("locum of a neighbour", int(gps["premises"][row]), begun + week)
            has = halo[self.leave[halo, week] & alone[halo, week] & ~lent[halo, week]]
            if drawn < world.parameters["professional_support.displaced"] and len(has):
                minutes = world.travel_min[gps["commune"][row], gps["commune"][has]]
                lent[has[int(np.argmin(minutes))], week] = True
        return lent

    def enlarge(self) -> None:
        """Lay out the weeks of GPs who have just come (those of the others stay as they are)."""
        self.template = make_template(self.world.gps, self.world.parameters, self.world.draws)
        self.plan_leave(self.leave.shape[1])

    def open_books(self, rows: Array, first_day: int, until_day: int) -> None:
        """Open days on which some GPs have no slot yet: new ones, and those whom a locum now replaces."""
        books = self.world.books
        for day in range(max(first_day, books.first_day), min(until_day, books.last_day)):
            span = books.span(day)
            blank = rows[~(books.kind[rows, span] > 0).any(axis=1)]
            if not len(blank):
                continue
            offset, length, kind = self.world.rules["open_day"](self.world, self, day)
            books.start[blank, span] = day * DAY + offset[blank]
            for name, values in (("length", length), ("kind", kind), ("free", kind)):
                getattr(books, name)[blank, span] = values[blank]
            books.payer[blank, span] = 0  # as in ``Books.fill``
        books.forget()

    def worked_now(self) -> Array:
        """Half-days of the week on which each GP works now, shape (GPs, 11)."""
        gps = self.world.gps
        asked = gps["half_days"].tobytes() + gps["premises"].tobytes()
        if self._worked is None or self._worked[0] != asked:
            worked = half_days_worked(gps, gps["half_days"], self.world.parameters, self.world.draws)
            self._worked = (asked, worked)
        return self._worked[1]

    def week(self, day: int) -> int:
        """Index of the week of a day in ``leave`` and ``locum``."""
        return min((day - self.world.days.first_day) // 7, int(self.leave.shape[1]) - 1)

    def present(self, day: int) -> Array:
        """Whether each GP's practice sees patients on a day (herself or a locum)."""
        world, gps, week = self.world, self.world.gps, self.week(day)
        here = gps["alive"] & (gps["status"] != Work.LEFT) & (gps["away_until"] <= day * DAY)
        here &= ~self.leave[:, week] | self.locum[:, week]
        result: Array = here & (not world.days.holiday[world.days.place(day)])
        return result

    def fill(self, first_day: int, until_day: int) -> None:
        """Write the slots of some days through the rule ``open_day``."""
        books = self.world.books
        for day in range(max(first_day, books.first_day), min(until_day, books.last_day)):
            offset, length, kind = self.world.rules["open_day"](self.world, self, day)
            books.fill(day, offset, length, kind)

    def refill(self, today: int) -> None:
        """Slide the books so that they begin today and fill the new days at their end."""
        books = self.world.books
        last = books.last_day
        books.slide(today)
        self.fill(last, books.last_day)


def open_day(world: World, surgeries: Surgeries, day: int) -> tuple[Array, Array, Array]:
    """Which slots each GP opens on a day, and of which kind."""
    weekday = world.days.weekday_of(day)
    template = surgeries.template
    here = surgeries.present(day)[:, None]
    kind = np.where(here, template.kind[weekday], 0).astype(np.uint8)
    kind = np.where(kind == Slot.SQUEEZE, np.uint8(0), kind)  # squeezes are opened week by week
    kind = _without_cut_sessions(world, surgeries, weekday, kind)
    kind = np.where(_held_elsewhere(world, day, kind.shape[1], (kind > 0).any(axis=1)), 0, kind)
    return template.offset[weekday], template.length[weekday], kind


def _without_cut_sessions(world: World, surgeries: Surgeries, weekday: int, kind: Array) -> Array:
    """Half-days that a GP has given up since her week was laid out have no slots any more."""
    cut = true_rows(world.gps["hours_cut"] > 0)
    if not len(cut) or weekday == SUNDAY:
        return kind
    works = surgeries.worked_now()[cut]
    afternoon = surgeries.template.offset[weekday, cut] >= world.parameters["gp.afternoon_start_min"]
    second = np.minimum(2 * weekday + 1, HALF_DAYS_A_WEEK - 1)
    here = np.where(afternoon, works[:, second][:, None], works[:, 2 * weekday][:, None])
    kind[cut] = np.where(here, kind[cut], 0)
    return kind


def _held_elsewhere(world: World, day: int, slots: int, among: Array | bool | np.bool_ = True) -> Array:
    """Which slots people from outside the territory, who are not simulated one by one, hold: a drawn part.

    ``reach`` is the share of a GP's patients who live in the territory (small for GPs of the halo). Only GPs ``among``
    whom one looks are drawn.
    """
    held = np.zeros((len(world.gps), slots), dtype=bool)
    shared = true_rows((world.gps["reach"] < 0.999) & among)
    if len(shared):
        u = world.draws.block("halo_taken", slots, world.gps["key"][shared], day).T
        taken = (1.0 - world.gps["reach"][shared]) * world.parameters["gp.halo_occupancy"]
        held[shared] = u < taken[:, None]
    return held


def see_people_from_elsewhere(world: World, surgeries: Surgeries, day: int) -> None:
    """Charge the slots of a day that people from outside hold at the territory's own GPs."""
    gps, p = world.gps, world.parameters
    if not ((gps["reach"] < 0.999) & (gps["halo"] == 0)).any():
        return
    weekday = world.days.weekday_of(day)
    template, here = surgeries.template, surgeries.present(day) & (gps["halo"] == 0)
    kind = np.where(here[:, None], template.kind[weekday], 0).astype(np.uint8)
    kind = _without_cut_sessions(world, surgeries, weekday, kind)
    held = _held_elsewhere(world, day, kind.shape[1], (kind > 0).any(axis=1))
    row, place = cells(held & (kind > 0) & (kind != Slot.SQUEEZE))
    at, home = day * DAY + template.offset[weekday][row, place], kind[row, place] == Slot.HOME
    pace = sessions.pace(world)[row]
    visit = p["gp.home_visit_min"] / p["gp.home_slots_per_visit"]  # not every slot kept for a visit is needed
    laid = np.where(home, visit, template.length[weekday][row, place] * pace)
    minutes = np.where(home, visit, gps["slot_min"][row] * pace)
    for line, chosen in (("visit", home), ("consult", ~home)):
        sessions.charge_elsewhere(world, line, row[chosen], at[chosen], laid[chosen], minutes[chosen])
    acts = np.bincount(row, np.where(home, 1.0 / p["gp.home_slots_per_visit"], 1.0), minlength=len(gps))
    gps["acts_week"] += np.where(gps["locum_now"] == 0, acts, 0.0)
