"""From pydantic's errors to sentences: what was received, what was expected, what was probably meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from cpts_sim.scenario.problems import Mark, Path_, Problem
from cpts_sim.words import did_you_mean, has, number, say

_BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_LENGTHS = {"too_short": "min_length", "too_long": "max_length"}


def explain(
    error: ValidationError, values: Mapping[str, Any], marks: Mapping[Path_, Mark], schema: Mapping[str, Any]
) -> list[Problem]:
    """Return one problem for each error of the user.

    Args:
        error: what pydantic found.
        values: the scenario as read, arms written in full.
        marks: place of each key.
        schema: JSON schema of the scenario, which knows the keys admitted at each place.
    """
    found = error.errors(include_url=False)
    seen = {tuple(item["loc"]) for item in found}
    written = (item for item in found if not _inherited(tuple(item["loc"]), seen, marks))
    return [_problem(item, values, marks, schema) for item in written]


def _inherited(path: Path_, seen: set[Path_], marks: Mapping[Path_, Mark]) -> bool:
    """Tell whether the fault of an arm is already reported where the arm took it from."""
    return path[:1] == ("arms",) and path not in marks and path[2:] in seen


def _problem(
    item: Any, values: Mapping[str, Any], marks: Mapping[Path_, Mark], schema: Mapping[str, Any]
) -> Problem:
    path: Path_ = tuple(item["loc"])
    return Problem.about(_nearest(marks, path), path, _text(item, path, schema))


def _nearest(marks: Mapping[Path_, Mark], path: Path_) -> Mark | None:
    """Return the place of a path, of where an arm inherits it from, or of the nearest key above it."""
    inherited = path[2:] if path[:1] == ("arms",) else ()
    while path:
        for candidate in (path, inherited):
            if candidate and candidate in marks:
                return marks[candidate]
        path, inherited = path[:-1], inherited[:-1]
    files = {mark.file for mark in marks.values()}
    return Mark(min(files), 0) if files else None


def _text(item: Any, path: Path_, schema: Mapping[str, Any]) -> str:
    kind = item["type"]
    if kind == "extra_forbidden":
        admitted = keys_at(schema, path[:-1])
        hint = did_you_mean(str(path[-1]), admitted)
        return say("scenario.unknown_key", hint=hint, keys=", ".join(admitted) or "—")
    if kind == "value_error":
        told = str(item.get("ctx", {}).get("error", item["msg"]))
        return say("scenario.received_told", value=_short(item["input"]), told=told)
    expected, hint = _expected(kind, item)
    if kind == "missing":
        return say("scenario.missing", expected=say("scenario.e_key", key=path[-1]))
    return say("scenario.received", value=_short(item["input"]), expected=expected, hint=hint)


def _expected(kind: str, item: Any) -> tuple[str, str]:
    context = item.get("ctx", {})
    if kind == "expected":
        named = {key: value for key, value in context.items() if key != "expected"}
        return say(f"scenario.e_{context['expected']}", **named), ""
    if kind in _BOUNDS:
        return say(f"scenario.e_{kind}", bound=_bound(context[_BOUNDS[kind]])), ""
    if kind in _LENGTHS:
        return say(f"scenario.e_{kind}", size=context[_LENGTHS[kind]]), ""
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"[^\s',]+(?=')|\b\d+\b", context["expected"])
        return say("scenario.e_choice", choices=", ".join(choices)), did_you_mean(str(item["input"]), choices)
    family = re.sub(r"_(type|parsing|from_float|from_datetime_parsing|from_datetime_inexact)$", "", kind)
    return (say(f"scenario.e_{family}"), "") if has(f"scenario.e_{family}") else (item["msg"], "")


def _bound(value: float) -> str:
    """Write a bound, the figures of a large one in groups."""
    return number(value) if abs(value) >= 1e4 else f"{value:g}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def keys_at(schema: Mapping[str, Any], path: Path_) -> list[str]:
    """Return the keys admitted at a place of a scenario, sorted."""
    nodes = [schema]
    for part in path:
        nodes = [child for node in nodes for form in _forms(schema, node) for child in _children(form, part)]
    forms = [form for node in nodes for form in _forms(schema, node)]
    return sorted({key for form in forms for key in form.get("properties", {})})


def _forms(schema: Mapping[str, Any], node: Any) -> Iterator[Any]:
    """Follow references and alternatives to the plain forms of a node."""
    if not isinstance(node, Mapping):
        return
    if "$ref" in node:
        yield from _forms(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    for choice in (*node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _forms(schema, choice)
    yield node


def _children(form: Mapping[str, Any], part: str | int) -> Iterator[Any]:
    if isinstance(part, int):
        yield from filter(None, [form.get("items")])
        yield from form.get("prefixItems", ())[part : part + 1]
    elif part in form.get("properties", {}):
        yield form["properties"][part]
    else:
        yield from filter(None, [form.get("additionalProperties")])
