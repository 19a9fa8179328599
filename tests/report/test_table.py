"""The table says what the numbers say, in two languages, with units, rounded to its intervals."""

import json
import math
import os
import re
import sys
from pathlib import Path

import pytest

from cpts_sim.experiment import Comparison, Place, compare
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report.numbers import decimals, level
from cpts_sim.report.progress import Progress
from cpts_sim.report.table import HEADLINES, as_json, plain_text, residual, rich_text, table_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from experiment import fake_model
from experiment.test_compare import plan, scenario


@pytest.fixture(scope="module")
def done() -> Comparison:
    return compare(plan(), workers=1)


@pytest.fixture(scope="module")
def zero() -> Comparison:
    return compare(plan(make=fake_model.make_zero), workers=1)


@pytest.mark.parametrize(
    ("half", "value", "places"),
    [(0.5, 12.3, 1), (0.12, 12.3, 2), (4.0, 300.0, 0), (29.0, 4321.0, 0), (350.0, 4321.0, -2),
     (0.0004, 1.0, 4), (math.inf, 12.345, 1), (0.0, 12.345, 1), (0.0, 0.0, 0), (math.inf, math.nan, 0)],
)  # fmt: skip
def test_decimals_follow_the_half_width(half, value, places):
    assert decimals(half, value) == places


def test_levels_are_rounded_to_what_their_interval_supports():
    assert level(Interval(28218.4, 410.0, 20, 1.0), "people", "en") == "28,200"
    assert level(Interval(0.6972, 0.011, 20, 1.0), "share", "en") == "69.7"
    assert level(Interval(0.6972, 0.05, 20, 1.0), "share", "fr") == "70"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_row_has_a_unit_a_reading_and_its_pairs(done, lang):
    table = table_of(done, lang)
    assert len(table.rows) > 15
    for row in table.rows:
        assert len(row) == len(table.head) == 8
        assert all(cell for cell in row)
        assert row[6] == "6"


@pytest.mark.parametrize(("lang", "comma"), [("fr", ","), ("en", ".")])
def test_both_levels_of_a_row_have_the_same_decimals_and_no_dash_stands_beside_a_sign(done, lang, comma):
    rows = table_of(done, lang).rows
    for row in rows:
        digits = {len(cell.partition(comma)[2]) for cell in row[2:4]}
        assert len(digits) == 1, row
        assert " – " not in row[5]
    assert any((" à " if lang == "fr" else " to ") in row[5] for row in rows)


def test_words_of_the_readings_and_of_the_scope(done):
    french, english = plain_text(table_of(done, "fr")), plain_text(table_of(done, "en"))
    assert "Besoins satisfaits à temps" in french
    assert "mieux" in french
    assert "ne France possible" in french
    assert "erreur de calcul" in french
    assert "Needs met in time" in english
    assert "better" in english
    assert "One possible France" in english
    assert "computing error" in english
    assert "non distinguable de zéro" in french


def test_the_sentence_follows_the_sign(done):
    line = done.line("access.in_time")
    row = table_of(done, "en").rows[0]
    assert line.difference.mean > 0
    assert row[4].startswith("+")
    assert row[4].endswith("pt")
    assert row[7] == "better"


def test_equal_arms_are_said_equal_and_no_account_is_shown(zero):
    table = table_of(zero, "fr")
    assert {row[7] for row in table.rows} == {"identique"}
    assert not any("satisfaits" in title for title, _ in table.blocks)


def test_accounts_stand_below_with_their_total(done):
    title, rows = table_of(done, "en").blocks[0]
    assert "Where the change in needs met, in time or not, comes from" in title
    assert len(rows) == 8
    assert residual(done, "with") < 1e-9


def test_members_are_told_apart(done):
    title, rows = table_of(done, "en").blocks[1]
    assert "Exhaustion by place in the CPTS" in title
    assert [row[0] for row in rows] == ["leaders", "active members", "passive members", "non-members"]
    assert "Wait at GPs by their place" in table_of(done, "en").blocks[2][0]


def test_three_arms_give_two_tables():
    spec = scenario(arms={"without": {}, "with": {"cpts": {}}, "more": {"cpts": {}}})
    got = compare(plan(scenario=spec, replications=5), workers=1)
    assert table_of(got, "en", "more").title != table_of(got, "en", "with").title
    told = as_json(got, "en")
    assert {line["arm"] for line in told["lines"]} == {"with", "more"}


def test_json_is_json_and_complete(done):
    text = json.dumps(as_json(done, "fr"), allow_nan=False)
    told = json.loads(text)
    first = told["lines"][0]
    assert first["indicator"] == HEADLINES[0].indicator
    assert first["reading"] == "better"
    assert first["low"] < first["difference"] < first["high"]
    assert {"unit", "pairs", "without", "with", "pairing_gain"} <= first.keys()
    assert len([line for line in told["accounts"] if line["by"] == "account"]) == 7


def test_rich_prints_without_losing_a_row(done):
    from rich.console import Console

    with Path(os.devnull).open("w") as nowhere:
        console = Console(width=200, record=True, file=nowhere)
        console.print(rich_text(table_of(done, "en")))
    text = console.export_text()
    assert all(row[0] in text for row in table_of(done, "en").rows)


def test_too_few_pairs_is_said():
    got = compare(plan(replications=3), workers=1)
    table = table_of(got, "en")
    assert {row[7] for row in table.rows} == {"too few pairs"}
    assert "too few to read a difference, 5 are needed" in table.notes[0]
    alone = compare(plan(replications=1), workers=1)
    assert alone.line("access.in_time").difference.half == math.inf
    assert plain_text(table_of(alone, "en"))
    json.dumps(as_json(alone, "en"), allow_nan=False)


def test_spill_is_a_row_of_its_own(done):
    line = done.line(Place("ed.visits", "road", "spill"))
    assert line.without.mean < done.line("ed.visits").without.mean


def test_progress_is_one_line_in_a_pipe(capsys):
    with Progress("fr") as bar:
        bar(1, 3)
        bar(3, 3)
    assert capsys.readouterr().err.splitlines() == ["3 paires sur 3 en 0 s."]
    with Progress("fr", silent=True) as bar:
        bar(1, 3)
    assert capsys.readouterr().err == ""


def test_a_difference_of_one_pair_has_two_digits():
    got = compare(plan(replications=1), workers=1)
    for row in table_of(got, "en").rows:
        digits = re.sub(r"[^0-9]", "", row[4]).lstrip("0").rstrip("0")
        assert len(digits) <= 2, row
        assert row[5] == "–"
