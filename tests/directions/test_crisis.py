"""Mission crisis: what a plan brings in a wave, what it costs, and that it gives nothing without one."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import LEDGER_LINES, CptsEvent, Ending, Route
from cpts_sim.measures.waits import GP_ROUTES
from cpts_sim.model import Model

WAVE = {"pandemic_wave": {"start": "10 days", "severity": 5.0, "length": "40 days"}}
DAYS, FIRST_DAY = 55, 10


def _arms() -> dict[str, dict[str, object]]:
    plan = cpts({"crisis": {"start": "0 months", "volunteers": 1, "awareness": 1}})
    policies = arms(absent=cpts({}), drilled=plan, paper=plan)
    policies["drilled"]["parameters"] = {"crisis.readiness_of_plan": 1.0}
    policies["paper"]["parameters"] = {"crisis.readiness_of_plan": 0.0, "crisis.readiness_per_drill": 0.0}
    return policies


@cache
def _town(wave: bool) -> Model:
    improvised = {"crisis_centres": {"level": 0.5}}  # of eight GPs some surely do
    shocks = WAVE if wave else {}
    return winter(scenario(population=9000, shocks=shocks, arms=_arms(), cpts=cpts({}), baseline=improvised))


@cache
def _life(arm: str, wave: bool = True) -> Life:
    return live(_town(wave), arm, DAYS)


def _surge(life: Life) -> np.ndarray:
    rows = life.rows("request")
    return np.sort(rows["visit"][(rows["route"] == Route.SURGE) & (rows["ending"] == Ending.SERVED)])


def _unmet(life: Life) -> int:
    rows = life.rows("request")
    return int(((rows["ending"] == Ending.UNMET) & (rows["kind"] <= 1) & (rows["origin"] == 0)).sum())


def test_surge_sessions_are_improvised_without_a_cpts_and_a_plan_opens_them_sooner() -> None:
    """Day 5 of the wave against day 21: the effect of a plan is sooner, not all or nothing."""
    p = _town(wave=True).parameters
    improvised, drilled = (_surge(_life(arm)) / 1440.0 for arm in ("absent", "drilled"))
    assert len(improvised) > 5
    assert improvised[0] >= FIRST_DAY + p["crisis.days_without_plan"]
    assert FIRST_DAY + p["crisis.days_with_plan"] <= drilled[0] < improvised[0] - 7
    print(f"first surge visit: day {improvised[0]:.1f} without a CPTS, {drilled[0]:.1f} with a drilled plan")


def test_the_evenings_of_the_plan_are_paid_by_the_cpts_and_improvised_ones_are_not() -> None:
    for arm, paid in (("absent", False), ("drilled", True)):
        acts = _life(arm).rows("cpts")
        sessions = acts["event"] == CptsEvent.EXTRA_SESSION
        assert sessions.any() == paid
        assert (acts["actor"][sessions] >= 0).all()
    acts, visits = _life("drilled").rows("cpts"), _life("drilled").rows("visit")
    sessions, extra = acts["event"] == CptsEvent.EXTRA_SESSION, visits["slot"] == Slot.EXTRA
    early = visits["at"] / 1440.0 < FIRST_DAY + 21
    assert acts["hours"][sessions].sum() * 60 >= visits["minutes"][extra & early].sum() > 0
    assert (acts["euros"][sessions] > 0).all()


def test_visits_in_surge_sessions_are_waits_for_a_gp() -> None:
    assert Route.SURGE in GP_ROUTES


def test_benefit_fewer_symptoms_are_left_without_care_in_the_wave() -> None:
    assert len(_surge(_life("drilled"))) > 40
    assert _unmet(_life("drilled")) < _unmet(_life("absent"))


def test_a_plan_that_is_drilled_opens_sooner_than_one_on_paper() -> None:
    assert _surge(_life("drilled"))[0] + 7 * 1440 < _surge(_life("paper"))[0]


def test_price_evenings_of_the_volunteers() -> None:
    paid = [float(_life(arm).rows("week")["extra_paid"].sum()) for arm in ("absent", "drilled")]
    assert paid[1] > paid[0] > 0.0
    hours = [
        float(sum(_life(arm).rows("week")[line].sum() for line in LEDGER_LINES))
        for arm in ("absent", "drilled")
    ]
    assert hours[1] - hours[0] > 0.5 * (paid[1] - paid[0])


def test_without_a_crisis_it_gives_nothing_and_costs_hours() -> None:
    calm, planned = _life("absent", wave=False), _life("drilled", wave=False)
    assert len(_surge(planned)) == 0
    assert planned.rows("week")["extra_paid"].sum() == 0
    assert planned.rows("cpts")["hours"].sum() > calm.rows("cpts")["hours"].sum()
