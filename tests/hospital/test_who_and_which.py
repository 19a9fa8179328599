"""What is drawn goes with the person and the event: a stay, not its minute; a role, not a department."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import DAY, cpts, scenario, winter

from cpts_sim.care import team_effects, teams
from cpts_sim.care.strain_setup import levels
from cpts_sim.engine.events import Need, Origin, Profession
from cpts_sim.missions.discharge import BOOKED
from cpts_sim.model import Model

PATHS = {"pathways": {"start": "0 months", "paths": ["discharge"]}}


@cache
def _town() -> Model:
    return winter(scenario(population=6000, cpts=cpts(PATHS), arms={"with": {"cpts": cpts(PATHS)}}))


def _booked(later_min: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Identity, spread over the days and task of what is booked for ten stays, so many minutes later."""
    model = _town().fork("with")
    model.run(2)
    world, discharges = model.care.world, model.organisation.missions["pathways"].discharges
    rows = np.flatnonzero(world.people["mt"] >= 0)[:10]
    at = np.full(10, world.now + 600.0 + later_min)
    before = len(world.requests["person"])
    discharges._book(rows, at, np.arange(10) + (1 << 50))
    new = np.arange(before, len(world.requests["person"]))
    assert (world.requests["kind"][new] == Need.FOLLOWUP).all() and (world.requests["origin"][new] == Origin.CARE).all()
    return world.requests["identity"][new], world.people["nurse_due"][rows] - at, world.requests["ordinal"][new]


def test_what_follows_a_stay_is_drawn_for_the_stay_whatever_its_minute() -> None:
    early, late = _booked(0.0), _booked(37.0)
    assert np.array_equal(early[0], late[0])
    assert np.allclose(early[1], late[1], atol=1e-6)
    assert len(np.unique(early[2])) == 10
    assert ((early[2] >= BOOKED) & (early[2] < 2 * BOOKED)).all()


def test_two_stays_of_one_person_are_two_requests() -> None:
    model = _town().fork("with")
    model.run(2)
    world, discharges = model.care.world, model.organisation.missions["pathways"].discharges
    person = np.flatnonzero(world.people["mt"] >= 0)[:1].repeat(2)
    before = len(world.requests["person"])
    discharges._book(person, np.array([3.0, 9.0]) * DAY, np.array([5, 6]))
    first, second = world.requests["identity"][before:]
    assert first != second


def test_who_replaces_somebody_in_a_department_has_the_level_of_the_role() -> None:
    """Doctors of emergency departments are more exhausted than nurses and aides: so are those who come after them."""
    model = winter(scenario(population=20_000))
    world, staff = model.care.world, model.tables["ed_staff"]
    doctor, p = staff["role"] == team_effects.DOCTOR, model.parameters
    expected = levels("ed_physician", p)["ee_mean"] - levels("ed_nurse", p)["ee_mean"]
    found = []
    for turn in range(200):
        world.now = turn * DAY
        team_effects._replace(world, staff, Profession.ED_STAFF, np.arange(len(staff)))
        found.append(staff["mu"][doctor].mean() - staff["mu"][~doctor].mean())
    assert abs(expected) > 2.0
    assert abs(np.mean(found) - expected) < 0.4 * abs(expected)
    assert teams.TABLES[Profession.ED_STAFF] == "ed_staff"
