"""From an ask to records: what is on the shelf is shared, what is not is computed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.app.asks import Ask, to_scenario, written
from cpts_sim.app.limits import Limits
from cpts_sim.app.pool import Pool
from cpts_sim.app.records import Record, Shelf, Watcher
from cpts_sim.app.warm import Job
from cpts_sim.errors import InputError
from cpts_sim.scenario import resolved, run_key
from cpts_sim.words import say

ARMS = ("without", "with")
NOW, LATER = 0, 1


@dataclass(frozen=True)
class Jobs:
    """The jobs of an ask: one for each arm."""

    ask: Ask
    arms: tuple[Job, ...]


class Desk:
    """Opens runs for sessions.

    Args:
        presets: territories by name, as mappings of a scenario file.
        limits: limits of the server.
        pool: workers.
    """

    def __init__(self, presets: Mapping[str, Mapping[str, Any]], limits: Limits, pool: Pool) -> None:
        self.presets, self.limits, self.pool = presets, limits, pool
        self.shelf = Shelf(limits.memory_bytes, limits.idle_bytes)

    async def jobs(self, ask: Ask) -> Jobs:
        """Check an ask and name its jobs (in a thread: reading calendars takes time).

        Raises:
            InputError: the scenario is not valid.
        """
        return await asyncio.to_thread(jobs_of, ask, self.presets, self.limits)

    def open_all(self, jobs: Sequence[Job], session: int, watcher: Watcher) -> list[Record]:
        """Return the records of some jobs, or none of them.

        Raises:
            InputError: too much is waiting, or in memory.
        """
        records: list[Record] = []
        new: list[Record] = []
        try:
            for job in jobs:
                known = self.shelf.get(job.key)
                held = known is not None and session in known.holders
                records.append(self.open(job, session, watcher))
                if not held:
                    new.append(records[-1])
        except InputError:
            for record in new:
                self.release(record, session, watcher)
            raise
        return records

    def open(self, job: Job, session: int, watcher: Watcher, urgency: int = NOW) -> Record:
        """Return the record of a job, computed before, being computed or asked for now.

        Raises:
            InputError: too much is waiting, or in memory.
        """
        record = self.shelf.get(job.key)
        if record is None:
            if self.pool.waiting >= self.limits.waiting_jobs:
                raise InputError(say("app.busy", count=self.pool.waiting))
            if not self.shelf.make_room():
                raise InputError(say("app.no_memory"))
            record = self.shelf.make(job.key)
            self.pool.submit(job, record.receive, urgency)
        elif not record.done:
            self.pool.hurry(job.key, urgency)
        self.want(record, session, watcher)
        return record

    def want(self, record: Record, session: int, watcher: Watcher) -> None:
        """A session wants a record."""
        record.holders.add(session)
        if watcher not in record.watchers:
            record.watchers.append(watcher)

    def release(self, record: Record, session: int, watcher: Watcher) -> None:
        """A session does not want a record any more; what nobody wants is not computed on, nor kept when useless."""
        record.holders.discard(session)
        if watcher in record.watchers:
            record.watchers.remove(watcher)
        if record.holders:
            return
        if not record.done:
            if record.failed is None:
                self.pool.forget(record.key)
            self.shelf.drop(record)
        self.shelf.make_room()


def jobs_of(ask: Ask, presets: Mapping[str, Mapping[str, Any]], limits: Limits) -> Jobs:
    """Return the jobs of an ask.

    Raises:
        InputError: the scenario is not valid.
    """
    scenario = to_scenario(ask, presets, limits)
    plain = written(scenario)
    days = scenario.horizon_days
    there = scenario.cpts is not None and scenario.cpts.since_months is not None  # it lives in the warm-up too
    before = {**resolved(scenario), "arms": {}} | ({} if there else {"cpts": None})
    warm = run_key(before, ask.seed, days, EPOCH, shown=limits.shown)
    keys = {arm: run_key(resolved(scenario, arm), ask.seed, days, EPOCH, shown=limits.shown) for arm in ARMS}
    arms = []
    for arm, key in keys.items():
        beside = tuple((other, name) for name, other in keys.items() if other != key)
        arms.append(Job(key, warm, plain, (arm,), ask.seed, limits.shown, beside=beside))
    return Jobs(ask, tuple(arms))


def draws_of(jobs: Jobs, count: int, limits: Limits) -> list[Job]:
    """Return the jobs of further draws of a run: the same territory with other people and other luck.

    Raises:
        InputError: too many at once.
    """
    if not 0 < count <= limits.draws:
        raise InputError(say("app.too_large", place="draws", value=count, most=limits.draws))
    return draw_jobs(jobs.arms, [jobs.ask.seed + 1000 * rank for rank in range(1, count + 1)])


def draw_jobs(arms: Sequence[Job], seeds: Sequence[int]) -> list[Job]:
    """Return a job for each seed that tells the numbers of both arms, without people or places."""
    left, right = arms
    names = (left.arms[0], right.arms[0])
    return [
        Job(f"{left.key}+{right.key}/{seed}", f"{left.warm_key}/{seed}", left.scenario, names, seed, left.shown, False)
        for seed in seeds
    ]
