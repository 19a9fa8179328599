"""Comparisons with planted effects, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.contrasts import add_contrasts
from cpts_sim.experiment.values import Values


def planted(done: Comparison, effects: dict[Place, float], arm: str = "with") -> Comparison:
    """Return the comparison in which an arm differs from the first by exactly these amounts, pair by pair."""
    values = Values(done.values.arms, done.values.seeds, {a: dict(rows) for a, rows in done.values.data.items()})
    base = values.arms[0]
    for place, gap in effects.items():
        first = values.get(base, place)
        known = np.where(np.isfinite(first), first, 0.5 + 0.001 * np.arange(len(first)))
        values.put(base, place, list(known))
        values.put(arm, place, list(known + gap + 1e-4 * abs(gap) * np.arange(len(first))))
    return replace(done, values=add_contrasts(values))
