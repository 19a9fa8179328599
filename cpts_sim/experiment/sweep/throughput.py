"""How well a sweep keeps its workers busy, measured with a model that takes a known time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cpts_sim.experiment.keys import code_digest
from cpts_sim.experiment.sweep.coordinator import Sweep
from cpts_sim.experiment.sweep.executors import opened
from cpts_sim.experiment.sweep.job import Done, Job, memory_mb, table_of
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.experiment.values import Place

EXPERIMENT = """
name: throughput
base: {base}
settings: {{years: 0.01, warmup: 1 weeks, territory: {{archetype: rural_underdense, population: 2000}}}}
arms: [without]
replications: {runs}
measures: [access.in_time]
"""
SCENARIO = """
name: throughput
territory: {archetype: rural_underdense}
"""


@dataclass(frozen=True)
class Throughput:
    """What was measured: runs, seconds of each, wall time, workers, share of their time spent computing."""

    runs: int
    seconds: float
    wall: float
    workers: int
    busy: float


def sleep(seconds: float, job: Job) -> Done:
    """Take a known time instead of simulating, and return a table of one number for each run."""
    started = time.monotonic()
    time.sleep(seconds)
    table = table_of({Place("access.in_time"): 1.0})
    taken = time.monotonic() - started
    return Done(dict.fromkeys(job.keys, table), taken, os.getpid(), memory_mb(), code_digest())


def measure(runs: int, workers: int, seconds: float) -> Throughput:
    """Sweep so many runs of a model of so many seconds, in a folder that is removed afterwards."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "base.yaml").write_text(SCENARIO, encoding="utf-8")
        file = home / "throughput.yaml"
        file.write_text(EXPERIMENT.format(base=home / "base.yaml", runs=runs), encoding="utf-8")
        sweep = Sweep(read_experiment(file), home / "store")
        sweep.work = partial(sleep, seconds)
        with opened(workers, None) as (executor, count):
            outcome = sweep.run(executor, count)
    busy = outcome.computed * seconds / (outcome.seconds * workers)
    return Throughput(outcome.computed, seconds, outcome.seconds, workers, busy)
