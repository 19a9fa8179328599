"""The published effects: complete, sourced, spoken in both languages, and not the source of a parameter unawares."""

from __future__ import annotations

import re

import pytest

from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.evidence.entry import GRADES
from cpts_sim.experiment.responses.effects import READINGS
from cpts_sim.experiment.responses.published import INTERVALS, Published, absent, chosen, enactments, published
from cpts_sim.experiment.responses.told import change, effect, unit
from cpts_sim.words import LANGUAGES, say

ROWS = published()
TRACES = {
    "assistants": r"\bP20\b", "asalee": r"\bAS1\b", "msp": r"\bIR3\b", "extended_hours": r"\bMA[12]\b|Manchester",
    "gp_succession": r"\bNR2\b", "prado": r"\bCD1\b|matched study|57\.2", "paerpa": r"\bIR1\b",
}  # fmt: skip
"""What the source of a parameter would say if it had been judged on the study that a change is compared with."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_complete(row: Published) -> None:
    assert row.of in enactments() and row.reads in READINGS
    assert row.low < row.high and row.low <= row.value <= row.high
    assert row.interval in INTERVALS and row.grade in GRADES and row.source and row.year
    for lang in LANGUAGES:
        assert row.of_whom(lang) and change(row.of, lang) and effect(row, lang) and unit(row, lang)
        assert say(f"responses.why.{row.name}", lang) and say(f"responses.interval.{row.interval}", lang)


def test_an_upper_bound_asks_for_a_tenth_of_it() -> None:
    bounds = [row for row in ROWS if row.interval == "bound"]
    assert bounds
    for row in bounds:
        assert row.high == row.value and row.low == pytest.approx(row.value / 10, rel=0.01)


@pytest.mark.parametrize("name", TRACES)
def test_no_effect_is_a_parameter_unawares(name: str) -> None:
    known = load_parameters(2024)
    rooms = {identifier.partition(".")[0] for identifier in known}
    entries = [entry for identifier in known if not (entry := known.entry(identifier)).target]
    betrayed = {entry.id for entry in entries if re.search(TRACES[name], entry.source)}
    told = {parameter for row in ROWS if row.of == name for parameter in row.leans_on}
    assert rooms and betrayed == told, "a parameter judged on the source of a row is told in its leans_on"


def test_what_decides_leans_on_nothing_but_the_split_of_minutes() -> None:
    deciding = chosen((), deciding=True)
    assert {row.of for row in deciding} >= {"assistants", "extended_hours", "france", "territories"}
    assert all(row.decides for row in deciding)


def test_what_cannot_be_re_enacted_says_so_in_both_languages() -> None:
    assert {row.name for row in absent()} == {"triage_gp", "triage_nurse"}
    for row in absent():
        for lang in LANGUAGES:
            assert say(f"responses.why.{row.name}", lang) and effect(row, lang) and unit(row, lang)


def test_every_change_is_shown_by_a_row_and_an_unknown_one_is_refused() -> None:
    assert {row.of for row in ROWS} == set(enactments())
    assert {row.of for row in chosen(["prado"])} == {"prado"}
    with pytest.raises(UsageError, match="prado"):
        chosen(["prad"])
