"""The scenarios that are shipped for each mission, for all of them, and for each decision about a CPTS."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cpts_sim.catalogue import catalogue
from cpts_sim.cli._notes import of_scenario
from cpts_sim.cli.describe import command as describe
from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.experiment import arms_of, replicate
from cpts_sim.scenario import Scenario, as_written, from_written, load
from cpts_sim.words import LANGUAGES, speaking

FOLDER = Path(__file__).parents[2] / "scenarios"
OF_MISSIONS = {f"mission_{name}": {name} for name in ACI_MISSIONS}
OTHERS = {"all_missions", "paper", "stop", "same_money", "letter_of_intent"}
SHIPPED = sorted({*OF_MISSIONS, *OTHERS})
INHABITANTS, YEARS = 1800, 0.1


def _load(name: str) -> Scenario:
    return load(FOLDER / f"{name}.yaml", catalogue())


def _missions(name: str) -> set[str]:
    """Names of the missions of the arm "with"."""
    return {mission for mission, settings in _load(name).arms["with"].cpts.missions if settings is not None}


def _tiny(scenario: Scenario) -> Scenario:
    """The same scenario with few inhabitants, a short life and a short warm-up; shocks and missions begin at once."""
    written = as_written(scenario)
    written |= {"years": YEARS, "warmup": "2 weeks", "dates": None}
    written["territory"] = {**written["territory"], "population": INHABITANTS}
    return from_written(written, catalogue())


@pytest.mark.parametrize("name", SHIPPED)
def test_it_says_what_it_is_in_both_languages_and_nothing_in_it_is_odd(name: str) -> None:
    scenario = _load(name)
    assert scenario.name == name
    assert scenario.title.fr and scenario.title.en and scenario.title.fr != scenario.title.en
    assert not of_scenario(scenario)
    for lang in LANGUAGES:
        with speaking(lang):
            told = CliRunner().invoke(describe, [str(FOLDER / f"{name}.yaml")])
        assert told.exit_code == 0
        assert all(f"\n  {arm}" in told.output for arm in scenario.arms)


@pytest.mark.parametrize("name", sorted(OF_MISSIONS))
def test_a_scenario_of_one_mission_has_no_other(name: str) -> None:
    assert _missions(name) == OF_MISSIONS[name]


def test_all_missions_has_all() -> None:
    assert _missions("all_missions") == set(ACI_MISSIONS)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_arm_lives(name: str) -> None:
    scenario = _tiny(_load(name))
    arms = arms_of(scenario)
    pair = replicate(scenario, 1, arms)
    assert set(pair.values) == set(arms)
    for arm in arms:
        met = {place.indicator: value for place, value in pair.values[arm].items() if place[1:] == ("", "", -1)}
        assert 0.0 < met["access.met"] <= met["access.needs"]
