"""Everything that the rules of care read and write, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.baseline import Baseline
from cpts_sim.care.ed_settings import OLDEST
from cpts_sim.care.rules import Rules
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.journal import Journal
from cpts_sim.evidence import Parameters

if TYPE_CHECKING:
    from cpts_sim.care.ed_demand import EdDemand, Outsiders
    from cpts_sim.care.emergency import EmergencyDepartments
    from cpts_sim.care.home_care import HomeCare
    from cpts_sim.care.hospital_stay import HospitalStays
    from cpts_sim.care.ledger import Ledger
    from cpts_sim.care.needs import NeedClock
    from cpts_sim.care.nursing_need import NursingNeed
    from cpts_sim.care.pharmacy import Pharmacies
    from cpts_sim.care.strain import StrainModel
    from cpts_sim.care.strain_effects import StrainEffects

Array = NDArray[Any]
EVERYBODY = slice(None)
"""All rows of people, those who have left included: a column read as it stands, not row by row."""


def day_of(minute: Array) -> NDArray[np.int64]:
    """Day in which each minute falls."""
    return np.floor(minute / DAY).astype(np.int64)


@dataclass(frozen=True)
class Days:
    """The calendar as columns over the days of a run, warm-up included.

    Attributes:
        first_day: first day (negative during the warm-up); index 0 of the columns.
        weekday: 0 Monday … 6 Sunday.
        holiday: public holiday.
        school_holiday: school holiday of the zone.
        month: 1 … 12.
        year_day: 0 … 364, for seasons.
        opens: minute after midnight at which offices take calls; infinity on closed days.
        closes: minute at which they stop; 0 on closed days.
        next_open: index of the first open day at or after each day.
    """

    first_day: int
    weekday: Array
    holiday: Array
    school_holiday: Array
    month: Array
    year_day: Array
    opens: Array
    closes: Array
    next_open: Array

    def place(self, day: int) -> int:
        """Return the column index of a day, the last one beyond the calendar: books are opened ahead."""
        return min(day - self.first_day, len(self.weekday) - 1)

    def weekday_of(self, day: int) -> int:
        """Return the weekday of a day."""
        return int(self.weekday[self.place(day)])

    def index(self, minute: Array) -> NDArray[np.int64]:
        """Column index of the day in which each minute falls, kept within the calendar."""
        return np.minimum(np.maximum(day_of(minute) - self.first_day, 0), len(self.weekday) - 1)

    @cached_property
    def _midnight(self) -> Array:
        return (np.arange(len(self.weekday)) + self.first_day) * DAY

    @cached_property
    def _opens_at(self) -> Array:
        """Minute of each day's opening; infinity on closed days."""
        return self._midnight + self.opens

    @cached_property
    def _closes_at(self) -> Array:
        """Minute of each day's closing; its midnight on closed days."""
        return self._midnight + self.closes

    @cached_property
    def _next_opening(self) -> Array:
        """Opening of the first open day at or after each day, and after the last one."""
        opening = self._opens_at[self.next_open]
        opening = np.where(np.isfinite(opening), opening, self._midnight[self.next_open])
        return np.append(opening, opening[-1])

    def is_open(self, minute: Array) -> Array:
        """Whether offices take calls at each minute."""
        index = self.index(minute)
        result: Array = (minute >= self._opens_at[index]) & (minute < self._closes_at[index])
        return result

    def next_opening(self, minute: Array) -> Array:
        """The minute itself where offices are open, else the next opening."""
        index = self.index(minute)
        result: Array = np.maximum(minute, self._next_opening[index + (minute >= self._closes_at[index])])
        return result


class Arrivals:
    """People on their way to an emergency department, not yet there."""

    CODES = ("person", "road", "what", "severity")

    def __init__(self) -> None:
        self._minutes: list[Array] = [np.zeros(0)]
        self._codes: list[Array] = [np.zeros((len(self.CODES), 0), dtype=np.int64)]

    def add(self, minute: Array, person: Array, road: ArrayLike, what: Array, severity: ArrayLike) -> None:
        """Announce arrivals; ``what`` identifies the visit in its draws, ``severity`` is the need that brings it."""
        if not len(minute):
            return
        codes = np.empty((len(self.CODES), len(minute)), dtype=np.int64)
        codes[0], codes[1], codes[2], codes[3] = person, road, what, severity
        self._minutes.append(minute)
        self._codes.append(codes)

    def due(self, end: float) -> dict[str, Array]:
        """Take out the arrivals before ``end``, in order of minute, then person."""
        minute, codes = np.concatenate(self._minutes), np.concatenate(self._codes, axis=1)
        now = minute < end
        self._minutes, self._codes = [minute[~now]], [codes[:, ~now]]
        rows = np.flatnonzero(now)
        rows = rows[np.lexsort((codes[0, rows], minute[rows]))]
        return {"minute": minute[rows], **dict(zip(self.CODES, codes[:, rows], strict=True))}

    def arrays(self) -> dict[str, Array]:
        """Return the state, for a checkpoint."""
        codes = np.concatenate(self._codes, axis=1)
        return {"minute": np.concatenate(self._minutes), **dict(zip(self.CODES, codes, strict=True))}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array]) -> Arrivals:
        """Rebuild from what ``arrays`` returned."""
        arrivals = cls()
        arrivals._minutes = [np.array(arrays["minute"])]
        arrivals._codes = [np.stack([arrays[name] for name in cls.CODES])]
        return arrivals


