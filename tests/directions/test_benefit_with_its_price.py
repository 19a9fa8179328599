"""Who takes part no longer has neither pool nor tools; support comes of ties; former trainees take their time."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from lives import arms, cpts, scenario, winter

from cpts_sim.care import newcomers
from cpts_sim.care.setup import NO_POOL
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import LEDGER_LINES, Member
from cpts_sim.missions.tools import ties_of_years
from cpts_sim.model import Model

SUPPORT = {"start": "0 months", "arrivals_per_100_year": 0.0, "trainee_hosts": 1}
QUIET = {"meetings": {"per_year": 0}}
LOCUMS = {"gp.locum_share": 0.5}
"""Neighbours have locums to lose."""


@cache
def _town() -> Model:
    policies = arms(
        plain=cpts({}, **QUIET), support=cpts({"professional_support": SUPPORT}, **QUIET),
        outside=cpts({"professional_support": SUPPORT}, **QUIET),
        tools=cpts({"pathways": {"start": "0 months"}}, **QUIET),
    )  # fmt: skip
    for arm, displaced in (("support", 1.0), ("outside", 0.0)):
        policies[arm]["parameters"] = {
            "professional_support.pool_share": 0.5,
            "professional_support.displaced": displaced,
        }
    return winter(scenario(population=12000, arms=policies, cpts=cpts({}), parameters=LOCUMS, start="2019-05-06"))


def _begun(arm: str, mission: str) -> tuple[Model, Any]:
    model = _town().fork(arm)
    model.run(1)
    return model, model.organisation.missions.get(mission)


def _inside(model: Model) -> np.ndarray:
    gps = model.tables["gps"]
    return np.flatnonzero((gps["halo"] == 0) & gps["alive"])


def _by_day(model: Model, row: int) -> np.ndarray:
    """Slots of a GP's book by day."""
    books = model.care.world.books
    days = range(books.first_day, books.last_day)
    return np.array([(books.kind[row, books.span(day)] > 0).sum() for day in days])


# ------------------------------------------------------------------------------------------ locums
def test_who_leaves_finds_no_locum_of_the_pool_once_the_weeks_already_in_the_books_are_over() -> None:
    (model, mission), (plain, _) = _begun("support", "professional_support"), _begun("plain", "")
    gps, surgeries, alone = model.tables["gps"], model.care.surgeries, plain.care.surgeries
    gone = _inside(model)[::2]
    more = (surgeries.locum & ~alone.locum & surgeries.leave)[gone]
    assert more.any()
    open_weeks = surgeries.week(model.care.world.books.last_day - 1) + 1
    gps["member"][gone] = Member.NONE
    mission.month(1)
    left = (surgeries.locum & ~alone.locum & surgeries.leave)[gone]
    assert (left[:, :open_weeks] == more[:, :open_weeks]).all()
    assert more[:, open_weeks:].any() and not left[:, open_weeks:].any()
    gps["member"][gone] = Member.ACTIVE
    mission.month(2)
    assert ((surgeries.locum & ~alone.locum & surgeries.leave)[gone] == more).all()


def test_who_settles_beside_a_participant_is_not_in_the_pool_by_that() -> None:
    (model, _), (plain, _) = _begun("support", "professional_support"), _begun("plain", "")
    for town in (model, plain):
        newcomers.settle(town.care.world, town.care.surgeries, _inside(town)[:5], 3)
    assert (model.care.surgeries.locum[-5:] == plain.care.surgeries.locum[-5:]).all()


def _with_neighbours(arm: str) -> Model:
    """The town in which half of the GPs belong to a neighbour, and the others have just joined the pool."""
    model, mission = _begun(arm, "professional_support")
    gps, surgeries = model.tables["gps"], model.care.surgeries
    gps["halo"][::2] = 1
    for column in ("locum_from", "locum_until"):
        gps[column][:] = NO_POOL
    surgeries.plan_leave(surgeries.leave.shape[1])
    surgeries.open_books(np.arange(len(gps)), 1, model.care.world.books.last_day)
    if mission is not None:
        mission.pool.month(_inside(model))
    return model


def test_a_locum_of_the_pool_is_one_whom_a_neighbour_has_no_more_or_comes_from_outside() -> None:
    model, outside, plain = (_with_neighbours(arm) for arm in ("support", "outside", "plain"))
    halo, away = model.tables["gps"]["halo"] > 0, plain.care.surgeries.leave
    usual, taken = away & plain.care.surgeries.locum, away & model.care.surgeries.locum
    lost, found = usual & ~taken, taken & ~usual
    assert not (usual & ~outside.care.surgeries.locum).any()
    assert not lost[~halo].any() and not found[halo].any()
    assert 0 < int(lost.sum()) <= int(found.sum())
    assert set(np.flatnonzero(lost.any(axis=0))) <= set(np.flatnonzero(found.any(axis=0)))  # in the same weeks
    first, zero = model.care.surgeries.week(1), model.care.world.days.first_day - model.care.world.books.first_day
    open_before = 0
    for row, week in np.argwhere(lost[:, : model.care.surgeries.week(model.care.world.books.last_day) - 1]).tolist():
        days = slice(zero + 7 * week, zero + 7 * week + 7)
        assert week > first and _by_day(model, row)[days].sum() == 0
        open_before += int(_by_day(plain, row)[days].sum())
    assert open_before > 0


