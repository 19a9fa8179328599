"""Nurses of the pathways take the GP's place in follow-ups as nurses beside GPs do: same share, minutes freed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.events import Account, Need, Origin, Route
from cpts_sim.model import Model

DAYS = 60
PATHWAYS = {"pathways": {"start": "0 months", "paths": ["heart_failure", "diabetes"]}}
REPLACES = {"none": 0.0, "half": 0.5, "all": 1.0}


@cache
def _town() -> Model:
    policies = arms(**dict.fromkeys(REPLACES, cpts(PATHWAYS)))
    for name, share in REPLACES.items():
        policies[name]["parameters"] = {"baseline.nurse_replaces": share}
    off = {name: {"level": 0} for name in ("asalee", "ipa")}
    return winter(scenario(population=5000, arms=policies, cpts=cpts({}), baseline=off))


@cache
def _lived(arm: str) -> Life:
    return live(_town(), arm, DAYS)


def _in_place(arm: str) -> np.ndarray:
    rows = _lived(arm).rows("request")
    hers = (rows["kind"] == Need.FOLLOWUP) & (rows["origin"] == Origin.EXOGENOUS)
    return hers & (rows["route"] == Route.NURSE)


def test_she_gives_the_share_that_nurses_beside_gps_give() -> None:
    counts = [int(_in_place(arm).sum()) for arm in REPLACES]
    assert counts[0] == 0 < counts[1] < counts[2]
    people = _lived("all").model.tables["people"]
    rows = _lived("all").rows("request")
    followed = people["nurse_followed"][rows["person"][_in_place("all")]]
    assert followed.mean() > 0.9, "those in her file (some have left it since)"


def test_the_gp_does_not_see_them_too() -> None:
    """A follow-up that she gives is one act of a GP less, and the minutes count as shifted."""
    assert (_lived("all").rows("request")["account"][_in_place("all")] == Account.SHIFTED).all()
    acts = []
    for arm in ("none", "all"):
        visits = _lived(arm).rows("visit")
        acts.append(int(((visits["kind"] == Need.FOLLOWUP) & (visits["status"] == 0)).sum()))
    assert acts[1] < acts[0]


@pytest.mark.parametrize("arm", ["half", "all"])
def test_who_serves_is_told_by_its_own_name(arm: str) -> None:
    """The provider of a nurse's contact is a row of the nurses; open requests have no column of GPs at all."""
    rows, nurses = _lived(arm).rows("request"), _lived(arm).model.tables["nurses"]
    hers = _in_place(arm)
    assert (rows["provider"][hers] >= 0).all() and (rows["provider"][hers] < len(nurses)).all()
    assert "gp" not in _lived(arm).model.tables["requests"]
