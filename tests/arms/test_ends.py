"""Arms that differ by one parameter at an end of its range, as a command line writes them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import cpts_sim
from cpts_sim.catalogue import catalogue
from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Plan, compare, with_short_arms
from cpts_sim.report.numbers import arm_words
from cpts_sim.scenario import at_end, parse, short_arm
from cpts_sim.scenario.ends import READ_WITHOUT, ROOMS
from cpts_sim.words import speaking

ONE = "cpts.shared_slots_per_day"
TOWN = {"archetype": "rural_underdense"}
CPTS = {"missions": {"treating_physician": {}, "unscheduled_care": {}}}


def _spec():
    return parse({"name": "x", "territory": {"archetype": "reference", "population": 2000}, "cpts": CPTS}, catalogue())


@pytest.mark.parametrize("end", ["low", "high"])
def test_an_arm_at_an_end_is_the_cpts_with_that_one_parameter(end: str) -> None:
    scenario, (name,) = with_short_arms(_spec(), [f"{end}:{ONE}"])
    entry = load_parameters(2019).entry(ONE)
    arm, plain = scenario.arms[name], scenario.arms["with"]
    assert dict(arm.parameters) == {ONE: getattr(entry, end)}
    assert arm.cpts == plain.cpts and not plain.parameters
    assert at_end(name) == (end, ONE)
    assert ONE in arm_words(name, {}, "fr") != arm_words(name, {}, "en")


@pytest.mark.parametrize("arm", ["with", "minus_prevention", "low_tide", "high", "same_money"])
def test_other_arms_are_at_no_end(arm: str) -> None:
    assert at_end(arm) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("low:cpts.shared_slot_per_day", r"cpts\.shared_slots_per_day"),
        ("high:aci.open_by_months", "no range of single numbers"),
        ("low:aci.contract_monthz", r"aci\.contract_months"),
        ("low:care.no_show_base", "acts without a CPTS too"),
        ("high:prevention.screening_positive", "acts without a CPTS too"),
        ("high:tariff.km", "acts without a CPTS too"),
    ],
)
def test_a_parameter_without_range_or_unknown_is_refused_with_its_place(text: str, told: str) -> None:
    with speaking("en"), pytest.raises(UsageError, match=told) as error:
        short_arm(text)
    assert f"--arms {text}" in str(error.value)


def test_the_list_of_parameters_that_care_reads_without_a_cpts_is_that_of_the_code() -> None:
    package = Path(cpts_sim.__file__).parent
    known = {name for name in load_parameters(2019) if name.partition(".")[0] in ROOMS}
    read = set()
    for room in ("agents", "care", "engine", "measures", "shocks", "territory"):
        for file in (package / room).rglob("*.py"):
            read |= known & set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', file.read_text(encoding="utf-8")))
    assert read == READ_WITHOUT


def _life_without(names: set[str], end: str) -> int:
    """How many numbers of a life without a CPTS change when all these parameters stand at an end of their range."""
    entries = [load_parameters(2019).entry(name) for name in sorted(names)]
    ranged = [entry for entry in entries if isinstance(entry.value, int | float) and entry.low < entry.high]
    moved = {entry.id: float(getattr(entry, end)) for entry in ranged}
    arms = {"without": {"cpts": None}, "moved": {"cpts": None, "parameters": moved}}
    written = {"name": "x", "years": 0.4, "warmup": "4 weeks", "territory": {**TOWN, "population": 1500},
               "shocks": {"influenza": {}, "pandemic_wave": {}, "gp_departure": {}}, "arms": arms}  # fmt: skip
    values = compare(Plan(parse(written, catalogue()), tuple(arms), 1, 1), workers=1).values
    pairs = [(values.get("without", place), values.get("moved", place)) for place in values.places()]
    assert moved and len(pairs) > 1000
    return sum(not np.array_equal(one, other, equal_nan=True) for one, other in pairs)


@pytest.mark.parametrize("end", ["low", "high"])
def test_what_may_be_moved_changes_no_number_of_a_life_without_a_cpts(end: str) -> None:
    rooms = {name for name in load_parameters(2019) if name.partition(".")[0] in ROOMS}
    assert _life_without(rooms - READ_WITHOUT, end) == 0
    assert _life_without(set(READ_WITHOUT), end) > 0, "the check would see it"
