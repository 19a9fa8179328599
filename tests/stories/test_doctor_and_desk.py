"""Fifteen weeks in a town whose GPs share a list of people without a usual doctor, and keep slots for a desk."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import DAY, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import Attachment, CptsEvent, Ending, Origin, Route, Via
from cpts_sim.model import Model

DAYS = 105
PLEDGES = 24
MISSIONS = {
    "treating_physician": {"start": "0 months", "pledges_per_year": PLEDGES},
    "unscheduled_care": {"start": "0 months", "awareness": 1, "slots_per_day": 1, "extra_slots_per_week": 6},
}


@cache
def _town() -> Model:
    policies = arms(**{"without": None, "with": cpts(MISSIONS)})
    everybody_holds = {"cpts.extra_sessions_share": 1, "cpts.mt_ramp_months": 1}
    return winter(scenario(population=6000, arms=policies, cpts=cpts(MISSIONS), parameters=everybody_holds))


@cache
def _lived(arm: str = "with") -> Life:
    return live(_town(), arm, DAYS)


# ------------------------------------------------------------------------------------------ a usual doctor
def _given() -> dict[str, np.ndarray]:
    """Who was given a usual doctor by the commission, by whom, when."""
    rows = _lived().rows("attachment")
    chosen = (rows["event"] == Attachment.REGISTERED) & (rows["via"] == Via.CPTS)
    assert chosen.sum() > 5
    return {name: column[chosen] for name, column in rows.items()}


def test_the_ill_and_the_old_are_called_first() -> None:
    rows = _given()
    first = rows["at"] == rows["at"].min()  # the first commission; more of them waited than there were places
    assert ((rows["ald"][first] == 1) | (rows["age"][first] >= 70)).all()


def test_no_gp_takes_more_people_than_she_pledged() -> None:
    rows = _given()
    for when in np.unique(rows["at"]):
        taken = np.bincount(rows["gp"][rows["at"] == when])
        assert taken.max() <= PLEDGES / 12 + 1


def test_whoever_was_given_a_doctor_had_none_and_is_on_her_list_now() -> None:
    rows, people = _given(), _lived().model.tables["people"]
    at_day_0 = _town().tables["people"]["mt"]
    lost = _lived().rows("attachment")
    orphaned = set(lost["person"][lost["event"] == Attachment.ORPHANED].tolist())
    had_one = {person for person in rows["person"].tolist() if person < len(at_day_0) and at_day_0[person] >= 0}
    assert had_one <= orphaned
    stayed = people["alive"][rows["person"]] & ~np.isin(rows["person"], list(orphaned))
    assert (people["mt"][rows["person"]] == rows["gp"])[stayed].all()


def test_the_commission_meets_and_each_match_costs_the_coordinator_minutes() -> None:
    acts = _lived().rows("cpts")
    pledges = acts["event"] == CptsEvent.PLEDGE
    assert pledges.sum() == len(_given()["person"])
    assert (acts["hours"][pledges] > 0).all()
    lunch = [float(_lived(arm).rows("week")["cpts_lunch"].sum()) for arm in ("without", "with")]
    assert lunch[1] > lunch[0] == 0.0


# ------------------------------------------------------------------------------------------ the desk
def _through_the_desk() -> dict[str, np.ndarray]:
    rows = _lived().rows("request")
    chosen = (rows["route"] == Route.DESK) & (rows["ending"] == Ending.SERVED)
    assert chosen.sum() > 5
    return {name: column[chosen] for name, column in rows.items()}


def test_who_is_refused_calls_the_desk_and_is_seen_within_two_days_by_a_member() -> None:
    rows, gps = _through_the_desk(), _lived().model.tables["gps"]
    assert (rows["contacts"] >= 1).all()
    late = np.floor(rows["visit"] / DAY) - np.floor(rows["asked"] / DAY)
    seen = np.flatnonzero(rows["origin"] == Origin.EXOGENOUS)
    assert np.median(late[seen]) <= 2
    assert gps["shares_slots"][rows["provider"]].all()


def test_the_desk_has_only_the_slots_that_members_kept() -> None:
    visits, desk = _lived().rows("visit"), _through_the_desk()
    kept = np.isin(visits["slot"], (Slot.SHARED, Slot.EXTRA))
    given = set(zip(visits["provider"][kept].tolist(), visits["at"][kept].tolist(), strict=True))
    asked = zip(desk["provider"].tolist(), desk["visit"].tolist(), strict=True)
    past = [slot for slot in asked if slot[1] < DAYS * DAY]
    assert past and set(past) <= given
    assert not np.isin(_lived("without").rows("visit")["slot"], (Slot.SHARED, Slot.EXTRA)).any()


def test_a_kept_slot_that_nobody_wants_goes_back_to_the_gps_own_patients_the_same_day() -> None:
    books = _lived().model.care.world.books
    for day in range(DAYS - 7, DAYS):
        assert not (books.free[:, books.span(day)] == Slot.SHARED).any()
    assert (books.free == Slot.SHARED).any()  # the days to come have some


def test_an_extra_session_is_in_the_evening_and_is_paid_whole() -> None:
    visits, acts = _lived().rows("visit"), _lived().rows("cpts")
    extra = visits["slot"] == Slot.EXTRA
    assert extra.any()
    assert ((visits["at"][extra] % DAY) >= 18 * 60).all()
    paid = acts["event"] == CptsEvent.EXTRA_SESSION
    held = float(acts["hours"][paid].sum())
    assert held * 60 >= float(visits["minutes"][extra].sum())
    assert (acts["euros"][paid] > 0).all()


def test_a_pharmacist_with_a_protocol_settles_what_she_may_not_without() -> None:
    settled = [int((_lived(arm).rows("request")["route"] == Route.PHARMACIST).sum()) for arm in ("without", "with")]
    assert settled[1] > settled[0] == 0
