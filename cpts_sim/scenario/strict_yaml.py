"""YAML without its traps, with the line of every value.

Refused, each with its cure: ``yes``/``no``/``on``/``off`` as truth values, ``12:30`` and ``1_000`` as
numbers, numbers with leading zeros (a commune code is text), infinities and NaN, empty values, keys written
twice, tags and merge keys. Dates stay text. Anchors and aliases are allowed: they save
repetition in weekly timetables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cpts_sim.files import nearest_beside, reason
from cpts_sim.scenario.problems import Mark, Path_, Problem, ScenarioError
from cpts_sim.words import say

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_REAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_TRAPS = (
    (re.compile(r"(?i)yes|no|on|off|true|false"), "truth"),
    (re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"), "sexagesimal"),
    (re.compile(r"[-+]?0[0-9]+"), "leading_zero"),
    (re.compile(r"[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"), "underscore"),
    (re.compile(r"(?i)[-+]?\.?(inf|nan)|[-+]?\.?infinity"), "not_finite"),
    (re.compile(r""), "empty"),
)
_PLAIN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value"}


@dataclass
class Document:
    """What a file says, and where it says it.

    Attributes:
        values: the top-level mapping, made of dicts, lists, text, numbers, truth values and None.
        marks: path of keys and indices → place in the file.
        problems: traps found in it, where they were gathered.
    """

    values: dict[str, Any]
    marks: dict[Path_, Mark] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_yaml(path: Path, gather: bool = False) -> Document:
    """Read one scenario file; ``gather`` keeps the traps found for a later list of everything that is wrong.

    Raises:
        ScenarioError: the file cannot be read, is not YAML or holds traps (all are listed).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    return parse_yaml(text, str(path), gather)


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> ScenarioError:
    """Say why a file cannot be read: not there, a folder, no text, or what the system answers."""
    name = str(path)
    if isinstance(error, UnicodeDecodeError):
        read, start = error.object, error.start
        return _whole_file(name, read[:start].count(b"\n") + 1, say("scenario.not_text", value=f"0x{read[start]:02x}"))
    if isinstance(error, FileNotFoundError):
        return _whole_file(name, 0, say("scenario.no_such", hint=nearest_beside(path)))
    if isinstance(error, IsADirectoryError):
        return _whole_file(name, 0, say("scenario.a_folder"))
    return _whole_file(name, 0, say("scenario.unreadable", why=reason(error)))


def parse_yaml(text: str, name: str = "<text>", gather: bool = False) -> Document:
    """Read a scenario from text; ``name`` stands for the file in messages."""
    root = _compose(text, name)
    if root is None:
        raise _whole_file(name, 0, say("scenario.empty_file"))
    reading = _Reading(name)
    values = reading.value(root, ())
    if not isinstance(values, dict):
        reading.problem(root, (), "not_a_mapping")
    if reading.problems and not (gather and isinstance(values, dict)):
        raise ScenarioError(reading.problems)
    return Document(values, reading.marks, tuple(reading.problems))


def _compose(text: str, name: str) -> Any:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text[: text.find(chr(error.character))].count("\n") + 1
        raise _whole_file(name, line, say("scenario.not_text", value=f"0x{error.character:02x}")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        why = getattr(error, "problem", None) or str(error)
        raise _whole_file(name, line, say("scenario.not_yaml", why=why)) from None


def _whole_file(name: str, line: int, text: str) -> ScenarioError:
    return ScenarioError([Problem.about(Mark(name, line), (), text)])


class _Reading:
    """One pass over the nodes of a file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[Path_, Mark] = {}
        self.problems: list[Problem] = []
        self._open: list[Any] = []

    def problem(self, node: Any, path: Path_, key: str, **values: str | int) -> None:
        mark = Mark(self.name, node.start_mark.line + 1)
        self.problems.append(Problem.about(mark, path, say(f"scenario.yaml_{key}", None, **values)))

    def value(self, node: Any, path: Path_) -> Any:
        if node in self._open:
            return self.problem(node, path, "loop")
        if node.tag.rpartition(":")[2] not in _PLAIN_TAGS:
            return self.problem(node, path, "tag", tag=node.tag)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return dict(self._pairs(node, path))
            return [self._item(item, (*path, rank)) for rank, item in enumerate(node.value)]
        finally:
            self._open.pop()

    def _item(self, node: Any, path: Path_) -> Any:
        self.marks[path] = Mark(self.name, node.start_mark.line + 1)
        return self.value(node, path)

    def _pairs(self, node: Any, path: Path_) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key == "<<":
                self.problem(key_node, path, "key")
                continue
            here = (*path, key)
            if key in seen:
                self.problem(key_node, here, "twice", line=self.marks[here].line)
                continue
            seen.add(key)
            self.marks[here] = Mark(self.name, key_node.start_mark.line + 1)
            yield key, self.value(value_node, here)

    def _scalar(self, node: Any, path: Path_) -> Any:
        text: str = node.value
        if node.style in ("'", '"', "|", ">"):
            return text
        if text in ("null", "~", "true", "false"):
            return {"true": True, "false": False}.get(text)
        if _INTEGER.fullmatch(text):
            return int(text)
        trap = next((name for pattern, name in _TRAPS if pattern.fullmatch(text)), None)
        if trap:
            return self.problem(node, path, trap, value=text)
        if not _REAL.fullmatch(text):
            return text
        if not math.isfinite(float(text)):
            return self.problem(node, path, "not_finite", value=text)
        return float(text)
