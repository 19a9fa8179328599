"""A nurse gives a part of the GP's follow-ups of chronic disease: one rule, whoever organised her work.

Nurses beside GPs (Asalée, advanced practice) and those of a CPTS's pathways take the place of the GP in the same share
of follow-ups, on the same day, with the same credit; some patients are sent back. They differ only in whose file a
patient is in, and in the minutes that there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import protection
from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Account, Need, Origin, Route
from cpts_sim.engine.columns import true_rows
from cpts_sim.engine.events import Act

Array = NDArray[Any]
MODERATE = 2
SENT_BACK = (1 << 48) + (1 << 40)
"""Ordinals of the requests of those sent back to their GP begin here."""


def replace(
    world: World, rows: Array, in_file: Callable[[Array], Array], find: Callable[[Array], Array], organised: int
) -> Array:
    """Let nurses give a part of the follow-ups that people in their files would ask their GP for.

    Args:
        world: the world.
        rows: requests about to be asked.
        in_file: tells of people whether a nurse follows them.
        find: returns the nurse who has the minutes for each of some people, and takes them from her; -1 for none.
        organised: 1 where a CPTS has organised it.

    Returns:
        Which of the rows are hers: given today, or put off to the day that was wished, when she is asked.
    """
    requests, people, taken = world.requests, world.people, np.zeros(len(rows), dtype=bool)
    some = true_rows(_due(world, rows))
    person = requests["person"][rows[some]]
    u = world.draws.uniform("seen by the nurse beside the GP", people["key"][person], requests["ordinal"][rows[some]])
    some = some[in_file(person) & (u < world.parameters["baseline.nurse_replaces"])]
    later = requests["wished"][rows[some]] >= world.now + DAY
    requests["next_at"][rows[some[later]]] = requests["wished"][rows[some[later]]]
    taken[some[later]] = True
    some = some[~later]
    nurse = find(requests["person"][rows[some]])
    taken[some[nurse >= 0]] = True
    _give(world, rows[some[nurse >= 0]], nurse[nurse >= 0], organised)
    return taken


def _due(world: World, rows: Array) -> Array:
    """Which requests are follow-ups of a chronic disease, of people with a GP who are at home and can come."""
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    due = (requests["kind"][rows] == Need.FOLLOWUP) & (requests["origin"][rows] == Origin.EXOGENOUS)
    due &= (people["chronic"][person] >= MODERATE) & (people["mt"][person] >= 0) & (people["home"][person] == 0)
    result: Array = due & (people["ward_until"][person] <= world.now)
    return result


def _give(world: World, rows: Array, nurse: Array, organised: int) -> None:
    """A follow-up by a nurse: it counts like one organised by anybody else; some are sent back to the GP."""
    if not len(rows):
        return
    requests, people, p = world.requests, world.people, world.parameters
    person = requests["person"][rows]
    at = np.floor(world.days.next_opening(np.maximum(requests["next_at"][rows], world.now)))
    requests["provider"][rows] = nurse
    rq.serve_now(world, rows, Route.NURSE, at, Account.SHIFTED)
    renew(world, person, at)
    protection.tell(world, int(Act.NURSE_FOLLOWUP), person, at, nurse, organised)
    own = people["mt"][person]
    np.add.at(world.gps["freed_min"], own, world.gps["slot_min"][own])
    ordinal = np.floor(np.maximum(at, 0.0) / DAY).astype(np.int64) + SENT_BACK
    u = world.draws.uniform("sent back by the nurse beside the GP", people["key"][person], ordinal)
    back = u < p["pathways.followup_sends_back"]
    raised = world.days.next_opening(np.floor(at[back] + DAY))
    rq.raise_requests(world, person[back], Need.FOLLOWUP, Origin.CARE, ordinal[back], raised)


def renew(world: World, person: Array, at: Array) -> None:
    """A nurse's contact counts as a part of a follow-up by the GP."""
    people, last = world.people, world.people["last_followup"][person]
    people["last_followup"][person] = last + world.parameters["pathways.followup_credit"] * (at - last)
    world.stays.follow_up(person, at)
