"""GPs who settle without taking over a practice: where, with what week, and how people hear of them.

Where they settle is a choice among the territory and its neighbours: beside others rather than alone, and rather
where those who are there are not worn out by their work. Draws hang on the practices of day 0, so the same GPs
look for a place in every arm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.attachment import review_lists
from cpts_sim.care.careers import note
from cpts_sim.care.setup import NO_POOL, colleagues, covers, nearest_gps
from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.draws import choose, keys_of
from cpts_sim.engine.events import Account, Career, MtState, Profession

Array = NDArray[Any]
YEAR = 365.0 * DAY
MONTHS_A_YEAR = 365.0 / 28.0
KNOWN_AS_NEW = 2.0 * YEAR
OF_THE_HOST = (
    "commune", "halo", "practice", "practice_type", "slot_min", "session_factor", "desk_factor", "home_slots", "reach",
    "secretariat", "online", "list_phase",
)  # fmt: skip
"""What a new GP shares with the practice beside which she settles."""


def month(world: World, surgeries: Surgeries, number: int) -> None:
    """Let new GPs settle, and people without MT hear of those who still have room."""
    beside = world.rules["arrivals"](world, number)
    if len(beside):
        settle(world, surgeries, beside, number)
    _spread_word(world, number)


def places(world: World) -> Array:
    """Rows of the practices of day 0 in the territory, beside which somebody may settle."""
    gps = world.gps
    return np.flatnonzero((gps["halo"] == 0) & gps["alive"] & (gps["arrived"] == 0))


def arrivals(world: World, number: int) -> Array:
    """Beside which practices of the territory new GPs settle this month."""
    gps, p, rows = world.gps, world.parameters, places(world)
    chance = p["arrivals.per_100_year"] / 100.0 / MONTHS_A_YEAR * attraction(world)[rows]
    beside: Array = rows[world.draws.uniform("arrival", gps["premises"][rows], number) < chance]
    return beside


def attraction(world: World) -> Array:
    """How much a place beside each GP attracts, territory and neighbours together.

    Practices of several attract more than GPs alone; colleagues exhausted by their work attract less. As many GPs
    look for a place whatever the strain: who does not come here goes to a neighbour, if there is one.
    """
    gps, p = world.gps, world.parameters
    there = gps["alive"] & (gps["arrived"] == 0)
    usual = np.where(gps["practice_type"] > 0, 1.0, p["arrivals.solo_factor"])
    worn = np.where(gps["halo"] == 0, gps["fast"] + gps["slow"] - gps["fast_home"] - gps["slow_home"], 0.0)
    drawn = usual * np.clip(1.0 - p["arrivals.worn_slope"] * worn / p["strain.odds_step"], 0.0, 2.0)
    result: Array = drawn * usual[there].sum() / max(float(drawn[there].sum()), 1e-9)
    return result


def settle(world: World, surgeries: Surgeries, beside: Array, number: int) -> Array:
    """Give new GPs a row, a week, books, a state of strain and colleagues; returns their rows."""
    gps = world.gps
    rows = gps.append(len(beside), **_columns(world, beside, number))
    alone = gps["practice_type"][rows] == 0
    gps["practice"][rows[alone]] = int(gps["practice"].max(initial=0)) + 1 + np.arange(int(alone.sum()))
    for factor, usual in world.strain[Profession.GP].reference.items():
        gps[f"ref_{factor}"][rows] = usual
    world.rules["new_strain"](world, rows)
    gps["colleague"] = colleagues(gps)
    near = nearest_gps(gps, world.travel_min, world.tables["communes"]["near_gps"].shape[1])
    world.tables["communes"]["near_gps"] = near
    gps["cover"] = covers(gps, near)
    world.books.add_rows(len(rows))
    surgeries.enlarge()
    today = int(np.floor_divide(world.now, DAY))
    surgeries.open_books(rows, today, world.books.last_day)
    review_lists(world)
    note(world, rows, Career.ARRIVED)
    for hook in world.hooks.get("new_gp", ()):
        hook(rows)
    return rows


def _columns(world: World, beside: Array, number: int) -> dict[str, Any]:
    gps, p = world.gps, world.parameters
    key = keys_of("new gp", gps["premises"][beside].astype(np.int64) + number)
    u = world.draws.block("new gp", 3, key)
    woman = u[0] < p["arrivals.women"]
    shares = [choose(np.cumsum(p.array(f"territory.half_days_{sex}")), u[1]) for sex in ("men", "women")]
    half_days = p.array("territory.half_days")[np.where(woman, shares[1], shares[0])]
    here = places(world)
    full = float((gps["list_target"][here] / np.maximum(gps["half_days_laid"][here], 1.0)).mean())
    target = np.ceil(full * half_days * p["arrivals.list_share"])
    return {
        **{name: gps[name][beside] for name in OF_THE_HOST}, "locum_from": NO_POOL, "locum_until": NO_POOL,
        "key": key, "premises": key, "sex": woman, "age": p["arrivals.age"] - world.now / YEAR,
        "half_days": half_days, "half_days_laid": half_days, "list_target": target, "list_factor": 1.0,
        "open": 1, "accepts": 1, "account": int(Account.NEW_PROFESSIONAL), "arrived": 1, "since": world.now,
        "duty": u[2] < p["care.duty_participation"], "next_at": world.now, "away_until": -np.inf,
        "left_at": np.inf, "pace": 1.0, "stretch": 1.0, "backlog_days": 1.0,
        "squeeze_share": p["gp.squeeze_share"], "colleague": -1, "cover": -1,
    }  # fmt: skip


def _spread_word(world: World, number: int) -> None:
    """Some of those who look for an MT within reach hear of a GP who is new and has room."""
    gps, people, p = world.gps, world.people, world.parameters
    new = np.flatnonzero((gps["arrived"] > 0) & (gps["open"] > 0) & (gps["since"] > world.now - KNOWN_AS_NEW))
    for row in new.tolist():
        near = world.travel_min[people["commune"], gps["commune"][row]] <= p["arrivals.reach_min"]
        looks = np.isin(people["mt_state"], (MtState.SEEKING, MtState.ORPHAN)) & people["alive"]
        person = np.flatnonzero(near & looks)
        who = number + int(gps["key"][row] >> np.uint64(8))
        u = world.draws.uniform("hears of a new gp", people["key"][person], who)
        people["known1"][person[u < p["arrivals.heard_monthly"]]] = row
