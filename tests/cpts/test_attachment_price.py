"""Finding a doctor has its price and its time: first visits are long, and places are given little by little."""

from __future__ import annotations

from functools import cache

import pytest
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.events import Attachment, Need, Profession, Status, Via
from cpts_sim.model import Model

MONTHS = 5
MISSION = {"treating_physician": {"start": "0 months", "pledges_per_year": 60}}
WAYS = {
    "short": {"care.attachment_visit_length": 1.0, "cpts.mt_ramp_months": 1},
    "long": {"care.attachment_visit_length": 3.0, "cpts.mt_ramp_months": 1},
    "slow": {"care.attachment_visit_length": 1.0, "cpts.mt_ramp_months": 30},
}


@cache
def _town() -> Model:
    policies = arms(**dict.fromkeys(WAYS, cpts(MISSION, meetings={"per_year": 0})))
    for name, parameters in WAYS.items():
        policies[name]["parameters"] = {**parameters, "care.attachment_visit": 1.0}
    return winter(scenario(population=5000, arms=policies, cpts=cpts({})))


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, 30 * MONTHS)


def _found(arm: str) -> int:
    rows = _lived(arm).rows("attachment")
    return int(((rows["event"] == Attachment.REGISTERED) & (rows["via"] == Via.CPTS)).sum())


def _patient_hours(arm: str) -> float:
    week = _lived(arm).rows("week")
    gps = week["profession"] == Profession.GP
    return float(sum(week[line][gps].astype(float).sum() for line in ("consult", "squeeze", "visit")) / 60.0)


def _mean_minutes(arm: str) -> float:
    rows = _lived(arm).rows("visit")
    planned = (rows["kind"] == Need.PREVENTIVE) & (rows["status"] == Status.DONE) & (rows["home"] == 0)
    return float(rows["minutes"][planned].mean())


def test_a_first_visit_lasts_and_is_paid_in_time() -> None:
    assert _found("short") > 10
    assert _mean_minutes("long") > _mean_minutes("short") * 1.05
    longest = [float(_lived(arm).rows("visit")["minutes"].max()) for arm in ("short", "long")]
    assert longest[1] > longest[0] * 1.5


def test_its_minutes_are_taken_from_slots_of_other_patients() -> None:
    books = [_lived(arm).rows("practice_week")["laid"].astype(float).sum() for arm in ("short", "long")]
    assert books[1] < books[0]


def test_places_are_given_little_by_little() -> None:
    """After five months of a ramp of thirty, about a tenth of what the promises make in that time."""
    assert 0 <= _found("slow") < 0.4 * _found("short")


@pytest.mark.parametrize("arm", ["short", "slow"])
def test_the_ramp_counts_the_months_of_matching(arm: str) -> None:
    assert int(_lived(arm).model.tables["cpts"]["mt_months"][0]) in (MONTHS, MONTHS + 1)
