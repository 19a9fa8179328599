"""From ``evidence/data/*.yaml`` to checked entries; the faults of shipped files are listed all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cpts_sim.errors import InternalError
from cpts_sim.evidence.entry import (
    FACT_KEYS,
    GRADES,
    PRIORS,
    ParameterEntry,
    Value,
    freeze,
    is_number,
    numbers_in,
    same_shape,
)

_REQUIRED = ("unit", "prior", "source", "year", "grade")
_KNOWN = {*_REQUIRED, "value", "by_year", "low", "high", "note", "target", "fact"}
_USES = ("CAL", "VAL")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"


class _Loader(_Base):  # type: ignore[misc]
    """The fast YAML loader for the plain data of these files, refusing a key written twice."""

    def plain(self, node: Any) -> Any:
        """Return what a node holds: text as it stands, which is most of it, without the constructors of YAML."""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item) for item in node.value]
        return node.value if node.tag == _TEXT else self.construct_object(node)

    def _mapping(self, node: Any) -> dict[Any, Any]:
        pairs: dict[Any, Any] = {}
        for key_node, value in node.value:
            key = self.plain(key_node)
            if key in pairs:
                line = key_node.start_mark.line + 1
                raise InternalError(f"{self.name}, line {line}: key {key_node.value!r} is written twice.")
            pairs[key] = self.plain(value)
        return pairs


@cache
def shipped_entries() -> Mapping[str, ParameterEntry]:
    """Return the entries shipped with the package, by id in alphabetical order (read once)."""
    folder = files(__package__).joinpath("data")
    return read_entries(sorted(Path(str(item)) for item in folder.iterdir() if item.name.endswith(".yaml")))


def read_entries(paths: list[Path]) -> Mapping[str, ParameterEntry]:
    """Read parameter files and check every entry.

    Args:
        paths: YAML files; the stem of a file is the room of its parameters.

    Returns:
        id → entry, sorted by id. An entry with values by year holds the first year's as ``value``.

    Raises:
        InternalError: one message with a line for every entry that is incomplete, wrong or written twice.
    """
    entries: dict[str, ParameterEntry] = {}
    problems: list[str] = []
    for path in paths:
        for identifier, raw in _content(path).items():
            found = [f"{path.name}: {identifier}: {text}" for text in _problems(identifier, raw)]
            if identifier in entries:
                found.append(f"{path.name}: {identifier}: already in {entries[identifier].room}.yaml")
            if not found:
                entries[identifier] = _entry(identifier, path.stem, raw)
            problems += found
    if problems:
        raise InternalError("evidence/data: " + "\n  ".join([f"{len(problems)} faults", *problems]))
    return dict(sorted(entries.items()))


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        loader = _Loader(stream)
        loader.name = path.name
        root = loader.get_single_node()
        content = None if root is None else loader.plain(root)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InternalError(f"{path.name}: expected a mapping id → entry, received {type(content).__name__}.")
    return content


def _problems(identifier: Any, raw: Any) -> Iterator[str]:
    if not isinstance(identifier, str) or "." not in identifier:
        yield "an id is text of the form room.what"
    if not isinstance(raw, dict):
        yield f"expected a mapping, received {raw!r}"
        return
    yield from (f"unknown key {key!r}" for key in raw if key not in _KNOWN)
    yield from (f"{key} is missing" for key in _REQUIRED if raw.get(key) in (None, ""))
    if raw.get("prior") not in (None, *PRIORS):
        yield f"prior {raw['prior']!r} is none of {', '.join(PRIORS)}"
    if raw.get("grade") not in (None, *GRADES):
        yield f"grade {raw['grade']!r} is none of {', '.join(GRADES)}"
    if not isinstance(raw.get("target", False), bool):
        yield "target is true or false"
    if "fact" in raw:
        yield from _fact_problems(raw)
    yield from _value_problems(raw)


def _fact_problems(raw: dict[str, Any]) -> Iterator[str]:
    """A target says what it is compared with: all of the keys, each a text, and a band of its own."""
    fact = raw["fact"]
    if raw.get("target") is not True:
        yield "only a target has a fact"
    if not isinstance(fact, dict) or set(fact) != set(FACT_KEYS):
        yield f"fact has exactly the keys {', '.join(FACT_KEYS)}"
    elif fact["use"] not in _USES:
        yield f"use {fact['use']!r} is none of {', '.join(_USES)}"
    if not (is_number(raw.get("low")) and is_number(raw.get("high"))):
        yield "low and high are the band of a fact"


def _value_problems(raw: dict[str, Any]) -> Iterator[str]:
    if ("value" in raw) == ("by_year" in raw):
        yield "write either value or by_year"
        return
    try:
        values = list(_values(raw).values())
    except (ValueError, AttributeError) as error:
        yield str(error)
        return
    if any(not same_shape(values[0], other) for other in values):
        yield "the values by year differ in form"
    low: Any = raw.get("low")
    high: Any = raw.get("high")
    if low is None and high is None and raw.get("prior") == "fixed":
        return
    if not (is_number(low) and is_number(high)):
        yield "low and high are numbers (both may be left out only when prior is fixed)"
        return
    outside = [number for value in values for number in numbers_in(value) if not low <= number <= high]
    if outside:
        yield f"{outside[0]} is outside [{low}, {high}]"


def _values(raw: dict[str, Any]) -> dict[int, Value]:
    """Return year → value; the key 0 stands for every year."""
    if "by_year" in raw:
        return {int(year): freeze(value) for year, value in sorted(raw["by_year"].items())}
    return {0: freeze(raw["value"])}


def _entry(identifier: str, room: str, raw: dict[str, Any]) -> ParameterEntry:
    values = _values(raw)
    every = [number for value in values.values() for number in numbers_in(value)]
    return ParameterEntry(
        id=identifier,
        room=room,
        value=next(iter(values.values())),
        unit=str(raw["unit"]),
        low=float(raw.get("low", min(every))),
        high=float(raw.get("high", max(every))),
        prior=raw["prior"],
        source=str(raw["source"]),
        year=str(raw["year"]),
        grade=raw["grade"],
        note=str(raw.get("note", "")),
        target=raw.get("target", False),
        fact={key: str(text) for key, text in raw.get("fact", {}).items()},
        by_year={year: value for year, value in values.items() if year},
    )
