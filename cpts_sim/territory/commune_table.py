"""A territory from a small table that the user writes: one row a commune."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.territory.assemble import Columns, assemble, hospitals_near, national_ages
from cpts_sim.territory.geometry import crow_km, local_plane
from cpts_sim.territory.readers.tabular import Column, number_of, read_table
from cpts_sim.territory.territory import Remark, Territory, commune_columns
from cpts_sim.words import say

_NUMBERS = {
    "population": "population|habitants", "x_km": "x_km", "y_km": "y_km", "lon": "lon|longitude",
    "lat": "lat|latitude", "area_km2": "area_km2|surface_km2", "gps": "gps|mg|medecins",
    "gps_msp": "gps_msp|mg_msp",
    "nurses": "nurses|infirmiers", "pharmacies": "pharmacies", "emergency": "emergency|urgences",
    "health_houses": "health_houses|msp", "deprivation": "deprivation", "mountain": "mountain|montagne",
    "halo": "halo|voisinage",
}  # fmt: skip
_NEEDED = ("population", "gps")
TABLE_COLUMNS = (
    Column("code", "code|code_insee|codgeo"),
    Column("name", "name|nom", optional=True),
    *(Column(key, pattern, optional=key not in _NEEDED) for key, pattern in _NUMBERS.items()),
)
_FEWEST_IN_MSP = 3
_SIGNED = ("x_km", "y_km", "lon", "lat")


def read_commune_table(path: Path, p: Parameters | None = None) -> Territory:
    """Return the territory described by a table ``code,name,population,x_km,y_km,gps,nurses,pharmacies,…``.

    Headers may be in French; ``lon,lat`` may replace ``x_km,y_km``; ``halo`` = 1 marks a neighbour commune;
    nurses and pharmacies not given are taken at the national average.

    Raises:
        InputError: missing or damaged file, missing column, bad or negative number, code written twice.
    """
    p = p or load_parameters()
    rows = [_row(path, number, row) for number, row in enumerate(read_table(path, TABLE_COLUMNS), start=2)]
    if not rows:
        raise InputError(
            say("territory.file_empty", place=path.name, expected="code,name,population,x_km,y_km,gps")
        )
    _refuse_doubles(path, rows)
    rows.sort(key=lambda row: row["halo"] == 1)
    communes = _columns(rows, p)
    remarks = [Remark("territory.note_table", {"place": path.name}), Remark("territory.note_schematic")]
    if not communes["halo"].any():
        remarks.append(Remark("territory.note_no_halo"))
    identity = {
        "id": path.stem,
        "title": path.stem.replace("_", " "),
        "source": "table",
        "supply_year": p.year,
    }
    ages = np.broadcast_to(national_ages(p), (len(rows), *national_ages(p).shape)).copy()
    return assemble(identity, communes, ages, _hospitals(communes, p), p, remarks=remarks)


def _row(path: Path, number: int, row: tuple[str, ...]) -> dict[str, Any]:
    place = f"{path.name}, {say('territory.line', number=number)}"
    out: dict[str, Any] = {"code": row[0].strip(), "name": row[1].strip() or row[0].strip()}
    for key, cell in zip(_NUMBERS, row[2:], strict=True):
        where = f"{place}, {key}"
        out[key] = number_of(cell, where, lowest=-1e6 if key in _SIGNED else 0.0)
        if key in _NEEDED and out[key] != out[key]:
            raise InputError(say("territory.not_a_number", place=where, value=cell))
    return out


def _refuse_doubles(path: Path, rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["code"] in seen:
            raise InputError(say("territory.table_double", place=path.name, value=row["code"]))
        seen.add(row["code"])


def _columns(rows: list[dict[str, Any]], p: Parameters) -> Columns:
    given: dict[str, Any] = {key: np.array([row[key] for row in rows]) for key in ("code", "name", *_NUMBERS)}
    people = given["population"]
    for name in ("nurses", "pharmacies"):
        average = people * (p.mapping("territory.national_supply")[name] / 1e5)
        given[name] = np.where(np.isnan(given[name]), average, given[name])
    given["x_km"], given["y_km"] = _positions(given)
    in_msp = np.where(given["gps"] >= _FEWEST_IN_MSP, given["gps"] * p["territory.gp_in_msp"], 0.0)
    given["gps_msp"] = np.where(np.isnan(given["gps_msp"]), in_msp, given["gps_msp"])
    neutral: Mapping[str, Any] = {"deprivation": 3.0, "mountain": p["territory.mountain_factor"]}
    for name in (
        "area_km2",
        "emergency",
        "health_houses",
        "deprivation",
        "mountain",
        "lon",
        "lat",
        "halo",
    ):
        given[name] = np.where(np.isnan(given[name]), neutral.get(name, 0.0), given[name])
    given["area_km2"] = np.where(
        given["area_km2"] > 0, given["area_km2"], people / p["territory.national_density"]
    )
    given["gps_heads"], given["halo"] = given["gps"], given["halo"] == 1
    return commune_columns(len(rows), **given)


def _positions(given: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return kilometres in the plane: as given, from degrees, else on a line 8 km apart."""
    x, y = given["x_km"], given["y_km"]
    if not np.isnan(given["lon"]).any() and np.isnan(x).any():
        return local_plane(given["lon"], given["lat"], float(given["lon"].mean()), float(given["lat"].mean()))
    line = 8.0 * np.arange(len(x))
    return np.where(np.isnan(x), line, x), np.where(np.isnan(y), 0.0, y)


def _hospitals(communes: Columns, p: Parameters) -> Columns:
    rows = np.flatnonzero(communes["emergency"] > 0)
    x, y = communes["x_km"][rows], communes["y_km"][rows]
    catchment = np.zeros(len(rows))
    if len(rows):
        nearest = crow_km(communes["x_km"], communes["y_km"], x, y).argmin(axis=1)
        catchment = np.bincount(nearest, communes["population"], len(rows)).astype(np.float64)
    return hospitals_near([str(communes["name"][k]) for k in rows], x, y, communes, catchment, p)
