"""Spatial accessibility: the two-step floating catchment area family and DREES's APL.

``A_i = Σ_j w(t_ij) S_j / Σ_k w(t_kj) P_k``: what each place of supply offers is shared among the people who
can reach it, and each commune adds up what it can reach. Dense matrices serve a territory, sparse ones the
whole country (``france_apl``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import AGE_EDGES, Floats, band_index

Decay = Callable[[Floats], Floats]
"""Weights of trips from their minutes."""


def step_decay(edges: Sequence[float], weights: Sequence[float], smooth: float = 0.0) -> Decay:
    """Return a decay by classes: ``weights[k]`` up to ``edges[k]`` minutes included, 0 beyond the last.

    Args:
        edges: increasing upper edges (minutes).
        weights: weight of each class.
        smooth: minutes on each side over which one class gives way to the next (the mean of the steps over a
            window twice as wide); 0 is DREES's sharp step.
    """
    limits, values = np.asarray(edges, dtype=np.float64), np.append(weights, 0.0)
    if smooth <= 0:
        return lambda minutes: np.asarray(values[np.searchsorted(limits, minutes, side="left")])

    def decay(minutes: Floats) -> Floats:
        falls = zip(limits, values[:-1] - values[1:], strict=True)
        total = np.zeros_like(minutes)
        for limit, fall in falls:
            total += fall * np.clip((limit + smooth - minutes) / (2.0 * smooth), 0.0, 1.0)
        return total

    return decay


def gravity_decay(power: float, limit: float, at_zero: float = 1.0) -> Decay:
    """Return ``t ** -power`` up to a limit (minutes), and ``at_zero`` for a time of 0."""

    def decay(minutes: Floats) -> Floats:
        inside = np.where(minutes > 0, np.maximum(minutes, 1e-12) ** -power, at_zero)
        return np.where(minutes <= limit, inside, 0.0)

    return decay


def gaussian_decay(sigma: float, limit: float = np.inf) -> Decay:
    """Return the normal density of deviation ``sigma`` scaled to 1 at 0, cut at a limit (minutes)."""
    return lambda t: np.where(t <= limit, np.exp(-(t * t) / (2.0 * sigma * sigma)), 0.0)


def two_step(people: ArrayLike, supply: ArrayLike, weights: Floats) -> Floats:
    """Return supply per person by commune: two-step floating catchment area with given weights.

    Args:
        people: people (or needs) where they live, shape (n,).
        supply: supply where it stands, shape (m,).
        weights: weight of each trip, shape (n, m).

    Returns:
        Shape (n,). The sum of people × access equals the supply that someone can reach.

    Sums are used rather than matrix products, whose last bit changes with the processor.
    """
    people, supply = np.asarray(people, dtype=np.float64), np.asarray(supply, dtype=np.float64)
    demand = (people[:, None] * weights).sum(axis=0)
    ratio = np.divide(supply, demand, out=np.zeros_like(supply), where=demand > 0)
    access: Floats = (weights * ratio).sum(axis=1)
    return access


def enhanced_two_step(people: ArrayLike, supply: ArrayLike, minutes: Floats, decay: Decay) -> Floats:
    """Return the enhanced two-step accessibility (E2SFCA, Luo and Qi 2009) for a decay of travel time."""
    return two_step(people, supply, decay(minutes))


def three_step(people: ArrayLike, supply: ArrayLike, minutes: Floats, decay: Decay) -> Floats:
    """Return the three-step accessibility (3SFCA, Wan, Zou and Sternberg 2012).

    Each place's demand is first shared among the supplies in reach, in proportion to the decay.
    """
    weights = decay(minutes)
    total = weights.sum(axis=1, keepdims=True)
    share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return two_step(people, supply, weights * share)


def consultation_rates(p: Parameters) -> Floats:
    """Return GP acts a year in each of the 19 age bands."""
    rates = p.mapping("territory.consultation_by_age")
    bands = band_index(AGE_EDGES[:-1], (*map(int, rates), AGE_EDGES[-1]))
    values: Floats = np.array(list(rates.values()))[bands]
    return values


def standard_population(age_sex: Floats, p: Parameters) -> Floats:
    """Return inhabitants weighted by the GP consumption of their age, national mean weight 1.

    Args:
        age_sex: inhabitants by commune, sex and age band, shape (n, 2, 19).
        p: parameters.
    """
    table = p.table("territory.national_age_sex")
    nation = table["men"] + table["women"]
    rates = consultation_rates(p)
    standard: Floats = age_sex.sum(axis=1) @ (rates / (nation @ rates / nation.sum()))
    return standard


def drees_decay(p: Parameters, smooth: float = 0.0) -> Decay:
    """Return DREES's decay: 1, 0.3 and 0.1 up to 10, 15 and 20 minutes, nothing beyond."""
    return step_decay(
        p.array("territory.apl_minutes").tolist(), p.array("territory.apl_weights").tolist(), smooth
    )


def estimated_apl(standard: ArrayLike, gps: ArrayLike, minutes: Floats, p: Parameters) -> Floats:
    """Return the APL estimated from heads of GPs, whose activity DREES knows and we do not.

    Args:
        standard: standardised population, shape (n,).
        gps: active GPs of each commune, shape (n,).
        minutes: travel times, shape (n, n).
        p: parameters.
    """
    weights = drees_decay(p, p["territory.apl_smooth_minutes"])(minutes)
    acts = np.asarray(gps, dtype=np.float64) * p["territory.acts_per_gp"]
    return with_activity(acts, lambda offered: two_step(standard, offered, weights), p)


def with_activity(acts: Floats, access_of: Callable[[Floats], Floats], p: Parameters) -> Floats:
    """Return the access that acts give once GPs do fewer where there is plenty, more where there is little.

    Args:
        acts: acts a year offered in each place at the national mean per GP, shape (n,).
        access_of: accessibility of every place from the acts of every place.
        p: parameters: most that people consume, elasticity of activity.
    """
    nation = p["territory.acts_per_gp"] * p["territory.national_gps_within_reach"] / 1e5
    access = np.maximum(access_of(acts), 1e-9)
    bounded = np.minimum(1.0, p["territory.apl_most"] / access)
    effort = np.clip(nation / access, 0.5, 3.0) ** p["territory.activity_elasticity"]
    return access_of(acts * bounded * effort)
