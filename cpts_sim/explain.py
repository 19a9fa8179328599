"""What there is to know of a mission before it runs: what it does, its price, its evidence, its numbers.

Nothing is written twice: options come from the settings class, prices and grade from the mission, and the parameters
are those that its own source reads, with the parts of other files that it uses.
"""

from __future__ import annotations

import ast
import inspect
import re
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
NOT_OF_A_MISSION = frozenset({"base", "organisation", "account", "membership", "meetings", "hours", "payments"})
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


def parameters_read(module: ModuleType, parameters: Parameters) -> tuple[str, ...]:
    """Return the names of the parameters that a mission reads, in alphabetical order.

    They stand in the source of its class and of what this uses, function by function and class by class: means that
    several missions share count where they are used. Of what it calls outside its package, which is care whoever
    organises it, only parameters of the mission's own room count.
    """
    mission = module.MISSION
    package, own = module.__name__.rpartition(".")[0], f"{mission.name}."
    found = {mission.delay} & set(parameters)
    for part, node in _used(module, mission.__name__):
        texts, patterns = _strings(node)
        known = {key for key in parameters if key in texts or any(pattern.fullmatch(key) for pattern in patterns)}
        found |= known if part.__name__.rpartition(".")[0] == package else {k for k in known if k.startswith(own)}
    return tuple(sorted(found))


def _strings(node: ast.AST) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Texts that stand in a piece of source, and patterns of those put together from a room and something else."""
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    joined = (each.values for each in ast.walk(node) if isinstance(each, ast.JoinedStr))
    of_a_room = (parts for parts in joined if isinstance(parts[0], ast.Constant) and "." in str(parts[0].value))
    patterns = ("".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in parts)
                for parts in of_a_room)  # fmt: skip
    return frozenset(text for text in texts if isinstance(text, str)), tuple(map(re.compile, patterns))


def _used(module: ModuleType, name: str) -> Iterator[tuple[ModuleType, ast.AST]]:
    """Yield a definition and all definitions of this program that it names, each once, with their modules."""
    seen, waiting = set[tuple[str, str]](), [(module, name)]
    while waiting:
        part, called = waiting.pop()
        definitions, imports = _source(part)
        if called in imports and called not in definitions:
            owner, called = imports[called]
            part = import_module(owner)
            definitions, _ = _source(part)
        if (part.__name__, called) in seen or called not in definitions or not _ours(part, module):
            continue
        seen.add((part.__name__, called))
        yield part, definitions[called]
        waiting += _names(part, definitions[called])


def _ours(part: ModuleType, mission: ModuleType) -> bool:
    """Whether a module is the mission's own, or care; not what serves every mission."""
    package, _, stem = part.__name__.rpartition(".")
    own = package == mission.__name__.rpartition(".")[0]
    return stem not in NOT_OF_A_MISSION if own else part.__name__.startswith("cpts_sim.care.")


def _names(part: ModuleType, node: ast.AST) -> Iterator[tuple[ModuleType, str]]:
    """Yield the names that a definition uses, those of other modules with their modules."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield part, each.id
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            owner = vars(part).get(each.value.id)
            if isinstance(owner, ModuleType) and owner.__name__.startswith("cpts_sim."):
                yield owner, each.attr


@cache
def _source(module: ModuleType) -> tuple[dict[str, ast.AST], dict[str, tuple[str, str]]]:
    """Return what a module defines at its top, and where the names come from that it imports."""
    definitions: dict[str, ast.AST] = {}
    imports: dict[str, tuple[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            definitions |= {target.id: node for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return definitions, imports