class Cancellations:
    """The bookings that will be cancelled, by minute: an index of the column ``cancel_at`` of the books.

    The column decides. A booking that has gone meanwhile, or has another minute now, is passed over.
    """

    def __init__(self) -> None:
        self._books: Books | None = None
        self._heap: list[tuple[float, int, int]] = []

    def plan(self, books: Books, gp: Array, column: Array, minute: Array) -> None:
        """Write that bookings will be cancelled, each at a minute."""
        books.cancel_at[gp, column] = minute
        if books is self._books:
            for entry in zip(
                minute.tolist(), gp.tolist(), (column + books.first_day * books.per_day).tolist(), strict=True
            ):
                heappush(self._heap, entry)

    def due(self, books: Books, end: float) -> tuple[Array, Array]:
        """Return book rows and columns of the bookings that are cancelled before ``end``, in this order."""
        if books is not self._books:
            self._rebuild(books)
        planned = []
        while self._heap and self._heap[0][0] < end:
            planned.append(heappop(self._heap))
        minute, gp, place = np.array(planned).reshape(-1, 3).T
        row, column, width = (
            gp.astype(np.int64),
            place.astype(np.int64) - books.first_day * books.per_day,
            books.start.shape[1],
        )
        stands = (column >= 0) & (books.cancel_at[row, np.maximum(column, 0)] == minute)
        return np.divmod(np.unique(row[stands] * width + column[stands]), width)

    def _rebuild(self, books: Books) -> None:
        gp, column = np.nonzero(books.cancel_at < NEVER)
        place = column + books.first_day * books.per_day
        self._heap = list(zip(books.cancel_at[gp, column].tolist(), gp.tolist(), place.tolist(), strict=True))
        heapify(self._heap)
        self._books = books


@dataclass(frozen=True)
class Alert:
    """A crisis that the scenario sends, the same in every arm: who may answer it reads it here.

    Attributes:
        name: name of the shock.
        first_day: first day.
        until_day: first day after it.
    """

    name: str
    first_day: int
    until_day: int


@dataclass
class World:
    """State and parts of one running model; every rule of care takes it as its first argument.

    Attributes:
        parameters: numbers with their sources.
        draws: stateless random numbers of the seed.
        days: the calendar.
        people, gps, requests: tables.
        tables: every table of the model by name, those three included.
        books: slots of the GPs, row for row.
        travel_min: minutes between communes.
        needs: the clock of each kind of need, by name.
        ledger: weeks of the GPs; ``ledgers`` those of every profession by its code, the GPs' included.
        strain: strain of every profession by its code.
        baseline: institutions that exist in every arm, and their levels.
        alerts: crises of the scenario, whenever they are.
        ended: endings of requests in the present window that the journal does not have yet.
        frozen: structural events wait (warm-up).
        drifting: people and practices change from year to year.
        effects: what strain does to work, by profession, as far as it has been asked for.
        partners: the nurse beside each GP, and the columns of which she was found (``beside_gps``).
    """

    parameters: Parameters
    draws: Draws
    days: Days
    tables: dict[str, Table]
    books: Books
    journal: Journal
    rules: Rules
    travel_min: Array
    needs: dict[str, NeedClock]
    ledger: Ledger
    strain: dict[int, StrainModel]
    emergency: EmergencyDepartments
    demand: EdDemand
    nursing_need: NursingNeed
    home_care: HomeCare
    pharmacies: Pharmacies
    outsiders: Outsiders
    stays: HospitalStays
    baseline: Baseline
    ledgers: dict[int, Ledger] = field(default_factory=dict)
    arrivals: Arrivals = field(default_factory=Arrivals)
    cancellations: Cancellations = field(default_factory=Cancellations)
    alerts: list[Alert] = field(default_factory=list)
    ended: list[tuple[Any, ...]] = field(default_factory=list)
    routes: list[Any] = field(default_factory=list)
    hooks: dict[str, list[Callable[..., None]]] = field(default_factory=dict)
    effects: dict[int, StrainEffects] = field(default_factory=dict)
    partners: tuple[tuple[bytes, ...], Array] | None = None
    frozen: bool = True
    drifting: bool = True
    now: float = 0.0

    @cached_property
    def people(self) -> Table:
        """Table of persons."""
        return self.tables["people"]

    @cached_property
    def gps(self) -> Table:
        """Table of general practitioners; row = row of the books."""
        return self.tables["gps"]

    @cached_property
    def requests(self) -> Table:
        """Table of open requests (compacted each month; nobody keeps its row numbers but the books)."""
        return self.tables["requests"]

    @property
    def birthdays_until(self) -> float:
        """Minute up to which people have had their birthdays; without drift nobody ages after the first day."""
        return self.now if self.drifting else self.days.first_day * DAY

    def age_years(self, person: Array | slice) -> Array:
        """Age in completed years of persons at the present time (of everybody: ``EVERYBODY``)."""
        years: Array = ((self.birthdays_until - self.people["born"][person]) / (365.0 * DAY)).astype(np.int64)
        return np.minimum(np.maximum(years, 0), OLDEST)

    def is_aged(self, person: Array | slice, years: float) -> NDArray[np.bool_]:
        """Whether persons (or ``EVERYBODY``) have completed a number of years at the present time."""
        aged: NDArray[np.bool_] = self.people["born"][person] <= self.birthdays_until - years * 365.0 * DAY
        return aged
