"""Who answers a common number that looks for slots: hours in post, minutes of every call, and how it becomes known.

The desk of a CPTS and the number of paid evening sessions are answered alike.

A desk has the hours that are paid and filled. Each call that gets through takes its minutes, whether a slot is found or
not; when more is asked than the hours in post allow, calls go unanswered, drawn by the share that staff can take.
That share is set at midnight from what callers asked on the days before, so it does not depend on windows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.requests import round_identity
from cpts_sim.care.routes import CONTACTS, Wave, busy_line
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.events import CptsEvent
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.tools import add_columns

Array = NDArray[Any]
Pay = Callable[[CptsEvent, int, float], None]
SATURDAY = 5
MEMORY, WORKING_DAYS, MOST_DAYS = 0.8, 21.0, 2.0
"""Weight of earlier days in what callers are expected to ask; working days a month; days that may be caught up."""


class DeskStaff:
    """Call agents of a desk.

    Args:
        world: the world.
        table: table (one row) that holds the state of the desk.
        code: route of its calls.
        pay: writes down the minutes of each of some calls, or of hours in post, as an event.
    """

    def __init__(self, world: World, table: Callable[[], Table], code: int, pay: Pay) -> None:
        self.world, self.table, self.code, self.pay = world, table, code, pay

    def install(self) -> None:
        """Add the columns of the desk and count calls."""
        add_columns(self.table(), {
            "desk_since": NEVER, "desk_post": 0.0, "desk_used": 0.0, "desk_left": 0.0, "desk_asked": 0.0,
            "desk_usual": 0.0, "desk_share": 0.0,
        })  # fmt: skip
        self.world.hooks.setdefault("day", []).append(self._morning)
        self.world.hooks.setdefault("contacts", []).append(self._count)

    def _get(self, name: str) -> float:
        return float(self.table()[f"desk_{name}"][0])

    def _set(self, **values: float) -> None:
        for name, value in values.items():
            self.table()[f"desk_{name}"][0] = value

    # ------------------------------------------------------------------------------------------ hours in post
    @property
    def there(self) -> bool:
        """Whether anybody is in post at the desk."""
        return self._get("post") > 0.0

    def hours(self, gps: int) -> float:
        """Hours a month in post.

        Args:
            gps: GPs who give slots to the desk.
        """
        return float(self.world.parameters["cpts.desk_hours_month_per_gp"] * gps)

    def open_month(self, hours: float) -> None:
        """Pay what calls have left of last month's hours, and put this month's in post."""
        self._pay(CptsEvent.COORDINATION, 1, max(self._get("post") - self._get("used"), 0.0))
        self._set(post=60.0 * hours, used=0.0)

    def close(self) -> None:
        """Nobody answers any more."""
        self._set(post=0.0, used=0.0, left=0.0, share=0.0, since=NEVER)

    def _pay(self, event: CptsEvent, rows: int, minutes: float) -> None:
        if rows and minutes > 0.0:
            self.pay(event, rows, minutes)

    def _offices_open(self, day: int) -> bool:
        days = self.world.days
        index = days.place(day)
        return int(days.weekday[index]) < SATURDAY and not bool(days.holiday[index])

    def _morning(self, world: World, day: int) -> None:
        """Minutes that staff have today, and the share of today's calls that they can take."""
        if not self.there:
            return
        usual, asked = self._get("usual"), self._get("asked")
        if asked > 0.0:  # days on which nobody can call say nothing
            usual = asked if not usual else MEMORY * usual + (1.0 - MEMORY) * asked
        a_day = self._get("post") / WORKING_DAYS
        left = self._get("left") + (a_day if self._offices_open(day) else 0.0)
        left = min(left, MOST_DAYS * a_day)
        self._set(usual=usual, asked=0.0, left=left, share=min(1.0, max(left, 0.0) / max(usual, 1e-9)))

    # ------------------------------------------------------------------------------------------ calls
    def answers(self, wave: Wave, who: Array, contact: Array) -> Array:
        """Whether somebody takes each call (drawn once per call)."""
        call = round_identity(self.world.requests, wave.rows[who]) + wave.attempt[who] + contact
        u = self.world.draws.uniform("desk answers", wave.key[who], call)
        result: Array = u < self._get("share")
        return result

    def _count(self, world: World, wave: Wave, at: Array) -> None:
        """Count the calls really made, a slot found or not; those answered take their minutes and are paid."""
        made = (wave.target == self.code) & (np.arange(CONTACTS)[None, :] <= at[:, None]) & (wave.minute < NEVER)
        who, contact = np.nonzero(made)
        if not len(who) or not self.there:
            return
        through = ~busy_line(world, wave, who, contact)
        who, contact = who[through], contact[through]
        each = self.world.parameters["cpts.desk_call_min"]
        answered = int(np.count_nonzero(self.answers(wave, who, contact)))
        spent = answered * each
        self._set(asked=self._get("asked") + len(who) * each, used=self._get("used") + spent,
                  left=self._get("left") - spent)  # fmt: skip
        self._pay(CptsEvent.DESK_CALL, answered, each)

    # ------------------------------------------------------------------------------------------ who knows it
    def begin(self, months_ago: float = 0.0) -> None:
        """The desk opens, or opened some months ago."""
        self._set(since=self.world.now - months_ago * MONTH)

    def known(self) -> float:
        """Share of inhabitants who call it: it grows over the first months (whole days, so windows do not matter)."""
        p = self.world.parameters
        months = (np.floor(self.world.now / DAY) * DAY - self._get("since")) / MONTH
        first, full = min(p["cpts.desk_awareness_first"], p["cpts.desk_awareness"]), p["cpts.desk_awareness"]
        grown = min(max(months, 0.0) / p["cpts.desk_known_months"], 1.0)
        return float(first + (full - first) * grown)
