"""What a scenario may name: the missions and shocks installed here, and the shipped archetypes.

A mission is a module of ``cpts_sim.missions`` (a shock, of ``cpts_sim.shocks``) whose name is the one used in
scenarios and whose ``SETTINGS`` is its settings class. A third party adds its own through the entry points
``cpts_sim.missions`` and ``cpts_sim.shocks``, each naming such a module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from cpts_sim.errors import InternalError

KINDS = ("missions", "shocks")


@cache
def plugin_modules(kind: str) -> Mapping[str, ModuleType]:
    """Return name → module of the missions or of the shocks, in alphabetical order.

    Args:
        kind: "missions" or "shocks".

    Raises:
        InternalError: two of them have one name.
    """
    found: dict[str, ModuleType] = {}
    for name, module in [*_shipped(kind), *_third_party(kind)]:
        if name in found:
            both = f"{found[name].__name__} and {module.__name__}"
            raise InternalError(f"{kind}: {name!r} comes from {both}; rename one.")
        found[name] = module
    return dict(sorted(found.items()))


def _shipped(kind: str) -> Iterator[tuple[str, ModuleType]]:
    package = f"cpts_sim.{kind}"
    if find_spec(package) is None:
        return
    for item in pkgutil.iter_modules(import_module(package).__path__):
        module = import_module(f"{package}.{item.name}")
        if hasattr(module, "SETTINGS"):
            yield item.name, module


def _third_party(kind: str) -> Iterator[tuple[str, ModuleType]]:
    for point in sorted(entry_points(group=f"cpts_sim.{kind}"), key=lambda point: point.name):
        yield point.name, point.load()


def catalogue() -> dict[str, Any]:
    """Return what :func:`cpts_sim.scenario.load` needs to know of missions, shocks, institutions and archetypes."""
    from cpts_sim.care.baseline import SWITCHES
    from cpts_sim.territory import ARCHETYPES

    chosen: dict[str, Any] = {
        kind: {name: module.SETTINGS for name, module in plugin_modules(kind).items()} for kind in KINDS
    }
    institutions = {name: switch.settings for name, switch in SWITCHES.items()}
    parameters = {name: switch.parameter for name, switch in SWITCHES.items()}
    return chosen | {"baseline": institutions, "levels": parameters, "archetypes": ARCHETYPES}
