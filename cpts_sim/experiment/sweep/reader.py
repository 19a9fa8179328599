"""From an experiment file to its points, or to the list of everything that is wrong with it."""

from __future__ import annotations

import copy
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InputError
from cpts_sim.experiment.readings import known_indicators, smallest_differences
from cpts_sim.experiment.sweep.design import Row, rows_of, size_of
from cpts_sim.experiment.sweep.factors import OFF, Axis, axes_of
from cpts_sim.experiment.sweep.settings import ANALYSES, EXHAUSTION, MOST_SENSITIVITY, SUITS, ExperimentFile
from cpts_sim.scenario import Problem, Scenario, ScenarioError, parse
from cpts_sim.scenario.arms import merge, with_arms
from cpts_sim.scenario.explain import explain
from cpts_sim.scenario.load import read_document
from cpts_sim.scenario.strict_yaml import Document, read_yaml
from cpts_sim.words import did_you_mean, say


@dataclass(frozen=True)
class Point:
    """One point of an experiment.

    Attributes:
        rank: its number, from 0. base: name of its scenario or territory. row: factor → value.
        values: the scenario as it would be written.
    """

    rank: int
    base: str
    row: Row
    values: Mapping[str, Any] = field(repr=False)

    def scenario(self) -> Scenario:
        """Return the checked scenario."""
        return parse(self.values, catalogue())


@dataclass(frozen=True)
class Experiment:
    """An experiment file, checked.

    Attributes:
        file: its settings. path: where it was read. bases: name → scenario as written. axes: factors made ready.
    """

    file: ExperimentFile
    path: Path
    bases: Mapping[str, Mapping[str, Any]] = field(repr=False)
    axes: tuple[Axis, ...]

    @property
    def point_count(self) -> int:
        """Number of points, known without making them."""
        return len(self.bases) * size_of(self.file.design, self.axes)

    @cached_property
    def rows(self) -> list[Row]:
        """The design: factor → value, one row per point of a base."""
        return rows_of(self.file.design, self.axes)

    @cached_property
    def points(self) -> list[Point]:
        """Every point: base after base, row after row."""
        out: list[Point] = []
        for base, values in self.bases.items():
            for row in self.rows:
                out.append(Point(len(out), base, row, with_row(values, row, self.axes)))
        return out

    def axis(self, name: str) -> Axis:
        """Return a factor by name."""
        return next(axis for axis in self.axes if axis.name == name)

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Arms simulated, the one that others are compared with first."""
        from cpts_sim.experiment.comparison import arms_of

        return arms_of(self.points[0].scenario(), self.file.arms)


def with_row(values: Mapping[str, Any], row: Mapping[str, Any], axes: Sequence[Axis]) -> dict[str, Any]:
    """Return a scenario as written with the factors' values put in."""
    out: dict[str, Any] = copy.deepcopy(dict(values))
    for axis in axes:
        if axis.name in row:
            _put(out, axis, row[axis.name])
    return out


def _put(values: dict[str, Any], axis: Axis, value: Any) -> None:
    if axis.kind == "parameter":
        _at(values, ["parameters"])[axis.path] = value
    elif axis.kind == "mission":
        missions = _at(values, ["cpts", "missions"])
        on = axis.settings if axis.settings is not None else missions.get(axis.path) or {}
        missions[axis.path] = None if value == OFF else dict(on)
    else:
        *above, last = axis.path.split(".")
        _at(values, above)[last] = value


