"""Who has which médecin traitant, knows which other GPs, uses which pharmacy; which lists are closed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import MtState
from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import AGE_EDGES, Floats
from cpts_sim.territory.apl import two_step
from cpts_sim.territory.people import DAYS_A_YEAR, Columns, ald_probability
from cpts_sim.territory.territory import Territory

ADULT_AGE = 17
"""Age (years) from which being without a médecin traitant is counted, as the Assurance Maladie does."""

_ROUNDS = 10
"""Passes that move people from full lists to others; the lists no longer change by one person after eight."""


def decay(minutes: Floats, half: float, p: Parameters) -> Floats:
    """Return how much a place is chosen at a distance: 1 / (1 + (t / half) ** power)."""
    ratio = minutes / half
    power = ratio.copy()
    for _ in range(round(p["territory.choice_power"]) - 1):
        power *= ratio
    result: Floats = 1.0 / (1.0 + power)
    return result


def lack_of_gps(territory: Territory, gp_commune: NDArray[Any], p: Parameters) -> Floats:
    """Return by commune the lack of GPs within reach per inhabitant: 0 national, 1 none, < 0 plenty."""
    communes = territory.communes
    counts = np.bincount(gp_commune, minlength=len(communes["code"])).astype(np.float64)
    weights = decay(territory.travel_min, p["territory.mt_half_minutes"], p)
    access = two_step(communes["population"] * communes["kept"], counts, weights)
    return 1.0 - access * (1e5 / p["territory.national_gps_within_reach"])


def no_mt_probability(p: Parameters) -> tuple[Floats, Floats]:
    """Return the national probability of having no MT at each year of age (0 to 104), outside and in ALD.

    The share at each age and the share among all adults in ALD are both kept; children are 0.
    """
    ages = np.arange(AGE_EDGES[-1])
    share = np.append(p.array("territory.no_mt_share"), 0.0)
    edges = p.array("territory.age_mt")
    overall = share[np.searchsorted(edges, ages, side="right") - 1]
    overall = np.where(ages < ADULT_AGE, 0.0, overall)
    ald, people = _ald_by_year(p)
    in_ald = ald * people * (ages >= ADULT_AGE)
    ratio = p["territory.no_mt_ald"] * in_ald.sum() / (in_ald * overall).sum()
    without = overall * (1.0 - ald * ratio) / (1.0 - ald)
    return without, overall * ratio


def _ald_by_year(p: Parameters) -> tuple[Floats, Floats]:
    """Return the national share in ALD and the people at each year of age."""
    from cpts_sim.territory.ages import by_single_year

    table = p.table("territory.national_age_sex")
    men, women = by_single_year(table["men"]), by_single_year(table["women"])
    group = np.searchsorted(p.array("territory.age_ald"), np.arange(len(men)), side="right") - 1
    probability = ald_probability(p)[:, group]
    people = men + women
    return (probability[0] * men + probability[1] * women) / people, people


def all_ages_per_adult(p: Parameters) -> float:
    """Return how many people of all ages a list holds for one adult with MT (children follow parents)."""
    without, in_ald = no_mt_probability(p)
    ald, people = _ald_by_year(p)
    attached = people * (1.0 - (1.0 - ald) * without - ald * in_ald)
    return float(attached.sum() / attached[ADULT_AGE:].sum())


def attach(territory: Territory, people: Columns, gps: Columns, p: Parameters, draws: Draws) -> None:
    """Write who has which MT and knows whom, and the GPs' lists, in place.

    People gain ``mt`` (GP row, −1 none; children have their family's usual GP), ``mt_state``, ``known1``,
    ``known2``. GPs gain ``list_target`` (all ages), ``open`` and ``reach``: the share of their patients
    (hence of their time) that are inhabitants of the territory rather than people of the halo.
    """
    u = draws.block("attachment", 8, people["key"])
    lack = lack_of_gps(territory, gps["commune"], p)
    wants = ~_without(territory, people, lack, u[0], p)
    gps["list_target"] = np.rint(gps["wish"] * all_ages_per_adult(p)).astype(np.int32)
    near = decay(territory.travel_min, p["territory.mt_half_minutes"], p)[:, gps["commune"]]
    weights, accepted, reach = _shares(territory, people, wants, gps, near, p)
    gps["reach"] = reach.astype(np.float32)
    own = weights[: territory.size]
    chosen = pick(own, people["commune"], u[1])
    has = wants & (chosen >= 0)
    if len(accepted):
        has &= u[2] < accepted[chosen]
    people["mt"] = np.where(has, chosen, -1).astype(np.int32)
    people["mt_state"] = _state(people, wants, u[3:5], p)
    _acquaintances(people, gps, own, u[5:8], draws, p)
    around = _mean_around(lack, territory.communes["population"], near)
    gps["open"] = _open(around, draws.uniform("gp closes", gps["key"]), p)


def _without(
    territory: Territory, people: Columns, lack: Floats, u: Floats, p: Parameters
) -> NDArray[np.bool_]:
    """Tell who does not have (nor would find now) an MT."""
    outside, in_ald = no_mt_probability(p)
    years = np.minimum((people["age_days"] / DAYS_A_YEAR).astype(np.int64), AGE_EDGES[-1] - 1)
    factor = np.clip(1.0 + p["territory.no_mt_elasticity"] * lack, 0.3, 4.0)[people["commune"]]
    probability = np.where(people["ald"] == 1, in_ald[years], outside[years]) * factor
    return np.asarray(u < np.minimum(probability, 0.95))


def _shares(
    territory: Territory, people: Columns, wants: NDArray[np.bool_], gps: Columns, near: Floats, p: Parameters
) -> tuple[Floats, Floats, Floats]:
    """Return choice shares (communes × GPs), accepted share by GP, and the residents' share of each list.

    Choice is by distance and by the list each GP holds; people leave lists that pass their limit for others.
    """
    communes, size = territory.communes, territory.size
    if not len(gps["key"]):
        return np.zeros((len(near), 0)), np.zeros(0), np.zeros(0)
    seekers = communes["population"] * communes["kept"] * (wants.mean() if len(wants) else 0.9)
    seekers[:size] = np.bincount(people["commune"], wants, size)
    limit = gps["list_target"] * p["territory.list_limit"]
    appeal = gps["list_target"].astype(np.float64)
    for _ in range(_ROUNDS):
        shares = near * appeal
        shares = shares / shares.sum(axis=1, keepdims=True)
        load = (seekers[:, None] * shares).sum(axis=0)
        appeal = appeal * np.minimum(1.0, limit / np.maximum(load, 1e-9))
    accepted = np.minimum(1.0, limit / np.maximum(load, 1e-9))
    own = (seekers[:size, None] * shares[:size]).sum(axis=0)
    floor = np.where(communes["halo"][gps["commune"]], gps["list_target"], 0.0)
    return shares, accepted, own / np.maximum(np.maximum(load, floor), 1e-9)


def pick(weights: Floats, commune: NDArray[Any], u: Floats) -> NDArray[np.int64]:
    """Return a column drawn for each person from the weights of the person's commune; −1 when there is none.

    Args:
        weights: shape (communes, places).
        commune: row of each person.
        u: one uniform by person.
    """
    places = weights.shape[1]
    if not places:
        return np.full(len(u), -1, dtype=np.int64)
    cumulative = np.cumsum(weights, axis=1)
    cumulative /= cumulative[:, -1:]
    ladder = (cumulative + np.arange(len(weights))[:, None]).ravel()
    found = np.searchsorted(ladder, u + commune, side="right") - commune.astype(np.int64) * places
    return np.asarray(np.clip(found, 0, places - 1))


def _state(people: Columns, wants: NDArray[np.bool_], u: Floats, p: Parameters) -> NDArray[np.int8]:
    """Return the relation to an MT; those who wanted one and found every list full are seeking."""
    table = p.table("territory.mt_states")
    years = people["age_days"] / DAYS_A_YEAR
    group = np.searchsorted([int(age) for age in table][1:], years, side="right")
    ends = np.cumsum(list(table.values()), axis=1)[group]
    state = 1 + (u[0] >= ends[:, 0]).astype(np.int8) + (u[0] >= ends[:, 1])
    prompted = (people["ald"] == 1) & (state == MtState.NOT_SEEKING) & (u[1] < p["territory.seeking_ald"])
    state = np.where(prompted | wants, np.int8(MtState.SEEKING), state)
    return np.where(people["mt"] >= 0, MtState.HAS, state).astype(np.int8)


def _acquaintances(
    people: Columns, gps: Columns, own: Floats, u: Floats, draws: Draws, p: Parameters
) -> None:
    """Write up to two other GPs each person knows: a colleague of the MT, others nearby."""
    mt = people["mt"]
    first, second = pick(own, people["commune"], u[0]), pick(own, people["commune"], u[1])
    odds = draws.block("knows a GP", 2, people["key"])
    chance = p.array("territory.knows_other")
    known1 = np.where((odds[0] < chance[0]) & (first != mt), first, -1)
    if len(gps["key"]):
        colleague = next_colleague(gps["practice"])[mt]
        known1 = np.where(
            (mt >= 0) & (colleague >= 0) & (u[2] < p["territory.knows_colleague"]), colleague, known1
        )
    known2 = np.where((odds[1] < chance[1]) & (second != mt) & (second != known1), second, -1)
    people["known1"], people["known2"] = known1.astype(np.int32), known2.astype(np.int32)


def next_colleague(practice: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each GP the next one of the same practice, round; −1 for a GP alone."""
    order = np.argsort(practice, kind="stable")
    sorted_ids = practice[order]
    starts = np.flatnonzero(np.concatenate([[True], sorted_ids[1:] != sorted_ids[:-1]]))
    ends = np.append(starts[1:], len(order))
    following = np.arange(1, len(order) + 1)
    following[ends - 1] = starts
    out = np.empty(len(order), dtype=np.int64)
    out[order] = order[following]
    out[out == np.arange(len(out))] = -1
    return out


def _mean_around(lack: Floats, population: NDArray[Any], near: Floats) -> Floats:
    """Return for each GP the mean lack of GPs among the people who can choose that GP."""
    people = population[:, None] * near
    total = people.sum(axis=0)
    mean: Floats = np.divide(
        (people * lack[:, None]).sum(axis=0), total, out=np.zeros_like(total), where=total > 0
    )
    return mean


def _open(lack: Floats, u: Floats, p: Parameters) -> NDArray[np.int8]:
    low, high = p.array("territory.closed_bounds")
    closed = np.clip(p["territory.closed_share"] + p["territory.closed_slope"] * lack, low, high)
    return (u >= closed).astype(np.int8)


def usual_pharmacies(
    territory: Territory, people: Columns, pharmacies: Columns, p: Parameters, draws: Draws
) -> None:
    """Write ``pharmacy`` (row, −1 none) of each person, by distance."""
    near = decay(territory.travel_min[: territory.size], p["territory.pharmacy_half_minutes"], p)
    weights = near[:, pharmacies["commune"]]
    u = draws.uniform("usual pharmacy", people["key"])
    people["pharmacy"] = pick(weights, people["commune"], u).astype(np.int32)