# ------------------------------------------------------------------------------------------ tools
def test_tools_that_nobody_keeps_up_are_forgotten_while_the_mission_runs() -> None:
    model, mission = _begun("tools", "pathways")
    gps, rows = model.tables["gps"], _inside(model)
    gps["uses_directory"][rows] = 1
    gone = rows[::2]
    gps["member"][gone] = Member.NONE
    mission.month(1)
    stay = np.flatnonzero(gps["in_pathways"])
    assert mission.running and len(stay) and not np.isin(gone, stay).any()
    for week in range(400):
        mission._week(model.care.world, 7 * week)
    assert gps["uses_directory"][stay].all()
    assert gps["uses_directory"][gone].mean() < 0.2


# ------------------------------------------------------------------------------------------ support of peers
def _support(model: Model) -> np.ndarray:
    gps = model.tables["gps"]
    nothing = {line: np.zeros(len(gps)) for line in LEDGER_LINES}
    no = np.zeros(len(gps), dtype=bool)
    resources = model.care.world.rules["strain_week"](model.care.world, nothing, ~no, no)[1]
    return np.asarray(resources["peer_support"])


def test_support_is_what_ties_give_in_any_arm_and_no_mission_gives_it_otherwise() -> None:
    (plain, _), (model, _) = _begun("plain", ""), _begun("support", "")
    assert _support(model)[_inside(model)].mean() > _support(plain)[_inside(plain)].mean()  # they have met once
    for ties in (0.0, 4.0, 10.0):
        for town in (plain, model):
            town.tables["gps"]["ties"][:] = ties
        assert (_support(model) == _support(plain)).all()
    usual = _support(plain)
    plain.tables["gps"]["ties"][:] = 0.0
    gained = (usual - _support(plain))[_inside(plain)]
    assert np.allclose(gained, 10.0 * plain.care.world.parameters["gp.peer_support_per_tie"])


def test_years_of_meetings_leave_the_ties_at_which_gain_and_loss_are_equal() -> None:
    model, _ = _begun("plain", "")
    world, rows = model.care.world, _inside(model)
    gps, p = world.gps, world.parameters
    gps["ties"][:] = 0.0
    ties_of_years(world, rows, 4.0)
    lost = gps["ties"][rows] * p["cpts.ties_fade_weekly"] * 52.0
    assert np.allclose(lost, 4.0 * p["cpts.ties_per_meeting"])
    ties_of_years(world, rows, 400.0)
    assert (gps["ties"][rows] == p["cpts.ties_most"]).all()


# ------------------------------------------------------------------------------------------ former trainees
def test_former_trainees_settle_after_their_lag_not_before_and_all_decide() -> None:
    model, mission = _begun("support", "professional_support")
    p, table, rows = model.care.world.parameters, model.tables["cpts"], _inside(model)
    table["trainees"][:] = 0.0
    lag = int(p["professional_support.trainee_lag_months"])
    settling = []
    for month in range(lag + 24):
        mission._trainees(rows if month < 12 else rows[:0])
        settling.append(float(table["trainees_settling"][0]))
    assert not any(settling[:lag]) and not any(settling[lag + 12 :])
    trained = len(rows) * p["professional_support.trainees_per_host_year"]
    assert np.isclose(sum(settling), trained * p["professional_support.trainee_settles"])


def test_trainees_of_the_years_before_day_0_are_on_their_way() -> None:
    """Month by month, or all at once for a CPTS that exists: the same former trainees decide at the same time."""
    (lived, each), (told, grown) = (_begun("support", "professional_support") for _ in range(2))
    for model in (lived, told):
        model.tables["cpts"]["trainees"][:] = 0.0
    for _ in range(24):
        each._trainees(lived.organisation.participants(each.name, 1.0))
    grown.grown(24)
    assert np.allclose(lived.tables["cpts"]["trainees"], told.tables["cpts"]["trainees"])
    assert told.tables["cpts"]["trainees"].any()


def test_a_step_of_28_days_lets_28_days_of_former_trainees_settle() -> None:
    model, _ = _begun("support", "professional_support")
    world, hosts = model.care.world, int(model.tables["gps"]["hosts_trainee"].sum())
    model.tables["cpts"]["trainees_settling"][0] = 0.5 * hosts
    usual = _begun("plain", "")[0].care.world
    more = sum(
        len(np.setdiff1d(world.rules["arrivals"](world, n), usual.rules["arrivals"](usual, n))) for n in range(1000)
    )
    assert abs(more / (1000 * hosts) - 0.5 * 28.0 * 12.0 / 365.0) < 0.015
    assert world.now % DAY == 0.0
