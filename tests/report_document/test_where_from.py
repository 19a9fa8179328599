"""Where euros and needs come from: the payer's difference splits in contract and care, needs met in seven accounts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from test_payer_words import put

from cpts_sim.catalogue import catalogue
from cpts_sim.experiment import Comparison, Place, Plan, compare, with_short_arms
from cpts_sim.experiment.costs import COUNT, EUROS, ITEMS, PERSPECTIVES, costs_of
from cpts_sim.measures.accounts import ACCOUNTS, by_account, decompose
from cpts_sim.report.document.accounts import account_table, accounts_of
from cpts_sim.report.document.blocks import Terms
from cpts_sim.report.document.compared import compared
from cpts_sim.report.document.essential import essential_text
from cpts_sim.report.document.money import payer_parts
from cpts_sim.report.document.reading import told_of
from cpts_sim.scenario import parse
from cpts_sim.words import LANGUAGES, euros, say

from experiment import fake_model  # isort: skip

CONTRACT, VISITS = 100_000.0, 3_000.0


def _paid(done: Comparison, contract: float, visits: float) -> Comparison:
    """Two arms of which the second pays a contract and more or fewer nurses' contacts, and no other volume."""
    costs = costs_of(done)
    empty = {Place(item.indicator, f"year{year}", item.volume): 0.0 for item in ITEMS for year in range(costs.years)}
    done = put(put(done, "without", empty), "with", empty)
    base, other = max(0.0, -visits), max(0.0, visits)
    nurse = Place(COUNT, "year0", "nurse_contact")
    done = put(done, "without", {nurse: base, Place(EUROS, "year0", "contract"): max(0.0, -contract)})
    return put(done, "with", {nurse: other, Place(EUROS, "year0", "contract"): max(0.0, contract)})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_contract_and_care_are_told_apart(plain: Comparison, lang: str) -> None:
    told = told_of(_paid(plain, CONTRACT, VISITS), lang)
    text = payer_parts(told)
    price = next(costs_of(told.done).price(item)[0] for item in ITEMS if item.name == "nurse_contact")
    assert euros(CONTRACT, 0, lang).removesuffix("€").strip("€ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}") in text
    care = next(part for part in costs_of(told.done).lines("with") if part.name == "nurse_contact").difference.mean
    assert care == pytest.approx(VISITS * price)
    assert text in essential_text(told)
    assert say("document.cost.less_care", lang) not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_saving_made_of_care_withdrawn_is_called_so(plain: Comparison, lang: str) -> None:
    assert say("document.cost.less_care", lang) in payer_parts(told_of(_paid(plain, -CONTRACT, -VISITS), lang))
    assert payer_parts(told_of(_paid(plain, 0.0, VISITS), lang)) == "", "no contract in either arm: nothing to split"


def test_means_of_lines_make_the_payers_total(plain: Comparison) -> None:
    lines = list(costs_of(_paid(plain, CONTRACT, VISITS)).lines("with"))
    public = [line for line in lines if line.perspective == PERSPECTIVES[0]]
    assert math.fsum(line.difference.mean for line in public[:-1]) == pytest.approx(public[-1].difference.mean)


def _accounted(done: Comparison, changes: dict[str, float]) -> Comparison:
    numbers = {Place("account.change", "account", name): changes.get(name, 0.0) for name in ACCOUNTS}
    numbers[Place("account.change")] = sum(changes.values())
    return put(put(done, "without", dict.fromkeys(numbers, 0.0)), "with", numbers)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_account_that_moves_needs_most_their_way_is_named(plain: Comparison, lang: str) -> None:
    told = told_of(_accounted(plain, {"paid_time": -9.0, "matching": 4.0, "lower_need": -1.0}), lang)
    text = essential_text(told)
    name = say("measures.account.paid_time", lang)
    assert name[1:] in text and say("measures.account.matching", lang)[1:] not in text
    table = account_table(told)
    assert table is not None and len(table.rows) == len(ACCOUNTS) + 1
    change, lines = accounts_of(told)
    assert np.isclose(sum(line.difference.mean for line in lines), change.difference.mean)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_requests_that_a_cpts_adds_are_called_so_and_not_a_lower_need(plain: Comparison, lang: str) -> None:
    """The account falls by acts given to invited people and to induced demand, while no need changes."""
    counts = {"weeks_open": 10.0, "laid_min": 900.0, "given_min": 600.0, "needs": 40.0, "regular.exogenous": 40.0}
    lines = decompose(counts, counts | {"regular.exogenous": 35.0, "regular.induced": 3.0, "regular.outreach": 2.0})
    assert by_account(lines)["lower_need"] == lines["offers"] == -5 and lines["not_arising"] == 0
    told = told_of(_accounted(plain, {"lower_need": -9.0, "matching": 1.0}), lang)
    table = account_table(told)
    assert table is not None
    label = table.rows[ACCOUNTS.index("lower_need")][0]
    assert "(+)" in label and "(−)" in label and "esoin" not in label and "need" not in label.lower()
    assert label[1:] in essential_text(told), "and L'essentiel names it so where it weighs most"
    assert label in table.note and {"fr": "demande induite", "en": "induced demand"}[lang] in table.note


def test_no_account_is_named_where_needs_do_not_change(plain: Comparison) -> None:
    text = essential_text(told_of(_accounted(plain, {"paid_time": -9.0, "matching": 9.0}), "en"))
    assert "by the account" not in text
    assert account_table(told_of(_accounted(plain, {}), "en")) is None


def test_arms_without_one_mission_are_told_in_one_line() -> None:
    missions = {"missions": {"treating_physician": {}, "unscheduled_care": {}}}
    written = {"name": "x", "years": 112 / 365, "territory": {"archetype": "rural_underdense"}, "cpts": missions}
    wanted = ["without", "with", "minus:treating_physician", "minus:unscheduled_care"]
    spec, arms = with_short_arms(parse(written, catalogue()), wanted)
    told = told_of(compare(Plan(spec, arms, replications=2, make=fake_model.make), workers=1), "en")
    (terms,) = [block for block in compared(told).blocks if isinstance(block, Terms)]
    assert len(terms.pairs) == 3
    name, text = terms.pairs[-1]
    assert name == "Without one mission" and "usual doctor" in text and "unscheduled care" in text
