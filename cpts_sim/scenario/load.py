"""From a file to a scenario, or to the list of everything that is wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cpts_sim.evidence import check_overrides
from cpts_sim.scenario.advice import contradictions
from cpts_sim.scenario.arms import arm_problems, with_arms
from cpts_sim.scenario.arms import merge as merge
from cpts_sim.scenario.catalogue import EMPTY, Catalogue, json_schema, scenario_model
from cpts_sim.scenario.explain import explain
from cpts_sim.scenario.institutions import baseline_problems
from cpts_sim.scenario.problems import Mark, Path_, Problem, ScenarioError
from cpts_sim.scenario.shape import DEFAULT_START, Scenario
from cpts_sim.scenario.strict_yaml import Document, read_yaml
from cpts_sim.words import did_you_mean, say

_FILE_KEYS: tuple[Path_, ...] = (("territory", "file"), ("territory", "table"))
_SOURCES = {"archetype", "file", "table", "practices"}


def load(path: str | Path, catalogue: Catalogue | None = None) -> Scenario:
    """Read a scenario file and everything it extends.

    Args:
        path: YAML file.
        catalogue: missions, shocks (name → settings class) and archetype ids that may be named.

    Raises:
        ScenarioError: every problem found, each with its file, line, key, value and cure; or it is an experiment.
    """
    document = read_document(Path(path))
    if "base" in document.values and "territory" not in document.values:
        text = say("scenario.an_experiment", file=path)
        raise ScenarioError([Problem.about(document.marks.get(("base",)), ("base",), text)])
    return parse(document, catalogue)


def parse(source: Document | Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
    """Make a scenario from a read document, or from a plain mapping written in Python with the same keys.

    Raises:
        ScenarioError: every problem found.
    """
    document = source if isinstance(source, Document) else Document(dict(source))
    chosen = EMPTY if catalogue is None else catalogue
    values = with_arms(_with_start(document.values))
    problems = [*_not_finite(values, ()), *_parameter_problems(values, document)]
    problems += arm_problems(document.values, document.marks)
    text = json.dumps(values, default=str)
    try:
        scenario = scenario_model(chosen).model_validate_json(text)
    except ValidationError as error:
        problems += explain(error, values, document.marks, json_schema(chosen))
        territory = values.get("territory")
        if isinstance(territory, Mapping):
            problems += _archetype_problem(territory.get("archetype"), document, chosen)
        raise ScenarioError([*document.problems, *_elsewhere(problems, document)]) from None
    problems += [*_catalogue_problems(scenario, document, chosen), *contradictions(scenario, document.marks)]
    if problems or document.problems:
        raise ScenarioError([*document.problems, *_elsewhere(problems, document)])
    return scenario


def _elsewhere(problems: list[Problem], document: Document) -> list[Problem]:
    """Leave out what only follows from a trap that is told already, at the same key or inside it."""
    told = {problem.key.split("[")[0] for problem in document.problems}
    return [problem for problem in problems if problem.key.split("[")[0] not in told]


def read_document(path: Path, _above: tuple[Path, ...] = ()) -> Document:
    """Read a file over the one it extends; file names inside become absolute paths.

    Raises:
        ScenarioError: unreadable file, not YAML, a trap of YAML, or ``extends`` in a circle.
    """
    document = read_yaml(path, gather=True)
    _anchor_files(document, path.resolve().parent)
    base_name = document.values.pop("extends", None)
    mark = document.marks.get(("extends",))
    if base_name is None:
        return document
    if not isinstance(base_name, str):
        raise _no_base(mark, say("scenario.extends_text", value=base_name))
    base_path = (path.parent / base_name).resolve()
    chain = (*_above, path.resolve())
    if base_path in chain:
        names = " → ".join(item.name for item in (*chain, base_path))
        raise _no_base(mark, say("scenario.extends_loop", chain=names))
    if not base_path.is_file():
        raise _no_base(mark, say("scenario.no_file", value=base_name))
    return _over(read_document(_shown(base_path), chain), document)


def _no_base(mark: Mark | None, text: str) -> ScenarioError:
    return ScenarioError([Problem.about(mark, ("extends",), text)])


def _shown(path: Path) -> Path:
    """Name a file from the working folder when it is inside it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _anchor_files(document: Document, folder: Path) -> None:
    territory = document.values.get("territory")
    for _, key in _FILE_KEYS:
        if isinstance(territory, dict) and isinstance(territory.get(key), str):
            territory[str(key)] = str(folder / territory[str(key)])


