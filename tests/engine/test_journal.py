"""The journal: typed, append-only, in chunks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.engine.events import LEDGER_LINES, SCHEMAS
from cpts_sim.engine.journal import Chunk, Journal

SCHEMA = {"visit": {"at": "f8", "person": "i4"}, "week": {"at": "f8", "ee": "f4"}}


def test_scalars_are_repeated_and_types_are_those_of_the_schema() -> None:
    journal = Journal(SCHEMA)
    journal.add("visit", at=3.5, person=[1, 2, 3])
    journal.add("visit", at=9, person=4)
    chunk = journal.open_chunk()
    assert chunk["visit"]["at"].tolist() == [3.5, 3.5, 3.5, 9.0]
    assert chunk["visit"]["person"].tolist() == [1, 2, 3, 4]
    assert chunk["visit"]["person"].dtype == np.int32
    assert len(chunk["week"]["ee"]) == 0
    assert chunk["week"]["ee"].dtype == np.float32


def test_what_was_written_cannot_be_changed_from_outside() -> None:
    journal, at = Journal(SCHEMA), np.array([1.0, 2.0])
    journal.add("visit", at=at, person=[0, 1])
    at[:] = 99.0
    assert journal.open_chunk()["visit"]["at"].tolist() == [1.0, 2.0]


def test_mistakes_are_said() -> None:
    journal = Journal(SCHEMA)
    with pytest.raises(KeyError, match="person"):
        journal.add("visit", at=1.0)
    with pytest.raises(KeyError, match="who"):
        journal.add("visit", at=1.0, person=1, who=2)
    with pytest.raises(ValueError, match="3 rows, those before it 2"):
        journal.add("visit", at=[1.0, 2.0], person=[1, 2, 3])
    assert len(journal.open_chunk()["visit"]["at"]) == 0


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 7))
def test_chunks_lose_nothing(sizes: list[int], every: int) -> None:
    seen: list[Chunk] = []
    journal, written = Journal(SCHEMA, [seen.append]), []
    for k, size in enumerate(sizes):
        journal.add("visit", at=float(k), person=np.arange(size))
        written += [(float(k), i) for i in range(size)]
        if k % every == 0:
            journal.close_chunk()
    journal.close_chunk()
    rows = [
        row
        for chunk in seen
        for row in zip(chunk["visit"]["at"].tolist(), chunk["visit"]["person"].tolist(), strict=True)
    ]
    assert rows == written
    assert journal.written == len(written)
    assert len(journal.open_chunk()["visit"]["at"]) == 0


def test_a_restored_journal_goes_on() -> None:
    chunks: list[Chunk] = []
    first = Journal(SCHEMA)
    first.add("visit", at=[1.0, 2.0], person=[1, 2])
    first.close_chunk()
    first.add("week", at=5.0, ee=0.5)
    second = Journal(SCHEMA, [chunks.append])
    second.restore(first.open_chunk(), first.written)
    second.add("week", at=6.0, ee=0.25)
    second.close_chunk()
    assert chunks[0]["week"]["at"].tolist() == [5.0, 6.0]
    assert second.written == 4


def test_the_schemas_of_the_model_are_types_that_numpy_knows() -> None:
    for kind, columns in SCHEMAS.items():
        for name, dtype in columns.items():
            assert np.dtype(dtype).itemsize <= 8, f"{kind}.{name}"
    assert set(LEDGER_LINES) <= SCHEMAS["week"].keys()
