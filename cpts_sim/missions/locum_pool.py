"""A pool of locums: who takes part finds one for more of her holidays; a part of them would have gone to a neighbour.

The pool is kept by who takes part. Whoever leaves it keeps the locums of the weeks that stand in the books already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.setup import NO_POOL
from cpts_sim.care.visits import withdraw
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent

if TYPE_CHECKING:
    from cpts_sim.missions.base import Mission

Array = NDArray[Any]
AFTER_WEEKS = 3


class LocumPool:
    """A pool of locums.

    Args:
        mission: the mission that keeps it.
    """

    def __init__(self, mission: Mission) -> None:
        self.mission, self.world = mission, mission.world

    def month(self, rows: Array) -> None:
        """These GPs are in the pool from now on, and nobody else.

        Args:
            rows: GPs who take part.
        """
        gps, surgeries = self.world.gps, self.mission.organisation.model.care.surgeries
        within = (gps["locum_from"] < NO_POOL) & (gps["locum_until"] == NO_POOL)
        stays = np.zeros(len(gps), dtype=bool)
        stays[rows] = True
        joins, leaves = np.flatnonzero(stays & ~within), np.flatnonzero(within & ~stays)
        if not len(joins) and not len(leaves):
            return
        today = int(np.floor_divide(self.world.now, DAY))
        first, booked = surgeries.week(today) + AFTER_WEEKS, surgeries.week(self.world.books.last_day - 1) + 1
        promised = (gps["locum_until"][joins] < NO_POOL) & (gps["locum_until"][joins] >= first)  # left not long ago
        gps["locum_from"][joins] = np.where(promised, gps["locum_from"][joins], first)
        gps["locum_until"][joins] = NO_POOL
        gps["locum_until"][leaves] = booked
        before = surgeries.locum
        surgeries.plan_leave(surgeries.leave.shape[1])
        self._adjust(before, today)

    def _adjust(self, before: Array, today: int) -> None:
        """Books that are open already follow: weeks that have found a locum open, those that have lost one close."""
        world, surgeries = self.world, self.mission.organisation.model.care.surgeries
        changed = surgeries.leave & (before != surgeries.locum)
        for row, week in np.argwhere(changed).tolist():
            first = max(world.days.first_day + 7 * week, today)
            end = world.days.first_day + 7 * (week + 1)
            if end <= today or first >= world.books.last_day:
                continue
            if surgeries.locum[row, week]:
                surgeries.open_books(np.array([row]), first, end)
            else:
                withdraw(world, np.array([row]), max(first * DAY, world.now), end * DAY)

    def week(self, world: World, day: int) -> None:
        """Tell the weeks that begin: practices that a locum of the pool keeps open, neighbours who have lost theirs."""
        surgeries, organisation = self.mission.organisation.model.care.surgeries, self.mission.organisation
        week = surgeries.week(int(np.floor_divide(world.now, DAY)))
        here = world.gps["alive"] & (world.gps["away_until"] <= world.now)
        for event, weeks in ((CptsEvent.LOCUM, surgeries.by_pool), (CptsEvent.LOCUM_LENT, surgeries.lent)):
            organisation.tell(event, np.flatnonzero(weeks[:, week] & here), 0.0, 0.0)
