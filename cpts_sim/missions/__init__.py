"""What a CPTS adds: an organisation of members, and missions that install themselves.

A mission is one file with ``SETTINGS`` (a frozen class of settings) and ``MISSION`` (a class with ``install``, in
which it inserts routes, adds dated actions to the monthly board and wraps named rules). Third parties add theirs
through the entry point group ``cpts_sim.missions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpts_sim.missions.base import Mission
from cpts_sim.missions.existing import existing, hand_over, live_the_past
from cpts_sim.missions.instead import SameMoney
from cpts_sim.missions.organisation import Organisation

__all__ = ["Mission", "Organisation", "SameMoney", "existing", "install"]


def install(model: Any, cpts: Any, modules: Mapping[str, Any], past: Any = None) -> Organisation:
    """Give a model its CPTS: members, meetings and the missions of the scenario, in alphabetical order.

    Args:
        model: the model, at the day from which the arm begins.
        cpts: block ``cpts`` of the arm.
        modules: every mission's module by name (the catalogue).
        past: block ``cpts`` of the scenario: the CPTS that exists on day 0, if it does.
    """
    fresh = "cpts" not in model.care.world.tables
    organisation = Organisation(model, cpts)
    for name, settings in cpts.missions.items():
        organisation.add(modules[name].MISSION(settings, organisation))
    organisation.start()
    if cpts.since_months is not None and fresh:
        live_the_past(organisation)
    elif past is not None and past.since_months is not None:
        hand_over(organisation, past, modules)
    return organisation
