"""Care outside the practice within the ordinary rules: nurses at home and pharmacists at the counter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.world import World

Array = NDArray[Any]


def pharmacist_settles(world: World, rows: Array) -> Array:
    """Which minor needs a pharmacist may settle by the ordinary law of the reference year."""
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    result: Array = world.pharmacies.settles_by_law(world.draws, people["key"][person], rq.identity(requests, rows))
    return result & (people["pharmacy"][person] >= 0)


def nursing(world: World, rows: Array) -> None:
    """New episodes of nursing at home go to the first nurse nearby who has time."""
    raise NotImplementedError
