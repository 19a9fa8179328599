"""Short lives of small territories, for the tests of laws, stories and directions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.catalogue import catalogue
from cpts_sim.model import Model
from cpts_sim.scenario import Scenario, parse

Array = NDArray[Any]
Journal = dict[str, dict[str, Array]]
DAY = 1440.0
EVERYBODY = {"share_gps": 1, "active_share": 1, "share_nurses": 1, "share_pharmacists": 1}
"""All professionals are active members: a small territory then has a CPTS that does something."""
AT_ONCE = {"unscheduled_care": {"start": "0 months"}, "treating_physician": {"start": "0 months"}}
"""The missions of access, from the first day."""


def scenario(**values: Any) -> Scenario:
    """A territory of the reference archetype; keys given replace or add to the scenario's."""
    population = values.pop("population", 6000)
    base = {
        "name": "law",
        "territory": {"archetype": "reference", "population": population},
        "warmup": "4 weeks",
    }
    return parse({**base, **values}, catalogue())


def cpts(missions: Mapping[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A CPTS of which all are active members, with the missions of access from the first day."""
    return {"members": EVERYBODY, "missions": dict(AT_ONCE if missions is None else missions), **values}


def arms(**policies: Mapping[str, Any] | None) -> dict[str, Any]:
    """The block ``arms`` of a scenario: each policy is a CPTS block, or None."""
    return {name: {"cpts": policy} for name, policy in policies.items()}


@dataclass
class Recorder:
    """Keeps everything that the journal hands over."""

    chunks: list[Journal] = field(default_factory=list)

    def __call__(self, chunk: Mapping[str, Mapping[str, Array]], tables: Any) -> None:
        self.chunks.append(
            {kind: {name: a.copy() for name, a in columns.items()} for kind, columns in chunk.items()}
        )

    def journal(self) -> Journal:
        """All chunks joined."""
        first = self.chunks[0]
        return {
            kind: {name: np.concatenate([c[kind][name] for c in self.chunks]) for name in first[kind]}
            for kind in first
        }


@dataclass
class Life:
    """A finished run: the model, and its journal from day 0 on (or with the warm-up)."""

    model: Model
    journal: Journal

    def rows(self, kind: str) -> dict[str, Array]:
        """Events of a kind from day 0 on."""
        columns = self.journal[kind]
        time = columns["raised" if kind == "request" else "arrival" if kind == "ed" else "at"]
        return {name: column[time >= 0] for name, column in columns.items()}


def winter(spec: Scenario, seed: int = 1) -> Model:
    """A model at day 0."""
    model = Model(spec, seed)
    model.warm_up()
    return model


def live(start: Model, arm: str | None, days: int, *others: Any) -> Life:
    """Fork an arm and live some days; ``others`` are further observers."""
    recorder = Recorder()
    model = start.fork(arm, observers=[recorder, *others])
    model.run(days)
    model.finish()
    return Life(model, recorder.journal())


def digest(journal: Journal, kinds: Sequence[str] | None = None) -> dict[str, str]:
    """Fingerprint of each kind of event, byte for byte."""
    return {
        kind: hashlib.blake2b(
            b"".join(columns[name].tobytes() for name in sorted(columns)), digest_size=12
        ).hexdigest()
        for kind, columns in journal.items()
        if kinds is None or kind in kinds
    }


def exogenous(life: Life) -> Array:
    """The exogenous needs from day 0 on, in a fixed order: key of the person, kind, minute raised."""
    rows = life.rows("request")
    chosen = rows["origin"] == 0
    key = life.model.tables["people"]["key"][rows["person"][chosen]]
    kind, raised = rows["kind"][chosen], rows["raised"][chosen]
    order = np.lexsort((raised, kind, key))
    return np.rec.fromarrays([key[order], kind[order], raised[order]], names="key,kind,raised")


def same_bytes(one: Life, other: Life, kinds: Sequence[str] | None = None) -> None:
    """Both lives wrote the same bytes, kind by kind."""
    assert digest(one.journal, kinds) == digest(other.journal, kinds)
