"""Which facts of France a territory can be held against, and the band known over French departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from cpts_sim.evidence import ParameterEntry
from cpts_sim.scenario import Scenario

AVERAGE = "reference"
"""Archetype that is France on average."""
REASONS = ("supply", "load", "age", "distance")
"""Why a mean of France says nothing of a territory: sentences ``facts.reason.…``."""


@dataclass(frozen=True)
class Elsewhere:
    """What becomes of a fact of France on a territory that is not the average one.

    Attributes:
        reason: why it does not apply; "" where a band over departments does. low, high: that band. source: of it.
    """

    reason: str = ""
    low: float = 0.0
    high: float = 0.0
    source: str = ""


def average(scenario: Scenario) -> bool:
    """Tell whether a scenario's territory is France on average."""
    return scenario.territory.archetype == AVERAGE


def here(entry: ParameterEntry, scenario: Scenario) -> tuple[ParameterEntry, str]:
    """Return a fact as it can be asked of a scenario's territory, and why it cannot ("" where it can).

    Args:
        entry: fact of France.
        scenario: on any territory.
    """
    rule = elsewhere().get(entry.id.removeprefix("fact."))
    if rule is None or average(scenario):
        return entry, ""
    if rule.reason:
        return entry, rule.reason
    middle = min(max(float(entry.value), rule.low), rule.high) if isinstance(entry.value, int | float) else rule.low
    return replace(entry, value=middle, low=rule.low, high=rule.high, source=rule.source), ""


@cache
def elsewhere() -> Mapping[str, Elsewhere]:
    """Return the rules of ``evidence/facts/elsewhere.yaml`` by name of fact."""
    import yaml

    text = files("cpts_sim.evidence").joinpath("facts/elsewhere.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return MappingProxyType({str(name): Elsewhere(**rule) for name, rule in told.items()})
