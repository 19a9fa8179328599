"""What every common number does: send a caller to the nearest general practitioners who have room soon enough.

The call desk of the SAS, the desk of a CPTS, surge sessions and paid evening sessions differ in whose slots they know
and in who calls them; the way they look for a slot is the same, and is written here once. So is the demand that easy
slots bring, whoever pays them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.routes import CHOICES, Plan, Wave
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Need, Origin, Route

Array = NDArray[Any]
SOON = 2.0 * DAY
"""A common number looks for a slot that begins within 48 hours of the call."""
EASY = (int(Route.DESK), int(Route.SESSION), int(Route.SURGE))
"""Routes by which a slot is easily got."""
INDUCED_DAYS, GRID = 21.0, 64.0
GOLDEN, TURN_MIN = 0.6180339887, 10.0
"""Callers from one place take turns among GPs who are nearly as near."""


def offer_nearest(
    world: World, wave: Wave, who: Array, contact: Array, plan: Plan, rows: Array, kinds: ArrayLike, code: int,
    decision: str, reach_min: float = np.inf,
) -> None:  # fmt: skip
    """Offer slots within 48 hours of the call of the GPs nearest to each caller, up to four.

    Args:
        world: the world.
        wave: requests that make a contact now.
        who: those of them that call, by number in the wave.
        contact: contact of each at which the call is made.
        plan: where offers are written.
        rows: GPs who may be asked.
        kinds: kinds of slot that may be taken: one for all, or one for each of ``rows``.
        code: route of the offers.
        decision: name of the draw by which callers take turns.
        reach_min: minutes of travel beyond which nobody is sent.
    """
    if not len(rows):
        return
    minutes = world.travel_min[np.ix_(world.people["commune"][wave.person[who]], world.gps["commune"][rows])]
    spread = world.draws.uniform(decision, wave.key[who], wave.ident[who])[:, None]
    turn = (spread + np.arange(len(rows))[None, :] * GOLDEN) % 1.0
    order = np.argsort(minutes + TURN_MIN * turn, axis=1, kind="stable")
    allowed, minute = np.broadcast_to(np.asarray(kinds), len(rows)), wave.minute[who, contact]
    for choice in range(min(CHOICES, len(rows))):
        far = np.take_along_axis(minutes, order[:, [choice]], axis=1)[:, 0]
        near = np.flatnonzero(far <= reach_min)
        chosen, call = order[near, choice], minute[near]
        plan.offer_before(who[near], contact[near], choice, rows[chosen], allowed[chosen],
                          call + world.parameters["care.lead_min"], call + SOON, code)  # fmt: skip


def induce(world: World, rows: Array, at: Array) -> None:
    """An easy slot brings some needs that nobody would have asked for (induced demand).

    Args:
        world: the world.
        rows: requests that have been served.
        at: minute of each visit.
    """
    requests = world.requests
    easy = np.isin(requests["route"][rows], EASY) & (requests["origin"][rows] == Origin.EXOGENOUS)
    served, when = rows[easy], at[easy]
    if not len(served):
        return
    u = world.draws.uniform("induced", world.people["key"][requests["person"][served]], rq.identity(requests, served))
    drawn = u < world.parameters["cpts.induced_share"]
    more, raised = served[drawn], np.floor((when[drawn] + INDUCED_DAYS * DAY) * GRID) / GRID
    ordinal = rq.following_ordinal(requests, more)
    rq.raise_requests(world, requests["person"][more], Need.MINOR, Origin.INDUCED, ordinal, raised)
