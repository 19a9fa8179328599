"""From a model to frames: what one day of one arm looks like, as compact arrays. The model is only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.app.cast import Cast
from cpts_sim.app.course import DAY, Course
from cpts_sim.app.stories import Stories
from cpts_sim.engine.codes import Ending, MtState, Need, Status, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures import access

Array = NDArray[Any]
NOBODY = np.zeros(0, dtype=np.uint8)
OPEN = (0, 1, 2)
"""Stages of a request that has not ended: new, asking, booked."""


class Look(IntEnum):
    """How a person looks on the map; the last one that applies is drawn."""

    WELL = 0
    GAVE_UP = 1
    WAITING = 2
    LATE = 3
    SEEN = 4
    ED = 5
    WARD = 6
    ABSENT = 7


WITHOUT_MT = 8
"""Added to the look of an adult without a médecin traitant."""
GAVE_UP_DAYS = 7
"""How long a need given up is shown."""


class Strain(IntEnum):
    """How a professional looks on the map."""

    LOW = 0
    MIDDLING = 1
    HIGH = 2
    AWAY = 3
    LEFT = 4


MEMBER = 8
"""Added to the look of an active member of the CPTS."""
MIDDLING_EE = 17.0
"""Emotional exhaustion from which it is no longer low (Maslach's manual, 1996)."""


@dataclass
class Frame:
    """One day of one arm.

    Attributes:
        day: days lived since day 0; 0 is the picture before the first.
        looks: look of every person shown (u1, :class:`Look`, plus 8 without MT).
        pros: look of every professional shown (u1, :class:`Strain`, plus 8 for active members).
        series: numbers of the day (f4, ``course.SERIES``).
        places: numbers by commune (f4, columns × communes, ``course.BY_COMMUNE``).
        stories: name → array, what befell the people and GPs whose story is kept.
    """

    day: int
    looks: Array
    pros: Array
    series: Array
    places: Array
    stories: dict[str, Array] = field(default_factory=dict)


class Recorder:
    """Looks at a model after each of its days.

    Args:
        cast: who is on the screen.
        before: journal of the warm-up's last month, the same in every arm.
        detailed: whether people and places are wanted, or the numbers only.
    """

    def __init__(self, cast: Cast, before: Chunk, detailed: bool = True) -> None:
        self.cast, self.before, self.detailed = cast, before, detailed
        self.course = Course(cast.communes)
        self.stories = Stories(cast)
        self.gave_up = np.full(len(cast.people), -(10**6), dtype=np.int64)
        self._read: dict[str, int] = {}
        self._closed: list[Chunk] = []

    def closed(self, chunk: Chunk, tables: Mapping[str, Any]) -> None:
        """Keep what a closing chunk holds and this recorder has not read yet (an observer of the model)."""
        self._closed.append(_after(chunk, self._read))
        self._read = dict.fromkeys(chunk, 0)

    def start(self, model: Any) -> Frame:
        """Return the picture of day 0."""
        self._read = _sizes(model.journal.open_chunk())
        self.course.add(self.before, model.tables["people"], first=True)
        return self._frame(model, None)

    def day(self, model: Any) -> Frame:
        """Return the picture at the end of the day that the model has just lived."""
        chunk = model.journal.open_chunk()
        events = _joined([*self._closed, _after(chunk, self._read)])
        self._closed, self._read = [], _sizes(chunk)
        self.course.add(events, model.tables["people"])
        return self._frame(model, events)

    def sight(self, model: Any) -> tuple[Array, Array]:
        """Return how people and professionals are now, without what befell them today (a picture of the warm-up)."""
        return self._looks(model, None, int(model.day)), self._pros(model)

    def _frame(self, model: Any, events: Chunk | None) -> Frame:
        day = int(model.day)
        series, places = self.course.now(model)
        if not self.detailed:
            return Frame(day, NOBODY, NOBODY, series, places)
        stories = self.stories.day(day, events) if events is not None else {}
        return Frame(day, self._looks(model, events, day), self._pros(model), series, places, stories)

    # ------------------------------------------------------------------------------------------ people
    def _looks(self, model: Any, events: Chunk | None, day: int) -> Array:
        cast, people = self.cast, model.tables["people"]
        look = np.zeros(len(cast.people), dtype=np.uint8)
        if events is not None:
            request = events["request"]
            rows = cast.rank(request["person"][request["ending"] == Ending.UNMET])
            self.gave_up[rows[rows >= 0]] = day
        look[self.gave_up > day - GAVE_UP_DAYS] = Look.GAVE_UP
        self._mark_waiting(model, look)
        if events is not None:
            done = events["visit"]["status"] == Status.DONE
            self._mark(look, events["visit"]["person"][done], Look.SEEN)
            self._mark(look, events["ed"]["person"], Look.ED)
        rows = cast.people
        look[people["ward_until"][rows] > model.now] = Look.WARD
        look[~people["alive"][rows]] = Look.ABSENT
        adult = people["born"][rows] <= model.now - 17 * 365 * DAY
        look[adult & (people["mt_state"][rows] != MtState.HAS)] |= WITHOUT_MT
        return look

    def _mark_waiting(self, model: Any, look: Array) -> None:
        """Who has waited past the date she wished, and who past the limit of the primary outcome."""
        requests = model.tables["requests"]
        waits = np.isin(requests["stage"], OPEN) & ~np.isin(requests["kind"], (Need.EMERGENCY, Need.NURSING))
        waited = model.now - np.fmax(requests["raised"], requests["wished"])
        limit = np.where(np.isin(requests["kind"], access.URGENT), access.SYMPTOMS_MIN, access.DATED_MIN)
        self._mark(look, requests["person"][waits & (waited > 0)], Look.WAITING)
        self._mark(look, requests["person"][waits & (waited > limit)], Look.LATE)

    def _mark(self, look: Array, person: Array, which: Look) -> None:
        rows = self.cast.rank(person)
        look[rows[rows >= 0]] = which

    # ------------------------------------------------------------------------------------------ professionals
    def _pros(self, model: Any) -> Array:
        high = float(model.parameters["strain.cut_ee_high"])
        gps, nurses = model.tables["gps"], model.tables["nurses"]
        look = [_strain(gps, self.cast.gps, high), _strain(nurses, self.cast.nurses, high)]
        rows = self.cast.gps
        look[0][(gps["away_until"][rows] > model.now) | (gps["holiday_now"][rows] > 0)] = Strain.AWAY
        look[0][~gps["alive"][rows] | (gps["status"][rows] == Work.LEFT)] = Strain.LEFT
        member = np.concatenate([gps["member"][rows], nurses["member"][self.cast.nurses]])
        both: Array = np.concatenate(look)
        both[(member >= 2) & (both != Strain.LEFT)] |= MEMBER
        return both


def _strain(table: Any, rows: Array, high: float) -> Array:
    ee = table["ee"][rows]
    look: Array = (ee >= MIDDLING_EE).astype(np.uint8) + (ee >= high)
    look = look.astype(np.uint8)
    look[~table["alive"][rows]] = Strain.LEFT
    return look


def _sizes(chunk: Chunk) -> dict[str, int]:
    return {kind: len(next(iter(columns.values()))) for kind, columns in chunk.items()}


def _after(chunk: Chunk, read: Mapping[str, int]) -> Chunk:
    return {
        kind: {name: column[read.get(kind, 0) :] for name, column in columns.items()}
        for kind, columns in chunk.items()
    }


def _joined(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    return {
        kind: {name: np.concatenate([chunk[kind][name] for chunk in chunks]) for name in columns}
        for kind, columns in chunks[0].items()
    }
