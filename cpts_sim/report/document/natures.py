"""Of what nature each number of a diagnosis is: official, a national rate applied, or an estimate of the model."""

from __future__ import annotations

from collections.abc import Callable

from cpts_sim.territory import Territory

ORIGINS = {"official": "official", "archetype": "invented", "table": "given", "practices": "invented"}
"""What a plain number is, by where a territory comes from."""
AGES = ("under_20", "over_65", "over_75", "ageing")
RATES = ("need", "gps_need", "gps_late", "gps_late_people", "nurses_late")
ESTIMATES = ("without_mt", "without_mt_people", "ald_without_mt", "lists_closed", "patients_at_risk", "unscheduled")
TIMES = ("gps_minutes", "gps_far", "pharmacies_minutes", "pharmacies_far", "emergency_minutes", "emergency_far")
COMPUTED = ("apl", "scarce")
CORRECTED = ("gps_density", "pharmacies_density")
"""Counts brought from practices listed to active practitioners."""


def nature_of(name: str, territory: Territory) -> str:
    """Return the nature of a number: a key of ``diagnosis.nature_of`` in the words.

    Args:
        name: the number, as the sections of a diagnosis name it.
        territory: where it comes from, and which files were missing.
    """
    if name in RATES:
        return "rate"
    if name in (*ESTIMATES, *COMPUTED):
        return "model"
    origin, told = ORIGINS[territory.source], {remark.key.removeprefix("territory.") for remark in territory.remarks}
    for names, special in _SPECIAL:
        if name in names and (found := special(origin, told)):
            return found
    return origin


def _ages(origin: str, told: set[str]) -> str:
    if "note_ages_department" in told:
        return "department"
    return "national" if "note_ages_national" in told or origin == "given" else ""


def _times(origin: str, told: set[str]) -> str:
    return "" if "note_travel_user" in told or origin == "invented" else "model"


def _corrected(origin: str, told: set[str]) -> str:
    return "corrected" if "note_supply" in told else ""


def _deprivation(origin: str, told: set[str]) -> str:
    return "assumed" if "note_income" in told else ""


_SPECIAL: tuple[tuple[tuple[str, ...], Callable[[str, set[str]], str]], ...] = (
    (AGES, _ages), (TIMES, _times), (CORRECTED, _corrected), (("deprivation",), _deprivation),
)  # fmt: skip
