"""The timeline of a CPTS's life and what is paid beside what is true, as pictures and as measures."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from lives import arms, cpts, scenario

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, Line
from cpts_sim.engine.events import CptsEvent, Profession
from cpts_sim.experiment import Comparison, Plan, compare
from cpts_sim.measures import Horizon, indicators, over
from cpts_sim.measures.contract import BESIDE
from cpts_sim.report.paid import paid
from cpts_sim.report.timeline import YEAR, periods, sums_by_period, timeline

DAY = 1440.0


@cache
def _compared() -> Comparison:
    yearly = {"aci.contract_months": 60}
    policies = arms(without=None, **{"with": cpts(paper=True)})
    spec = scenario(population=2000, years=1.1, parameters=yearly, arms=policies, cpts=cpts())
    return compare(Plan(spec, ("without", "with"), 1, 1, keep_journal="first"), workers=1)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_both_figures_are_drawn_sharp_and_always_alike(lang: str) -> None:
    from PIL import Image

    for figure in (timeline, paid):
        one, two = (figure(_compared(), lang, "with", "png") for _ in range(2))
        assert one is not None
        assert one == two
        shades = np.asarray(Image.open(io.BytesIO(one)).convert("L"))
        assert shades.std() > 10


def test_there_is_no_timeline_without_a_cpts() -> None:
    assert timeline(_compared(), "fr", "without", "png") is None


def test_a_cpts_on_paper_is_paid_for_indicators_beside_unchanged_outcomes() -> None:
    """Law 8: the contract pays; every true outcome beside it has a difference of zero."""
    comparison = _compared()
    for name in ("treating_physician", "unscheduled_care"):
        earned = [line for line in comparison.lines() if line.place.group == name]
        share = next(line for line in earned if line.place.indicator == "cpts.paid_indicators")
        assert share.with_.mean > 0.5
        assert comparison.line(BESIDE[name]).difference.mean == 0.0


def test_every_mission_has_a_true_outcome_that_is_measured() -> None:
    assert set(BESIDE) == set(ACI_MISSIONS)
    assert set(BESIDE.values()) <= set(indicators())


def test_the_account_is_read_off_the_journal() -> None:
    chunk = {
        "payment": {"at": np.array([-5.0, 1.0, 2.0]) * DAY, "line": np.array([0, Line.RUNNING, Line.MEMBERS]),
                    "mission": np.full(3, -1), "euros": np.array([9e9, 50_000.0, 120.5])},
        "cpts": {"at": np.array([1.0, 2.0]) * DAY, "event": np.array([CptsEvent.UNPAID, CptsEvent.MEETING]),
                 "actor": np.zeros(2, np.int32), "hours": np.array([3.0, 2.0]), "euros": np.array([0.0, 120.5])},
        "members": {"at": np.array([10.0, 40.0]) * DAY, "profession": np.full(2, Profession.GP),
                    "nominal": np.array([4, 6]), "active": np.array([1, 2]), "leaders": np.array([1, 1]),
                    "attended": np.array([0, 1])},
    }  # fmt: skip
    people = {"people": {"age": np.arange(10)}, "gps": {}, "communes": {}}
    rows = over([chunk], people, Horizon(365), ("contract", "members"))
    value = {(row.indicator, row.group): row.value for row in rows}
    assert value["cpts.received", ""] == value["cpts.received", "running"] == 50_000
    assert value["cpts.spent", "members"] == pytest.approx(120.5, abs=0.01)
    assert value["cpts.unspent", ""] == pytest.approx(49_879.5, abs=0.01)
    assert value["cpts.unpaid_hours", ""] == 3.0
    assert value["cpts.members", "gp"] == 5.0
    assert value["cpts.active", "gp"] == 1.5


def test_bars_lie_inside_the_run_and_lose_nothing_of_it() -> None:
    """A one-year run has quarters, a long one years; a run that ends within a year has a short last bar."""
    assert periods(1.0).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert periods(5.0).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert periods(2.5).tolist() == [0.0, 1.0, 2.0, 2.5]
    for years in (0.1, 0.3, 1.0, 1.1, 364 / 365, 2.5):
        edges = periods(years)
        assert edges[0] == 0.0 and edges[-1] >= years - 1e-9 and (np.diff(edges) > 0).all()
        at = np.linspace(0.0, years * YEAR, 50)
        assert sums_by_period(at, np.ones(50), edges).sum() == 50
