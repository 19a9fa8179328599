"""Synthetic professionals of the territory and its halo."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws, choose, keys_of, quantile
from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import Floats
from cpts_sim.territory.archetypes import whole
from cpts_sim.territory.people import Columns
from cpts_sim.territory.practice_types import group_into_practices
from cpts_sim.territory.territory import Territory

LIBERAL, ASALEE, IPA = 0, 1, 2
"""Kinds of nurse: liberal, Asalée (salaried, delegated follow-up), advanced practice (IPA)."""


def supply_now(territory: Territory, profession: str, year: int, p: Parameters) -> NDArray[np.int64]:
    """Return whole numbers of active professionals by commune in a year, from the year they were counted.

    Args:
        territory: the territory; ``communes[profession]`` may be fractional.
        profession: ``gps``, ``nurses`` or ``pharmacies``.
        year: year wanted.
        p: parameters (trend a year).
    """
    trend = 1.0 + p.mapping("territory.supply_trend")[profession] * (year - territory.supply_year)
    counts: NDArray[np.int64] = whole(territory.communes[profession] * trend, territory.communes["halo"])
    return counts


def _rows(territory: Territory, counts: NDArray[np.int64], family: str) -> Columns:
    """Return ``key``, ``commune`` and ``halo`` for that many professionals in each commune."""
    commune = np.repeat(np.arange(len(counts), dtype=np.int16), counts)
    keys = [
        keys_of(f"{family} {territory.communes['code'][k]}", np.arange(n)) for k, n in enumerate(counts) if n
    ]
    who = np.concatenate(keys) if keys else np.zeros(0, dtype=np.uint64)
    return {"key": who, "commune": commune, "halo": territory.communes["halo"][commune].astype(np.int8)}


def make_gps(territory: Territory, year: int, p: Parameters, draws: Draws) -> Columns:
    """Return the general practitioners, those of the halo included (``halo`` = 1).

    Columns: ``key``, ``commune``, ``halo``, ``age`` (years), ``sex`` (1 woman), ``practice`` (id shared by
    colleagues), ``practice_type`` (0 solo, 1 group, 2 MSP, 3 centre), ``half_days`` (a week), ``slot_min``
    (minutes), ``wish`` (adults on the list in a balanced territory), ``secretariat`` (0 none, 1 remote, 2 on
    site), ``assistant``, ``online`` (share of slots shown), ``member`` (0). The lists and ``open`` come with
    the attachment of people.
    """
    gps = _rows(territory, supply_now(territory, "gps", year, p), "gp")
    u = draws.block("gp", 9, gps["key"])
    gps["sex"] = (u[0] < p["territory.gp_women"]).astype(np.int8)
    gps["age"] = _gp_ages(gps["sex"], u[1], p)
    gps["half_days"] = _by_sex("territory.half_days", gps["sex"], u[2], p, "half_days")
    gps["slot_min"] = _by_sex("territory.slot_minutes", gps["sex"], u[3], p, "slot")
    gps["wish"] = quantile(p.array("territory.list_levels"), p.array("territory.list_values"), u[4])
    group_into_practices(territory, gps, year, u[5:7], draws, p)
    gps["secretariat"] = _secretariat(gps["practice_type"], u[7], p)
    gps["assistant"] = (draws.uniform("gp assistant", gps["key"]) < p["territory.assistant"]).astype(np.int8)
    low, high = p.array("territory.online_slots")
    shown = low + (high - low) * draws.uniform("gp online share", gps["key"])
    gps["online"] = np.where(u[8] < p["territory.online"], shown, 0.0).astype(np.float32)
    gps["member"] = np.zeros(len(gps["key"]), dtype=np.int8)
    return gps


def _gp_ages(sex: NDArray[Any], u: Floats, p: Parameters) -> NDArray[np.float32]:
    levels, table = p.array("territory.gp_age_levels"), p.table("territory.gp_age")
    men, women = (quantile(levels, table[name], u) for name in ("men", "women"))
    return np.where(sex == 1, women, men).astype(np.float32)


def _by_sex(support: str, sex: NDArray[Any], u: Floats, p: Parameters, stem: str) -> NDArray[np.float32]:
    """Return one value of a support for each GP, from the shares of men and of women."""
    values = p.array(support)
    men, women = (choose(np.cumsum(p.array(f"territory.{stem}_{name}")), u) for name in ("men", "women"))
    return values[np.where(sex == 1, women, men)].astype(np.float32)


def _secretariat(practice_type: NDArray[Any], u: Floats, p: Parameters) -> NDArray[np.int8]:
    table = p.table("territory.secretariat")
    solo, group = (choose(np.cumsum(table[name]), u) for name in ("solo", "group"))
    return np.where(practice_type == 0, solo, group).astype(np.int8)


def make_nurses(territory: Territory, year: int, p: Parameters, draws: Draws) -> Columns:
    """Return the nurses of the territory and halo: ``kind`` (0 liberal, 1 Asalée, 2 IPA), ``associated``."""
    liberal = _rows(territory, supply_now(territory, "nurses", year, p), "nurse")
    parts = [liberal, _salaried(territory, "asalee", p), _salaried(territory, "ipa", p)]
    kinds = np.concatenate([np.full(len(part["key"]), kind) for kind, part in enumerate(parts)])
    nurses = {name: np.concatenate([part[name] for part in parts]) for name in liberal}
    u = draws.block("nurse", 3, nurses["key"])
    nurses["kind"] = kinds.astype(np.int8)
    nurses["sex"] = (u[0] < p["territory.nurse_women"]).astype(np.int8)
    ages = quantile(p.array("territory.gp_age_levels"), p.array("territory.nurse_age"), u[1])
    nurses["age"] = ages.astype(np.float32)
    nurses["associated"] = (u[2] < p["territory.nurse_associated"]).astype(np.int8)
    return nurses


def _salaried(territory: Territory, kind: str, p: Parameters) -> Columns:
    """Return the nurses who work beside GPs, where most GPs are, in proportion to the inhabitants."""
    own = ~territory.communes["halo"]
    wanted = round(float(p[f"territory.{kind}"]) * territory.population / 1e5)
    counts = np.zeros(len(own), dtype=np.int64)
    gps = np.where(own, territory.communes["gps"], 0.0)
    if gps.sum() > 0:
        counts = whole(gps * (wanted / gps.sum()), ~own)
    return _rows(territory, counts, kind)


def make_pharmacies(territory: Territory, year: int, p: Parameters, draws: Draws) -> Columns:
    """Return the pharmacies of the territory and halo, with ``pharmacists`` (a whole number of 1 to 4)."""
    pharmacies = _rows(territory, supply_now(territory, "pharmacies", year, p), "pharmacy")
    u = draws.uniform("pharmacists", pharmacies["key"])
    pharmacies["pharmacists"] = (1 + choose(np.cumsum(p.array("territory.pharmacists")), u)).astype(np.int8)
    return pharmacies


def make_hospitals(territory: Territory, p: Parameters) -> Columns:
    """Return the emergency departments used by the territory.

    Columns: ``key``, ``commune`` (−1 beyond the halo), ``outside``, ``catchment`` (inhabitants),
    ``visits_per_day`` (all comers) and ``own_share`` (share of the catchment that lives in the territory).
    """
    sites = territory.hospitals
    count = len(sites["name"])
    own = np.zeros(count)
    if count and territory.size:
        nearest = territory.hospital_min[: territory.size].argmin(axis=1)
        own = np.bincount(nearest, territory.communes["population"][: territory.size], count).astype(
            np.float64
        )
    catchment = np.maximum(sites["catchment"], own)
    return {
        "key": keys_of("hospital", np.arange(count)),
        "commune": sites["commune"].astype(np.int16),
        "outside": sites["outside"].astype(np.int8),
        "catchment": catchment,
        "visits_per_day": catchment * (p["territory.ed_visits"] / 365.0),
        "own_share": np.divide(own, catchment, out=np.zeros(count), where=catchment > 0),
    }
