"""The territory of theory tests: identical practices, closed to each other, without geography."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.territory.ages import AGE_EDGES
from cpts_sim.territory.territory import Practices, Remark, Territory, commune_columns, hospital_columns
from cpts_sim.words import say

LINKS = ("none", "chain", "full")
"""To whom a GP of a theory practice may send: nobody, the next one, any colleague."""


def build_practices(settings: Mapping[str, Any], p: Parameters | None = None) -> Territory:
    """Return a territory of identical closed practices.

    Args:
        settings: ``practices``, ``inhabitants``, ``gps_per_practice`` (default 1), ``list_weights`` (one per
            GP, default equal), ``links`` (default ``none``), ``ed`` (any value: one emergency department).
            Other keys (opening hours) belong to the model and are passed over.
        p: parameters.

    Raises:
        InputError: a count below 1, a wrong number of weights, or an unknown kind of link.
    """
    p = p or load_parameters()
    practices = _count(settings, "practices", 1)
    people = _count(settings, "inhabitants", practices)
    layout = Practices(practices, *_inside(settings))
    base, extra = divmod(people, practices)
    population = base + (np.arange(practices) < extra)
    communes = commune_columns(
        practices, code=[f"P{k:05d}" for k in range(practices)], name=[f"P{k + 1}" for k in range(practices)],
        population=population, gps=np.full(practices, layout.gps_per_practice), area_km2=np.ones(practices),
        gps_heads=np.full(practices, layout.gps_per_practice), apl=np.zeros(practices),
    )  # fmt: skip
    hospitals = _hospital(people, p) if settings.get("ed") else hospital_columns()
    ages = np.zeros((practices, 2, len(AGE_EDGES) - 1))
    ages[:, :, 8] = population[:, None] / 2.0  # everybody is 40 to 44: theory has no age
    return Territory(
        id="practices", title=say("territory.practices_title", count=practices), source="practices",
        communes=communes,
        age_sex=ages, hospitals=hospitals, travel_min=np.zeros((practices, practices)),
        hospital_min=np.zeros((practices, len(hospitals["name"]))), outlines=(None,) * practices,
        remarks=(Remark("territory.note_practices"),), practices=layout, supply_year=p.year,
    )  # fmt: skip


def _hospital(people: int, p: Parameters) -> dict[str, Any]:
    visits = people * p["territory.ed_visits"] / 365.0
    site = {"name": ["ED"], "commune": [0], "outside": [False], "x_km": [0.0], "y_km": [0.0]}
    return hospital_columns(**site, catchment=[people], visits_per_day=[visits])


def _count(settings: Mapping[str, Any], key: str, least: int, default: int | None = None) -> int:
    value = settings.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(say("territory.practices_wrong", key=key, value=value, expected=f"≥ {least}"))
    return value


def _inside(settings: Mapping[str, Any]) -> tuple[int, tuple[float, ...], str]:
    """Return the GPs of a practice, their relative lists and their links."""
    gps = _count(settings, "gps_per_practice", 1, default=1)
    raw = settings.get("list_weights")
    weights: Sequence[float] = [1.0] * gps if raw is None else list(raw)
    if len(weights) != gps or min(weights) < 0 or sum(weights) <= 0:
        raise InputError(
            say("territory.practices_wrong", key="list_weights", value=raw, expected=f"{gps} × ≥ 0")
        )
    links = settings.get("links") or "none"
    if links not in LINKS:
        raise InputError(
            say("territory.practices_wrong", key="links", value=links, expected=", ".join(LINKS))
        )
    return gps, tuple(float(weight) for weight in weights), links
