"""What follows from a request is named by it, and nothing depends on the order of rows."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from lives import scenario, winter

from cpts_sim.care import requests as rq
from cpts_sim.care.seeking import learn
from cpts_sim.care.world import World
from cpts_sim.engine.codes import Need, Origin


@cache
def _world() -> World:
    return winter(scenario(population=2000, warmup="1 week")).care.world


def test_no_chain_of_returns_meets_another() -> None:
    """Every chain of up to three followers of sixteen needs of each kind has an identity of its own."""
    kinds, world = (Need.MINOR, Need.ACUTE), _world()
    person = np.zeros(16, dtype=np.int64)
    first = [
        rq.raise_requests(world, person, kind, Origin.EXOGENOUS, np.arange(16), np.zeros(16)) for kind in kinds
    ]
    generation, every = np.concatenate(first), [np.concatenate(first)]
    for _ in range(3):
        followers = []
        for kind, reason in product(kinds, (0, 1)):
            ordinal = rq.following_ordinal(world.requests, generation, reason)
            who = np.zeros(len(ordinal), dtype=np.int64)
            followers.append(rq.raise_requests(world, who, kind, Origin.RETURN, ordinal, np.zeros(len(ordinal))))
        generation = np.concatenate(followers)
        every.append(generation)
    names = world.requests["identity"][np.concatenate(every)]
    assert len(names) == 32 * (1 + 4 + 16 + 64)
    assert len(np.unique(names)) == len(names)
    assert names.max() < 1 << 50, "below the identities of decompensations"


def test_learning_twice_in_a_wave_does_not_depend_on_the_order_of_rows() -> None:
    world, people = _world(), _world().people
    person, outcome = np.array([3, 7, 3, 9, 3]), np.array([1.0, 0.0, 0.0, 0.5, 0.5])
    before, since = people["believed"].copy(), people["believed_at"].copy()
    found = []
    for order in (np.arange(5), np.arange(5)[::-1], np.array([2, 0, 1, 4, 3])):
        people["believed"][:], people["believed_at"][:] = before, since
        learn(world, person[order], outcome[order])
        found.append(people["believed"][[3, 7, 9]].copy())
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert (np.abs(found[0] - before[[3, 7, 9]]) > 0).all()
