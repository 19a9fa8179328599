"""Burnout as cross-sectional studies found it, read from one run: who has it, in which groups, and long leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.events import Profession, Status, Work
from cpts_sim.measures.base import DAY, WEEK, YEAR_DAYS, ratio
from cpts_sim.measures.study import FULL_DAY_ACTS
from cpts_sim.measures.supply import LONG_WEEK_H
from cpts_sim.measures.wellbeing import definitions, hours_of

Array = NDArray[Any]
Columns = Mapping[str, Array]
DOCTORS = 0
"""Group of the doctors among the staff of an emergency department."""
COUNTS = ("cases", "exposed", "cases_of_others", "others")
"""What a ratio between groups is made of: a few cases a run, so ratios are formed over all runs."""


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
    busy = acts_a_day(visits, size) > FULL_DAY_ACTS
    compared = {f"ratio_50h_{name}": (has[name], hours > LONG_WEEK_H) for name in has}
    compared["ratio_28_acts_severe"] = has["severe"], busy
    compared["ratio_group_moderate"] = has["moderate"], group
    out: dict[str, float] = {}
    for name, (share, exposed) in compared.items():
        counts = _counts(share, exposed & asked, ~exposed & asked)
        out[name] = pooled_ratio([counts])
        out |= {f"{name}.{which}": count for which, count in zip(COUNTS, counts, strict=True)}
    return out


def _counts(share: Array, exposed: Array, others: Array) -> tuple[float, ...]:
    return float(share[exposed].sum()), float(exposed.sum()), float(share[others].sum()), float(others.sum())


def pooled_ratio(counts: ArrayLike) -> float:
    """Return the share among the exposed over that among the others, all runs taken as one study.

    Args:
        counts: cases and people among the exposed, cases and people among the others, shape (runs, 4).
    """
    cases, exposed, cases_of_others, others = np.sum(np.asarray(counts, dtype=np.float64), axis=0)
    return float(ratio(ratio(cases, exposed), ratio(cases_of_others, others)))


def acts_a_day(visits: Columns, size: int) -> Array:
    """Return the mean number of acts of each GP on the days with at least one."""
    done = (visits["status"] == Status.DONE) & (visits["provider"] >= 0) & (visits["provider"] < size)
    provider, day = visits["provider"][done].astype(np.int64), np.floor(visits["at"][done] / DAY).astype(np.int64)
    days = np.unique(provider * 100_000 + day) // 100_000
    acts: Array = np.bincount(provider, minlength=size) / np.maximum(np.bincount(days, minlength=size), 1)
    return acts
