"""The seasons of need: epidemics by themselves, and the rest of the year's course without them.

The published index is that of all acts served, so it holds the influenza of its winters; taking it for the course of
other needs would count the winter twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
OF_PRACTICES = ("minor", "acute", "preventive", "mental")
"""Kinds of need that follow the index of acts."""


def influenza(year_day: NDArray[np.int64], p: Parameters) -> Floats:
    """Return the influenza seen by GPs per person and day above its mean of the year (day 0 is 1 January)."""
    weekly = p.array("care.ili_weekly_per_100k")
    per_day = weekly[np.clip(year_day // 7, 0, 51)] / 100_000.0 / 7.0
    return np.asarray(per_day - weekly.mean() / 100_000.0 / 7.0)


def everyday_index(p: Parameters) -> Floats:
    """Return the index by month of needs other than epidemics, shape (12,), mean 1.

    Together with the ordinary influenza, which comes as acute needs, it gives the published index of acts.
    """
    acts = p.array("care.month_index")
    month = np.repeat(np.arange(12), MONTH_DAYS)
    a_day = sum(float(p.array(f"care.rate_{kind}").mean()) for kind in OF_PRACTICES) / 365.0
    if a_day <= 0 or not p.array("care.rate_acute").any():
        return np.asarray(acts / acts.mean())
    flu = np.bincount(month, influenza(np.arange(365), p)) / MONTH_DAYS
    index = np.maximum(acts / acts.mean() - flu / a_day, 0.0)
    return np.asarray(index / index.mean())
