"""Nurses' part in pathways: visits after discharge, follow-up of severe chronic disease, assessment of falls.

A contact counts in care as an effective follow-up, whoever organised it. The minutes come out of the nurses'
rounds, and a part of the contacts sends people back to their GP. Of the GP's own follow-ups of the people in their
files these nurses give as large a part as Asalée nurses do (``care.nurse_follow_up``); then no contact is due for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import hospital_days, nurse_follow_up, protection
from cpts_sim.care import requests as rq
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Act, Need, Origin, Route
from cpts_sim.missions import tools

if TYPE_CHECKING:
    from cpts_sim.care.world import World
    from cpts_sim.missions.base import Mission

Array = NDArray[Any]
NOTHING, DISCHARGE, CHRONIC, FALLS = 0, 1, 2, 3
SEVERE, MODERATE, FALLS_FROM = 3, 2, 75
LATE_DAYS = 3.0
"""Days after which a contact is tried again when no nurse had time."""
CONTACT, SENT_BACK = 1 << 46, 1 << 48
"""Ordinals of these requests begin here."""


class NurseContacts:
    """Who is to be seen by a nurse, for what, when.

    Args:
        mission: the mission.
        time: minutes of nurses.
        kit: digital tools.
    """

    def __init__(self, mission: Mission, time: tools.NurseTime, kit: tools.Tools) -> None:
        self.mission, self.time, self.kit = mission, time, kit
        self.world, self.parameters = mission.world, mission.parameters

    def install(self) -> None:
        """Add the columns of the people: the task that waits, its day, and whether a nurse follows them."""
        zero = np.int8(0)
        tools.add_columns(self.world.people, {"nurse_task": zero, "nurse_due": 0.0, "nurse_followed": zero})

    def ask(self, person: Array, task: int, due: Array) -> None:
        """Put contacts on the list, in the place of what these people waited for."""
        self.world.people["nurse_task"][person] = task
        self.world.people["nurse_due"][person] = due

    def clear(self) -> None:
        """Nobody is on the list any more."""
        for column in ("nurse_task", "nurse_followed"):
            self.world.people[column][:] = 0

    # ------------------------------------------------------------------------------------------ who
    def enrol(self, gps: Array, heart: bool, diabetes: bool) -> None:
        """Fill the nurses' files with patients of these GPs: the most severe, then those seen longest ago."""
        world, people, p = self.world, self.world.people, self.parameters
        contacts = 0.7 * self.time.month_minutes() / p["pathways.followup_min"]
        room = contacts * p["pathways.followup_days"] / tools.MONTH_DAYS
        room -= int((people["alive"] & (people["nurse_followed"] > 0)).sum())
        person = self._candidates(gps, heart, diabetes)
        order = np.lexsort(
            (people["key"][person], people["last_followup"][person], -people["chronic"][person])
        )
        chosen = person[order][: max(0, int(room))]
        people["nurse_followed"][chosen] = 1
        idle = chosen[people["nurse_task"][chosen] == NOTHING]
        u = world.draws.uniform("first nurse contact", people["key"][idle])
        self.ask(idle, CHRONIC, world.now + u * tools.MONTH_DAYS * DAY)

    def _candidates(self, gps: Array, heart: bool, diabetes: bool) -> Array:
        people, p = self.world.people, self.parameters
        sick = people["chronic"] >= (MODERATE if diabetes else SEVERE)
        own = np.isin(people["mt"], gps) & (people["nurse_followed"] == 0)
        person = np.flatnonzero(sick & own & people["alive"] & (people["resident"] > 0))
        u = self.world.draws.block("nurse pathway", 2, people["key"][person])
        severe = people["chronic"][person] >= SEVERE
        named = np.where(severe, heart, u[0] < p["pathways.diabetes_share"])
        result: Array = person[(u[1] < p["pathways.gp_refers"]) & named]
        return result

    def invite_to_falls(self, gps: Array, month: int) -> None:
        """Invite some old patients of these GPs, drawn anew each month, to an assessment of falls."""
        world, people, p = self.world, self.world.people, self.parameters
        wanted = p["pathways.falls_month"] * tools.residents(self.mission) / tools.PEOPLE_UNIT
        own = np.isin(people["mt"], gps) & people["alive"] & (people["resident"] > 0)
        person = np.flatnonzero(
            own & (people["nurse_task"] == NOTHING) & (people["fall_plan_until"] <= world.now)
        )
        person = person[world.age_years(person) >= FALLS_FROM]
        u = world.draws.block("falls invited", 2, people["key"][person], month)
        order = np.lexsort((people["key"][person], u[0]))[: int(wanted * self.mission.settings.dose + 0.5)]
        self.ask(person[order], FALLS, world.now + u[1][order] * tools.MONTH_DAYS * DAY)

    # ------------------------------------------------------------------------------------------ a day
    def day(self, day: int) -> None:
        """Nurses see those who are due, as long as they have minutes; the others are tried again later."""
        people = self.world.people
        person = np.flatnonzero(
            (people["nurse_task"] > 0) & (people["nurse_due"] < (day + 1) * DAY) & people["alive"]
        )
        if not len(person):
            return
        person = person[
            np.lexsort((people["key"][person], people["nurse_due"][person], people["nurse_task"][person]))
        ]
        at = tools.in_the_day(self.mission, person, day, "nurse contact")
        home = ~hospital_days.in_ward(self.world, person, at)
        task, gp = people["nurse_task"][person], people["mt"][person].astype(np.int64)
        minutes = self._minutes(task) + self.kit.twice(gp)
        nurse = np.full(len(person), -1, dtype=np.int64)
        nurse[home] = self.time.take(people["commune"][person[home]], minutes[home])
        seen = nurse >= 0
        people["nurse_due"][person[~seen]] += LATE_DAYS * DAY
        if seen.any():
            self._contact(person[seen], task[seen], nurse[seen], at[seen])
            self.kit.written(gp[seen])

    def in_place_of_the_gp(self, world: World, rows: Array) -> Array:
        """Give the part of the GPs' follow-ups that is hers to people in the files; returns which rows are taken."""
        people = world.people

        def find(person: Array) -> Array:
            gp = people["mt"][person].astype(np.int64)
            minutes = self.parameters["pathways.followup_min"] + self.kit.twice(gp)
            nurse = self.time.take(people["commune"][person], minutes)
            seen = person[nurse >= 0]
            people["nurse_due"][seen] = world.now + self.parameters["pathways.followup_days"] * DAY
            self.kit.written(gp[nurse >= 0])
            return nurse

        return nurse_follow_up.replace(world, rows, lambda person: people["nurse_followed"][person] > 0, find, 1)

    def _minutes(self, task: Array) -> Array:
        p = self.parameters
        each = np.array(
            [0.0, p["pathways.visit_min"], p["pathways.followup_min"], p["prevention.fall_assess_min"]]
        )
        return each[task]

    def _contact(self, person: Array, task: Array, nurse: Array, at: Array) -> None:
        world = self.world
        ordinal = np.floor(at / DAY).astype(np.int64) + CONTACT
        rows = rq.raise_requests(world, person, Need.FOLLOWUP, Origin.CARE, ordinal, at)
        world.requests["provider"][rows] = nurse
        rq.serve_now(world, rows, Route.NURSE, at)
        followed = task != FALLS
        nurse_follow_up.renew(world, person[followed], at[followed])
        for code, act in ((DISCHARGE, Act.NURSE_AFTER_DISCHARGE), (CHRONIC, Act.NURSE_FOLLOWUP)):
            mine = task == code
            protection.tell(world, int(act), person[mine], at[mine], nurse[mine], 1)
        falls = task == FALLS
        protection.plan_against_falls(world, person[falls], at[falls], nurse[falls], 1)
        self._afterwards(person, task, at)

    def _afterwards(self, person: Array, task: Array, at: Array) -> None:
        """Plan the next contact of those who are followed; some of those seen ask their GP for a visit."""
        world, people, p = self.world, self.world.people, self.parameters
        goes_on = people["nurse_followed"][person] > 0
        people["nurse_task"][person] = np.where(goes_on, CHRONIC, NOTHING)
        people["nurse_due"][person] = at + p["pathways.followup_days"] * DAY
        ordinal = np.floor(at / DAY).astype(np.int64) + SENT_BACK
        u = world.draws.uniform("sent back to the GP", people["key"][person], ordinal)
        back = (u < p["pathways.followup_sends_back"]) & (task != FALLS)
        raised = world.days.next_opening(np.floor(at[back] + DAY))
        rq.raise_requests(world, person[back], Need.FOLLOWUP, Origin.CARE, ordinal[back], raised)
