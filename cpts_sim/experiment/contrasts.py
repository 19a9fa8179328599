"""Numbers that only two arms together have: accounts, exhaustion by place in the CPTS, effect sizes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Member
from cpts_sim.experiment.values import Place, Values
from cpts_sim.measures.accounts import LINES, by_account, decompose, needs_met

EFFECT = "burnout.ee_effect"
"""Difference of EE in standard deviations of the first arm."""


def add_contrasts(values: Values) -> Values:
    """Add, to every arm, the numbers that compare it with the first arm (zero or its own for the first)."""
    base = values.arms[0]
    for arm in values.arms:
        _accounts(values, base, arm)
        _effect(values, base, arm)
        _members(values, base, arm)
    return values


def _counts(values: Values, arm: str, pair: int) -> dict[str, float]:
    places = [p for p in values.data[arm] if p.indicator == "account.base" and p.by == "count"]
    return {place.group: float(values.data[arm][place][pair]) for place in places}


def _accounts(values: Values, base: str, arm: str) -> None:
    """Put the accounts of each pair, per 1 000 residents a year; all are zero in the first arm."""
    found: dict[Place, list[float]] = {}
    for pair in range(len(values.seeds)):
        without, with_ = _counts(values, base, pair), _counts(values, arm, pair)
        if not without or not with_:
            return
        scale = without["per_1000"]
        lines = decompose(without, with_)
        change = needs_met(with_) - needs_met(without) - (with_["needs"] - without["needs"])
        rows = {Place("account.change"): change}
        rows |= {Place("account.change", "account", name): v for name, v in by_account(lines).items()}
        rows |= {Place("account.change", "line", name): lines[name] for name in LINES}
        for place, value in rows.items():
            found.setdefault(place, []).append(value * scale)
    for place, numbers in found.items():
        values.put(arm, place, numbers)


def _effect(values: Values, base: str, arm: str) -> None:
    spread = values.get(base, Place("burnout.ee_sd"))
    known = spread[np.isfinite(spread)]
    if not len(known):
        return
    gap = values.get(arm, Place("burnout.ee")) - values.get(base, Place("burnout.ee"))
    values.put(arm, Place(EFFECT), list(gap / known.mean() if known.mean() else gap * math.nan))


def _members(values: Values, base: str, arm: str) -> None:
    """Put exhaustion and waits at GPs who are leaders, active, passive and no members in an arm.

    The same GPs are taken in the first arm, pair by pair: membership is read in ``arm``.
    """
    groups = values.groups("burnout.gp_member", "gp")
    if not groups or arm == base:
        return
    place = _by_gp(values, arm, "burnout.gp_member", groups)
    for where in (base, arm):
        for member in Member:
            mine = place == member
            name = str(int(member)) if len(values.arms) == 2 else f"{int(member)}@{arm}"
            score = _by_gp(values, where, "burnout.gp_ee", groups)
            values.put(where, Place("burnout.by_member", "member", name), _mean(score, mine * 1.0))
            wait = _by_gp(values, where, "wait.gp", groups)
            served = _by_gp(values, where, "wait.gp_served", groups)
            values.put(where, Place("wait.by_member", "member", name), _mean(wait, mine * served))


def _by_gp(values: Values, arm: str, indicator: str, groups: list[str]) -> NDArray[np.float64]:
    """Return one row per GP, one column per pair."""
    return np.array([values.get(arm, Place(indicator, "gp", group)) for group in groups])


def _mean(numbers: NDArray[np.float64], weights: NDArray[np.float64]) -> list[float]:
    """Return the weighted mean over GPs of each pair; nan where nobody counts."""
    known = np.isfinite(numbers) & np.isfinite(weights)
    weight = np.where(known, weights, 0.0)
    total = weight.sum(axis=0)
    sums = (np.where(known, numbers, 0.0) * weight).sum(axis=0)
    return [float(s / t) if t else math.nan for s, t in zip(sums, total, strict=True)]
