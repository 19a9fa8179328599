"""Discharge in pathways: the hospital tells a coordinator, who books the GP and a nurse for the first week.

Hospitals become partners one by one, months after the project began. The visit takes a slot like any other: a
participating GP lets the coordinator have one kept for the same day, and somebody else does not get it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.institutions import prepared_returns
from cpts_sim.care.routes import Plan, Wave, usual_slots
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Slot
from cpts_sim.engine.draws import keys_of
from cpts_sim.engine.events import Need, Origin, Route
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.follow_up import DISCHARGE

if TYPE_CHECKING:
    from cpts_sim.missions.pathways import Pathways

Array = NDArray[Any]
TARGET = 100
"""Way of a contact made by the coordinator; the journal shows the route of whoever accepts."""
BOOKED = 1 << 45
"""Ordinals of the coordinator's requests begin here."""
OLD, SEVERE = 75, 3


class Discharges:
    """The pathway of the frail elderly and of heart failure after a stay in hospital.

    Args:
        mission: the mission.
    """

    name, code = "pathways", TARGET

    def __init__(self, mission: Pathways) -> None:
        self.mission, self.world, self.parameters = mission, mission.world, mission.parameters

    def install(self) -> None:
        """Wrap what follows a discharge, and add the coordinator's way of booking."""
        rules, mission = self.world.rules, self.mission
        rules.wrap("after_discharge", mission.name, mission.rank, self._after_discharge)
        rules.wrap("choose_provider", mission.name, mission.rank, self._choose_provider)
        self.world.routes.append(self)

    # ------------------------------------------------------------------------------------------ notices
    def partners(self) -> Array:
        """Which hospitals announce discharges by now: each takes its months, fewer with one voice."""
        world, settings = self.world, self.mission.settings
        name = "pathways.partner_months" if settings.one_voice else "pathways.partner_alone_months"
        months = self.parameters.mapping(name)
        hospitals = world.tables["hospitals"]
        u = world.draws.uniform("partnership", hospitals["key"])
        needed = months["low"] + (months["high"] - months["low"]) * u
        if settings.partnership_months is not None:
            needed = np.full(len(hospitals), settings.partnership_months)
        since = (world.now - float(self.mission.organisation.table["origin"][0])) / MONTH
        result: Array = since >= needed
        return result

    def _known(self, person: Array, discharges: dict[str, Array]) -> Array:
        """Which discharges the coordinator hears of: told to the usual carers, or by a partner hospital."""
        people, gps = self.world.people, self.world.gps
        site = self.world.tables["communes"]["ed"][people["commune"][person]]
        partner = self.partners()[np.maximum(site, 0)] & (site >= 0)
        u = self.world.draws.uniform("notice", discharges["key"], discharges["what"])
        told = (discharges["notice"] > 0) & (gps["in_pathways"][people["mt"][person]] > 0)
        result: Array = told | (partner & (u < self.parameters["pathways.partner_notice"]))
        return result

    def _concerned(self, person: Array, discharges: dict[str, Array]) -> Array:
        paths, people = self.mission.settings.paths, self.world.people
        frail = (discharges["age"] >= OLD) & ("discharge" in paths)
        severe = (people["chronic"][person] >= SEVERE) | (discharges["avoidable"] > 0)
        heart = severe & ("heart_failure" in paths)
        inside = (people["mt"][person] >= 0) & (people["resident"][person] > 0)
        had, prado = prepared_returns(self.world, discharges)  # what the baseline prepares is left to it
        result: Array = (frail | heart) & inside & ~had & ~prado
        return result

    def _after_discharge(self, inner: Any, world: World, discharges: dict[str, Array]) -> None:
        """The coordinator takes on the first she hears of, as far as her hours go; the others do as ever."""
        if not self.mission.answers:
            inner(world, discharges)
            return
        person = discharges["row"].astype(np.int64)
        heard = np.flatnonzero(self._concerned(person, discharges))
        some = {name: column[heard] for name, column in discharges.items()}
        heard = heard[self._known(person[heard], some)]
        heard = heard[np.lexsort((discharges["key"][heard], discharges["at"][heard]))]
        count = self.mission.coordinator.take(len(heard), self._hours())
        chosen = np.zeros(len(person), dtype=bool)
        chosen[heard[:count]] = True
        if not chosen.all():
            inner(world, {name: column[~chosen] for name, column in discharges.items()})
        if chosen.any():
            self._book(person[chosen], discharges["at"][chosen], discharges["what"][chosen])

    def _hours(self) -> float:
        """Hours of a coordinator for one discharge; a shared record saves some, where GPs use it."""
        rows = np.flatnonzero(self.world.gps["in_pathways"] > 0)
        users = float((self.world.gps["uses_record"][rows] > 0).mean()) if len(rows) else 0.0
        p = self.parameters
        return float(p["pathways.discharge_hours"] * (1.0 - p["pathways.record_saves"] * users))

    def _book(self, person: Array, at: Array, what: Array) -> None:
        """Ask for a visit to the GP in the first week, and for a nurse's within some days.

        What is drawn goes with the stay (``what``), not with its minute, which a change elsewhere may move.
        """
        world, p = self.world, self.parameters
        key = world.people["key"][person]
        u = world.draws.uniform("discharge booked", key, what)
        asked = np.floor(world.days.next_opening(np.maximum(at, world.now) + 60.0 * u) * 64.0) / 64.0
        ordinal = BOOKED + (keys_of("stay", what) >> np.uint64(24)).astype(np.int64)
        wished = np.floor(asked + DAY)
        rq.raise_requests(world, person, Need.FOLLOWUP, Origin.CARE, ordinal, asked, wished)
        days = 1.0 + (p["pathways.nurse_within_days"] - 1.0) * u
        self.mission.contacts.ask(person, DISCHARGE, at + DAY * days)
        self.mission.kit.written(world.people["mt"][person].astype(np.int64))

    # ------------------------------------------------------------------------------------------ the visit
    def _choose_provider(self, inner: Any, world: World, wave: Wave) -> None:
        """The coordinator's first two calls are to the usual practice."""
        inner(world, wave)
        if not self.mission.answers:
            return
        ordinal = world.requests["ordinal"][wave.rows]
        hers = (ordinal >= BOOKED) & (ordinal < 2 * BOOKED) & (wave.kind == Need.FOLLOWUP) & (wave.own >= 0)
        for contact in range(wave.target.shape[1]):
            mine = hers & (wave.attempt + contact < 2)
            wave.target[mine, contact] = TARGET
            wave.provider[mine, contact] = wave.own[mine]

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """The usual GP in the first week (a participant: also slots kept for the day), a colleague, later."""
        own, minute, taking = wave.own[who], wave.minute[who, contact], world.gps["in_pathways"] > 0
        soon = np.floor(wave.wished[who] / DAY) + self.parameters["pathways.gp_within_days"] - 1.0
        earliest = np.maximum(minute + world.parameters["care.lead_min"], wave.wished[who] - DAY)
        kinds = usual_slots(wave, who)
        kept = np.where(taking[own] & ~wave.home[who], Slot.AHEAD + Slot.SAME_DAY, kinds)
        plan.offer(who, contact, 0, own, kept, earliest, soon, Route.OWN_GP)
        cover = world.gps["cover"][own]
        stands_in = (cover >= 0) & taking[np.maximum(cover, 0)] & ~wave.home[who]
        there = np.flatnonzero(stands_in)
        either = Slot.AHEAD + Slot.SAME_DAY
        begin, end = earliest[there], soon[there]
        plan.offer(who[there], contact[there], 1, cover[there], either, begin, end, Route.COLLEAGUE)
        last = np.floor(np.maximum(wave.wished[who], minute) / DAY) + wave.patience_days[who]
        later = np.flatnonzero(last > soon)
        then = (soon[later] + 1.0) * DAY
        plan.offer(who[later], contact[later], 3, own[later], kinds[later], then, last[later], Route.OWN_GP)
