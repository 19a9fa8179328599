"""Tables of named columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.engine.columns import Table, among, cells, order_of, pack, unpack


def people() -> Table:
    return Table("people", 3, {"age": np.array([1.0, 2.0, 3.0]), "mt": "i4", "place": np.zeros((3, 2))})


def test_columns_are_views_that_can_be_written() -> None:
    table = people()
    table.age[1] = 50.0
    table["mt"][:] = 7
    table["age"] += 1.0
    assert table["age"].tolist() == [2.0, 51.0, 4.0]
    assert table.mt.tolist() == [7, 7, 7]
    assert table.alive.all()
    assert len(table) == 3
    assert "age" in table
    assert "size" not in table


def test_the_arrays_given_are_copied() -> None:
    age = np.zeros(3)
    table = Table("people", 3, {"age": age})
    table.age[0] = 9.0
    assert age[0] == 0.0


@given(st.lists(st.integers(0, 40), max_size=12))
def test_rows_keep_their_numbers_and_content(counts: list[int]) -> None:
    table, written = people(), [1.0, 2.0, 3.0]
    for count in counts:
        values = np.arange(count) + len(written) * 10.0
        rows = table.append(count, age=values)
        assert rows.tolist() == list(range(len(written), len(written) + count))
        written += values.tolist()
    assert table.age.tolist() == written
    assert table.alive.tolist() == [True] * len(written)
    assert (table.mt == 0).all()
    assert table.place.shape == (len(written), 2)
    assert {len(table[column]) for column in table.columns} == {len(written)}


def test_mistakes_are_said() -> None:
    table = people()
    with pytest.raises(AttributeError, match="no column 'aeg'"):
        table.aeg  # noqa: B018
    with pytest.raises(KeyError, match="aeg"):
        table.append(1, aeg=3.0)
    with pytest.raises(ValueError, match="2 values for 3 rows"):
        table.add_column("height", np.zeros(2))
    assert len(table) == 3


def test_a_copy_is_independent() -> None:
    table = people()
    table.append(5, age=8.0)
    other = table.copy()
    other.age[0] = -1.0
    other.append(1)
    assert table.age[0] == 1.0
    assert len(table) == 8
    assert other.columns == table.columns


def test_keep_renumbers() -> None:
    table = people()
    table.append(2, age=[4.0, 5.0])
    table.keep(np.array([True, False, True, False, True]))
    assert table.age.tolist() == [1.0, 3.0, 5.0]
    assert table.append(1, age=6.0).tolist() == [3]


def test_pack_and_unpack() -> None:
    table, empty = people(), Table("gps", 0, {"age": "f4"})
    table.append(4, age=1.5)
    tables = unpack(pack([table, empty]))
    assert list(tables) == ["people", "gps"]
    for before, after in ((table, tables["people"]), (empty, tables["gps"])):
        assert len(before) == len(after)
        for column in before.columns:
            assert before[column].dtype == after[column].dtype
            np.testing.assert_array_equal(before[column], after[column])


def test_orders_marks_and_cells_are_those_of_numpy() -> None:
    rng = np.random.default_rng(3)
    for top in (1, 50, 70_000, 2**32 - 1):
        for count in (0, 1, 400):
            rows, wanted = rng.integers(0, top + 1, count), rng.integers(0, min(top, 70_000) + 1, count // 3)
            np.testing.assert_array_equal(order_of(rows), np.argsort(rows, kind="stable"))
            small = rows % 70_001
            np.testing.assert_array_equal(among(small, wanted), np.isin(small, wanted))
    for share in (0.0, 0.2, 1.0):
        mask = rng.random((7, 5)) < share
        for ours, theirs in zip(cells(mask), np.nonzero(mask), strict=True):
            np.testing.assert_array_equal(ours, theirs)
