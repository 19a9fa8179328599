"""A treasurer who begins afresh, sessions that somebody dispatches, a month's office work over its weeks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Life, cpts, live, same_bytes, scenario, winter

from cpts_sim.engine.cpts_codes import INSTEAD, Line
from cpts_sim.engine.events import CptsEvent, Member, Origin, Profession, Route, Work
from cpts_sim.model import Model

QUICK = {
    "instead.session_months": 1, "instead.session_volunteers": 0.5, "instead.session_awareness": 1.0,
    "cpts.induced_share": 0.6, "instead.assistant_months": {"low": 1, "high": 1.5}, "instead.assistant_willing": 0.9,
}  # fmt: skip
NOBODY = {**QUICK, "cpts.desk_hours_month_per_gp": 0}
DAYS = 98


@cache
def _town() -> Model:
    sessions = {"instead": {"sessions": 1, "euros": "400 k€"}}
    policies = {
        "without": {}, "with": {}, "sessions": sessions, "undispatched": {**sessions, "parameters": NOBODY},
        "assistants": {"instead": {"assistants": 1}}, "founded": {"cpts": cpts(starts_at="project")},
    }  # fmt: skip
    short = cpts({"quality": {"start": "60 months"}}, stop="70 days", rules="aci_2019")
    return winter(scenario(population=5000, cpts=short, arms=policies, parameters=QUICK))


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, DAYS)


# ------------------------------------------------------------------------------------------ the treasurer
def test_founders_hours_before_the_contract_are_no_months_bill() -> None:
    """With cash in hand the first month asks for everything, and members' hours are paid."""
    organisation = _town().fork("founded").organisation
    organisation.membership.found()
    table = organisation.table
    for _ in range(14):
        organisation._before_contract()
    assert float(table["wanted"][0]) > 20_000.0
    organisation.account.receive(Line.STARTUP, 35_000.0)
    organisation.sign()
    organisation.account.plan(12.0, 0.0)
    assert float(table["means"][0]) == 1.0
    for _ in range(3):  # members meet in the months that follow
        rows = organisation.active()[:3]
        organisation.spend(CptsEvent.MEETING, rows, 1.0, board=True)
        organisation.account.plan(11.0, 0.0)
        assert float(table["means"][0]) == float(table["indemnified"][0]) == 1.0


# ------------------------------------------------------------------------------------------ paid sessions
def test_somebody_is_paid_to_answer_those_who_call_for_a_session() -> None:
    told, p = _lived("sessions").rows("cpts"), _town().parameters
    calls = told["event"] == CptsEvent.DESK_CALL
    assert calls.sum() > 10
    assert 60.0 * told["hours"][calls] == pytest.approx(np.full(calls.sum(), p["cpts.desk_call_min"]), rel=1e-4)
    assert told["euros"][calls] == pytest.approx(told["hours"][calls] * p["cpts.coordinator_hour_euros"], rel=1e-4)
    by_session = _lived("sessions").rows("request")["route"] == Route.SESSION
    assert 0 < by_session.sum() <= calls.sum(), "nobody gets a session whom nobody has answered"


def test_nobody_gets_a_session_where_nobody_answers() -> None:
    assert not (_lived("undispatched").rows("request")["route"] == Route.SESSION).any()


def test_an_easy_slot_brings_needs_whoever_pays_it() -> None:
    """The same share as at the desk of a CPTS (law 1)."""
    assert not (_lived("without").rows("request")["origin"] == Origin.INDUCED).any()
    rows, p = _lived("sessions").rows("request"), _town().parameters
    first = (rows["route"] == Route.SESSION) & (rows["origin"] == Origin.EXOGENOUS)
    induced = (rows["origin"] == Origin.INDUCED).sum()
    served_long_ago = first & (rows["raised"] < (DAYS - 26) * DAY)
    assert 0.3 * p["cpts.induced_share"] * served_long_ago.sum() < induced <= first.sum()


@pytest.mark.parametrize("arm", ["sessions", "assistants"])
def test_no_more_is_spent_than_was_offered(arm: str) -> None:
    rows = _lived(arm).rows("payment")
    sums = np.bincount(rows["line"], rows["euros"], len(Line))
    assert 0 < sums[list(INSTEAD)].sum() <= sums[Line.OFFERED] + 1e-3
    told = _lived(arm).rows("cpts")["euros"]
    assert float(told.astype(float).sum()) == pytest.approx(sums[list(INSTEAD)].sum(), rel=1e-4)


def test_assistants_leave_when_the_money_has_ended() -> None:
    """The CPTS of the scenario stops after ten weeks: nothing more is offered, and nobody is paid for nothing."""
    life = _lived("assistants")
    rows = life.rows("payment")
    assert rows["at"][rows["line"] == Line.OFFERED].max() <= 70 * DAY
    assert (rows["line"] == Line.ASSISTANTS).any()
    model = _town().fork("assistants")
    model.run(69)
    gps = model.tables["gps"]
    hired = np.flatnonzero((gps["assistant_from"] < 60 * DAY) & (gps["assistant"] > 0))
    assert len(hired)
    model.tables["instead"]["held_assistants"][0] = 0.0
    model.run(9)
    assert not gps["assistant"][hired].any() and not gps["assisted"][hired].any()


# ------------------------------------------------------------------------------------------ a month's office work
def test_a_months_office_work_is_spread_over_its_weeks() -> None:
    life, p = _lived("with"), _town().parameters
    rows = life.rows("week")
    mine = (rows["profession"] == Profession.GP) & (rows["cpts_admin"] > 0) & (rows["at"] < 60 * DAY)
    most = float(rows["cpts_admin"][mine].max()) / 60.0
    assert 0 < most <= p["cpts.leader_hours_month"] / 3.0
    weeks = np.unique(rows["at"][mine])
    assert len(weeks) >= 8, "every week has its part"


def test_the_hours_told_are_the_hours_charged_or_still_to_come() -> None:
    life = _lived("with")
    told, rows = life.rows("cpts"), life.rows("week")
    gps = life.model.tables["gps"]
    mine = (told["profession"] == Profession.GP) & (told["actor"] >= 0)
    office = mine & np.isin(told["event"], (CptsEvent.COORDINATION, CptsEvent.PREPARATION))
    leaders = np.unique(told["actor"][office]).astype(int)
    assert len(leaders) and (gps["status"][leaders] != Work.LEFT).all()
    boards = np.unique(told["at"][office])
    each = _town().parameters["cpts.leader_hours_month"]
    charged = float(rows["cpts_admin"][rows["profession"] == Profession.GP].sum(dtype=float)) / 60.0
    assert charged == pytest.approx(len(boards) * each * len(leaders), rel=0.34)
    assert float(gps["month_office_min"].sum()) == 0.0, "the contract has ended: nothing is left to come"
    assert not (gps["member"] == Member.LEADER).any()


def test_going_on_from_a_copy_is_going_straight_on() -> None:
    for arm in ("with", "sessions"):
        straight = live(_town(), arm, 50)
        model = _town().fork(arm)
        model.run(17)
        halves = live(model, arm, 33)
        assert len(halves.journal["week"]["at"]) > 0
        late = {kind: {n: a[c["at"] >= 24 * DAY] for n, a in c.items()} for kind, c in straight.journal.items()
                if kind in ("payment", "week")}  # fmt: skip
        again = {kind: {n: a[c["at"] >= 24 * DAY] for n, a in c.items()} for kind, c in halves.journal.items()
                 if kind in ("payment", "week")}  # fmt: skip
        same_bytes(Life(straight.model, late), Life(model, again))