def _at(values: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    for key in keys:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    return values


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file.

    Raises:
        InputError: it is a scenario.
        ScenarioError: every problem found, each with its place, the value received and the cure.
    """
    document = read_yaml(path)
    if "base" not in document.values and {"territory", "extends"} & set(document.values):
        raise InputError(say("sweep.a_scenario", file=path, name=path.name))
    chosen, problems = _checked(document)
    shape = bool(problems)
    bases, faults = _bases(chosen, path)
    axes, wrong = axes_of(chosen.factors, _year(bases))
    names = [*_names(chosen), *_list_faults(chosen)]
    problems += [*faults, *wrong, *(names if not shape else _of_what_is_written(names, chosen, document))]
    experiment = Experiment(chosen, path, bases, tuple(axes))
    if not problems:
        problems += _size(experiment)
    problems += _alone(experiment) if problems else _points(experiment)
    if problems:
        raise ScenarioError(_marked(problem, document) for problem in problems)
    return experiment


def _checked(document: Document) -> tuple[ExperimentFile, list[Problem]]:
    """Return the settings and what is wrong with their shape; what is wrong is left out, so that the rest is checked.

    Raises:
        ScenarioError: without what is wrong nothing can be checked.
    """
    try:
        return _settings(document.values), []
    except ValidationError as error:
        schema = ExperimentFile.model_json_schema()
        problems = explain(error, document.values, document.marks, schema)
        left = _without(document.values, [item["loc"] for item in error.errors(include_url=False)])
    try:
        return _settings(left), problems
    except ValidationError:
        raise ScenarioError(problems) from None


def _settings(values: Mapping[str, Any]) -> ExperimentFile:
    return ExperimentFile.model_validate_json(json.dumps(values, default=str))


def _without(values: Mapping[str, Any], places: Sequence[tuple[str | int, ...]]) -> dict[str, Any]:
    """Return an experiment as written without its wrong factors and its other wrong keys."""
    out: dict[str, Any] = copy.deepcopy(dict(values))
    for first, *rest in filter(None, places):
        if first == "factors" and rest and isinstance(out.get("factors"), dict):
            out["factors"].pop(rest[0], None)
        else:
            out.pop(str(first), None)
    return out


def _of_what_is_written(names: Sequence[Problem], chosen: ExperimentFile, document: Document) -> list[Problem]:
    """Return faults of names that do not come of what was left out: wrong factors, a wrong design."""
    whole = chosen.factors.keys() == document.values.get("factors", {}).keys() and (
        "design" in chosen.model_fields_set or "design" not in document.values
    )
    return [problem for problem in names if whole or problem.key.split(".")[0] not in ("analyses", "factors", "design")]


def _marked(problem: Problem, document: Document) -> Problem:
    """Give a problem the line of its key, or of the nearest key above."""
    if problem.file:
        return problem
    path: tuple[Any, ...] = tuple(problem.key.split("."))
    files = {mark.file for mark in document.marks.values()} or {""}
    while path:
        if path in document.marks:
            mark = document.marks[path]
            return Problem(mark.file, mark.line, problem.key, problem.text)
        path = path[:-1]
    return Problem(min(files), 0, problem.key, problem.text)


def _bases(chosen: ExperimentFile, path: Path) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Return name → scenario as written, of every base with every territory."""
    named = _named_files(chosen.base)
    if not named:
        return {}, [Problem.about(None, ("base",), say("sweep.no_base"))]
    out: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    places = _territories(chosen, path.parent)
    for name, file in named.items():
        place = (path.parent / file).resolve()
        if not place.is_file():
            problems.append(Problem.about(None, ("base",), say("sweep.no_base_file", value=file)))
            continue
        shown = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
        values = merge(read_document(shown).values, dict(chosen.settings))
        for territory, (source, covers) in places.items():
            label = territory if len(named) == 1 else ".".join(filter(None, (name, territory)))
            out[label or name] = _placed(values, source, covers)
    return out, problems


def _named_files(base: Any) -> dict[str, str]:
    if isinstance(base, str):
        return {Path(base).stem: base}
    if isinstance(base, Mapping):
        return {str(name): str(file) for name, file in base.items()}
    stems = [Path(file).stem for file in base]
    return {stem if stems.count(stem) == 1 else _long_name(file): file for stem, file in zip(stems, base, strict=True)}


def _long_name(file: str) -> str:
    """Name a file whose stem another file has too: its folders, joined by points."""
    return ".".join(part for part in Path(file).with_suffix("").parts if part.strip("./\\"))


def _placed(values: dict[str, Any], source: Any, covers: int | None) -> dict[str, Any]:
    """Return a scenario as written, in a territory; the contract covers the whole of one that is played small."""
    if source is None:
        return values
    policy = values.get("cpts")
    if covers is not None and isinstance(policy, Mapping) and policy.get("covers") is None:
        values = {**values, "cpts": {**policy, "covers": covers}}
    return {**values, "territory": source}


def _territories(chosen: ExperimentFile, folder: Path) -> dict[str, tuple[Any, int | None]]:
    """Return name → (territory as a scenario writes it, inhabitants its contract covers if not those played)."""
    given = chosen.territories
    if chosen.perimeters is not None:
        from cpts_sim.experiment.sweep.perimeters import build_perimeters

        built = build_perimeters(chosen.perimeters, folder, _say_built)
        return {name: ({"file": str(place.path)}, place.covers) for name, place in built.items()}
    if not given:
        return {"": (None, None)}
    if not isinstance(given, Mapping):
        return {name: ({"archetype": name}, None) for name in given}
    return {name: (_anchored(source, folder), None) for name, source in given.items()}


def _say_built(name: str) -> None:
    print(say("sweep.building", name=name), file=sys.stderr)


def _anchored(source: Any, folder: Path) -> Any:
    if not isinstance(source, Mapping):
        return source
    files = {k: str((folder / str(v)).resolve()) for k, v in source.items() if k in ("file", "table")}
    return {**source, **files}


def _year(bases: Mapping[str, Mapping[str, Any]]) -> int:
    years = {values.get("reference_year", 2019) for values in bases.values()}
    return 2024 if years == {2024} else 2019


def _names(chosen: ExperimentFile) -> Iterator[Problem]:
    """Check the names of measures, analyses and the limits of a design."""
    known = known_indicators()
    asked = [("measures", name) for name in chosen.measures]
    asked += [(key, getattr(chosen, key).measure) for key in ("decision", "discovery") if getattr(chosen, key)]
    for key, name in asked:
        if name not in known:
            text = say("sweep.no_measure", value=name, hint=did_you_mean(name, known))
            yield Problem.about(None, (key,), text)
    yield from _thresholds(chosen)
    for name in chosen.analyses or ():
        if name not in ANALYSES:
            hint = did_you_mean(name, ANALYSES)
            text = say("sweep.no_analysis", value=name, hint=hint, known=", ".join(ANALYSES))
            yield Problem.about(None, ("analyses",), text)
        elif name in SUITS and chosen.design.kind not in SUITS[name]:
            text = say("sweep.unsuitable", value=name, kind=chosen.design.kind, suits=", ".join(SUITS[name]))
            yield Problem.about(None, ("analyses",), text)
    if chosen.design.kind == "sobol" and len(chosen.factors) > MOST_SENSITIVITY:
        text = say("sweep.too_many_for_sobol", count=len(chosen.factors), most=MOST_SENSITIVITY)
        yield Problem.about(None, ("factors",), text)
    if not chosen.factors and chosen.design.kind not in ("grid", "list"):
        yield Problem.about(None, ("factors",), say("sweep.empty_design", kind=chosen.design.kind))


def _thresholds(chosen: ExperimentFile) -> Iterator[Problem]:
    """Ask for the effect that matters where none is shipped: nobody funds for the least gain above zero unsaid."""
    shipped = smallest_differences()
    for key in ("decision", "discovery"):
        wish = getattr(chosen, key)
        judged = wish is None or wish.least is not None or wish.measure in (*shipped, EXHAUSTION)
        if not judged and wish.measure in known_indicators():
            yield Problem.about(None, (key,), say("sweep.no_least", value=wish.measure, key=key))


def _list_faults(chosen: ExperimentFile) -> Iterator[Problem]:
    for rank, point in enumerate(chosen.design.points):
        for name in point:
            if name not in chosen.factors:
                hint = did_you_mean(str(name), chosen.factors)
                text = say("sweep.no_factor", value=name, hint=hint, rank=rank + 1)
                yield Problem.about(None, ("design", "points"), text)


def _size(experiment: Experiment) -> Iterator[Problem]:
    """Refuse a design that is too large before it is made."""
    chosen = experiment.file
    seeds = chosen.replications if chosen.precision is None else chosen.precision.first
    arms = len(chosen.arms) or max(map(_arms_of, experiment.bases.values()), default=1)
    runs = experiment.point_count * seeds * arms
    if runs > chosen.budget.runs:
        text = say("sweep.too_many_runs", runs=runs, points=experiment.point_count, most=chosen.budget.runs)
        yield Problem.about(None, ("budget", "runs"), text)


def _arms_of(values: Mapping[str, Any]) -> int:
    """Return the number of arms of a scenario as written."""
    arms = with_arms(values).get("arms")
    return max(1, len(arms)) if isinstance(arms, Mapping) else 1


def _points(experiment: Experiment) -> Iterator[Problem]:
    """Check the scenario of every point; a fault is told once, with the first point that has it."""
    from cpts_sim.errors import UsageError

    seen = set()
    for point in experiment.points:
        try:
            point.scenario()
        except ScenarioError as error:
            for problem in error.problems:
                if (problem.key, problem.text) not in seen:
                    seen.add((problem.key, problem.text))
                    yield Problem.about(None, _culprit(experiment, point, problem.key), _point_text(point, problem))
        if len(seen) > 20:
            return
    if not seen:
        try:
            _ = experiment.arms
        except UsageError as error:
            yield Problem.about(None, ("arms",), str(error))


def _alone(experiment: Experiment) -> Iterator[Problem]:
    """Check each value of each factor by itself, where the experiment as a whole cannot be made for other faults."""
    own = {base: _faults(values, {}, ()) for base, values in experiment.bases.items()}
    for axis in experiment.axes:
        for value, base in itertools.product(axis.spread(2), experiment.bases):
            new = set(_faults(experiment.bases[base], {axis.name: value}, [axis])) - set(own[base])
            found = sorted((problem.key, problem.text) for problem in new if _sets(axis, _plain(problem.key)))
            if found:
                key, text = found[0]
                told = say("sweep.bad_value", value=value, key=key, text=text)
                yield Problem.about(None, ("factors", axis.name), told)
                break


def _faults(values: Mapping[str, Any], row: Row, axes: Sequence[Axis]) -> tuple[Problem, ...]:
    """Return what is wrong with a base in which these factors alone have values."""
    try:
        parse(with_row(values, row, axes), catalogue())
    except ScenarioError as error:
        return error.problems
    return ()


def _plain(key: str) -> str:
    """Return the key of a scenario without the arm that inherits it."""
    return key.split(".", 2)[2] if key.startswith("arms.") and key.count(".") >= 2 else key


def _full(axis: Axis) -> str:
    return {"parameter": "parameters.", "mission": "cpts.missions."}.get(axis.kind, "") + axis.path


def _sets(axis: Axis, key: str) -> bool:
    """Whether a factor sets a key, or what is above or below it."""
    full = _full(axis)
    return key == full or key.startswith(full + ".") or full.startswith(key + ".")


def _culprit(experiment: Experiment, point: Point, key: str) -> tuple[str, ...]:
    """Return the place in the experiment file that set a scenario's key: of several, the one that is wrong alone."""
    plain = _plain(key)
    able = [axis for axis in experiment.axes if axis.name in point.row and _sets(axis, plain)]
    exact = [axis for axis in able if not _full(axis).startswith(plain + ".")]
    for axis in exact or able:
        alone = _faults(experiment.bases[point.base], {axis.name: point.row[axis.name]}, [axis])
        if len(able) == 1 or key in (problem.key for problem in alone):
            return ("factors", axis.name)
    if able:
        return ("factors", (exact or able)[0].name)
    if plain.startswith("territory") and experiment.file.territories:
        return ("territories",)
    return ("settings",) if experiment.file.settings else ("base",)


def _point_text(point: Point, problem: Problem) -> str:
    return say("sweep.bad_point", point=point.rank + 1, base=point.base, key=problem.key, text=problem.text)
