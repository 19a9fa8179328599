"""Mission crisis: what a plan brings in a wave, what it costs, and that it gives nothing without one."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.events import LEDGER_LINES, Ending, Route
from cpts_sim.model import Model

WAVE = {"pandemic_wave": {"start": "10 days", "severity": 5.0, "length": "40 days"}}
DAYS = 55


def _arms() -> dict[str, dict[str, object]]:
    plan = cpts({"crisis": {"start": "0 months", "volunteers": 1, "awareness": 1}})
    policies = arms(absent=cpts({}), drilled=plan, paper=plan)
    policies["drilled"]["parameters"] = {"crisis.readiness_of_plan": 1.0}
    policies["paper"]["parameters"] = {"crisis.readiness_of_plan": 0.0, "crisis.readiness_per_drill": 0.0}
    return policies


@cache
def _town(wave: bool) -> Model:
    return winter(scenario(population=9000, shocks=WAVE if wave else {}, arms=_arms(), cpts=cpts({})))


@cache
def _life(arm: str, wave: bool = True) -> Life:
    return live(_town(wave), arm, DAYS)


def _surge(life: Life) -> np.ndarray:
    rows = life.rows("request")
    return np.sort(rows["visit"][(rows["route"] == Route.SURGE) & (rows["ending"] == Ending.SERVED)])


def _unmet(life: Life) -> int:
    rows = life.rows("request")
    return int(((rows["ending"] == Ending.UNMET) & (rows["kind"] <= 1) & (rows["origin"] == 0)).sum())


def test_benefit_fewer_symptoms_are_left_without_care_in_the_wave() -> None:
    assert len(_surge(_life("drilled"))) > 40
    assert _unmet(_life("drilled")) < _unmet(_life("absent"))


def test_a_plan_that_is_drilled_opens_sooner_than_one_on_paper() -> None:
    assert _surge(_life("drilled"))[0] + 7 * 1440 < _surge(_life("paper"))[0]


def test_price_evenings_of_the_volunteers() -> None:
    paid = [float(_life(arm).rows("week")["extra_paid"].sum()) for arm in ("absent", "drilled")]
    assert paid[1] > paid[0] == 0.0
    hours = [
        float(sum(_life(arm).rows("week")[line].sum() for line in LEDGER_LINES))
        for arm in ("absent", "drilled")
    ]
    assert hours[1] > hours[0] + 0.5 * paid[1]


def test_without_a_crisis_it_gives_nothing_and_costs_hours() -> None:
    calm, planned = _life("absent", wave=False), _life("drilled", wave=False)
    assert len(_surge(planned)) == 0
    assert planned.rows("week")["extra_paid"].sum() == 0
    assert planned.rows("cpts")["hours"].sum() > calm.rows("cpts")["hours"].sum()
