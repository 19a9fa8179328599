"""The baseline is France of the reference year, not a void: the institutions that exist in every arm.

Each is a switch with a level: a parameter of the reference year, which a scenario may replace, and a day from which
it is in force. A mission acts on what they leave. The list is the registry of this file; what each does stands in the
module that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from cpts_sim.engine.clock import DAY
from cpts_sim.evidence import Parameters
from cpts_sim.scenario.settings import Settings


class Switched(Settings):
    """An institution of the baseline."""

    level: float | None = None
    """Level, in the unit of its parameter (none: that of the reference year; 0: off)."""
    since: date | None = None
    """Day from which it is in force (none: the whole run where a level is written, else since it began in France)."""

    built_in: ClassVar[bool] = False


class BuiltIn(Switched):
    """An institution that is laid down with the territory: in force from the start, or not at all."""

    built_in: ClassVar[bool] = True


@dataclass(frozen=True)
class Switch:
    """One institution of the baseline.

    Attributes:
        name: name in scenario files, of its title in words and of what it wraps.
        parameter: id of its level.
        acts_on: named rule, or part of the model, that it changes.
        began: first day in force in France.
        settings: class of its settings.
    """

    name: str
    parameter: str
    acts_on: str
    began: date
    settings: type[Switched] = Switched


_ALL = (
    Switch("sas", "baseline.sas", "knows_desk", date(2021, 1, 1)),
    Switch("crisis_centres", "baseline.crisis_centres", "knows_desk", date(1970, 1, 1)),
    Switch("pdsa", "baseline.pdsa", "duty_answers", date(2003, 9, 15)),
    Switch("pharmacist_acts", "pharmacy.law_in_force", "pharmacist_settles", date(2024, 6, 18)),
    Switch("pharmacist_vaccination", "baseline.pharmacist_vaccination", "vaccinators", date(2017, 10, 1)),
    Switch("assistants", "territory.assistant", "gps.assistant", date(2019, 6, 20), BuiltIn),
    Switch("asalee", "territory.asalee", "before_asking", date(2004, 1, 1), BuiltIn),
    Switch("ipa", "territory.ipa", "before_asking", date(2018, 7, 18), BuiltIn),
    Switch("group_practice", "baseline.group_practice", "gps.practice_type", date(1970, 1, 1), BuiltIn),
    Switch("msp", "baseline.msp", "gps.practice_type", date(2007, 12, 19), BuiltIn),
    Switch("dac", "baseline.dac", "strain_week", date(2011, 1, 1)),
    Switch("prado", "baseline.prado", "after_discharge", date(2013, 1, 1)),
    Switch("had", "baseline.had", "after_discharge", date(1970, 12, 31)),
    Switch("invitations", "baseline.invitations", "protection", date(2008, 1, 1)),
    Switch("online_booking", "territory.online", "gps.online", date(2013, 1, 1), BuiltIn),
    Switch("teleconsultation", "baseline.teleconsultation", "after_failure", date(2018, 9, 15)),
    Switch("ald_plan", "baseline.ald_plan", "accept_patient", date(2023, 1, 1)),
    Switch("spontaneous_registration", "care.mt_search_monthly", "seek_mt", date(1970, 1, 1)),
)

SWITCHES: Mapping[str, Switch] = {switch.name: switch for switch in _ALL}
"""Every institution of the baseline, by name."""


class Baseline:
    """The institutions in force in one model.

    Args:
        parameters: parameters in force, levels of the scenario included.
        since: minute from which each institution is in force, by name (absent: the whole run).
    """

    def __init__(self, parameters: Parameters, since: Mapping[str, float] | None = None) -> None:
        self._parameters, self._since = parameters, dict(since or {})

    def level(self, name: str, now: float) -> float:
        """Return the level of an institution at a minute, 0 before it began."""
        if now < self._since.get(name, -float("inf")):
            return 0.0
        return self._parameters[SWITCHES[name].parameter]


def levels(chosen: Any) -> dict[str, float]:
    """Return the parameters that the block ``baseline`` of a scenario replaces: id → value."""
    return {SWITCHES[name].parameter: switched.level for name, switched in chosen.items() if switched.level is not None}


def since_minutes(chosen: Any, start: date) -> dict[str, float]:
    """Return the minute from which each institution is in force, for those that begin after the start of the run.

    Args:
        chosen: the block ``baseline`` of a scenario.
        start: day 0.
    """
    days = {switch.name: switch.began for switch in _ALL if not switch.settings.built_in and switch.began > start}
    for name, switched in chosen.items():
        if switched.since is not None:
            days[name] = switched.since
        elif switched.level is not None:
            days.pop(name, None)
    return {name: (day - start).days * DAY for name, day in days.items()}
