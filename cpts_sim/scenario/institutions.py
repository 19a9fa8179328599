"""What may be wrong with the block ``baseline`` of a scenario beyond its shape: levels and dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cpts_sim.evidence import check_overrides
from cpts_sim.scenario.catalogue import Catalogue
from cpts_sim.scenario.problems import Mark, Path_, Problem
from cpts_sim.scenario.shape import Scenario
from cpts_sim.words import say


def baseline_problems(scenario: Scenario, marks: Mapping[Path_, Mark], catalogue: Catalogue) -> Iterator[Problem]:
    """Yield levels outside the range of their parameter, and dates of institutions that only a territory can have.

    Args:
        scenario: the scenario.
        marks: places of its keys.
        catalogue: its ``levels`` name the parameter of each institution.
    """
    for name, switched in scenario.baseline.items():
        path: Path_ = ("baseline", name, "level")
        parameter = catalogue.get("levels", {}).get(name)
        if parameter is not None and switched.level is not None:
            for fault in check_overrides({parameter: switched.level}, scenario.reference_year):
                text = fault.message.removeprefix(f"parameters.{parameter}").lstrip(" :\u00a0")
                yield Problem.about(marks.get(path), path, text)
        if switched.built_in and switched.since is not None and switched.since > scenario.start:
            path = ("baseline", name, "since")
            text = say("scenario.built_in_since", value=switched.since.isoformat(), start=scenario.start.isoformat())
            yield Problem.about(marks.get(path), path, text)
