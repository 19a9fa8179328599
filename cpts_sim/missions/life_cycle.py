"""The life of a CPTS before and around its contract: each step takes time and may be refused, stall or end.

Emergence, letter of intent, start-up credit, health project, decision of the agency (two months of silence are an
agreement), negotiation, contract of five years, yearly reviews, renewal or end. The step and the time of the next
one are columns of the CPTS. A life that *succeeds* takes its time but is never refused, stalled, ended or a shell;
a life that is *drawn* may be any of them: the mean over many is the effect expected before funding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.events import CptsEvent
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.course import YEAR_MONTHS, Course, Step
from cpts_sim.missions.tools import add_columns

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation


BEGINS = {
    Step.EMERGENCE: CptsEvent.EMERGENCE, Step.LETTER: CptsEvent.LETTER, Step.PROJECT: CptsEvent.CREDIT,
    Step.DECISION: CptsEvent.PROJECT, Step.CONTRACT: CptsEvent.APPROVED,
}  # fmt: skip
"""What the journal says when a step begins."""


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

    @property
    def course(self) -> Course:
        """What its draws say of delays and mishaps."""
        return Course(self.world, self.settings, int(self.organisation.table["key"][0]))

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
        table, course = self.organisation.table, self.course
        tries = int(table["tries"][0])
        if step == Step.DECISION:
            table["silence"][0] = course.silent(step, tries)
        months, stalls = course.months(step, tries)
        if stalls:
            self._tell(CptsEvent.STALLED)
        return months

    def _ends(self) -> bool:
        if not self.course.ends_after(self.step):
            return False
        self.organisation.end()
        return True

    def _refused(self) -> bool:
        """A letter or a project that is refused is written again, a few times; silence is an agreement."""
        table, step, course = self.organisation.table, self.step, self.course
        tries = int(table["tries"][0])
        if not course.refused(step, tries):
            return False
        self._tell(CptsEvent.REFUSED)
        table["tries"][0] = tries + 1
        if tries + 1 >= self.parameters["cpts.life_tries"]:
            self.organisation.end()
        else:
            self._wait(course.again(step, tries) + self._months(step))
        return True

    def _sign(self) -> None:
        """The contract is signed; some contracts stay on paper."""
        table = self.organisation.table
        if self.course.happens("life_paper", "paper"):
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
        return self.course.late_months(name)

    def goes_on(self, month: int) -> bool:
        """Whether the contract goes on after a yearly review, and is renewed when its years are over."""
        if not self.course.goes_on(month):
            return False
        if month % int(self.parameters["aci.contract_months"]) == 0:
            self._tell(CptsEvent.RENEWED)
        return True

    def hire(self, month: int) -> None:
        """A coordinator is looked for, comes, and may leave."""
        table, now = self.organisation.table, self.world.now
        if table["posts"][0] > 0.0:
            chance = self.parameters["cpts.coordinator_leaves_yearly"] / YEAR_MONTHS
            if month and self.course.u("coordinator leaves", month) < chance:
                table["posts"][0] = 0.0
                self._tell(CptsEvent.COORDINATOR_LEFT)
                self.look_for_coordinator(month)
        elif now >= table["post_at"][0]:
            table["posts"][0] = self.organisation.account.posts_wanted()
            self._tell(CptsEvent.HIRED)

    def look_for_coordinator(self, month: int) -> None:
        """It takes months to find somebody."""
        months = self.course.between("hire_months", "hires", month)
        self.organisation.table["post_at"][0] = self.world.now + months * MONTH
