"""What befell some people, contact by contact, and how every GP spent her weeks."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.app.cast import Cast
from cpts_sim.engine.codes import Ending, Status
from cpts_sim.engine.events import LEDGER_LINES, Profession
from cpts_sim.engine.journal import Chunk

Array = NDArray[Any]
MINUTE_OF_DAY = 1440.0
MINUTES_OF_HOUR = 60.0


class Event(IntEnum):
    """Kinds of event in a person's story; ``what`` and ``amount`` depend on them."""

    VISIT = 0
    """A GP saw her: ``who`` rank of the GP (−1 elsewhere), ``what`` kind of need, ``amount`` days waited."""
    MISSED = 1
    """She did not come: the same."""
    SETTLED = 2
    """A request met without a GP's visit: ``what`` route, ``amount`` days waited."""
    GAVE_UP = 3
    """A request given up: ``what`` kind of need, ``amount`` days."""
    ED = 4
    """Emergency department: ``what`` road, ``amount`` minutes before a doctor."""
    ADMITTED = 5
    """In hospital: ``what`` 1 if avoidable, ``amount`` days."""
    REGISTER = 6
    """Register of médecins traitants: ``what`` event."""
    ACT = 7
    """An act outside the practice (vaccine, screening…): ``what`` act."""


COLUMNS = ("frame", "person", "event", "what", "who", "amount")


class Stories:
    """Turns a day's events into rows of stories.

    Args:
        cast: who is on the screen.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._gp = {int(row): rank for rank, row in enumerate(cast.gps)}

    def day(self, day: int, events: Chunk) -> dict[str, Array]:
        """Return the day's rows as arrays ``story.*``, and the weeks closed today as ``week.*``."""
        parts = [part for part in self._parts(events) if len(part[0])]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.zeros(0)] * 5
        person, event, what, who, amount = columns
        out: dict[str, Array] = {
            "story.frame": np.full(len(person), day, dtype=np.uint16), "story.person": person.astype(np.uint32),
            "story.event": event.astype(np.uint8), "story.what": what.astype(np.int8),
            "story.who": who.astype(np.int16), "story.amount": amount.astype(np.float32),
        }  # fmt: skip
        return out | self._weeks(day, events["week"])

    def _parts(self, events: Chunk) -> list[tuple[Array, ...]]:
        visit, request, ed = events["visit"], events["request"], events["ed"]
        waited = (visit["at"] - visit["booked"]) / MINUTE_OF_DAY
        gp = self._gps(visit["provider"])
        came, absent = visit["status"] == Status.DONE, visit["status"] == Status.NO_SHOW
        due = np.fmax(request["raised"], request["wished"])
        days = (request["ended"] - due) / MINUTE_OF_DAY
        elsewhere = (request["ending"] == Ending.SERVED) & (request["provider"] < 0)
        unmet = request["ending"] == Ending.UNMET
        admission, register, act = events["admission"], events["attachment"], events["act"]
        minutes = np.maximum(np.nan_to_num(ed["start"] - ed["arrival"]), 0.0)
        return [
            self._rows(visit["person"], came, Event.VISIT, visit["kind"], gp, waited),
            self._rows(visit["person"], absent, Event.MISSED, visit["kind"], gp, waited),
            self._rows(request["person"], elsewhere, Event.SETTLED, request["route"], None, days),
            self._rows(request["person"], unmet, Event.GAVE_UP, request["kind"], None, days),
            self._rows(ed["person"], None, Event.ED, ed["road"], None, minutes),
            self._rows(admission["person"], None, Event.ADMITTED, admission["avoidable"], None, admission["days"]),
            self._rows(register["person"], None, Event.REGISTER, register["event"], self._gps(register["gp"]), None),
            self._rows(act["person"], None, Event.ACT, act["act"], None, None),
        ]

    def _rows(
        self, person: Array, chosen: Array | None, event: Event, what: Array, who: Array | None, amount: Array | None
    ) -> tuple[Array, ...]:
        rank = self.cast.rank(person)
        kept = rank >= 0
        kept[kept] = self.cast.told[rank[kept]]
        if chosen is not None:
            kept &= chosen
        count = int(kept.sum())
        other = np.full(count, -1) if who is None else who[kept]
        size = np.zeros(count) if amount is None else np.maximum(amount[kept], 0.0)
        return rank[kept], np.full(count, int(event)), what[kept], other, size

    def _gps(self, rows: Array) -> Array:
        return np.array([self._gp.get(row, -1) for row in rows.tolist()], dtype=np.int64)

    def _weeks(self, day: int, week: Any) -> dict[str, Array]:
        """Return the weeks of the GPs shown: hours by line of the ledger, exhaustion, acts."""
        rank = self._gps(week["row"])
        rows = np.flatnonzero((week["profession"] == Profession.GP) & (rank >= 0))
        lines = [week[name][rows] / MINUTES_OF_HOUR for name in LEDGER_LINES]
        return {
            "week.frame": np.full(len(rows), day, dtype=np.uint16), "week.pro": rank[rows].astype(np.uint16),
            "week.hours": np.stack(lines, axis=1).astype(np.float32), "week.ee": week["ee_true"][rows].astype("f4"),
            "week.acts": week["acts"][rows].astype(np.int16),
        }  # fmt: skip
