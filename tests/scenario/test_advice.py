"""Nonsense is refused or told in one sentence, and one fault does not hide another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cpts_sim.catalogue import catalogue
from cpts_sim.cli import main
from cpts_sim.cli._notes import of_contract, of_scenario
from cpts_sim.scenario import Scenario, ScenarioError, load, parse
from cpts_sim.words import speaking

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
    found = of_scenario(spec)
    assert sum("quality" in text and "30" in text and "a, b" in text for text in found) == 1
    assert len(found) == 2
    assert not of_scenario(spec, ["without"]), "arms that are not lived are not told"
    assert not of_scenario(_spec())


def _spec(mission: str = "quality", years: float = 3, **block: Any) -> Scenario:
    cpts = {"missions": {mission: block.pop("settings", {})}, **block}
    return parse({"name": "x", "territory": TOWN, "years": years, "cpts": cpts}, catalogue())


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ({"mission": "crisis", "years": 0.25, "settings": {"start": "6 months"}}, ("6", "0", "3")),
        ({"mission": "quality", "years": 0.25}, ("6", "0", "3")),  # nothing written: the delay of the evidence
        ({"mission": "crisis", "starts_at": "letter", "years": 0.5}, ("12", "0", "6")),
        ({"mission": "prevention", "stop": "8 months", "settings": {"start": "8 months"}}, ("8", "0", "8")),
        ({"mission": "treating_physician", "settings": {"start": "14 months"}}, ("14", "6", "24")),
        ({"mission": "pathways", "settings": {"start": "12.5 months"}}, ("12.5", "12", "24")),
    ],
)
def test_a_mission_that_opens_too_late_is_told_with_its_months(
    lang: str, values: dict[str, Any], numbers: tuple[str, ...]
) -> None:
    with speaking(lang):
        (told,) = of_scenario(_spec(**values))
    comma = {"fr": ",", "en": "."}[lang]
    assert [found.replace(comma, ".") for found in re.findall(r"\d+(?:[.,]\d+)?", told)] == list(numbers)
    assert values["mission"] in told and told.startswith("with")


@pytest.mark.parametrize(
    "values",
    [
        {"mission": "treating_physician", "settings": {"start": "6 months"}},
        {"mission": "crisis", "rules": "aci_2019", "settings": {"start": "14 months"}},  # it pays for no crisis
        {"mission": "quality", "settings": {"start": "14 months"}},  # optional: no deadline
        {"mission": "pathways", "since": "3 years", "years": 0.5, "settings": {"start": "12 months"}},
        {"mission": "quality", "years": 0.5, "settings": {"start": "20 months", "dose": 0}},
    ],
)
def test_a_mission_in_time_or_without_a_deadline_is_not_told(values: dict[str, Any]) -> None:
    assert not of_scenario(_spec(**values))


@pytest.mark.parametrize(
    ("missions", "block", "missing"),
    [
        (["treating_physician", "unscheduled_care"], {}, ["crisis (6", "pathways (12", "prevention (12"]),
        (["treating_physician", "unscheduled_care"], {"rules": "aci_2019"}, ["pathways (12", "prevention (12"]),
        (["treating_physician", "unscheduled_care"], {"years": 0.75}, ["crisis (6"]),
        (["treating_physician", "unscheduled_care"], {"stop": "6 months"}, []),
        (["treating_physician", "unscheduled_care"], {"since": "5 months", "years": 0.25}, ["crisis (6"]),
        (["treating_physician", "unscheduled_care", "crisis", "pathways", "prevention"], {}, []),
    ],
)
def test_compulsory_missions_that_never_open_are_told(missions: list[str], block: dict[str, Any], missing: list[str]):
    years = block.pop("years", 3)
    cpts = {"missions": {name: {} for name in missions}, "rules": "aci_2022", **block}
    spec = parse({"name": "x", "territory": TOWN, "years": years, "cpts": cpts}, catalogue())
    with speaking("en"):
        found = of_contract(spec)
    assert [part in text for text in found for part in missing] == [True] * len(missing)
    assert len(found) == bool(missing) and not any("quality" in text for text in found)
    assert sum(text.count("months)") for text in found) == len(missing)


def test_a_compulsory_mission_at_dose_zero_is_missing() -> None:
    names = ("treating_physician", "unscheduled_care", "crisis", "pathways", "prevention")
    missions = {name: {"dose": 0 if name == "pathways" else 1} for name in names}
    (told,) = of_contract(
        parse({"name": "x", "territory": TOWN, "years": 3, "cpts": {"missions": missions}}, catalogue())
    )
    assert "pathways" in told and "prevention" not in told


def test_run_and_compare_say_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_text(
        "name: x\nterritory: {archetype: reference, population: 400}\nwarmup: 1 week\nyears: 0.02\n"
        "cpts: {missions: {quality: {start: 3 months}}}\n"
    )
    for command in (["run", "--arm", "with"], ["compare", "-n", "2", "--fixed-parameters", "--no-figures"]):
        assert _code(*command, str(tmp_path / "s.yaml"), "-o", str(tmp_path / command[0]), "--lang", "en") == 0
        assert "mission quality starts 3 months after day 0" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["validate", "describe", "run", "compare"])
def test_a_missing_scenario_is_invalid_input(command: str) -> None:
    assert _code(command, "nowhere.yaml") == 3


def _code(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)
