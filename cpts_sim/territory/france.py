"""France by commune: the official files of a folder brought together on one geography."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import Floats, to_bands
from cpts_sim.territory.assemble import national_ages
from cpts_sim.territory.official import needed_file, scan_folder
from cpts_sim.territory.readers.age_files import AgeTable, has_xls_reader, read_ages
from cpts_sim.territory.readers.apl_file import PublishedApl, read_apl
from cpts_sim.territory.readers.codes import carry, department_of, follow, read_passage
from cpts_sim.territory.readers.communes import read_communes, read_epci, read_places, read_populations
from cpts_sim.territory.readers.extras import read_incomes
from cpts_sim.territory.readers.facilities import code_table, read_facilities
from cpts_sim.territory.territory import Remark
from cpts_sim.words import say

_ROLES = ("gps", "nurses", "pharmacies", "emergency", "health_houses", "health_centres")
_UNLOCATED = np.nan


@dataclass(frozen=True)
class France:
    """Every commune of the official list, with what the files say of it.

    Attributes:
        codes: commune codes, sorted.
        names: their names.
        index: code → row.
        figures: columns of shape (n,): ``population``, ``lon``, ``lat``, ``area_km2``, counts of facilities
            by role (as written in the BPE), ``deprivation`` (mean quintile), ``apl`` and ``standard``
            (published; nan and 0 where not).
        ages: age structures, the best first: by commune, then by department.
        passage: former code → present code.
        epci: EPCI code → (name, commune codes).
        facilities_year: vintage of the BPE.
        apl_year: year of the published APL (0: none).
        files: kind → files found.
        remarks: fallbacks.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    figures: Mapping[str, Floats]
    ages: tuple[AgeTable, ...]
    passage: Mapping[str, str]
    epci: Mapping[str, tuple[str, tuple[str, ...]]]
    facilities_year: int
    apl_year: int
    files: Mapping[str, Sequence[Path]]
    remarks: tuple[Remark, ...] = ()

    @property
    def departments(self) -> NDArray[Any]:
        """Department of each commune."""
        return np.array([department_of(code) for code in self.codes])


@dataclass
class _Reading:
    """What is being gathered: the list of communes, the way to it from former codes, remarks."""

    index: dict[str, int]
    passage: dict[str, str]
    remarks: list[Remark] = field(default_factory=list)

    def column(self, values: Mapping[str, float], place: str, empty: float = 0.0) -> Floats:
        """Spread commune → value over the list, after mergers; codes that are lost are remarked."""
        out = np.full(len(self.index), empty)
        carried = carry(values, self.passage)
        lost = [code for code in carried if code not in self.index]
        for code, value in carried.items():
            if code in self.index:
                out[self.index[code]] = value
        if lost:
            self.remarks.append(Remark("territory.note_lost", {"count": len(lost), "place": place}))
        return out


def read_france(
    folder: Path, p: Parameters, partial: bool = False, facility_codes: Path | None = None
) -> France:
    """Read the official files of a folder and check their national sums.

    Args:
        folder: downloaded files, at any depth, under any name.
        p: parameters (accepted national sums).
        partial: the files are deliberate extracts: sums are not checked.
        facility_codes: the user's own table of BPE codes by vintage.

    Raises:
        InputError: an indispensable file is missing, a file is damaged, or a sum is wrong.
    """
    found = scan_folder(folder)
    listed = read_communes(needed_file(found, "communes", folder))
    codes = sorted(listed)
    passage = read_passage(found["passage"][0]) if found.get("passage") else {}
    reading = _Reading({code: row for row, code in enumerate(codes)}, passage)
    if not passage:
        reading.remarks.append(Remark("territory.note_no_passage"))
    figures = _places(reading, needed_file(found, "places", folder))
    people = {code: float(commune.population) for code, commune in listed.items()}
    figures["population"] = _population(reading, found, people)
    facilities = read_facilities(needed_file(found, "facilities", folder), code_table(facility_codes))
    for role in _ROLES:
        figures[role] = reading.column(facilities.counts.get(role, {}), found["facilities"][0].name)
    published = _apl(reading, found, figures)
    figures["deprivation"] = _deprivation(reading, found, figures["population"])
    if not partial:
        _check_sums(figures, found, p)
    return France(
        codes=tuple(codes), names=tuple(listed[code].name for code in codes), index=reading.index,
        figures=figures, ages=_ages(reading, found), passage=passage,
        epci=read_epci(found["epci"][0]) if found.get("epci") else {}, facilities_year=facilities.year,
        apl_year=published.year if published else 0, files=found,
        remarks=tuple(reading.remarks),
    )  # fmt: skip


def _places(reading: _Reading, path: Path) -> dict[str, Floats]:
    places = read_places(path)
    columns = {name: np.full(len(reading.index), _UNLOCATED) for name in ("lon", "lat", "area_km2")}
    for code, place in places.items():
        row = reading.index.get(follow(code, reading.passage) if code not in reading.index else code)
        if row is not None:
            columns["lon"][row], columns["lat"][row], columns["area_km2"][row] = (
                place.lon,
                place.lat,
                place.area_km2,
            )
    columns["area_km2"] = np.nan_to_num(columns["area_km2"])
    return columns


