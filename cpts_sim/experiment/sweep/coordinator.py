"""One sweep: which runs are missing, who computes them, what happens when one fails or a worker dies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from cpts_sim.errors import CptsSimError, InputError
from cpts_sim.experiment.keys import code_digest, digest
from cpts_sim.experiment.pair import Maker
from cpts_sim.experiment.statistics import replications_for_difference, replications_for_level
from cpts_sim.experiment.store import Store, Warn, silent
from cpts_sim.experiment.sweep.job import Done, Job, World, make_model, numbers_of, policies_of, run_job
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.experiment.workers import TRIES, Processes, Serial
from cpts_sim.measures import chosen
from cpts_sim.scenario import canonical_json
from cpts_sim.words import say

MOST_ARMS = 16
"""Arms simulated by one job from one warm-up; more are shared out."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RunOf:
    """One run of a sweep: point, arm, seed and the key under which it is kept."""

    point: int
    arm: str
    seed: int
    key: str


@dataclass(frozen=True)
class Failure:
    """A run that could not be computed, and why."""

    key: str
    points: tuple[int, ...]
    seed: int
    error: str


@dataclass
class Outcome:
    """What a sweep has done.

    Attributes:
        runs: every run wanted, in order. reused: runs found in the store. computed: runs simulated now.
        failures: runs that failed. stopped: "done", "hours" or "disk". seconds: wall time. busy: share of the
        workers' time spent computing. workers: how many. memory_mb: largest memory of a worker.
    """

    runs: list[RunOf] = field(default_factory=list)
    reused: int = 0
    computed: int = 0
    failures: list[Failure] = field(default_factory=list)
    stopped: str = "done"
    seconds: float = 0.0
    busy_seconds: float = 0.0
    workers: int = 1
    memory_mb: float = 0.0

    @property
    def busy(self) -> float:
        """Share of the workers' time that was spent computing."""
        return self.busy_seconds / (self.seconds * self.workers) if self.seconds else 0.0


