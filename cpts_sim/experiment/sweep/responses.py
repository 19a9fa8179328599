"""The numbers of a sweep side by side: points × seeds, per arm and indicator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.contrasts import EFFECT
from cpts_sim.experiment.readings import smallest_differences
from cpts_sim.experiment.store import Store
from cpts_sim.experiment.sweep.coordinator import RunOf, Sweep
from cpts_sim.experiment.sweep.job import numbers_of
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.experiment.sweep.settings import EXHAUSTION

Matrix = NDArray[np.float64]


@dataclass
class Responses:
    """What analyses read.

    Attributes:
        experiment: what was asked. seeds: in order. data: (arm, indicator) → points × seeds, nan where missing.
        smallest: smallest differences that matter.
    """

    experiment: Experiment
    seeds: tuple[int, ...]
    data: dict[tuple[str, str], Matrix] = field(default_factory=dict)
    smallest: dict[str, float] = field(default_factory=smallest_differences)

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms, the one that others are compared with first."""
        return self.experiment.arms

    def level(self, indicator: str, arm: str | None = None) -> Matrix:
        """Return the numbers of an arm (default: the last)."""
        return self.data[arm or self.arms[-1], indicator]

    def effect(self, indicator: str, arm: str | None = None) -> Matrix:
        """Return the paired differences of an arm (default: the last) from the first."""
        return self.level(indicator, arm) - self.level(indicator, self.arms[0])

    def response(self, indicator: str) -> Matrix:
        """Return what the experiment file calls its response."""
        effect = self.experiment.file.response == "effect" and len(self.arms) > 1
        return self.effect(indicator) if effect else self.level(indicator)

    def numbers(self) -> tuple[list[str], Matrix]:
        """Return the factors' names and their values as numbers, points × factors (nan: left to the base)."""
        axes, points = self.experiment.axes, self.experiment.points
        table = [[a.number(p.row[a.name]) if a.name in p.row else math.nan for a in axes] for p in points]
        return [axis.name for axis in axes], np.asarray(table, np.float64).reshape(len(points), len(axes))


def responses_of(sweep: Sweep, runs: Sequence[RunOf]) -> Responses:
    """Read the runs of a sweep from its store; those that are missing are nan."""
    experiment = sweep.experiment
    seeds = tuple(sorted({run.seed for run in runs}))
    column = {seed: rank for rank, seed in enumerate(seeds)}
    names = wanted_indicators(experiment)
    shape = (len(experiment.points), len(seeds))
    out = Responses(experiment, seeds, {(a, n): np.full(shape, math.nan) for a in experiment.arms for n in names})
    spreads = []
    for run, table in tables_of(sweep.store, runs):
        if run.arm == experiment.arms[0]:
            spreads.append(table.get(("burnout.ee_sd", "", ""), math.nan))
        for name in names:
            out.data[run.arm, name][run.point, column[run.seed]] = table.get((name, "", ""), math.nan)
    _judge_exhaustion(out.smallest, np.asarray(spreads))
    return out


def _judge_exhaustion(smallest: dict[str, float], spreads: NDArray[np.float64]) -> None:
    """Turn the smallest effect on exhaustion that matters, in standard deviations between GPs, into points."""
    known = spreads[np.isfinite(spreads)]
    if EXHAUSTION not in smallest and len(known) and EFFECT in smallest:
        smallest[EXHAUSTION] = smallest[EFFECT] * float(known.mean())


def wanted_indicators(experiment: Experiment) -> list[str]:
    """Return the indicators that the tables and analyses of an experiment need."""
    chosen = experiment.file
    more = [part.measure for part in (chosen.decision, chosen.discovery) if part is not None]
    return list(dict.fromkeys([*chosen.measures, *more]))


def tables_of(store: Store, runs: Sequence[RunOf]) -> Iterator[tuple[RunOf, dict[tuple[str, str, str], float]]]:
    """Yield every run with its numbers, in order, one at a time; those that are missing are left out."""
    last: tuple[str, Any] = ("", None)
    for run in runs:
        if run.key != last[0]:
            data = store.get(run.key)
            last = (run.key, None if data is None else numbers_of(data))
        if last[1] is not None:
            yield run, last[1]
