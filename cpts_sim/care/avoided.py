"""Needs that earlier care has avoided: they arise at the same minute in every arm, and end there."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from cpts_sim.care import hospital_days, protection
from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.codes import Route

Array = NDArray[Any]


def before_asking(world: World, rows: Array) -> None:
    """What people do with a new need; one that an earlier act has avoided ends at once."""
    avoided = protection.avoids(world, rows)
    if avoided.any():
        gone = rows[avoided]
        rq.serve_now(world, gone, Route.SELF, world.requests["raised"][gone])
        rows = rows[~avoided]
    if len(rows):
        hospital_days.before_asking(world, rows)
