"""Settlement of a wave of requests that compete for slots, in their exact order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine import compiled
from cpts_sim.engine.agenda import PAGE, SLOT_PLACE, Books, Slot
from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.columns import order_of

Array = NDArray[Any]
Ints = NDArray[np.int64]

KINDS = len(Slot)
KIND_SETS = tuple(tuple(place for place in range(KINDS) if mask >> place & 1) for mask in range(1 << KINDS))
"""For each set of kinds, the places of its bits."""
BITS = [1 << place for place in range(PAGE)]
"""A slot by its place on a page."""
_NO_FREED = (np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.uint8))
NONE = (-1, -1)
"""Neither an offer nor a column."""


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

    def in_columns(self, books: Books) -> tuple[Array, Array, Array]:
        """Return minute, place (professional times width, plus column) and kind, the first to come first."""
        kind = books.kind[self.row, self.column]
        order = np.argsort(self.minute, kind="stable")
        order = order[kind[order] > 0]
        place = self.row.astype(np.int64) * books.kind.shape[1] + self.column
        return self.minute[order].astype(np.float64), place[order], kind[order]


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
    kernels = compiled.load()
    if kernels is not None and books.free.flags.carray:
        return _settle_compiled(kernels, books, minute, key, offers, again_at, same_day_until, freed)
    return settle_in_python(books, minute, key, offers, again_at, same_day_until, freed)


def _settle_compiled(
    kernels: compiled.Kernels, books: Books, minute: Array, key: Array, offers: Offers, again_at: Array,
    same_day_until: int, freed: Freed | None,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Settle a wave by the compiled loop, which looks at ``free`` itself: packed books fall behind, and are dropped."""
    count, contacts = again_at.shape
    width = books.start.shape[1]
    come_at, come_place, come_kind = _NO_FREED if freed is None else freed.in_columns(books)
    contact_of, offer_of, column_of = np.zeros(count, np.int64), np.full(count, -1), np.full(count, -1)
    kernels.wave(
        count, contacts, in_order(minute, key), np.ascontiguousarray(minute, np.float64),
        np.ascontiguousarray(key, np.uint64), np.ascontiguousarray(again_at, np.float64),
        np.ascontiguousarray(offers.begin, np.int64), np.ascontiguousarray(offers.row, np.int64),
        np.ascontiguousarray(offers.kinds, np.uint8), np.ascontiguousarray(offers.lowest, np.int64),
        np.ascontiguousarray(offers.highest, np.int64), books.free, width, same_day_until,
        len(come_at), come_at, come_place, come_kind, np.empty(count, np.int64), contact_of, offer_of, column_of,
        np.empty(count + len(come_at), np.int64), np.empty(count + len(come_at), np.uint8),
    )  # fmt: skip
    books.open.forget()
    return contact_of, offer_of, column_of


