"""Mission ``unscheduled_care``: slots shared through a desk, paid extra sessions, pharmacists' protocols.

The desk knows which members have a slot and who takes people in; it changes knowledge and the number of calls. The
slots it offers are taken from the same members' other patients, or are paid extra evening sessions.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care import evening_slots
from cpts_sim.care.common_numbers import offer_nearest
from cpts_sim.care.evening_slots import extra_evening
from cpts_sim.care.routes import Plan, Wave
from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Payer, Slot
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent, Need, Origin, Route
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.missions.desk_staff import DeskStaff
from cpts_sim.missions.tools import COORDINATOR
from cpts_sim.scenario.fields import Share

Array = NDArray[Any]
NAME = "unscheduled_care"
RANK = 20


class UnscheduledCareSettings(MissionSettings):
    """Unscheduled care in opening hours: desk, shared slots, extra sessions, pharmacists' protocols."""

    slots_per_day: float | None = Field(None, ge=0, le=12)
    """Slots that a participating GP keeps for the desk on each working day (none: the evidence's number)."""
    extra_slots_per_week: float | None = Field(None, ge=0, le=12)
    """Paid extra evening slots of a participating GP in a week (none: the evidence's number)."""
    release_hour: int = Field(12, ge=0, le=23)
    """Hour of the day at which unused shared slots go back to the GP's own patients (an edge of a window)."""
    awareness: Share | None = None
    """Share of inhabitants who call the desk when their own practice cannot help, from its first day
    (none: the evidence's, which grows over the first months)."""
    protocols: bool = True
    """Whether member pharmacies run protocols beyond ordinary law."""


