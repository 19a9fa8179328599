"""Mission ``quality``: peer groups in which GPs compare practices; a small uncertain gain, and evenings.

Habits drift a little towards the norm, from both sides. A part of useless second visits disappears.
Who has met shares complex cases and is less alone: that is what ties do, whatever made them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care.world import World
from cpts_sim.engine.events import CptsEvent
from cpts_sim.missions.base import Mission, MissionSettings
from cpts_sim.missions.tools import tie, ties_of_years

Array = NDArray[Any]
NAME = "quality"
RANK = 50


class QualitySettings(MissionSettings):
    """Quality of care: peer groups, comparison of practices, shared complex cases."""

    groups_per_year: float | None = Field(None, ge=0, le=24)
    """Peer groups of a participating GP in a year (none: the evidence's number)."""


class Quality(Mission):
    """Peer groups in the evening."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = QualitySettings
    grade: ClassVar[str] = "C"
    pays: ClassVar[tuple[str, ...]] = ("gp",)
    loses: ClassVar[tuple[str, ...]] = ("participants' evenings",)
    delay: ClassVar[str] = "quality.delay_months"
    preparation: ClassVar[str] = "quality.preparation_hours_month"

    def install(self) -> None:
        """Wrap the rules of practice style and of second visits."""
        world, rules = self.world, self.world.rules
        if "norm_pull" not in world.gps:
            world.gps.add_column("norm_pull", np.zeros(len(world.gps)))
        rules.wrap("practice_style", NAME, RANK, self._practice_style)
        rules.wrap("return_share", NAME, RANK, self._return_share)
        world.hooks.setdefault("week", []).append(self._fade)

    def grown(self, months: int) -> None:
        """Groups that have met for long have left ties."""
        a_year = self.chosen(self.settings.groups_per_year, "quality.groups_per_year")
        rows = self.organisation.participants(NAME, self.settings.dose)
        ties_of_years(self.world, rows, a_year * self.parameters["cpts.attendance"])

    def month(self, month: int) -> None:
        """Who attends gives an evening, meets peers, and moves towards the norm."""
        world, gps, p = self.world, self.world.gps, self.parameters
        rows = self.organisation.participants(NAME, self.settings.dose)
        a_month = self.chosen(self.settings.groups_per_year, "quality.groups_per_year") / 12.0
        there = rows[
            world.draws.uniform("peer group", gps["key"][rows], month) < a_month * p["cpts.attendance"]
        ]
        if not len(there):
            return
        self.organisation.give_time("cpts_evening", there, p["quality.group_hours"] * 60.0)
        self.organisation.spend(CptsEvent.MEETING, there, p["quality.group_hours"])
        tie(self.world, there, p["cpts.ties_per_meeting"], p["cpts.ties_most"])
        gps["norm_pull"][there] += p["quality.step"] * (1.0 - gps["norm_pull"][there])

    def _fade(self, world: World, day: int) -> None:
        """Habits come back."""
        world.gps["norm_pull"] *= 1.0 - world.parameters["quality.fades_weekly"]

    def _practice_style(self, inner: Any, world: World, gp: Array) -> Array:
        """Distance from the norm shrinks by a part."""
        style: Array = inner(world, gp)
        return style * (1.0 - world.gps["norm_pull"][gp] * world.parameters["quality.norm_most"])

    def _return_share(self, inner: Any, world: World, kind: Array, gp: Array) -> Array:
        """Some second visits are of no use, and are not asked for any more."""
        share: Array = inner(world, kind, gp)
        return share * (1.0 - world.gps["norm_pull"][gp] * world.parameters["quality.avoidable_returns"])


SETTINGS = QualitySettings
MISSION = Quality
