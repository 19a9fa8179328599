"""What there is to know of a mission before it runs: what it does, its price, its evidence, its numbers.

Nothing is written twice: options come from the settings class, prices and grade from the mission, and the parameters
are those whose names stand in the mission's own source and in the files of the same package that it imports.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from cpts_sim.catalogue import plugin_modules
from cpts_sim.errors import UsageError
from cpts_sim.evidence import ParameterEntry, Parameters
from cpts_sim.words import did_you_mean, has, say

PARTS = ("title", "does", "price", "evidence", "needs")
"""What is told of a mission in words, in this order."""
NOT_OF_A_MISSION = frozenset({"base", "organisation"})
"""Files of the package that serve every mission: their numbers are those of the CPTS, not of one mission."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a mission.

    Attributes:
        name: key in a scenario file.
        told: what it means, in the current language.
        default: value when nothing is written; None where the evidence's number is taken.
    """

    name: str
    told: str
    default: Any


@dataclass(frozen=True, slots=True)
class MissionCard:
    """A mission in words and numbers.

    Attributes:
        name: name in scenario files.
        words: the parts of :data:`PARTS` that are told, in the current language.
        grade: strength of the evidence of its effect.
        pays: professions that give time.
        loses: who may lose.
        options: its options.
        parameters: the parameters that its code reads, in alphabetical order.
    """

    name: str
    words: dict[str, str]
    grade: str
    pays: tuple[str, ...]
    loses: tuple[str, ...]
    options: tuple[Option, ...]
    parameters: tuple[ParameterEntry, ...]


def mission_names() -> tuple[str, ...]:
    """Return the names of the missions installed here, in alphabetical order."""
    return tuple(plugin_modules("missions"))


def mission_card(name: str, parameters: Parameters) -> MissionCard:
    """Return all that is known of one mission.

    Args:
        name: its name in scenario files.
        parameters: the parameters in force.

    Raises:
        UsageError: there is no such mission.
    """
    modules = plugin_modules("missions")
    if name not in modules:
        hint = did_you_mean(name, modules)
        raise UsageError(say("missions.unknown", value=name, hint=hint, names=", ".join(modules)))
    mission, told = modules[name].MISSION, {part: _told(name, part) for part in PARTS}
    return MissionCard(
        name=name,
        words={part: text for part, text in told.items() if text},
        grade=mission.grade,
        pays=tuple(_person(who) for who in mission.pays),
        loses=tuple(_person(who) for who in mission.loses),
        options=tuple(_options(name, modules[name].SETTINGS)),
        parameters=tuple(parameters.entry(key) for key in parameters_read(modules[name], parameters)),
    )


def _told(name: str, part: str) -> str:
    key = f"missions.{name}_{part}"
    if has(key):
        return say(key)
    return name if part == "title" else ""


def _person(who: str) -> str:
    key = "missions.who_" + "".join(letter if letter.isalnum() else "_" for letter in who.lower())
    return say(key) if has(key) else who


def _options(name: str, settings: Any) -> Iterator[Option]:
    for field, info in settings.model_fields.items():
        for key in (f"missions.option_{name}_{field}", f"missions.option_{field}"):
            if has(key):
                yield Option(info.alias or field, say(key), info.default)
                break
        else:
            yield Option(info.alias or field, info.description or "", info.default)


@cache
def _strings(module: ModuleType) -> frozenset[str]:
    tree = ast.parse(inspect.getsource(module))
    return frozenset(node.value for node in ast.walk(tree)
                     if isinstance(node, ast.Constant) and isinstance(node.value, str))  # fmt: skip


def _parts_of(module: ModuleType) -> Iterator[ModuleType]:
    """A mission's module and the files of the same package that it imports, each once."""
    package, seen, waiting = module.__name__.rpartition(".")[0], set[str](), [module]
    while waiting:
        part = waiting.pop()
        if part.__name__ in seen:
            continue
        seen.add(part.__name__)
        yield part
        names = {name for name, value in vars(part).items() if isinstance(value, ModuleType)}
        owners = {getattr(value, "__module__", "") for value in vars(part).values()}
        owners |= {vars(part)[name].__name__ for name in names}
        waiting += [import_module(owner) for owner in sorted(owners) if _of_package(owner, package)]


def _of_package(owner: str, package: str) -> bool:
    home, _, stem = owner.rpartition(".")
    return home == package and stem not in NOT_OF_A_MISSION and stem not in plugin_modules("missions")


def parameters_read(module: ModuleType, parameters: Parameters) -> tuple[str, ...]:
    """Return the names of the parameters that stand in the source of a mission, in alphabetical order."""
    found = {text for part in _parts_of(module) for text in _strings(part)}
    return tuple(sorted(key for key in found if key in parameters))
