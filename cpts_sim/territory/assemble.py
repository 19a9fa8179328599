"""From columns of communes to a whole territory: travel, hospitals, accessibility, outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import Floats, normalised
from cpts_sim.territory.apl import estimated_apl, standard_population
from cpts_sim.territory.geometry import (
    Outline,
    cells,
    crow_km,
    inner_km,
    road_minutes,
    travel_minutes,
    urban_slowing,
)
from cpts_sim.territory.territory import Remark, Territory, hospital_columns

Columns = dict[str, NDArray[Any]]


def national_ages(p: Parameters) -> Floats:
    """Return the national counts by sex (men, women) and age band, shape (2, 19)."""
    table = p.table("territory.national_age_sex")
    return np.stack([table["men"], table["women"]])


def assemble(
    identity: Mapping[str, Any],
    communes: Columns,
    age_sex: Floats,
    hospitals: Columns,
    p: Parameters,
    outlines: Sequence[Outline | None] | None = None,
    travel_min: Floats | None = None,
    remarks: Sequence[Remark] = (),
) -> Territory:
    """Return a territory, with what was not given derived by rule.

    Args:
        identity: ``id``, ``title``, ``source``, ``supply_year`` and, where it is one, ``official_cpts``.
        communes: columns of :func:`~cpts_sim.territory.territory.commune_columns`.
        age_sex: counts or shares, shape (n, 2, 19); brought to the populations.
        hospitals: columns of :func:`~cpts_sim.territory.territory.hospital_columns`.
        p: parameters.
        outlines: rings by commune; schematic cells when None.
        travel_min: minutes between communes; the crow-fly rule when None.
        remarks: what the reader must know.
    """
    x, y = communes["x_km"], communes["y_km"]
    minutes = rule_minutes(communes, p) if travel_min is None else travel_min
    ages = normalised(age_sex, communes["population"], national_ages(p))
    territory = Territory(
        communes=communes,
        age_sex=ages,
        hospitals=hospitals,
        travel_min=minutes,
        hospital_min=hospital_minutes(communes, hospitals, p),
        outlines=tuple(cells(x, y)) if outlines is None else tuple(outlines),
        schematic=outlines is None,
        remarks=tuple(remarks),
        **identity,
    )
    return with_apl(territory, p)


def rule_minutes(communes: Columns, p: Parameters) -> Floats:
    """Return travel times without a road matrix: crow-fly rule, slowed by mountains and by dense towns."""
    x, y, area = communes["x_km"], communes["y_km"], communes["area_km2"]
    near = crow_km(x, y) <= p["territory.urban_radius_km"]
    density = (near * communes["population"]).sum(axis=1) / np.maximum((near * area).sum(axis=1), 0.01)
    return travel_minutes(x, y, area, communes["mountain"] * urban_slowing(density, p), p)


def hospital_minutes(communes: Columns, hospitals: Columns, p: Parameters) -> Floats:
    """Return minutes from each commune to each emergency department, shape (n, hospitals)."""
    km = crow_km(communes["x_km"], communes["y_km"], hospitals["x_km"], hospitals["y_km"])
    own = hospitals["commune"][None, :] == np.arange(len(km))[:, None]
    km = np.maximum(km, np.where(own, inner_km(communes["area_km2"], p)[:, None], 0.0))
    minutes: Floats = np.round(road_minutes(km, p) * communes["mountain"][:, None], 1)
    return minutes


def with_apl(territory: Territory, p: Parameters) -> Territory:
    """Return the territory with standardised population and APL computed where no wider map gave them."""
    columns = dict(territory.communes)
    unweighted, missing = columns["standard"] <= 0, np.isnan(columns["apl"])
    needs = standard_population(territory.age_sex, p)
    columns["standard"] = np.where(unweighted, np.round(needs, 2), columns["standard"])
    if missing.any():
        computed = estimated_apl(columns["standard"], columns["gps"], territory.travel_min, p)
        columns["apl"] = np.where(missing, np.round(computed, 3), columns["apl"])
    return replace(territory, communes=columns)


def hospitals_near(
    names: Sequence[str], x: Floats, y: Floats, communes: Columns, catchment: Floats, p: Parameters
) -> Columns:
    """Return the emergency departments of a territory: those inside and those nearest to one of its communes.

    Args:
        names: name of each candidate.
        x: kilometres east.
        y: kilometres north.
        communes: columns of the communes, the territory's first.
        catchment: inhabitants nearest to each candidate.
        p: parameters (visits a year and inhabitant).
    """
    own = ~communes["halo"]
    km = crow_km(communes["x_km"], communes["y_km"], x, y)
    place = (
        np.where(km.min(axis=0) < 1.0, km.argmin(axis=0), -1) if len(names) else np.zeros(0, dtype=np.int64)
    )
    inside = (place >= 0) & own[place]
    kept = inside.copy()
    if len(names) and own.any():
        kept[np.unique(km[own].argmin(axis=1))] = True
    rows = np.flatnonzero(kept)
    visits = catchment[rows] * p["territory.ed_visits"] / 365.0
    return hospital_columns(
        name=[names[int(k)] for k in rows],
        commune=place[rows],
        outside=~inside[rows],
        x_km=x[rows],
        y_km=y[rows],
        catchment=catchment[rows],
        visits_per_day=np.round(visits, 3),
    )
