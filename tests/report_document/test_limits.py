"""What a result does not say: limits that hold of this contract, this scenario and this number of pairs only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_payer_words import funded, put

from cpts_sim.catalogue import catalogue
from cpts_sim.evidence import load_parameters, plain_value
from cpts_sim.experiment import Comparison, Place, Plan, compare
from cpts_sim.experiment.credible import band_of, fewest_for_ends
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.report.document.blocks import Items, Table
from cpts_sim.report.document.comparison import _main, _silent
from cpts_sim.report.document.limits import SPLIT, few_ends
from cpts_sim.report.document.reading import told_of
from cpts_sim.scenario import FrozenMap, parse
from cpts_sim.words import LANGUAGES, say

from experiment import fake_model  # isort: skip

LARGE = 200_000
"""Inhabitants of a contract of the largest size."""


@pytest.fixture(scope="module")
def crisis() -> Comparison:
    """A CPTS with the mission of crises, under a contract of 2022, and no shock."""
    cpts = {"rules": "aci_2022", "missions": {"unscheduled_care": {}, "crisis": {}}}
    written = {"name": "x", "years": 112 / 365, "territory": {"archetype": "rural_underdense"}, "cpts": cpts}
    spec = parse({**written, "arms": {"without": {"cpts": None}, "with": {}}}, catalogue())
    return compare(Plan(spec, ("without", "with"), replications=2, make=fake_model.make), workers=1)


def _limits(done: Comparison, lang: str = "en") -> tuple[str, ...]:
    (items,) = [block for block in _silent(told_of(done, lang)).blocks if isinstance(block, Items)]
    return items.items


def _changed(done: Comparison, **update: Any) -> Comparison:
    return replace(done, plan=replace(done.plan, scenario=done.plan.scenario.model_copy(update=update)))


def _says(done: Comparison, name: str) -> bool:
    says = {lang: say(f"document.limit.{name}", lang) in _limits(done, lang) for lang in LANGUAGES}
    assert len(set(says.values())) == 1
    return says["fr"]


def test_an_unread_tariff_is_told_where_a_contract_pays(crisis: Comparison) -> None:
    paid, unpaid = funded(crisis), put(crisis, "with", {Place("cpts.received"): 0.0})
    assert _says(paid, "tariff_ceiling") and not _says(paid, "tariff")
    assert not _says(unpaid, "tariff_ceiling") and not _says(unpaid, "tariff")
    arms = paid.plan.scenario.arms
    for update, name in (({"rules": "aci_2019"}, "tariff"), ({"covers": LARGE}, "tariff")):
        cpts = arms["with"].cpts.model_copy(update=update)
        other = {**arms, "with": arms["with"].model_copy(update={"cpts": cpts})}
        assert _says(_changed(paid, arms=FrozenMap(other)), name), f"the ceiling was published: {update}"


def test_the_tariff_of_ones_own_contract_is_not_called_unread(crisis: Comparison) -> None:
    paid = funded(crisis)
    shipped = load_parameters(2019)
    own = {name: plain_value(shipped.entry(name).value) for name in (*SPLIT, "aci.ceiling_2022")}
    left = {name: value for name, value in own.items() if name != "aci.fixed"}
    assert not _says(_changed(paid, parameters=FrozenMap(own)), "tariff")
    assert _says(_changed(paid, parameters=FrozenMap(left)), "tariff")


def test_a_mission_of_crises_without_a_crisis_is_a_price_only(crisis: Comparison) -> None:
    assert _says(crisis, "no_crisis")
    written = {"name": "x", "territory": {"archetype": "rural_underdense"}, "shocks": {"heatwave": {}}}
    shocks = parse(written, catalogue()).shocks
    assert not _says(_changed(crisis, shocks=shocks), "no_crisis"), "a heatwave is played"


def test_without_that_mission_nothing_is_said_of_crises(plain: Comparison) -> None:
    assert "crisis" not in plain.plan.scenario.arms["with"].cpts.missions.names()
    assert not _says(plain, "no_crisis")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ends_of_few_pairs_are_called_extremes(plain: Comparison, lang: str) -> None:
    drawn = replace(plain, plan=replace(plain.plan, ensemble=Ensemble((Choice("a", 1.0, {}),), {})))
    words = say("document.few_ends", lang, count=6, least=19)
    (table,) = [block for block in _main(told_of(drawn, lang)).blocks if isinstance(block, Table)]
    assert words in table.note
    assert words in few_ends(told_of(drawn, lang))
    enough = replace(drawn, values=replace(drawn.values, seeds=tuple(range(1, 20))))
    assert few_ends(told_of(enough, lang)) == []


def test_the_ends_are_extremes_up_to_there() -> None:
    assert fewest_for_ends() == 19
    for count in range(2, 30):
        data = [float(k * k) for k in range(count)]
        ends = band_of(data).ends
        assert (ends == (data[0], data[-1])) == (count <= fewest_for_ends())
