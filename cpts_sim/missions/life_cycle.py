"""The life of a CPTS before and around its contract: each step takes time and may be refused, stall or end.

Emergence, letter of intent, start-up credit, health project, decision of the agency (two months of silence are an
agreement), negotiation, contract of five years, yearly reviews, renewal or end. The step and the time of the next
one are columns of the CPTS. A life that *succeeds* takes its time but is never refused, stalled, ended or a shell;
a life that is *drawn* may be any of them: the mean over many is the effect expected before funding.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.engine.events import CptsEvent, Work
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.tools import add_columns

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation


class Step(IntEnum):
    """Steps of the life of a CPTS."""

    EMERGENCE = 0
    LETTER = 1
    PROJECT = 2
    DECISION = 3
    CONTRACT = 4
    RUNNING = 5
    ENDED = 6


BEGINS = {
    Step.EMERGENCE: CptsEvent.EMERGENCE, Step.LETTER: CptsEvent.LETTER, Step.PROJECT: CptsEvent.CREDIT,
    Step.DECISION: CptsEvent.PROJECT, Step.CONTRACT: CptsEvent.APPROVED,
}  # fmt: skip
"""What the journal says when a step begins."""
TEAM = 1
YEAR_MONTHS = 12


class LifeCycle:
    """Steps of a CPTS.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation, self.world = organisation, organisation.world
        self.parameters, self.settings = organisation.world.parameters, organisation.settings
        self.succeeds = self.settings.life == "succeeds"

    def install(self) -> None:
        """Add the columns: step, when it ends, tries, shell or not, whether the agency let two months pass."""
        first = Step[self.settings.starts_at.upper()]
        add_columns(self.organisation.table, {
            "step": np.int8(first), "step_at": float(self.organisation.table["next_at"][0]), "begun": np.int8(0),
            "tries": np.int32(0), "paper": np.int8(self.settings.paper), "silence": np.int8(0),
            "post_at": NEVER, "bounded": np.int8(0),
        })  # fmt: skip

    @property
    def step(self) -> Step:
        """The present step."""
        return Step(int(self.organisation.table["step"][0]))

    def _u(self, decision: str, what: int = 0) -> float:
        key = int(self.organisation.table["key"][0])
        return self.world.draws.scalar(f"life of the CPTS/{decision}", key, what)

    def _between(self, name: str, decision: str, what: int = 0) -> float:
        months = self.parameters.mapping(f"cpts.{name}")
        return months["low"] + (months["high"] - months["low"]) * self._u(decision, what)

    def _happens(self, chance: str, decision: str, what: int = 0) -> bool:
        """Whether something goes wrong; never in a life that succeeds."""
        return not self.succeeds and self._u(decision, what) < self.parameters[f"cpts.{chance}"]

    # ------------------------------------------------------------------------------------------ steps
    def turn(self) -> None:
        """The present step is over (or the first one begins): go on."""
        table = self.organisation.table
        if not table["begun"][0]:
            table["begun"][0] = 1
            self._enter(self.step)
            return
        if self._ends() or self._refused():
            return
        self._enter(Step(self.step + 1))

    def _enter(self, step: Step) -> None:
        table, organisation = self.organisation.table, self.organisation
        table["step"][0], table["tries"][0] = step, 0
        if step == Step.RUNNING:
            table["step_at"][0] = NEVER
            self._sign()
            return
        if not (self.world.gps["member"] > 0).any():
            organisation.membership.found()
        silent = step == Step.CONTRACT and bool(table["silence"][0])
        self._tell(CptsEvent.SILENCE if silent else BEGINS[step])
        if step == Step.PROJECT:
            organisation.payments.startup()
            organisation.account.study()
        self._wait(self._months(step))

    def _months(self, step: Step) -> float:
        """Months that a step takes, stall included; existing teams shorten what comes before the decision."""
        name, tries = step.name.lower(), int(self.organisation.table["tries"][0])
        months = self._between(f"life_{name}_months", name, tries)
        if step == Step.DECISION:
            limit = self.parameters["cpts.life_silence_months"]
            self.organisation.table["silence"][0] = months >= limit
            return min(months, limit)
        if step in (Step.EMERGENCE, Step.PROJECT):
            months *= self.ease
        if self._happens("life_stall", f"stalls/{name}", tries):
            self._tell(CptsEvent.STALLED)
            months += self._between("life_stall_months", f"stalled/{name}", tries)
        return months

    @property
    def ease(self) -> float:
        """Share of delays and endings that remains where GPs already work in teams (not credited to the CPTS)."""
        gps = self.world.gps
        here = (gps["halo"] == 0) & gps["alive"] & (gps["status"] != Work.LEFT)
        teams = float((gps["practice_type"][here] > TEAM).mean()) if here.any() else 0.0
        return 1.0 - self.parameters["cpts.life_msp_ease"] * teams

    def _ends(self) -> bool:
        chance = self.parameters["cpts.life_end"] * self.ease
        if self.succeeds or self._u("ends", int(self.step)) >= chance:
            return False
        self.organisation.end()
        return True

    def _refused(self) -> bool:
        """A letter or a project that is refused is written again, a few times; silence is an agreement."""
        table, step = self.organisation.table, self.step
        tries = int(table["tries"][0])
        if step == Step.DECISION and table["silence"][0]:
            return False
        if step not in (Step.LETTER, Step.DECISION) or not self._happens("life_refused", f"refused/{step.name}", tries):
            return False
        self._tell(CptsEvent.REFUSED)
        table["tries"][0] = tries + 1
        if tries + 1 >= self.parameters["cpts.life_tries"]:
            self.organisation.end()
        else:
            self._wait(self._between("life_again_months", f"again/{step.name}", tries) + self._months(step))
        return True

    def _sign(self) -> None:
        """The contract is signed; some contracts stay on paper."""
        table = self.organisation.table
        if self._happens("life_paper", "paper"):
            table["paper"][0] = 1
        self.organisation.sign()

    def _wait(self, months: float) -> None:
        self.organisation.table["step_at"][0] = self.organisation.later(months)

    def _tell(self, event: CptsEvent) -> None:
        if self.organisation.exists():
            self.organisation.tell(event, np.array([-1]), 0.0, 0.0)

    # ------------------------------------------------------------------------------------------ the contract
    def late_months(self, name: str) -> float:
        """Months by which a mission begins later than planned."""
        if self.succeeds or self.settings.starts_at == "running":
            return 0.0
        what = ACI_MISSIONS.index(name) if name in ACI_MISSIONS else len(ACI_MISSIONS)
        return self._between("life_late_months", "late", what)

    def goes_on(self, month: int) -> bool:
        """Whether the contract goes on after a yearly review, and is renewed when its years are over."""
        year = month // YEAR_MONTHS
        if self._happens("life_end_yearly", "ends in the year", year):
            return False
        if month % int(self.parameters["aci.contract_months"]):
            return True
        if not self.succeeds and self._u("renewed", year) >= self.parameters["cpts.life_renewed"]:
            return False
        self._tell(CptsEvent.RENEWED)
        return True

    def hire(self, month: int) -> None:
        """A coordinator is looked for, comes, and may leave."""
        table, now = self.organisation.table, self.world.now
        if table["posts"][0] > 0.0:
            chance = self.parameters["cpts.coordinator_leaves_yearly"] / YEAR_MONTHS
            if month and self._u("coordinator leaves", month) < chance:
                table["posts"][0] = 0.0
                self._tell(CptsEvent.COORDINATOR_LEFT)
                self.look_for_coordinator(month)
        elif now >= table["post_at"][0]:
            table["posts"][0] = self.organisation.account.posts_wanted()
            self._tell(CptsEvent.HIRED)

    def look_for_coordinator(self, month: int) -> None:
        """It takes months to find somebody."""
        months = self._between("hire_months", "hires", month)
        self.organisation.table["post_at"][0] = self.world.now + months * MONTH
