"""What a contract paid in a run that ends within one of its years, beside what falls to that time.

The running part is paid for twelve months at the signature and three quarters of it at each anniversary: the euros
received in a run of thirteen weeks are not those of thirteen weeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cpts_sim.catalogue import plugin_modules
from cpts_sim.engine.clock import DAY
from cpts_sim.evidence import Parameters
from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.scale import parameters_of, residents
from cpts_sim.experiment.statistics import mean_interval
from cpts_sim.experiment.values import Place
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.due import YEAR, Due, signed_before, yearly_euros

LEAST = 0.02
"""Part of a year within which a run counts as whole years."""


@dataclass(frozen=True)
class Proration:
    """Euros of a contract in a run that ends within a year.

    Attributes:
        received: what the account received in the run, mean of the pairs.
        in_proportion: what falls due in the years of the run.
    """

    received: float
    in_proportion: float


def proration(comparison: Comparison, arm: str) -> Proration | None:
    """Return what an arm's contract paid and what falls to the time simulated; none for whole years or no contract."""
    spec = comparison.plan.scenario
    policy = spec.arms[arm].cpts if arm in spec.arms else None
    part = spec.years % 1.0
    if policy is None or min(part, 1.0 - part) < LEAST:
        return None
    received = mean_interval(comparison.values.get(arm, Place("cpts.received"))).mean * spec.years
    people = mean_interval(residents(comparison.values, arm, spec.years)).mean
    if not received or not math.isfinite(received) or not math.isfinite(people):
        return None
    return Proration(received, _due(policy, people, spec, parameters_of(comparison)))


def _due(policy: Any, people: float, spec: Any, parameters: Parameters) -> float:
    """Euros that fall due in the run; where the signature is drawn, so many steady years."""
    if policy.starts_at != "running":
        return yearly_euros(policy, people, spec.reference_year, parameters) * float(spec.years)
    existed = policy.since_months is not None
    signed = signed_before(policy, -spec.warmup_days * DAY) if existed else policy.start_months * MONTH
    due = Due(policy, parameters, plugin_modules("missions"), spec.reference_year, signed)
    return due.between(0.0, spec.years * YEAR, people)
