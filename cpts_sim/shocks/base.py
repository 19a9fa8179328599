"""The shape of a shock: when it strikes, and needs that it adds to those of the people."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cpts_sim.care import requests as rq
from cpts_sim.care.world import Alert, World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Origin
from cpts_sim.scenario.fields import Days
from cpts_sim.scenario.settings import Settings

Array = NDArray[Any]
FIRST_ORDINAL = 1 << 20
"""Ordinals of needs that a shock adds begin here, so that no draw of an ordinary need is used twice."""
CLOCKS = {0: "minor", 1: "acute", 2: "emergency", 4: "preventive"}
"""Need → clock whose hours of the day its surplus follows."""


class ShockSettings(Settings):
    """When a shock strikes."""

    start_days: Days = Field(0.0, alias="start")
    """Time from day 0 to the first day of the shock."""
    on: date | None = None
    """First day as a date, which may fall in the warm-up (instead of ``start``)."""
    length_days: Days = Field(28.0, alias="length")
    """How long it lasts."""


class Shock:
    """A shock, present in every arm.

    Args:
        settings: its settings.
        model: the model that it strikes.

    Attributes:
        name: name in scenario files.
        rank: number of the shock, which keeps the needs it adds apart from another's.
        alarms: whether it is a crisis for which a CPTS may have a plan.
        first_day: first day.
        until_day: first day after it.
    """

    name: ClassVar[str] = ""
    settings_class: ClassVar[type[ShockSettings]] = ShockSettings
    rank: ClassVar[int] = 0
    alarms: ClassVar[bool] = True
    grade: ClassVar[str] = "judgement"

    def __init__(self, settings: Any, model: Any) -> None:
        self.settings, self.model = settings, model
        self.world: World = model.care.world
        self.parameters = self.world.parameters
        away = settings.start_days if settings.on is None else float((settings.on - model.spec.start).days)
        self.first_day = int(np.floor(away))
        self.until_day = self.first_day + int(np.ceil(settings.length_days))

    @property
    def absent(self) -> bool:
        """Whether the settings leave it no force: then no byte of a run changes."""
        return self.until_day <= self.first_day

    def install(self) -> None:
        """Strike on the days of the shock, and tell the territory that it is one."""
        self.world.hooks.setdefault("day", []).append(self._turn)
        if self.alarms:
            self.world.alerts.append(Alert(self.name, self.first_day, self.until_day))

    def _turn(self, world: World, day: int) -> None:
        if self.first_day <= day < self.until_day:
            self.day(day)

    def day(self, day: int) -> None:
        """What happens at 00:00 of each of its days."""

    def inside(self, minute: Array) -> Array:
        """Whether minutes fall on its days."""
        result: Array = (minute >= self.first_day * DAY) & (minute < self.until_day * DAY)
        return result

    def by_age(self, parameter: str, person: Array) -> Array:
        """Return a parameter given by age class (``care.age_from``) for each person."""
        p = self.parameters
        band = np.searchsorted(p.array("care.age_from"), self.world.age_years(person), side="right") - 1
        result: Array = p.array(parameter)[band]
        return result

    def add_needs(self, kind: int, person: Array, chance: Array, day: int) -> Array:
        """Raise needs of a day over the ordinary ones: exogenous, the same persons and minutes in all arms.

        Args:
            kind: kind of need.
            person: rows of people.
            chance: probability of such a need on this day, one per person.
            day: the day.

        Returns:
            The persons who have one.
        """
        world, key = self.world, self.world.people["key"]
        u = world.draws.block(f"shock/{self.name}/{kind}", 2, key[person], day)
        chosen = u[0] < chance
        who = person[chosen]
        minute = day * DAY + world.needs[CLOCKS[kind]].activity.minute(u[1][chosen])
        order = np.lexsort((key[who], minute))
        who, minute = who[order], minute[order]
        ordinal = np.full(len(who), FIRST_ORDINAL + (self.rank << 16) + day - self.first_day, dtype=np.int64)
        rq.raise_requests(world, who, kind, Origin.EXOGENOUS, ordinal, minute)
        added: Array = who
        return added

    def living(self) -> Array:
        """Rows of the people who live in the territory now."""
        people = self.world.people
        return np.flatnonzero(people["alive"] & (people["resident"] > 0))