def _population(
    reading: _Reading, found: Mapping[str, Sequence[Path]], listed: Mapping[str, float]
) -> Floats:
    """Return the populations of the list of communes, else those of INSEE's own file."""
    if any(count >= 0 for count in listed.values()) or not found.get("population"):
        return reading.column({code: max(count, 0.0) for code, count in listed.items()}, "communes")
    path = found["population"][0]
    return reading.column(read_populations(path)[1], path.name)


def _apl(
    reading: _Reading, found: Mapping[str, Sequence[Path]], figures: dict[str, Floats]
) -> PublishedApl | None:
    figures["apl"], figures["standard"] = np.full(len(reading.index), np.nan), np.zeros(len(reading.index))
    if not found.get("apl"):
        reading.remarks.append(Remark("territory.note_no_apl"))
        return None
    path = found["apl"][0]
    published = read_apl(path)
    weights = published.standard or dict.fromkeys(published.all_ages, 1.0)
    weighted = {code: value * weights.get(code, 0.0) for code, value in published.all_ages.items()}
    total = reading.column({code: weights.get(code, 0.0) for code in published.all_ages}, path.name)
    above = reading.column(weighted, path.name)
    figures["apl"] = np.divide(above, total, out=np.full(len(total), np.nan), where=total > 0)
    if published.standard:
        figures["standard"] = total
    return published


def _deprivation(reading: _Reading, found: Mapping[str, Sequence[Path]], population: Floats) -> Floats:
    """Return the mean quintile of deprivation (2 richest commune, 4 poorest) from median incomes.

    Communes under statistical secrecy take the mean of their department.
    """
    if not found.get("incomes"):
        reading.remarks.append(Remark("territory.note_income"))
        return np.full(len(population), 3.0)
    incomes = np.full(len(population), np.nan)
    for code, value in read_incomes(found["incomes"][0]).items():
        row = reading.index.get(follow(code, reading.passage))
        if row is not None:
            incomes[row] = value
    order = np.argsort(-incomes, kind="stable")  # nan last
    weight = np.where(np.isnan(incomes), 0.0, population)[order]
    rank = np.empty(len(population))
    rank[order] = (np.cumsum(weight) - weight / 2.0) / max(weight.sum(), 1.0)
    quintile = np.where(np.isnan(incomes), np.nan, 2.0 + 2.0 * rank)
    return np.round(_filled(quintile, population, [department_of(code) for code in reading.index]), 3)


def _filled(values: Floats, weights: Floats, groups: Iterable[str]) -> Floats:
    """Replace nan by the weighted mean of the group, else by 3."""
    names, group = np.unique(np.array(list(groups)), return_inverse=True)
    known = ~np.isnan(values)
    top = np.bincount(group[known], values[known] * weights[known], len(names))
    bottom = np.bincount(group[known], weights[known], len(names))
    mean = np.divide(top, bottom, out=np.full(len(names), 3.0), where=bottom > 0)
    return np.where(known, values, mean[group])


def _check_sums(figures: Mapping[str, Floats], found: Mapping[str, Sequence[Path]], p: Parameters) -> None:
    origin = {"population": "communes", "gps": "facilities", "pharmacies": "facilities"}
    for name, (low, high) in p.table("territory.national_sums").items():
        total = float(figures[name].sum())
        if not low <= total <= high:
            place, what = found[origin[name]][0].name, say(f"territory.sum_{name}")
            raise InputError(
                say("territory.sum_wrong", place=place, value=total, what=what, low=low, high=high)
            )


def _ages(reading: _Reading, found: Mapping[str, Sequence[Path]]) -> tuple[AgeTable, ...]:
    """Return the age structures found, by commune (the widest cover first) then by department."""
    tables = [read_ages(path) for path in found.get("ages", ())]
    merged = [replace(table, counts=_merged(table.counts, reading.passage)) for table in tables]
    merged.sort(key=lambda table: -len(table.counts))
    if found.get("department_ages") and has_xls_reader():
        merged.append(read_ages(found["department_ages"][0]))
    return tuple(merged)


def age_structure(france: France, rows: Sequence[int], p: Parameters) -> tuple[Floats, NDArray[np.int64]]:
    """Return counts by sex and age band for some communes and where they come from.

    Args:
        france: the country.
        rows: rows of the communes.
        p: parameters (national profile inside wide bands).

    Returns:
        Counts of shape (len(rows), 2, 19), zeros where no file knows the commune; and for each commune 2 (its
        own figures), 1 (those of its department) or 0 (none).
    """
    national = national_ages(p)
    out, origin = np.zeros((len(rows), *national.shape)), np.zeros(len(rows), dtype=np.int64)
    for table in france.ages:
        codes = [france.codes[row] for row in rows]
        keys = [department_of(code) for code in codes] if table.by_department else codes
        empty = np.zeros((2, len(table.edges) - 1))
        counts = to_bands(table.edges, np.array([table.counts.get(key, empty) for key in keys]), national)
        new = (origin == 0) & (counts.sum(axis=(1, 2)) > 0)
        out[new], origin[new] = counts[new], 1 if table.by_department else 2
    return out, origin


def _merged(counts: Mapping[str, Floats], passage: Mapping[str, str]) -> Mapping[str, Floats]:
    """Return an age table with the communes that merged added to their present commune."""
    merged: dict[str, Floats] = {}
    for code, table in counts.items():
        target = follow(code, passage)
        merged[target] = merged[target] + table if target in merged else table
    return merged
