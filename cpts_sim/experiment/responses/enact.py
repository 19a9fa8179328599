"""Playing the changes: arms as patches of a scenario, each run once, the same seeds everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cpts_sim import EPOCH
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.comparison import scenario_of
from cpts_sim.experiment.keys import of_third_parties
from cpts_sim.experiment.responses.lives import Life, life_of, lives_digest
from cpts_sim.experiment.responses.published import Enactment, enactments
from cpts_sim.experiment.store import Store, Warn, silent
from cpts_sim.experiment.workers import results
from cpts_sim.scenario import Scenario, as_written, canonical_json, resolved, run_key
from cpts_sim.scenario.arms import merge
from cpts_sim.words import say

OWN = ("run",)
"""Keys of an arm that are no keys of a scenario."""
WITHOUT = "without"

Lived = tuple[str, str, int]
"""A run: scenario as canonical JSON, arm, seed."""
Pairs = list[dict[str, Life]]
"""Pairs in the order of seeds, each arm → life."""


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes:
        scenario: as written. inhabitants: of every territory (None: those of each). replications: pairs. seed: of the
            first pair. parameters: numbers of a member of an ensemble, under those that an arm sets itself.
    """

    scenario: Mapping[str, Any]
    inhabitants: int | None = None
    replications: int = 5
    seed: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def seeds(self) -> range:
        """Seeds of the pairs."""
        return range(self.seed, self.seed + self.replications)


def ask(scenario: Scenario, inhabitants: int | None, replications: int, seed: int) -> Asked:
    """Return what is asked of a scenario.

    Raises:
        InputError: the scenario gives its own needs. UsageError: inhabitants of a real territory.
    """
    if scenario.territory.practices is not None:
        raise InputError(say("facts.not_france", name=scenario.name))
    if inhabitants is not None and scenario.territory.archetype is None:
        raise UsageError(say("responses.not_archetype", value=inhabitants))
    written = as_written(scenario)
    if scenario.dates is None:  # frozen for the scenario's own years; an enactment has others
        del written["dates"]
    return Asked(written, inhabitants, replications, seed)


def arms_of(asked: Asked, enactment: Enactment) -> dict[str, tuple[str, str]]:
    """Return the arms of an enactment: name → (scenario as canonical JSON, arm that is lived)."""
    return {
        name: (_patched(asked, enactment, patch), str(patch.get("run", WITHOUT)))
        for name, patch in enactment.arms.items()
    }


def _patched(asked: Asked, enactment: Enactment, patch: Mapping[str, Any]) -> str:
    """Write the scenario with the arm's patch: what a scenario file with these lines would be."""
    values = dict(asked.scenario)
    values = {**values, "arms": {WITHOUT: {"cpts": None}}, "cpts": None, "years": enactment.years}
    own = {key: _plain(value) for key, value in patch.items() if key not in OWN}
    values = merge({**values, "parameters": {**values.get("parameters", {}), **asked.parameters}}, own)
    source = dict(values["territory"])
    if asked.inhabitants is not None and source.get("archetype") is not None:
        values["territory"] = {**source, "population": enactment.times * asked.inhabitants}
    return canonical_json(as_written(_checked(canonical_json({k: v for k, v in values.items() if v is not None}))))


@cache
def _checked(text: str) -> Scenario:
    return scenario_of(text)


def _plain(value: Any) -> Any:
    """Return a patch as JSON holds it: dates of a YAML file become text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


# ------------------------------------------------------------------------------------------ running
@dataclass(frozen=True)
class Job:
    """What a worker computes: the life of one run, as bytes."""

    runs: tuple[Lived, ...]

    def __call__(self, rank: int) -> bytes:
        """Run once."""
        text, arm, seed = self.runs[rank]
        return packed(life_of(scenario_of(text), seed, arm))


def packed(life: Life) -> bytes:
    """Write a life as one compressed file of arrays."""
    out = io.BytesIO()
    columns: dict[str, Any] = {f"gps/{name}": column for name, column in life.gps.items()}
    columns |= {f"people/{name}": column for name, column in life.people.items()}
    columns |= {f"totals/{name}": np.float64(value) for name, value in life.totals.items()}
    np.savez_compressed(out, **columns)
    return out.getvalue()


def unpacked(data: bytes) -> Life:
    """Read a life that :func:`packed` wrote."""
    parts: dict[str, dict[str, Any]] = {"gps": {}, "people": {}, "totals": {}}
    with np.load(io.BytesIO(data)) as file:
        for name in file.files:
            part, _, column = name.partition("/")
            parts[part][column] = float(file[name]) if part == "totals" else file[name]
    return Life(parts["gps"], parts["people"], parts["totals"])


@dataclass
class Player:
    """Lives every run that is asked once, and keeps it.

    Attributes:
        workers: number of processes. store: folder of lives (None: nothing is kept). told: called with (done, all)
        runs. compute: runs jobs (another in tests). warn: told of files set aside. reused: lives found in the store.
    """

    workers: int = 1
    store: Path | None = None
    told: Callable[[int, int], None] = lambda done, total: None
    compute: Callable[..., Iterator[tuple[int, bytes]]] = results
    warn: Warn = silent
    reused: int = 0

    def __call__(self, asked: Asked, names: Iterable[str]) -> dict[str, Pairs]:
        """Return enactment → pairs in the order of seeds, each arm → life."""
        return self.several([asked], names)[0]

    def several(self, asked: Sequence[Asked], names: Iterable[str]) -> list[dict[str, Pairs]]:
        """Return the same for several questions at once, in their order; a run that they share is lived once."""
        names = tuple(dict.fromkeys(names))
        arms = [{name: arms_of(one, enactments()[name]) for name in names} for one in asked]
        wanted = [
            (*arm, seed)
            for one, mine in zip(asked, arms, strict=True)
            for seed in one.seeds
            for found in mine.values()
            for arm in found.values()
        ]
        shelf = Store(self.store, lives_digest(), self.warn)
        try:
            lives = self._all(list(dict.fromkeys(wanted)), shelf)
        finally:
            shelf.close()
        return [
            {
                name: [{arm: lives[*run, seed] for arm, run in found.items()} for seed in one.seeds]
                for name, found in mine.items()
            }
            for one, mine in zip(asked, arms, strict=True)
        ]

    def _all(self, runs: Sequence[Lived], shelf: Store) -> dict[Lived, Life]:
        keys = {run: _key(run) for run in runs} if self.store is not None else dict.fromkeys(runs, "")
        found = {run: data for run in runs if (data := shelf.get(keys[run])) is not None}
        self.reused += len(found)
        missing = tuple(run for run in runs if run not in found)
        self.told(len(found), len(runs))
        for rank, data in self.compute(Job(missing), iter(range(len(missing))), min(self.workers, len(missing) or 1)):
            found[missing[rank]] = data
            shelf.put(keys[missing[rank]], data)
            self.told(len(found), len(runs))
        return {run: unpacked(data) for run, data in found.items()}


def _key(run: Lived) -> str:
    """Return the name under which a life is kept."""
    text, arm, seed = run
    scenario = _checked(text)
    plain = resolved(scenario)
    return run_key(plain, seed, scenario.horizon_days, EPOCH, arm=arm, responses=True, **of_third_parties(plain))
