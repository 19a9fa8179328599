"""Is it of the size seen in France? Three orders of size, with the interval that was simulated and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.payer import contract_euros
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.experiment.values import Place, Values

Array = NDArray[np.float64]
BELOW, INSIDE, ABOVE, ABSENT, OPEN = "below", "inside", "above", "absent", "undetermined"


@dataclass(frozen=True)
class Check:
    """An order of size.

    Attributes:
        arm: in which arm. name: what is compared.
        low: least that was seen in France. high: most (both nan where nothing is known to compare with).
        reached: what the pairs give.
        verdict: "below", "inside", "above", "undetermined" (the mean is outside, its interval meets the range),
            "absent" (there is none in this arm) or "" where nothing is known to compare with.
    """

    arm: str
    name: str
    low: float
    high: float
    reached: Interval
    verdict: str


def judge(reached: Interval, low: float, high: float) -> str:
    """Say where an interval lies against a range; one run alone has only its mean."""
    if not math.isfinite(reached.mean):
        return ABSENT
    if low <= reached.mean <= high:
        return INSIDE
    half = reached.half if math.isfinite(reached.half) else 0.0
    return BELOW if reached.mean + half < low else ABOVE if reached.mean - half > high else OPEN


def checks(comparison: Comparison) -> list[Check]:
    """Compare every arm with the orders of size of France, the first arm only where it is the baseline's fact."""
    values, years = comparison.values, comparison.plan.scenario.years
    parameters = parameters_of(comparison)
    out = [_sas(values, values.arms[0], parameters)]
    for arm in values.arms[1:] or values.arms:
        people = residents(values, arm, years)
        each = parameters["scale.cpts_inhabitants"] / people
        gross = values.get(arm, Place("mt.registered", "via", "cpts")) / 1000.0 * people * years * each
        none = gross[np.isfinite(gross)].sum() == 0.0
        out.append(_check(arm, "mt_gross", np.full(len(gross), np.nan) if none else gross,
                          parameters.array("scale.mt_found")))  # fmt: skip
        if arm != values.arms[0]:
            gap = values.get(values.arms[0], Place("mt.people_without")) - values.get(arm, Place("mt.people_without"))
            out.append(Check(arm, "mt_net", math.nan, math.nan, mean_interval(gap * each), ""))
        euros = contract_euros(values, arm) / people
        paid = euros if euros.any() else np.full(len(euros), np.nan)
        out.append(_check(arm, "euros_person", paid, parameters.array("scale.euros_person")))
    return out


def parameters_of(comparison: Comparison) -> Parameters:
    """Return the parameters of a comparison's scenario: its own numbers where it sets them."""
    spec = comparison.plan.scenario
    return load_parameters(spec.reference_year, dict(spec.parameters))


def residents(values: Values, arm: str, years: float) -> Array:
    """Return the inhabitants of day 0 in each pair."""
    return 1000.0 / (values.get(arm, Place("account.base", "count", "per_1000")) * years)


def _sas(values: Values, arm: str, parameters: Parameters) -> Check:
    return _check(arm, "sas_in_town", values.get(arm, Place("sas.in_town")), parameters.array("scale.sas_in_town"))


def _check(arm: str, name: str, numbers: Array, band: Array) -> Check:
    low, high = (float(end) for end in band)
    reached = mean_interval(numbers)
    return Check(arm, name, low, high, reached, judge(reached, low, high))
