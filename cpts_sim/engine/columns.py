"""Tables of named numpy columns; an agent is a view on one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Rows = NDArray[np.int64]


class Table(dict[str, Array]):
    """Named columns of equal length. Rows are never reused or renumbered; ``alive`` masks who has left.

    ``table[column]`` is a writable view of the used rows, ``len(table)`` their number. Columns are read so
    often that a table is a dictionary of these views; the arrays beneath have room for more rows.

    Args:
        name: name of the table, used in errors and checkpoints.
        rows: number of rows at the start.
        columns: for each name an array of that many rows, or a dtype (then filled with zeros).
    """

    def __init__(
        self, name: str, rows: int, columns: Mapping[str, ArrayLike | np.dtype[Any] | type | str]
    ) -> None:
        super().__init__()
        self.name = name
        self._used = self._room = rows
        self._data: dict[str, Array] = {}
        for column, content in columns.items():
            self.add_column(column, content)
        if "alive" not in self._data:
            self.add_column("alive", np.ones(rows, dtype=bool))

    def add_column(self, column: str, content: ArrayLike | np.dtype[Any] | type | str) -> None:
        """Add a column: an array of the right length, or a dtype for zeros."""
        if isinstance(content, str | type | np.dtype):
            data = np.zeros(self._room, dtype=content)
        else:
            data = np.array(content)
            if len(data) != self._used:
                place = f"table {self.name!r}, column {column!r}"
                raise ValueError(f"{place}: {len(data)} values for {self._used} rows")
            data = np.concatenate([data, np.zeros((self._room - self._used, *data.shape[1:]), data.dtype)])
        self._data[column] = data
        super().__setitem__(column, data[: self._used])

    def _see(self) -> None:
        """Renew the views of all columns, after arrays or the number of rows have changed."""
        used = self._used
        self.update({column: data[:used] for column, data in self._data.items()})

    def __len__(self) -> int:
        return self._used

    def __setitem__(self, column: str, values: ArrayLike) -> None:
        if values is not self[column]:  # else it has been changed in place, as by ``table[column] += 1``
            self[column][...] = values

    def __getattr__(self, column: str) -> Array:
        if column.startswith("_"):
            raise AttributeError(column)
        try:
            return self[column]
        except KeyError:
            raise AttributeError(f"table {self.name!r} has no column {column!r}") from None

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order of their making."""
        return list(self)

    def append(self, count: int = 1, **values: ArrayLike) -> Rows:
        """Add rows; columns that are not named start at zero (``alive`` at True). Returns their numbers."""
        data = self._data
        if not values.keys() <= data.keys():
            unknown = sorted(values.keys() - data.keys())
            raise KeyError(f"table {self.name!r} has no column {', '.join(unknown)}")
        rows = np.arange(self._used, self._used + count)
        if not count:
            return rows
        first, self._used = self._used, self._used + count
        if self._used > self._room:
            self._grow(first)
        self._see()
        data["alive"][first : self._used] = True
        for column, content in values.items():  # the others are zero
            data[column][first : self._used] = content
        return rows

    def _grow(self, used: int) -> None:
        """Make room for the rows used now and a quarter more, keeping the first ``used``."""
        self._room = max(self._used, used + used // 4 + 16)
        for column, data in self._data.items():
            self._data[column] = grown = np.zeros((self._room, *data.shape[1:]), dtype=data.dtype)
            grown[:used] = data[:used]

    def keep(self, rows: Array) -> None:
        """Forget all but some rows, renumbered 0, 1, …; only for tables that nobody refers to by row."""
        left = len(self["alive"][rows])
        for column, data in self._data.items():
            data[:left] = self[column][rows]
            data[left : self._used] = 0
        self._used = left
        self._see()

    def copy(self) -> Table:
        """Return an independent table with the same content."""
        return Table.from_arrays(self.name, self.arrays())

    def arrays(self) -> dict[str, Array]:
        """Return the used rows of every column, for a checkpoint."""
        return dict(self)

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Array]) -> Table:
        """Make a table from what ``arrays`` returned (the arrays are copied)."""
        rows = len(next(iter(arrays.values()))) if arrays else 0
        return cls(name, rows, arrays)


def pack(tables: Iterable[Table]) -> dict[str, Array]:
    """Flatten tables to ``table/column`` arrays, for one checkpoint file."""
    return {f"{table.name}/{column}": data for table in tables for column, data in table.arrays().items()}


def unpack(arrays: Mapping[str, Array]) -> dict[str, Table]:
    """Rebuild the tables that ``pack`` flattened."""
    grouped: dict[str, dict[str, Array]] = {}
    for path, data in arrays.items():
        name, column = path.split("/", 1)
        grouped.setdefault(name, {})[column] = data
    return {name: Table.from_arrays(name, columns) for name, columns in grouped.items()}


def among(rows: Array, wanted: Array) -> NDArray[np.bool_]:
    """Tell which row numbers are among some others (none negative), without a sort."""
    marks = np.zeros(1 + max(int(rows.max(initial=-1)), int(wanted.max(initial=-1))), dtype=bool)
    marks[wanted] = True
    return marks[rows]


def joined(parts: Sequence[ArrayLike], rows: Sequence[int], dtype: str) -> Array:
    """Return parts of so many rows as one column; a number stands for all rows of its part."""
    column, begin = np.empty(sum(rows), dtype), 0
    for part, count in zip(parts, rows, strict=True):
        column[begin : begin + count] = part
        begin += count
    return column


def true_rows(mask: NDArray[np.bool_]) -> Rows:
    """Return where a column of truth values holds: ``np.flatnonzero`` without what it does for other shapes."""
    return mask.nonzero()[0]


def cells(mask: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Return rows and columns of the true cells of a table, in order, as ``np.nonzero`` does more slowly."""
    flat = mask.ravel().nonzero()[0]
    row = flat // mask.shape[1]
    return row, flat - row * mask.shape[1]


def order_of(rows: Array) -> Rows:
    """Return the order of row numbers (0 to 2**32 - 1), equal ones as given."""
    order = rows.astype(np.uint16).argsort(kind="stable")  # two short sorts are quicker than a long one
    high = (rows >> 16).astype(np.uint16)
    return order[high[order].argsort(kind="stable")] if high.any() else order


def join_records(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Concatenate records of one kind as raw bytes (numpy is slow at records field by field)."""
    raw = np.dtype((np.void, parts[0].dtype.itemsize))
    return np.asarray(np.concatenate([part.view(raw) for part in parts]).view(parts[0].dtype))


def take_records(records: NDArray[np.void], index: NDArray[np.generic]) -> NDArray[np.void]:
    """Return a copy of some records: a mask or positions."""
    raw = np.dtype((np.void, records.dtype.itemsize))
    return np.asarray(records.view(raw)[index].view(records.dtype))
