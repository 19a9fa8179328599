"""A request that goes to an emergency department is served by a doctor there, or its person leaves unseen."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import Life, live, scenario, winter

from cpts_sim.engine.codes import Ending, Origin, Route
from cpts_sim.engine.events import EdOutcome


@cache
def _life() -> Life:
    start = winter(scenario(population=32000))
    for hospital in range(len(start.care.world.emergency)):  # one doctor: many leave unseen
        start.care.world.emergency.set_doctors(hospital, np.full(24, 1))
    return live(start, None, 35)


def test_who_left_unseen_is_not_served() -> None:
    request, ed = _life().rows("request"), _life().rows("ed")
    away = ed["outcome"] == EdOutcome.LEFT_UNSEEN
    assert away.sum() > 15
    left = {(p, t) for p, t in zip(ed["person"][away], ed["end"][away], strict=True)}
    mine = request["route"] == Route.ED
    unmet = mine & (request["ending"] == Ending.UNMET)
    assert unmet.sum() > 5
    ended = set(zip(request["person"][unmet], request["ended"][unmet], strict=True))
    assert ended <= left
    assert not np.isfinite(request["visit"][unmet]).any()


def test_who_was_seen_is_served_when_the_doctor_began() -> None:
    request, ed = _life().rows("request"), _life().rows("ed")
    began = {(p, t) for p, t in zip(ed["person"], ed["start"], strict=True) if np.isfinite(t)}
    mine = (request["route"] == Route.ED) & (request["ending"] == Ending.SERVED)
    seen = set(zip(request["person"][mine], request["visit"][mine], strict=True))
    assert mine.sum() > 100
    assert len(seen & began) > 0.98 * len(seen), "the others were in a ward already"


def test_who_left_unseen_may_come_back() -> None:
    """What was not treated heals, comes back or worsens: returns follow those who left."""
    request = _life().rows("request")
    unmet = (request["route"] == Route.ED) & (request["ending"] == Ending.UNMET)
    back = request["origin"] == Origin.RETURN
    assert np.isin(request["person"][back], request["person"][unmet]).any()


def test_healed_while_waiting_is_nobodys_care() -> None:
    request = _life().rows("request")
    healed = (request["route"] == Route.SELF) & (request["contacts"] > 0)
    assert healed.sum() > 5
    assert (request["ending"][healed] == Ending.UNMET).mean() > 0.95


@pytest.mark.parametrize("days", [1, 3])
def test_those_in_the_department_go_through_a_fork(days: int) -> None:
    start = winter(scenario(population=6000))
    straight = live(start, None, days + 4)
    start.run(days)
    later = live(start, None, 4)
    for name in ("visit", "ended", "ending"):
        column = straight.journal["request"][name]
        assert column[-50:].tobytes() == later.journal["request"][name][-50:].tobytes()
