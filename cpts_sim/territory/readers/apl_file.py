"""DREES's published accessibility (APL) by commune: the workbook as downloaded, or a csv of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.codes import is_code, normal_code
from cpts_sim.territory.readers.tabular import Column, head_of, match_header, number_of, read_table
from cpts_sim.words import say

WORKBOOK_COLUMNS = (
    Column("code", "code commune insee.*"),
    Column("apl", r"apl aux medecins generalistes(?!.* ans).*"),
    Column("apl_65", "apl aux medecins generalistes.*65 ans.*", optional=True),
    Column("standard", "population standardisee.*", optional=True),
)
CSV_COLUMNS = (
    Column("code", "code|codgeo|code commune insee.*"),
    Column("apl", r"apl_mg\d{4}|apl aux medecins generalistes(?!.* ans).*"),
    Column("apl_65", r"apl_mg\d{4}_65|apl aux medecins generalistes.*65 ans.*", optional=True),
    Column("standard", r"pop\d{4}|population standardisee.*", optional=True),
)
_SHEET = re.compile(r"apl[ _]?(\d{4})")


@dataclass(frozen=True, slots=True)
class PublishedApl:
    """Published accessibility: consultations a year and standardised inhabitant.

    Attributes:
        year: year of the indicator (0 when not written).
        all_ages: commune → APL counting all general practitioners.
        under_65: commune → APL counting those of 65 or less (may be empty).
        standard: commune → population standardised by consumption at each age (may be empty).
    """

    year: int
    all_ages: dict[str, float]
    under_65: dict[str, float]
    standard: dict[str, float]


def is_apl_workbook(path: Path) -> bool:
    """Tell whether a file is a DREES APL workbook."""
    return bool(_sheets(path))


def read_apl(path: Path) -> PublishedApl:
    """Return the most recent APL in a workbook or csv.

    Raises:
        InputError: no sheet or column of that kind, or a value that is not a number.
    """
    if path.suffix.lower() == ".xlsx":
        return _workbook(path)
    year = _csv_year(path)
    return _collect(path.name, year, read_table(path, CSV_COLUMNS))


def _csv_year(path: Path) -> int:
    years = re.findall(r"apl_mg(\d{4})", (head_of(path, lines=1) or [""])[0].casefold())
    return int(years[0]) if years else 0


def _collect(place: str, year: int, rows: Iterator[tuple[str, ...]]) -> PublishedApl:
    columns: tuple[dict[str, float], ...] = ({}, {}, {})
    for code, *cells in rows:
        code = normal_code(code)
        if is_code(code):
            for column, cell in zip(columns, cells, strict=True):
                value = number_of(cell, f"{place}, {code}")
                if value == value:
                    column[code] = value
    if not columns[0]:
        raise InputError(say("territory.file_empty", place=place, expected=say("territory.kind_apl")))
    return PublishedApl(year, *columns)


def open_workbook(path: Path) -> Any:
    """Open an xlsx workbook for reading values.

    Raises:
        InputError: the file is missing or is not a workbook.
    """
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    try:
        return import_module("openpyxl").load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets zip, xml and key errors through
        raise InputError(say("territory.file_broken", place=path.name)) from error


def _sheets(path: Path) -> list[tuple[int, str]]:
    """Return (year, sheet) of the APL sheets, latest first."""
    book = open_workbook(path)
    names: Sequence[str] = book.sheetnames
    book.close()
    found = [(int(match[1]), name) for name in names if (match := _SHEET.match(name.strip().casefold()))]
    return sorted(found, reverse=True)


def _workbook(path: Path) -> PublishedApl:
    sheets = _sheets(path)
    if not sheets:
        raise InputError(say("territory.header_missing", place=path.name, expected="APL 2024", value="∅"))
    year, name = sheets[0]
    book = open_workbook(path)
    try:
        rows = [[_cell(cell) for cell in row] for row in book[name].iter_rows(values_only=True)]
    finally:
        book.close()
    return _collect(f"{path.name}, {name}", year, _below_header(path, rows))


def _below_header(path: Path, rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows[:40]):
        found = match_header(row, WORKBOOK_COLUMNS)
        if found is not None:
            picks = [found.get(column.key, -1) for column in WORKBOOK_COLUMNS]
            return (tuple(line[k] if k >= 0 else "" for k in picks) for line in rows[number + 1 :])
    first = next((cell for row in rows for cell in row if cell), "∅")[:60]
    raise InputError(
        say("territory.header_missing", place=path.name, expected=say("territory.apl_header"), value=first)
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\n", " ")
