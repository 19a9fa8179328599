"""Simulating points of the parameter space: the same seeds at each, nothing computed twice, within a budget of time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cpts_sim import EPOCH
from cpts_sim.experiment.calibrate.space import Space
from cpts_sim.experiment.calibrate.targets import Target
from cpts_sim.experiment.comparison import scenario_of
from cpts_sim.experiment.ensemble import with_numbers
from cpts_sim.experiment.facts import facts_digest, numbers_of_run
from cpts_sim.experiment.keys import of_third_parties
from cpts_sim.experiment.store import Store, Warn, json_bytes, silent
from cpts_sim.experiment.workers import results
from cpts_sim.scenario import Scenario, as_written, canonical_json, resolved, run_key

Array = NDArray[np.float64]
Numbers = Mapping[str, float]
SPREAD_SEEDS = 5
"""Runs of the shipped parameters, from which the chance of one run is estimated."""


@dataclass(frozen=True)
class Job:
    """What a worker computes: the facts of one (parameters, seed); the scenario travels as text."""

    scenario: str
    asked: tuple[tuple[tuple[tuple[str, float], ...], int], ...]

    def __call__(self, rank: int) -> Numbers:
        """Run once, without any CPTS."""
        numbers, seed = self.asked[rank]
        return numbers_of_run(with_numbers(scenario_of(self.scenario), dict(numbers)), seed)


@dataclass
class Runner:
    """Gives the numbers of points.

    Attributes:
        scenario: a territory of France. space: what is searched. targets: what is aimed at. seed, replications:
        seeds of every point. workers: number of processes. store: folder of what has been computed (None: nothing
        is kept). until: monotonic time at which no further run starts (None: no end). told: called with (done,
        asked) runs. compute: runs jobs (another in tests). warn: told of files set aside.
    """

    scenario: Scenario
    space: Space
    targets: Sequence[Target]
    seed: int = 1
    replications: int = 2
    workers: int = 1
    store: Path | None = None
    until: float | None = None
    told: Callable[[int, int], None] = lambda done, total: None
    compute: Callable[..., Iterator[tuple[int, Numbers]]] = results
    warn: Warn = silent
    done: int = 0
    total: int = 0
    reused: int = 0
    spread: dict[str, float] = field(default_factory=dict)

    def __call__(self, points: Array) -> tuple[Array, Mapping[str, float]]:
        """Return (points × targets, target → variance of a point's mean that is chance); nan rows: no time left."""
        sets = [self.space.numbers(point) for point in points]
        seeds = [self.seed + k for k in range(self.replications)]
        asked = [(numbers, seed) for numbers in sets for seed in seeds]
        extra = [(sets[0], self.seed + k) for k in range(self.replications, SPREAD_SEEDS)] if not self.spread else []
        # the chance of a run is needed whatever the time: its runs come first after the first point
        found = self._all([*asked[: len(seeds)], *extra, *asked[len(seeds) :]])
        if not self.spread:
            self.spread = self._chance([found.get(_name(sets[0], self.seed + k)) for k in range(SPREAD_SEEDS)])
        rows = [self._row([found.get(_name(numbers, seed)) for seed in seeds]) for numbers in sets]
        return np.array(rows), {name: value / self.replications for name, value in self.spread.items()}

    def _row(self, runs: Sequence[Numbers | None]) -> list[float]:
        if any(run is None for run in runs):
            return [math.nan] * len(self.targets)
        return [float(np.mean([run[target.reads] for run in runs if run is not None])) for target in self.targets]

    def _chance(self, runs: Sequence[Numbers | None]) -> dict[str, float]:
        known = [run for run in runs if run is not None]
        if len(known) < 2:
            return {}
        spread = {t.name: float(np.var([run[t.reads] for run in known], ddof=1)) for t in self.targets}
        return {name: value for name, value in spread.items() if math.isfinite(value)}

    def _all(self, asked: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, Numbers]:
        """Return name of run → numbers, of those found and those that time allows to compute."""
        found: dict[str, Numbers] = {}
        for numbers, seed in asked:
            kept = self._kept(numbers, seed)
            if kept is not None:
                found[_name(numbers, seed)] = kept
        self.reused += len(found)
        missing = [(numbers, seed) for numbers, seed in asked if _name(numbers, seed) not in found]
        self.total += len(asked)
        self.done += len(found)
        self.told(self.done, self.total)
        job = Job(canonical_json(as_written(self.scenario)), tuple((tuple(sorted(n.items())), s) for n, s in missing))
        coming = self.compute(job, self._in_time(len(missing)), self.workers)
        for rank, numbers_reached in coming:
            point, seed = missing[rank]
            found[_name(point, seed)] = numbers_reached
            self._keep(point, seed, numbers_reached)
            self.done += 1
            self.told(self.done, self.total)
        return found

    def _in_time(self, count: int) -> Iterator[int]:
        for rank in range(count):
            if self.until is not None and time.monotonic() >= self.until:
                return
            yield rank

    @cached_property
    def _shelf(self) -> Store:
        return Store(self.store, facts_digest(), self.warn)

    def close(self) -> None:
        """Give the store back to others."""
        self._shelf.close()

    def _key(self, numbers: Mapping[str, float], seed: int) -> str:
        scenario = with_numbers(self.scenario, numbers)
        plain = resolved(scenario)
        return run_key(plain, seed, scenario.horizon_days, EPOCH, facts=True, **of_third_parties(plain))

    def _kept(self, numbers: Mapping[str, float], seed: int) -> Numbers | None:
        if self.store is None:
            return None
        told = self._shelf.get(self._key(numbers, seed))
        if told is None:
            return None
        return {str(name): math.nan if x is None else float(x) for name, x in json.loads(told).items()}

    def _keep(self, numbers: Mapping[str, float], seed: int, reached: Numbers) -> None:
        if self.store is not None:
            told = json_bytes({n: x if math.isfinite(x) else None for n, x in reached.items()})
            self._shelf.put(self._key(numbers, seed), told)


def _name(numbers: Mapping[str, float], seed: int) -> str:
    return f"{seed}:{canonical_json(dict(numbers))}"
