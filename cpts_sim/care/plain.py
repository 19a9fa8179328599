"""Care without behaviour: the degenerate configurations of exact laws and benchmarks.

Needs come as the scenario says, take a slot of the own GP or a linked one, or go to the emergency department.
Nobody cancels, misses a visit, remembers or moves. The books and the settlement are those of the full model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.ed_settings import EdSettings
from cpts_sim.care.emergency import EmergencyDepartments
from cpts_sim.care.needs import Activity, NeedClock
from cpts_sim.care.plain_layout import LAST_PRIORITY, Streams, gps_of, people_of, service_minutes, week_of
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Ending, First, Road, Route, Slot
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.journal import Journal
from cpts_sim.engine.settlement import settle
from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters

Array = NDArray[Any]
LEVEL_OF_PRIORITY = LAST_PRIORITY + 1
LONGEST_BOOK_DAYS = 120
BATCH_DAYS = 14  # long enough to spread fixed work, short enough for arrays to stay in the processor's cache


@dataclass
class Trace:
    """Needs given from outside: minute (rising), person, urgent or not, minutes of emergency service."""

    minute: Array
    person: Array
    urgent: Array
    service: Array


@dataclass
class Needs:
    """Needs of some days in the order of their minute, and the slots that they get.

    Attributes:
        minute, person, stream: when, whose, which stream.
        what: identity of the need in the draws of its person and stream.
        service: minutes in the emergency department, if they are given.
        row, column: GP and column of the slot; -1 for those who get none.
    """

    minute: Array
    person: Array
    stream: Array
    what: Array
    service: Array | None = None
    row: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    column: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def between(self, start: float, end: float) -> Needs:
        """Return those raised from ``start`` to before ``end``."""
        low, high = np.searchsorted(self.minute, [start, end])
        part: dict[str, Any] = {name: None if c is None else c[low:high] for name, c in vars(self).items()}
        return Needs(**part)


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
        self, practices: Any, needs: Any, parameters: Parameters, draws: Draws, first_day: int,
        journal: Journal, trace: Trace | None = None,
    ) -> None:  # fmt: skip
        self.practices, self.draws, self.journal = practices, draws, journal
        self.streams = Streams(needs)
        people = people_of(practices)
        self.tables = {"people": people, "gps": gps_of(practices)}
        self.offset, self.length = week_of(practices)
        self.horizon = int(min(self.streams.longest_days, LONGEST_BOOK_DAYS)) + 7
        self.books = Books(practices.gps, first_day, self.horizon + BATCH_DAYS, self.offset.shape[2])
        self._fill(first_day, self.books.last_day)
        self.clocks = [self._clock(i, parameters, first_day, people) for i in range(len(needs))]
        self.emergency = self._emergency(first_day)
        self.given = self._of_trace(trace) if trace is not None else None
        self.needs = _nobody()
        self.batch_end, self.told = first_day, first_day * DAY
        self.now = self.told

    def _clock(self, which: int, parameters: Parameters, first_day: int, people: Table) -> NeedClock:
        name, stream = self.streams.names[which], self.streams.all[which]
        weights = np.array(stream.weekday) / np.mean(stream.weekday)
        days = np.arange(first_day, first_day + 7 * 4000) % 7
        hours = parameters.array("care.hour_symptom") if stream.minute == "profile" else np.ones(1)
        shares = np.concatenate([[0.0], np.cumsum(hours)]) / np.sum(hours)
        activity = Activity(first_day, weights[days], np.linspace(0.0, DAY, len(shares)), shares)
        rate = np.full(len(people), stream.rate(self.practices) / 365.0)
        return NeedClock(name, people, activity, self.draws, rate, stream.minute == "opening")

    def _emergency(self, first_day: int) -> EmergencyDepartments | None:
        ed = self.practices.ed
        if ed is None:
            return None
        sites = self.practices.practices if ed.per == "practice" else 1
        self._laws = [law or ed.service for law in self.streams.service]
        servers = np.full((sites, 168), ed.servers, dtype=np.int64)
        return EmergencyDepartments(
            EdSettings.plain(ed.service.mean_min, LEVEL_OF_PRIORITY), self.draws,
            servers, np.full(sites, np.inf), first_day * DAY,
        )  # fmt: skip

    def _fill(self, first_day: int, until_day: int) -> None:
        for day in range(first_day, until_day):
            kind = np.where(np.isfinite(self.offset[day % 7]), Slot.AHEAD, 0)
            self.books.fill(day, self.offset[day % 7], self.length[day % 7], kind)

    # ------------------------------------------------------------------------------------------ two weeks
    def open_day(self, day: int) -> None:
        """Settle the next two weeks: nothing but the order of minutes decides, so a wave may be long."""
        if day < self.batch_end:
            return
        self.batch_end = (day // BATCH_DAYS + 1) * BATCH_DAYS
        last = self.books.last_day
        self.books.slide(day)
        self._fill(last, self.books.last_day)
        needs = self._draw(day) if self.given is None else self.given.between(day * DAY, self.batch_end * DAY)
        needs.row, needs.column = self._slots(needs)
        self.needs = needs

    def _draw(self, day: int) -> Needs:
        parts = [clock.arise(day, self.batch_end - day) for clock in self.clocks]
        minute = np.concatenate([part.minute for part in parts])
        person = np.concatenate([part.person for part in parts])
        stream = np.repeat(np.arange(len(parts)), [len(part.person) for part in parts])
        what = np.concatenate([part.ordinal for part in parts])
        order = self._in_order(minute, person, what * len(parts) + stream)
        return Needs(minute[order], person[order], stream[order], what[order])

    def _in_order(self, minute: Array, person: Array, identity: Array) -> Array:
        """Order by minute (drawn to 1/64), at random among those who share one."""
        ticks = (minute * 64.0).astype(np.int64)
        ticks -= ticks.min() if len(ticks) else 0
        low, high = (ticks & 0xFFFF).astype(np.uint16), (ticks >> 16).astype(np.uint16)
        order = np.argsort(low, kind="stable")  # numpy sorts 16 bits in linear time
        order = order[np.argsort(high[order], kind="stable")]
        same = np.diff(ticks[order]) == 0
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        members = order[tied]
        chance = self.draws.uniform("order", self.tables["people"]["key"][person[members]], identity[members])
        order[tied] = members[np.lexsort((person[members], chance, ticks[members]))]
        return order

    def _of_trace(self, trace: Trace) -> Needs:
        urgent = self.streams.urgent
        stream = np.where(trace.urgent > 0, urgent, 1 - urgent)
        return Needs(trace.minute, trace.person, stream, np.arange(len(stream)), trace.service)

    def _slots(self, needs: Needs) -> tuple[Array, Array]:
        """Give slots to the needs of a wave, in the order of their minute."""
        row, column = np.full(len(needs.minute), -1), np.full(len(needs.minute), -1)
        asking = np.flatnonzero(self.streams.asks_gp[needs.stream])
        if len(asking):
            gp = self.tables["people"]["mt"][needs.person[asking]]
            found = self._settle(needs.minute[asking], gp, needs.stream[asking])
            ok = found[1] >= 0
            served = asking[ok]
            row[served], column[served] = found[0][ok], found[1][ok]
            self.books.take(row[served], column[served], needs.person[served], needs.minute[served])
        return row, column

    def window(self, start: float, end: float) -> None:
        """Time passes; what happens was settled when the two weeks began and is told when they end."""
        self.now = end

    def close_day(self, end: float) -> None:
        """Tell the two weeks when they are over, and play the emergency departments."""
        if end == self.batch_end * DAY:
            self._tell()
            self._write_emergency(end)

    def _tell(self) -> None:
        """Write the requests raised up to now, and send people to the emergency departments."""
        needs = self.needs.between(self.told, self.now)
        self.told = self.now
        if not len(needs.minute):
            return
        served = needs.column >= 0
        goes = ~served & self.streams.to_ed[needs.stream]
        own = needs.row == self.tables["people"]["mt"][needs.person]
        slot = self.books.start[needs.row, needs.column]
        visit = np.where(served, slot, np.where(goes, needs.minute, NEVER))
        met = np.where(own, Route.OWN_GP, Route.COLLEAGUE)
        route = np.where(served, met, np.where(goes, Route.ED, Route.NONE))
        ending = np.where(served | goes, Ending.SERVED, Ending.UNMET)
        self._journal(needs, visit, route, ending)
        if self.emergency is not None and goes.any():
            self._arrive(self.emergency, needs, np.flatnonzero(goes))

    def _limits(self, minute: Array, stream: Array) -> tuple[Array, Array]:
        """Minutes between which a slot must start: the first one included, the second one not."""
        s = self.streams
        last_day_end = (np.floor_divide(minute, DAY) + s.patience_days[stream] + 1) * DAY
        # the last admissible start is minute + patience itself, so the limit is the next representable minute
        latest = np.nextafter(minute + s.patience_min[stream], NEVER)
        return minute + s.lead_min[stream], np.minimum(latest, last_day_end)

    def _settle(self, minute: Array, gp: Array, stream: Array) -> tuple[Array, Array]:
        """Return the GP and the column of each request's slot (-1 if refused); nothing is taken yet."""
        earliest, latest = self._limits(minute, stream)
        linked = self._linked(gp)
        if linked.shape[1] and self.streams.linked.any():
            choices = np.concatenate([gp[:, None], linked], axis=1)
            found = self._settle_linked(minute, stream, choices, earliest, latest)
        else:
            found = gp, self._settle_alone(gp, earliest, latest)
        if (np.isinf(latest) & (found[1] < 0)).any():
            raise InputError(
                f"care.needs: people wait without limit and the books of {LONGEST_BOOK_DAYS} days are full, "
                "expected less demand than slots; lower the rate or give a patience."
            )
        return found

    def _settle_alone(self, gp: Array, earliest: Array, latest: Array) -> Array:
        """Return columns; requests are taken book by book, which is how they are settled fastest."""
        order = np.argsort(gp.astype(np.int16), kind="stable")
        low, high = self.books.first_slot_of_all(earliest), self.books.first_slot_of_all(latest)
        found = np.empty(len(gp), dtype=np.int64)
        found[order] = self.books.cascade(gp[order], low[order], high[order], int(Slot.AHEAD))
        return found

    def _settle_linked(
        self, minute: Array, stream: Array, row: Array, earliest: Array, latest: Array
    ) -> tuple[Array, Array]:
        count, width = row.shape
        allowed = np.repeat(self.streams.linked[stream][:, None], width, axis=1)
        allowed[:, 0] = self.streams.own[stream]
        shape = (count, 1, width)
        low = np.repeat(self.books.first_slot_of_all(earliest), width).reshape(shape)
        high = np.repeat(self.books.first_slot_of_all(latest), width).reshape(shape)
        kinds, again = np.full(shape, int(Slot.AHEAD)), np.full((count, 1), NEVER)
        choices = np.where(allowed, row, -1).reshape(shape)
        order = np.arange(count)
        _, choice, column = settle(self.books, minute, order, choices, kinds, low, high, again, 0)
        return row[order, np.maximum(choice, 0)], column

    def _linked(self, gp: Array) -> Array:
        size, links = self.practices.gps_per_practice, self.practices.links
        if links == "none" or size == 1:
            return np.zeros((len(gp), 0), dtype=np.int64)
        steps = np.arange(1, 2 if links == "chain" else size)
        first = (gp // size) * size
        linked: Array = first[:, None] + (gp[:, None] - first[:, None] + steps[None, :]) % size
        return linked

    def _arrive(self, emergency: EmergencyDepartments, needs: Needs, rows: Array) -> None:
        who, stream = needs.person[rows], needs.stream[rows]
        keys = self.tables["people"]["key"][who]
        identity = needs.what[rows] * 16 + stream
        if needs.service is not None:
            minutes = needs.service[rows]
        else:
            minutes = self._service(stream, self.draws.uniform("ed service", keys, identity))
        practice = self.tables["people"]["mt"][who] // self.practices.gps_per_practice
        emergency.arrive(
            needs.minute[rows], keys, who, practice if len(emergency) > 1 else 0,
            np.where(self.streams.asks_gp[stream], Road.SPILL, Road.DIRECT),
            LEVEL_OF_PRIORITY - self.streams.ed_priority[stream], 40, identity, service=minutes,
        )  # fmt: skip

    def _service(self, stream: Array, u: Array) -> Array:
        """Return minutes of service of visits, by the law of their stream."""
        minutes = np.empty(len(u))
        for which, law in enumerate(self._laws):
            chosen = stream == which
            minutes[chosen] = service_minutes(law, u[chosen])
        return minutes

    def _journal(self, needs: Needs, visit: Array, route: Array, ending: Array) -> None:
        """Write requests in the order of their minute, however the time is cut."""
        first = np.where(ending == Ending.UNMET, First.REFUSED, First.ACCEPTED)
        self.journal.add(
            "request", raised=needs.minute, asked=needs.minute, wished=needs.minute, ended=visit, visit=visit,
            person=needs.person, kind=self.streams.kind[needs.stream], origin=0, contacts=1, first=first,
            after=0, ending=ending, route=route, provider=needs.row, commune=0, age=0, ald=0, attached=1,
            deprivation=0, account=0,
        )  # fmt: skip

    def _write_emergency(self, until: float) -> None:
        if self.emergency is None:
            return
        finished = self.emergency.advance(until)
        if len(finished):
            self.journal.add("ed", **finished.journal)

    def finish(self) -> None:
        """Serve everybody who has arrived, also past the horizon."""
        self._tell()
        self._write_emergency(NEVER)

    # ------------------------------------------------------------------------------------------ state
    def state(self) -> dict[str, dict[str, Array]]:
        """Return everything that the future depends on."""
        self._tell()
        drawn = {name: column for name, column in vars(self.needs).items() if column is not None}
        time = {"batch_end": np.array([self.batch_end]), "told": np.array([self.told])}
        state = {"books": self.books.arrays(), "needs": drawn, "time": time}
        if self.emergency is not None:
            state["emergency"] = dict(self.emergency.state())
        return state

    def restore(self, tables: dict[str, Table], state: dict[str, dict[str, Array]]) -> None:
        """Go to a state returned by ``state``."""
        self.tables.update(tables)
        self.books = Books.from_arrays(state["books"])
        self.needs = Needs(**state["needs"])
        self.batch_end, self.told = int(state["time"]["batch_end"][0]), float(state["time"]["told"][0])
        self.now = self.told
        for clock in self.clocks:
            clock.rebind(self.tables["people"])
        if self.emergency is not None:
            self.emergency.restore(state["emergency"])


def _nobody() -> Needs:
    none = np.zeros(0, dtype=np.int64)
    return Needs(np.zeros(0), none, none, none)
