"""Random books and waves, and the plain loop that defines what settling a wave means."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.agenda import DAY, NEVER, Books, Slot
from cpts_sim.engine.settlement import Freed

KINDS = np.array([Slot.AHEAD, Slot.SAME_DAY, Slot.SHARED, Slot.SQUEEZE], dtype=np.uint8)


class Wave(NamedTuple):
    """Arguments of ``settle`` after the books."""

    minute: NDArray[Any]
    key: NDArray[Any]
    row: NDArray[Any]
    kinds: NDArray[Any]
    lowest: NDArray[Any]
    highest: NDArray[Any]
    again_at: NDArray[Any]
    same_day_until: int


def random_books(rng: np.random.Generator, rows: int, days: int, per_day: int, first_day: int = 0) -> Books:
    """Books with missing slots, several kinds and slots already taken."""
    books = Books(rows, first_day, days, per_day)
    for day in range(first_day, first_day + days):
        offset = np.sort(rng.integers(0, int(DAY) * 4, (rows, per_day)) / 4.0, axis=1)
        kind = rng.choice(KINDS, (rows, per_day))
        missing = rng.random((rows, per_day)) < 0.15
        offset[missing], kind[missing] = NEVER, 0
        order = np.argsort(offset, axis=1, kind="stable")
        offset, kind = np.take_along_axis(offset, order, 1), np.take_along_axis(kind, order, 1)
        books.fill(day, offset, np.where(kind > 0, 15.0, 0.0), kind)
    taken = rng.random(books.free.shape) < rng.uniform(0.0, 0.9)
    books.free[taken] = 0
    books.forget()
    return books


def random_wave(rng: np.random.Generator, books: Books, count: int, contacts: int, choices: int) -> Wave:
    """Requests with ties of minute, absent choices, limits of patience, retries inside and after the wave."""
    rows, width = books.start.shape
    shape = (count, contacts, choices)
    minute = books.first_day * DAY + rng.integers(0, 40, count) * 16.0
    row = np.where(rng.random(shape) < 0.15, -1, rng.integers(0, rows, shape)).astype(np.int32)
    lowest = books.first_slot(np.maximum(row, 0).ravel(), np.repeat(minute, contacts * choices)).reshape(
        shape
    )
    highest = np.minimum(lowest + rng.integers(-1, width + 2, shape), width + rng.integers(0, 3, shape))
    again_at = np.where(rng.random((count, contacts)) < 0.3, NEVER, 0.0)
    again_at += minute[:, None] + np.cumsum(rng.integers(0, 20, (count, contacts)) * 8.0, axis=1)
    kinds = rng.integers(1, 128, shape).astype(np.uint8)
    key = rng.integers(0, 2**64, count, dtype=np.uint64)
    return Wave(minute, key, row, kinds, lowest, highest, again_at, int(rng.integers(0, width + 1)))


def first_free(free: NDArray[Any], row: int, kinds: int, low: int, high: int, same_day_until: int) -> int:
    """Look at one slot after the other."""
    for column in range(low, min(high, free.shape[1])):
        kind = int(free[row, column])
        if kind & kinds and not (kind == Slot.SAME_DAY and column >= same_day_until):
            return column
    return -1


def plain_loop(books: Books, wave: Wave, freed: Freed | None = None) -> tuple[list[int], list[int], list[int]]:
    """One request after the other, in the order of their minute: the definition of the result of a wave."""
    free = books.free.copy()
    count, contacts, choices = wave.row.shape
    queue = [(float(wave.minute[i]), int(wave.key[i]), 0, i, 0) for i in range(count)]
    heapq.heapify(queue)
    stopped, chosen, taken = [0] * count, [-1] * count, [-1] * count
    reopened: set[tuple[int, int]] = set()
    while queue:
        now, key, _, i, contact = heapq.heappop(queue)
        for minute, row, column in zip(*((freed.minute, freed.row, freed.column) if freed else ([],) * 3), strict=True):
            if minute <= now and (row, column) not in reopened:
                free[row, column] = books.kind[row, column]
                reopened.add((row, column))
        stopped[i] = contact
        for choice in range(choices):
            where = (i, contact, choice)
            row = int(wave.row[where])
            if row < 0:
                continue
            column = first_free(
                free,
                row,
                int(wave.kinds[where]),
                int(wave.lowest[where]),
                int(wave.highest[where]),
                wave.same_day_until,
            )
            if column >= 0:
                free[row, column] = 0
                chosen[i], taken[i] = choice, column
                break
        else:
            if contact + 1 < contacts and wave.again_at[i, contact + 1] < NEVER:
                heapq.heappush(queue, (float(wave.again_at[i, contact + 1]), key, 1, i, contact + 1))
    return stopped, chosen, taken
