"""Build a real territory from official files: any list of communes or EPCI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.territory.ages import Floats, normalised
from cpts_sim.territory.apl import estimated_apl, standard_population
from cpts_sim.territory.assemble import Columns, assemble, hospitals_near, national_ages, rule_minutes
from cpts_sim.territory.attachment import decay
from cpts_sim.territory.france import France, age_structure, read_france
from cpts_sim.territory.geometry import Outline, local_plane
from cpts_sim.territory.readers.codes import WHOLE_CITIES, follow, normal_code
from cpts_sim.territory.readers.extras import read_outlines, read_travel
from cpts_sim.territory.readers.tabular import simplify
from cpts_sim.territory.territory import Remark, Territory, commune_columns
from cpts_sim.words import say

_AS_READ = (
    "lon", "lat", "area_km2", "population", "deprivation", "standard",
    "emergency", "health_houses", "health_centres",
)  # fmt: skip
"""Figures of France that pass unchanged into the columns of communes."""

_AROUND_KM = 60.0
"""Communes this far from the territory (km) can still change its accessibility: two trips of 20 minutes."""


@dataclass(frozen=True)
class BuildOptions:
    """Choices of :func:`build_territory`.

    Attributes:
        halo_minutes: neighbours within this many minutes are included (None: the parameter).
        mountain: factor on travel time, one number or one by commune code.
        facility_codes: the user's own table of BPE codes by vintage.
        partial: the files are deliberate extracts: national sums are not checked.
        official_cpts: the perimeter is that of a real CPTS.
        title: title shown (default: the name).
    """

    halo_minutes: float | None = None
    mountain: float | Mapping[str, float] = 1.0
    facility_codes: Path | None = None
    partial: bool = False
    official_cpts: bool = False
    title: str = ""


@dataclass
class _Local:
    """The surroundings of a territory: rows of France, the territory's first, then the rest by nearness."""

    rows: NDArray[np.int64]
    size: int
    columns: Columns
    ages: Floats
    origin: tuple[float, float]
    remarks: list[Remark]


def build_territory(
    name: str,
    communes: Sequence[str],
    folder: Path | str,
    options: BuildOptions | None = None,
    p: Parameters | None = None,
    france: France | None = None,
) -> Territory:
    """Build a territory from the official files of a folder.

    Args:
        name: short name; accents and spaces are allowed.
        communes: INSEE codes of communes or EPCI, present or former.
        folder: folder of downloaded files.
        options: choices.
        p: parameters (default: those of 2019).
        france: the folder already read, to build several territories.

    Returns:
        The territory, with its halo, hospitals, travel times, accessibility and remarks on every fallback.

    Raises:
        InputError: unknown code, missing or damaged file, wrong national sum.
    """
    options, p = options or BuildOptions(), p or load_parameters()
    france = france or read_france(Path(folder), p, options.partial, options.facility_codes)
    remarks = list(france.remarks)
    own = resolve_communes(communes, france, remarks)
    around = _surroundings(own, france, options, p)
    remarks += around.remarks
    travel, halo = _halo(around, options, p)
    _accessibility(around, france, travel, p)
    kept = np.concatenate([np.arange(around.size), halo])
    columns = {key: column[kept] for key, column in around.columns.items()}
    columns["halo"] = np.arange(len(kept)) >= around.size
    columns["kept"] = _kept_choices(around.columns["gps"], travel, kept, p)
    minutes = _own_times(columns, travel[np.ix_(kept, kept)], france, remarks)
    outlines = _outlines(columns, around, france)
    if outlines is None:
        remarks.append(Remark("territory.note_schematic"))
    hospitals = _hospitals(columns, around, france, p)
    remarks += _supply_remarks(columns, france, p)
    identity = {
        "id": _slug(name), "title": options.title or name,
        "source": "official", "supply_year": france.facilities_year, "official_cpts": options.official_cpts,
    }  # fmt: skip
    territory = assemble(identity, columns, around.ages[kept], hospitals, p, outlines, minutes, remarks)
    return _with_hospital_remark(territory)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", simplify(name)).strip("_") or "territory"


def resolve_communes(asked: Sequence[str], france: France, remarks: list[Remark]) -> list[int]:
    """Return the rows of the communes asked, without repeats, in the order of their codes.

    Raises:
        InputError: empty list, or a code that is neither a commune nor an EPCI (with the nearest one).
    """
    if not asked:
        raise InputError(say("territory.communes_none"))
    wanted: set[str] = set()
    merged: list[str] = []
    for raw in asked:
        for code in _expanded(normal_code(str(raw)), france, remarks):
            present = code if code in france.index else follow(code, france.passage)
            if present not in france.index:
                raise InputError(say("territory.commune_unknown", value=raw, hint=_hint(str(raw), france)))
            if present != code:
                merged.append(code)
            wanted.add(present)
    if merged:
        remarks.append(Remark("territory.note_merged", {"codes": ", ".join(sorted(merged))}))
    return [france.index[code] for code in sorted(wanted)]


