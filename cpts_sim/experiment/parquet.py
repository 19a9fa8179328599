"""Parquet and CSV, always the same bytes for the same numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any] | Sequence[Any]

_TYPES = {"f": "float64", "i": "int64", "u": "uint64", "b": "bool_", "U": "string", "O": "string"}


def to_parquet(columns: Mapping[str, Column]) -> bytes:
    """Write columns as one row group, zstd, without any metadata but the schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: _array(column, pa) for name, column in columns.items()}
    table = pa.table(arrays).replace_schema_metadata(None)
    out = io.BytesIO()
    pq.write_table(
        table,
        out,
        compression="zstd",
        compression_level=3,
        version="2.6",
        data_page_version="1.0",
        store_schema=False,
        row_group_size=max(1, table.num_rows),
    )
    return out.getvalue()


def _array(column: Column, pa: Any) -> Any:
    if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
        return pa.array(column)
    data = np.asarray(column)
    return pa.array(data.tolist(), type=getattr(pa, _TYPES.get(data.dtype.kind, "string"))())


def from_parquet(data: bytes) -> dict[str, NDArray[Any]]:
    """Read columns written by :func:`to_parquet`."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    return {name: table.column(name).to_numpy() for name in table.column_names}


def to_french_csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Write a table for French spreadsheets: semicolons, decimal commas, UTF-8 with its mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_french(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _french(cell: Any) -> Any:
    if isinstance(cell, float):
        return repr(cell).replace(".", ",") if np.isfinite(cell) else ""
    return cell
