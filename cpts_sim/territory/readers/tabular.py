"""Open a table whatever its wrapping (csv, txt, gz, zip, parquet) and find its header by content.

Codes stay text. Encoding is UTF-8 (with or without a byte-order mark) or Windows-1252; a file that is
neither, that is cut short, or that lacks a column is refused with one sentence.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast

from cpts_sim.errors import InputError
from cpts_sim.words import say

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
_DELIMITERS = ";,\t|"
_HEADER_LINES = 40
_BROKEN = (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, OSError)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column looked for in a header.

    Attributes:
        key: name by which the reader speaks of it.
        pattern: regular expression that the simplified header cell matches entirely.
        optional: its absence gives empty text instead of an error.
    """

    key: str
    pattern: str
    optional: bool = False


@lru_cache(maxsize=4096)
def simplify(text: str) -> str:
    """Return a header cell without accents, case, quotes, BOM, line breaks or repeated spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("\ufeff", "").replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.replace('"', "").casefold().split())


def match_header(cells: Sequence[str], columns: Sequence[Column]) -> dict[str, int] | None:
    """Return key → position when every needed column is among the cells, else None (first match wins)."""
    simple = [simplify(cell) for cell in cells]
    found: dict[str, int] = {}
    for column in columns:
        position = next((k for k, cell in enumerate(simple) if re.fullmatch(column.pattern, cell)), None)
        if position is not None:
            found[column.key] = position
        elif not column.optional:
            return None
    return found


def members(path: Path) -> list[str]:
    """Return the text files inside a zip, biggest first; [""] for any other file."""
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".zip":
            raise InputError(say("territory.file_broken", place=path.name))
        return [""]
    with zipfile.ZipFile(path) as archive:
        infos = [item for item in archive.infolist() if item.filename.lower().endswith(TEXT_SUFFIXES)]
    return [item.filename for item in sorted(infos, key=lambda item: (-item.file_size, item.filename))]


@contextmanager
def open_bytes(path: Path, member: str = "") -> Iterator[BinaryIO]:
    """Open a file, a gzip or one member of a zip for reading bytes."""
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    if member:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield cast(BinaryIO, stream)
    elif path.suffix.lower() == ".gz":
        with gzip.open(path, "rb") as stream:
            yield cast(BinaryIO, stream)
    else:
        with path.open("rb") as stream:
            yield stream


def encoding_of(path: Path, member: str = "") -> str:
    """Return "utf-8-sig" or "cp1252" after reading the whole file once.

    Raises:
        InputError: the file is cut short or damaged, or is not text in either encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_bytes(path, member) as stream:
            while block := stream.read(1 << 20):
                if b"\0" in block:
                    raise InputError(say("territory.file_not_text", place=path.name))
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    return "cp1252"
    except _BROKEN as error:
        raise InputError(say("territory.file_broken", place=path.name)) from error
    return "utf-8-sig"


@contextmanager
def open_text(path: Path, member: str = "") -> Iterator[io.TextIOWrapper]:
    """Open a file as text in the encoding found."""
    encoding = encoding_of(path, member)
    with open_bytes(path, member) as stream:
        yield io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def head_of(path: Path, member: str = "", lines: int = _HEADER_LINES) -> list[str]:
    """Return the first lines of a text file (none when it is not readable as text)."""
    try:
        with open_bytes(path, member) as stream:
            block = stream.read(1 << 17)
    except _BROKEN:
        return []
    if b"\0" in block:
        return []
    return block.decode("utf-8-sig", errors="replace").splitlines()[:lines]


def find_header(lines: Sequence[str], columns: Sequence[Column]) -> tuple[int, str, dict[str, int]] | None:
    """Return (line from 0, delimiter, key → position) of the first line that is a header, else None."""
    for number, delimiter, cells in split_lines(lines):
        found = match_header(cells, columns)
        if found is not None:
            return number, delimiter, found
    return None


@lru_cache(maxsize=64)
def _split_lines(lines: tuple[str, ...]) -> list[tuple[int, str, list[str]]]:
    out = []
    for number, line in enumerate(lines):
        for delimiter in sorted(_DELIMITERS, key=lambda mark: -line.count(mark)):
            if delimiter in line:
                out.append((number, delimiter, next(csv.reader([line], delimiter=delimiter), [])))
    return out


