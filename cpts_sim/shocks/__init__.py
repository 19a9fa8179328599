"""What befalls a territory whatever is funded: the same blow on the same day in every arm.

A shock is one file with ``SETTINGS`` (a frozen class of settings) and ``SHOCK`` (a class with ``install``,
in which it wraps named rules and adds daily actions). Third parties add theirs through the entry point
group ``cpts_sim.shocks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.shocks.base import Shock, ShockSettings

__all__ = ["Shock", "ShockSettings", "install"]


def install(model: Any, modules: Mapping[str, Any]) -> list[Shock]:
    """Give a model the shocks of its scenario, in alphabetical order; one without any force is left out.

    Args:
        model: a model of a territory, before it lives.
        modules: every shock's module by name (the catalogue).

    Raises:
        InputError: the scenario is one of identical practices, which no shock can strike.
    """
    names = model.spec.shocks.names()
    if names and model.territory is None:
        raise InputError(f"shocks: {names[0]} with territory.practices, expected a territory; remove it.")
    shocks: list[Shock] = [
        modules[name].SHOCK(settings, model) for name, settings in model.spec.shocks.items()
    ]
    present = [shock for shock in shocks if not shock.absent]
    for shock in present:
        shock.install()
    return present
