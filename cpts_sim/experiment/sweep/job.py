"""What a worker does: one world, one seed, one warm-up, then the arms that are missing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from cpts_sim import EPOCH
from cpts_sim.catalogue import catalogue
from cpts_sim.experiment.keys import code_digest, of_third_parties
from cpts_sim.experiment.pair import Maker, Run, replicate
from cpts_sim.experiment.parquet import from_parquet, to_parquet
from cpts_sim.experiment.values import Place
from cpts_sim.scenario import (
    Scenario,
    as_written,
    canonical_json,
    file_hash,
    from_written,
    input_files,
    resolved,
    run_key,
)


def make_model(scenario: Scenario, seed: int) -> Run:
    """Build the real model on a territory that this process keeps from one run to the next."""
    from cpts_sim.model import Model

    run: Run = Model(scenario, seed, territory=_territory(scenario))
    return run


def _territory(scenario: Scenario) -> Any:
    told = {key: file_hash(path) for key, path in input_files(scenario).items()}
    source = scenario.territory.model_dump(mode="json", exclude_none=True)
    return _loaded(canonical_json(source), canonical_json(told))


@lru_cache(maxsize=4)
def _loaded(source: str, hashes: str) -> Any:
    from cpts_sim.territory import load_territory

    return load_territory(json.loads(source))


@dataclass(frozen=True)
class Job:
    """What is sent to a worker; the scenario travels as text because its class is made at run time.

    Attributes:
        scenario: canonical JSON of a scenario whose arms are named by the keys of their runs. seed: of all
        draws. keys: the runs wanted. make: builds the model.
    """

    scenario: str
    seed: int
    keys: tuple[str, ...]
    make: Maker = field(default=make_model, repr=False)

    @property
    def name(self) -> str:
        """Name of the job: the key of its first run."""
        return self.keys[0]


@dataclass(frozen=True)
class Done:
    """What a worker returns.

    Attributes:
        tables: key → Parquet bytes. seconds: time it took. process: id of the process. memory_mb: largest
        memory of that process. code: digest of its code.
    """

    tables: dict[str, bytes]
    seconds: float
    process: int
    memory_mb: float
    code: str


def run_job(job: Job) -> Done:
    """Simulate the arms of a job from one warm-up."""
    started = time.monotonic()
    scenario = from_written(json.loads(job.scenario), catalogue())
    pair = replicate(scenario, job.seed, job.keys, make=job.make)
    tables = {key: table_of(pair.values.get(key, {})) for key in job.keys}
    return Done(tables, time.monotonic() - started, os.getpid(), memory_mb(), code_digest())


def table_of(values: dict[Place, float]) -> bytes:
    """Write the numbers of a run over the whole horizon; weekly courses are left to ``compare``."""
    rows = [(*place[:3], value) for place, value in sorted(values.items()) if place.week < 0]
    names = ("indicator", "by", "group", "value")
    columns: dict[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    types = {"value": np.float64}
    return to_parquet({n: np.asarray(columns.get(n, []), dtype=types.get(n, np.str_)) for n in names})


def numbers_of(table: bytes) -> dict[tuple[str, str, str], float]:
    """Read the table of a run: (indicator, cut, group) → number."""
    columns = from_parquet(table)
    names = ("indicator", "by", "group", "value")
    return {(i, b, g): v for i, b, g, v in zip(*(columns[n].tolist() for n in names), strict=True)}


def memory_mb() -> float:
    """Return the largest memory this process has had, in MB (0 where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


class World:
    """What the arms of a scenario share: everything but their policies.

    A run depends on the world (its parameters included: they rule the warm-up), on the policy of its own arm and
    on the seed; other arms, titles and paths do not count. Points that differ only in their policies have one
    world, hence one warm-up per seed and one baseline.
    """

    def __init__(self, scenario: Scenario, arms: Sequence[str]) -> None:
        told, written = resolved(scenario), as_written(scenario)
        shared = ("arms", "name", "title") if _cpts_rules_all(scenario, arms) else ("arms", "name", "title", "cpts")
        self._told = {key: value for key, value in told.items() if key not in shared}
        self._written = {key: value for key, value in written.items() if key not in shared}
        self._days = scenario.horizon_days
        self.name = run_key(self._told, 0, self._days, EPOCH, world=True)

    def key(self, policy: Mapping[str, Any], seed: int) -> str:
        """Return the name of a run: the same if and only if the same numbers must come out."""
        others = of_third_parties(self._told, policy)
        return run_key(self._told, seed, self._days, EPOCH, policy=policy, **others)

    def job(self, policies: Mapping[str, Mapping[str, Any]], seed: int, make: Maker) -> Job:
        """Return the job that simulates some policies (key of the run → policy) with one seed."""
        written = {**self._written, "name": "sweep", "arms": dict(sorted(policies.items()))}
        return Job(canonical_json(written), seed, tuple(sorted(policies)), make)


def _cpts_rules_all(scenario: Scenario, arms: Sequence[str]) -> bool:
    """Tell whether the scenario's own CPTS matters to arms: it exists on day 0, or an arm spends its money."""
    return scenario.exists_already or any(scenario.arms[name].instead is not None for name in arms)


def policies_of(scenario: Scenario, arms: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return arm → all that the arm says but its title, complete, in one form whatever the file wrote."""
    if _cpts_rules_all(scenario, arms):
        chosen = {name: as_written(scenario)["arms"][name] for name in arms}
    else:
        dumped = {name: scenario.arm(name).model_dump(mode="json", by_alias=True) for name in arms}
        chosen = {name: {"cpts": None, **_pruned(plain)} for name, plain in dumped.items()}
    return {name: {key: value for key, value in arm.items() if key != "title"} for name, arm in chosen.items()}


def _pruned(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _pruned(item) for key, item in value.items() if item is not None}
