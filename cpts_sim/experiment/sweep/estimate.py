"""What a sweep will take: runs, time, disk, from a pilot of a few simulated weeks."""

from __future__ import annotations

import time
from dataclasses import dataclass

from cpts_sim.experiment.sweep.coordinator import Sweep
from cpts_sim.experiment.sweep.job import make_model

PILOT_DAYS = 14
RUN_BYTES = 12_000
"""Size of a run's file when the store holds none to measure: a rural territory of 28 000 inhabitants."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep asks for.

    Attributes:
        points, runs, held: points, distinct runs, runs already in the store. jobs: warm-ups still to simulate.
        seconds: computing time of what is missing on one core. wall: the same shared by the workers.
        bytes: room on disk of what is missing. free: room left. workers: how many. pilot: whether it was timed.
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


def estimate(sweep: Sweep, workers: int | None = None) -> Estimate:
    """Count the runs of a sweep, time a pilot of its first point and return what the rest will take."""
    from cpts_sim.experiment.sweep.executors import sensible_workers

    runs = sweep.runs(sweep.first_seeds())
    wanted = {run.key for run in runs}
    held = {key for key in wanted if sweep.store.has(key)}
    jobs = list(sweep.jobs([run for run in runs if run.key not in held]))
    scenario = sweep.experiment.points[0].scenario()
    setup, per_day, people = _pilot(sweep)
    days = sum(scenario.warmup_days + len(job.keys) * scenario.horizon_days for job in jobs)
    size = _mean_size(sweep, held)
    count = workers or sensible_workers(people)
    seconds = len(jobs) * setup + days * per_day
    missing = len(wanted) - len(held)
    points, free = len(sweep.experiment.points), float(sweep.store.free_bytes())
    return Estimate(points, len(wanted), len(held), len(jobs), seconds, count, missing * size, free, people)


def _pilot(sweep: Sweep) -> tuple[float, float, float]:
    """Return seconds to set up, seconds per simulated day, inhabitants of the first point."""
    scenario = sweep.experiment.points[0].scenario()
    started = time.monotonic()
    model = make_model(scenario, sweep.experiment.file.seed)
    setup = time.monotonic() - started
    try:
        model.run(scenario.warmup_days)
        started = time.monotonic()
        model.run(PILOT_DAYS)
        per_day = (time.monotonic() - started) / PILOT_DAYS
        people = len(model.tables["people"]["born"]) if "people" in model.tables else 0
        return setup, per_day, float(people)
    finally:
        model.close()


def _mean_size(sweep: Sweep, held: set[str]) -> float:
    sizes = [sweep.store.place(key).stat().st_size for key in sorted(held)[:100]]
    return sum(sizes) / len(sizes) if sizes else float(RUN_BYTES)
