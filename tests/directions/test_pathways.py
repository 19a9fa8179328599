"""What the mission ``pathways`` must move, and what it must cost, each against the same winter."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.care import second_line
from cpts_sim.engine.events import Act, CptsEvent, Ending, Need, Origin, Profession, Referral, Route, Service
from cpts_sim.model import Model

DAYS = 90
AT_ONCE = {"start": "0 months", "partnership_months": 0}
QUICK = {"pathways.half_months": {"directory": 1, "messaging": 1, "record": 1}}
KNOWN = {f"pathways.{tool}_ceiling": 1.0 for tool in ("directory", "messaging", "record")}


@cache
def _winter() -> Model:
    every = {"tools": ["directory", "messaging", "record"]}
    policies = arms(
        absent=cpts({}),
        whole=cpts({"pathways": AT_ONCE}),
        unnamed=cpts({"pathways": {**AT_ONCE, "paths": ["diabetes"]}}),
        tools=cpts({"pathways": {**AT_ONCE, **every}}),
    )
    numbers = QUICK | KNOWN
    for policy in policies.values():
        policy["parameters"] = numbers
    return winter(scenario(population=9000, arms=policies, cpts=cpts({}), parameters=numbers))


@cache
def _life(arm: str) -> Life:
    return live(_winter(), arm, DAYS)


def _referrals(arm: str, service: Service, event: Referral) -> int:
    rows = _life(arm).rows("referral")
    return int(((rows["service"] == service) & (rows["event"] == event)).sum())


def _lost_share(arm: str) -> float:
    """Over all services: one alone has too few referrals to tell."""
    events = (Referral.LOST, Referral.SENT)
    lost, sent = (sum(_referrals(arm, service, event) for service in Service) for event in events)
    return lost / (lost + sent)


def _acts(arm: str, act: Act) -> int:
    return int((_life(arm).rows("act")["act"] == act).sum())


def _minutes(arm: str, profession: Profession, line: str) -> float:
    week = _life(arm).rows("week")
    return float(week[line][week["profession"] == profession].sum())


def _seen_within(arm: str, days: float) -> float:
    """Share of discharges followed by a visit of a GP or nurse within so many days."""
    life = _life(arm)
    stays, requests = life.rows("admission"), life.rows("request")
    home = stays["at"] + stays["days"] * 1440.0
    kept = home < (DAYS - days) * 1440.0
    served = (requests["ending"] == Ending.SERVED) & np.isin(
        requests["route"], (Route.OWN_GP, Route.COLLEAGUE, Route.OTHER_GP, Route.NURSE)
    )
    found = []
    for person, at in zip(stays["person"][kept], home[kept], strict=True):
        mine = served & (requests["person"] == person)
        after = requests["visit"][mine] - at
        found.append(((after >= 0) & (after <= days * 1440.0)).any())
    return float(np.mean(found))


def test_more_people_are_seen_in_the_week_after_a_stay() -> None:
    assert _acts("whole", Act.NURSE_AFTER_DISCHARGE) > 0
    assert _seen_within("whole", 8) > _seen_within("absent", 8) + 0.05


def test_follow_up_by_nurses_is_more_follow_up() -> None:
    assert _acts("absent", Act.NURSE_FOLLOWUP) == 0
    assert _acts("whole", Act.NURSE_FOLLOWUP) > 50
    last = [_life(arm).model.tables["people"]["last_followup"] for arm in ("absent", "whole")]
    severe = _life("absent").model.tables["people"]["chronic"] == 3
    severe &= np.arange(len(severe)) < len(last[1])
    assert last[1][: len(severe)][severe].mean() > last[0][severe].mean()


def test_nurses_give_the_minutes_and_have_fewer_for_others() -> None:
    home = {arm: _life(arm).model.care.world.home_care for arm in ("absent", "whole")}
    assert home["absent"].mission_min.sum() == 0
    assert home["whole"].mission_min.sum() > 0
    assert home["whole"].free_min().sum() < home["absent"].free_min().sum()
    assert _minutes("whole", Profession.NURSE, "visit") > _minutes("absent", Profession.NURSE, "visit")


def test_gps_and_coordinator_pay_in_hours() -> None:
    for line in ("cpts_admin", "session_other"):
        assert _minutes("whole", Profession.GP, line) > _minutes("absent", Profession.GP, line)
    rows = _life("whole").rows("cpts")
    assert rows["hours"][(rows["event"] == CptsEvent.COORDINATION) & (rows["actor"] < 0)].sum() > 0


def test_some_contacts_of_nurses_come_back_to_the_gp() -> None:
    asked = {}
    for arm in ("absent", "whole"):
        rows = _life(arm).rows("request")
        care = (
            (rows["origin"] == Origin.CARE) & (rows["kind"] == Need.FOLLOWUP) & (rows["route"] != Route.NURSE)
        )
        asked[arm] = int(care.sum())
    assert asked["whole"] > asked["absent"]


def test_a_directory_loses_fewer_referrals_and_makes_the_list_longer() -> None:
    assert _lost_share("whole") < _lost_share("absent")
    assert _referrals("whole", Service.ADDICTOLOGY, Referral.SENT) > 0
    wait = {arm: second_line.waiting_days(_life(arm).model.care.world) for arm in ("absent", "whole")}
    assert wait["whole"][Service.ADDICTOLOGY] > wait["absent"][Service.ADDICTOLOGY]


def test_members_do_not_work_on_what_the_contract_does_not_name() -> None:
    for event in (Referral.SENT, Referral.LOST):
        assert (
            abs(
                _referrals("unnamed", Service.ADDICTOLOGY, event)
                - _referrals("absent", Service.ADDICTOLOGY, event)
            )
            <= 2
        )
    assert _acts("unnamed", Act.NURSE_AFTER_DISCHARGE) == 0
    assert _acts("unnamed", Act.NURSE_FOLLOWUP) > 0


def test_a_shared_record_is_double_entry() -> None:
    assert _minutes("tools", Profession.GP, "cpts_admin") > _minutes("whole", Profession.GP, "cpts_admin")
