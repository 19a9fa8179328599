"""What a run tells of its professionals: why each week strained, what happened in each working life."""

import numpy as np
import pytest
from lives import Life, live, scenario, winter

from cpts_sim.care import drift, newcomers
from cpts_sim.care.strain_measure import DEFINITIONS, burnout_states
from cpts_sim.care.strain_setup import FACTORS
from cpts_sim.engine.events import STRAIN_FACTORS, Attachment, Career, MtState, Profession, Work
from cpts_sim.evidence import load_parameters
from cpts_sim.measures import wellbeing

RESTLESS = {
    "strain.sick_leave_yearly": 0.007, "strain.exit_yearly": 0.02, "strain.cut_hours_yearly": 0.08,
    "strain.sick_leave_or": 3.0, "strain.team_vacancy_days": 30, "strain.tipping_gain": 2.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def life() -> Life:
    """Nine weeks of a small territory where a GP leaves on day 14 and strain bites as hard as it may."""
    shocks = {"gp_departure": {"start": "14 days", "count": 1}}
    return live(winter(scenario(population=4000, parameters=RESTLESS, shocks=shocks)), None, 63)


def test_the_reasons_of_every_week_sum_to_its_drive(life: Life) -> None:
    weeks = life.journal["week"]
    assert set(np.unique(weeks["profession"]).tolist()) == {int(p) for p in Profession}
    total = np.zeros(len(weeks["at"]))
    for factor in STRAIN_FACTORS:
        total = total + weeks[f"drive_{factor}"]
    assert np.abs(total - weeks["drive"]).max() <= 1e-9
    assert np.abs(weeks["drive"]).max() > 0.1
    assert (*FACTORS, "spiral") == STRAIN_FACTORS


def test_exhaustion_is_the_sum_of_its_parts(life: Life) -> None:
    weeks = life.journal["week"]
    parts = sum(weeks[name].astype(float) for name in wellbeing.PARTS)
    assert np.clip(parts, 0, 54) == pytest.approx(weeks["ee_true"], abs=1e-4)


def test_a_departure_is_told_with_those_it_leaves_behind(life: Life) -> None:
    career, attachment = life.rows("career"), life.rows("attachment")
    gone = (career["profession"] == Profession.GP) & (career["event"] == Career.LEFT_BY_SHOCK)
    assert gone.sum() == 1
    orphaned = (attachment["event"] == Attachment.ORPHANED) & (attachment["gp"] == career["row"][gone][0])
    assert career["orphans"][gone][0] == orphaned.sum() > 100
    people = life.model.tables["people"]
    assert (people["mt_state"] == MtState.ORPHAN).any()
    left = (life.rows("week")["row"] == career["row"][gone][0]) & (life.rows("week")["profession"] == Profession.GP)
    assert life.rows("week")["status"][left][-1] == Work.LEFT


def test_definitions_are_the_same_in_the_measure_and_in_the_model() -> None:
    chance = np.random.default_rng(3)
    scores = [np.rint(chance.uniform(0, top, 500)) for top in (54, 30, 48)]
    expected = burnout_states(*scores, load_parameters(2019))
    found = wellbeing.definitions(*scores)
    assert tuple(expected) == wellbeing.DEFINITIONS == DEFINITIONS
    for name, flags in zip(wellbeing.DEFINITIONS, found, strict=True):
        assert np.array_equal(flags, expected[name]), name


def _exhausted_teams() -> Life:
    """Five months of a territory whose nurses, pharmacists and emergency staff are all at the end of their strength."""
    parameters = {"strain.exit_yearly": 0.02, "strain.exit_or": 2.0, "strain.team_vacancy_days": 30}
    parameters |= {"strain.sick_leave_yearly": 0.007, "strain.sick_leave_or": 3.0, "strain.cut_hours_yearly": 0.08}
    arms = {"without": {"cpts": None, "parameters": parameters}}
    start = winter(scenario(population=3000, arms=arms))
    for name in ("nurses", "ed_staff", "pharmacies"):
        start.tables[name]["slow"][:] += 40.0
    return live(start, "without", 150)


def test_strain_of_the_teams_changes_their_work() -> None:
    life = _exhausted_teams()
    career = life.rows("career")
    teams = career["profession"] != Profession.GP
    events = np.bincount(career["event"][teams], minlength=len(Career))
    assert events[Career.LEFT_EARLY] + events[Career.SICK_LEAVE] > 0
    for row in np.flatnonzero(life.model.tables["nurses"]["status"] != Work.WORKING):
        assert life.model.care.world.home_care.capacity_min[row] == 0.0
    weeks = life.rows("week")
    absent = np.isin(weeks["status"], (Work.SICK, Work.LEFT)) & (weeks["profession"] == Profession.ED_STAFF)
    assert not weeks["consult"][absent].any() and not weeks["idle"][absent].any()


def test_a_worn_out_territory_sends_newcomers_to_its_neighbours() -> None:
    world = winter(scenario(population=8000, warmup="1 week")).care.world
    gps = world.gps
    gps["halo"][: len(gps) // 2] = 1
    before, own = newcomers.attraction(world), gps["halo"] == 0
    gps["slow"][own] += 9.0
    after, there = newcomers.attraction(world), gps["alive"] & (gps["arrived"] == 0)
    assert after[there].sum() == pytest.approx(before[there].sum()), "as many look for a place"
    assert after[own & there].sum() < before[own & there].sum()
    assert after[~own & there].sum() > before[~own & there].sum() > 0


def test_exhaustion_by_work_brings_retirement_nearer() -> None:
    retired = []
    for added in (0.0, 30.0):
        start = winter(scenario(population=12000, warmup="1 week", parameters={"gp.successor_share": 0.0}))
        gps = start.tables["gps"]
        gps["age"][:] = 64.0
        gps["slow"][:] += added
        gps["ee"][:] = np.clip(gps["ee"] + added, 0, 54)
        before = gps["status"].copy()
        for month in range(1, 5):
            drift.practices_month(start.care.world, month)
        retired.append(int(((gps["status"] == Work.LEFT) & (before != Work.LEFT)).sum()))
    assert retired[1] > retired[0]
