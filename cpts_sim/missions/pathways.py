"""Mission ``pathways``: discharge, heart failure, diabetes, falls, mental health, addictology; tools.

Nothing here heals. A coordinator and nurses see to it that more people get a follow-up on time; a directory
lets GPs know the right service; messages travel faster. What a follow-up or a treatment does is a parameter
of care. The minutes are taken from nurses' rounds, from slots kept for the day, and from GPs' and
coordinators' hours; more people who arrive at a service make its waiting list longer.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care import second_line, sessions
from cpts_sim.care.institutions import RANK
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent, Service
from cpts_sim.missions import tools
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.missions.discharge import Discharges
from cpts_sim.missions.follow_up import NurseContacts
from cpts_sim.scenario.fields import Months

Array = NDArray[Any]
NAME = "pathways"
Path = Literal["discharge", "heart_failure", "diabetes", "falls", "mental_health", "addictology"]
Tool = Literal["directory", "messaging", "record"]
ALL: tuple[Path, ...] = ("discharge", "heart_failure", "diabetes", "falls", "mental_health", "addictology")
SERVICES: dict[int, Path] = {
    Service.CARDIOLOGY: "heart_failure",
    Service.PSYCHIATRY: "mental_health",
    Service.ADDICTOLOGY: "addictology",
    Service.HOME_SUPPORT: "falls",
    Service.OTHER: "discharge",
}
"""Pathway that must be in the contract for members to work on the way to a service."""


class PathwaysSettings(MissionSettings):
    """Pathways: which of them are in the contract, which tools are offered, how partnerships are set up."""

    paths: tuple[Path, ...] = ALL
    """Pathways named in the contract; members do not work on the others."""
    tools: tuple[Tool, ...] = ("directory", "messaging")
    """Digital tools offered: directory, secure messaging, shared record (eTICSS and the like)."""
    one_voice: bool = True
    """Whether hospitals have one partner to talk to (partnerships then take fewer months)."""
    partnership_months: Months | None = None
    """Months until every hospital is a partner (none: drawn from the evidence)."""


class Pathways(Mission):
    """Discharge, chronic disease, falls, mental health, addictology."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = PathwaysSettings
    grade: ClassVar[str] = "C"
    pays: ClassVar[tuple[str, ...]] = ("coordinator", "nurse", "gp")
    loses: ClassVar[tuple[str, ...]] = (
        "people who look for a nurse", "people who want a slot for the day",
        "people on waiting lists of the second line",
    )  # fmt: skip
    delay: ClassVar[str] = "pathways.delay_months"
    rank: ClassVar[int] = 30
    preparation: ClassVar[str] = "cpts.preparation_hours_month"

    def __init__(self, settings: Any, organisation: Any) -> None:
        super().__init__(settings, organisation)
        self.time = tools.NurseTime(self, self.parameters["pathways.nurse_day_min"])
        self.coordinator = tools.Coordinator(self, "pathways.coordinator_hours_month")
        self.kit = tools.Tools(self, settings.tools)
        self.contacts = NurseContacts(self, self.time, self.kit)
        self.discharges = Discharges(self)

    def install(self) -> None:
        """Add the columns, wrap the rules, and put the nurses' list on the calendar."""
        world, rules = self.world, self.world.rules
        for part in (self.time, self.coordinator, self.kit, self.contacts, self.discharges):
            part.install()
        tools.add_columns(world.gps, {"in_pathways": np.int8(0)})
        tools.add_columns(world.people, {"asked_until": -np.inf})
        tools.add_columns(self.organisation.table, {"pathways_months": np.int32(0)})
        rules.wrap("knows_service", NAME, self.rank, self._knows_service)
        rules.wrap("letter_days", NAME, self.rank, self._letter_days)
        rules.wrap("after_visit", NAME, self.rank, self._after_visit)
        rules.wrap("before_asking", NAME, RANK - 1, self._before_asking)  # after the nurses beside GPs
        world.hooks.setdefault("day", []).append(self._day)
        world.hooks.setdefault("week", []).append(self._week)

    # ------------------------------------------------------------------------------------------ participation
    @property
    def answers(self) -> bool:
        """Whether anybody runs the pathways now."""
        return self.running and bool(self.world.gps["in_pathways"].any())

    def grown(self, months: int) -> None:
        """Tools are taken up as far as they are after so many months."""
        self.organisation.table["pathways_months"][0] = months

    def month(self, month: int) -> None:
        """Who takes part, hours and minutes of the month, new patients in the nurses' files."""
        rows = self.organisation.participants(NAME, self.settings.dose)
        self.world.gps["in_pathways"][:] = 0
        self.world.gps["in_pathways"][rows] = 1
        if not len(rows):
            self.time.close()
            return
        months = self.organisation.table["pathways_months"]
        months += 1
        self.coordinator.open_month()
        self.time.open_month()
        self.kit.month(rows, int(months[0]))
        paths = self.settings.paths
        if "heart_failure" in paths or "diabetes" in paths:
            self.contacts.enrol(rows, "heart_failure" in paths, "diabetes" in paths)
        if "falls" in paths:
            self.contacts.invite_to_falls(rows, month)
        self._supervise(rows)

    def _supervise(self, rows: Array) -> None:
        """GPs answer questions about the patients whom nurses follow."""
        people = self.world.people
        followed = people["mt"][(people["nurse_followed"] > 0) & people["alive"]]
        count = np.bincount(followed[followed >= 0], minlength=len(self.world.gps))[rows]
        minutes = count * self.parameters["pathways.gp_min_month"]
        self.organisation.give_time("cpts_admin", rows, minutes)
        self.organisation.spend(CptsEvent.COORDINATION, rows, minutes / 60.0)

    def end(self) -> None:
        """Nurses go back to their rounds, nobody books; tools are forgotten little by little."""
        self.time.close()
        self.contacts.clear()
        self.world.gps["in_pathways"][:] = 0

    def _day(self, world: World, day: int) -> None:
        if self.answers and tools.is_working_day(self, day):
            self.contacts.day(day)

    def _week(self, world: World, day: int) -> None:
        self.kit.fade(day, world.gps["in_pathways"] > 0)

    # ------------------------------------------------------------------------------------------ second line
    def _knows_service(self, inner: Any, world: World, gp: Array, service: int, u: Array) -> Array:
        """Whoever uses the directory finds the service, if its pathway is in the contract."""
        known: Array = inner(world, gp, service, u)
        if SERVICES[service] not in self.settings.paths:
            return known
        return known | (world.gps["uses_directory"][gp] > 0)

    def _letter_days(self, inner: Any, world: World, gp: Array) -> Array:
        """Secure messages arrive sooner than letters."""
        days: Array = inner(world, gp)
        quick = world.gps["uses_messaging"][gp] > 0
        return np.where(quick, np.minimum(days, world.parameters["pathways.message_days"]), days)

    def _before_asking(self, inner: Any, world: World, rows: Array) -> None:
        """Nurses of the pathways give a part of the follow-ups of the people whom they follow."""
        if self.answers and world.people["nurse_followed"].any():
            rows = rows[~self.contacts.in_place_of_the_gp(world, rows)]
        if len(rows):
            inner(world, rows)

    def _after_visit(self, inner: Any, world: World, rows: Array, gp: Array, at: Array) -> None:
        """Participating GPs ask some adults about alcohol and drugs; those who want help are referred."""
        person, what = world.requests["person"][rows], rq.identity(world.requests, rows)
        inner(world, rows, gp, at)
        if not self.answers or "addictology" not in self.settings.paths:
            return
        p, people = self.parameters, world.people
        u = world.draws.block("asked about alcohol", 2, people["key"][person], what)
        new = (people["asked_until"][person] <= at) & (world.age_years(person) >= second_line.ADULT)
        asked = new & (u[0] < p["pathways.asks_share"]) & (world.gps["in_pathways"][gp] > 0)
        people["asked_until"][person[asked]] = at[asked] + p["pathways.asks_again_days"] * DAY
        sessions.more_desk(world, gp[asked], p["pathways.asks_min"])
        found = asked & (u[1] < p["pathways.finds"]) & second_line.use_disorder(world, person)
        second_line.refer(world, person[found], Service.ADDICTOLOGY, gp[found], at[found], what[found] + 1, 1)


SETTINGS = PathwaysSettings
MISSION = Pathways
