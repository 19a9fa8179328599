"""What the result does not say because of this contract, this scenario and this number of pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import payer
from cpts_sim.experiment.credible import fewest_for_ends
from cpts_sim.experiment.scale import residents
from cpts_sim.missions.money import CRISIS, RULES, size_of, usual_rules
from cpts_sim.report.document.reading import Told
from cpts_sim.words import say

SPLIT = ("aci.fixed", "aci.variable", "aci.compensation")
"""Euros of each mission at size 1."""
LARGEST = 3
"""Index of the only size whose ceiling of 2022 was published."""


def particular(told: Told) -> list[str]:
    """Name the limits that hold of this contract and of this scenario only."""
    return [*_tariff(told), *_crisis(told)]


def few_ends(told: Told) -> list[str]:
    """Say that few pairs have no quantiles between their extremes; nothing of enough pairs."""
    count, least = len(told.done.values.seeds), fewest_for_ends()
    return [say("document.few_ends", told.lang, count=count, least=least)] if count < least else []


def _tariff(told: Told) -> Iterator[str]:
    """Name the limit of a tariff that no text was seen for, where a contract pays by it in some arm."""
    found = {unread for arm in told.done.values.arms for unread in _unread(told, arm)}
    if found:
        yield "tariff" if found <= set(SPLIT) else "tariff_ceiling"


def _unread(told: Told, arm: str) -> list[str]:
    """Return the parameters of an arm's contract that are in force as shipped and were not read in the text."""
    spec, values = told.done.plan.scenario, told.done.values
    mine = spec.arms.get(arm)
    if mine is None or mine.cpts is None or not np.nan_to_num(payer.contract_euros(values, arm)).any():
        return []
    parameters = load_parameters(spec.reference_year, {**dict(spec.parameters), **dict(mine.parameters)})
    people = float(mine.cpts.covers or np.mean(residents(values, arm, spec.years)))
    newer = (mine.cpts.rules or usual_rules(spec.reference_year)) == RULES[1]
    ceiling = ["aci.ceiling_2022"] if newer and size_of(people, parameters) < LARGEST else []
    return [name for name in (*SPLIT, *ceiling) if not parameters.entry(name).overridden]


def _crisis(told: Told) -> Iterator[str]:
    """Name the limit of a mission of crises that meets none, where an arm has one."""
    spec = told.done.plan.scenario
    blocks = [spec.arms[arm].cpts for arm in told.done.values.arms if arm in spec.arms]
    if not spec.shocks.names() and any(block is not None and CRISIS in block.missions.names() for block in blocks):
        yield "no_crisis"


__all__ = ["few_ends", "particular"]
