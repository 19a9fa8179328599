"""Small optional files: incomes, perimeters, a matrix of travel times, outlines of communes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.codes import is_code, normal_code
from cpts_sim.territory.readers.communes import read_json
from cpts_sim.territory.readers.tabular import Column, number_of, read_table
from cpts_sim.words import say

INCOME_COLUMNS = (
    Column("code", "codgeo"),
    Column("income", r"med\d\d"),
    Column("people", r"nbpersmenfisc\d\d", True),
)
TRAVEL_COLUMNS = (
    Column("origine", "origine|origin|from"),
    Column("destination", "destination|to"),
    Column("minutes", "minutes|min"),
)
PERIMETER_COLUMNS = (
    Column("territoire", "territoire|cpts|territory"),
    Column("code_insee", "code_insee|codgeo|code"),
)

Ring = list[tuple[float, float]]


def read_incomes(path: Path) -> dict[str, float]:
    """Return commune → median standard of living (euros a year); communes under secrecy are left out."""
    values = {}
    for code, income, _ in read_table(path, INCOME_COLUMNS):
        value = number_of(income, f"{path.name}, {code}")
        if value == value:
            values[normal_code(code)] = value
    return values


def read_travel(path: Path) -> dict[tuple[str, str], float]:
    """Return (origin, destination) → minutes by road.

    Raises:
        InputError: a time is missing, negative or unreadable, or a code has not the form of a commune code.
    """
    times = {}
    for number, (origin, destination, minutes) in enumerate(read_table(path, TRAVEL_COLUMNS), start=2):
        place = f"{path.name}, {say('territory.line', number=number)}"
        pair = normal_code(origin), normal_code(destination)
        value = number_of(minutes, place)
        if value != value or not all(is_code(code) for code in pair):
            raise InputError(
                say("territory.travel_row", place=place, value=f"{origin}, {destination}, {minutes}")
            )
        times[pair] = value
    return times


def read_perimeters(path: Path) -> dict[str, list[str]]:
    """Return territory → commune or EPCI codes from a table ``territoire,code_insee``."""
    out: dict[str, list[str]] = {}
    for territory, code in read_table(path, PERIMETER_COLUMNS):
        out.setdefault(territory.strip(), []).append(normal_code(code))
    return out


def read_outlines(path: Path) -> dict[str, list[Ring]]:
    """Return commune → rings (longitude, latitude) from a GeoJSON of communes.

    The code is read in ``code``, ``INSEE_COM``, ``codgeo`` or ``code_insee`` of each feature; holes drop.

    Raises:
        InputError: not a FeatureCollection, or no feature carries a commune code.
    """
    content = read_json(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise InputError(say("territory.geojson", place=path.name))
    rings = {code: list(_rings(item["geometry"])) for item in features if (code := _feature_code(item))}
    if not rings:
        raise InputError(say("territory.geojson", place=path.name))
    return rings


def _feature_code(feature: Mapping[str, Any]) -> str:
    properties = {str(key).casefold(): value for key, value in (feature.get("properties") or {}).items()}
    names = ("code", "insee_com", "codgeo", "code_insee")
    code = next((normal_code(str(properties[name])) for name in names if name in properties), "")
    return code if is_code(code) and feature.get("geometry") else ""


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield [(float(point[0]), float(point[1])) for point in polygon[0]]
