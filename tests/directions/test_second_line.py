"""The second line beyond doctors: home support and the other professions have lists that can grow, and nothing else."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import Life, live, scenario, winter

from cpts_sim.care import second_line
from cpts_sim.engine.events import Referral, Service

DAYS = 63


@cache
def _life(spare: float) -> Life:
    return live(winter(scenario(population=9000, parameters={"second_line.spare": spare})), None, DAYS)


@pytest.mark.parametrize("service", [Service.HOME_SUPPORT, Service.OTHER])
def test_less_capacity_makes_a_longer_wait(service: Service) -> None:
    scarce, ample = (_life(spare) for spare in (0.8, 1.3))
    for life in (scarce, ample):
        sent = life.rows("referral")
        assert (sent["event"][sent["service"] == service] == Referral.SENT).any()
    waits = [second_line.waiting_days(life.model.care.world)[service] for life in (scarce, ample)]
    assert waits[0] > waits[1]


def test_only_the_very_old_with_a_serious_disease_need_home_support() -> None:
    world, sent = _life(0.8).model.care.world, _life(0.8).rows("referral")
    person = np.unique(sent["person"][sent["service"] == Service.HOME_SUPPORT])
    assert len(person)
    assert (world.age_years(person) >= second_line.VERY_OLD).all()
    assert (world.people["chronic"][person] >= second_line.SERIOUS).all()
