"""What a CPTS adds: an organisation of members, and missions that install themselves.

A mission is one file with ``SETTINGS`` (a frozen class of settings) and ``MISSION`` (a class with ``install``, in
which it inserts routes, adds dated actions to the monthly board and wraps named rules). Third parties add theirs
through the entry point group ``cpts_sim.missions``.
"""

from __future__ import annotations

from typing import Any

from cpts_sim.missions.base import Mission
from cpts_sim.missions.organisation import Organisation

__all__ = ["Mission", "Organisation", "install"]


def install(model: Any, cpts: Any) -> Organisation:
    """Give a model its CPTS: members, meetings and the missions of the scenario, in alphabetical order.

    Args:
        model: the model, at the day from which the arm begins.
        cpts: block ``cpts`` of the arm.
    """
    from cpts_sim.catalogue import plugin_modules

    organisation = Organisation(model, cpts)
    modules = plugin_modules("missions")
    for name, settings in cpts.missions.items():
        organisation.add(modules[name].MISSION(settings, organisation))
    organisation.start()
    return organisation
