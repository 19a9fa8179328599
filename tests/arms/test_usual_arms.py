"""The arms of a report that names none: what is decided, and its money spent otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from cpts_sim.catalogue import catalogue
from cpts_sim.cli.report import usual_arms
from cpts_sim.experiment import with_short_arms
from cpts_sim.scenario import parse

TOWN = {"archetype": "reference", "population": 2000}
CPTS = {"missions": {"treating_physician": {}, "unscheduled_care": {}}}


@pytest.mark.parametrize(
    ("written", "arms"),
    [
        ({"cpts": CPTS}, ("without", "with", "same_money")),
        ({"cpts": {**CPTS, "since": "3 years"}}, ("with", "stop", "same_money")),
        ({"cpts": CPTS, "arms": {"without": {}, "with": {}, "same_money": {}}}, ("without", "with", "same_money")),
        ({}, ("without",)),
        ({"arms": {"without": {}, "other": {"cpts": CPTS}}}, ("without", "other")),
    ],
)
def test_the_money_otherwise_stands_beside_the_decision(written: dict[str, Any], arms: tuple[str, ...]) -> None:
    scenario = parse({"name": "x", "territory": TOWN, **written}, catalogue())
    found = usual_arms(scenario)
    assert found == arms
    assert with_short_arms(scenario, found)[1] == arms, "every one of them can be run"
