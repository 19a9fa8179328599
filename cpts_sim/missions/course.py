"""How long the steps of a CPTS's life take and what befalls them: pure functions of draws, the same in every arm.

So an arm without a CPTS can tell when that of its scenario would have signed, and spend the same money from then on.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.engine.events import Work
from cpts_sim.missions.base import MONTH

TEAM = 1
YEAR_MONTHS = 12


class Step(IntEnum):
    """Steps of the life of a CPTS."""

    EMERGENCE = 0
    LETTER = 1
    PROJECT = 2
    DECISION = 3
    CONTRACT = 4
    RUNNING = 5
    ENDED = 6


ASKED = (Step.LETTER, Step.DECISION)
"""Steps at whose end somebody may refuse."""


class Course:
    """Delays, stalls, refusals and ends of one CPTS.

    Args:
        world: the world.
        settings: block ``cpts``.
        key: of the CPTS in the draws.
    """

    def __init__(self, world: World, settings: Any, key: int = 0) -> None:
        self.world, self.parameters, self.settings, self.key = world, world.parameters, settings, key
        self.succeeds = settings.life == "succeeds"

    def u(self, decision: str, what: int = 0) -> float:
        """Return the draw of a decision."""
        return self.world.draws.scalar(f"life of the CPTS/{decision}", self.key, what)

    def between(self, name: str, decision: str, what: int = 0) -> float:
        """Return months drawn from a range of the evidence."""
        months = self.parameters.mapping(f"cpts.{name}")
        return months["low"] + (months["high"] - months["low"]) * self.u(decision, what)

    def happens(self, chance: str, decision: str, what: int = 0) -> bool:
        """Whether something goes wrong; never in a life that succeeds."""
        return not self.succeeds and self.u(decision, what) < self.parameters[f"cpts.{chance}"]

    @property
    def ease(self) -> float:
        """Share of delays and endings that remains where GPs already work in teams (not credited to the CPTS)."""
        gps = self.world.gps
        here = (gps["halo"] == 0) & gps["alive"] & (gps["status"] != Work.LEFT)
        teams = float((gps["practice_type"][here] > TEAM).mean()) if here.any() else 0.0
        return 1.0 - self.parameters["cpts.life_msp_ease"] * teams

    def silent(self, step: Step, tries: int) -> bool:
        """Whether the agency lets its time pass: an agreement."""
        months = self.between(f"life_{step.name.lower()}_months", step.name.lower(), tries)
        return step == Step.DECISION and months >= self.parameters["cpts.life_silence_months"]

    def months(self, step: Step, tries: int) -> tuple[float, bool]:
        """Return the months that a step takes, stall included, and whether it stalls."""
        name = step.name.lower()
        months = self.between(f"life_{name}_months", name, tries)
        if step == Step.DECISION:
            return min(months, self.parameters["cpts.life_silence_months"]), False
        if step in (Step.EMERGENCE, Step.PROJECT):
            months *= self.ease
        stalls = self.happens("life_stall", f"stalls/{name}", tries)
        if stalls:
            months += self.between("life_stall_months", f"stalled/{name}", tries)
        return months, stalls

    def ends_after(self, step: Step) -> bool:
        """Whether the project is given up at the end of a step."""
        return not self.succeeds and self.u("ends", int(step)) < self.parameters["cpts.life_end"] * self.ease

    def refused(self, step: Step, tries: int) -> bool:
        """Whether a letter or a project is refused; silence cannot refuse."""
        if step not in ASKED or self.silent(step, tries):
            return False
        return self.happens("life_refused", f"refused/{step.name}", tries)

    def again(self, step: Step, tries: int) -> float:
        """Months until what was refused is handed in again."""
        return self.between("life_again_months", f"again/{step.name}", tries)

    def late_months(self, mission: str) -> float:
        """Months by which a mission begins later than planned."""
        if self.succeeds or self.settings.starts_at == "running":
            return 0.0
        what = ACI_MISSIONS.index(mission) if mission in ACI_MISSIONS else len(ACI_MISSIONS)
        return self.between("life_late_months", "late", what)

    def goes_on(self, month: int) -> bool:
        """Whether the contract goes on after a yearly review, and is renewed when its years are over."""
        year = month // YEAR_MONTHS
        if self.happens("life_end_yearly", "ends in the year", year):
            return False
        if self.succeeds or month % int(self.parameters["aci.contract_months"]):
            return True
        return self.u("renewed", year) < self.parameters["cpts.life_renewed"]

    def signature(self, start: float) -> float:
        """Return the minute at which a CPTS that begins at a minute signs its contract (never: infinity)."""
        at, step = midnight(start), Step[self.settings.starts_at.upper()]
        while step < Step.RUNNING:
            after = self._leaves(step, at)
            if after is None:
                return NEVER
            at, step = after, Step(step + 1)
        return at

    def _leaves(self, step: Step, at: float) -> float | None:
        """Minute at which a step that begins now is over and goes on, None where the project ends in it."""
        months, tries = self.months(step, 0)[0], 0
        while True:
            at = midnight(at + months * MONTH)
            if self.ends_after(step):
                return None
            if not self.refused(step, tries):
                return at
            if tries + 1 >= self.parameters["cpts.life_tries"]:
                return None
            months = self.again(step, tries) + self.months(step, tries + 1)[0]
            tries += 1


def midnight(minute: float) -> float:
    """Midnight at which the day of a minute begins."""
    return float(np.floor(minute / DAY) * DAY)
