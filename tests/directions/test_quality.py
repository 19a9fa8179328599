"""Mission quality: a small gain, an evening's price, and zero within reach."""

from __future__ import annotations

from functools import cache

from lives import Life, arms, cpts, live, same_bytes, scenario, winter

from cpts_sim.engine.events import Origin
from cpts_sim.model import Model

DAYS = 70
CARE = ("request", "visit", "ed", "admission", "attachment")
UNWORRIED = {
    "strain.weight_administration": 0.0,
    "strain.weight_evening": 0.0,
    "strain.weight_complex_alone": 0.0,
    "gp.peer_support_per_tie": 0.0,
}
NOTHING = {"quality.norm_most": 0.0, "quality.avoidable_returns": 0.0}
MUCH = {"quality.norm_most": 1.0, "quality.avoidable_returns": 0.16, "quality.step": 0.5}


@cache
def _town() -> Model:
    groups = cpts({"quality": {"start": "0 months", "groups_per_year": 12.0}})
    policies = arms(absent=cpts({}), much=groups, calm=cpts({}), nothing=groups)
    policies["much"]["parameters"] = MUCH
    policies["calm"]["parameters"] = UNWORRIED
    policies["nothing"]["parameters"] = UNWORRIED | NOTHING
    return winter(scenario(population=12000, arms=policies, cpts=cpts({})))


@cache
def _life(arm: str) -> Life:
    return live(_town(), arm, DAYS)


def _second_visits(life: Life) -> int:
    return int((life.rows("request")["origin"] == Origin.CARE).sum())


def test_benefit_fewer_second_visits_at_the_end_of_the_range() -> None:
    assert _second_visits(_life("much")) < _second_visits(_life("absent"))


def test_zero_is_reachable_when_peers_change_nothing() -> None:
    same_bytes(_life("calm"), _life("nothing"), CARE)


def test_price_evenings() -> None:
    evenings = [float(_life(arm).rows("week")["cpts_evening"].sum()) for arm in ("absent", "much")]
    assert evenings[1] > 2 * evenings[0]
