"""What the mission ``prevention`` must move, and what it must cost."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.care import protection
from cpts_sim.engine.events import Act, Need, Origin, Profession, Route
from cpts_sim.model import Model

DAYS = 60
NUMBERS = {"prevention.agent_hours_month": 60}


@cache
def _winter() -> Model:
    """Day 0 is at the end of September: the season of vaccination opens two weeks later."""
    mission = {"start": "0 months"}
    policies = arms(
        absent=cpts({}),
        whole=cpts({"prevention": mission}),
        far=cpts({"prevention": {**mission, "far_first": True, "themes": ["screening"]}}),
        near=cpts({"prevention": {**mission, "themes": ["screening"]}}),
    )
    for policy in policies.values():
        policy["parameters"] = NUMBERS
    return winter(
        scenario(population=9000, arms=policies, cpts=cpts({}), start="2019-09-30", parameters=NUMBERS)
    )


@cache
def _life(arm: str) -> Life:
    return live(_winter(), arm, DAYS)


def _vaccinated(arm: str) -> np.ndarray:
    world = _life(arm).model.care.world
    person = np.arange(len(world.people))
    due = (protection.coverage(world, person) > 0) & world.people["alive"]
    return person[due & (world.people["vaccinated"] >= protection.season(world, DAYS - 1)[0])]


def _acts(arm: str, act: Act) -> int:
    return int((_life(arm).rows("act")["act"] == act).sum())


def test_reminders_add_people_to_national_coverage() -> None:
    assert len(_vaccinated("absent")) > 100
    assert len(_vaccinated("whole")) > len(_vaccinated("absent"))
    assert _acts("whole", Act.SCREENING) > _acts("absent", Act.SCREENING)
    assert _acts("whole", Act.FALL_PLAN) > _acts("absent", Act.FALL_PLAN)


def test_the_campaign_counts_more_than_it_adds() -> None:
    rows = _life("whole").rows("act")
    counted = int(((rows["act"] == Act.VACCINE) & (rows["organised"] == 1)).sum())
    added = len(_vaccinated("whole")) - len(_vaccinated("absent"))
    assert 0 < added < counted


def test_it_reaches_the_already_reached_unless_told_otherwise() -> None:
    share = {}
    for arm in ("near", "far"):
        people = _life(arm).model.tables["people"]
        reminded = people["reminded_screening"] > 0
        share[arm] = float((people["deprivation"][reminded] == 5).mean())
    assert share["far"] > share["near"]


def test_pharmacists_nurses_and_gps_pay_in_minutes() -> None:
    def minutes(arm: str, profession: Profession, line: str) -> float:
        week = _life(arm).rows("week")
        return float(week[line][week["profession"] == profession].sum())

    for profession, line in (
        (Profession.PHARMACIST, "consult"), (Profession.NURSE, "visit"), (Profession.GP, "cpts_admin"),
    ):  # fmt: skip
        assert minutes("whole", profession, line) > minutes("absent", profession, line)
    rows = _life("whole").rows("request")
    outreach = rows["origin"] == Origin.OUTREACH
    assert (rows["kind"][outreach] == Need.PREVENTIVE).all()
    assert {Route.PHARMACIST, Route.NURSE} <= set(rows["route"][outreach].tolist())


def test_what_a_vaccine_does_is_the_same_in_every_arm() -> None:
    """Two people alike but for the vaccine have the same hazards, whoever organised it."""
    world = _life("whole").model.care.world
    person = _vaccinated("absent")[:50]
    before = protection.decompensation_factor(world, person)
    world.people["vaccinated"][person] = 0
    assert (protection.decompensation_factor(world, person) > before).all()
