"""What no trial and no programme has found: effects on exhaustion, hospital, attachment and access beyond the best.

Exhaustion is held against trials of organisations, the rest against what comparable programmes reached at most.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.contrasts import EFFECT
from cpts_sim.experiment.scale import parameters_of
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
    ceiling = parameters_of(comparison)[CEILING_SD]
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


class Ceiling(NamedTuple):
    """What comparable programmes reached at most.

    Attributes:
        parameter: the ceiling.
        place: number that falls (or rises, for access).
        level: number of which the change is a share; None where the ceiling is in the number's own unit.
        sign: −1 where a fall is the effect, 1 where a rise is.
    """

    parameter: str
    place: Place
    level: Place | None
    sign: int


CEILINGS = (
    Ceiling("ceiling.ed_open_hours", Place("ed.open_hours"), None, -1),
    Ceiling("ceiling.ed_visits", Place("ed.visits"), Place("ed.visits"), -1),
    Ceiling("ceiling.mt_without", Place("mt.without_end"), Place("mt.without_end"), -1),
    Ceiling("ceiling.ald_without", Place("mt.ald_without_end"), Place("mt.ald_without_end"), -1),
    Ceiling("ceiling.readmitted", Place("admission.readmitted"), Place("admission.readmitted"), -1),
    Ceiling("ceiling.avoidable", Place("admission.avoidable"), Place("admission.avoidable"), -1),
    Ceiling("ceiling.matching", Place("account.change", "account", "matching"), Place("access.met"), 1),
)
"""Effects on access, emergency visits, attachment and hospital that are held against programmes."""


class BeyondProgrammes(NamedTuple):
    """An effect that exceeds what comparable programmes reached.

    Attributes:
        arm: arm compared with the first.
        ceiling: which ceiling.
        effect: mean effect, positive in the ceiling's direction, in its unit (a share, or per 1 000 a year).
        half: half-width of its interval.
        most: the ceiling.
    """

    arm: str
    ceiling: Ceiling
    effect: float
    half: float
    most: float


def beyond_programmes(comparison: Comparison) -> list[BeyondProgrammes]:
    """Return the effects of any arm beyond what comparable programmes reached, unless they may be nothing at all."""
    values, found = comparison.values, []
    parameters = parameters_of(comparison)
    for arm in values.arms[1:]:
        for ceiling in CEILINGS:
            gap = comparison.line(ceiling.place, arm).difference
            level = 1.0 if ceiling.level is None else mean_interval(values.get(values.arms[0], ceiling.level)).mean
            if not math.isfinite(gap.mean) or not math.isfinite(level) or level <= 0:
                continue
            effect, half = ceiling.sign * gap.mean / level, gap.half / level
            sure = not math.isfinite(half) or min(ceiling.sign * gap.low, ceiling.sign * gap.high) > 0
            if effect > parameters[ceiling.parameter] and sure:
                found.append(BeyondProgrammes(arm, ceiling, effect, half, parameters[ceiling.parameter]))
    return found