class UnscheduledCare(Mission):
    """Desk, shared slots, extra sessions and protocols."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = UnscheduledCareSettings
    grade: ClassVar[str] = "judgement"
    pays: ClassVar[tuple[str, ...]] = ("gp", "pharmacist", "coordinator")
    loses: ClassVar[tuple[str, ...]] = ("scheduled patients of the members",)
    preparation: ClassVar[str] = "cpts.preparation_hours_month"

    code = Route.DESK

    def __init__(self, settings: Any, organisation: Any) -> None:
        super().__init__(settings, organisation)
        self.staff = DeskStaff(self.world, lambda: self.organisation.table, self.code, self._pay_staff)

    def install(self) -> None:
        """Add the desk's route and wrap the rules it changes."""
        world, rules = self.world, self.world.rules
        self.staff.install()
        for column in ("shares_slots", "extra_sessions"):
            if column not in world.gps:
                world.gps.add_column(column, np.zeros(len(world.gps), dtype=np.int8))
        if "protocol" not in world.tables["pharmacies"]:
            pharmacies = world.tables["pharmacies"]
            pharmacies.add_column("protocol", np.zeros(len(pharmacies), dtype=np.int8))
        rules.wrap("open_day", NAME, RANK, self._open_day)
        rules.wrap("knows_desk", NAME, RANK, self._knows_desk)
        rules.wrap("pharmacist_settles", NAME, RANK, self._pharmacist_settles)
        rules.wrap("sas_effectors", NAME, RANK, self._sas_effectors)
        world.routes.append(self)
        world.hooks.setdefault("edge", []).append(self._release)

    # ------------------------------------------------------------------------------------------ participation
    def begin(self) -> None:
        """Reserve slots in the books that are already open, and let trained pharmacies begin."""
        self._enrol()
        self.staff.begin()
        world = self.world
        today = int(np.floor_divide(world.now, DAY))
        for day in range(today + 1, world.books.last_day):
            self._reserve(day)
        self._open_evenings()
        self._enrol_pharmacies()

    def grown(self, months: int) -> None:
        """The desk has been known for these months, and somebody has answered it."""
        self.staff.begin(months)
        self._put_in_post()

    def month(self, month: int) -> None:
        """Who takes part follows membership; the hours in post at the desk with it."""
        self._enrol()
        self._open_evenings()
        self._enrol_pharmacies()
        self._put_in_post()

    def _put_in_post(self) -> None:
        """The month's hours at the desk, as many as there are means and somebody for."""
        hours = self.staff.hours(int(np.count_nonzero(self.world.gps["shares_slots"])))
        self.staff.open_month(hours * self.organisation.staff_share())

    def _pay_staff(self, event: CptsEvent, rows: int, minutes: float) -> None:
        euros = self.parameters["cpts.coordinator_hour_euros"]
        self.organisation.spend(event, np.repeat(COORDINATOR, rows), minutes / 60.0, euros)

    def end(self) -> None:
        """Slots still free for the desk go back to the GPs' own patients; extra sessions without a patient are off."""
        world, books = self.world, self.world.books
        row, column = np.nonzero(books.free == Slot.SHARED)
        books.change_kind(row, column, int(Slot.AHEAD))
        evening_slots.close_free(world, Payer.REGULAR)
        for name in ("shares_slots", "extra_sessions"):
            world.gps[name][:] = 0
        world.tables["pharmacies"]["protocol"][:] = 0
        self.staff.close()

    def _enrol(self) -> None:
        gps = self.world.gps
        rows = self.organisation.participants(NAME, self.settings.dose)
        gps["shares_slots"][:] = 0
        gps["shares_slots"][rows] = 1
        u = self.world.draws.uniform("extra sessions", gps["key"][rows])
        gps["extra_sessions"][:] = 0
        gps["extra_sessions"][rows[u < self.parameters["cpts.extra_sessions_share"]]] = 1

    def _enrol_pharmacies(self) -> None:
        """Protocols run at active member pharmacies that take part and have somebody trained who is present."""
        pharmacies, organisation, draws = self.world.tables["pharmacies"], self.organisation, self.world.draws
        member = organisation.share_of("pharmacies") * organisation.active_share()
        willing = float(self.settings.protocols) * self.settings.dose * organisation.mobilised(NAME)
        u = draws.block("pharmacy protocol", 2, pharmacies["key"])
        trained = self.world.pharmacies.ailments.trained(draws, pharmacies["key"])
        pharmacies["protocol"][:] = trained & (u[0] < member) & (u[1] < willing)

    # ------------------------------------------------------------------------------------------ slots
    def _open_day(self, inner: Any, world: World, surgeries: Surgeries, day: int) -> tuple[Array, Array, Array]:
        offset, length, kind = inner(world, surgeries, day)
        if not self.running:
            return offset, length, kind
        kind = np.array(kind)
        weekday = world.days.weekday_of(day)
        row, position = self._choose_shared(kind)
        kind[row, position] = Slot.SHARED
        extra = self._extra(surgeries.template.reserve[weekday], kind, day)
        kind[extra] = Slot.EXTRA
        return offset, length, kind

    def _choose_shared(self, kind: Array) -> tuple[Array, Array]:
        """Scheduled slots of each participating GP, as many as are promised, spread evenly over the GP's day."""
        wanted = int(self.chosen(self.settings.slots_per_day, "cpts.shared_slots_per_day") + 0.5)
        ahead = (kind == Slot.AHEAD) & (self.world.gps["shares_slots"] > 0)[:, None]
        nth, count = np.cumsum(ahead, axis=1), np.count_nonzero(ahead, axis=1)[:, None]
        share, whole = np.minimum(wanted, count), np.maximum(count, 1)
        passed = (nth * share + whole // 2) // whole
        row, position = np.nonzero(ahead & (passed > ((nth - 1) * share + whole // 2) // whole))
        return row, position

    def _extra(self, reserve: Array, kind: Array, day: int) -> Array:
        """Evening slots of those who hold an extra session on this day."""
        wanted = self.chosen(self.settings.extra_slots_per_week, "cpts.extra_slots_per_week")
        nth = np.cumsum(reserve == 2, axis=1)
        here = (kind > 0).any(axis=1) & extra_evening(self.world, day)
        result: Array = (reserve == 2) & (nth <= int(wanted + 0.5)) & here[:, None]
        return result

    def _reserve(self, day: int) -> None:
        """Turn free scheduled slots of a day that is already in the books into shared ones."""
        books = self.world.books
        span = books.span(day)
        row, position = self._choose_shared(books.free[:, span])
        if len(row):
            books.change_kind(row, position + span.start, int(Slot.SHARED))

    def _open_evenings(self) -> None:
        """Extra sessions on the evenings of days that are already in the books; free ones of who left are off."""
        world, books, surgeries = self.world, self.world.books, self.organisation.model.care.surgeries
        evening_slots.close_free(world, Payer.REGULAR, world.gps["extra_sessions"] == 0)
        most = int(self.chosen(self.settings.extra_slots_per_week, "cpts.extra_slots_per_week") + 0.5)
        for day in range(int(np.floor_divide(world.now, DAY)) + 1, books.last_day):
            rows = np.flatnonzero(extra_evening(world, day))
            evening_slots.open_on(world, surgeries, rows, day, most, Payer.REGULAR)

    def _release(self, world: World, start: float, end: float) -> None:
        """Unused shared slots of the day serve the GPs' own patients: from the release hour on, earlier ones at once.

        A slot before the release hour would be over before it could go back; it is the desk's until its day begins.
        """
        today, books = int(np.floor_divide(start, DAY)), world.books
        if not self.running:
            return
        release = today * DAY + self.settings.release_hour * 60.0
        span = books.span(today)
        shared = books.free[:, span] == Slot.SHARED
        if end <= release:
            shared &= books.start[:, span] < release
        row, position = np.nonzero(shared)
        if len(row):
            books.change_kind(row, position + span.start, int(Slot.SAME_DAY))

    def _sas_effectors(self, inner: Any, world: World) -> Array:
        """Participating GPs answer the SAS too: those who would through a CPTS only, and with their shared slots."""
        others: Array = inner(world)
        return others | (self.running & (world.gps["shares_slots"] > 0))

    # ------------------------------------------------------------------------------------------ the desk
    @property
    def answers(self) -> bool:
        """Whether there is a desk: it exists while somebody gives it slots and somebody is in post."""
        return self.running and self.staff.there and bool(self.world.gps["shares_slots"].any())

    def _aware(self, key: Array) -> Array:
        share = self.staff.known() if self.settings.awareness is None else self.settings.awareness
        result: Array = self.world.draws.uniform("knows desk", key) < share * self.settings.dose
        return result

    def _knows_desk(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """Who knows the desk calls it when the usual practice has refused, or at once without MT."""
        known: Array = inner(world, key, wanted, minute)
        if not self.answers:
            return known
        calls = wanted & self._aware(key) & world.days.is_open(minute) & (known == 0)
        return np.where(calls, int(Route.DESK), known)

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """To callers whom staff can answer, offer the slots of participating GPs nearby within 48 hours."""
        answered = np.flatnonzero(self.staff.answers(wave, who, contact))
        who, contact = who[answered], contact[answered]
        rows = np.flatnonzero(world.gps["shares_slots"] > 0)
        kinds = int(Slot.SHARED | Slot.EXTRA)
        offer_nearest(world, wave, who, contact, plan, rows, kinds, Route.DESK, "desk")

    # ------------------------------------------------------------------------------------------ pharmacists
    def _pharmacist_settles(self, inner: Any, world: World, rows: Array) -> Array:
        """Protocols open further complaints at trained member pharmacies; the GPs' freed minutes are counted."""
        settled: Array = inner(world, rows)
        pharmacies = world.tables["pharmacies"]
        if not self.running or not len(pharmacies) or not pharmacies["protocol"].any():
            return settled
        requests, people = world.requests, world.people
        person = requests["person"][rows]
        key, what = people["key"][person], requests["ordinal"][rows]
        ailments = world.pharmacies.ailments
        complaint = ailments.complaint(world.draws, key, what, world.age_years(person), people["sex"][person])
        pharmacy = people["pharmacy"][person]
        near = (pharmacy >= 0) & (pharmacies["protocol"][np.maximum(pharmacy, 0)] > 0)
        use = ailments.protocol_use(complaint, world.parameters["cpts.protocol_use"])
        asks = world.draws.uniform("asks for the protocol", key, what) < use
        minor = (requests["kind"][rows] == Need.MINOR) & (requests["origin"][rows] == Origin.EXOGENOUS)
        more = ailments.eligible_by_protocol(world.draws, key, what, complaint) & near & asks & minor & ~settled
        more &= world.pharmacies.is_open(requests["raised"][rows])
        own = people["mt"][person[more]]
        np.add.at(world.gps["freed_min"], own[own >= 0], world.gps["slot_min"][own[own >= 0]])
        result: Array = settled | more
        return result


SETTINGS = UnscheduledCareSettings
MISSION = UnscheduledCare
