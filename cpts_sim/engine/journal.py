"""Typed append-only columns of events: the only output of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Chunk = Mapping[str, Mapping[str, Array]]
Schema = Mapping[str, Mapping[str, DTypeLike]]


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
        self._open: dict[str, list[dict[str, Array]]] = {kind: [] for kind in self.schemas}

    def add(self, kind: str, /, **columns: ArrayLike) -> None:
        """Append events of one kind; scalars are repeated to the length of the arrays.

        Raises:
            KeyError: a column of the kind is missing or unknown (a mistake in the program, not of a user).
            ValueError: the arrays differ in length (the same).
        """
        schema = self.schemas[kind]
        if columns.keys() != schema.keys():
            raise KeyError(f"journal {kind!r}: columns differ: {sorted(columns.keys() ^ schema.keys())}")
        arrays, alone, rows = {}, list[str](), -1
        for name, dtype in schema.items():
            column = arrays[name] = np.array(columns[name], dtype=dtype)  # copied: columns change
            if not column.ndim:
                alone.append(name)
            elif rows not in (-1, len(column)):
                raise ValueError(f"journal {kind!r}: {name!r} has {len(column)} rows, those before it {rows}")
            else:
                rows = len(column)
        for name in alone:
            arrays[name] = arrays[name].repeat(max(1, rows))
        if rows:
            self._open[kind].append(arrays)

    def open_chunk(self) -> dict[str, dict[str, Array]]:
        """Return what has been written since the last close, without closing it."""
        return {
            kind: {name: _join([part[name] for part in parts], t) for name, t in self.schemas[kind].items()}
            for kind, parts in self._open.items()
        }

    def close_chunk(self) -> None:
        """Hand the open chunk to the observers and forget it."""
        chunk = self.open_chunk()
        self.written += sum(len(next(iter(c.values()))) for c in chunk.values() if c)
        for kind in self._open:
            self._open[kind] = []
        for observer in self.observers:
            observer(chunk)

    def restore(self, chunk: Chunk, written: int) -> None:
        """Put back an open chunk and the number of rows already closed (resume, fork)."""
        self.written = written
        for kind, columns in chunk.items():
            if len(next(iter(columns.values()))):
                self._open[kind] = [{name: np.array(data) for name, data in columns.items()}]


def _join(parts: list[Array], dtype: np.dtype[Any]) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)
