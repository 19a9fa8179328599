"""What the data say of a territory before any simulation: people, supply, access, distances, professionals at risk.

What no file says is estimated: each draw has its own people and its own reading of what the model knows badly, so that
a range is that of the estimate and not of computing chance alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.engine.events import MtState
from cpts_sim.evidence import Parameters, load_parameters, plain_value
from cpts_sim.experiment.facts import targets
from cpts_sim.experiment.sweep.factors import Axis
from cpts_sim.territory import ARCHETYPES, Territory, synthesise
from cpts_sim.territory.apl import standard_population
from cpts_sim.territory.archetypes import archetype_record
from cpts_sim.territory.professionals import supply_now

DRAWS = 40
"""Draws of the people and of what the model knows badly; a number has its range over them."""
SURE = 0.9
"""Share of the draws that the range of an estimate holds."""
UNSURE = (
    "territory.no_mt_elasticity", "territory.closed_slope", "territory.mt_half_minutes", "territory.list_limit",
)  # fmt: skip
"""Parameters that decide who has no MT in a territory unlike the mean one: each draw has its own, by their laws."""
LEVELS = {
    "territory.no_mt_share": "without_mt", "territory.no_mt_ald": "ald_without_mt",
    "territory.closed_share": "closed_lists",
}  # fmt: skip
"""Parameters that follow a national level, and the fact whose published band it is drawn in."""
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
    """A number; ``low`` and ``high`` are equal to it where it is counted, not estimated."""

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
    figures = {**ages_of(bands), **_supply(territory, total, standard), **_distances(territory, people)}
    apl, weight = territory.communes["apl"][:size], territory.communes["standard"][:size]
    seen = np.isfinite(apl) & (weight > 0)
    figures |= {
        "inhabitants": total,
        "density": total / area if (area := territory.total("area_km2")) else math.nan,
        "need": 100.0 * standard / total,
        "deprivation": float(np.average(territory.communes["deprivation"][:size], weights=people)),
        "apl": float(np.average(apl[seen], weights=weight[seen])) if seen.any() else math.nan,
        "scarce": float(people[seen & (apl < SCARCE_APL)].sum() / total),
        "unscheduled": unscheduled(bands, p),
        **_published(territory, people), **_beds(territory),
    }  # fmt: skip
    return {name: exact(value) for name, value in figures.items()}


def _published(territory: Territory, people: Floats) -> dict[str, float]:
    """Return the published accessibility where every commune has one."""
    size = territory.size
    apl, weight = territory.communes["apl_published"][:size], territory.communes["standard"][:size]
    if not np.isfinite(apl).all() or not weight.sum():
        return {}
    return {"apl_published": float(np.average(apl, weights=weight)),
            "scarce_published": float(people[apl < SCARCE_APL].sum() / people.sum())}  # fmt: skip


def _beds(territory: Territory) -> dict[str, float]:
    """Return tourist beds per 100 inhabitants of an archetype whose file says them; no other territory has them."""
    if territory.source != "archetype" or territory.id not in ARCHETYPES:
        return {}
    record = archetype_record(territory.id)
    if "tourist_beds" not in record:
        return {}
    rank = record["columns"].index("population")
    return {"tourist_beds": 100.0 * record["tourist_beds"] / sum(row[rank] for row in record["communes"])}


def ages_of(bands: Floats) -> dict[str, float]:
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


def unscheduled(bands: Floats, p: Parameters) -> float:
    """Return symptoms a year and 1 000 inhabitants that want care at once, by the ages of the people."""
    edges = p.array("care.age_from")
    rates = p.array("care.rate_minor") + p.array("care.rate_acute")
    which = np.clip(np.searchsorted(edges, 5.0 * np.arange(len(bands)), side="right") - 1, 0, len(rates) - 1)
    return float(1000.0 * (bands * rates[which]).sum() / bands.sum())


def drawn(territory: Territory, year: int, count: int = DRAWS) -> dict[str, Fact]:
    """Return what must be estimated: the median of the draws, and the range that holds nine in ten of them."""
    each = [_of_population(synthesise(territory, year, p, Draws(seed)).tables())
            for seed, p in enumerate(_readings(year, count), 1)]  # fmt: skip
    tail = (1.0 - SURE) / 2.0
    return {name: Fact(*(float(np.quantile([one[name] for one in each], share)) for share in (0.5, tail, 1.0 - tail)))
            for name in each[0]}  # fmt: skip


def _readings(year: int, count: int) -> list[Parameters]:
    """Return the parameters of each draw: those known badly by their own laws, national levels in their bands.

    Each range is cut into as many equal parts as there are draws, and each draw takes another part of each.
    """
    p = load_parameters(year)
    bands = {entry.fact["reads"]: entry for entry in targets(year)}
    shares = {name: _spread(name, count) for name in (*UNSURE, *LEVELS)}
    out = []
    for rank in range(count):
        own: dict[str, Any] = {}
        for name in UNSURE:
            entry = p.entry(name)
            axis = Axis(name, "parameter", name, entry.low, entry.high, prior=entry.prior, mode=p[name])
            own[name] = axis.at(float(shares[name][rank]))
        for name, reads in LEVELS.items():
            band = bands[reads]
            level = band.low + float(shares[name][rank]) * (band.high - band.low)
            own[name] = _times(plain_value(p.entry(name).value), level / float(band.value))  # type: ignore[arg-type]
        out.append(load_parameters(year, own))
    return out


def _spread(name: str, count: int) -> Floats:
    """Return the middles of ``count`` equal parts of 0 to 1, in an order of its own."""
    order = np.argsort(Draws(1).uniform(f"diagnosis {name}", keys_of("draw", np.arange(count))))
    return (order + 0.5) / count


def _times(value: Any, factor: float) -> Any:
    return [_times(item, factor) for item in value] if isinstance(value, list) else value * factor


def late_gps(p: Parameters) -> float:
    """Return the share of the country's liberal GPs who are late in their career."""
    levels, table, women = p.array("territory.gp_age_levels"), p.table("territory.gp_age"), p["territory.gp_women"]
    old = {name: 1.0 - float(np.interp(LATE_CAREER, ages, levels)) for name, ages in table.items()}
    return women * old["women"] + (1.0 - women) * old["men"]


