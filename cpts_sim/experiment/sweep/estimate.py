"""What a sweep will take: runs, time, disk, from a pilot of a few simulated weeks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cpts_sim.experiment.sweep.coordinator import RunOf, Sweep
from cpts_sim.experiment.sweep.job import Job, make_model
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.scenario import Scenario

PILOT_DAYS = 14
RUN_BYTES = 12_000
"""Size of a run's file when the store holds none to measure: a rural territory of 28 000 inhabitants."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep asks for.

    Attributes:
        points, runs, held: points, distinct runs, runs already in the store. jobs: warm-ups still to simulate.
        seconds: computing time of what is missing on one core. wall: the same shared by the workers.
        bytes: room on disk of what is missing. free: room left. workers: how many. inhabitants: of the largest
        territory.
    """

    points: int
    runs: int
    held: int
    jobs: int
    seconds: float
    workers: int
    bytes: float
    free: float
    inhabitants: float

    @property
    def wall(self) -> float:
        """Time that passes, in seconds."""
        return self.seconds / min(self.workers, max(1, self.jobs))


def inhabitants_of(experiment: Experiment) -> dict[str, int]:
    """Return base → inhabitants simulated."""
    from cpts_sim.territory import load_territory

    first = {point.base: point for point in reversed(experiment.points)}
    return {base: load_territory(point.scenario().territory).population for base, point in first.items()}


def estimate(sweep: Sweep, workers: int | None = None) -> Estimate:
    """Count the runs of a sweep, time a pilot of its smallest and its largest territory, say what the rest takes."""
    from cpts_sim.experiment.sweep.executors import sensible_workers

    runs = sweep.runs(sweep.first_seeds())
    wanted = {run.key for run in runs}
    held = {key for key in wanted if sweep.store.has(key)}
    people = inhabitants_of(sweep.experiment)
    work = [(base, job) for base in people for job in sweep.jobs(_missing(sweep, runs, held, base))]
    seconds = _seconds(sweep, work, people)
    largest, size = max(people.values()), _mean_size(sweep, held)
    missing, free = len(wanted) - len(held), float(sweep.store.free_bytes())
    count, points = workers or sensible_workers(largest), len(sweep.experiment.points)
    return Estimate(
        points, len(wanted), len(held), len(work), seconds, count, missing * size, free, float(largest)
    )


def _missing(sweep: Sweep, runs: Sequence[RunOf], held: set[str], base: str) -> list[RunOf]:
    ranks = {point.rank for point in sweep.experiment.points if point.base == base}
    return [run for run in runs if run.key not in held and run.point in ranks]


def _seconds(sweep: Sweep, work: Sequence[tuple[str, Job]], people: Mapping[str, int]) -> float:
    """Return the computing time of jobs: a line in the number of inhabitants through the pilots."""
    if not work:
        return 0.0
    ends = {min(people, key=people.__getitem__), max(people, key=people.__getitem__)}
    at, setups, days = zip(*sorted(_pilot(sweep, base) for base in ends), strict=True)
    total = 0.0
    for base, job in work:
        spec = _scenario(sweep, base)
        lived = spec.warmup_days + len(job.keys) * spec.horizon_days
        total += float(np.interp(people[base], at, setups) + lived * np.interp(people[base], at, days))
    return total


def _scenario(sweep: Sweep, base: str) -> Scenario:
    return next(point for point in sweep.experiment.points if point.base == base).scenario()


def _pilot(sweep: Sweep, base: str) -> tuple[int, float, float]:
    """Return the inhabitants of a territory, seconds of processor to set it up and per simulated day."""
    started = time.process_time()
    model = make_model(_scenario(sweep, base), sweep.experiment.file.seed)
    setup = time.process_time() - started
    try:
        model.run(PILOT_DAYS)
        started = time.process_time()
        model.run(PILOT_DAYS)
        per_day = (time.process_time() - started) / PILOT_DAYS
        return len(model.tables["people"]["born"]), setup, per_day
    finally:
        model.close()


def _mean_size(sweep: Sweep, held: set[str]) -> float:
    sizes = [sweep.store.place(key).stat().st_size for key in sorted(held)[:100]]
    return sum(sizes) / len(sizes) if sizes else float(RUN_BYTES)
