"""A GP goes on holiday in a town that has a pool of locums; another compares her habits with those of her peers."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import DAY, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.events import CptsEvent, Origin, Status
from cpts_sim.model import Model

POOL = {"start": "0 months", "arrivals_per_100_year": 0.0, "trainee_hosts": 0}
TRAINEE = {**POOL, "trainee_hosts": 1, "locum_pool": False}
GROUPS = {"start": "0 months", "groups_per_year": 12.0}
QUIET = {"meetings": {"per_year": 0}}
FEW = {"gp.locum_share": 0.1}
"""Locums are rare without a pool."""
DAYS = 101


@cache
def _town() -> Model:
    """Spring and the beginning of summer, when holidays are."""
    policies = arms(
        without=cpts({}, **QUIET), pool=cpts({"professional_support": POOL}, **QUIET),
        trainee=cpts({"professional_support": TRAINEE}, **QUIET), groups=cpts({"quality": GROUPS}, **QUIET),
        ended=cpts({"quality": GROUPS}, stop="2 months", **QUIET),
    )  # fmt: skip
    policies["pool"]["parameters"] = {"professional_support.pool_share": 0.5}
    for arm in ("groups", "ended"):
        policies[arm]["parameters"] = {"quality.avoidable_returns": 0.16, "quality.step": 0.5, "cpts.attendance": 1}
    return winter(scenario(population=6000, arms=policies, cpts=cpts({}), parameters=FEW, start="2019-05-06"))


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, DAYS)


# ------------------------------------------------------------------------------------------ a holiday
def _holidays() -> list[tuple[int, int]]:
    """GP and week of each holiday that only the pool has found a locum for."""
    alone, pooled = (_lived(arm).model.care.surgeries for arm in ("without", "pool"))
    gps, weeks = len(_town().tables["gps"]), DAYS // 7
    first = alone.week(0)
    away = alone.leave[:gps, first : first + weeks] & ~alone.locum[:gps, first : first + weeks]
    held = away & pooled.locum[:gps, first : first + weeks]
    own = _town().tables["gps"]["halo"] == 0
    return [(int(row), int(week)) for row, week in np.argwhere(held & own[:, None])]


def _visits(arm: str, row: int, week: int) -> int:
    """People seen in the practice of a GP in a week."""
    rows = _lived(arm).rows("visit")
    then = (rows["at"] >= week * 7 * DAY) & (rows["at"] < (week + 1) * 7 * DAY)
    return int(((rows["provider"] == row) & then & (rows["status"] == Status.DONE)).sum())


def test_her_practice_is_closed_while_she_is_away_and_a_locum_of_the_pool_keeps_it_open() -> None:
    found = _holidays()
    assert len(found) >= 2
    for row, week in found:
        closed, kept = _visits("without", row, week), _visits("pool", row, week)
        print(f"GP {row}, week {week}: {closed} people seen without a pool, {kept} with a locum")
        assert kept > 20 > closed


def test_the_week_of_each_is_told() -> None:
    told = _lived("pool").rows("cpts")
    weeks = told["event"] == CptsEvent.LOCUM
    found = zip(told["actor"][weeks].tolist(), (told["at"][weeks] // (7 * DAY)).tolist(), strict=True)
    assert {(row, int(week)) for row, week in found} >= set(_holidays())
    assert not (told["event"] == CptsEvent.LOCUM_LENT).any()  # this town has no neighbours: they come from outside


def test_the_pool_needs_three_weeks_before_it_finds_anybody() -> None:
    assert min(week for _, week in _holidays()) >= 3


def test_she_rests_all_the_same() -> None:
    """A locum's week is not the GP's: on holiday she works no consultation in either town."""
    for arm in ("without", "pool"):
        week = _lived(arm).rows("week")
        for row, number in _holidays():
            hers = (week["profession"] == 0) & (week["row"] == row) & (week["at"] == number * 7 * DAY)
            assert hers.sum() == 1 and week["consult"][hers][0] == 0.0


def test_whoever_hosts_a_trainee_explains_for_hours_and_sees_fewer_people_meanwhile() -> None:
    gps = _lived("trainee").model.tables["gps"]
    hosts = np.flatnonzero(gps["hosts_trainee"])
    assert len(hosts) >= 2
    week = _lived("trainee").rows("week")
    minutes = _town().parameters["professional_support.supervision_hours_month"] * 60.0
    for row in hosts.tolist():
        hers = (week["profession"] == 0) & (week["row"] == row)
        assert week["supervision"][hers].sum() >= 2 * minutes
    laid = [float(_lived(arm).rows("practice_week")["laid"].sum(dtype=float)) for arm in ("without", "trainee")]
    assert laid[1] < laid[0]


# ------------------------------------------------------------------------------------------ a peer group
def _back(arm: str) -> int:
    """Second visits that were asked for."""
    return int((_lived(arm).rows("request")["origin"] == Origin.CARE).sum())


def test_after_some_evenings_with_peers_fewer_patients_are_asked_to_come_back_for_nothing() -> None:
    evenings = _lived("groups").rows("week")
    gp = evenings["profession"] == 0
    came = np.unique(evenings["row"][gp & (evenings["cpts_evening"] > 0)])
    assert len(came) >= 3
    each = _town().parameters["quality.group_hours"] * 60.0
    assert np.isclose(evenings["cpts_evening"][gp] % each, 0.0).all()
    print(f"second visits: {_back('without')} without, {_back('groups')} with peer groups")
    assert _back("groups") < _back("without")


def test_when_the_groups_end_old_habits_come_back() -> None:
    pull = {arm: _lived(arm).model.tables["gps"]["norm_pull"] for arm in ("groups", "ended")}
    met = pull["groups"] > 0
    assert met.any()
    assert (pull["ended"][met] < pull["groups"][met]).all()
    assert _lived("ended").rows("week")["cpts_evening"].sum() < _lived("groups").rows("week")["cpts_evening"].sum()