def settle_in_python(
    books: Books, minute: Array, key: Array, offers: Offers, again_at: Array, same_day_until: int,
    freed: Freed | None = None,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Settle a wave without compiled loops; what ``settle_offers`` says."""
    count, contacts = again_at.shape
    contact_of, offer_of, column_of = np.zeros(count, np.int64), [-1] * count, [-1] * count
    retries: list[tuple[float, int, int, int]] = []
    take_first, give_back = _taker(books, offers, same_day_until)
    coming = freed.in_order(books) if freed is not None else []

    def retry(request: int, nth: int) -> None:
        again = float(again_at[request, nth]) if nth < contacts else NEVER
        if again < NEVER:
            heapq.heappush(retries, (again, int(key[request]), request, nth))

    def reopen(now: float) -> None:
        while coming and coming[-1][0] <= now:
            give_back(*coming.pop()[1:])

    def catch_up(now: float, who: int) -> float:
        """Play what comes before a request: further contacts, slots that become free; when something comes next."""
        while retries and retries[0][:2] < (now, who):
            again, _, request, nth = heapq.heappop(retries)
            reopen(again)
            contact_of[request], place = nth, request * contacts + nth
            offer_of[request], column_of[request] = take_first(int(offers.begin[place]), int(offers.begin[place + 1]))
            if offer_of[request] < 0:
                retry(request, nth + 1)
        reopen(now)
        return min(retries[0][0] if retries else NEVER, coming[-1][0] if coming else NEVER)

    order = in_order(minute, key)
    ranked = (minute[order], offers.begin[:-1:contacts][order], offers.begin[1::contacts][order])
    soonest = -NEVER
    for request, now, begin, end in zip(order.tolist(), *(column.tolist() for column in ranked), strict=True):
        if now >= soonest:
            soonest = catch_up(now, int(key[request]))
        offer_of[request], column_of[request] = taken = take_first(begin, end)
        if taken is NONE:
            retry(request, 1)
            soonest = retries[0][0] if retries and retries[0][0] < soonest else soonest
    catch_up(NEVER, 0)
    return contact_of, np.array(offer_of, np.int64), np.array(column_of, np.int64)


def _taker(
    books: Books, offers: Offers, same_day_until: int
) -> tuple[Callable[[int, int], tuple[int, int]], Callable[[int, int, int], None]]:
    """Return the innermost step: take the first admissible slot among some offers (``NONE`` if there is none).

    The second function opens a slot that has just become free.

    The free slots of a book, of one kind and on one page of columns, are an integer with a bit a slot.
    """
    packed, pages, width = books.open.pack(), books.open.pages, books.start.shape[1]
    ways, daily = _ways(pages), int(SLOT_PLACE[Slot.SAME_DAY]) * pages
    today = [(1 << min(max(same_day_until - first, 0), PAGE)) - 1 for first in range(0, width, PAGE)]
    until = np.minimum(offers.highest, width) * (offers.kinds > 0)  # no kind of slot, no slot
    columns = (offers.row * (KINDS * pages), offers.kinds, offers.lowest, until)
    book, kinds, lowest, highest = (column.tolist() for column in columns)

    def take_first(begin: int, end: int) -> tuple[int, int]:
        for offer in range(begin, end):
            low, high, (way, others) = lowest[offer], highest[offer], ways[kinds[offer]]
            while low < high:
                page = low // PAGE
                place = book[offer] + page
                slots = packed[place + way] & today[page] if way == daily else packed[place + way]
                for other in others:
                    slots |= packed[place + other] & today[page] if other == daily else packed[place + other]
                slots >>= low % PAGE
                if slots:
                    low += (slots ^ slots - 1).bit_length() - 1
                    if low >= high:
                        break
                    taken = BITS[low % PAGE]
                    while others and not packed[place + way] & taken:
                        way, others = others[0], others[1:]
                    packed[place + way] ^= taken
                    return offer, low
                low = (page + 1) * PAGE
        return NONE

    def give_back(book: int, column: int, kind: int) -> None:
        packed[(book * KINDS + int(SLOT_PLACE[kind])) * pages + column // PAGE] |= BITS[column % PAGE]

    return take_first, give_back


@lru_cache(maxsize=16)
def _ways(pages: int) -> list[tuple[int, tuple[int, ...]]]:
    """For each set of kinds, how far after the first page of a book those of its first kind and of the others stand."""
    steps = [[place * pages for place in places] for places in KIND_SETS[1:]]
    return [(0, ()), *((first, tuple(others)) for first, *others in steps)]


def in_order(minute: Array, key: Array) -> Ints:
    """Return the order of requests: by minute, then by key, then as given; keys are read only within a minute."""
    order = stable_order(minute)
    ranked = minute[order]
    same = ranked[1:] == ranked[:-1]
    tied = np.flatnonzero(np.append(False, same) | np.append(same, False))
    members = order[tied]
    order[tied] = members[np.lexsort((key[members], minute[members]))]
    return order


def stable_order(minute: Array) -> Ints:
    """Return the order of minutes, equal ones as given; by their 1/64 if they have no finer part, which is quick."""
    since = (minute - minute.min(initial=NEVER)) * 64.0
    if since.max(initial=0.0) < 2.0**32:
        grains = since.astype(np.int64)
        if (grains == since).all():
            return order_of(grains)
    return np.argsort(minute, kind="stable")
