"""Surge sessions in a crisis: some weeks into it, general practitioners improvise them everywhere.

In the spring of 2020 centres for Covid patients were set up in all of France, nearly all without a CPTS. They are an
institution of the baseline: every arm has them, late. A plan that a CPTS has drilled opens the evenings of its
volunteers sooner, through the same slots, route and number. ``gps["surge"]`` tells who holds such sessions now, and
through whom.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import evening_slots
from cpts_sim.care.common_numbers import offer_nearest
from cpts_sim.care.institutions import RANK, tell
from cpts_sim.care.routes import Plan, Wave
from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Payer, Slot
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Route, Work
from cpts_sim.engine.events import Institution

Array = NDArray[Any]
AHEAD_DAYS = 3
IMPROVISED, PLANNED = 1, 2
PAYERS = {IMPROVISED: Payer.CENTRES, PLANNED: Payer.PLAN}
"""Values of ``gps["surge"]``: through the centres that everybody improvises, or through the plan of a CPTS."""


def in_crisis(world: World, day: int, late: float) -> bool:
    """Whether surge sessions that begin so many days into a crisis are held on a day."""
    after = world.parameters["crisis.days_after"]
    return any(alert.first_day + late <= day < alert.until_day + after for alert in world.alerts)


def volunteers(world: World, rows: Array, share: float) -> Array:
    """Those of some GPs who open surge sessions: drawn once, so a larger share only adds volunteers."""
    chosen: Array = rows[world.draws.uniform("crisis volunteer", world.gps["key"][rows]) < share]
    return chosen


def open_evenings(world: World, surgeries: Surgeries, rows: Array, today: int, slots: float, through: int) -> None:
    """Evening slots that these GPs do not hold yet become surge slots, today and on the days next to come."""
    for day in range(today, today + AHEAD_DAYS):
        if len(rows) and day < world.books.last_day:
            evening_slots.open_on(world, surgeries, rows, day, int(slots + 0.5), PAYERS[through])


def stand_down(world: World, through: int) -> None:
    """Surge slots that nobody has taken are closed; those taken are held, and paid when they have been."""
    evening_slots.close_free(world, PAYERS[through])
    surge = world.gps["surge"]
    surge[surge == through] = 0


class CrisisCentres:
    """The centres that are improvised in every arm, and the number by which all surge sessions are found."""

    name, code = "crisis_centres", Route.SURGE

    def install(self, world: World, surgeries: Surgeries) -> None:
        """Add the column of the GPs, the route, and the turn of each day."""
        self.surgeries = surgeries
        if "surge" not in world.gps:
            world.gps.add_column("surge", np.zeros(len(world.gps), dtype=np.int8))
        world.rules.wrap("knows_desk", self.name, RANK + 1, self._knows)
        world.routes.append(self)
        world.hooks.setdefault("day", []).append(self._turn)

    def _turn(self, world: World, day: int) -> None:
        """Volunteers open their evenings once a crisis has lasted long enough, and close them when it is over."""
        gps, p = world.gps, world.parameters
        self._paid(world, day - 1)
        level = world.baseline.level(self.name, world.now)
        if not level or not in_crisis(world, day, p["crisis.days_without_plan"]):
            if (gps["surge"] == IMPROVISED).any():
                stand_down(world, IMPROVISED)
            return
        here = gps["alive"] & (gps["halo"] == 0) & (gps["status"] == Work.WORKING)
        rows = volunteers(world, np.flatnonzero(here & (gps["surge"] != PLANNED)), level)
        gps["surge"][gps["surge"] == IMPROVISED] = 0
        gps["surge"][rows] = IMPROVISED
        open_evenings(world, self.surgeries, rows, day, p["crisis.surge_slots_per_day"], IMPROVISED)

    def _paid(self, world: World, day: int) -> None:
        """Improvised evenings are the agency's and the insurance's: they pay them whole, whoever came."""
        hours = evening_slots.held_hours(world, Payer.CENTRES, day)
        many = np.count_nonzero(hours)
        tell(world, Institution.CRISIS_CENTRES, day * DAY, np.full(many, -1), hours[hours > 0.0] * 60.0)

    def _knows(self, inner: Any, world: World, key: Array, wanted: Array, minute: Array) -> Array:
        """In a crisis, some of those whom the usual practice has refused call the number of the surge sessions."""
        known: Array = inner(world, key, wanted, minute)
        if not world.gps["surge"].any():
            return known
        return np.where(calls_number(world, key, wanted, minute, world.parameters["crisis.awareness"]),
                        int(Route.SURGE), known)  # fmt: skip

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """Offer surge slots of the nearest volunteers; those of a plan also give their slots of the day."""
        rows = np.flatnonzero(world.gps["surge"] > 0)
        planned = world.gps["surge"][rows] == PLANNED
        kinds = np.where(planned, int(Slot.EXTRA | Slot.SAME_DAY), int(Slot.EXTRA))
        offer_nearest(world, wave, who, contact, plan, rows, kinds, Route.SURGE, "dispatched")


def calls_number(world: World, key: Array, wanted: Array, minute: Array, share: float) -> Array:
    """Who calls the number of the surge sessions, of those who would try one, where offices are open."""
    result: Array = wanted & (world.draws.uniform("knows the crisis number", key) < share) & world.days.is_open(minute)
    return result
