"""What no trial has found: effects on exhaustion beyond the strongest organisational intervention."""

from __future__ import annotations

import math
from typing import NamedTuple

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.contrasts import EFFECT
from cpts_sim.experiment.statistics import mean_interval
from cpts_sim.experiment.values import Place

CEILING_SD = "strain.trials_ceiling_sd"
"""Parameter: standard deviations of EE beyond which an effect exceeds what trials of organisations found."""


class Beyond(NamedTuple):
    """An effect that exceeds what any trial found.

    Attributes:
        arm: arm compared with the first.
        member: place in the CPTS of the GPs concerned, "" for the whole cohort.
        effect_sd: mean paired difference of EE, standard deviations of the first arm.
        ceiling_sd: strongest effect that trials found.
    """

    arm: str
    member: str
    effect_sd: float
    ceiling_sd: float


def beyond_trials(comparison: Comparison) -> list[Beyond]:
    """Return the effects of any arm, on all GPs or on those of one place in the CPTS, beyond the ceiling."""
    values = comparison.values
    ceiling = load_parameters(comparison.plan.scenario.reference_year)[CEILING_SD]
    spread = mean_interval(values.get(values.arms[0], Place("burnout.ee_sd"))).mean
    found = []
    for arm in values.arms[1:]:
        effects = [("", comparison.line(EFFECT, arm).difference.mean)]
        for place in (p for p in values.places() if p.indicator == "burnout.by_member"):
            name, _, of = place.group.partition("@")
            if of in ("", arm) and spread > 0:
                effects.append((name, comparison.line(place, arm).difference.mean / spread))
        found += [
            Beyond(arm, member, effect, ceiling)
            for member, effect in effects
            if math.isfinite(effect) and abs(effect) > ceiling
        ]
    return found
