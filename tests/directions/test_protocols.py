"""Pharmacists' protocols through a CPTS: at active, trained member pharmacies, and no more than the law came to do."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from lives import EVERYBODY, arms, cpts, scenario, winter

from cpts_sim.care.pharmacy import Complaint
from cpts_sim.engine.columns import Table
from cpts_sim.evidence import load_parameters
from cpts_sim.model import Model

COUNT = 20_000
MISSION = {"unscheduled_care": {"start": "0 months"}}


@cache
def _town() -> Model:
    usual = cpts(MISSION, members={"share_gps": 1, "active_share": 0.3, "share_pharmacists": 0.5})
    policies = arms(usual=usual, everybody=cpts(MISSION, members=EVERYBODY), half=cpts(
        {"unscheduled_care": {"start": "0 months", "dose": 0.5}}))  # fmt: skip
    return winter(scenario(population=3000, warmup="1 week", arms=policies, cpts=cpts({})))


@cache
def _many_pharmacies(arm: str) -> tuple[Any, Any]:
    """The CPTS of an arm on its first day, and its mission, in a territory of very many pharmacies."""
    model = _town().fork(arm)
    model.run(1)
    key = np.random.default_rng(1).integers(1, 2**63, COUNT).astype(np.uint64)
    columns = {"key": key, "protocol": np.zeros(COUNT, dtype=np.int8)}
    model.tables["pharmacies"] = Table("pharmacies", COUNT, columns)
    return model.organisation, model.organisation.missions["unscheduled_care"]


def _share(arm: str) -> float:
    organisation, mission = _many_pharmacies(arm)
    mission.month(1)
    return float(organisation.world.tables["pharmacies"]["protocol"].mean())


@pytest.mark.parametrize("arm", ["usual", "everybody", "half"])
def test_they_run_where_members_are_active_and_somebody_is_trained(arm: str) -> None:
    organisation, mission = _many_pharmacies(arm)
    member = organisation.share_of("pharmacies") * organisation.active_share()
    trained = organisation.world.parameters["pharmacy.trained_share"]
    wanted = member * trained * mission.settings.dose * organisation.mobilised("unscheduled_care")
    assert 0.0 < wanted <= trained
    assert _share(arm) == pytest.approx(wanted, abs=0.015)


@pytest.mark.parametrize("arm", ["usual", "everybody"])
def test_a_cpts_of_2019_settles_no_more_sore_throats_than_the_law_of_2024(arm: str) -> None:
    organisation, _ = _many_pharmacies(arm)
    world = organisation.world
    use = world.pharmacies.ailments.protocol_use(np.arange(4), world.parameters["cpts.protocol_use"])
    law = load_parameters(2024).mapping("pharmacy.law_use")
    assert _share(arm) * use[Complaint.SORE_THROAT] <= law["sore_throat"] + 0.003
    assert _share(arm) * use[Complaint.CYSTITIS] <= law["cystitis"] + 0.003
    assert use[Complaint.PROTOCOL] == pytest.approx(world.parameters["cpts.protocol_use"])


def test_who_runs_them_follows_membership_month_by_month() -> None:
    organisation, _ = _many_pharmacies("everybody")
    assert _share("everybody") > 0.0
    organisation.table["paper"][0] = 1
    try:
        assert _share("everybody") == 0.0
    finally:
        organisation.table["paper"][0] = 0
