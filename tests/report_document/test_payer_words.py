"""What a report says a CPTS costs, frees and earns: the payer's euros, the missions' minutes, declared activity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.payer import contract_euros, own_spending, spent_share
from cpts_sim.experiment.scale import checks, residents
from cpts_sim.experiment.values import Values
from cpts_sim.report.document import tables
from cpts_sim.report.document.essential import essential_text
from cpts_sim.report.document.reading import told_of
from cpts_sim.report.instead import not_comparable
from cpts_sim.report.paid import outcomes
from cpts_sim.words import LANGUAGES, number, say

RECEIVED, OTHERS, SPENT, REPAID = 150_000.0, 6_000.0, 84_000.0, 4_000.0
"""A payer who pays 140 000 euros; 80 000 spent of the 146 000 that were kept."""


def put(done: Comparison, arm: str, numbers: dict[Place, float]) -> Comparison:
    """Return the comparison in which an arm has these numbers in all pairs."""
    values = Values(done.values.arms, done.values.seeds, {a: dict(rows) for a, rows in done.values.data.items()})
    for place, value in numbers.items():
        values.put(arm, place, [value] * len(values.seeds))
    return replace(done, values=values)


def funded(done: Comparison, arm: str = "with", spent: float = SPENT) -> Comparison:
    return put(done, arm, {
        Place("cpts.received"): RECEIVED, Place("cpts.received", "line", "other_funders"): OTHERS,
        Place("cpts.spent"): spent, Place("cpts.spent", "line", "repaid"): REPAID,
    })  # fmt: skip


def test_the_payer_pays_what_was_received_less_what_was_paid_back(plain: Comparison) -> None:
    values = funded(plain).values
    assert contract_euros(values, "with") == pytest.approx(140_000.0)
    assert own_spending(values, "with") == pytest.approx(80_000.0)
    assert spent_share(values, "with") == pytest.approx(80 / 146)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headline_is_the_payers_then_what_was_spent(plain: Comparison, lang: str) -> None:
    done = funded(plain)
    text = essential_text(told_of(done, lang))
    cost, spent = (text.find(number(euros, 0, lang)) for euros in (140_000, 80_000))
    assert 0 < cost < spent and number(84_000, 0, lang) not in text
    assert "55" in text[cost:spent], "the share of what was received, all funders together, that was spent"
    each = 140_000 / residents(done.values, "with", done.plan.scenario.years)[0]
    assert number(each, 0, lang)[:2] in text[cost:spent]
    scale = next(check for check in checks(done) if check.name == "euros_person")
    assert scale.reached.mean == pytest.approx(each), "cpts-sim scale and the report agree"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_account_begins_with_the_payers_cost_and_ends_with_the_share_spent(plain: Comparison, lang: str) -> None:
    table = tables.account(told_of(funded(plain), lang), "with")
    assert table is not None
    assert number(140_000, 0, lang) in table.rows[0][1] and table.rows[0][0] == say("document.account.net", lang)
    assert table.rows[-1][0] == say("document.account.share", lang) and table.rows[-1][1].startswith("5")


@pytest.mark.parametrize(("offered", "spent", "named"), [(0.5, 84_000, 2), (0.9, 84_000, 1), (0.9, 150_000, 0)])
def test_every_arm_is_held_to_the_same_share(plain: Comparison, offered: float, spent: float, named: int) -> None:
    """The CPTS too is not the same money where it spent little of it; without other uses of the money nobody asks."""
    done = funded(plain, spent=spent)
    assert not_comparable(done, "en") == []
    told = not_comparable(put(done, "without", {Place("instead.spent_share"): offered}), "en")
    assert len(told) == min(named, 1)
    assert "".join(told).count("of the money") == named
    assert ("55% of the money received" in "".join(told)) == (spent == 84_000)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_minutes_that_the_first_arm_frees_too_are_not_the_missions(plain: Comparison, lang: str) -> None:
    parts = {"": 1.0, "backfill": 0.5, "to_list": 0.25, "longer": 0.125, "shorter": 0.125}
    done = plain
    for arm, minutes in (("without", 16_000.0), ("with", 22_000.0)):
        numbers = {Place("slack.minutes", "use" if use else "", use): share * minutes for use, share in parts.items()}
        done = put(done, arm, numbers)
    table = tables.slack(told_of(done, lang))
    assert table is not None and table.rows[0][0].startswith("+" + number(6_000, 0, lang))
    assert told_of(done, lang).name("without") in table.caption
    assert tables.slack(told_of(put(done, "with", {Place("slack.minutes", "use" if use else "", use): share * 16_000.0
                                                   for use, share in parts.items()}), lang)) is None  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_declared_activity_stands_beside_the_outcome_that_contracts_judge(plain: Comparison, lang: str) -> None:
    done = put(plain, "with", {Place("cpts.paid_indicators", "mission", name): 0.9 for name in ACI_MISSIONS})
    done = put(put(done, "with", {Place("ed.open_hours"): 90.0}), "without", {Place("ed.open_hours"): 100.0})
    told = told_of(done, lang)
    table = tables.paid(told)
    assert table is not None and say("document.column.activity", lang) in table.head
    wanted = [told.label(told.line(place)) for name in ACI_MISSIONS for place in outcomes(name)]
    assert [row[3].rsplit(" (", 1)[0] for row in table.rows] == wanted
    assert {say(f"life.declared.{name}", lang) for name in ACI_MISSIONS} <= {row[1] for row in table.rows}
    assert say("report.row.vaccine", lang) in wanted and say("measures.ed.open_hours", lang) in wanted
    assert {"fr": "Activité déclarée", "en": "Activity declared"}[lang] in table.caption
