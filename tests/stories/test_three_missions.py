"""A year begins in a town whose professionals run a crisis plan, peer groups and support to each other."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, Recorder, arms, cpts, live, same_bytes, scenario, winter

from cpts_sim.care.setup import NO_POOL
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import CptsEvent, Route
from cpts_sim.model import Model

AT_ONCE = {name: {"start": "0 months"} for name in ("crisis", "quality", "professional_support")}
WAVE = {"pandemic_wave": {"start": "20 days", "severity": 4.0, "length": "30 days"}}
DAYS = 70


@cache
def _town() -> Model:
    policies = arms(**{"without": None, "with": cpts(AT_ONCE)})
    return winter(scenario(population=9000, shocks=WAVE, arms=policies, cpts=cpts(AT_ONCE)))


@cache
def _lived() -> Life:
    return live(_town(), "with", DAYS)


def test_the_plan_is_written_a_wave_comes_and_evenings_open_some_days_later() -> None:
    rows = _lived().rows("request")
    first = rows["visit"][rows["route"] == Route.SURGE].min() / 1440.0
    assert 22 < first < 42  # not before the wave, and sooner than without a plan
    evening = _lived().rows("visit")
    extra = evening["slot"] == Slot.EXTRA
    assert extra.any() and ((evening["at"][extra] % 1440.0) >= 18 * 60).all()


def test_when_the_wave_is_over_nobody_holds_surge_sessions() -> None:
    model = _lived().model
    assert not model.tables["gps"]["surge"].any()
    books = model.care.world.books
    assert not ((books.free == Slot.EXTRA) & (books.start >= model.now)).any()


def test_peers_meet_in_the_evening_and_their_ways_come_closer() -> None:
    gps = _lived().model.tables["gps"]
    met = gps["norm_pull"] > 0
    assert met.any()
    assert (gps["halo"][met] == 0).all()
    assert gps["ties"][met].min() > 0
    style = _lived().model.care.world.rules["practice_style"]
    without = _town().fork("without").care.world.rules["practice_style"]
    world, row = _lived().model.care.world, np.flatnonzero(met)
    assert (np.abs(style(world, row)) < np.abs(without(world, row))).all()


def test_supervisors_give_hours_and_the_pool_finds_locums() -> None:
    gps, week = _lived().model.tables["gps"], _lived().rows("week")
    pooled = gps["locum_from"] < NO_POOL
    assert pooled.any() and (gps["member"][pooled] > 0).all()
    hosts = np.flatnonzero(gps["hosts_trainee"])
    hours = [week["supervision"][(week["row"] == row) & (week["profession"] == 0)].sum() for row in hosts]
    assert all(hour > 0 for hour in hours)
    events = _lived().rows("cpts")["event"]
    assert {int(CptsEvent.MEETING), int(CptsEvent.COORDINATION)} <= set(events.tolist())


def test_cut_in_the_middle_of_the_wave_it_is_the_same_life() -> None:
    recorder = Recorder()
    first = _town().fork("with", observers=[recorder])
    first.run(38)
    second = first.fork("with", observers=[recorder])
    second.run(DAYS - 38)
    second.finish()
    same_bytes(Life(second, recorder.journal()), _lived())
