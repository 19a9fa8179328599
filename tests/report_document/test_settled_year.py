"""The year in which all is settled, harm too small to be called one, and what the same decision costs in all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planted_effects import planted
from test_payer_words import funded, put
from test_where_from import CONTRACT, VISITS, _paid

from cpts_sim.catalogue import catalogue
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place, Plan, compare, with_short_arms
from cpts_sim.experiment.costs import PERSPECTIVES, TOTAL, costs_of
from cpts_sim.experiment.credible import fewest_for_sure
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.values import Values
from cpts_sim.missions.money import euros_a_year
from cpts_sim.report.document.blocks import Items, Table, Text
from cpts_sim.report.document.comparison import report_of
from cpts_sim.report.document.essential import essential_text
from cpts_sim.report.document.essential_cost import cost, full_year
from cpts_sim.report.document.harms import harms
from cpts_sim.report.document.money import cost_tables, payer_row, payer_tables
from cpts_sim.report.document.phrases import reading_words
from cpts_sim.report.document.reading import BEFORE_FUNDING, LAST_YEAR, PRIMARY, told_of
from cpts_sim.scenario import parse
from cpts_sim.words import LANGUAGES, number, say

from experiment import fake_model  # isort: skip
from experiment.test_compare import plan  # isort: skip

YEARS, LATE = 2.0, 52
SMALL, LARGE = -0.004, -0.03
"""Differences of needs met in time, of which a hundredth matters: over the whole run, and in the last year alone."""


def _long(done: Comparison) -> Comparison:
    """Two years of which the second is worse, and worse enough to matter; the whole is not."""
    spec = done.plan.scenario.model_copy(update={"years": YEARS})
    weeks = {Place(PRIMARY, "", "", week): LARGE if week >= LATE else 0.0 for week in range(2 * LATE)}
    return planted(replace(done, plan=replace(done.plan, scenario=spec)), {Place(PRIMARY): SMALL, **weeks})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_start_does_not_hide_what_comes_after_it(plain: Comparison, lang: str) -> None:
    told = told_of(_long(plain), lang)
    line = told.line(LAST_YEAR)
    assert line.difference.mean == pytest.approx(LARGE, rel=0.01) and line.smallest == told.line(PRIMARY).smallest
    assert str(told.line(PRIMARY).reading) == "too_small" and str(line.reading) == "worse"
    begins = {"fr": "La dernière année simulée, prise seule", "en": "The last year simulated, taken alone"}[lang]
    told_last = essential_text(told).partition(begins)[2][:140]
    assert {"fr": "−2,99", "en": "−2.99"}[lang] in told_last and reading_words(line, lang) in told_last
    (main,) = [section for section in report_of(told.done, lang).sections if section.id == "main"]
    table = next(block for block in main.blocks if isinstance(block, Table))
    assert table.rows[1][0].startswith(say("document.last_year", lang)) and table.tones[:2] == ("too_small", "worse")
    worse = [row[0] for block in harms(told).blocks if isinstance(block, Table) for row in block.rows]
    assert any(row.startswith(say("document.last_year", lang)) for row in worse), "an adverse effect of the last year"


def test_a_run_of_less_than_two_years_has_no_last_year(plain: Comparison) -> None:
    told = told_of(plain, "en")
    assert [line.place for line in told.with_last_year()] == [line.place for line in told.main()]
    assert "last year simulated" not in essential_text(told)
    assert LAST_YEAR not in plain.values.places(), "what a document adds stays in the document"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_harm_too_small_to_matter_is_named_as_such(plain: Comparison, lang: str) -> None:
    done = planted(plain, {Place(PRIMARY): SMALL, Place("wait.mean"): 0.02, Place("time.hours"): 0.1})
    found = [block.text for block in harms(told_of(done, lang)).blocks if isinstance(block, Text)]
    (text,) = [text for text in found if text.startswith(say("document.harm.slight", lang, lines="")[:30])]
    inside, outside = text.split(". ")
    assert say(f"measures.{PRIMARY}", lang)[1:] in inside and say("measures.time.hours", lang)[1:12] in outside
    better = planted(plain, {Place(PRIMARY): -SMALL, Place("wait.mean"): -0.02, Place("time.hours"): -0.1})
    texts = [block.text for block in harms(told_of(better, lang)).blocks if isinstance(block, Text)]
    assert not [text for text in texts if text.startswith(say("document.harm.slight", lang, lines="")[:30])]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_choice_has_what_its_payer_pays_in_all(plain: Comparison, lang: str) -> None:
    told = told_of(_paid(plain, CONTRACT, VISITS), lang)
    ((name, cell),) = payer_row(told, ["with"])
    assert say("costs.perspective.public", lang) in name
    lines = costs_of(told.done).lines("with")
    total = next(line for line in lines if line.perspective == PERSPECTIVES[0] and line.name == TOTAL)
    assert cell.split(" ")[0] == "+" + number(total.difference.mean, 0, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_money_left_at_the_end_is_told(plain: Comparison, lang: str) -> None:
    done = put(funded(plain), "with", {Place("cpts.unspent"): 278_000.0})
    assert number(278_000, 0, lang) in cost(told_of(done, lang))
    assert say("document.cost.unspent", lang, euros="")[-20:] not in cost(told_of(funded(plain), lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lives_that_never_come_to_a_contract_are_counted(plain: Comparison, lang: str) -> None:
    values = plain.values
    data = {**values.data, BEFORE_FUNDING: dict(values.data["with"])}
    done = replace(plain, values=Values(("without", "with", BEFORE_FUNDING), values.seeds, data))
    running = [0.0, 0.0] + [50_000.0] * (len(values.seeds) - 2)
    done.values.put(BEFORE_FUNDING, Place("cpts.received", "line", "running"), running)
    text = cost(told_of(done, lang))
    assert say("document.cost.lives", lang, count=2, all=len(running)) in text
    del done.values.data[BEFORE_FUNDING][Place("cpts.received", "line", "running")]
    assert say("document.cost.lives", lang, count=0, all=len(running))[-20:] not in cost(told_of(done, lang))


@pytest.mark.parametrize(("pairs", "clear"), [(2, False), (6, False), (8, True)])
def test_two_draws_that_agree_tell_no_direction(pairs: int, clear: bool) -> None:
    """With as few as two draws both ends have one sign half of the time by chance alone."""
    drawn = Ensemble((Choice("a", 1.0, {}),), {})
    done = compare(replace(plan(), replications=pairs), workers=1)
    done = replace(_long(done), plan=replace(_long(done).plan, ensemble=drawn))
    told = told_of(done, "en")
    line = told.line(LAST_YEAR)
    assert line.credible is not None and line.difference.high < 0
    names = [said in essential_text(told) for said in ("the direction is clear", "probably worse")]
    assert any(names) == (clear and line.credible.draws >= fewest_for_sure())


def test_a_contract_is_worth_what_it_covers_not_what_is_simulated() -> None:
    """Four in five inhabitants may live in no simulated commune: the scale asks how many the contract covers."""

    def worth(**more: object) -> list[str]:
        block = {"missions": {"treating_physician": {}}, **more}
        written = {"name": "x", "years": 112 / 365, "territory": {"archetype": "rural_underdense"}, "cpts": block}
        spec, arms = with_short_arms(parse(written, catalogue()), ["without", "with"])
        done = compare(Plan(spec, arms, replications=2, make=fake_model.make), workers=1)
        return full_year(told_of(funded(done), "en"))

    (small,), (large,) = worth(covers=30_000), worth(covers=200_000)
    year = sum(euros_a_year("aci_2019", 200_000, ["treating_physician"], load_parameters(2019), achieved=1.0).values())
    assert small != large and number(round(year, -3), 0, "en")[:3] in large


def test_what_the_other_effects_cost_and_a_whole_year_stand_with_the_money(plain: Comparison) -> None:
    told = told_of(_paid(plain, CONTRACT, VISITS), "en")
    short = [item for block in cost_tables(told) if isinstance(block, Items) for item in block.items]
    more = [item for block in payer_tables(told) if isinstance(block, Items) for item in block.items]
    assert len(short) == 1 and len(more) >= 1 and not set(short) & set(more)
    assert full_year(told) == [], "an arm without a CPTS has no contract"