def _expanded(code: str, france: France, remarks: list[Remark]) -> Sequence[str]:
    """Return the communes behind a code: itself, the members of an EPCI, the arrondissements of a city."""
    if code in france.epci:
        if Remark("territory.note_epci") not in remarks:
            remarks.append(Remark("territory.note_epci"))
        members = [inner for member in france.epci[code][1] for inner in _expanded(member, france, remarks)]
        return members
    if code in WHOLE_CITIES and code not in france.index:
        remarks.append(Remark("territory.note_city"))
        return WHOLE_CITIES[code]
    return [code]


def _hint(asked: str, france: France) -> str:
    """Return which commune was probably meant, by name or by code."""
    names = {simplify(name): code for code, name in zip(france.codes, france.names, strict=True)}
    if not any(letter.isdigit() for letter in asked):
        near = get_close_matches(simplify(asked), names, n=1, cutoff=0.75)
        code = names[near[0]] if near else ""
    else:
        pool = [
            code
            for code in (*france.codes, *france.epci)
            if len(code) == len(asked) and code[:2] == asked[:2]
        ]
        code = next(iter(get_close_matches(asked, pool, n=1, cutoff=0.6)), "")
    if not code:
        return ""
    name = france.epci[code][0] if code in france.epci else france.names[france.index[code]]
    return say("territory.commune_hint", code=code, name=name)


def _surroundings(own: Sequence[int], france: France, options: BuildOptions, p: Parameters) -> _Local:
    """Return the communes of the territory and all those within reach of its patients, on a local plane."""
    figures = france.figures
    lon, lat, people = figures["lon"], figures["lat"], figures["population"]
    lost = [france.codes[row] for row in own if np.isnan(lon[row])]
    if lost:
        raise InputError(say("territory.place_missing", place=france.files["places"][0].name, value=lost[0]))
    weight = people[own] + 1e-9
    origin = float(np.average(lon[own], weights=weight)), float(np.average(lat[own], weights=weight))
    x, y = local_plane(lon, lat, *origin)
    spatial: Any = import_module("scipy.spatial")
    located = np.flatnonzero(~np.isnan(x))
    near = spatial.cKDTree(np.column_stack([x[own], y[own]])).query(
        np.column_stack([x[located], y[located]])
    )[0]
    others = located[(near <= _AROUND_KM) & ~np.isin(located, own)]
    rows = np.concatenate([np.asarray(own), others]).astype(np.int64)
    columns = _columns(rows, x[rows], y[rows], france, options, p)
    counts, known = age_structure(france, rows.tolist(), p)
    ages = normalised(counts, columns["population"], national_ages(p))
    return _Local(rows, len(own), columns, ages, origin, _age_remarks(known[: len(own)]))


def _age_remarks(known: NDArray[np.int64]) -> list[Remark]:
    worst = int(known.min())
    return [] if worst == 2 else [Remark(f"territory.note_ages_{('national', 'department')[worst]}")]


def _columns(
    rows: NDArray[np.int64], x: Floats, y: Floats, france: France, options: BuildOptions, p: Parameters
) -> Columns:
    given = {name: france.figures[name][rows] for name in _AS_READ}
    codes = [france.codes[row] for row in rows]
    heads = france.figures["gps"][rows]
    given["gps_heads"], given["gps"] = heads, heads * p["territory.bpe_gp_share"]
    given["nurses"] = france.figures["nurses"][rows] * p["territory.bpe_nurse_share"]
    given["pharmacies"] = france.figures["pharmacies"][rows] * p["territory.bpe_pharmacy_share"]
    given["gps_msp"] = np.minimum(given["gps"], given["health_houses"] * p["territory.gps_per_health_house"])
    slow = options.mountain
    mountain = [slow.get(code, 1.0) if isinstance(slow, Mapping) else float(slow) for code in codes]
    names = [france.names[row] for row in rows]
    return commune_columns(
        len(rows), code=codes, name=names, x_km=x, y_km=y, mountain=mountain,
        apl_published=np.round(france.figures["apl"][rows], 4), **given,
    )  # fmt: skip


def _halo(around: _Local, options: BuildOptions, p: Parameters) -> tuple[Floats, NDArray[np.int64]]:
    """Return the travel times of the surroundings, and the neighbours within the halo by increasing time."""
    columns = around.columns
    travel = rule_minutes(columns, p)
    limit = p["territory.halo_minutes"] if options.halo_minutes is None else options.halo_minutes
    nearest = travel[: around.size].min(axis=0)
    inhabited = columns["population"] > 0
    halo = np.flatnonzero((nearest <= limit) & inhabited & (np.arange(len(nearest)) >= around.size))
    return travel, halo[np.argsort(nearest[halo], kind="stable")]


