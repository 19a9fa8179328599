"""Membership as a choice over time: what moves it, and which way."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, live, scenario, winter

from cpts_sim.engine.events import CptsEvent, Member
from cpts_sim.model import Model

DAYS = 300
MISSIONS = {"treating_physician": {"start": "1 month"}, "quality": {"start": "1 month"}}


@cache
def _start(**parameters: float) -> Model:
    base = {"missions": MISSIONS, "money": {"other_funders": "500 k€ per year"}}
    policies = {
        **arms(with_=base),
        "paid": {"cpts": base, "parameters": {"cpts.hour_euros": 120}},
        "poor": {"cpts": base, "parameters": {"cpts.hour_euros": 30}},
        "evenings": {"cpts": {**base, "meetings": {"when": "evening", "per_year": 30}}},
        "idle": {"cpts": {**base, "members": {"active_share": 0}}},
    }
    return winter(scenario(population=25000, arms=policies, cpts=base, parameters=dict(parameters)))


@cache
def _life(arm: str) -> Life:
    return live(_start(), arm, DAYS)


def _members(life: Life, what: str = "nominal") -> float:
    """Mean number of GPs over the last half of the months."""
    rows = life.rows("members")
    gps = rows[what][rows["profession"] == 0]
    return float(gps[len(gps) // 2 :].mean())


def test_pay_raises_membership_and_activity() -> None:
    assert _members(_life("poor")) < _members(_life("paid"))
    assert _members(_life("poor"), "active") <= _members(_life("with_"), "active") <= _members(_life("paid"), "active")


def test_names_and_hands_are_counted_apart() -> None:
    rows = _life("with_").rows("members")
    gps = rows["profession"] == 0
    assert (rows["active"][gps] < rows["nominal"][gps]).all()
    assert (rows["leaders"][gps] <= rows["active"][gps]).all()
    assert (rows["attended"][gps] <= rows["active"][gps]).all()
    inside = _life("with_").model.tables["gps"]["halo"] == 0
    share = rows["nominal"][gps].mean() / inside.sum()
    assert 0.3 <= share <= 0.8


def test_strain_lowers_membership() -> None:
    """Fifteen more points of exhaustion from one day on: fewer wish to belong, pair by pair."""
    organisation = _start().fork("with_").organisation
    organisation.model.run(2)
    before = organisation.membership._belongs()
    organisation.world.gps["ee"] += 15.0
    after = organisation.membership._belongs()
    assert (after <= before).all()
    assert after.sum() < 0.8 * before.sum()


def test_evenings_tire_and_fewer_come() -> None:
    """Meetings nearly every week, in the evening: members of the same inclination come to a smaller share of them."""
    tired = _life("evenings").model.organisation.membership.rested()
    usual = _life("with_").model.organisation.membership.rested()
    active = _life("evenings").model.organisation.active()
    assert tired[active].mean() < usual[active].mean() <= 1.0


def test_with_no_hands_nothing_is_done_and_nobody_is_persuaded() -> None:
    rows = _life("idle").rows("members")
    gps = rows["profession"] == 0
    assert (rows["nominal"][gps] > 0).all()
    assert (rows["active"][gps] == 0).all()
    events = _life("idle").rows("cpts")["event"]
    assert not np.isin(events, (CptsEvent.MEETING, CptsEvent.PREPARATION, CptsEvent.PLEDGE)).any()


def test_a_cpts_with_members_has_a_leader() -> None:
    gps = _life("with_").model.tables["gps"]
    assert (gps["member"] == Member.LEADER).any()


def test_who_retires_is_a_member_no_more() -> None:
    gps = _life("with_").model.tables["gps"]
    assert (gps["member"][(gps["halo"] > 0) | ~gps["alive"] | (gps["status"] == 3)] == Member.NONE).all()


def _hours(life: Life, event: CptsEvent) -> float:
    rows = life.rows("cpts")
    return float(rows["hours"][rows["event"] == event].sum())


def test_money_that_runs_short_asks_for_fewer_hours_and_is_never_overdrawn() -> None:
    """At 120 euros an hour with every GP active means shrink, so does preparation; cash stays above zero."""
    many = {"cpts.leader_hours_month": 40.0, "cpts.leaders": 10.0}
    base = {"missions": MISSIONS, "members": {"share_gps": 1, "active_share": 1}}
    spec = scenario(population=12000, arms=arms(with_=base), cpts=base, parameters={**many, "cpts.hour_euros": 120.0})
    cheap = scenario(population=12000, arms=arms(with_=base), cpts=base, parameters={**many, "cpts.hour_euros": 30.0})
    life, rich = live(winter(spec), "with_", 200), live(winter(cheap), "with_", 200)
    table = life.model.tables["cpts"]
    assert table["means"][0] < 1.0
    assert table["cash"][0] >= 0.0
    assert 0.0 < _hours(life, CptsEvent.PREPARATION) < _hours(rich, CptsEvent.PREPARATION)
    assert _members(life, "active") < (life.model.tables["gps"]["halo"] == 0).sum()
