"""The same money otherwise: from the signature of the CPTS on, offered, spent and unspent, comparable or not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Life, cpts, live, scenario, winter

from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.cpts_codes import INSTEAD, Line
from cpts_sim.engine.events import CptsEvent
from cpts_sim.experiment import Comparison, Plan, compare
from cpts_sim.measures import Horizon, over
from cpts_sim.missions.course import Course
from cpts_sim.model import Model
from cpts_sim.report.instead import not_comparable, same_money

QUICK = {
    f"cpts.life_{step}_months": {"low": 1, "high": 1.2} for step in ("project", "decision", "contract")
} | {"instead.session_months": 1, "instead.session_volunteers": 0.5}
"""A life whose steps take weeks, and sessions that begin with the money."""
ARMS = {"without": {}, "with": {}, "sessions": {"instead": {"sessions": 1}}}


@cache
def _town() -> Model:
    spec = scenario(population=3000, cpts=cpts(starts_at="project"), arms=ARMS, parameters=QUICK)
    return winter(spec)


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, 180)


def test_the_money_comes_on_the_day_of_the_signature() -> None:
    """Not on day 0: the CPTS gets none either before its contract."""
    told = _lived("with").rows("cpts")
    signed = float(told["at"][told["event"] == CptsEvent.CONTRACT][0])
    assert signed > 30 * DAY
    since = float(_lived("sessions").model.tables["instead"]["since"][0])
    assert since == pytest.approx(signed, abs=2 * DAY)
    rows = _lived("sessions").rows("payment")
    assert rows["at"].min() >= since


def test_what_is_offered_is_spent_or_left() -> None:
    rows = _lived("sessions").rows("payment")
    sums = np.bincount(rows["line"], rows["euros"], len(Line))
    spent = sums[list(INSTEAD)].sum()
    assert sums[Line.OFFERED] > 0 and 0 < spent <= sums[Line.OFFERED]
    told = _lived("sessions").rows("cpts")["euros"]
    assert float(told.astype(float).sum()) == pytest.approx(spent, rel=1e-4)


def test_a_cpts_that_never_signs_leaves_no_money(monkeypatch: pytest.MonkeyPatch) -> None:
    course = Course(_town().care.world, _town().spec.cpts)
    assert course.signature(0.0) < NEVER
    monkeypatch.setattr(Course, "ends_after", lambda self, step: True)
    assert course.signature(0.0) == NEVER


def test_the_measure_reads_the_account() -> None:
    chunk = {"payment": {"at": np.array([1.0, 2.0]) * DAY, "line": np.array([Line.OFFERED, Line.MSP]),
                         "mission": np.full(2, -1), "euros": np.array([1000.0, 250.0])}}  # fmt: skip
    people = {"people": {"age": np.arange(10)}, "gps": {}, "communes": {}}
    value = {(row.indicator, row.group): row.value for row in over([chunk], people, Horizon(35), ("instead",))}
    assert value["instead.offered", ""] == 1000.0 and value["instead.spent", "msp"] == 250.0
    assert value["instead.unspent", ""] == 750.0 and value["instead.spent_share", ""] == 0.25


@cache
def _compared() -> Comparison:
    """Two months: the first session is held after three."""
    spec = scenario(population=2000, years=0.15, cpts=cpts(), arms=ARMS)
    return compare(Plan(spec, ("without", "sessions"), 1, 1, keep_journal="none"), workers=1)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_money_that_found_nobody_is_not_the_same_money(lang: str) -> None:
    told = not_comparable(_compared(), lang)
    assert len(told) == 1 and told[0].startswith({"fr": "Non comparable", "en": "Not comparable"}[lang])
    rows = same_money(_compared(), "sessions", lang)[0][1]
    assert len(rows) == 2, "offered and unspent, nothing spent"
    assert not same_money(_compared(), "without", lang)
