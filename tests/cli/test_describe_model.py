"""What ``describe`` says of the model: every rule, route and mission in both languages."""

from __future__ import annotations

import pytest

from cpts_sim.care.base_rules import BASE
from cpts_sim.care.baseline import SWITCHES
from cpts_sim.catalogue import catalogue, plugin_modules
from cpts_sim.cli.describe import model_sections, scenario_sections
from cpts_sim.scenario import parse
from cpts_sim.words import has, say, speaking


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_rule_and_mission_has_words(lang: str) -> None:
    keys = [f"model.rule_{name}" for name in BASE] + [f"model.mission_{name}" for name in plugin_modules("missions")]
    missing = [key for key in keys if not has(key)]
    assert not missing
    assert all(say(key, lang) for key in keys)


def test_missions_show_which_rules_they_change() -> None:
    spec = parse(
        {
            "territory": {"archetype": "reference", "population": 2000},
            "cpts": {"missions": {"unscheduled_care": {}}},
        },
        catalogue(),
    )
    institutions, routes, rules, missions = (lines for _, lines in model_sections(spec))
    assert [line.split(" = ")[0] for line in institutions] == list(SWITCHES)
    assert [line.split(":")[0] for line in routes] == [
        "own_practice", "other_practice", "sas", "crisis_centres", "unscheduled_care",
    ]  # fmt: skip
    changed = {line.split(":")[0] for line in rules if "unscheduled_care" in line}
    assert changed == {"knows_desk", "open_day", "pharmacist_settles", "sas_effectors"}
    assert len(missions) == 1


def test_each_arm_says_from_when_its_missions_give_care_and_what_its_money_pays() -> None:
    spec = parse(
        {
            "territory": {"archetype": "reference", "population": 2000},
            "cpts": {"starts_at": "letter", "missions": {"crisis": {"start": "4 months"}}},
            "arms": {
                "without": {}, "with": {}, "staff": {"instead": {"assistants": 1}},
                "on_paper": {"cpts": {"paper": True}},
            },
        },
        catalogue(),
    )  # fmt: skip
    with speaking("en"):
        told = dict(line.split(": ", 1) for line in dict(scenario_sections(spec))["Arms compared"])
    assert "crisis (4)" in told["with"] and "letter of intent" in told["with"]
    assert "medical assistants (100%)" in told["staff"] and "on paper only" in told["on_paper"]
    assert told["without"] == "no CPTS"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_does_not_exist_in_the_reference_year_is_not_said_to_begin(lang: str) -> None:
    """Its level is that of the year, nought; one written in the scenario holds from day 0, one with a date from it."""
    town = {"territory": {"archetype": "reference", "population": 2000}, "reference_year": 2019}
    lines = {}
    for name, baseline in (("plain", {}), ("written", {"sas": {"level": 0.5}}),
                           ("later", {"sas": {"level": 0.5, "since": "2019-06-01"}})):  # fmt: skip
        with speaking(lang):
            told = model_sections(parse({**town, "baseline": baseline}, catalogue()))[0][1]
        lines[name] = next(line for line in told if line.startswith("sas = "))
    absent = {"fr": "sas = 0 dans toute la simulation", "en": "sas = 0 throughout the run"}
    assert lines["plain"].startswith(absent[lang])
    assert "baseline.sas" in lines["plain"] and "2021" in lines["plain"]
    assert lines["written"].startswith("sas = 0.5 (") and "2021" not in lines["written"]
    assert {"fr": "à partir du 1er juin 2019", "en": "from 1 June 2019 on"}[lang] in lines["later"]