class Sweep:
    """The runs of an experiment and the store that keeps them.

    Args:
        experiment: what is asked.
        store: folder of runs, shared by any number of experiments.
        make: builds the model.
        warn: told of files set aside and of failures, as a key of words and its values.
    """

    def __init__(
        self, experiment: Experiment, store: Path, make: Maker = make_model, warn: Warn = silent
    ) -> None:
        self.experiment, self.make, self.warn = experiment, make, warn
        self.work = run_job
        names = {m.name: [i.name for i in m.indicators] for m in chosen(None)}
        self.store = Store(store, digest(canonical_json(names).encode()), warn)
        self._worlds: dict[str, World] = {}
        self._of_point: list[tuple[str, dict[str, dict[str, Any]]]] = []
        for point in experiment.points:
            scenario = point.scenario()
            world = World(scenario, experiment.arms)
            self._worlds.setdefault(world.name, world)
            self._of_point.append((world.name, policies_of(scenario, experiment.arms)))

    # ------------------------------------------------------------------------------------------ planning
    def runs(self, seeds: Sequence[int] | Mapping[int, Sequence[int]]) -> list[RunOf]:
        """Return every run of some seeds (the same at all points, or by point), in order."""
        out = []
        keys: dict[tuple[str, str, int], str] = {}
        for point, (world, policies) in enumerate(self._of_point):
            mine = seeds.get(point, ()) if isinstance(seeds, Mapping) else seeds
            texts = {arm: canonical_json(policy) for arm, policy in policies.items()}
            for seed in mine:
                for arm, policy in policies.items():
                    place = (world, texts[arm], seed)
                    if place not in keys:
                        keys[place] = self._worlds[world].key(policy, seed)
                    out.append(RunOf(point, arm, seed, keys[place]))
        return out

    def first_seeds(self) -> list[int]:
        """Return the seeds of the first (and, without a wanted precision, only) round."""
        chosen_ = self.experiment.file
        many = chosen_.replications if chosen_.precision is None else chosen_.precision.first
        return [chosen_.seed + rank for rank in range(many)]

    def jobs(self, runs: Sequence[RunOf]) -> Iterator[Job]:
        """Yield the jobs that compute runs: seed after seed, so that an early stop leaves whole replications."""
        groups: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
        for run in runs:
            world, policies = self._of_point[run.point]
            groups.setdefault((run.seed, world), {})[run.key] = policies[run.arm]
        for seed, world in sorted(groups, key=lambda place: place[0]):
            wanted = list(groups[seed, world].items())
            for start in range(0, len(wanted), MOST_ARMS):
                yield self._worlds[world].job(dict(wanted[start : start + MOST_ARMS]), seed, self.make)

    # ------------------------------------------------------------------------------------------ computing
    def run(
        self, executor: Executor | None = None, workers: int = 1, progress: Progress = lambda done, total: None,
        only: str | None = None,
    ) -> Outcome:  # fmt: skip
        """Compute what is missing, then, with a wanted precision, what it still asks for.

        Args:
            executor: where (default: this process).
            workers: how many it has.
            progress: told how many runs are done, and of how many.
            only: beginning of a key; nothing else is computed.

        Raises:
            InputError: the disk is full, or the executor runs other code. What was kept is safe.
        """
        started = time.monotonic()
        outcome = Outcome(workers=workers)
        hours = self.experiment.file.budget.hours
        crew = _Crew(self, executor or Serial(), outcome, started + 3600 * hours if hours else None)
        try:
            seeds: Any = self.first_seeds()
            for _ in count():
                runs = self.runs(seeds)
                outcome.runs = [run for run in runs if only is None or run.key.startswith(only)]
                crew.compute(outcome.runs, progress)
                more = None if only or outcome.stopped != "done" else self._more_seeds(outcome)
                if more is None:
                    break
                if len(self.runs(more)) > self.experiment.file.budget.runs:
                    outcome.stopped = "runs"
                    break
                seeds = more
        finally:
            outcome.seconds = time.monotonic() - started
            crew.close()
        return outcome

    def _more_seeds(self, outcome: Outcome) -> dict[int, list[int]] | None:
        """Return the seeds of each point when some point is not known well enough, else None."""
        wanted = self.experiment.file.precision
        if wanted is None:
            return None
        counts = dict.fromkeys(range(len(self._of_point)), 0)
        for run in outcome.runs:
            counts[run.point] += run.arm == self.experiment.arms[0]
        failed = {f.key for f in outcome.failures}
        grown = dict(counts)
        for point in counts:
            runs = [run for run in outcome.runs if run.point == point]
            if not any(run.key in failed for run in runs) and not self._precise(runs, wanted.half_width):
                grown[point] = min(counts[point] + wanted.step, wanted.most)
        if grown == counts:
            return None
        first = self.experiment.file.seed
        return {point: [first + rank for rank in range(many)] for point, many in grown.items()}

    def _precise(self, runs: Sequence[RunOf], half_width: float) -> bool:
        """Tell whether every measure of a point has come to its precision, in each arm and as a difference."""
        arms = self.experiment.arms
        columns: dict[tuple[str, str], list[float]] = {}
        for run in runs:
            table = numbers_of(self.store.get(run.key) or b"")
            for name in self.experiment.file.measures:
                columns.setdefault((run.arm, name), []).append(table.get((name, "", ""), float("nan")))
        import numpy as np

        for name in self.experiment.file.measures:
            base = np.asarray(columns[arms[0], name])
            for arm in arms:
                values = np.asarray(columns[arm, name])
                least = half_width * abs(float(np.nanmean(base)))
                gap_known = arm == arms[0] or replications_for_difference(values - base, least) is not None
                if not gap_known or replications_for_level(values, half_width) is None:
                    return False
        return True


