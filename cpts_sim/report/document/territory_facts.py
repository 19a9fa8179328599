"""What the data say of a territory before any simulation: people, supply, access, distances, professionals at risk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import MtState
from cpts_sim.evidence import Parameters
from cpts_sim.territory import Territory, synthesise
from cpts_sim.territory.apl import standard_population
from cpts_sim.territory.professionals import make_gps

DRAWS = 10
"""Populations drawn: what no file says (ages of doctors, who has no MT) is given with its range over them."""
FAR_MIN = 15.0
VERY_FAR_MIN = 30.0
SCARCE_APL = 2.5
"""Consultations a year and inhabitant below which zoning calls a territory under-dense."""
LATE_CAREER = 60.0
ADULT = 17.0
DAYS = 365.25
PRESENT = 0.5
"""Professionals from which a commune has one (archetypes hold fractions)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fact:
    """A number of a territory; ``low`` and ``high`` are equal to it where it is counted, not drawn."""

    value: float
    low: float
    high: float

    @property
    def drawn(self) -> bool:
        """Whether it has a range."""
        return self.low != self.high


def exact(value: float) -> Fact:
    """Return a number that is counted."""
    return Fact(float(value), float(value), float(value))


def counted(territory: Territory, p: Parameters) -> dict[str, Fact]:
    """Return what follows from the figures of a territory, without any draw."""
    size = territory.size
    people = territory.communes["population"][:size].astype(np.float64)
    total = float(people.sum())
    bands = territory.age_sex[:size].sum(axis=(0, 1))
    # Published standardised populations are of an earlier census: beside today's inhabitants they would mix two years.
    standard = float(standard_population(territory.age_sex[:size], p).sum())
    figures = {**_ages(bands), **_supply(territory, total, standard), **_distances(territory, people)}
    apl, weight = territory.communes["apl"][:size], territory.communes["standard"][:size]
    seen = np.isfinite(apl) & (weight > 0)
    figures |= {
        "inhabitants": total,
        "density": total / area if (area := territory.total("area_km2")) else math.nan,
        "need": 100.0 * standard / total,
        "deprivation": float(np.average(territory.communes["deprivation"][:size], weights=people)),
        "apl": float(np.average(apl[seen], weights=weight[seen])) if seen.any() else math.nan,
        "scarce": float(people[seen & (apl < SCARCE_APL)].sum() / total),
        "unscheduled": _unscheduled(bands, p),
    }
    return {name: exact(value) for name, value in figures.items()}


def _ages(bands: Floats) -> dict[str, float]:
    """Return shares by age; bands are five years wide."""
    total = float(bands.sum())
    young, old, oldest = float(bands[:4].sum()), float(bands[13:].sum()), float(bands[15:].sum())
    return {"under_20": young / total, "over_65": old / total, "over_75": oldest / total, "ageing": 100.0 * old / young}


def _supply(territory: Territory, total: float, standard: float) -> dict[str, float]:
    out = {f"{name}_density": 1e4 * territory.total(name) / total for name in ("gps", "nurses", "pharmacies")}
    houses = territory.total("health_houses")
    return {**out, "gps_need": 1e4 * territory.total("gps") / standard, "health_houses": houses}


def _distances(territory: Territory, people: Floats) -> dict[str, float]:
    """Return mean minutes to the nearest place of care, and shares of people who live far from it."""
    size = territory.size
    out: dict[str, float] = {}
    for name in ("gps", "pharmacies"):
        there = territory.communes[name] >= PRESENT
        if there.any():
            out |= _far(name, territory.travel_min[:size][:, there].min(axis=1), people)
    if territory.hospital_min.size:
        out |= _far("emergency", territory.hospital_min[:size].min(axis=1), people)
    return out


def _far(name: str, minutes: Floats, people: Floats) -> dict[str, float]:
    limit = VERY_FAR_MIN if name == "emergency" else FAR_MIN
    return {f"{name}_minutes": float(np.average(minutes, weights=people)),
            f"{name}_far": float(people[minutes > limit].sum() / people.sum())}  # fmt: skip


def _unscheduled(bands: Floats, p: Parameters) -> float:
    """Return symptoms a year and 1 000 inhabitants that want care at once, by the ages of the people."""
    edges = p.array("care.age_from")
    rates = p.array("care.rate_minor") + p.array("care.rate_acute")
    which = np.clip(np.searchsorted(edges, 5.0 * np.arange(len(bands)), side="right") - 1, 0, len(rates) - 1)
    return float(1000.0 * (bands * rates[which]).sum() / bands.sum())


def drawn(territory: Territory, year: int, p: Parameters, count: int = DRAWS) -> dict[str, Fact]:
    """Return what must be drawn, with its mean and range over ``count`` populations."""
    each = [_of_population(synthesise(territory, year, p, Draws(seed)).tables()) for seed in range(1, count + 1)]
    out = {}
    for name in each[0]:
        values = np.array([one[name] for one in each])
        out[name] = Fact(float(values.mean()), float(values.min()), float(values.max()))
    return out


def late_share(territory: Territory, year: int, p: Parameters, count: int) -> Fact:
    """Return the mean share of GPs late in their career over many draws of the GPs alone (no patients needed)."""
    each = [make_gps(territory, year, p, Draws(seed)) for seed in range(1, count + 1)]
    shares = [_share((gps["halo"] == 0) & (gps["age"] >= LATE_CAREER), gps["halo"] == 0) for gps in each]
    return exact(float(np.mean(shares)))


def _of_population(tables: Mapping[str, Mapping[str, NDArray[Any]]]) -> dict[str, float]:
    people, gps = tables["people"], tables["gps"]
    adult = people["age_days"] >= ADULT * DAYS
    without = adult & (people["mt_state"] != MtState.HAS)
    ald = adult & (people["ald"] == 1)
    own = gps["halo"] == 0
    old = gps["age"] >= LATE_CAREER
    late = own & old
    # The usual GP of an inhabitant may practise next to the territory.
    theirs = (people["mt"] >= 0) & old[np.clip(people["mt"], 0, len(old) - 1)]
    nurses = tables["nurses"]
    mine = nurses["halo"] == 0
    return {
        "without_mt": _share(without, adult),
        "without_mt_people": float(without.sum()),
        "ald_without_mt": _share(without & ald, ald),
        "gps_late": _share(late, own),
        "gps_late_people": float(late.sum()),
        "patients_at_risk": _share(theirs & adult, adult),
        "lists_closed": _share(own & (gps["open"] == 0), own),
        "nurses_late": _share(mine & (nurses["age"] >= LATE_CAREER), mine),
    }


def _share(part: NDArray[Any], whole: NDArray[Any]) -> float:
    count = float(whole.sum())
    return float(part.sum()) / count if count else math.nan
