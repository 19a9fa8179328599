"""Mission professional_support: more GPs and open holidays; supervision, and the neighbours who lose a GP."""

from __future__ import annotations

from functools import cache

import numpy as np
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.events import CptsEvent, Work
from cpts_sim.model import Model

DAYS = 84
MISSION = "professional_support"


@cache
def _town() -> Model:
    desk = {"start": "0 months", "arrivals_per_100_year": 10.0, "trainee_hosts": 0, "locum_pool": False}
    pool = {"start": "0 months", "arrivals_per_100_year": 0.0, "trainee_hosts": 0}
    trainees = {"start": "0 months", "arrivals_per_100_year": 0.0, "trainee_hosts": 1, "locum_pool": False}
    named = {
        "absent": cpts({}),
        **{k: cpts({MISSION: v}) for k, v in (("desk", desk), ("pool", pool), ("trainees", trainees))},
    }
    policies = arms(**named)
    policies["pool"]["parameters"] = {"professional_support.pool_share": 0.5}
    return winter(scenario(population=15000, arms=policies, cpts=cpts({})))


@cache
def _life(arm: str) -> Life:
    return live(_town(), arm, DAYS)


def _settling(arm: str) -> tuple[Model, list[tuple[int, int]]]:
    """Who would settle in thirty years of months, by the rule of the arm."""
    model = _town().fork(arm)
    model.run(1)
    world = model.care.world
    return model, [
        (month, row) for month in range(390) for row in world.rules["arrivals"](world, month).tolist()
    ]


def test_benefit_more_gps_settle_and_none_of_the_others_less() -> None:
    (_, usual), (model, more) = _settling("absent"), _settling("desk")
    assert set(usual) <= set(more)
    assert len(more) > len(usual) + 5
    journal = model.journal.open_chunk()["cpts"]
    assert (journal["event"] == CptsEvent.ARRIVAL).sum() >= len(more) - len(usual)


def test_price_a_part_of_them_leave_the_neighbours() -> None:
    model, _ = _settling("desk")
    journal, gps = model.journal.open_chunk()["cpts"], model.tables["gps"]
    taken = int((journal["event"] == CptsEvent.DISPLACED).sum())
    assert taken > 0
    neighbours = gps["halo"] > 0
    assert (gps["status"][neighbours] == Work.LEFT).sum() == min(taken, int(neighbours.sum()))


def test_benefit_practices_stay_open_in_the_holidays() -> None:
    capacity = [int(_life(arm).rows("day")["capacity"].sum()) for arm in ("absent", "pool")]
    assert capacity[1] > capacity[0]


def test_benefit_who_is_less_alone_strains_less() -> None:
    strain = [float(np.mean(_life(arm).model.tables["gps"]["ee"])) for arm in ("absent", "pool")]
    assert strain[1] < strain[0]


def test_price_supervision_takes_hours_and_slots() -> None:
    hours = [float(_life(arm).rows("week")["supervision"].sum()) for arm in ("absent", "trainees")]
    assert hours[1] > hours[0] == 0.0
    capacity = [int(_life(arm).rows("day")["capacity"].sum()) for arm in ("absent", "trainees")]
    assert capacity[1] < capacity[0]
