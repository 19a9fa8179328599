"""What ``cpts-sim missions`` tells is complete, in both languages, and comes from the missions themselves."""

import json
import subprocess
import sys

import pytest

from cpts_sim.catalogue import plugin_modules
from cpts_sim.evidence import load_parameters
from cpts_sim.explain import PARTS, mission_card, mission_names
from cpts_sim.words import speaking

PARAMETERS = load_parameters(2019)


def told(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "cpts_sim.cli", "missions", *words],
                          capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", mission_names())
def test_every_part_of_every_mission_is_told(name: str, language: str) -> None:
    with speaking(language):
        card = mission_card(name, PARAMETERS)
    assert set(card.words) == set(PARTS)
    assert card.pays and card.loses
    assert all(option.told for option in card.options)


@pytest.mark.parametrize("name", mission_names())
def test_french_names_nobody_in_english(name: str) -> None:
    with speaking("fr"):
        french = mission_card(name, PARAMETERS)
    with speaking("en"):
        english = mission_card(name, PARAMETERS)
    assert not set(french.pays + french.loses) & set(english.pays + english.loses)
    assert all(a.told != b.told for a, b in zip(french.options, english.options, strict=True))


@pytest.mark.parametrize("name", mission_names())
def test_parameters_are_those_of_the_source(name: str) -> None:
    card = mission_card(name, PARAMETERS)
    ids = {entry.id for entry in card.parameters}
    assert plugin_modules("missions")[name].MISSION.delay in ids
    assert all(entry.source and entry.unit for entry in card.parameters)


def test_pathways_reads_what_its_files_read() -> None:
    ids = {entry.id for entry in mission_card("pathways", PARAMETERS).parameters}
    assert {"pathways.partner_notice", "pathways.gp_refers", "pathways.message_min"} <= ids


def test_the_command_explains_one_mission_with_its_numbers() -> None:
    text = told("crisis", "--lang", "en")
    assert "crisis.drills_per_year" in text and "volunteers (default: the evidence's value)" in text
    (card,) = json.loads(told("crisis", "--json"))
    assert {"pays", "loses", "options", "parameters"} <= set(card)


def test_an_unknown_mission_is_one_sentence() -> None:
    done = subprocess.run([sys.executable, "-m", "cpts_sim.cli", "missions", "crisi", "--lang", "en"],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 2
    assert "did you mean “crisis”?" in done.stderr and len(done.stderr.strip().splitlines()) == 1
