"""How general practitioners share their premises: alone, in a group, a health house (MSP) or a centre."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws, choose
from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import Floats
from cpts_sim.territory.people import Columns
from cpts_sim.territory.territory import Territory

_FEWEST_FOR_A_CENTRE = 4


class PracticeType(IntEnum):
    """Kinds of practice."""

    SOLO = 0
    GROUP = 1
    MSP = 2
    CENTRE = 3


def group_into_practices(
    territory: Territory, gps: Columns, year: int, u: Floats, draws: Draws, p: Parameters
) -> None:
    """Write ``practice`` and ``practice_type`` of each GP.

    In each commune some work in its health houses and centres; of the others those who wish (more among the
    young) form groups of two to six. A commune with one GP has a solo practice, so the wish elsewhere is
    such that the national share of all groups is met.

    Args:
        territory: gives the GPs known to work in a health house, by commune.
        gps: columns with ``key``, ``commune``, ``age``; changed in place.
        year: year wanted; health houses grow from the year the supply was counted.
        u: two uniforms by GP, shape (2, gps).
        draws: random numbers (sizes of groups).
        p: parameters.
    """
    count = len(gps["key"])
    gps["practice"] = np.arange(count, dtype=np.int32)
    gps["practice_type"] = np.zeros(count, dtype=np.int8)
    starts = np.searchsorted(gps["commune"], np.arange(len(territory.communes["code"]) + 1))
    sizes = np.diff(starts)
    growth = 1.0 + p["territory.msp_trend"] * (year - territory.supply_year)
    in_msp = np.minimum(np.rint(territory.communes["gps_msp"] * growth * p["baseline.msp"]), sizes).astype(int)
    for commune in np.flatnonzero(sizes >= 2):
        rows = np.arange(starts[commune], starts[commune + 1])
        rows = rows[np.argsort(u[0, rows], kind="stable")]
        msp, rest = rows[: in_msp[commune]], rows[in_msp[commune] :]
        houses = max(int(territory.communes["health_houses"][commune]), -(-len(msp) // 6))
        _join(gps, np.array_split(msp, max(houses, 1)), PracticeType.MSP)
        if len(rows) >= _FEWEST_FOR_A_CENTRE:
            _join(gps, [rest[u[1, rest] < p["territory.gp_in_centre"]]], PracticeType.CENTRE)
    join = u[1] >= 1.0 - _wishes(gps, sizes, p)
    cumulative = np.cumsum(p.array("territory.group_size"))
    for commune in np.flatnonzero(sizes >= 2):
        rows = np.arange(starts[commune], starts[commune + 1])
        willing = rows[join[rows] & (gps["practice_type"][rows] == PracticeType.SOLO)]
        willing = willing[np.argsort(u[0, willing], kind="stable")]
        _join(gps, list(_cut(willing, gps, draws, cumulative)), PracticeType.GROUP)


def _wishes(gps: Columns, sizes: NDArray[np.int64], p: Parameters) -> Floats:
    """Return the probability of joining a group for those who can, so that the shares by age hold overall."""
    share = np.minimum(p.array("territory.gp_group") * p["baseline.group_practice"], 1.0)
    wish = share[np.searchsorted([50, 60], gps["age"], side="right")]
    placed = gps["practice_type"] != PracticeType.SOLO
    able = ~placed & (sizes[gps["commune"]] >= 2)
    missing = max(float(wish.sum()) - float(placed.sum()), 0.0)
    return np.minimum(wish * (missing / max(float(wish[able].sum()), 1e-9)), 0.97)


def _join(gps: Columns, groups: list[NDArray[np.int64]], kind: PracticeType) -> None:
    """Give the GPs of each group one practice id (its first member's row) and the kind."""
    for group in groups:
        if len(group):
            gps["practice"][group] = group[0]
            gps["practice_type"][group] = kind


def _cut(
    rows: NDArray[np.int64], gps: Columns, draws: Draws, cumulative: Floats
) -> Iterator[NDArray[np.int64]]:
    while len(rows) >= 2:
        size = 2 + int(choose(cumulative, draws.scalar("group size", int(gps["key"][rows[0]]))))
        if len(rows) - size == 1:  # nobody is left alone when the last group can take one more
            size += 1
        yield rows[:size]
        rows = rows[size:]
