"""Synthetic inhabitants: who lives in each commune, with what needs and means.

A person is known by a key made from the code of the commune and a rank in it, so that adding a commune
changes nobody, and every attribute is a pure function of that key and the seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws, choose, key_of, keys_of, quantile
from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import AGE_EDGES, Floats, by_single_year
from cpts_sim.territory.territory import Territory

Columns = dict[str, NDArray[Any]]

DAYS_A_YEAR = 365.25
DAY_MIN = 1440.0
_BANDS = len(AGE_EDGES) - 1
_OLD = AGE_EDGES[-2]


def make_people(territory: Territory, p: Parameters, draws: Draws) -> Columns:
    """Return the inhabitants of the territory (not of its halo), ordered by commune, sex and age.

    Columns: ``key`` (u8), ``commune`` (i2), ``age_days`` (i4, at day 0), ``born`` (f8, minutes), ``sex`` (0
    man, 1 woman), ``ald``, ``chronic`` (0 to 3), ``deprivation`` (1 to 5), ``car``, ``frailty`` (mean 1),
    ``patience`` and ``believed`` (0 to 1), ``last_followup`` (minutes, before day 0), ``resident`` (1).
    """
    population = territory.communes["population"][: territory.size]
    codes = [str(code) for code in territory.communes["code"][: territory.size]]
    who = [keys_of(f"person {code}", np.arange(count)) for code, count in zip(codes, population, strict=True)]
    keys = np.concatenate(who) if who else np.zeros(0, dtype=np.uint64)
    commune = np.repeat(np.arange(len(codes), dtype=np.int16), population)
    cells = _cells(territory, codes, draws)
    u = draws.block("person", 9, keys)
    sex, band = (cells >= _BANDS).astype(np.int8), cells % _BANDS
    group = _group_of_band(p)[band]
    people: Columns = {
        "key": keys,
        "commune": commune,
        "sex": sex,
        "resident": np.ones(len(keys), dtype=np.int8),
    }
    people["age_days"] = _age_days(band, u[0])
    people["born"] = people["age_days"] * -DAY_MIN
    people["ald"] = (u[1] < ald_probability(p)[sex, group]).astype(np.int8)
    people["chronic"] = _chronic(people["ald"], group, u[2], p)
    people["deprivation"] = _deprivation(territory, commune, u[3], p)
    people["car"] = _car(territory, people, u[4], p)
    people["frailty"] = _frailty(u[5], p)
    people["patience"] = u[6].astype(np.float32)
    low, high = p.array("territory.believed_access")
    people["believed"] = (low + (high - low) * u[7]).astype(np.float32)
    days = p.array("territory.follow_up_days")
    people["last_followup"] = np.rint(-DAY_MIN * u[8] * days[people["chronic"]])
    return people


def make_theory_people(territory: Territory) -> Columns:
    """Return the inhabitants of a theory territory: all alike, spread over the closed practices."""
    population = territory.communes["population"]
    count = int(population.sum())
    keys = keys_of("person theory", np.arange(count))
    commune = np.repeat(np.arange(len(population), dtype=np.int16), population)
    ones, zeros = np.ones(count, dtype=np.int8), np.zeros(count, dtype=np.int8)
    age = np.full(count, int(40 * DAYS_A_YEAR), dtype=np.int32)
    return {
        "key": keys, "commune": commune, "sex": zeros, "resident": ones, "age_days": age,
        "born": age * -DAY_MIN, "ald": zeros.copy(), "chronic": zeros.copy(),
        "deprivation": np.full(count, 3, dtype=np.int8),
        "car": ones.copy(), "frailty": ones.astype(np.float32),
        "patience": np.full(count, 0.5, dtype=np.float32),
        "believed": ones.astype(np.float32), "last_followup": np.zeros(count),
    }  # fmt: skip


def _cells(territory: Territory, codes: list[str], draws: Draws) -> NDArray[np.int64]:
    """Return for each person the cell 19 × sex + age band.

    Expected counts become whole by systematic sampling from a random start in each commune: totals are exact,
    each cell is within one of its expectation and unbiased, and no commune depends on another.
    """
    rows = territory.age_sex[: len(codes)].reshape(len(codes), -1)
    start = np.array([draws.scalar("age structure", key_of(code)) for code in codes])[:, None]
    ends = np.floor(np.cumsum(rows, axis=1) + start)
    ends[:, -1:] = territory.communes["population"][: len(codes), None] + np.floor(start)
    counts = np.diff(ends, axis=1, prepend=0.0).astype(np.int64)
    cells: NDArray[np.int64] = np.repeat(
        np.tile(np.arange(rows.shape[1]), len(codes)), np.maximum(counts, 0).ravel()
    )
    return cells


def _age_days(band: NDArray[np.int64], u: Floats) -> NDArray[np.int32]:
    """Return ages in days: even within five years, falling after 90, never outside the band."""
    first = np.ceil(np.asarray(AGE_EDGES) * DAYS_A_YEAR)
    days = np.floor(first[band] + u * (first[band + 1] - first[band]))
    old = band == _BANDS - 1
    last = np.zeros(_BANDS)
    last[-1] = 1.0
    levels = np.concatenate([[0.0], np.cumsum(by_single_year(last)[_OLD:])])
    levels[-1] = 1.0
    days[old] = np.ceil(quantile(levels, _OLD + np.arange(len(levels)), u[old]) * DAYS_A_YEAR)
    return np.asarray(days).astype(np.int32)


def _group_of_band(p: Parameters) -> NDArray[np.int64]:
    """Return the group of ages of the ALD table into which each five-year band falls."""
    edges = p.array("territory.age_ald")
    return _group(edges, np.asarray(AGE_EDGES[:-1]))


def _group(edges: Floats, ages: NDArray[Any]) -> NDArray[np.int64]:
    """Return the group of each age among groups given by their lower edges, the first being 0."""
    group: NDArray[np.int64] = np.searchsorted(edges, ages, side="right") - 1
    return group


def ald_probability(p: Parameters) -> Floats:
    """Return the probability of being in ALD by sex (men, women) and group of ages, shape (2, 6).

    The sexes are split so that the national share of each group of ages is kept.
    """
    share, ratio = p.array("territory.ald_share"), p.array("territory.ald_sex_ratio")
    table, group = p.table("territory.national_age_sex"), _group_of_band(p)
    men, women = (np.bincount(group, table[sex], len(share)) for sex in ("men", "women"))
    of_women = share * (men + women) / (men * ratio + women)
    return np.stack([np.minimum(of_women * ratio, 0.98), np.minimum(of_women, 0.98)])


def _chronic(ald: NDArray[Any], group: NDArray[Any], u: Floats, p: Parameters) -> NDArray[np.int8]:
    table = p.table("territory.chronic_with_ald")
    old = np.asarray(p.array("territory.age_ald") >= 65)[group]
    severe = np.where(old, choose(np.cumsum(table["over_65"]), u), choose(np.cumsum(table["under_65"]), u))
    mild = u < p.array("territory.chronic_without_ald")[group]
    result: NDArray[np.int8] = np.where(ald == 1, severe, mild).astype(np.int8)
    return result


def _deprivation(territory: Territory, commune: NDArray[Any], u: Floats, p: Parameters) -> NDArray[np.int8]:
    """Return quintiles (5 the most deprived): shares tilted linearly to the mean of the commune."""
    tilt = np.clip(
        (territory.communes["deprivation"][: territory.size] - 3.0) * p["territory.deprivation_tilt"], -1, 1
    )
    steps = np.arange(-2.0, 3.0)
    cumulative = np.cumsum(0.2 + 0.1 * tilt[:, None] * steps, axis=1)
    quintile = np.ones(len(u), dtype=np.int8)
    for k in range(4):
        quintile += u >= cumulative[commune, k]
    return quintile


def _car(territory: Territory, people: Columns, u: Floats, p: Parameters) -> NDArray[np.int8]:
    columns = territory.communes
    area = np.maximum(columns["area_km2"][: territory.size], 1e-6)
    urban = columns["population"][: territory.size] / area >= p["territory.density_urban"]
    share = p.array("territory.car_by_age")[
        _group(p.array("territory.age_car"), people["age_days"] / DAYS_A_YEAR)
    ]
    lack = p["territory.car_deprived"] * np.array([0.0, 0.0, 0.0, 0.0, 0.5, 1.0])[people["deprivation"]]
    lack = lack + p["territory.car_urban"] * urban[people["commune"]]
    return np.asarray(u < share - lack).astype(np.int8)


def _frailty(u: Floats, p: Parameters) -> NDArray[np.float32]:
    levels, values = p.array("territory.frailty_levels"), p.array("territory.frailty_values")
    mean = float((np.diff(levels) * (values[1:] + values[:-1]) / 2.0).sum())
    return (quantile(levels, values, u) / mean).astype(np.float32)
