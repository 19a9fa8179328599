"""Arms that differ by one parameter at an end of its range: the scenario's CPTS with it at its lowest or highest.

Only what nothing reads where there is no CPTS may be moved so: anything else would also move care without one, and that
would be taken for an effect of the CPTS.
"""

from __future__ import annotations

from cpts_sim.errors import UsageError
from cpts_sim.evidence import REFERENCE_YEARS, load_parameters
from cpts_sim.words import did_you_mean, say

ENDS = ("low", "high")
ROOMS = ("aci", "cpts", "crisis", "pathways", "prevention", "professional_support", "quality")
"""First parts of the names of parameters that belong to a CPTS, its missions and its contract."""
READ_WITHOUT = frozenset((
    "cpts.induced_share", "crisis.awareness", "crisis.days_after", "crisis.days_without_plan",
    "crisis.surge_slots_per_day", "pathways.followup_credit", "pathways.followup_min", "pathways.followup_sends_back",
    "prevention.fall_follows", "prevention.fall_plan_days", "prevention.fall_plans_year", "prevention.fall_rate_ratio",
    "prevention.fall_share", "prevention.influenza_decompensation", "prevention.screening_participation",
    "prevention.screening_positive", "prevention.vaccine_acute", "prevention.vaccine_coverage",
    "prevention.vaccine_min", "prevention.vaccine_severe", "prevention.vaccine_weeks",
    "professional_support.displaced", "professional_support.pool_share", "quality.style_spread",
))  # fmt: skip
"""Parameters of these rooms that care reads without a CPTS, too (a test holds the list to the code)."""


def arm_at_end(end: str, parameter: str) -> str:
    """Return the name of the arm with a parameter at an end."""
    return f"{end}_{parameter.replace('.', '__')}"


def at_end(arm: str) -> tuple[str, str] | None:
    """Return ("low" or "high", parameter) for an arm named so, else None."""
    end, _, about = arm.partition("_")
    return (end, about.replace("__", ".")) if end in ENDS and "__" in about else None


def end_of_range(parameter: str, end: str) -> float:
    """Return the "low" or "high" end of the range of a parameter.

    Raises:
        UsageError: it is not known, is read without a CPTS too, or has no range of single numbers.
    """
    known = load_parameters(REFERENCE_YEARS[0])  # ranges are the same in every year
    told = {"end": end, "value": parameter}
    if parameter not in known:
        raise UsageError(say("scenario.end_unknown", **told, hint=did_you_mean(parameter, known)))
    if parameter.partition(".")[0] not in ROOMS or parameter in READ_WITHOUT:
        raise UsageError(say("scenario.end_everywhere", **told, known=", ".join(ROOMS)))
    entry = known.entry(parameter)
    if not isinstance(entry.value, int | float) or not entry.low < entry.high:
        raise UsageError(say("scenario.end_none", **told))
    return float(entry.low if end == "low" else entry.high)
