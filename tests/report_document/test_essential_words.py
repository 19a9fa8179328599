"""Ranks, plurals, sums of money and needs: words that agree with the numbers beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted_effects import planted

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report.document.essential import _rank, essential_text
from cpts_sim.report.document.figures import Dot, columns
from cpts_sim.report.document.money import cost_tables, payer_gap
from cpts_sim.report.document.phrases import amount
from cpts_sim.report.document.reading import told_of
from cpts_sim.report.document.territory_facts import counted
from cpts_sim.territory import load_archetype
from cpts_sim.words import LANGUAGES


@pytest.mark.parametrize(("rank", "french", "english"), [
    (1, "1er", "1st"), (2, "2e", "2nd"), (3, "3e", "3rd"), (4, "4e", "4th"), (11, "11e", "11th"), (21, "21e", "21st"),
])  # fmt: skip
def test_ranks(rank: int, french: str, english: str) -> None:
    assert (_rank(rank, "fr"), _rank(rank, "en")) == (french, english)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_essential_and_the_table_of_payers_tell_the_same_euros(plain: Comparison, lang: str) -> None:
    told = told_of(plain, lang)
    found = payer_gap(told)
    assert found is not None and found[0] in essential_text(told)
    gap = found[0]
    table = next(block for block in cost_tables(told) if block.form == "table")
    assert gap.replace(" € (", " [").replace(")", "]") == table.rows[0][2]


def test_an_effect_below_what_matters_is_said_to_be_so(plain: Comparison) -> None:
    least = plain.smallest["access.in_time"]
    weeks = {Place("access.in_time", "", "", week): -least / 2 for week in range(30)}
    told = essential_text(told_of(planted(plain, {Place("access.in_time"): -least / 2, **weeks}), "fr"))
    assert "moins que la plus petite différence qui compte" in told
    weeks = {place: 4 * gap for place, gap in weeks.items()}
    told = essential_text(told_of(planted(plain, {Place("access.in_time"): -2 * least, **weeks}), "fr"))
    assert "moins que la plus petite différence qui compte" not in told


def test_what_is_the_same_in_every_simulation_has_no_range() -> None:
    assert amount(Interval(50.0, 0.0, 6, 0.0), "fr", "€") == "50,0 € (partout le même)"


def test_many_rows_stand_in_two_columns_cut_between_blocks(plain: Comparison) -> None:
    line = plain.line("access.in_time")
    rows = [Dot("a"), *[Dot("x", line)] * 5, Dot("b"), *[Dot("y", line)] * 2, Dot("c"), *[Dot("z", line)] * 3]
    left, right = columns(rows)
    assert [*left, *right] == rows and right[0].line is None and left[0].name == "a"
    assert columns(rows[:6]) == [rows[:6]]


def test_need_follows_the_ages_that_the_diagnosis_shows() -> None:
    p, place = load_parameters(2019), load_archetype("mixed_small_town")
    other = replace(place, communes={**place.communes, "standard": 2 * np.asarray(place.communes["standard"])})
    assert counted(other, p)["need"] == counted(place, p)["need"]
    assert counted(place, p)["need"].value > 100.0 > counted(load_archetype("periurban"), p)["need"].value
