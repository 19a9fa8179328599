"""Books of slots by professional, time and kind; settlement of waves where nobody has a second choice.

A book is a row of slots in order of time. A slot has a kind, one bit of ``Slot``; ``free`` holds this bit
while nobody has the slot. A waiting patient is a row of the table of requests, never a process.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY, NEVER

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Slot(IntFlag):
    """Kinds of slot."""

    AHEAD = 1
    SAME_DAY = 2
    HELD = 4
    SHARED = 8
    SQUEEZE = 16
    EXTRA = 32
    HOME = 64


class Payer(IntEnum):
    """Who pays a paid evening slot, once it has been held."""

    REGULAR = 0
    """The CPTS, as an extra session of its desk."""
    PLAN = 1
    """The CPTS, through its plan for crises."""
    CENTRES = 2
    """The agency and the insurance, through the centres improvised in a crisis."""
    SAME_MONEY = 3
    """The money of a CPTS spent otherwise."""


class Books:
    """The slots of all professionals over a sliding window of days.

    Args:
        rows: number of professionals.
        first_day: first day of the window.
        days: length of the window in days.
        per_day: greatest number of slots of a professional on one day.
    """

    FIELDS: Mapping[str, str] = {
        "start": "f8", "length": "f4", "kind": "u1", "free": "u1", "request": "i4", "booked": "f8",
        "cancel_at": "f8", "payer": "u1",
    }  # fmt: skip

    def __init__(self, rows: int, first_day: int, days: int, per_day: int) -> None:
        self.first_day, self.days, self.per_day = first_day, days, per_day
        width = days * per_day
        self.start = np.full((rows, width), NEVER)
        self.length = np.zeros((rows, width), dtype=np.float32)
        self.kind = np.zeros((rows, width), dtype=np.uint8)
        self.free = np.zeros((rows, width), dtype=np.uint8)
        self.request = np.full((rows, width), -1, dtype=np.int32)
        self.booked = np.zeros((rows, width))
        self.cancel_at = np.full((rows, width), NEVER)
        self.payer = np.zeros((rows, width), dtype=np.uint8)
        self._open_at: Floats | None = None
        self._of_day: dict[int, Floats] = {}
        self.open = OpenBooks(self)

    @property
    def rows(self) -> int:
        """Number of professionals."""
        return int(self.start.shape[0])

    @property
    def last_day(self) -> int:
        """First day after the window."""
        return self.first_day + self.days

    def span(self, day: int, until: int | None = None) -> slice:
        """Columns of a day, or of the days from ``day`` to before ``until``."""
        end = day + 1 if until is None else until
        low, high = day - self.first_day, end - self.first_day
        return slice(max(0, low) * self.per_day, min(self.days, max(0, high)) * self.per_day)

    def add_rows(self, count: int) -> None:
        """Give books to professionals who arrive; they have no slots until they are filled."""
        for name, dtype in self.FIELDS.items():
            old = getattr(self, name)
            blank = {"start": NEVER, "cancel_at": NEVER, "request": -1}.get(name, 0)
            extra = np.full((count, old.shape[1]), blank, dtype=dtype)
            setattr(self, name, np.concatenate([old, extra]))
        self.forget()

    def forget(self) -> None:
        """Drop what is derived from the columns, after writing ``start``, ``kind`` or ``free`` directly."""
        self._open_at = None
        self._of_day = {}
        self.open = OpenBooks(self)

    def slide(self, first_day: int) -> None:
        """Move the window forward to begin at ``first_day``; the new days at its end have no slots yet."""
        gone = (first_day - self.first_day) * self.per_day
        if not gone:
            return
        for name in self.FIELDS:
            data = getattr(self, name)
            flat = data.reshape(-1)
            flat[:-gone] = flat[gone:]  # in place; what a row gets from the next one is blanked
            data[:, -gone:] = {"start": NEVER, "cancel_at": NEVER, "request": -1}.get(name, 0)
        self.first_day = first_day
        self.forget()

    def fill(self, day: int, offset: Floats, length: Array, kind: Array) -> None:
        """Write the slots of one day.

        Args:
            day: day within the window.
            offset: minutes after midnight, shape (rows, per_day), increasing, infinity where there is no
                slot.
            length: minutes of each slot, same shape.
            kind: bit of ``Slot`` for each slot, 0 where there is none.
        """
        where = self.span(day)
        self.start[:, where] = day * DAY + offset
        self.length[:, where] = length
        self.kind[:, where] = kind
        self.free[:, where] = kind
        self.request[:, where] = -1
        self.cancel_at[:, where] = NEVER
        self.payer[:, where] = int(Payer.REGULAR)
        self.forget()

    def search_keys(self) -> tuple[Floats, float]:
        """Return the flat increasing array in which all books are searched at once, and its stride per row.

        Slots that do not exist are at the end of their day; they count as its last instant.
        """
        if self._open_at is None:
            stride = float((self.days + 2) * DAY)
            self._open_at = (self._local(self.start) + np.arange(self.rows)[:, None] * stride).ravel()
        return self._open_at, float((self.days + 2) * DAY)

    def day_keys(self, day: int) -> tuple[Floats, float]:
        """Return the flat increasing array in which one day of all books is searched at once, and its stride per row.

        Minutes count from midnight.
        """
        stride = 2.0 * DAY
        if day not in self._of_day:
            local = np.minimum(self.start[:, self.span(day)] - day * DAY, stride - 1.0)
            self._of_day[day] = (local + np.arange(self.rows)[:, None] * stride).ravel()
        return self._of_day[day], stride

    def _local(self, start: Floats) -> Floats:
        """Starts in minutes since the window began; where there is no slot, the end of the day."""
        end_of_day = (np.arange(start.shape[-1]) // self.per_day + 1) * DAY
        local: Floats = np.minimum(start - self.first_day * DAY, end_of_day)
        return local

    def first_slot_of_all(self, when: Floats) -> Ints:
        """Return what ``first_slot`` does where all books have the same hours, whichever the row."""
        column: Ints = np.searchsorted(self._local(self.start[0]), when - self.first_day * DAY)
        return column

    def first_slot(self, row: Array, when: Floats) -> Ints:
        """Return the column of the first slot of each ``row`` that starts at or after ``when``."""
        keys, stride = self.search_keys()
        local = np.clip(when - self.first_day * DAY, 0.0, stride - 0.5)
        width = self.start.shape[1]
        order = np.argsort(row.astype(np.int16), kind="stable")  # neighbours are found faster together
        found = np.empty(len(order), dtype=np.int64)
        found[order] = np.searchsorted(keys, (local + row * stride)[order])
        column: Ints = np.minimum(found - row * width, width)
        return column

    def take(self, row: Array, column: Array, request: Array, now: Array | float, settled: bool = False) -> None:
        """Give slots to requests (``settled``: a settlement has found them, so the packed books know)."""
        if not settled:
            self.open.set(row, column, False)
        self.free[row, column] = 0
        self.request[row, column] = request
        self.booked[row, column] = now

    def release(self, row: Array, column: Array) -> None:
        """Make slots free again (a cancellation)."""
        self.free[row, column] = self.kind[row, column]
        self.open.set(row, column, True)
        self.request[row, column] = -1
        self.cancel_at[row, column] = NEVER

    def close(self, row: Array, column: Array) -> None:
        """Take free slots out of the books."""
        self.open.set(row, column, False)
        self.kind[row, column] = 0
        self.free[row, column] = 0
        self.payer[row, column] = int(Payer.REGULAR)

    def arrays(self) -> dict[str, Array]:
        """Return the state, for a checkpoint."""
        frame = np.array([self.first_day, self.days, self.per_day], dtype=np.int64)
        return {"frame": frame, **{name: getattr(self, name) for name in self.FIELDS}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Books:
        """Rebuild books from what ``arrays`` returned (copied)."""
        first_day, days, per_day = (int(x) for x in arrays["frame"])
        books = cls(0, first_day, days, per_day)
        for name in cls.FIELDS:
            setattr(books, name, np.array(arrays[name]))
        books.forget()
        return books

    def change_kind(self, row: Array, column: Array, kind: int) -> None:
        """Turn slots into another kind (a release, a reservation); taken ones change what they were."""
        free = self.free[row, column] > 0
        self.open.set(row[free], column[free], False)
        self.kind[row, column] = kind
        self.free[row[free], column[free]] = kind
        self.open.set(row[free], column[free], True)

    def nth_free(self, kind: Slot, first: int, nth: int) -> Ints:
        """Return the column of the nth free slot of a kind of each book, from a column on; -1 if there is none."""
        left, books = self.free[:, first:] == int(kind), np.arange(self.rows)
        place, has = np.zeros(self.rows, dtype=np.int64), np.full(self.rows, left.shape[1] > 0)
        for _ in range(nth if left.shape[1] else 0):
            place = left.argmax(axis=1)  # the first true one, at which it stops
            has = left[books, place]
            left[books, place] = False
        return np.where(has, first + place, -1)

    # ---------------------------------------------------------------- exact settlement of single-choice waves
    def cascade(self, row: Array, lowest: Array, highest: Array, kinds: int) -> Ints:
        """Settle requests that each have one professional and no other way, in the order given.

        Within one book, if nobody may start earlier than his predecessor, the k-th request takes the first
        free slot after its predecessor's: a running maximum over positions among the free slots. Only books
        in which somebody may, or is refused, are replayed one request at a time.

        Args:
            row: professional of each request, requests in the order of their minute.
            lowest: first admissible column of each.
            highest: first column that is no longer admissible.
            kinds: bits of ``Slot`` that may be used.

        Returns:
            Column per request, -1 if refused; the slots are *not* yet taken.
        """
        count = len(row)
        if not count:
            return np.zeros(0, dtype=np.int64)
        width = self.start.shape[1]
        low_column, high_column = int(lowest.min()), int(min(width, highest.max()))
        free = (self.free[:, low_column:high_column] & kinds).ravel() > 0
        flat = np.flatnonzero(free)
        before = np.concatenate([[0], np.cumsum(free)])  # free slots before each place
        span = max(1, high_column - low_column)
        order = np.argsort(row.astype(np.int16), kind="stable")
        book = row[order].astype(np.int64)
        base = book * span - low_column
        last = len(before) - 1
        first = before[np.minimum(base + lowest[order], last)]
        head = np.empty(count, dtype=bool)
        head[0] = True
        np.not_equal(book[1:], book[:-1], out=head[1:])
        starts = np.flatnonzero(head)
        rank = np.arange(count) - np.repeat(starts, np.diff(starts, append=count))
        apart = book * (len(flat) + count + 1)  # keeps the running maximum of one book out of the next
        position = np.maximum.accumulate(first - rank + apart) - apart + rank
        limit = before[np.clip(base + np.minimum(highest[order], high_column), 0, last)]
        replayed = position >= limit
        replayed[1:] |= (first[1:] < first[:-1]) & ~head[1:]
        if replayed.any():
            self._replay(np.unique(book[replayed]), book, first, limit, position)
        safe = np.minimum(position, max(0, len(flat) - 1))
        column = np.where(position >= 0, (flat[safe] if len(flat) else 0) - base, -1)
        settled = np.empty(count, dtype=np.int64)
        settled[order] = column
        return settled

    @staticmethod
    def _replay(books: Array, book: Array, first: Array, limit: Array, position: Array) -> None:
        low, high = np.searchsorted(book, books), np.searchsorted(book, books, side="right")
        for a, b in zip(low.tolist(), high.tolist(), strict=True):
            rising = bool((first[a + 1 : b] >= first[a : b - 1]).all())
            replay = _each_after_the_last if rising else _each_anywhere
            position[a:b] = replay(first[a:b].tolist(), limit[a:b].tolist())


def _each_after_the_last(first: list[int], limit: list[int]) -> list[int]:
    """Give each request in turn the first position not taken in [first, limit), or -1; ``first`` rises."""
    following, found = -1, []
    for earliest, latest in zip(first, limit, strict=True):
        chosen = earliest if earliest > following else following
        if chosen < latest:
            found.append(chosen)
            following = chosen + 1
        else:
            found.append(-1)
    return found


def _each_anywhere(first: list[int], limit: list[int]) -> list[int]:
    """The same where ``first`` may fall: a request may find a gap before its predecessor's position."""
    taken: set[int] = set()
    found = []
    for chosen, latest in zip(first, limit, strict=True):
        while chosen in taken:
            chosen += 1
        if chosen < latest:
            taken.add(chosen)
        found.append(chosen if chosen < latest else -1)
    return found


