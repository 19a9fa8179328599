"""Typed append-only columns of events: the only output of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Chunk = Mapping[str, Mapping[str, Array]]
Schema = Mapping[str, Mapping[str, DTypeLike]]


class _Log:
    """Events of one kind since the last close: columns with room for more, of which the first ``used`` rows count."""

    def __init__(self, types: Mapping[str, np.dtype[Any]]) -> None:
        self.data: dict[str, Array] = {name: np.empty(0, dtype) for name, dtype in types.items()}
        self.used = self._room = 0

    def append(self, rows: int, columns: Mapping[str, ArrayLike]) -> None:
        """Write so many rows; a number stands for all of them."""
        first, self.used = self.used, self.used + rows
        if self.used > self._room:
            self._grow(first)
        for name, data in self.data.items():
            data[first : self.used] = columns[name]

    def _grow(self, kept: int) -> None:
        self._room = max(1024, 2 * self.used)
        for name, data in self.data.items():
            self.data[name] = grown = np.empty(self._room, data.dtype)
            grown[:kept] = data[:kept]

    def columns(self) -> dict[str, Array]:
        """Return what has been written, copied."""
        return {name: data[: self.used].copy() for name, data in self.data.items()}


class Journal:
    """Events by kind, gathered until a chunk (a simulated month) is closed and handed to the observers.

    Args:
        schemas: columns and dtypes of each kind of event.
        observers: called with each closed chunk, in this order.
    """

    def __init__(self, schemas: Schema, observers: Sequence[Callable[[Chunk], None]] = ()) -> None:
        self.schemas = {
            kind: {name: np.dtype(t) for name, t in columns.items()} for kind, columns in schemas.items()
        }
        self.observers = list(observers)
        self.written = 0
        self._open = {kind: _Log(types) for kind, types in self.schemas.items()}

    def add(self, kind: str, /, **columns: ArrayLike) -> None:
        """Append events of one kind (copied: columns change); scalars stand for all rows of the arrays.

        Raises:
            KeyError: a column of the kind is missing or unknown (a mistake in the program, not of a user).
            ValueError: the arrays differ in length (the same).
        """
        log = self._open[kind]
        if columns.keys() != log.data.keys():
            raise KeyError(f"journal {kind!r}: columns differ: {sorted(columns.keys() ^ log.data.keys())}")
        rows = _rows(kind, columns)
        if rows:
            log.append(rows, columns)

    def open_chunk(self) -> dict[str, dict[str, Array]]:
        """Return what has been written since the last close, without closing it."""
        return {kind: log.columns() for kind, log in self._open.items()}

    def close_chunk(self) -> None:
        """Hand the open chunk to the observers and forget it."""
        chunk = self.open_chunk()
        for log in self._open.values():
            self.written += log.used
            log.used = 0
        for observer in self.observers:
            observer(chunk)

    def restore(self, chunk: Chunk, written: int) -> None:
        """Put back an open chunk and the number of rows already closed (resume, fork)."""
        self.written = written
        for kind, columns in chunk.items():
            self._open[kind].used = 0
            self.add(kind, **columns)


def _rows(kind: str, columns: Mapping[str, ArrayLike]) -> int:
    """Return the length of the arrays among some columns; 1 if all are scalars."""
    rows = -1
    for name, column in columns.items():
        scalar = isinstance(column, int | float)  # most that are no arrays; quicker than np.shape
        shape = column.shape if isinstance(column, np.ndarray) else () if scalar else np.shape(column)
        if shape:
            if rows not in (-1, shape[0]):
                raise ValueError(f"journal {kind!r}: {name!r} has {shape[0]} rows, those before it {rows}")
            rows = shape[0]
    return 1 if rows < 0 else rows
