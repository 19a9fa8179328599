"""What a CPTS declares at its yearly review: counts of its own acts, as contracts look at them, never true outcomes.

A person found an MT is counted whether or not she would have found one anyway; a reminder counts whether or not
anybody came. A CPTS on paper declares a part of its targets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

READY = 0.3
"""Readiness from which a plan of crisis counts as written and kept up."""
YEAR_DAYS = 365


def _events(event: CptsEvent) -> Callable[[Organisation], float]:
    return lambda organisation: float(organisation.table["done"][0, int(event)])


def _patients_in_pathways(organisation: Organisation) -> float:
    people, booked = organisation.world.people, float(organisation.table["pathways_cases"][0])
    return float((people["alive"] & (people["nurse_followed"] > 0)).sum()) + booked


def _reminded(organisation: Organisation) -> float:
    return float(organisation.table["prevention_cases"][0])


def _in_peer_groups(organisation: Organisation) -> float:
    return float((organisation.world.gps["norm_pull"] > 0.0).sum())


def _supported(organisation: Organisation) -> float:
    hosts = float(organisation.world.gps["hosts_trainee"].sum())
    return hosts + _events(CptsEvent.ARRIVAL)(organisation)


COUNTS: dict[str, Callable[[Organisation], float]] = {
    "treating_physician": _events(CptsEvent.PLEDGE),
    "unscheduled_care": _events(CptsEvent.DESK_CALL),
    "pathways": _patients_in_pathways,
    "prevention": _reminded,
    "quality": _in_peer_groups,
    "professional_support": _supported,
}
"""What is counted for each mission, in the year of the contract."""


def declared(organisation: Organisation, name: str, fraction: float, size: float) -> tuple[float, float]:
    """Return what a CPTS declares for a mission and the contract's target.

    Args:
        organisation: the CPTS.
        name: the mission.
        fraction: share of the year in which it was open.
        size: inhabitants in units of 10 000.
    """
    p = organisation.world.parameters
    on_paper = p["aci.declared_on_paper"]
    if name == "crisis":
        came, ready = _crisis(organisation)
        return (on_paper * came if organisation.on_paper else came * ready), 1.0
    target = p.mapping("aci.targets")[name] * fraction * size
    return (on_paper * target if organisation.on_paper else COUNTS[name](organisation)), target


def _crisis(organisation: Organisation) -> tuple[float, float]:
    """Whether a crisis came in the year (the second envelope is for such a year), and whether there was a plan."""
    today = int(organisation.world.now // DAY)
    came = any(today - YEAR_DAYS <= alert.first_day <= today for alert in organisation.world.alerts)
    return float(came), float(organisation.table["crisis_readiness"][0] >= READY)
