"""Books of slots: writing days, searching, taking, releasing, sliding the window."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_books import KINDS, random_books

from cpts_sim.engine.agenda import DAY, NEVER, Books, Slot

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 6))


def repacked(books: Books) -> list[int]:
    return list(Books.from_arrays(books.arrays()).open.pack())


@settings(max_examples=200)
@given(SIZES, st.integers(0, 2**32))
def test_the_search_is_the_plain_search(size: tuple[int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    first_day = int(rng.integers(-60, 60))
    books = random_books(rng, *size, first_day=first_day)
    row = rng.integers(0, books.rows, 50)
    when = first_day * DAY + rng.integers(-1000, int(DAY) * (books.days + 3) * 4, 50) / 4.0
    column = books.first_slot(row, when)
    for r, t, found in zip(row.tolist(), when.tolist(), column.tolist(), strict=True):
        starts = books.start[r]
        later = np.flatnonzero((starts >= t) & (books.kind[r] > 0))
        assert (starts[:found][books.kind[r, :found] > 0] < t).all(), "an admissible slot was passed over"
        if len(later):
            assert found <= later[0]
            assert (books.kind[r, found : later[0]] == 0).all(), (
                "an inadmissible slot is counted as admissible"
            )
        else:
            assert found == books.start.shape[1] or (books.kind[r, found:] == 0).all()


@settings(max_examples=150)
@given(SIZES, st.integers(0, 2**32))
def test_slots_are_conserved_and_the_packed_books_follow(size: tuple[int, int, int], seed: int) -> None:
    """Whatever is taken, released or changes kind, each slot is free in its kind or held by one request."""
    rng = np.random.default_rng(seed)
    books = random_books(rng, *size)
    slots = int((books.kind > 0).sum())
    books.open.pack()
    for step in range(12):
        free, held = np.argwhere(books.free > 0), np.argwhere((books.kind > 0) & (books.free == 0))
        some_free, some_held = free[rng.random(len(free)) < 0.4], held[rng.random(len(held)) < 0.4]
        match step % 3:
            case 0:
                books.take(*some_free.T, np.arange(len(some_free)), float(step))
                assert (books.request[tuple(some_free.T)] == np.arange(len(some_free))).all()
            case 1:
                books.release(*some_held.T)
                assert (books.request[tuple(some_held.T)] == -1).all()
            case _:
                both = np.concatenate([some_free, some_held])
                books.change_kind(*both.T, int(rng.choice(KINDS)))
        assert int((books.kind > 0).sum()) == slots
        assert np.isin(books.free, [0, *KINDS.tolist()]).all()
        assert ((books.free == 0) | (books.free == books.kind)).all()
        assert books.open.packed == repacked(books)


def test_sliding_keeps_what_is_booked_and_forgets_the_past() -> None:
    rng = np.random.default_rng(1)
    books = random_books(rng, 3, 6, 4, first_day=-2)
    before = Books.from_arrays(books.arrays())
    books.slide(-2)
    books.slide(1)
    assert (books.first_day, books.last_day) == (1, 7)
    for name in Books.FIELDS:
        old, new = getattr(before, name)[:, before.span(1, 4)], getattr(books, name)[:, books.span(1, 4)]
        np.testing.assert_array_equal(old, new)
    assert (books.start[:, books.span(4, 7)] == NEVER).all()
    assert (books.kind[:, books.span(4, 7)] == 0).all()
    assert (books.request[:, books.span(4, 7)] == -1).all()
    assert books.first_slot(np.array([0]), np.array([4 * DAY]))[0] >= books.span(4).start
    books.slide(100)
    assert (books.kind == 0).all()


def test_new_professionals_have_empty_books() -> None:
    books = random_books(np.random.default_rng(2), 2, 3, 4)
    before = books.kind.copy()
    books.add_rows(2)
    assert books.rows == 4
    np.testing.assert_array_equal(books.kind[:2], before)
    assert books.first_slot(np.array([3]), np.array([0.0]))[0] == 0
    assert books.cascade(np.array([3]), np.array([0]), np.array([12]), 127).tolist() == [-1]


def test_arrays_round_trip() -> None:
    books = random_books(np.random.default_rng(3), 3, 4, 5, first_day=10)
    again = Books.from_arrays(books.arrays())
    assert (again.first_day, again.days, again.per_day) == (10, 4, 5)
    for name, dtype in Books.FIELDS.items():
        assert getattr(again, name).dtype == np.dtype(dtype)
        np.testing.assert_array_equal(getattr(again, name), getattr(books, name))
    again.take(np.array([0]), np.array([0]), np.array([9]), 0.0)
    assert books.request[0, 0] == -1


def test_span_is_cut_at_the_window() -> None:
    books = Books(1, 5, 3, 4)
    assert books.span(5) == slice(0, 4)
    assert books.span(6, 8) == slice(4, 12)
    assert books.span(0, 100) == slice(0, 12)
    assert books.span(8) == slice(12, 12)


def test_kinds_are_single_bits_of_a_byte() -> None:
    assert [kind.bit_count() for kind in Slot] == [1] * len(Slot)
    assert max(Slot) <= 255
