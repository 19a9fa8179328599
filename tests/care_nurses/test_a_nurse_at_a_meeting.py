"""A nurse goes to meetings by day: whom she visits keeps her, somebody new calls her in vain; who leaves owes none."""

from __future__ import annotations

import numpy as np

from cpts_sim.care.home_care import HomeCare
from cpts_sim.care.nursing_need import NurseSettings
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

EIGHT = 480.0


def _alone() -> HomeCare:
    """One nurse, with room for one patient and a half."""
    home = HomeCare(NurseSettings.from_parameters(load_parameters(2019)), Draws(1), [0], keys_of("nurse", [0]), [[5.0]])
    home.capacity_min[:] = 1.5 * home.settings.visit_min
    return home


def _calls(home: HomeCare, person: int, day: int) -> list[int]:
    """One person asks for a month of visits; returns the nurse who comes, nobody while the search goes on."""
    home.request([day * 1440.0 + EIGHT], keys_of("person", [person]), [person], [0], person, [0], visits=[30])
    found: list[int] = home.settle((day + 1) * 1440.0).nurse.tolist()
    return found


def test_meetings_take_room_for_somebody_new_and_no_visit_from_those_she_has() -> None:
    free, meets = _alone(), _alone()
    meets.meeting_min[:] = 0.75 * meets.settings.visit_min
    assert _calls(free, 1, 0) == [0]
    assert _calls(meets, 1, 0) == [] and meets.searching() == 1, "the rest of her room is less than a visit a day"
    meets.meeting_min[:] = 0.0
    meets.settle(2 * 1440.0)
    assert meets.searching() == 0, "the month after she takes her on"
    visited = float(meets.day(3)["minutes"].sum())
    meets.meeting_min[:] = meets.capacity_min
    assert float(meets.day(4)["minutes"].sum()) == visited > 0.0, "meetings are no minutes of rounds"
    assert meets.free_min()[0] == 0.0


def test_what_meetings_take_is_kept_in_a_state_and_goes_with_who_leaves() -> None:
    home = _alone()
    home.meeting_min[:] = 7.0
    again = _alone()
    again.restore(home.state())
    assert again.meeting_min.tolist() == [7.0]
    again.stop([0], 0.0)
    assert again.meeting_min.tolist() == [0.0]
    assert np.array_equal(again.join([0], keys_of("nurse", [1])), [1])
    assert again.meeting_min.tolist() == [0.0, 0.0]
