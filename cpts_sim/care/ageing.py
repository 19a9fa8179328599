"""What birthdays and new long-term conditions change: rates of need, visits at home, use of pharmacies.

A person's rates follow her own age, the same in every arm; the hazard that she has already accumulated is kept, so her
k-th need stays her k-th need everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.setup import need_rates, seen_at_home
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY

Array = NDArray[Any]


def month(world: World) -> None:
    """Let those who have had their birthday since the last turn change their rates, and pharmacies their customers."""
    people = world.people
    alive = np.flatnonzero(people["alive"])
    age = world.age_years(alive)
    follow(world, alive[age != people["rated_age"][alive]])
    world.pharmacies.attach(people["pharmacy"][alive], age)


def follow(world: World, rows: Array) -> None:
    """Bring what depends on age and long-term conditions up to date for some people, from today on."""
    if not len(rows):
        return
    day = int(np.floor_divide(world.now, DAY))
    for name, rate in need_rates(world, rows, world.demand).items():
        world.needs[name].set_rate(rows, rate, day)
    settle_in(world, rows)


def settle_in(world: World, rows: Array) -> None:
    """Write at what age people's rates were set, and whether their GP sees them at home."""
    people, age = world.people, world.age_years(rows)
    people["rated_age"][rows] = age
    u = world.draws.uniform("seen_at_home", people["key"][rows])
    people["home"][rows] = u < seen_at_home(age, people["chronic"][rows], world.parameters)
