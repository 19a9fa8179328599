"""Quantiles that can be merged: counts between fixed edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.measures.base import DAY

WAIT_EDGES_MIN: NDArray[np.float64] = DAY * np.concatenate(
    [
        np.arange(0, 7, 0.25),
        np.arange(7, 14, 0.5),
        np.arange(14, 60, 1.0),
        [60, 75, 90, 120, 180, 270, 366, 732],
    ]
)
"""Edges for waits: quarter days in week one, half days in week two, days to two months, then wider."""

STAY_EDGES_MIN: NDArray[np.float64] = np.concatenate(
    [np.arange(0, 720, 10.0), np.arange(720, 1440, 30.0), np.arange(1440, 5761, 240.0)]
)
"""Edges for stays in an emergency department: ten minutes up to 12 h, then wider."""

LEAD_DAYS = 400
"""Leads are counted in whole calendar days, up to this."""


def bins(values: ArrayLike, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each value; what lies outside the edges counts in the first or last bin."""
    found = np.searchsorted(edges, np.asarray(values, np.float64), side="right") - 1
    return np.clip(found, 0, len(edges) - 2).astype(np.int64)


def quantile(counts: ArrayLike, edges: NDArray[np.float64], level: float) -> float:
    """Return a quantile from counts between edges, linear inside a bin; nan when nothing was counted."""
    held = np.asarray(counts, np.float64)
    total = held.sum()
    if total == 0:
        return float("nan")
    upto = np.cumsum(held)
    place = int(np.searchsorted(upto, level * total, side="left"))
    before = upto[place - 1] if place else 0.0
    inside = (level * total - before) / held[place] if held[place] else 0.0
    return float(edges[place] + inside * (edges[place + 1] - edges[place]))


def whole_quantile(counts: ArrayLike, level: float) -> float:
    """Return the smallest whole number that ``level`` of them do not pass, from how often each occurred."""
    held = np.asarray(counts, np.float64)
    total = held.sum()
    return float(np.searchsorted(np.cumsum(held), level * total, side="left")) if total else float("nan")
