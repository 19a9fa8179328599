"""Everything that the rules of care read and write, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.rules import Rules
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.journal import Journal
from cpts_sim.evidence import Parameters

if TYPE_CHECKING:
    from cpts_sim.care.ed_demand import EdDemand
    from cpts_sim.care.emergency import EmergencyDepartments
    from cpts_sim.care.home_care import HomeCare
    from cpts_sim.care.ledger import Ledger
    from cpts_sim.care.needs import NeedClock
    from cpts_sim.care.nursing_need import NursingNeed
    from cpts_sim.care.pharmacy import Pharmacies
    from cpts_sim.care.strain import StrainModel

Array = NDArray[Any]


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

    def index(self, minute: Array) -> NDArray[np.int64]:
        """Column index of the day in which each minute falls, kept within the calendar."""
        day = np.floor_divide(minute, DAY).astype(np.int64) - self.first_day
        return np.clip(day, 0, len(self.weekday) - 1)

    def is_open(self, minute: Array) -> Array:
        """Whether offices take calls at each minute."""
        index = self.index(minute)
        inside = minute - (index + self.first_day) * DAY
        result: Array = (inside >= self.opens[index]) & (inside < self.closes[index])
        return result

    def next_opening(self, minute: Array) -> Array:
        """The minute itself where offices are open, else the next opening."""
        index = self.index(minute)
        inside = minute - (index + self.first_day) * DAY
        later = np.where(inside < self.closes[index], index, np.minimum(index + 1, len(self.opens) - 1))
        day = self.next_open[later]
        opening = (day + self.first_day) * DAY + np.where(np.isfinite(self.opens[day]), self.opens[day], 0.0)
        result: Array = np.where(self.is_open(minute), minute, np.maximum(opening, minute))
        return result


@dataclass
class Arrivals:
    """People on their way to an emergency department, not yet there: columns of equal length."""

    minute: list[float] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    road: list[int] = field(default_factory=list)
    what: list[int] = field(default_factory=list)
    severity: list[int] = field(default_factory=list)

    def add(self, minute: Array, person: Array, road: int, what: Array, severity: int) -> None:
        """Announce arrivals; ``what`` identifies the visit in its draws, ``severity`` is the need that brings it."""
        self.minute += minute.tolist()
        self.person += person.tolist()
        self.road += [road] * len(minute)
        self.what += what.tolist()
        self.severity += [severity] * len(minute)

    def due(self, end: float) -> dict[str, Array]:
        """Take out the arrivals before ``end``, in order of minute, then person."""
        minute, person = np.array(self.minute), np.array(self.person, dtype=np.int64)
        columns = {
            "minute": minute, "person": person, "road": np.array(self.road, dtype=np.int64),
            "what": np.array(self.what, dtype=np.int64), "severity": np.array(self.severity, dtype=np.int64),
        }  # fmt: skip
        now = minute < end if len(minute) else np.zeros(0, dtype=bool)
        kept = {name: column[~now].tolist() for name, column in columns.items()}
        self.minute, self.person, self.road = kept["minute"], kept["person"], kept["road"]
        self.what, self.severity = kept["what"], kept["severity"]
        order = np.lexsort((person[now], minute[now]))
        return {name: column[now][order] for name, column in columns.items()}

    def arrays(self) -> dict[str, Array]:
        """Return the state, for a checkpoint."""
        return {
            "minute": np.array(self.minute), "person": np.array(self.person, dtype=np.int64),
            "road": np.array(self.road, dtype=np.int64), "what": np.array(self.what, dtype=np.int64),
            "severity": np.array(self.severity, dtype=np.int64),
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array]) -> Arrivals:
        """Rebuild from what ``arrays`` returned."""
        return cls(**{name: column.tolist() for name, column in arrays.items()})


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
        frozen: structural events wait (warm-up).
        drifting: people and practices change from year to year.
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
    arrivals: Arrivals = field(default_factory=Arrivals)
    routes: list[Any] = field(default_factory=list)
    hooks: dict[str, list[Callable[..., None]]] = field(default_factory=dict)
    frozen: bool = True
    drifting: bool = True
    now: float = 0.0

    @property
    def people(self) -> Table:
        """Table of persons."""
        return self.tables["people"]

    @property
    def gps(self) -> Table:
        """Table of general practitioners; row = row of the books."""
        return self.tables["gps"]

    @property
    def requests(self) -> Table:
        """Table of open requests (compacted each month; nobody keeps its row numbers but the books)."""
        return self.tables["requests"]

    def age_years(self, person: Array) -> Array:
        """Age in completed years of persons at the present time."""
        years: Array = ((self.now - self.people["born"][person]) / (365.0 * DAY)).astype(np.int64)
        return np.clip(years, 0, 120)
