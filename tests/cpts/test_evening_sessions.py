"""Paid evening sessions begin with the mission, in the books that are already open, and end with who gives them."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import DAY, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import CptsEvent
from cpts_sim.model import Model

EVENINGS = {"unscheduled_care": {"start": "0 months", "extra_slots_per_week": 4, "slots_per_day": 0}}


@cache
def _town() -> Model:
    policies = arms(without=None, evenings=cpts(EVENINGS, meetings={"per_year": 0}))
    parameters = {"cpts.extra_sessions_share": 1.0}
    return winter(scenario(population=6000, arms=policies, cpts=cpts({}), parameters=parameters))


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, 21)


def test_sessions_are_held_from_the_first_weeks_on() -> None:
    """The books of day 0 reach months ahead: sessions must not wait until they are used up."""
    rows = _lived("evenings").rows("cpts")
    held = rows["at"][rows["event"] == CptsEvent.EXTRA_SESSION] / DAY
    assert len(held) and held.min() < 8.0
    worked = [float(_lived(arm).rows("week")["extra_paid"].sum()) for arm in ("without", "evenings")]
    assert worked[0] == 0.0 < worked[1]


def test_free_evenings_of_who_no_longer_gives_them_are_taken_off() -> None:
    model = _town().fork("evenings")
    model.run(7)
    books, gps = model.care.world.books, model.care.world.gps
    gives = np.flatnonzero(((books.free == Slot.EXTRA).any(axis=1)) & (gps["surge"] == 0))
    assert len(gives)
    mission = model.organisation.missions["unscheduled_care"]
    gps["extra_sessions"][:] = 0
    mission._open_evenings()
    assert not (books.free[gives] == Slot.EXTRA).any()