def late_nurses(p: Parameters) -> float:
    """Return the share of the country's nurses who are late in their career."""
    levels, ages = p.array("territory.gp_age_levels"), p.array("territory.nurse_age")
    return 1.0 - float(np.interp(LATE_CAREER, ages, levels))


def late(territory: Territory, year: int, p: Parameters) -> dict[str, Fact]:
    """Return the national shares applied to the professionals counted, with what chance alone makes of so many."""
    own = ~territory.communes["halo"]
    gps, nurses = (int(supply_now(territory, name, year, p)[own].sum()) for name in ("gps", "nurses"))
    share, people = _by_chance(gps, late_gps(p))
    return {"gps_late": share, "gps_late_people": people, "nurses_late": _by_chance(nurses, late_nurses(p))[0]}


def _by_chance(count: int, share: float) -> tuple[Fact, Fact]:
    """Return a share and a number of so many people with the range that chance gives them."""
    from scipy.stats import binom

    if not count:
        return exact(math.nan), exact(0.0)
    tail = (1.0 - SURE) / 2.0
    low, high = (float(binom.ppf(end, count, share)) for end in (tail, 1.0 - tail))
    return Fact(share, low / count, high / count), Fact(share * count, low, high)


def _of_population(tables: Mapping[str, Mapping[str, NDArray[Any]]]) -> dict[str, float]:
    people, gps = tables["people"], tables["gps"]
    adult = people["age_days"] >= ADULT * DAYS
    without = adult & (people["mt_state"] != MtState.HAS)
    ald = adult & (people["ald"] == 1)
    own = gps["halo"] == 0
    old = gps["age"] >= LATE_CAREER
    # The usual GP of an inhabitant may practise next to the territory.
    theirs = (people["mt"] >= 0) & old[np.clip(people["mt"], 0, len(old) - 1)]
    return {
        "without_mt": _share(without, adult),
        "without_mt_people": float(without.sum()),
        "ald_without_mt": _share(without & ald, ald),
        "patients_at_risk": _share(theirs & adult, adult),
        "lists_closed": _share(own & (gps["open"] == 0), own),
    }


def _share(part: NDArray[Any], whole: NDArray[Any]) -> float:
    count = float(whole.sum())
    return float(part.sum()) / count if count else math.nan
