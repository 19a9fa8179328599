"""Madame Petit, 84, comes home from hospital on a Friday, with and without a pathway in her town."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from lives import arms, cpts, scenario, winter

from cpts_sim.engine.events import Ending, Origin, Route
from cpts_sim.model import Model

PATHWAY = {"pathways": {"start": "0 months", "partnership_months": 0, "paths": ["discharge"]}}


@cache
def _town() -> Model:
    policies = arms(without=None, pathway=cpts(PATHWAY), paper=cpts(PATHWAY, members={"share_gps": 0}))
    return winter(scenario(population=6000, arms=policies, cpts=cpts({})))


def _madame_petit(town: Model) -> int:
    """An old patient with a GP of the town, in good enough health to be left alone before this."""
    world = town.care.world
    people = world.people
    old = world.age_years(np.arange(len(people))) == 84
    calm = old & (people["mt"] >= 0) & (people["chronic"] < 2) & (people["ward_until"] < 0) & people["alive"]
    return int(np.flatnonzero(calm)[0])


def _comes_home(arm: str) -> dict[str, Any]:
    """Live three weeks; she goes home on the first Friday, and only the partner hospital tells anybody."""
    town = _town().fork(arm)
    world, person = town.care.world, _madame_petit(town)
    key = world.people["key"][[person]]
    town.run(2)
    nobody, friday = 0.0, 4 * 1440.0 + 600.0
    world.stays.admit([town.now], key, [person], [84], [77], notice_share=nobody)
    world.stays._stays["discharge"][-1] = friday
    world.people["ward_until"][person] = friday
    seen: list[dict[str, Any]] = []
    town.observers.append(
        lambda chunk, tables: seen.append({k: v.copy() for k, v in chunk["request"].items()})
    )
    town.run(19)
    town.finish()
    rows = {name: np.concatenate([part[name] for part in seen]) for name in seen[0]}
    hers = (rows["person"] == person) & (rows["origin"] == Origin.CARE) & (rows["raised"] >= friday)
    visits = {name: column[hers] for name, column in rows.items()}
    return visits | {"days": (visits["visit"] - friday) / 1440.0}


def test_with_a_pathway_her_gp_and_a_nurse_see_her_within_the_week() -> None:
    visits = _comes_home("pathway")
    served = visits["ending"] == Ending.SERVED
    gp = served & np.isin(visits["route"], (Route.OWN_GP, Route.COLLEAGUE))
    nurse = served & (visits["route"] == Route.NURSE)
    assert gp.any() and visits["days"][gp].min() <= 8
    assert nurse.any() and visits["days"][nurse].min() <= 8


def test_without_one_no_nurse_comes_by_herself() -> None:
    assert not (_comes_home("without")["route"] == Route.NURSE).any()


def test_a_pathway_on_paper_is_as_good_as_none() -> None:
    assert not (_comes_home("paper")["route"] == Route.NURSE).any()