def _accessibility(around: _Local, france: France, travel: Floats, p: Parameters) -> None:
    """Write the computed APL of every commune around, with the published standardised populations if any."""
    columns = around.columns
    computed = standard_population(around.ages, p)
    columns["standard"] = np.round(np.where(columns["standard"] > 0, columns["standard"], computed), 2)
    columns["apl"] = np.round(estimated_apl(columns["standard"], columns["gps"], travel, p), 3)


def _kept_choices(gps: Floats, travel: Floats, kept: NDArray[np.int64], p: Parameters) -> Floats:
    """Return the share of each commune's choice of GPs that stays among the communes kept."""
    weights = decay(travel[kept], p["territory.mt_half_minutes"], p) * gps
    total = weights.sum(axis=1)
    inside = weights[:, kept].sum(axis=1)
    shares: Floats = np.divide(inside, total, out=np.ones(len(kept)), where=total > 0)
    return np.round(shares, 4)


def _own_times(columns: Columns, rule: Floats, france: France, remarks: list[Remark]) -> Floats:
    """Return travel times: the user's where given (the return trip where only it is), the rule elsewhere."""
    if not france.files.get("travel"):
        remarks.append(Remark("territory.note_travel_rule"))
        return rule
    times = read_travel(france.files["travel"][0])
    codes = [str(code) for code in columns["code"]]
    given = np.array([[times.get((a, b), times.get((b, a), np.nan)) for b in codes] for a in codes])
    known = ~np.isnan(given)
    remarks.append(Remark("territory.note_travel_user", {"share": round(float(known.mean()), 3)}))
    return np.where(known, given, rule)


def _outlines(columns: Columns, around: _Local, france: France) -> list[Outline | None] | None:
    """Return outlines on the local plane when a file covers the whole territory, else None."""
    for path in france.files.get("outlines", ()):
        rings = read_outlines(path)
        codes = [str(code) for code in columns["code"]]
        if all(code in rings for code in codes[: around.size]):
            return [_plane(rings[code], around.origin) if code in rings else None for code in codes]
    return None


def _plane(rings: Outline, origin: tuple[float, float]) -> Outline:
    out = []
    for ring in rings:
        points = np.asarray(ring)
        x, y = local_plane(points[:, 0], points[:, 1], *origin)
        out.append(list(zip(x.tolist(), y.tolist(), strict=True)))
    return out


def _hospitals(columns: Columns, around: _Local, france: France, p: Parameters) -> Columns:
    """Return the emergency departments that serve the territory, with those nearest to each in France."""
    figures = france.figures
    rows = np.flatnonzero((figures["emergency"] > 0) & ~np.isnan(figures["lon"]))
    x, y = local_plane(figures["lon"], figures["lat"], *around.origin)
    if not len(rows):
        return hospitals_near([], x[rows], y[rows], columns, figures["population"][rows], p)
    spatial: Any = import_module("scipy.spatial")
    located = np.flatnonzero(~np.isnan(x))
    nearest = spatial.cKDTree(np.column_stack([x[rows], y[rows]])).query(
        np.column_stack([x[located], y[located]])
    )[1]
    catchment = np.bincount(nearest, figures["population"][located], len(rows)).astype(np.float64)
    return hospitals_near([france.names[row] for row in rows], x[rows], y[rows], columns, catchment, p)


def _supply_remarks(columns: Columns, france: France, p: Parameters) -> list[Remark]:
    shares = {"gps": p["territory.bpe_gp_share"], "pharmacies": p["territory.bpe_pharmacy_share"]}
    remarks = [Remark("territory.note_supply", {"year": france.facilities_year, **shares})]
    own = ~columns["halo"] & ~np.isnan(columns["apl_published"])
    if own.any() and columns["standard"][own].sum() > 0:
        mean = {
            name: round(float(np.average(columns[name][own], weights=columns["standard"][own])), 3)
            for name in ("apl", "apl_published")
        }
        values = {"computed": mean["apl"], "published": mean["apl_published"], "year": france.apl_year}
        remarks.append(Remark("territory.note_apl_gap", values))
    return remarks


def _with_hospital_remark(territory: Territory) -> Territory:
    """Say where the nearest emergency department is when there is none inside."""
    from dataclasses import replace

    sites = territory.hospitals
    if not len(sites["name"]) or not sites["outside"].all():
        return territory
    people = territory.communes["population"][: territory.size]
    minutes = territory.hospital_min[: territory.size]
    means = (minutes * people[:, None]).sum(axis=0) / max(people.sum(), 1)
    best = int(means.argmin())
    values = {"minutes": round(float(means[best]), 1), "name": str(sites["name"][best])}
    return replace(territory, remarks=(*territory.remarks, Remark("territory.note_no_emergency", values)))
