"""Nonsense is refused or told in one sentence, and one fault does not hide another."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpts_sim.catalogue import catalogue
from cpts_sim.cli import main
from cpts_sim.scenario import ScenarioError, load, parse
from cpts_sim.scenario.advice import warnings

TOWN = {"archetype": "reference", "population": 2000}
LATE = {"missions": {"quality": {"start": "30 months"}}}


def _problems(**values: object) -> dict[str, str]:
    with pytest.raises(ScenarioError) as told:
        parse({"name": "x", "territory": TOWN, **values}, catalogue())
    return {problem.key: problem.text for problem in told.value.problems}


def test_a_contract_that_stops_before_it_starts_is_an_error() -> None:
    found = _problems(cpts={"start": "10 months", "stop": "3 months"})
    assert any(key.endswith("cpts.stop") and "3" in text and "10" in text for key, text in found.items())


@pytest.mark.parametrize("code", ["99", "96", "00"])
def test_a_department_that_does_not_exist_is_an_error(code: str) -> None:
    assert code in _problems(department=code)["department"]


@pytest.mark.parametrize("code", ["01", "2B", "59", "95", "974"])
def test_departments_that_exist_are_taken(code: str) -> None:
    assert parse({"name": "x", "territory": TOWN, "department": code}, catalogue()).department == code


def test_a_table_given_as_a_territory_file_names_the_right_key(tmp_path: Path) -> None:
    (tmp_path / "communes.csv").write_text("code,population\n")
    (tmp_path / "s.yaml").write_text("name: x\nterritory: {file: communes.csv}\n")
    with pytest.raises(ScenarioError, match=r"table: communes\.csv"):
        load(tmp_path / "s.yaml", catalogue())


def test_nan_does_not_hide_the_other_faults(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "name: x\nterritory: {archetype: reference, population: .nan}\nwarmup: -3 weeks\nwindows: [5]\n"
    )
    with pytest.raises(ScenarioError) as told:
        load(tmp_path / "s.yaml", catalogue())
    keys = [problem.key for problem in told.value.problems]
    assert {"territory.population", "warmup", "windows"} <= set(keys)
    assert len(keys) == len(set(keys)), "each fault once"


def test_missions_beyond_the_horizon_and_twin_arms_are_told() -> None:
    arms = {"a": {"cpts": LATE}, "b": {"cpts": LATE, "title": {"en": "the same"}}, "without": {"cpts": None}}
    spec = parse({"name": "x", "territory": TOWN, "arms": arms}, catalogue())
    found = warnings(spec)
    assert sum("quality" in text and "30" in text for text in found) == 2
    assert sum("a, b" in text for text in found) == 1
    assert len(found) == 3
    assert not warnings(parse({"name": "x", "territory": TOWN, "cpts": {}}, catalogue()))


@pytest.mark.parametrize("command", ["validate", "describe", "run", "compare"])
def test_a_missing_scenario_is_invalid_input(command: str) -> None:
    assert _code(command, "nowhere.yaml") == 3


def _code(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)
