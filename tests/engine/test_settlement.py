"""The two exact ways of settling a wave against the plain loop that defines it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_books import Wave, first_free, plain_loop, random_books, random_wave

from cpts_sim.engine import agenda, settlement
from cpts_sim.engine.agenda import Books, Slot
from cpts_sim.engine.settlement import Freed, settle, stable_order

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 7))


def assert_settled_as_by_plain_loop(books: Books, wave: Wave) -> int:
    expected = plain_loop(books, wave)
    contact, choice, column = settle(books, *wave)
    np.testing.assert_array_equal(contact, expected[0])
    np.testing.assert_array_equal(choice, expected[1])
    np.testing.assert_array_equal(column, expected[2])
    served = np.flatnonzero(choice >= 0)
    rows = wave.row[served, contact[served], choice[served]]
    assert len(set(zip(rows.tolist(), column[served].tolist(), strict=True))) == len(served), (
        "a slot was given twice"
    )
    books.take(rows, column[served], served, 0.0, settled=True)
    kept = list(books.open.pack())
    books.forget()
    assert kept == books.open.pack(), "packed books and columns went apart"
    return len(served)


@settings(max_examples=300)
@given(SIZES, st.integers(0, 30), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**32))
def test_settle_is_the_plain_loop(
    size: tuple[int, int, int], count: int, contacts: int, choices: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    books = random_books(rng, *size, first_day=int(rng.integers(-20, 20)))
    assert_settled_as_by_plain_loop(books, random_wave(rng, books, count, contacts, choices))


def test_settle_is_the_plain_loop_over_thousands_of_waves() -> None:
    served = asked = 0
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        books = random_books(rng, int(rng.integers(1, 5)), int(rng.integers(1, 4)), int(rng.integers(1, 6)))
        for _ in range(2):  # the second wave finds the packed books as the first one left them
            wave = random_wave(
                rng, books, int(rng.integers(0, 25)), int(rng.integers(1, 4)), int(rng.integers(1, 5))
            )
            served += assert_settled_as_by_plain_loop(books, wave)
            asked += len(wave.minute)
    assert asked > 40_000
    assert 0.2 < served / asked < 0.9, "the cases must mix served and refused requests"


def test_slots_freed_within_a_wave_are_taken_from_their_minute_on() -> None:
    taken_again = 0
    for seed in range(1500):
        rng = np.random.default_rng(seed)
        books = random_books(rng, int(rng.integers(1, 5)), int(rng.integers(1, 4)), int(rng.integers(1, 6)))
        wave = random_wave(rng, books, int(rng.integers(1, 25)), 2, 3)
        row, column = np.nonzero((books.free == 0) & (rng.random(books.free.shape) < 0.5))
        freed = Freed(books.first_day * 1440.0 + rng.integers(0, 50, len(row)) * 16.0, row, column)
        expected = plain_loop(books, wave, freed)
        contact, choice, found = settle(books, *wave, freed)
        assert (contact.tolist(), choice.tolist(), found.tolist()) == expected, f"seed {seed}"
        served = np.flatnonzero(choice >= 0)
        rows = wave.row[served, contact[served], choice[served]]
        gone = set(zip(row.tolist(), column.tolist(), strict=True))
        taken_again += sum(slot in gone for slot in zip(rows.tolist(), found[served].tolist(), strict=True))
    assert taken_again > 1000


def test_pages_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Books wider than a page, whose slots are sought over several."""
    for module in (agenda, settlement):
        monkeypatch.setattr(module, "PAGE", 8)
    for seed in range(400):
        rng = np.random.default_rng(seed)
        books = random_books(rng, int(rng.integers(1, 4)), int(rng.integers(3, 7)), int(rng.integers(3, 9)))
        for _ in range(2):
            assert_settled_as_by_plain_loop(books, random_wave(rng, books, int(rng.integers(5, 60)), 2, 3))


def test_order_of_the_rows_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    books = random_books(rng, 4, 3, 6)
    wave = random_wave(rng, books, 60, 2, 3)
    shuffled = rng.permutation(60)
    again = Wave(*(part[shuffled] for part in wave[:-1]), wave.same_day_until)
    straight = settle(books, *wave)
    books.forget()
    for left, right in zip(straight, settle(books, *again), strict=True):
        np.testing.assert_array_equal(left[shuffled], right)


def test_second_contact_takes_its_place_among_the_others() -> None:
    """A fails at 10:00, tries elsewhere at 10:30; B asks there at 10:20, before A; C at 10:40, after."""
    books = Books(2, 0, 1, 2)
    books.fill(
        0, np.array([[np.inf, np.inf], [840.0, 855.0]]), np.full((2, 2), 15.0), np.array([[0, 0], [1, 1]])
    )
    row = np.array([[[0], [1]], [[1], [-1]], [[1], [-1]]])
    high = np.full(row.shape, 2)
    again = np.array([[np.inf, 630.0], [np.inf, np.inf], [np.inf, np.inf]])
    minute, key = np.array([600.0, 620.0, 640.0]), np.array([3, 2, 1], dtype=np.uint64)
    contact, choice, column = settle(
        books, minute, key, row, np.ones_like(row), np.zeros_like(row), high, again, 2
    )
    assert contact.tolist() == [1, 0, 0]
    assert choice.tolist() == [0, 0, -1]
    assert column.tolist() == [1, 0, -1]


