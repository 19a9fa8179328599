"""What a scenario says that cannot be meant: contradictions are errors, oddities are warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cpts_sim.scenario.calendar import departments
from cpts_sim.scenario.problems import Mark, Path_, Problem
from cpts_sim.scenario.shape import Scenario
from cpts_sim.words import say

_TABLES = {".csv", ".tsv", ".txt", ".xls", ".xlsx", ".ods"}


def contradictions(scenario: Scenario, marks: Mapping[Path_, Mark]) -> Iterator[Problem]:
    """Yield what no run could mean: an end before the beginning, a département that does not exist, a wrong file."""
    code = scenario.department
    if code is not None and code not in departments():
        yield Problem.about(marks.get(("department",)), ("department",), say("scenario.no_department", value=code))
    source = scenario.territory.file
    if source is not None and source.suffix.lower() in _TABLES:
        path: Path_ = ("territory", "file")
        yield Problem.about(marks.get(path), path, say("scenario.not_a_territory_file", value=source.name))
    for name, arm in scenario.arms.items():
        block = arm.cpts
        if block is not None and block.stop_months is not None and block.stop_months < block.start_months:
            path = ("arms", name, "cpts", "stop")
            text = say("scenario.stop_before_start", stop=block.stop_months, start=block.start_months)
            yield Problem.about(marks.get(path) or marks.get(("cpts", "stop")), path, text)


def warnings(scenario: Scenario, lived: Collection[str]) -> list[str]:
    """Return sentences on what is allowed and probably not meant, in the arms that will be lived."""
    return [*_twins(scenario, lived)]


def _twins(scenario: Scenario, lived: Collection[str]) -> Iterator[str]:
    """Arms that say the same."""
    alike: dict[str, list[str]] = {}
    for name, arm in scenario.arms.items():
        if name in lived:
            alike.setdefault(arm.model_dump_json(exclude={"title"}), []).append(name)
    for names in alike.values():
        if len(names) > 1:
            yield say("scenario.same_arms", names=", ".join(names))
