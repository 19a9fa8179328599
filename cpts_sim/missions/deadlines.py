"""Missions that open too late to count, or that the contract asks for and nobody opens.

Too late is after the run, after the contract's end, or after the contract's own deadline.

The months are those of the scenario, else of the evidence; before the signature each step takes its shortest time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cpts_sim.evidence import Parameters
from cpts_sim.missions.course import Step
from cpts_sim.missions.money import contract, opens_late, usual_rules
from cpts_sim.missions.payments import LEAST_DOSE, YEAR_MONTHS

MONTHS_A_DAY, HAIR = 12.0 / 365.0, 1e-6


@dataclass(frozen=True)
class Late:
    """A mission that opens too late.

    Attributes:
        arm: the arm. mission: the mission.
        why: "horizon", "stop" or "contract": what is over by then.
        months: months from day 0 to the first care; for "contract", from the signature.
        limit: months by which it would have had to open.
        paid_from: months from the signature at which its means begin (only for "contract").
    """

    arm: str
    mission: str
    why: str
    months: float
    limit: float
    paid_from: float = 0.0


def late_missions(
    arms: Mapping[str, tuple[Any, Parameters]], modules: Mapping[str, Any], horizon_days: int, year: int
) -> Iterator[Late]:
    """Yield the missions of each arm that open too late.

    Args:
        arms: name → block ``cpts`` (None: no CPTS) and parameters in force.
        modules: the missions installed, by name.
        horizon_days: length of the run.
        year: reference year, for the rules of a contract that names none.
    """
    for arm, (block, parameters) in arms.items():
        if block is None:
            continue
        signed, rules = earliest_signature(block, parameters), block.rules or usual_rules(year)
        for name, settings in block.missions.items():
            if settings.dose < LEAST_DOSE:
                continue
            written = settings.start_months
            after = float(parameters[modules[name].MISSION.delay] if written is None else written)
            yield from _too_late(arm, name, signed + after, block.stop_months, horizon_days * MONTHS_A_DAY)
            paid = contract(rules, block.covers or 1.0, parameters).pays(name)
            if paid and block.since_months is None and opens_late(name, after, parameters):
                limit = parameters.mapping("aci.open_by_months")[name]
                yield Late(arm, name, "contract", after, limit, (after // YEAR_MONTHS + 1) * YEAR_MONTHS)


@dataclass(frozen=True)
class Missing:
    """A mission that the contract makes compulsory and that an arm never opens.

    Attributes:
        arm: the arm. mission: the mission.
        limit: months from the signature by which it has to have begun.
    """

    arm: str
    mission: str
    limit: float


def missing_missions(arms: Mapping[str, tuple[Any, Parameters]], horizon_days: int, year: int) -> Iterator[Missing]:
    """Yield the compulsory missions that an arm with a contract lacks, where their deadline comes before its end.

    Args:
        arms: name → block ``cpts`` (None: no CPTS) and parameters in force.
        horizon_days: length of the run.
        year: reference year, for the rules of a contract that names none.
    """
    for arm, (block, parameters) in arms.items():
        if block is None:
            continue
        signed = earliest_signature(block, parameters)
        there = {name for name, settings in block.missions.items() if settings.dose >= LEAST_DOSE}
        end = min(horizon_days * MONTHS_A_DAY, math.inf if block.stop_months is None else block.stop_months)
        rules = contract(block.rules or usual_rules(year), block.covers or 1.0, parameters)
        for mission, limit in parameters.mapping("aci.open_by_months").items():
            if mission not in there and rules.pays(mission) and signed + limit < end - HAIR:
                yield Missing(arm, mission, limit)


def _too_late(arm: str, name: str, begins: float, stop: float | None, horizon: float) -> Iterator[Late]:
    """Yield a mission whose first care does not come before the end of the run or of the contract."""
    if begins >= horizon - HAIR:
        yield Late(arm, name, "horizon", begins, horizon)
    elif stop is not None and begins >= stop:
        yield Late(arm, name, "stop", begins, stop)


def earliest_signature(block: Any, parameters: Parameters) -> float:
    """Return the months from day 0 to the contract if every step takes its shortest time (negative: it runs already).

    Args:
        block: block ``cpts`` of an arm.
        parameters: parameters in force.
    """
    if block.since_months is not None:
        return -float(block.since_months)
    months, ease = float(block.start_months), 1.0 - parameters["cpts.life_msp_ease"]
    for step in Step:
        if Step[block.starts_at.upper()] <= step < Step.RUNNING:
            least = parameters.mapping(f"cpts.life_{step.name.lower()}_months")["low"]
            months += least * ease if step in (Step.EMERGENCE, Step.PROJECT) else least
    return months