def test_same_day_slots_open_on_their_day_only() -> None:
    books = Books(1, 0, 2, 1)
    for day in (0, 1):
        books.fill(day, np.array([[600.0]]), np.array([[15.0]]), np.array([[int(Slot.SAME_DAY)]]))
    one = np.zeros((2, 1, 1), dtype=np.int64)
    _, _, column = settle(
        books,
        np.array([0.0, 1.0]),
        np.array([1, 2], dtype=np.uint64),
        one,
        one + 3,
        one,
        one + 2,
        np.zeros((2, 1)),
        1,
    )
    assert column.tolist() == [0, -1]


def naive_cascade(books: Books, row: np.ndarray, low: np.ndarray, high: np.ndarray, kinds: int) -> list[int]:
    free, found = books.free.copy(), []
    for book, a, b in zip(row.tolist(), low.tolist(), high.tolist(), strict=True):
        column = first_free(free, book, kinds, a, b, free.shape[1])
        if column >= 0:
            free[book, column] = 0
        found.append(column)
    return found


@settings(max_examples=300)
@given(SIZES, st.integers(0, 40), st.integers(1, 127), st.integers(0, 2**32))
def test_cascade_is_the_plain_loop(size: tuple[int, int, int], count: int, kinds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    books = random_books(rng, *size)
    wave = random_wave(rng, books, count, 1, 1)
    row, low, high = np.maximum(wave.row.ravel(), 0), wave.lowest.ravel(), wave.highest.ravel()
    assert books.cascade(row, low, high, kinds).tolist() == naive_cascade(books, row, low, high, kinds)


def test_cascade_is_the_plain_loop_over_thousands_of_waves() -> None:
    refused = 0
    for seed in range(3000):
        rng = np.random.default_rng(seed)
        books = random_books(rng, int(rng.integers(1, 6)), int(rng.integers(1, 5)), int(rng.integers(1, 8)))
        wave = random_wave(rng, books, int(rng.integers(0, 40)), 1, 1)
        row, low, high = np.maximum(wave.row.ravel(), 0), wave.lowest.ravel(), wave.highest.ravel()
        kinds = int(rng.integers(1, 128))
        column = books.cascade(row, low, high, kinds)
        assert column.tolist() == naive_cascade(books, row, low, high, kinds), f"seed {seed}"
        refused += int((column < 0).sum())
    assert refused > 1000


def test_cascade_and_settle_agree_on_a_large_wave() -> None:
    rng = np.random.default_rng(11)
    books = random_books(rng, 40, 10, 20)
    count = 3000
    minute = np.sort(rng.uniform(0, 720, count))
    row = rng.integers(0, 40, count)
    low = books.first_slot(row, minute + 60.0)
    high = books.first_slot(row, minute + rng.uniform(0, 10, count) * 1440.0)
    as_choices = [x.reshape(count, 1, 1) for x in (row, np.full(count, 1), low, high)]
    _, _, column = settle(
        books, minute, np.arange(count, dtype=np.uint64), *as_choices, np.zeros((count, 1)), 0
    )
    np.testing.assert_array_equal(books.cascade(row, low, high, 1), column)
    assert 0 < (column >= 0).sum() < count


@pytest.mark.parametrize("count", [0, 1])
def test_waves_of_nobody_and_of_one(count: int) -> None:
    rng = np.random.default_rng(count)
    books = random_books(rng, 2, 2, 3)
    assert_settled_as_by_plain_loop(books, random_wave(rng, books, count, 2, 2))
    assert len(books.cascade(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), 1)) == 0


@given(st.integers(0, 200), st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32))
def test_order_is_by_minute_then_key_then_as_given(count: int, minutes: int, keys: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    minute, key = rng.integers(0, minutes, count) / 64.0, rng.integers(0, keys, count).astype(np.uint64)
    np.testing.assert_array_equal(settlement.in_order(minute, key), np.lexsort((key, minute)))


def test_minutes_are_put_in_order_whatever_their_grain() -> None:
    rng = np.random.default_rng(9)
    for minute in (
        np.zeros(0), rng.integers(-900, 900, 300) * 16.0, rng.integers(0, 92_160, 500) / 64.0,
        rng.random(200) * 1440.0, np.round(rng.random(300) * 20.0) / 3.0, rng.integers(0, 9, 50) * 2.0**30,
    ):  # fmt: skip
        np.testing.assert_array_equal(stable_order(minute), np.argsort(minute, kind="stable"))


@pytest.mark.parametrize("first", [0, 5, 20])
def test_the_nth_free_slot_of_a_kind(first: int) -> None:
    rng = np.random.default_rng(first)
    for nth in (1, 2, 3, 9):
        books = random_books(rng, 6, 4, 5)
        before = books.free.copy()
        free = [np.flatnonzero(row[first:] == Slot.AHEAD) + first for row in books.free]
        expected = [int(row[nth - 1]) if len(row) >= nth else -1 for row in free]
        assert books.nth_free(Slot.AHEAD, first, nth).tolist() == expected
        assert (books.free == before).all()
