"""Communes and EPCI (Etalab's JSON), points and areas, municipal populations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.codes import WHOLE_CITIES, commune_code, is_code, normal_code
from cpts_sim.territory.readers.tabular import (
    Column,
    find_header,
    has_columns,
    head_of,
    number_of,
    open_text,
    read_table,
)
from cpts_sim.words import say

POINT_COLUMNS = (
    Column("code", "code|code_insee|codgeo|insee_com"),
    Column("lon", "lon_mairie|lon|longitude"),
    Column("lat", "lat_mairie|lat|latitude"),
    Column("area", "surface_km2|superficie_km2|area_km2"),
    Column("lon2", "lon_centroide", optional=True),
    Column("lat2", "lat_centroide", optional=True),
)
CENSUS_COLUMNS = (
    Column("department", "coddep"),
    Column("commune", "codcom"),
    Column("population", "pmun"),
    Column("name", "com", optional=True),
)
WIDE_COLUMNS = (Column("codgeo", "codgeo"), Column("population", r"p\d\d_pop"))
POPULATION_LAYOUTS = (CENSUS_COLUMNS, WIDE_COLUMNS)
_WIDE_YEAR = re.compile(r"p(\d\d)_pop")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune of the official list: code, name, department and municipal population (-1: not given)."""

    code: str
    name: str
    department: str
    population: int


@dataclass(frozen=True, slots=True)
class Place:
    """Town hall (else centroid) in degrees, and area in km²."""

    lon: float
    lat: float
    area_km2: float


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, gzipped or not.

    Raises:
        InputError: missing, cut short, or not JSON.
    """
    try:
        with open_text(path) as stream:
            return json.load(stream)
    except json.JSONDecodeError as error:
        place = f"{path.name}, {say('territory.line', number=error.lineno)}"
        raise InputError(say("territory.file_broken", place=place)) from error


def read_communes(path: Path) -> dict[str, Commune]:
    """Return the communes in force, with arrondissements in place of Paris, Lyon and Marseille.

    Args:
        path: Etalab's ``communes.json`` (decoupage-administratif), gzipped or not. Delegated and associated
            communes and the uninhabited overseas collectivities are left out.
    """
    wanted = ("commune-actuelle", "arrondissement-municipal")
    rows = [item for item in read_json(path) if item.get("type") in wanted and item.get("zone") != "com"]
    return {item["code"]: _commune(item) for item in rows if item["code"] not in WHOLE_CITIES}


def _commune(item: Mapping[str, Any]) -> Commune:
    people = int(item.get("population", -1))
    return Commune(item["code"], item["nom"], item.get("departement", ""), people)


def read_epci(path: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return EPCI code → (name, commune codes) from Etalab's ``epci.json``."""
    return {
        item["code"]: (item["nom"], tuple(member["code"] for member in item["membres"]))
        for item in read_json(path)
    }


def read_places(path: Path) -> dict[str, Place]:
    """Return commune → place from a table of points and areas; rows without any point are left out."""
    places: dict[str, Place] = {}
    for code, lon, lat, area, lon2, lat2 in read_table(path, POINT_COLUMNS):
        x, y = (lon, lat) if lon.strip() and lat.strip() else (lon2, lat2)
        if x.strip() and y.strip():
            where = f"{path.name}, {code}"
            surface = number_of(area, where)
            places[normal_code(code)] = Place(number_of(x, where, -180), number_of(y, where, -90), surface)
    return places


def read_populations(path: Path) -> tuple[int, dict[str, float]]:
    """Return (year, commune → municipal population) from INSEE's files.

    Two layouts: ``donnees_communes.csv`` inside ``ensemble.zip`` (the year, not written in it, is 0), and the
    wide table with one column ``pAA_pop`` a year, of which the latest is taken.
    """
    if has_columns(path, CENSUS_COLUMNS):
        return 0, _census(path)
    return _wide(path)


def _census(path: Path) -> dict[str, float]:
    out: dict[str, float] = {}
    for department, commune, population, _ in read_table(path, CENSUS_COLUMNS):
        code = commune_code(department, commune)
        out[code] = _people(population, f"{path.name}, {code}")
    return out


def _people(text: str, place: str) -> float:
    value = number_of(text, place)
    return 0.0 if value != value else value


def _latest_year(path: Path) -> int | None:
    header = find_header(head_of(path), WIDE_COLUMNS)
    if header is None:
        return None
    line = head_of(path)[header[0]].casefold()
    return max(int(year) for year in _WIDE_YEAR.findall(line))


def _wide_columns(year: int) -> tuple[Column, ...]:
    return Column("codgeo", "codgeo"), Column("population", f"p{year:02d}_pop")


def _wide(path: Path) -> tuple[int, dict[str, float]]:
    year = _latest_year(path) or 0
    rows = [(normal_code(code), count) for code, count in read_table(path, _wide_columns(year))]
    return 2000 + year, {
        code: _people(count, f"{path.name}, {code}") for code, count in rows if is_code(code)
    }
