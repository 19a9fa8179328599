"""Age and sex by commune (INSEE's three layouts) or, failing that, by department."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from cpts_sim.errors import InputError
from cpts_sim.territory.ages import AGE_EDGES, OLDEST, Floats
from cpts_sim.territory.readers.codes import is_code, normal_code
from cpts_sim.territory.readers.tabular import (
    Column,
    find_header,
    has_columns,
    head_of,
    members,
    number_of,
    parquet_names,
    read_table,
)
from cpts_sim.words import say

STRUCTURE_EDGES = (0, 15, 30, 45, 60, 75, OLDEST)
"""Bands crossed with sex in INSEE's ``evol-struct-pop`` bases."""

DEPARTMENT_EDGES = (0, 20, 40, 60, 75, OLDEST)
"""Bands of INSEE's yearly estimates by department."""

STRUCTURE_COLUMNS = (Column("place", "com|codgeo"), Column("men", r"p\d\d_h0014"))
_STRUCTURE = ("0014", "1529", "3044", "4559", "6074", "75P")
_PREFIX = re.compile(r"p(\d\d)_h0014")
DETAILED = (
    Column("code", "codgeo"),
    Column("sex", "sexe|c_sexe"),
    Column("age", "aged100|c_aged10|aged10"),
    Column("count", "nb"),
    Column("level", "niveau|nivgeo", optional=True),
)
LAYOUTS = (DETAILED, STRUCTURE_COLUMNS)


@dataclass(frozen=True, slots=True)
class AgeTable:
    """Counts by place, sex and age band.

    Attributes:
        edges: lower edges of the bands and the end.
        counts: commune or department → array (2, bands), men then women.
        by_department: whether the places are departments.
    """

    edges: tuple[int, ...]
    counts: Mapping[str, Floats]
    by_department: bool = False


def read_ages(path: Path) -> AgeTable:
    """Return age by sex from a communal base, a detailed table, or the departmental workbook (.xls).

    Raises:
        InputError: unknown layout, damaged file, negative or unreadable count.
    """
    if path.suffix.lower() == ".xls":
        return _departments(path)
    if has_columns(path, DETAILED):
        return _detailed(path)
    return _structure(path)


def _prefix(path: Path) -> str | None:
    """Return the two digits of the census year in the header, None when it has no such columns."""
    if path.suffix.lower() == ".parquet":
        found: list[str] = _PREFIX.findall(" ".join(parquet_names(path)).casefold())
        return max(found) if found else None
    for member in members(path):
        lines = head_of(path, member)
        header = find_header(lines, STRUCTURE_COLUMNS)
        if header is not None:
            return str(max(_PREFIX.findall(lines[header[0]].casefold())))
    return None


def _structure(path: Path) -> AgeTable:
    year = _prefix(path) or "22"
    bands = [Column(f"{s}{b}", f"p{year}_{s}{b}".casefold()) for s in "HF" for b in _STRUCTURE]
    counts: dict[str, Floats] = {}
    for place, *cells in read_table(path, (Column("commune", "com|codgeo"), *bands)):
        code = normal_code(place)
        values = np.array([number_of(cell, f"{path.name}, {code}") for cell in cells]).reshape(2, -1)
        counts[code] = counts.get(code, 0.0) + np.nan_to_num(values)
    return AgeTable(STRUCTURE_EDGES, counts)


def _detailed(path: Path) -> AgeTable:
    last = len(AGE_EDGES) - 2
    counts: dict[str, list[list[float]]] = {}
    for place, sex, age, count, level in read_table(path, DETAILED):
        code = normal_code(place)
        if level in ("", "COM", "ARM") and sex in ("1", "2") and is_code(code):
            where = f"{path.name}, {code}"
            band = min(int(number_of(age, where)) // 5, last)
            table = counts.setdefault(code, [[0.0] * (last + 1), [0.0] * (last + 1)])
            table[int(sex) - 1][band] += number_of(count, where)
    return AgeTable(AGE_EDGES, {code: np.array(table) for code, table in counts.items()})


def has_xls_reader() -> bool:
    """Tell whether xlrd, needed for INSEE's old .xls workbooks, is installed."""
    try:
        import_module("xlrd")
    except ImportError:
        return False
    return True


def _open_xls(path: Path) -> Any:
    if not has_xls_reader():
        raise InputError(say("territory.needs_xlrd", place=path.name))
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    xlrd = import_module("xlrd")
    try:
        return xlrd.open_workbook(path, on_demand=True)
    except Exception as error:  # xlrd raises many kinds on a damaged file
        raise InputError(say("territory.file_broken", place=path.name)) from error


def _departments(path: Path) -> AgeTable:
    book = _open_xls(path)
    years = sorted((name for name in book.sheet_names() if name.strip().isdigit()), reverse=True)
    if not years:
        raise InputError(
            say("territory.header_missing", place=path.name, expected="2020", value=book.sheet_names()[0])
        )
    sheet = book.sheet_by_name(years[0])
    rows = [sheet.row_values(k) for k in range(sheet.nrows)]
    men, women = _sex_columns(path, rows)
    counts = {
        code: np.array([row[men : men + 5], row[women : women + 5]], dtype=np.float64)
        for code, row in _places(rows)
    }
    return AgeTable(DEPARTMENT_EDGES, counts, by_department=True)


def _sex_columns(path: Path, rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    for row in rows[:12]:
        cells = [str(cell).strip().casefold() for cell in row]
        if "hommes" in cells and "femmes" in cells:
            return cells.index("hommes"), cells.index("femmes")
    raise InputError(
        say("territory.header_missing", place=path.name, expected="Hommes, Femmes", value=str(rows[0][0]))
    )


def _places(rows: Sequence[Sequence[Any]]) -> list[tuple[str, Sequence[Any]]]:
    """Return (department code, row) for the rows that describe a department."""
    out = []
    for row in rows:
        code = str(int(row[0])) if isinstance(row[0], float) else str(row[0]).strip().upper()
        if re.fullmatch(r"\d{2}|2[AB]|97\d", code):
            out.append((code, row))
    return out
