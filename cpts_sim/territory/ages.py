"""Age structure: the bands of the model, and how counts in any other bands are brought to them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

AGE_EDGES = (*range(0, 95, 5), 105)
"""Lower edges of the model's 19 age bands (five years each, 90 and over last), and the end of life."""

AGE_BANDS = tuple(f"{low}-{high - 1}" for low, high in pairwise(AGE_EDGES))
"""Names of the bands, in years."""

OLDEST = AGE_EDGES[-1]


def by_single_year(counts: ArrayLike) -> Floats:
    """Spread counts in the model's bands over single years, evenly in each band and falling after 90.

    Args:
        counts: shape (…, 19).

    Returns:
        Shape (…, 105), same totals.
    """
    counts = np.asarray(counts, dtype=np.float64)
    widths = np.diff(AGE_EDGES)
    share = np.concatenate([np.full(w, 1.0 / w) for w in widths])
    last = np.arange(widths[-1], 0, -1, dtype=np.float64)
    last *= last
    share[-len(last) :] = last / last.sum()
    spread: Floats = np.repeat(counts, widths, axis=-1) * share
    return spread


def band_index(ages: ArrayLike, edges: Sequence[int] = AGE_EDGES) -> NDArray[np.int64]:
    """Return the band in which each age (years) falls; ages beyond the ends go to the first or last band."""
    inner = np.asarray(edges[1:-1])
    index: NDArray[np.int64] = np.searchsorted(inner, np.asarray(ages), side="right")
    return index


def to_bands(edges: Sequence[int], counts: ArrayLike, national: ArrayLike) -> Floats:
    """Bring counts by other age bands to the model's, with the national profile inside each given band.

    Args:
        edges: lower edge of each given band and the end (its last band is open: 105).
        counts: shape (…, 2, len(edges) − 1): men, women.
        national: shape (2, 19), any scale.

    Returns:
        Shape (…, 2, 19); the total of every given band is kept.
    """
    counts = np.asarray(counts, dtype=np.float64)
    years = by_single_year(national)
    given = band_index(np.arange(OLDEST), (*edges[:-1], OLDEST))
    totals = np.stack([np.bincount(given, row, len(edges) - 1) for row in years])
    within = years / np.maximum(totals, 1e-300)[:, given]
    fine = counts[..., given] * within
    model = band_index(np.arange(OLDEST))
    starts = np.searchsorted(model, np.arange(len(AGE_EDGES) - 1))
    out: Floats = np.add.reduceat(fine, starts, axis=-1)
    return out


def normalised(age_sex: Floats, population: ArrayLike, national: Floats) -> Floats:
    """Scale each commune's structure to its population; an empty structure becomes the national one.

    Args:
        age_sex: shape (n, 2, 19).
        population: shape (n,).
        national: shape (2, 19).
    """
    totals = age_sex.sum(axis=(1, 2))
    empty = totals <= 0
    shapes = np.where(empty[:, None, None], national / national.sum(), age_sex)
    totals = np.where(empty, 1.0, totals)
    out: Floats = shapes * (np.asarray(population, dtype=np.float64) / totals)[:, None, None]
    return out
