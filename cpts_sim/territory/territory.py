"""The territory handed to the model, and its file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.territory.geometry import Floats, Outline
from cpts_sim.words import say

FORMAT = 1
"""Version of the territory file."""

TEXT_COLUMNS = ("code", "name")
SUPPLY_COLUMNS = ("gps_heads", "gps", "gps_msp", "nurses", "pharmacies")
SITE_COLUMNS = ("emergency", "health_houses", "health_centres")
PLACE_COLUMNS = ("lon", "lat", "x_km", "y_km", "area_km2", "mountain")
FIGURE_COLUMNS = ("deprivation", "kept", "apl", "apl_published", "standard")
NUMBER_COLUMNS = ("population", *SUPPLY_COLUMNS, *SITE_COLUMNS, *PLACE_COLUMNS, *FIGURE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader of the territory must know, as a sentence of the catalogue and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, lang: str | None = None) -> str:
        """Return the remark in a language."""
        return say(self.key, lang, **self.values)


@dataclass(frozen=True, slots=True)
class Practices:
    """Layout of a theory territory: identical closed practices.

    Attributes:
        practices: how many.
        gps_per_practice: general practitioners in each.
        list_weights: relative list sizes inside a practice, one per GP.
        links: ``none``, ``chain`` (GP i may send to i + 1) or ``full`` (to any colleague of the practice).
    """

    practices: int
    gps_per_practice: int
    list_weights: tuple[float, ...]
    links: str = "none"


@dataclass(frozen=True, eq=False)
class Territory:
    """Where people and care are.

    Attributes:
        id: short name.
        title: name shown.
        source: ``archetype``, ``official``, ``table`` or ``practices``.
        communes: columns, one row a commune: those of the territory first, then the halo. ``code``, ``name``
            (text), ``halo`` (bool), ``population`` (inhabitants), ``gps_heads`` (as counted by the source),
            ``gps``, ``gps_msp``, ``nurses``, ``pharmacies`` (active, may be fractional), ``emergency``,
            ``health_houses``, ``health_centres`` (counts), ``lon``, ``lat`` (degrees), ``x_km``, ``y_km``,
            ``area_km2``, ``mountain`` (factor on travel time), ``deprivation`` (mean quintile of the
            inhabitants, 1 to 5, 3 nationally), ``kept`` (share of the care choices that stay among the
            communes listed), ``standard`` (inhabitants weighted by GP consumption at their age), ``apl``,
            ``apl_published`` (consultations a year and standardised inhabitant).
        age_sex: inhabitants by commune, sex (men, women) and age band, shape (n, 2, 19).
        hospitals: columns, one row an emergency department: ``name``, ``commune`` (row, −1 beyond the halo),
            ``outside`` (bool), ``x_km``, ``y_km``, ``catchment`` (inhabitants nearest), ``visits_per_day``.
        travel_min: minutes by car between communes, shape (n, n).
        hospital_min: minutes from each commune to each emergency department, shape (n, hospitals).
        outlines: for each commune rings in kilometres of the plane, or None.
        schematic: the outlines are not real boundaries.
        remarks: fallbacks and cautions.
        practices: layout of a theory territory, else None.
        official_cpts: the perimeter is that of a real CPTS.
        supply_year: year in which the professionals were counted.
    """

    id: str
    title: str
    source: str
    communes: Mapping[str, NDArray[Any]]
    age_sex: Floats
    hospitals: Mapping[str, NDArray[Any]]
    travel_min: Floats
    hospital_min: Floats
    outlines: tuple[Outline | None, ...] = ()
    schematic: bool = True
    remarks: tuple[Remark, ...] = ()
    practices: Practices | None = None
    official_cpts: bool = False
    supply_year: int = 2019

    @property
    def size(self) -> int:
        """Number of communes of the territory itself."""
        return int((~self.communes["halo"]).sum())

    @property
    def population(self) -> int:
        """Inhabitants of the territory itself."""
        return int(self.communes["population"][: self.size].sum())

    @property
    def cautions(self) -> tuple[Remark, ...]:
        """Remarks, after that on communes chosen by the user: nobody has said that they are those of a CPTS."""
        told = {remark.key for remark in self.remarks}
        chosen = self.source == "official" and not self.official_cpts and "territory.note_epci" not in told
        return (*((Remark("territory.note_communes"),) if chosen else ()), *self.remarks)

    @property
    def notes(self) -> list[str]:
        """Fallbacks and cautions, in the current language."""
        return [remark.say() for remark in self.cautions]

    def total(self, column: str) -> float:
        """Return the sum of a column over the territory itself."""
        return float(np.sum(self.communes[column][: self.size]))


def commune_columns(rows: int, **given: Any) -> dict[str, NDArray[Any]]:
    """Return the columns of ``rows`` communes, zeros (or neutral values) where nothing is given."""
    neutral = {"mountain": 1.0, "deprivation": 3.0, "kept": 1.0, "apl": np.nan, "apl_published": np.nan}
    columns: dict[str, NDArray[Any]] = {"halo": np.zeros(rows, dtype=bool)}
    for name in TEXT_COLUMNS:
        columns[name] = np.full(rows, "", dtype="U64")
    for name in NUMBER_COLUMNS:
        columns[name] = np.full(rows, neutral.get(name, 0.0), dtype=np.float64)
    columns["population"] = np.zeros(rows, dtype=np.int64)
    for name, values in given.items():
        columns[name] = np.array(values).astype(columns[name].dtype)
    return columns


def hospital_columns(**given: Any) -> dict[str, NDArray[Any]]:
    """Return the columns of the emergency departments; all empty when nothing is given."""
    forms: dict[str, Any] = {"name": "U64", "commune": np.int32, "outside": bool}
    names = ("name", "commune", "outside", "x_km", "y_km", "catchment", "visits_per_day")
    return {name: np.asarray(given.get(name, []), dtype=forms.get(name, np.float64)) for name in names}


def as_record(territory: Territory) -> dict[str, Any]:
    """Return a territory as plain numbers, lists and text, rounded, for JSON."""
    layout = territory.practices
    return {
        "format": FORMAT,
        "id": territory.id,
        "title": territory.title,
        "source": territory.source,
        "schematic": territory.schematic,
        "official_cpts": territory.official_cpts,
        "supply_year": territory.supply_year,
        "communes": {name: _plain(column, 5) for name, column in territory.communes.items()},
        "age_sex": _plain(territory.age_sex, 2),
        "hospitals": {name: _plain(column, 3) for name, column in territory.hospitals.items()},
        "travel_min": _plain(territory.travel_min, 1),
        "hospital_min": _plain(territory.hospital_min, 1),
        "outlines": [_round_rings(outline) for outline in territory.outlines],
        "remarks": [[remark.key, dict(remark.values)] for remark in territory.remarks],
        "practices": None
        if layout is None
        else [layout.practices, layout.gps_per_practice, list(layout.list_weights), layout.links],
    }


def _plain(column: NDArray[Any], decimals: int) -> Any:
    if column.dtype.kind != "f":
        return column.tolist()
    rounded = np.round(column, decimals) + 0.0
    if not np.isnan(rounded).any():
        return rounded.tolist()
    return [None if value != value else value for value in rounded.tolist()]


def _round_rings(outline: Outline | None) -> Any:
    return outline and [[[round(a, 3), round(b, 3)] for a, b in ring] for ring in outline]


def canonical(territory: Territory) -> bytes:
    """Return the canonical JSON bytes of a territory: sorted keys, shortest floats, UTF-8."""
    record = as_record(territory)
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(territory: Territory) -> str:
    """Return 32 hexadecimal digits that change when anything in the territory changes."""
    return blake2b(canonical(territory), digest_size=16).hexdigest()


def write_territory(territory: Territory, path: Path) -> Path:
    """Write a territory file (gzipped canonical JSON, no date inside); returns the path written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(canonical(territory), compresslevel=9, mtime=0))
    return path