class _Crew:
    """Hands jobs to an executor, keeps what comes back, survives what does not."""

    def __init__(self, sweep: Sweep, executor: Executor, outcome: Outcome, deadline: float | None) -> None:
        self.sweep, self.store = sweep, sweep.store
        self.executor, self.outcome, self.deadline = executor, outcome, deadline
        self.flying: dict[Future[Done], Job] = {}
        self.broken: dict[str, int] = {}
        self.kept_bytes = 0
        self._alone: Processes | None = None
        self._tried: set[str] = set()
        self.points: dict[str, list[int]] = {}

    def close(self) -> None:
        for future in self.flying:
            future.cancel()
        if self._alone is not None:
            self._alone.shutdown()

    def compute(self, runs: Sequence[RunOf], progress: Progress) -> None:
        """Compute the runs that the store lacks."""
        wanted = {run.key for run in runs}
        held = {key for key in wanted if self.store.get(key) is not None}
        missing = [run for run in runs if run.key not in held]
        self.outcome.reused += len(held - self._tried)
        self._tried |= held
        self.points = {}
        for run in missing:
            self.points.setdefault(run.key, []).append(run.point)
        done = len(held)
        progress(done, len(wanted))
        for finished in self._work(deque(self.sweep.jobs(missing))):
            done += finished
            progress(done, len(wanted))

    def _work(self, waiting: deque[Job]) -> Iterator[int]:
        """Keep two jobs a worker in flight; yield the number of runs that each answer finishes."""
        most = 1 if isinstance(self.executor, Serial) else 2 * self.outcome.workers
        while waiting or self.flying:
            while waiting and len(self.flying) < most and not self._must_stop():
                yield from self._send(waiting.popleft())
            if not self.flying:
                return
            for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
                job = self.flying.pop(future)
                again, finished = self._receive(future, job)
                waiting.extendleft(again)
                yield finished

    def _must_stop(self) -> bool:
        budget = self.sweep.experiment.file.budget
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.outcome.stopped = "hours"
        elif budget.disk_gb is not None and self.kept_bytes > budget.disk_gb * 1e9:
            self.outcome.stopped = "disk"
        return self.outcome.stopped != "done"

    def _send(self, job: Job) -> Iterator[int]:
        """Submit a job, unless somebody else has computed all of it meanwhile."""
        if all(self.store.has(key) for key in job.keys):
            self._tried |= set(job.keys)
            self.outcome.reused += len(job.keys)
            yield len(job.keys)
            return
        try:
            self.flying[self.executor.submit(self.sweep.work, job)] = job
        except BrokenExecutor as error:
            lost: Future[Done] = Future()
            lost.set_exception(error)
            self.flying[lost] = job

    def _receive(self, future: Future[Done], job: Job) -> tuple[list[Job], int]:
        """Keep an answer; return (jobs to send again, how many runs it finishes)."""
        try:
            error = future.exception()
        except CancelledError:
            raise InputError(say("sweep.cluster_gone")) from None
        if error is None:
            return [], self._keep(future.result(), job)
        if isinstance(error, KeyboardInterrupt):
            raise error
        if isinstance(error, BrokenExecutor):
            self.broken[job.name] = self.broken.get(job.name, 0) + 1
            if self.broken[job.name] < TRIES:
                return [job], 0
            if self.broken[job.name] == TRIES:
                return self._by_itself(job)
            return self._fail(job, say("sweep.killed"))
        return self._fail(job, _short(error))

    def _by_itself(self, job: Job) -> tuple[list[Job], int]:
        """Compute in a process of its own a job that has already broken two."""
        if self._alone is None:
            self._alone = Processes(1)
        future: Future[Done] = self._alone.submit(self.sweep.work, job)
        return self._receive(future, job)

    def _keep(self, done: Done, job: Job) -> int:
        if done.code != code_digest():
            raise InputError(say("sweep.other_code"))
        for key in job.keys:
            self.kept_bytes += self.store.put(key, done.tables[key])
        self._tried |= set(job.keys)
        self.outcome.computed += len(job.keys)
        self.outcome.busy_seconds += done.seconds
        self.outcome.memory_mb = max(self.outcome.memory_mb, done.memory_mb)
        return len(job.keys)

    def _fail(self, job: Job, error: str) -> tuple[list[Job], int]:
        """Send the arms of a failed job one by one; a run that fails alone is recorded, the others go on."""
        if len(job.keys) > 1:
            return [replace(job, keys=(key,)) for key in job.keys], 0
        points = tuple(sorted(set(self.points.get(job.name, ()))))
        self.outcome.failures.append(Failure(job.name, points, job.seed, error))
        self.sweep.warn("sweep.failed", {"key": job.name[:12], "error": error})
        return [], 0


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    if isinstance(error, CptsSimError):
        return text[0] if text else type(error).__name__
    return f"{type(error).__name__}: {text[-1]}" if text else type(error).__name__
