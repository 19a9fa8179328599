"""What comes back when exhaustion falls: closed lists reopen and given-up half-days are taken up again, more slowly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import careers
from cpts_sim.care.strain_effects import StrainEffects, home_of
from cpts_sim.care.world import World
from cpts_sim.engine.events import Career

Array = NDArray[Any]


def restore(world: World, effects: StrainEffects, working: Array, week: int) -> None:
    """Let GPs at work open their list again, and take up a half-day that they had given up."""
    gps = world.gps
    chance = effects.recovery(gps["ee"], home_of(gps))
    u = world.draws.block("recovering", 2, gps["key"], week)
    reopens = working & (gps["accepts"] == 0) & (u[0] < chance.reopen_list)
    gps["accepts"][reopens] = 1
    careers.note(world, np.flatnonzero(reopens), Career.LIST_REOPENED)
    more = working & (gps["hours_cut"] > 0) & (u[1] < chance.restore_hours)
    gps["half_days"][more] += 1.0
    gps["hours_cut"][more] -= 1
    careers.note(world, np.flatnonzero(more), Career.HOURS_RESTORED)
