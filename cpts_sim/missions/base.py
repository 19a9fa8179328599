"""The shape of a mission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import CptsEvent
from cpts_sim.scenario.fields import Months, Share
from cpts_sim.scenario.settings import Settings

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

MONTH = 365.0 * DAY / 12.0


class MissionSettings(Settings):
    """What every mission can be told."""

    dose: Share = 1.0
    """Intensity: share of the possible participation that is reached (0: as if the mission did not exist)."""
    start_months: Months | None = Field(None, alias="start")
    """Time from the start of the CPTS to the first care (none: the evidence's delay)."""


class Mission:
    """A mission of a CPTS.

    Args:
        settings: its settings.
        organisation: the CPTS that runs it.

    Attributes:
        name: name in scenario files.
        grade: strength of the evidence of its effect.
        pays: who gives time.
        loses: who may lose.
        delay: parameter of the months between the start of the CPTS and the first care.
        preparation: parameter of the hours a month of those who take part before the first care ("": none).
    """

    name: ClassVar[str] = ""
    settings_class: ClassVar[type[MissionSettings]] = MissionSettings
    grade: ClassVar[str] = "judgement"
    pays: ClassVar[tuple[str, ...]] = ()
    loses: ClassVar[tuple[str, ...]] = ()
    delay: ClassVar[str] = "cpts.delay_access_months"
    preparation: ClassVar[str] = ""

    def __init__(self, settings: Any, organisation: Organisation) -> None:
        self.settings, self.organisation = settings, organisation
        self.world: World = organisation.world
        self.parameters = self.world.parameters

    def chosen(self, value: float | None, parameter: str) -> float:
        """Return what the scenario says, else the evidence's value."""
        return float(self.parameters[parameter] if value is None else value)

    @property
    def delay_months(self) -> float:
        """Months between the start of the CPTS and the first care."""
        return self.chosen(self.settings.start_months, self.delay)

    @property
    def running(self) -> bool:
        """Whether care under the mission has begun and the contract has not ended."""
        return self.organisation.has_begun(self.name)

    def install(self) -> None:
        """Insert routes and wrap rules; they must do nothing while the mission is not running."""

    def begin(self) -> None:
        """First day of care under the mission."""

    def grown(self, months: int) -> None:
        """Months under the mission already lie behind a CPTS that exists on day 0: what they have left."""

    def month(self, month: int) -> None:
        """A month of the running mission (from the monthly board)."""

    def end(self) -> None:
        """The contract is over: what was set apart for the mission goes back."""

    def preparing(self, month: int) -> None:
        """A month between the decision and the first care: hours of the CPTS, charged through ``give_time``.

        Law 5 and law 2 meet here. A mission that is planned after the horizon changes nothing in care *as a
        mission*: no route, no rule, no slot of its own. The hours of its preparation are ordinary hours of a CPTS;
        like any others they displace patients, administration or rest and may tire who gives them. So two CPTS with
        the same hours, one preparing a mission that never comes, one working on anything else, give the same care.
        """
        if not self.preparation:
            return
        rows = self.organisation.participants(self.name, self.settings.dose)
        hours = self.parameters[self.preparation]
        self.organisation.give_time("cpts_admin", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)
