"""INSEE's permanent base of facilities (BPE): how many of each kind in each commune, in its three layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.codes import normal_code
from cpts_sim.territory.readers.tabular import Column, has_columns, number_of, read_table
from cpts_sim.words import say

COUNTS_OLD = (
    Column("DEPCOM", "depcom"),
    Column("TYPEQU", "typequ"),
    Column("NB_EQUIP", "nb_equip"),
    Column("AN", "an", optional=True),
)
COUNTS_NEW = (
    Column("GEO", "geo"),
    Column("FACILITY_TYPE", "facility_type"),
    Column("OBS_VALUE", "obs_value"),
    Column("TIME_PERIOD", "time_period"),
    Column("GEO_OBJECT", "geo_object"),
)
DETAIL = (Column("DEPCOM", "depcom"), Column("TYPEQU", "typequ"), Column("AN", "an", optional=True))

LAYOUTS = (COUNTS_NEW, COUNTS_OLD, DETAIL)
"""Headers of the three layouts, the most demanding first."""

Item = tuple[str, str, float, int]
"""Commune, kind of facility, count, year."""


@dataclass(frozen=True, slots=True)
class Facilities:
    """Counts by role and commune of one vintage of the BPE.

    Attributes:
        year: year of the vintage (0 when the file does not say).
        counts: role (``gps``, ``nurses``, …) → commune → count.
        codes: role → code of the nomenclature that was read.
    """

    year: int
    counts: Mapping[str, Mapping[str, float]]
    codes: Mapping[str, str]


@cache
def _shipped_codes() -> Mapping[str, Any]:
    text = files("cpts_sim.territory").joinpath("data/facility_codes.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.safe_load(text)
    return content


def code_table(path: Path | None = None) -> Mapping[str, Any]:
    """Return role → list of {from, to, code}: the shipped table, or the user's edited copy.

    Raises:
        InputError: the file is missing or is not a mapping of roles.
    """
    if path is None:
        return _shipped_codes()
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "gps" not in content:
        raise InputError(say("territory.code_table", place=path.name))
    return content


def code_of(role: str, year: int, table: Mapping[str, Any]) -> str:
    """Return the code of a role in a vintage ("" when the table has none for that year)."""
    rows = table.get(role, [])
    return next((row["code"] for row in rows if row["from"] <= year <= row.get("to", 9999)), "")


def read_facilities(path: Path, table: Mapping[str, Any] | None = None) -> Facilities:
    """Return the counts by role and commune of a BPE file.

    Args:
        path: old counts (``DEPCOM;AN;TYPEQU;NB_EQUIP``), current counts (``DS_BPE``: communes and municipal
            arrondissements are kept, totals and other areas dropped) or detail (one row a facility).
        table: codes by vintage (default: the shipped table).

    Raises:
        InputError: unknown layout, or the file holds none of the codes that its year should have.
    """
    table = table or code_table()
    roles = {row["code"]: role for role, rows in table.items() for row in rows}
    by_code: dict[str, dict[str, float]] = {}
    year = 0
    for commune, kind, count, when in _items(path):
        year = max(year, when)
        if kind in roles:
            group = by_code.setdefault(kind, {})
            group[commune] = group.get(commune, 0.0) + count
    codes = {role: _code_in_file(path, role, year, table, by_code) for role in table}
    return Facilities(year, {role: by_code.get(code, {}) for role, code in codes.items()}, codes)


def _code_in_file(
    path: Path, role: str, year: int, table: Mapping[str, Any], by_code: Mapping[str, object]
) -> str:
    """Return the code of a role, checking that general practitioners of that vintage are really there."""
    code = (
        code_of(role, year, table)
        if year
        else next((r["code"] for r in table[role] if r["code"] in by_code), "")
    )
    if role == "gps" and code not in by_code:
        others = ", ".join(sorted(by_code)) or "∅"
        raise InputError(
            say("territory.bpe_codes", place=path.name, year=year, code=code or "?", value=others)
        )
    return code


def _items(path: Path) -> Iterator[Item]:
    if has_columns(path, COUNTS_NEW):
        yield from _current(path)
    elif has_columns(path, COUNTS_OLD):
        for commune, kind, count, year in read_table(path, COUNTS_OLD):
            yield normal_code(commune), kind, _count(count, path, commune), _year(year)
    else:
        for commune, kind, year in read_table(path, DETAIL):
            yield normal_code(commune), kind, 1.0, _year(year)


def _current(path: Path) -> Iterator[Item]:
    for place, kind, count, year, level in read_table(path, COUNTS_NEW):
        if level in ("COM", "ARM") and kind != "_T" and place not in ("75056", "69123", "13055"):
            yield normal_code(place), kind, _count(count, path, place), _year(year)


def _count(text: str, path: Path, commune: str) -> float:
    value = number_of(text, f"{path.name}, {commune}")
    return 0.0 if value != value else value


def _year(text: str) -> int:
    return int(text) if text.isdigit() else 0
