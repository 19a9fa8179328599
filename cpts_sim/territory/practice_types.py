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


def group_into_practices(territory: Territory, gps: Columns, u: Floats, draws: Draws, p: Parameters) -> None:
    """Write ``practice`` and ``practice_type`` of each GP.

    In each commune some work in its health houses and centres; of the others those who wish (more among the
    young) form groups of two to six. A commune with one GP has a solo practice, so the wish is
    raised elsewhere until the national share of groups is met.

    Args:
        territory: gives the GPs known to work in a health house, by commune.
        gps: columns with ``key``, ``commune``, ``age``; changed in place.
        u: two uniforms by GP, shape (2, gps).
        draws: random numbers (sizes of groups).
        p: parameters.
    """
    count = len(gps["key"])
    gps["practice"] = np.arange(count, dtype=np.int32)
    gps["practice_type"] = np.zeros(count, dtype=np.int8)
    starts = np.searchsorted(gps["commune"], np.arange(len(territory.communes["code"]) + 1))
    sizes = np.diff(starts)
    wish = _wishes(gps["age"], gps["commune"], sizes, p)
    in_msp = np.minimum(np.rint(territory.communes["gps_msp"] * p["territory.msp_growth"]), sizes).astype(int)
    for commune in np.flatnonzero(sizes >= 2):
        rows = np.arange(starts[commune], starts[commune + 1])
        rows = rows[np.argsort(u[0, rows], kind="stable")]
        msp, rest = rows[: in_msp[commune]], rows[in_msp[commune] :]
        houses = max(int(territory.communes["health_houses"][commune]), -(-len(msp) // 6))
        _join(gps, np.array_split(msp, max(houses, 1)), PracticeType.MSP)
        centre = len(rows) >= _FEWEST_FOR_A_CENTRE
        at_centre = rest[u[1, rest] < p["territory.gp_in_centre"]] if centre else rest[:0]
        _join(gps, [at_centre], PracticeType.CENTRE)
        groupers = rest[(u[1, rest] >= 1.0 - wish[rest]) & ~np.isin(rest, at_centre)]
        _join(gps, _groups(groupers, gps, draws, p), PracticeType.GROUP)


def _wishes(
    age: NDArray[np.float32], commune: NDArray[np.int16], sizes: NDArray[np.int64], p: Parameters
) -> Floats:
    wish = p.array("territory.gp_group")[np.searchsorted([50, 60], age, side="right")]
    possible = sizes[commune] >= 2
    raise_by = len(age) / max(int(possible.sum()), 1)
    return np.minimum(wish * raise_by, 0.97)


def _join(gps: Columns, groups: list[NDArray[np.int64]], kind: PracticeType) -> None:
    """Give the GPs of each group one practice id (its first member's row) and the kind."""
    for group in groups:
        if len(group):
            gps["practice"][group] = group[0]
            gps["practice_type"][group] = kind


def _groups(rows: NDArray[np.int64], gps: Columns, draws: Draws, p: Parameters) -> list[NDArray[np.int64]]:
    """Cut GPs who want a group into groups of two to six; one left alone stays solo."""
    return list(_cut(rows, gps, draws, np.cumsum(p.array("territory.group_size"))))


def _cut(
    rows: NDArray[np.int64], gps: Columns, draws: Draws, cumulative: Floats
) -> Iterator[NDArray[np.int64]]:
    while len(rows) >= 2:
        size = 2 + int(choose(cumulative, draws.scalar("group size", int(gps["key"][rows[0]]))))
        if len(rows) - size == 1:  # nobody is left alone when the last group can take one more
            size += 1
        yield rows[:size]
        rows = rows[size:]
