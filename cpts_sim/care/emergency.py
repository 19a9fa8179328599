"""Emergency departments: triage, queue for a doctor, treatment, tests, leaving, admission.

A visit waits for a doctor by priority, then in order of arrival; nobody is interrupted. It starts when a
doctor on duty is free and, where places are limited, when a place is free. Tests, observation and boarding
hold the place, not the doctor. Who has waited longer than his patience has left.

The result does not depend on how time is cut into windows: ``advance`` to noon then to midnight is
``advance`` to midnight. Between two windows everything is in columns (open visits, rosters, places), so a
copy of :meth:`EmergencyDepartments.state` is a fork.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ed_queue import LEFT, Change, first_doctor
from cpts_sim.care.ed_settings import HOURS_A_WEEK, LAWS, OLDEST, EdSettings, roster
from cpts_sim.care.shapes import Floats
from cpts_sim.engine.columns import join_records, take_records
from cpts_sim.engine.draws import Draws, Keys, exponential
from cpts_sim.engine.events import EdOutcome
from cpts_sim.errors import InternalError, UsageError

WEEK_MIN = HOURS_A_WEEK * 60
_INF = float("inf")

VISIT = np.dtype(
    [
        ("arrival", "f8"), ("start", "f8"), ("end", "f8"), ("service", "f8"), ("hold", "f8"), ("stay", "f8"),
        ("patience", "f8"), ("boarding", "f8"), ("key", "u8"), ("what", "i8"), ("row", "i4"), ("age", "i2"),
        ("hospital", "i2"), ("road", "i1"), ("level", "i1"), ("priority", "i1"), ("outcome", "i1"),
        ("hours_open", "i1"), ("sure", "i1"),
    ]
)  # fmt: skip
"""Columns of an open visit; service, hold (of the place) and stay are minutes from the first doctor."""

Visits = NDArray[np.void]


def consulting_hours(at: ArrayLike) -> NDArray[np.bool_]:
    """Tell which minutes fall Monday to Friday 8-20 h or Saturday 8-12 h (public holidays not known here)."""
    minute = np.asarray(at, dtype=np.float64) % WEEK_MIN
    day, within = np.floor_divide(minute, 1440.0), minute % 1440.0
    return (within >= 480.0) & (within < np.where(day < 5, 1200.0, np.where(day < 6, 720.0, 0.0)))


@dataclass(frozen=True)
class Finished:
    """Visits that ended in a window, in order of department, arrival and person.

    Attributes:
        journal: columns of the journal kind ``ed`` (``start`` is nan for those who left unseen).
        key: person keys.
        what: identity of each visit, as given to ``arrive``.
        doctor_min: minutes of doctor used (0 for those who left unseen).
    """

    journal: dict[str, NDArray[np.generic]]
    key: Keys
    what: NDArray[np.int64]
    doctor_min: Floats

    def __len__(self) -> int:
        return len(self.key)

    @property
    def admitted(self) -> NDArray[np.bool_]:
        """Mask of those who went to a ward (short stays not counted)."""
        return np.asarray(self.journal["outcome"] == EdOutcome.ADMITTED)

    @property
    def night_on_trolley(self) -> NDArray[np.bool_]:
        """Mask of admitted visits that boarded through midnight to 8 h without a bed."""
        end = self.journal["end"].astype(np.float64)
        decided = end - self.journal["boarding"].astype(np.float64)
        midnight = np.floor((end - 480.0) / 1440.0) * 1440.0
        return np.asarray(self.admitted & (decided <= midnight))


class EmergencyDepartments:
    """All emergency departments of a model.

    Args:
        settings: parameters.
        draws: random numbers of the run.
        doctors: on duty by hour of the week, Monday 00:00 first, shape (h, 168); or (h,) if constant.
        boxes: places of each department, shape (h,); infinity for no limit.
        start: time from which arrivals are accepted, minutes.
    """

    def __init__(
        self, settings: EdSettings, draws: Draws, doctors: ArrayLike, boxes: ArrayLike, start: float = 0.0
    ) -> None:
        roster_ = np.asarray(doctors, dtype=np.int64)
        if roster_.ndim == 1:
            roster_ = np.repeat(roster_[:, None], HOURS_A_WEEK, axis=1)
        self.settings, self.draws, self.now = settings, draws, float(start)
        self.boxes: Floats = np.array(boxes, dtype=np.float64)
        if roster_.shape != (len(self.boxes), HOURS_A_WEEK):
            raise UsageError(f"emergency: doctors have shape {roster_.shape}, expected (departments, 168).")
        self.doctors = roster_.copy()
        self._open: Visits = np.zeros(0, dtype=VISIT)
        self._new: list[Visits] = []

    @classmethod
    def staffed(
        cls,
        settings: EdSettings,
        draws: Draws,
        visits_per_day: ArrayLike,
        doctor_min: float,
        start: float = 0.0,
    ) -> EmergencyDepartments:
        """Return departments with the roster and places that their volumes call for.

        Args:
            settings: parameters.
            draws: random numbers of the run.
            visits_per_day: volume of each department, outsiders included, shape (h,).
            doctor_min: minutes of doctor an average visit takes (see ``mean_doctor_min``).
            start: time from which arrivals are accepted.
        """
        volumes = np.atleast_1d(np.asarray(visits_per_day, dtype=np.float64))
        rosters = [np.tile(roster(settings, volume, doctor_min), 7) for volume in volumes.tolist()]
        places = np.maximum(4.0, np.floor(volumes * settings.boxes_per_daily_visit + 0.5))
        return cls(settings, draws, np.array(rosters).reshape(-1, HOURS_A_WEEK), places, start)

    def __len__(self) -> int:
        return len(self.boxes)

    def arrive(
        self,
        arrival: ArrayLike,
        person_key: Keys,
        person_row: ArrayLike,
        hospital: ArrayLike,
        road: ArrayLike,
        level: ArrayLike,
        age: ArrayLike,
        what: ArrayLike,
        *,
        hours_open: ArrayLike | None = None,
        service: ArrayLike | None = None,
        sure: ArrayLike = 0,
    ) -> None:
        """Announce visits; they join the queue at their own minute, now or in a later window.

        Args:
            arrival: minutes, not before the last ``advance``, shape (n,).
            person_key: stable keys, shape (n,); one person has one visit per ``what``.
            person_row: rows, -1 for outsiders.
            hospital: department numbers.
            road: codes of ``Road``.
            level: CCMU levels 1..5.
            age: years.
            what: identity of the visit (which need of that person), never a running count of calls.
            hours_open: 1 where the arrival falls in consulting hours; by default the plain week.
            service: minutes of doctor if they are given (theory); then nothing is drawn.
            sure: 1 for those who will be admitted to a ward whatever is drawn (readmissions).

        Raises:
            InternalError: an arrival lies before the time already played.
        """
        at = np.asarray(arrival, dtype=np.float64)
        if at.size == 0:
            return
        if at.min() < self.now:
            raise InternalError(f"emergency: arrival at {at.min()} min, expected {self.now} min or later.")
        visits = np.zeros(at.size, dtype=VISIT)
        given = {"key": person_key, "row": person_row, "hospital": hospital, "road": road, "level": level,
                 "age": age, "what": what, "sure": sure}  # fmt: skip
        for name, column in given.items():
            visits[name] = column
        visits["arrival"] = at
        visits["start"] = visits["end"] = np.nan
        visits["hours_open"] = consulting_hours(at) if hours_open is None else hours_open
        visits["priority"] = self.settings.priority[visits["level"]]
        _plain_course(visits, np.nan if service is None else np.asarray(service, dtype=np.float64))
        self._new.append(visits)

    def _drawn(self, visits: Visits) -> Visits:
        """Write everything that chance decides about visits, in one block of draws, and return them."""
        s, level = self.settings, visits["level"]
        if s.service == "exponential":
            u = self.draws.uniform("ed visit", visits["key"], visits["what"])
            _plain_course(visits, s.doctor_min[level] * exponential(u))
            return visits
        u = self.draws.block("ed visit", 5, visits["key"], visits["what"])
        age = np.minimum(visits["age"], OLDEST)
        share = s.admit_share[age, level]
        sure = visits["sure"] > 0
        admitted = (u[0] < share) | sure
        short = (u[0] < share * s.short_stay_share) & ~sure
        outcome = np.where(short, int(EdOutcome.SHORT_STAY), np.where(admitted, int(EdOutcome.ADMITTED), 0))
        laws = np.zeros((4, len(visits)), dtype=np.int64)
        laws[1] = np.where(admitted, LAWS.index("ward"), LAWS.index("home"))
        laws[2] = np.where(short, LAWS.index("short_stay"), LAWS.index("boarding"))
        laws[3] = LAWS.index("patience")
        unit = s.shapes(laws, u[1:])
        service = s.doctor_min[level] * unit[0]
        hold = service + s.after_min[outcome, level] * unit[1]
        boarding = np.where(outcome == EdOutcome.ADMITTED, s.boarding_min[age] * unit[2], 0.0)
        visits["outcome"], visits["service"], visits["boarding"] = outcome, service, boarding
        visits["hold"] = hold + boarding
        visits["stay"] = hold + boarding + np.where(short, s.short_stay_min * unit[2], 0.0)
        visits["patience"] = s.patience_min[level] * unit[3]
        return visits

    def advance(self, until: float) -> Finished:
        """Play all departments up to a time and return the visits that ended by then.

        Arrivals at ``until`` belong to the next window.
        """
        visits = join_records([self._open, *self._new])
        self._new = []
        blank = np.flatnonzero(np.isnan(visits["service"]))
        if blank.size:
            visits[blank] = self._drawn(take_records(visits, blank))
        order = np.lexsort((visits["what"], visits["key"], visits["arrival"], visits["hospital"]))
        visits = take_records(visits, order)
        bounds = np.searchsorted(visits["hospital"], np.arange(len(self) + 1)).tolist()
        for hospital, (low, high) in enumerate(pairwise(bounds)):
            if high > low:
                self._serve(visits[low:high], hospital, until)
        self.now = float(until)
        over = visits["end"] <= until
        self._open = take_records(visits, ~over)
        return _finished(take_records(visits, over))

    def _serve(self, visits: Visits, hospital: int, until: float) -> None:
        """Write start and end of visits of one department (sorted by arrival) as far as they are decided."""
        unseen = np.isnan(visits["start"])
        rows = np.flatnonzero(unseen & (visits["arrival"] < until))
        if rows.size == 0:
            return
        asked = take_records(visits, rows)
        names = ("arrival", "priority", "service", "hold", "patience")
        columns = {name: asked[name].tolist() for name in names}
        busy = (visits["start"] + visits["service"])[~unseen]
        held = (visits["start"] + visits["hold"])[~unseen]
        boxes = float(self.boxes[hospital])
        in_use = held[held > self.now].tolist() if boxes < _INF else []
        at_work = busy[busy > self.now].tolist()
        heapify(at_work)
        heapify(in_use)
        changes = list(self._changes(hospital, until))
        on_duty = int(self.doctors[hospital, int(self.now // 60.0) % HOURS_A_WEEK])
        start = np.array(first_doctor(columns, at_work, in_use, on_duty, changes, boxes, until))
        left = start == LEFT
        end = np.where(left, asked["arrival"] + asked["patience"], start + asked["stay"])
        visits["start"][rows], visits["end"][rows] = start, end

    def _changes(self, hospital: int, until: float) -> Iterator[Change]:
        """Yield the changes of roster after ``now`` up to ``until``."""
        week = self.doctors[hospital]
        if (week == week[0]).all():
            return
        if until == _INF:
            raise UsageError("emergency: advance to infinity needs a constant roster; give a finite time.")
        hour = int(self.now // 60.0)
        last = int(week[hour % HOURS_A_WEEK])
        for later in range(hour + 1, int(until // 60.0) + 1):
            number = int(week[later % HOURS_A_WEEK])
            if number != last:
                yield later * 60.0, number
            last = number

    def set_doctors(self, hospital: int, by_hour: ArrayLike) -> None:
        """Change a roster from now on: doctors by hour of the week, shape (168,) or (24,) for every day."""
        hours = np.asarray(by_hour, dtype=np.int64)
        self.doctors[hospital] = np.tile(hours, HOURS_A_WEEK // len(hours))

    def waiting(self) -> NDArray[np.int64]:
        """Return how many wait for a doctor now, by department, shape (h,)."""
        arrived = self._open["arrival"] < self.now
        return self._count(arrived & np.isnan(self._open["start"]))

    def present(self) -> NDArray[np.int64]:
        """Return how many are in each department now (short-stay unit included), shape (h,)."""
        return self._count(self._open["arrival"] < self.now)

    def _count(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(self._open["hospital"][mask], minlength=len(self)).astype(np.int64)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return everything that the future depends on, as arrays (copies)."""
        visits = join_records([self._open, *self._new])
        columns = {f"visit_{name}": visits[name].copy() for name in VISIT.names or ()}
        fixed = {"now": np.array([self.now]), "doctors": self.doctors.copy(), "boxes": self.boxes.copy()}
        return fixed | columns

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go to a state returned by :meth:`state`."""
        self.now = float(arrays["now"][0])
        self.doctors = np.array(arrays["doctors"], dtype=np.int64)
        self.boxes = np.array(arrays["boxes"], dtype=np.float64)
        self._open, self._new = np.zeros(len(arrays["visit_key"]), dtype=VISIT), []
        for name in VISIT.names or ():
            self._open[name] = arrays[f"visit_{name}"]


def _plain_course(visits: Visits, service: Floats | float) -> None:
    """Let visits take a given service and nothing else; nan is a course still to be drawn."""
    visits["service"] = visits["hold"] = visits["stay"] = service
    visits["patience"] = _INF


def _finished(visits: Visits) -> Finished:
    left = visits["start"] == LEFT
    same = ("arrival", "end", "hospital", "road", "level", "age", "hours_open")
    journal: dict[str, NDArray[np.generic]] = {name: visits[name] for name in same}
    journal["person"] = visits["row"]
    journal["start"] = np.where(left, np.nan, visits["start"])
    journal["outcome"] = np.where(left, int(EdOutcome.LEFT_UNSEEN), visits["outcome"]).astype(np.int8)
    journal["boarding"] = np.where(left, 0.0, visits["boarding"]).astype(np.float32)
    doctor_min = np.where(left, 0.0, visits["service"])
    return Finished(journal, visits["key"], visits["what"], doctor_min)