def read_territory(path: Path) -> Territory:
    """Read a territory file.

    Raises:
        InputError: missing, damaged, or of another version.
    """
    if not path.is_file():
        raise InputError(say("territory.file_missing", place=str(path)))
    try:
        record = json.loads(gzip.decompress(path.read_bytes()))
        if record["format"] != FORMAT:
            raise InputError(
                say("territory.format", place=path.name, value=record["format"], expected=FORMAT)
            )
        return from_record(record)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise InputError(say("territory.file_broken", place=path.name)) from error


def from_record(record: Mapping[str, Any]) -> Territory:
    """Return the territory that :func:`as_record` described."""
    rows = len(record["communes"]["code"])
    layout = record["practices"]
    return Territory(
        id=record["id"],
        title=record["title"],
        source=record["source"],
        communes=commune_columns(rows, **{k: _unplain(v) for k, v in record["communes"].items()}),
        age_sex=np.array(record["age_sex"], dtype=np.float64),
        hospitals=hospital_columns(**{k: _unplain(v) for k, v in record["hospitals"].items()}),
        travel_min=np.array(record["travel_min"], dtype=np.float64).reshape(rows, rows),
        hospital_min=np.array(record["hospital_min"], dtype=np.float64).reshape(rows, -1),
        outlines=tuple(_tuples(outline) for outline in record["outlines"]),
        schematic=record["schematic"],
        remarks=tuple(Remark(key, values) for key, values in record["remarks"]),
        practices=layout and Practices(layout[0], layout[1], tuple(layout[2]), layout[3]),
        official_cpts=record["official_cpts"],
        supply_year=record["supply_year"],
    )


def _unplain(values: list[Any]) -> list[Any]:
    return [np.nan if value is None else value for value in values]


def _tuples(outline: Any) -> Outline | None:
    return outline and [[(a, b) for a, b in ring] for ring in outline]
