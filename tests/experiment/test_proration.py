"""A contract pays ahead: where a run ends within one of its years, what falls to that time is told beside."""

from __future__ import annotations

import pytest
from lives import arms, cpts, scenario

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place, Plan, Values
from cpts_sim.experiment.proration import proration
from cpts_sim.missions.due import yearly_euros
from cpts_sim.report.costs import proration_words

PEOPLE = 20_000.0


def _done(years: float, received: float = 75_000.0) -> Comparison:
    spec = scenario(years=years, cpts=cpts(), arms=arms(without=None, **{"with": cpts()}))
    values = Values(("without", "with"), (1, 2), {"without": {}, "with": {}})
    for arm, euros in (("without", 0.0), ("with", received)):
        values.put(arm, Place("cpts.received"), [euros / years] * 2)
        values.put(arm, Place("account.base", "count", "per_1000"), [1000.0 / (PEOPLE * years)] * 2)
    return Comparison(Plan(spec, ("without", "with")), values, {}, "asked", 0, {})


def test_a_quarter_of_a_year_is_worth_a_quarter_of_a_steady_year() -> None:
    found = proration(_done(0.25), "with")
    assert found is not None
    assert found.received == pytest.approx(75_000)
    whole = yearly_euros(_done(0.25).plan.scenario.cpts, PEOPLE, 2019, load_parameters(2019))
    assert found.in_proportion == pytest.approx(whole / 4)
    assert found.in_proportion < found.received, "paid ahead"


@pytest.mark.parametrize(("years", "arm"), [(1.0, "with"), (2.0, "with"), (0.25, "without")])
def test_whole_years_and_no_contract_need_no_note(years: float, arm: str) -> None:
    assert proration(_done(years), arm) is None
    assert proration_words(_done(years), arm, "en") == []


def test_it_is_said_in_both_languages() -> None:
    assert "au prorata" in proration_words(_done(0.25), "with", "fr")[0]
    assert "in proportion" in proration_words(_done(0.25), "with", "en")[0]
