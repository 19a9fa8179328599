"""Winters shared by the tests of the laws: one warm-up, many arms."""

from __future__ import annotations

import pytest
from lives import AT_ONCE, arms, cpts, scenario, winter

from cpts_sim.model import Model


@pytest.fixture(scope="session")
def reference() -> Model:
    """Twelve thousand inhabitants at day 0, with the arms of most laws."""
    policies = arms(without=None, alone=cpts({}), **{"with": cpts()})
    return winter(scenario(population=12000, arms=policies, cpts=cpts(AT_ONCE)))