def _over(base: Document, upper: Document) -> Document:
    """Put one document over another: mappings merge, null takes away, anything else replaces."""
    territory = upper.values.get("territory")
    if isinstance(territory, dict) and _SOURCES & set(territory):
        base.values.pop("territory", None)
    return Document(merge(base.values, upper.values), {**base.marks, **upper.marks}, base.problems + upper.problems)


def _with_start(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write day 0 where the user left it to the reference year."""
    year = 2024 if values.get("reference_year") == 2024 else 2019
    return {"start": DEFAULT_START[year].isoformat(), **values}


def _not_finite(value: Any, path: Path_) -> Iterator[Problem]:
    if isinstance(value, float) and not math.isfinite(value):
        yield Problem.about(None, path, say("scenario.yaml_not_finite", value=value))
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _not_finite(item, (*path, key))
    elif isinstance(value, list | tuple):
        for rank, item in enumerate(value):
            yield from _not_finite(item, (*path, rank))


def _parameter_problems(values: Mapping[str, Any], document: Document) -> Iterator[Problem]:
    year = values.get("reference_year", 2019)
    places: list[Path_] = [("parameters",)]
    if isinstance(values.get("arms"), Mapping):
        places += [("arms", name, "parameters") for name in values["arms"]]
    for place in places:
        own = _at(document.values, place)
        if isinstance(own, Mapping):
            for fault in check_overrides(own, year if year in (2019, 2024) else 2019):
                path = (*place, fault.id)
                text = fault.message.removeprefix(f"parameters.{fault.id}").lstrip(" :\u00a0")
                yield Problem.about(document.marks.get(path), path, text)


def _at(values: Any, path: Path_) -> Any:
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _catalogue_problems(scenario: Scenario, document: Document, catalogue: Catalogue) -> Iterator[Problem]:
    yield from _archetype_problem(scenario.territory.archetype, document, catalogue)
    yield from baseline_problems(scenario, document.marks, catalogue)
    for name, arm in scenario.arms.items():
        if arm.cpts is not None:
            yield from _prerequisites(("arms", name, "cpts", "missions"), arm.cpts.missions, document.marks)
    for key, path_of in (("file", scenario.territory.file), ("table", scenario.territory.table)):
        if path_of is not None and not path_of.is_file():
            mark = document.marks.get(("territory", key))
            yield Problem.about(mark, ("territory", key), say("scenario.no_file", value=path_of))


def _archetype_problem(named: Any, document: Document, catalogue: Catalogue) -> Iterator[Problem]:
    known = catalogue.get("archetypes")
    if known and isinstance(named, str) and named not in known:
        path: Path_ = ("territory", "archetype")
        text = say("scenario.archetype", value=named, hint=did_you_mean(named, known), known=", ".join(sorted(known)))
        yield Problem.about(document.marks.get(path), path, text)


def _prerequisites(place: Path_, missions: Any, marks: Mapping[Path_, Mark]) -> Iterator[Problem]:
    for name, settings in missions.items():
        missing = [other for other in getattr(settings, "requires", ()) if other not in missions]
        if missing:
            path = (*place, name)
            mark = marks.get(path) or marks.get(("cpts", "missions", name))
            yield Problem.about(mark, path, say("scenario.requires", names=", ".join(missing)))