PAGE = 512
"""Columns of a page: few, so that it is a short integer; enough for most to find a slot on their first."""
SLOT_PLACE = np.array([bit.bit_length() - 1 for bit in range(1 + max(Slot))])
"""Place of the bit of each kind of slot; -1 for none."""


class OpenBooks:
    """Free slots of the books as Python integers, one bit a slot, for a scalar loop.

    All books are packed when one is first asked for, then kept in step with the columns, bit by bit.

    Attributes:
        packed: one integer per page of ``PAGE`` columns, by book, kind of slot (in the order of the bits of
            ``Slot``) and page; empty until packed.
        pages: pages of a book.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self.packed, self.pages = list[int](), -(-books.free.shape[1] // PAGE)

    def pack(self) -> list[int]:
        """Return the packed books, made from the columns if they are not known."""
        if not self.packed:
            rows, width = self._books.free.shape
            packed = np.zeros((rows, len(Slot), self.pages * (PAGE // 8)), dtype=np.uint8)
            for place, kind in enumerate(Slot):
                of_kind = self._books.free & np.uint8(kind)
                packed[:, place, : -(-width // 8)] = np.packbits(of_kind, axis=1, bitorder="little")
            words = packed.reshape(-1, PAGE // 8)
            self.packed = [0] * len(words)
            data = words.tobytes()
            for place in np.flatnonzero(words.any(axis=1)).tolist():
                self.packed[place] = int.from_bytes(data[place * PAGE // 8 : (place + 1) * PAGE // 8], "little")
        return self.packed

    def forget(self) -> None:
        """Pack anew when next asked for: somebody has settled by the columns."""
        self.packed = []

    def set(self, row: Array, column: Array, free: bool) -> None:
        """Follow a change of the columns ``free``: slots that are free now, or no longer."""
        if not self.packed:
            return
        packed, kind = self.packed, self._books.free[row, column]
        row, column, kind = row[kind > 0], column[kind > 0], SLOT_PLACE[kind[kind > 0]]
        place = (row * np.int64(len(Slot)) + kind) * self.pages + column // PAGE
        for at, slot in zip(place.tolist(), (column % PAGE).tolist(), strict=True):
            packed[at] = packed[at] | 1 << slot if free else packed[at] & ~(1 << slot)
