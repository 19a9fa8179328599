"""The folder of downloaded official files: what each file is, found by its content, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpts_sim.errors import InputError
from cpts_sim.territory.readers import age_files, apl_file, codes, communes, extras, facilities
from cpts_sim.territory.readers.tabular import (
    TEXT_SUFFIXES,
    Column,
    find_header,
    head_of,
    members,
    parquet_names,
    read_table,
)
from cpts_sim.words import say

Layout = tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of official file.

    Attributes:
        name: short name; its title is the sentence ``territory.kind_<name>``.
        needed: nothing can be built without it.
        example: name under which it is downloaded.
        url: page of the producer.
        layouts: headers by which a table of this kind is known.
        marks: texts that all occur at the start of a JSON file of this kind.
    """

    name: str
    needed: bool
    example: str
    url: str
    layouts: Sequence[Layout] = ()
    marks: Sequence[str] = ()

    @property
    def title(self) -> str:
        """Title in the current language."""
        return say(f"territory.kind_{self.name}")


_INSEE = "https://www.insee.fr/fr/recherche?q="
_ETALAB = "https://github.com/datagouv/decoupage-administratif"
_DREES = "https://data.drees.solidarites-sante.gouv.fr"
_LIST = (
    Kind("epci", False, "epci.json", _ETALAB, marks=('"membres"',)),
    Kind("communes", True, "communes.json", _ETALAB, marks=('"codesPostaux"', '"departement"', '"type"')),
    Kind("outlines", False, "communes.geojson", "https://geoservices.ign.fr", marks=('"FeatureCollection"',)),
    Kind("perimeters", False, "perimetres.csv", "ARS, URPS", (extras.PERIMETER_COLUMNS,)),
    Kind("places", True, "communes_points_surface.csv", "https://geo.api.gouv.fr", (communes.POINT_COLUMNS,)),
    Kind("facilities", True, "DS_BPE_CSV_FR.zip", _INSEE + "BPE", facilities.LAYOUTS),
    Kind("passage", False, "table_passage_annuelle.csv", _INSEE + "table+de+passage", codes.PASSAGE_LAYOUTS),
    Kind(
        "ages",
        False,
        "base-ic-evol-struct-pop-2022_csv.zip",
        _INSEE + "base-ic-evol-struct-pop",
        age_files.LAYOUTS,
    ),
    Kind("department_ages", False, "estim-pop-dep-sexe-gca-1975-2020.xls", _INSEE + "estim-pop-dep-sexe-gca"),
    Kind(
        "population", False, "ensemble.zip", _INSEE + "populations+de+référence", communes.POPULATION_LAYOUTS
    ),
    Kind("apl", False, "APL aux médecins généralistes.xlsx", _DREES, (apl_file.CSV_COLUMNS,)),
    Kind("incomes", False, "FILO_REV_COM.csv", _INSEE + "Filosofi", (extras.INCOME_COLUMNS,)),
    Kind("travel", False, "temps.csv", "METRIC, OSRM, r5", (extras.TRAVEL_COLUMNS,)),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _LIST}
"""Kinds of file, in the order in which a file is tried against them."""


def kind_of(path: Path) -> str:
    """Return the name of the kind of a file, "" when it is none of those known."""
    name = path.name.lower()
    if name.endswith((".json", ".json.gz", ".geojson", ".geojson.gz")):
        return _json_kind(path)
    if name.endswith(".xlsx"):
        return "apl" if apl_file.is_apl_workbook(path) else ""
    if name.endswith(".xls"):
        return "department_ages"
    if name.endswith(".parquet"):
        return _header_kind([";".join(parquet_names(path))])
    plain = name.removesuffix(".gz")
    if plain.endswith((*TEXT_SUFFIXES, ".zip")):
        found = (_header_kind(head_of(path, member)) for member in members(path))
        return next((kind for kind in found if kind), "")
    return ""


def _json_kind(path: Path) -> str:
    start = "\n".join(head_of(path, lines=40))[:20000]
    fits = (kind.name for kind in KINDS.values() if kind.marks and all(mark in start for mark in kind.marks))
    return next(fits, "")


def _header_kind(lines: Sequence[str]) -> str:
    for kind in KINDS.values():
        if any(find_header(lines, layout) is not None for layout in kind.layouts):
            return kind.name
    return ""


def scan_folder(folder: Path) -> dict[str, list[Path]]:
    """Return kind → files of that kind in a folder and those below it, the best of each kind first.

    Best: for facilities and APL the latest year, for everything else the largest file.

    Raises:
        InputError: no such folder, or a file in it is damaged.
    """
    if not folder.is_dir():
        raise InputError(say("territory.folder_missing", place=str(folder)))
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (kind := kind_of(path)):
            found.setdefault(kind, []).append(path)
    return {
        kind: sorted(paths, key=lambda path: _rank(kind, path), reverse=True) for kind, paths in found.items()
    }


def _rank(kind: str, path: Path) -> tuple[int, int, str]:
    year = _first_year(path) if kind == "facilities" else 0
    if kind == "apl" and path.suffix.lower() == ".xlsx":
        year = 9999  # a workbook as downloaded is more recent than any table made from one
    return year, path.stat().st_size, path.name


def _first_year(path: Path) -> int:
    """Return the year written in the first row of a facilities file, 0 when there is none."""
    columns = (Column("year", "an|time_period", optional=True), Column("kind", "typequ|facility_type"))
    year, _ = next(read_table(path, columns), ("", ""))
    return int(year) if year.isdigit() else 0


def needed_file(found: Mapping[str, Sequence[Path]], kind: str, folder: Path) -> Path:
    """Return the best file of a kind.

    Raises:
        InputError: there is none; the sentence says what to download and where.
    """
    if not found.get(kind):
        want = KINDS[kind]
        raise InputError(
            say(
                "territory.file_needed",
                place=str(folder),
                kind=want.title,
                example=want.example,
                url=want.url,
            )
        )
    return found[kind][0]


def missing_files(found: Mapping[str, Sequence[Path]]) -> list[Kind]:
    """Return the kinds of file that a folder lacks, the indispensable first."""
    return sorted(
        (kind for kind in KINDS.values() if not found.get(kind.name)), key=lambda kind: not kind.needed
    )