def split_lines(lines: Sequence[str]) -> list[tuple[int, str, list[str]]]:
    """Return (line from 0, delimiter, cells) for every way of cutting each line, the likeliest first."""
    return _split_lines(tuple(lines))


def has_columns(path: Path, columns: Sequence[Column]) -> bool:
    """Tell whether a file (or a member of a zip) has a header with these columns."""
    return _locate(path, columns) is not None


def _locate(path: Path, columns: Sequence[Column]) -> str | None:
    """Return the member ("" outside a zip) that holds the table, None when there is none."""
    if path.suffix.lower() == ".parquet":
        return "" if match_header(parquet_names(path), columns) is not None else None
    for member in members(path):
        if find_header(head_of(path, member), columns) is not None:
            return member
    return None


def read_table(path: Path, columns: Sequence[Column]) -> Iterator[Row]:
    """Yield the wanted columns of every row, in the order of ``columns``; "" where an optional one is absent.

    Raises:
        InputError: missing or damaged file, missing column, row with fewer cells than the header.
    """
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    member = _locate(path, columns)
    if member is None:
        _refuse_header(path, columns)
    elif path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path, columns)
    else:
        yield from _text_rows(path, member, columns)


def _refuse_header(path: Path, columns: Sequence[Column]) -> None:
    encoding_of(path)  # a damaged file is called damaged, not headless
    wanted = ", ".join(column.key for column in columns if not column.optional)
    received = (head_of(path, members(path)[0] if members(path) else "") or [""])[0][:60]
    raise InputError(say("territory.header_missing", place=path.name, expected=wanted, value=received))


def _text_rows(path: Path, member: str, columns: Sequence[Column]) -> Iterator[Row]:
    located = find_header(head_of(path, member), columns)
    if located is None:
        return
    skipped, delimiter, found = located
    picks = [found.get(column.key, -1) for column in columns]
    needed = max(picks) + 1
    with open_text(path, member) as stream:
        try:
            rows = csv.reader(stream, delimiter=delimiter)
            for _ in range(skipped + 1):
                next(rows)
            for row in rows:
                if len(row) >= needed:
                    yield tuple([row[k] if k >= 0 else "" for k in picks])
                elif row:
                    place = f"{path.name}, {say('territory.line', number=rows.line_num)}"
                    raise InputError(say("territory.row_short", place=place, value=len(row), expected=needed))
        except _BROKEN as error:
            raise InputError(say("territory.file_broken", place=path.name)) from error


def parquet_names(path: Path) -> list[str]:
    """Return the names of the columns of a parquet file."""
    import pyarrow.parquet as parquet
    from pyarrow import ArrowInvalid

    try:
        return list(parquet.read_schema(path).names)
    except (ArrowInvalid, OSError) as error:
        raise InputError(say("territory.file_broken", place=path.name)) from error


def _parquet_rows(path: Path, columns: Sequence[Column]) -> Iterator[Row]:
    import pyarrow.parquet as parquet

    names = parquet_names(path)
    found = match_header(names, columns) or {}
    picks = {key: names[position] for key, position in found.items()}
    table: Any = parquet.read_table(path, columns=list(picks.values()))
    empty = [""] * table.num_rows
    lists = [
        [_text(cell) for cell in table[picks[column.key]].to_pylist()] if column.key in picks else empty
        for column in columns
    ]
    yield from zip(*lists, strict=True)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def number_of(text: str, place: str, lowest: float = 0.0) -> float:
    """Return the number written in a cell (decimal point or comma); nan when it is empty or a secrecy mark.

    Raises:
        InputError: the cell is not a number, or is below ``lowest``.
    """
    cell = text.strip().replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    if cell in ("", "NA", "N/A", "ND", "NS", "s", "nd", "-", "."):
        return float("nan")
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        raise InputError(say("territory.not_a_number", place=place, value=text)) from None
    if value < lowest:
        raise InputError(say("territory.too_small", place=place, value=text, lowest=lowest))
    return value
