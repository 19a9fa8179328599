"""What a scenario may name: the missions and shocks installed here, and the shipped archetypes.

A mission is a module of ``cpts_sim.missions`` (a shock, of ``cpts_sim.shocks``) whose name is the one used in
scenarios and whose ``SETTINGS`` is its settings class. A third party adds its own through the entry points
``cpts_sim.missions`` and ``cpts_sim.shocks``, each naming such a module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
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


@cache
def origins() -> Mapping[str, str]:
    """Return kind.name of each mission or shock of a third party → its distribution, version and content.

    The content counts beside the version: a mission under development changes without its version.
    """
    out = {}
    for kind in KINDS:
        for point in entry_points(group=f"cpts_sim.{kind}"):
            dist = getattr(point, "dist", None)
            named = f"{dist.name} {dist.version}" if dist is not None else point.value
            out[f"{kind}.{point.name}"] = f"{named} {_content_of(plugin_modules(kind)[point.name])}"
    return out


def _content_of(module: ModuleType) -> str:
    """Return the digest of the module's file, and of its whole package where it is in one."""
    place = Path(getattr(module, "__file__", None) or "")
    if not place.is_file():
        return "–"
    files = sorted(place.parent.rglob("*.py")) if module.__package__ else [place]
    told = "".join(f"{file.relative_to(place.parent)}:{blake2b(file.read_bytes()).hexdigest()}" for file in files)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def third_parties(written: Mapping[str, Any]) -> dict[str, str]:
    """Return the origins of the third parties' missions and shocks that a scenario, or an arm, names.

    Args:
        written: a resolved scenario, or the policy of one arm, as plain values.
    """
    blocks = [written, *(written.get("arms") or {}).values()]
    named = {f"shocks.{name}" for name in _present(written, "shocks")}
    for block in blocks:
        for cpts in (block.get("cpts"), block.get("money_of")):
            named |= {f"missions.{name}" for name in _present(cpts, "missions")}
    return {name: origin for name, origin in sorted(origins().items()) if name in named}


def _present(block: Any, key: str) -> list[str]:
    found = block.get(key) if isinstance(block, Mapping) else None
    return [name for name, value in found.items() if value is not None] if isinstance(found, Mapping) else []


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
