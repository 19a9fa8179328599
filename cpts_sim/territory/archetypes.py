"""The shipped archetypes: invented communes with the proportions of published aggregates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.territory.ages import OLDEST, Floats, to_bands
from cpts_sim.territory.assemble import Columns, assemble, hospitals_near, national_ages
from cpts_sim.territory.territory import Remark, Territory, commune_columns
from cpts_sim.words import current_language, did_you_mean, say

ARCHETYPES = (
    "reference",
    "rural_underdense",
    "mixed_small_town",
    "periurban",
    "urban_dense",
    "mountain_tourists",
)
"""Names of the shipped archetypes."""

_SCALED = ("population", "gps_heads", "gps", "gps_msp", "nurses", "pharmacies")


@cache
def archetype_record(name: str) -> Mapping[str, Any]:
    """Return the figures of an archetype as they stand in its file.

    Raises:
        InputError: no archetype of that name.
    """
    if name not in ARCHETYPES:
        known, hint = ", ".join(ARCHETYPES), did_you_mean(name, ARCHETYPES)
        raise InputError(say("territory.archetype_unknown", value=name, hint=hint, expected=known))
    text = files("cpts_sim.territory").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    record: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return record


def archetype_title(name: str, lang: str | None = None) -> str:
    """Return the title of an archetype in a language."""
    return str(archetype_record(name)["title"][lang or current_language()])


def load_archetype(name: str, population: int | None = None, p: Parameters | None = None) -> Territory:
    """Return a shipped territory.

    Args:
        name: one of :data:`ARCHETYPES`.
        population: inhabitants wanted (default: as is); professionals and surroundings are scaled with them.
        p: parameters (default: those of 2019).

    Raises:
        InputError: unknown name, or a population below 1.
    """
    p = p or load_parameters()
    record = archetype_record(name)
    communes = _columns(record)
    before = int(communes["population"][~communes["halo"]].sum())
    remarks = [Remark("territory.note_archetype"), Remark("territory.note_schematic")]
    scale = 1.0
    if population is not None and population != before:
        scale = _scale(communes, before, population)
        remarks.append(Remark("territory.note_rescaled", {"before": before, "after": population}))
    identity = {"id": name, "title": archetype_title(name), "source": "archetype"}
    identity["supply_year"] = record["supply_year"]
    hospitals = _hospitals(record, communes, scale, p)
    return assemble(
        identity, communes, _ages(record, len(communes["code"]), p), hospitals, p, remarks=remarks
    )


def _columns(record: Mapping[str, Any]) -> Columns:
    rows = [*record["communes"], *record["halo"]]
    given = dict(zip(record["columns"], zip(*rows, strict=True), strict=True))
    given["gps_heads"] = given["gps"]
    halo = np.arange(len(rows)) >= len(record["communes"])
    return commune_columns(len(rows), halo=halo, **given)


def _scale(communes: Columns, before: int, wanted: int) -> float:
    """Scale people and supply in place so that the territory has exactly the wanted population."""
    if wanted < 1:
        raise InputError(say("territory.population_wrong", value=wanted))
    scale = wanted / before
    for name in _SCALED:
        values = communes[name] * scale
        communes[name] = whole(values, communes["halo"]) if name == "population" else np.round(values, 6)
    return scale


def whole(values: Floats, groups: Columns | Floats) -> Any:
    """Return whole numbers near the values, with the rounded total of each group kept (largest remainders).

    Args:
        values: shape (n,), not negative.
        groups: group of each value, shape (n,).
    """
    values = np.asarray(values, dtype=np.float64)
    down = np.floor(values + 1e-9)
    groups = np.asarray(groups)
    for group in (False, True) if groups.dtype == bool else sorted(set(groups.tolist())):
        rows = np.flatnonzero(groups == group)
        missing = int(np.rint(values[rows].sum() - down[rows].sum()))
        first = np.argsort(-(values[rows] - down[rows]), kind="stable")[:missing]
        down[rows[first]] += 1.0
    return down.astype(np.int64)


def _ages(record: Mapping[str, Any], rows: int, p: Parameters) -> Floats:
    shares = np.array([record["age_shares"]["men"], record["age_shares"]["women"]])
    bands = to_bands((*record["age_edges"], OLDEST), shares, national_ages(p))
    return np.broadcast_to(bands, (rows, *bands.shape)).copy()


def _hospitals(record: Mapping[str, Any], communes: Columns, scale: float, p: Parameters) -> Columns:
    sites = record["emergency"]
    keys = ("x_km", "y_km", "catchment")
    x, y, catchment = (np.array([site[key] for site in sites], dtype=np.float64) for key in keys)
    names = [site["name"] for site in sites]
    hospitals = hospitals_near(names, x, y, communes, catchment * scale, p)
    inside = hospitals["commune"][hospitals["commune"] >= 0]
    np.add.at(communes["emergency"], inside, 1.0)
    return hospitals
