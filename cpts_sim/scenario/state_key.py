"""Of which life a checkpoint is: scenario, seed, epoch and arm, whatever the horizon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from cpts_sim.scenario.resolve import canonical_json, resolved
from cpts_sim.scenario.shape import Scenario

NO_ARM = "none"
"""Arm of the common warm-up, from which every arm may go on."""


def state_keys(
    scenario: Scenario, arm: str | None, seed: int, epoch: int, others: Callable[[Mapping[str, Any]], Mapping[str, str]]
) -> dict[str, str]:
    """Return what names the life of a model: ``scenario_key`` (what all arms share) and ``arm_key``.

    Args:
        scenario: the scenario.
        arm: arm in which the model lives, None for the common warm-up.
        seed: seed of its random numbers.
        epoch: ``cpts_sim.EPOCH``.
        others: origins of the missions and shocks of third parties that resolved values name.
    """
    shared = _without(resolved(scenario), scenario, ("arms",) if scenario.exists_already else ("arms", "cpts"))
    common = _digest({"scenario": shared, "seed": seed, "epoch": epoch, **_told(others(shared))})
    mine = {} if arm is None else resolved(scenario, arm)
    own = NO_ARM if arm is None else _digest({"arm": _without(mine, scenario, ()), **_told(others(mine))})
    return {"scenario_key": common, "arm_key": own}


def _without(plain: Mapping[str, Any], scenario: Scenario, more: tuple[str, ...] = ("arms", "cpts")) -> dict[str, Any]:
    """Leave out the horizon, and the holidays that follow from it unless they are written in the scenario."""
    derived = ("dates",) if scenario.dates is None else ()
    return {key: value for key, value in plain.items() if key not in ("years", *derived, *more)}


def _told(origins: Mapping[str, str]) -> dict[str, Any]:
    return {"third_parties": dict(origins)} if origins else {}


def _digest(value: Mapping[str, Any]) -> str:
    return blake2b(canonical_json(value).encode(), digest_size=16).hexdigest()
