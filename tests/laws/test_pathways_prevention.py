"""Laws for the missions that organise follow-up and prevention: same needs, same bytes after a restart."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from lives import Recorder, arms, cpts, digest, exogenous, live, same_bytes, scenario, winter

from cpts_sim.engine.events import Ending, Referral
from cpts_sim.model import Model

BOTH = {
    "pathways": {"start": "0 months", "partnership_months": 0, "tools": ["directory", "messaging", "record"]},
    "prevention": {"start": "0 months"},
}
DAYS = 44


@cache
def _autumn() -> Model:
    policies = arms(
        without=None, both=cpts(BOTH), stopped=cpts(BOTH, stop="1 month"), seat=cpts(BOTH, users_seat=True)
    )
    return winter(scenario(population=6000, arms=policies, cpts=cpts({}), start="2019-10-07"))


def test_exogenous_needs_are_the_same_whoever_was_treated_or_vaccinated() -> None:
    without, both = (exogenous(live(_autumn(), arm, DAYS)) for arm in ("without", "both"))
    assert len(without) > 1500
    assert (without == both).all()


def test_a_checkpoint_in_the_middle_is_the_straight_run(tmp_path: Path) -> None:
    straight = live(_autumn(), "both", DAYS)
    recorder = Recorder()
    first = _autumn().fork("both", observers=[recorder])
    first.run(17)
    first.checkpoint(tmp_path / "half.npz")
    second = Model.resume(tmp_path / "half.npz", _autumn().spec, arm="both", observers=[recorder])
    second.run(DAYS - 17)
    second.finish()
    assert digest(recorder.journal()) == digest(straight.journal)


def test_every_outreach_request_and_every_referral_ends_at_most_once() -> None:
    life = live(_autumn(), "both", DAYS)
    requests = life.rows("request")
    assert np.isin(requests["ending"], (Ending.SERVED, Ending.UNMET, Ending.PENDING)).all()
    rows = life.rows("referral")
    final = rows["event"] != Referral.SENT
    marks = np.stack([rows["person"], rows["service"], rows["made"]], axis=1)[final]
    assert len(np.unique(marks, axis=0)) == len(marks)


def test_a_seat_for_users_is_written_down_and_changes_nothing() -> None:
    assert _autumn().spec.arms["seat"].cpts.users_seat
    same_bytes(live(_autumn(), "both", 20), live(_autumn(), "seat", 20))


def test_nurses_get_their_minutes_back_when_the_contract_ends() -> None:
    on, stopped = (live(_autumn(), arm, DAYS).model for arm in ("both", "stopped"))
    assert on.care.world.home_care.mission_min.sum() > 0
    assert stopped.care.world.home_care.mission_min.sum() == 0
    assert (stopped.tables["people"]["nurse_task"] == 0).all()
