"""Burnout as cross-sectional studies found it, read from one run: who has it, in which groups, and long leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Profession, Status, Work
from cpts_sim.measures.base import DAY, WEEK, YEAR_DAYS, ratio
from cpts_sim.measures.study import FULL_DAY_ACTS, LONG_WEEK_H
from cpts_sim.measures.wellbeing import definitions, hours_of

Array = NDArray[Any]
Columns = Mapping[str, Array]
DOCTORS = 0
"""Group of the doctors among the staff of an emergency department."""


def strain_numbers(weeks: Columns, visits: Columns) -> dict[str, float]:
    """Return the ratios between groups of GPs, the prevalences of the emergency staff, and the rate of long leaves.

    Args:
        weeks: columns of the kind ``week`` from day 0 on.
        visits: columns of the kind ``visit`` from day 0 on.
    """
    answered = (weeks["status"] != Work.LEFT) & np.isfinite(weeks["ee"])
    gps = _rows(weeks, answered & (weeks["profession"] == Profession.GP))
    ed = _rows(weeks, answered & (weeks["profession"] == Profession.ED_STAFF))
    either = definitions(ed["ee"], ed["dp"], ed["pa"])[4]
    working = gps["status"] == Work.WORKING
    leaves = 100.0 * gps["sick_chance"][working].sum() / max(len(gps["at"]) * WEEK / (YEAR_DAYS * DAY), 1e-9)
    return {
        **_ratios(gps, visits), "psychiatric_leave": float(leaves) if len(gps["at"]) else np.nan,
        "ed_staff_burnout": float(ratio(either.sum(), len(either))),
        "ed_physician_burnout": float(ratio(either[ed["group"] == DOCTORS].sum(), (ed["group"] == DOCTORS).sum())),
    }  # fmt: skip


def _rows(columns: Columns, kept: Array) -> dict[str, Array]:
    return {name: column[kept] for name, column in columns.items()}


def _ratios(gps: Columns, visits: Columns) -> dict[str, float]:
    row = gps["row"].astype(np.int64)
    size = int(row.max(initial=-1)) + 1
    worked = (gps["status"] == Work.WORKING).astype(float)
    weeks, answers = np.bincount(row, worked, size), np.bincount(row, minlength=size)
    asked = (answers > 0) & (weeks > 0)
    hours = np.bincount(row, hours_of(gps) * worked, size) / np.maximum(weeks, 1)
    group = np.bincount(row, gps["group"] > 0, size) > 0
    count = definitions(gps["ee"], gps["dp"], gps["pa"])[:3].sum(axis=0)
    has = {
        name: np.bincount(row, count == dimensions, size) / np.maximum(answers, 1)
        for dimensions, name in enumerate(("low", "moderate", "severe"), 1)
    }
    out = {f"ratio_50h_{name}": _ratio(has[name], hours > LONG_WEEK_H, asked) for name in has}
    busy = acts_a_day(visits, size) > FULL_DAY_ACTS
    return out | {
        "ratio_28_acts_severe": _ratio(has["severe"], busy, asked),
        "ratio_group_moderate": _ratio(has["moderate"], group, asked),
    }


def _ratio(share: Array, exposed: Array, asked: Array) -> float:
    """Return the share among the exposed over that among the others."""
    top, bottom = share[exposed & asked], share[~exposed & asked]
    return float(ratio(top.mean() if len(top) else np.nan, bottom.mean() if len(bottom) else np.nan))


def acts_a_day(visits: Columns, size: int) -> Array:
    """Return the mean number of acts of each GP on the days with at least one."""
    done = (visits["status"] == Status.DONE) & (visits["provider"] >= 0) & (visits["provider"] < size)
    provider, day = visits["provider"][done].astype(np.int64), np.floor(visits["at"][done] / DAY).astype(np.int64)
    days = np.unique(provider * 100_000 + day) // 100_000
    acts: Array = np.bincount(provider, minlength=size) / np.maximum(np.bincount(days, minlength=size), 1)
    return acts
