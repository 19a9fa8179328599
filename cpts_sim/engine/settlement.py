"""Settlement of a wave of requests that compete for slots, in their exact order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.agenda import PAGE, Books, Slot
from cpts_sim.engine.clock import NEVER

Array = NDArray[Any]
Ints = NDArray[np.int64]

KIND_SETS = tuple(tuple(place for place in range(7) if mask >> place & 1) for mask in range(128))
"""For each set of kinds, the places of its bits."""
_SAME_DAY = Slot.SAME_DAY.bit_length() - 1


@dataclass
class Offers:
    """Slots that requests may take, one entry an offer, in order of request, contact and preference.

    Attributes:
        begin: first offer of each contact and, at the end, their number; shape (requests * contacts + 1,).
        row: professional.
        kinds: bits of ``Slot`` allowed.
        lowest: first admissible column.
        highest: first column no longer admissible.
    """

    begin: Array
    row: Array
    kinds: Array
    lowest: Array
    highest: Array


@dataclass
class Freed:
    """Slots that become free within a wave (cancellations), each at its own minute, in any order.

    Attributes:
        minute: from when on the slot may be taken.
        row: professional.
        column: column of the books.
    """

    minute: Array
    row: Array
    column: Array

    def __len__(self) -> int:
        return len(self.minute)

    def in_order(self, books: Books) -> list[tuple[float, int, int, int]]:
        """Return minute, professional, column and kind, the last to come first; slots closed meanwhile left out."""
        kind = books.kind[self.row, self.column]
        order = np.lexsort((self.column, self.row, self.minute))[::-1]
        order = order[kind[order] > 0]
        columns = (column[order].tolist() for column in (self.minute, self.row, self.column, kind))
        return list(zip(*columns, strict=True))


def settle(
    books: Books, minute: Array, key: Array, row: Array, kinds: Array, lowest: Array, highest: Array,
    again_at: Array, same_day_until: int, freed: Freed | None = None,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Settle a wave whose contacts all have the same number of choices; see ``settle_offers``.

    Args:
        books: the books.
        minute: minute of the first contact, shape (n,).
        key: stable key of the person, breaks ties of minute.
        row: professional of each choice, shape (n, contacts, choices); -1 for no choice.
        kinds: bits of ``Slot`` allowed there, same shape.
        lowest: first admissible column, same shape.
        highest: first column no longer admissible, same shape.
        again_at: minute of each further contact, shape (n, contacts).
        same_day_until: first column after today.
        freed: slots that become free meanwhile.

    Returns:
        Contact index at which the request stopped, choice index taken (-1 if that contact failed), column
        taken.
    """
    choices = row.shape[2]
    place = np.flatnonzero(row >= 0)
    begin = np.searchsorted(place, np.arange(again_at.size + 1) * choices)
    offers = Offers(begin, *(option.ravel()[place] for option in (row, kinds, lowest, highest)))
    contact, offer, column = settle_offers(books, minute, key, offers, again_at, same_day_until, freed)
    choice = np.full(len(offer), -1, dtype=np.int64)
    choice[offer >= 0] = place[offer[offer >= 0]] % choices
    return contact, choice, column


def settle_offers(
    books: Books, minute: Array, key: Array, offers: Offers, again_at: Array, same_day_until: int,
    freed: Freed | None = None,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Settle a wave exactly as if its requests came one after the other, in the order of their minute.

    Each request may make several contacts; a contact has some offers in order. The first offer with a free
    admissible slot is taken. If a contact fails and the next one falls within this wave, it takes its place
    in the order of minutes among the others.

    Args:
        books: the books; slots found are taken from ``books.open``, the caller then writes ``books.take``.
        minute: minute of the first contact, shape (n,).
        key: stable key of the person, breaks ties of minute.
        offers: the offers of all contacts.
        again_at: minute of each further contact, shape (n, contacts); infinity where it falls outside this
            wave or there is none (the first column is not read).
        same_day_until: first column after today; slots of kind ``SAME_DAY`` beyond it are not open yet.
        freed: slots that become free while the wave is settled; the caller releases those that nobody takes.

    Returns:
        Contact index at which the request stopped, offer taken (-1 if that contact failed), column taken.
    """
    count, contacts = again_at.shape
    minutes, keys, begin = minute.tolist(), key.tolist(), offers.begin.tolist()
    contact_of, offer_of, column_of = [0] * count, [-1] * count, [-1] * count
    retries: list[tuple[float, int, int, int]] = []
    take_first, give_back = _taker(books, offers, same_day_until)
    coming = freed.in_order(books) if freed is not None else []

    def contact(request: int, nth: int, now: float) -> None:
        while coming and coming[-1][0] <= now:
            give_back(*coming.pop()[1:])
        place = request * contacts + nth
        contact_of[request] = nth
        offer_of[request], column_of[request] = take_first(begin[place], begin[place + 1])
        if offer_of[request] < 0 and nth + 1 < contacts:
            again = float(again_at[request, nth + 1])
            if again < NEVER:
                heapq.heappush(retries, (again, keys[request], request, nth + 1))

    for request in np.lexsort((key, minute)).tolist():
        now = minutes[request]
        while retries and retries[0][:2] < (now, keys[request]):
            again, _, other, nth = heapq.heappop(retries)
            contact(other, nth, again)
        contact(request, 0, now)
    while retries:
        again, _, other, nth = heapq.heappop(retries)
        contact(other, nth, again)
    return np.array(contact_of, np.int64), np.array(offer_of, np.int64), np.array(column_of, np.int64)


def _taker(
    books: Books, offers: Offers, same_day_until: int
) -> tuple[Callable[[int, int], tuple[int, int]], Callable[[int, int, int], None]]:
    """Return the innermost step: take the first admissible slot among some offers (-1, -1 if there is none).

    The second function opens a slot that has just become free.

    The free slots of a book, of one kind and on one page of columns, are an integer with a bit a slot.
    """
    packed, width = books.open.pack(), books.start.shape[1]
    row, kinds_of = offers.row.tolist(), offers.kinds.tolist()
    lowest, highest = offers.lowest.tolist(), np.minimum(offers.highest, width).tolist()
    today = [(1 << min(max(same_day_until - first, 0), PAGE)) - 1 for first in range(0, width, PAGE)]

    def take_first(begin: int, end: int) -> tuple[int, int]:
        for offer in range(begin, end):
            low, high, of_kind, kinds = lowest[offer], highest[offer], packed[row[offer]], KIND_SETS[kinds_of[offer]]
            while low < high:
                page, shift, slots = low // PAGE, low % PAGE, 0
                for kind in kinds:
                    slots |= of_kind[kind][page] & today[page] if kind == _SAME_DAY else of_kind[kind][page]
                slots >>= shift
                if slots:
                    column = low + (slots & -slots).bit_length() - 1
                    if column >= high:
                        break
                    taken = 1 << column % PAGE
                    for kind in kinds:
                        of_kind[kind][page] &= ~taken
                    return offer, column
                low += PAGE - shift
        return -1, -1

    def give_back(book: int, column: int, kind: int) -> None:
        packed[book][kind.bit_length() - 1][column // PAGE] |= 1 << column % PAGE

    return take_first, give_back
