"""Facts about France beside what the model reaches: bands, hits, distances."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from cpts_sim.engine.events import Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.errors import InputError
from cpts_sim.evidence import ParameterEntry, load_parameters
from cpts_sim.experiment.credible import band_of
from cpts_sim.experiment.ensemble import Ensemble, with_vector
from cpts_sim.experiment.fact_numbers import Numbers, Record, fact_numbers
from cpts_sim.experiment.fact_places import here
from cpts_sim.experiment.fact_strain import COUNTS, pooled_ratio
from cpts_sim.experiment.keys import digest
from cpts_sim.experiment.statistics import Interval, jackknife_interval, mean_interval
from cpts_sim.experiment.workers import results, usable_cores
from cpts_sim.measures import Horizon
from cpts_sim.measures.base import DAY, YEAR_DAYS
from cpts_sim.scenario import Scenario, as_written, calendar_of, from_written
from cpts_sim.words import say, sentences

CAL = "CAL"
"""Facts that parameters are tuned on; the others (VAL) are kept for validation."""
KEPT = ("visit", "request", "week", "day", "ed", "admission")


@dataclass(frozen=True)
class Fact:
    """A fact and what replications reach.

    Attributes:
        target: the fact with its band, source, population and observation filter.
        values: the number of each replication.
        counts: of a ratio between groups, its cases and people in each replication (``fact_strain.COUNTS``).
        reason: why this territory cannot be held against it ("" where it can).
        drawn: whether each replication has drawn its own parameters and structure.
    """

    target: ParameterEntry
    values: tuple[float, ...]
    counts: tuple[tuple[float, ...], ...] = ()
    reason: str = ""
    drawn: bool = False

    @property
    def name(self) -> str:
        """Name of the fact, without its room."""
        return self.target.id.removeprefix("fact.")

    @property
    def reached(self) -> Interval:
        """Mean of the replications with its interval; a ratio between groups is formed over all replications.

        Where each has drawn its parameters: the median with its 90 % credible interval.
        """
        if self.counts:
            return jackknife_interval(self.counts, pooled_ratio)
        return band_of(self.values) if self.drawn else mean_interval(self.values)

    @property
    def known(self) -> bool:
        """Whether the model could give the number."""
        return math.isfinite(self.reached.mean)

    @property
    def hit(self) -> bool:
        """Whether the mean lies within the band."""
        return self.known and self.distance == 0.0

    @property
    def applies(self) -> bool:
        """Whether this territory can be held against it."""
        return not self.reason

    @property
    def distance(self) -> float:
        """Signed distance of the mean to the nearest edge of the band, in the unit of the fact (0 inside)."""
        mean = self.reached.mean
        return min(mean - self.target.low, 0.0) + max(mean - self.target.high, 0.0)


def targets(year: int) -> list[ParameterEntry]:
    """Return the facts of a reference year, in the order of their names in ``words/facts.yaml``.

    Raises:
        InputError: none is known of that year.
    """
    known = load_parameters(year).entries("targets")
    found = [entry for entry in known if str(year) in entry.fact["of"].split()]
    if not found:
        raise InputError(say("facts.no_facts", name="facts", year=year))
    order = list(sentences("facts"))
    return sorted(found, key=lambda entry: order.index(entry.id.replace("fact.", "facts.", 1)))


def facts_of(
    scenario: Scenario, replications: int = 1, seed: int = 1, *, workers: int | None = None,
    progress: Callable[[int], None] | None = None, ensemble: Ensemble | None = None,
) -> list[Fact]:  # fmt: skip
    """Run a scenario without any CPTS and put its numbers beside the facts of its reference year.

    Args:
        scenario: a territory of France.
        replications: number of independent runs, with the seeds ``seed``, ``seed + 1``, …
        seed: seed of the first run.
        workers: number of processes (default: cores, at most one per run).
        progress: called with the number of finished runs.
        ensemble: where each run draws its parameters and structure (None: the scenario's own).

    Raises:
        InputError: the scenario gives its own needs, or no fact of its year is known.
    """
    if scenario.territory.practices is not None:
        raise InputError(say("facts.not_france", name=scenario.name))
    wanted = targets(scenario.reference_year)
    processes = min(workers or usable_cores(), replications)
    job = partial(_one_run, as_written(scenario), seed, ensemble)
    done: dict[int, Numbers] = {}
    for rank, numbers in results(job, iter(range(replications)), processes):
        done[rank] = numbers
        if progress is not None:
            progress(len(done))
    runs = [done[rank] for rank in sorted(done)]
    return [_fact(*here(entry, scenario), runs, ensemble is not None) for entry in wanted]


def _fact(entry: ParameterEntry, reason: str, runs: Sequence[Numbers], drawn: bool) -> Fact:
    reads = entry.fact["reads"]
    ratio = all(f"{reads}.{which}" in runs[0] for which in COUNTS)
    counts = tuple(tuple(run[f"{reads}.{which}"] for which in COUNTS) for run in runs) if ratio else ()
    return Fact(entry, tuple(run[reads] for run in runs), counts, reason, drawn)


def _one_run(written: Mapping[str, Any], seed: int, ensemble: Ensemble | None, rank: int) -> Numbers:
    from cpts_sim.catalogue import catalogue

    scenario = from_written(written, catalogue())
    if ensemble is not None:
        scenario = with_vector(scenario, ensemble.draw(seed + rank))
    return numbers_of_run(scenario, seed + rank)


def numbers_of_run(scenario: Scenario, seed: int) -> Numbers:
    """Run a scenario once, without any CPTS, and return its numbers by name."""
    from cpts_sim.model import Model

    model = Model(scenario, seed)
    try:
        model.warm_up()
        listener = Listener(model)
        model.observers.append(listener)
        model.run(scenario.horizon_days)
        model.finish()
    finally:
        model.close()
    return fact_numbers(listener.record(scenario))


class Listener:
    """Keeps what facts need of a run: day 0, the events from then on, the share of lists open month by month.

    Args:
        model: a model at day 0; give the listener to it, or to a fork of it, as an observer.
        kinds: kinds of event that are kept.
    """

    def __init__(self, model: Any, kinds: Sequence[str] = KEPT) -> None:
        self._kinds = tuple(kinds)
        self._chunks: list[Chunk] = []
        self._open_share: list[float] = []
        people, gps = model.tables["people"], model.tables["gps"]
        counted = people["alive"] & (people["resident"] > 0)
        age = np.where(counted, np.floor(-people["born"] / (YEAR_DAYS * DAY)), -1)
        self.people: Mapping[str, Any] = {"age": age, "mt": people["mt"].copy()}
        self.gps: Mapping[str, Any] = {name: gps[name].copy() for name in ("halo", "slot_min", "online")}

    def __call__(self, chunk: Chunk, tables: Mapping[str, Any]) -> None:
        """Keep a month."""
        self._chunks.append({kind: chunk[kind] for kind in self._kinds})
        gps = tables["gps"]
        here = (np.asarray(gps["halo"]) == 0) & (gps["status"] != Work.LEFT)
        self._open_share.append(float((gps["open"] > 0)[here].mean()) if here.any() else math.nan)

    def record(self, scenario: Scenario) -> Record:
        """Return the run that was heard, whole."""
        first = int(np.asarray(calendar_of(scenario, 1).day_of_year)[scenario.warmup_days])
        horizon = Horizon(scenario.horizon_days)
        return Record(joined(self._chunks), self.people, self.gps, np.array(self._open_share), horizon, first)


@cache
def facts_digest() -> str:
    """Return the digest of the code that reads facts from a run: what was read by other code is read anew."""
    here = Path(__file__).parent
    return digest(b"".join((here / f"{name}.py").read_bytes() for name in ("facts", "fact_numbers", "fact_strain")))


def joined(chunks: Sequence[Chunk]) -> dict[str, dict[str, Any]]:
    """Join the chunks of a journal: kind of event → columns."""
    return {
        kind: {name: np.concatenate([chunk[kind][name] for chunk in chunks]) for name in chunks[0][kind]}
        for kind in chunks[0]
    }


def counts(facts: Sequence[Fact]) -> dict[str, int]:
    """Count facts reached and facts in all: ``cal``, ``cal_all``, ``val``, ``val_all``; ``apart`` do not apply."""
    tuned = [fact for fact in facts if fact.applies and fact.target.fact["use"] == CAL]
    kept = [fact for fact in facts if fact.applies and fact.target.fact["use"] != CAL]
    return {
        "cal": sum(fact.hit for fact in tuned), "cal_all": len(tuned),
        "val": sum(fact.hit for fact in kept), "val_all": len(kept), "apart": len(facts) - len(tuned) - len(kept),
    }  # fmt: skip


def misses(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that apply and are not reached, those of calibration first."""
    found = [fact for fact in facts if fact.applies and not fact.hit]
    return sorted(found, key=lambda fact: fact.target.fact["use"] != CAL)
