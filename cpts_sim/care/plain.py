"""Care without behaviour: the degenerate configurations of exact laws and benchmarks.

Needs come as the scenario says, take a slot of the own GP or a linked one, or go to the emergency department.
Nobody cancels, misses a visit, remembers or moves. The books and the settlement are those of the full model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.ed_settings import EdSettings
from cpts_sim.care.emergency import EmergencyDepartments
from cpts_sim.care.needs import Activity, NeedClock
from cpts_sim.engine.agenda import Books, Slot, settle
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws, exponential, keys_of
from cpts_sim.engine.events import Ending, First, Road, Route
from cpts_sim.engine.journal import Journal
from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters

Array = NDArray[Any]
KIND = {"minor": 0, "acute": 1, "emergency": 2, "followup": 3, "preventive": 4, "mental": 5, "nursing": 6}
LEVEL_OF_PRIORITY = 5


@dataclass
class Trace:
    """Needs given from outside: minute (ascending), person, urgent or not, minutes in the emergency department."""

    minute: Array
    person: Array
    urgent: Array
    service: Array


@dataclass
class Raised:
    """Needs of one day in the order of their minute."""

    minute: Array
    person: Array
    stream: Array
    what: Array
    service: Array | None = None


class PlainCare:
    """Care of identical practices.

    Args:
        practices: layout (``territory.practices`` of the scenario).
        needs: streams of needs by name (``care.needs``).
        parameters: for the hour profile of ``minute: profile``.
        draws: random numbers.
        first_day: first day of the run.
        journal: where events go.
        trace: needs given from outside instead.
    """

    def __init__(
        self, practices: Any, needs: Any, parameters: Parameters, draws: Draws, first_day: int, journal: Journal,
        trace: Trace | None = None,
    ) -> None:  # fmt: skip
        self.practices, self.draws, self.journal, self.trace = practices, draws, journal, trace
        self.streams = [needs[name] for name in sorted(needs)]
        self.names = sorted(needs)
        people, gps = _people(practices), _gps(practices)
        self.tables = {"people": people, "gps": gps}
        self.offset, self.length = _template(practices)
        self.horizon = self._days_needed()
        self.books = Books(practices.gps, first_day, self.horizon + 28, self.offset.shape[2])
        self._fill(first_day, self.books.last_day)
        self.clocks = [self._clock(name, parameters, first_day, people) for name in self.names]
        self.emergency = self._emergency(first_day)
        self._today: Raised | None = None

    def _days_needed(self) -> int:
        """Days ahead for which books must exist: the longest patience, with a margin for a full book."""
        limits = [min(s.patience_min / DAY, s.patience_days if s.patience_days is not None else np.inf) for s in self.streams]
        longest = max((x for x in limits if np.isfinite(x)), default=0.0)
        return int(longest) + 7 if np.isfinite(max(limits, default=0.0)) else 400

    def _clock(self, name: str, parameters: Parameters, first_day: int, people: Table) -> NeedClock:
        stream = self.streams[self.names.index(name)]
        weights = np.array(stream.weekday) / np.mean(stream.weekday)
        days = np.arange(first_day, first_day + 7 * 4000) % 7
        hours = parameters.array("care.hour_symptom") if stream.minute == "profile" else np.ones(1)
        shares = np.concatenate([[0.0], np.cumsum(hours)]) / np.sum(hours)
        activity = Activity(first_day, weights[days], np.linspace(0.0, DAY, len(shares)), shares)
        rate = np.full(len(people), stream.rate(self.practices) / 365.0)
        return NeedClock(name, people, activity, self.draws, None if f"due_{name}" in people else rate, stream.minute == "opening")

    def _emergency(self, first_day: int) -> EmergencyDepartments | None:
        ed = self.practices.ed
        if ed is None:
            return None
        sites = self.practices.practices if ed.per == "practice" else 1
        self._mean_service = ed.service.exponential_min or 0.0
        self._fixed_service = ed.service.fixed_min
        servers = np.full((sites, 168), ed.servers, dtype=np.int64)
        return EmergencyDepartments(
            EdSettings.plain(self._mean_service or ed.service.fixed_min, LEVEL_OF_PRIORITY), self.draws, servers,
            np.full(sites, np.inf), first_day * DAY,
        )  # fmt: skip

    def _fill(self, first_day: int, until_day: int) -> None:
        for day in range(first_day, until_day):
            kind = np.where(np.isfinite(self.offset[day % 7]), Slot.AHEAD, 0)
            self.books.fill(day, self.offset[day % 7], self.length[day % 7], kind)

    # ------------------------------------------------------------------------------------------ one window
    def open_day(self, day: int) -> None:
        """Draw the needs of the day and keep the books long enough."""
        if self.books.last_day - day < self.horizon:
            last = self.books.last_day
            self.books.slide(day)
            self._fill(last, self.books.last_day)
        self._today = self._raised(day)

    def _raised(self, day: int) -> Raised:
        if self.trace is not None:
            low, high = np.searchsorted(self.trace.minute, [day * DAY, (day + 1) * DAY])
            part = slice(low, high)
            stream = np.where(self.trace.urgent[part] > 0, self._urgent_stream(), 1 - self._urgent_stream())
            return Raised(self.trace.minute[part], self.trace.person[part], stream, np.arange(low, high), self.trace.service[part])
        parts = [clock.arise(day) for clock in self.clocks]
        minute = np.concatenate([part.minute for part in parts])
        person = np.concatenate([part.person for part in parts])
        stream = np.repeat(np.arange(len(parts)), [len(part.person) for part in parts])
        what = np.concatenate([part.ordinal for part in parts])
        order = np.lexsort((self.tables["people"]["key"][person], minute)) if len(minute) else np.zeros(0, dtype=np.int64)
        return Raised(minute[order], person[order], stream[order], what[order])

    def _urgent_stream(self) -> int:
        """The stream that goes straight to the emergency department."""
        return next(i for i, s in enumerate(self.streams) if s.routes == ("ed",))

    def window(self, start: float, end: float) -> None:
        """Settle the needs of a window in the order of their minute."""
        today = self._today
        if today is None or not len(today.minute):
            return
        low, high = np.searchsorted(today.minute, [start, end])
        part = slice(low, high)
        minute, person, stream, what = today.minute[part], today.person[part], today.stream[part], today.what[part]
        if not len(minute):
            return
        service = today.service[part] if today.service is not None else None
        gp = self.tables["people"]["mt"][person]
        by_book = np.array([s.routes[0] != "ed" for s in self.streams])[stream]
        asking = np.flatnonzero(by_book)
        row, column = self._settle(minute[asking], person[asking], stream[asking], gp[asking])
        served = asking[column >= 0]
        row, column = row[column >= 0], column[column >= 0]
        visit = self.books.start[row, column]
        route = np.where(row == gp[served], Route.OWN_GP, Route.COLLEAGUE)
        self._journal(minute[served], person[served], stream[served], visit, route, row, Ending.SERVED)
        missed = np.ones(len(minute), dtype=bool)
        missed[served] = False
        self._not_served(np.flatnonzero(missed), minute, person, stream, what, service)

    def _limits(self, minute: Array, stream: Array) -> tuple[Array, Array]:
        lead = np.array([s.lead_min for s in self.streams])[stream]
        patience = np.array([s.patience_min for s in self.streams])[stream]
        days = np.array([NEVER if s.patience_days is None else s.patience_days for s in self.streams])[stream]
        last_day_end = (np.floor_divide(minute, DAY) + days + 1) * DAY
        # the last admissible start is minute + patience itself, so the limit is the next representable minute
        return minute + lead, np.minimum(np.nextafter(minute + patience, NEVER), last_day_end)

    def _settle(self, minute: Array, person: Array, stream: Array, gp: Array) -> tuple[Array, Array]:
        earliest, latest = self._limits(minute, stream)
        books, linked = self.books, self._linked(gp)
        links = np.array(["linked_gp" in s.routes for s in self.streams])[stream]
        if not (links.any() and linked.shape[1]):
            low, high = books.first_slot(gp, earliest), books.first_slot(gp, latest)
            column = books.cascade(gp, low, high, int(Slot.AHEAD))
            ok = column >= 0
            books.free[gp[ok], column[ok]] = 0
            return gp, column
        count, width = len(gp), 1 + linked.shape[1]
        row = np.concatenate([gp[:, None], np.where(links[:, None], linked, -1)], axis=1)
        flat = np.maximum(row, 0).ravel()
        low = books.first_slot(flat, np.repeat(earliest, width)).reshape(count, 1, width)
        high = books.first_slot(flat, np.repeat(latest, width)).reshape(count, 1, width)
        shape = (count, 1, width)
        kinds = np.full(shape, int(Slot.AHEAD))
        again = np.full((count, 1), NEVER)
        keys = self.tables["people"]["key"][person]
        _, choice, column = settle(books, minute, keys, row.reshape(shape), kinds, low, high, again, books.start.shape[1])
        taken = row[np.arange(count), np.maximum(choice, 0)]
        ok = column >= 0
        books.free[taken[ok], column[ok]] = 0
        return taken, column

    def _linked(self, gp: Array) -> Array:
        size, links = self.practices.gps_per_practice, self.practices.links
        if links == "none" or size == 1:
            return np.zeros((len(gp), 0), dtype=np.int64)
        steps = np.arange(1, 2 if links == "chain" else size)
        first = (gp // size) * size
        linked: Array = first[:, None] + (gp[:, None] - first[:, None] + steps[None, :]) % size
        return linked

    def _not_served(self, rows: Array, minute: Array, person: Array, stream: Array, what: Array, service: Array | None) -> None:
        goes = np.array(["ed" in s.routes for s in self.streams])[stream[rows]]
        refused, to_ed = rows[~goes], rows[goes]
        self._journal(minute[refused], person[refused], stream[refused], NEVER, Route.NONE, -1, Ending.UNMET)
        self._journal(minute[to_ed], person[to_ed], stream[to_ed], minute[to_ed], Route.ED, -1, Ending.SERVED)
        if self.emergency is None or not len(to_ed):
            return
        who = person[to_ed]
        keys = self.tables["people"]["key"][who]
        identity = what[to_ed] * 16 + stream[to_ed]
        if service is not None:
            minutes = service[to_ed]
        elif self._fixed_service:
            minutes = np.full(len(to_ed), self._fixed_service)
        else:
            minutes = self._mean_service * exponential(self.draws.uniform("ed service", keys, identity))
        straight = np.array([s.routes == ("ed",) for s in self.streams])[stream[to_ed]]
        priority = np.array([s.ed_priority for s in self.streams])[stream[to_ed]]
        priority = np.where(straight, priority, np.maximum(priority, 1))
        site = self.tables["people"]["mt"][who] // self.practices.gps_per_practice if len(self.emergency) > 1 else np.zeros(len(who), int)
        self.emergency.arrive(
            minute[to_ed], keys, who, site, np.where(straight, Road.DIRECT, Road.SPILL), LEVEL_OF_PRIORITY - priority,
            np.full(len(who), 40), identity, service=minutes,
        )  # fmt: skip

    def _journal(self, minute: Array, person: Array, stream: Array, visit: Any, route: Any, provider: Any, ending: int) -> None:
        if not len(minute):
            return
        kinds = np.array([KIND[s.kind] for s in self.streams])[stream]
        self.journal.add(
            "request", raised=minute, asked=minute, wished=minute, ended=visit, visit=visit, person=person, kind=kinds,
            origin=0, contacts=1, first=First.REFUSED if ending == Ending.UNMET else First.ACCEPTED, after=0,
            ending=ending, route=route, provider=provider, commune=0, age=0, ald=0, attached=1, deprivation=0, account=0,
        )  # fmt: skip

    def close_day(self, end: float) -> None:
        """Play the emergency departments up to the end of the day."""
        if self.emergency is not None:
            self._write_emergency(end)

    def _write_emergency(self, until: float) -> None:
        if self.emergency is None:
            return
        finished = self.emergency.advance(until)
        if len(finished):
            self.journal.add("ed", **finished.journal)

    def finish(self) -> None:
        """Serve everybody who has arrived, also past the horizon."""
        self._write_emergency(NEVER)

    # ------------------------------------------------------------------------------------------ state
    def state(self) -> dict[str, dict[str, Array]]:
        """Return everything that the future depends on."""
        state = {"books": self.books.arrays()}
        if self.emergency is not None:
            state["emergency"] = dict(self.emergency.state())
        return state

    def restore(self, tables: dict[str, Table], state: dict[str, dict[str, Array]]) -> None:
        """Go to a state returned by ``state``."""
        self.tables.update(tables)
        self.books = Books.from_arrays(state["books"])
        for clock in self.clocks:
            clock.rebind(self.tables["people"])
        if self.emergency is not None:
            self.emergency.restore(state["emergency"])


def _people(practices: Any) -> Table:
    """Inhabitants dealt to the lists in order, list sizes by weight."""
    weights = np.array([practices.list_weights[j % len(practices.list_weights)] for j in range(practices.gps)])
    bounds = np.floor(practices.inhabitants * np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum() + 1e-9).astype(np.int64)
    ranks = np.arange(practices.inhabitants)
    if practices.gps == 0:
        raise InputError("territory.practices: received 0 GPs, expected at least 1; give practices and gps_per_practice.")
    return Table("people", practices.inhabitants, {
        "key": keys_of("practices", ranks), "mt": np.repeat(np.arange(practices.gps), np.diff(bounds)).astype(np.int32),
        "mt_state": "i1", "born": np.full(len(ranks), -40 * 365 * DAY), "sex": "i1", "commune": "i2",
    })  # fmt: skip


def _gps(practices: Any) -> Table:
    rows = np.arange(practices.gps)
    return Table("gps", practices.gps, {
        "key": keys_of("practice gp", rows), "practice": rows // practices.gps_per_practice, "halo": "i1", "ee": "f8",
        "commune": "i2",
    })  # fmt: skip


def _template(practices: Any) -> tuple[Array, Array]:
    """Offsets and lengths of the slots of each weekday, shape (7, GPs, slots of the fullest day)."""
    days = [[(s.at_min + k * s.every_min, s.every_min) for s in day for k in range(s.slots)] for day in practices.weekly.days]
    most = max(1, *(len(day) for day in days))
    offset, length = np.full((7, most), NEVER), np.zeros((7, most))
    for weekday, slots in enumerate(days):
        for k, (at, minutes) in enumerate(slots):
            offset[weekday, k], length[weekday, k] = at, minutes
    shape = (7, practices.gps, most)
    return np.broadcast_to(offset[:, None, :], shape).copy(), np.broadcast_to(length[:, None, :], shape).copy()

