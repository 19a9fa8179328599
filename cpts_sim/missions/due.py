"""What the contract of a CPTS is due to pay, month by month, before anybody has lived it.

The same rules and calendar as :mod:`cpts_sim.missions.payments`: the running part from the signature, each mission's
means and results from the board at which it opens (no means before the next anniversary where it opens late), all in
proportion to the mission's dose; other funders each year. What is paid once before the contract, the start-up credit,
is spread over its first year. Results are those expected (``aci.expected_achievement``, no crisis), the CPTS has
members and deploys in time. Euros fall due evenly over the time for which they are paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.cpts_codes import Line
from cpts_sim.evidence import Parameters
from cpts_sim.missions import money
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.course import YEAR_MONTHS, Course, Step, midnight

YEAR = YEAR_MONTHS * MONTH
MEANS = (Line.FIXED, Line.COMPENSATION)


@dataclass(frozen=True)
class Opening:
    """When the contract begins to pay for a mission, in months after the signature.

    Attributes:
        dose: its intensity.
        month: board at which it opens.
        means_from: month from which its means are paid.
    """

    dose: float
    month: int
    means_from: int


def begins_after(cpts: Any, name: str, parameters: Parameters, modules: Mapping[str, Any]) -> float:
    """Months between the signature and the first care of a mission, as planned."""
    planned = cpts.missions[name].start_months
    return float(parameters[modules[name].MISSION.delay] if planned is None else planned)


class Due:
    """What one contract is due to pay.

    Args:
        cpts: block ``cpts`` of a scenario.
        parameters: parameters in force.
        modules: every mission's module by name (the catalogue).
        year: reference year, for the rules where none are named.
        signed: minute of the signature.
        credit: start-up credit received before it, in euros.
        course: draws of its life (none: it goes on, and nothing is late).
    """

    def __init__(
        self, cpts: Any, parameters: Parameters, modules: Mapping[str, Any], year: int, signed: float,
        credit: float = 0.0, course: Course | None = None,
    ) -> None:  # fmt: skip
        self.cpts, self.parameters, self.modules, self.signed, self.course = cpts, parameters, modules, signed, course
        self.rules: str = cpts.rules or money.usual_rules(year)
        self.credit = credit
        self.stops = NEVER if cpts.stop_months is None else midnight(cpts.stop_months * MONTH)
        self.openings = {name: self._opening(name, dose) for name, dose in money.in_contract(doses(cpts)).items()}

    def _opening(self, name: str, dose: float) -> Opening:
        late = 0.0 if self.course is None else self.course.late_months(name)
        began = begins_after(self.cpts, name, self.parameters, self.modules) + late
        month = ceil(began)
        waits = money.opens_late(name, began, self.parameters)
        return Opening(dose, month, _year_of(month) + YEAR_MONTHS if waits else month)

    # ------------------------------------------------------------------------------------------ in time
    def between(self, start: float, end: float, people: float) -> float:
        """Return the euros that fall due between two minutes.

        Args:
            start: minute from which.
            end: minute until which.
            people: inhabitants of the territory now.
        """
        start, end, euros = max(start, self.signed), min(end, self.stops), 0.0
        while start < end:
            month = self.month(start)
            until = min(end, self.signed + (month + 1) * MONTH)
            euros += self.euros_a_year(month, people) * (until - start) / YEAR
            start = until
        return euros

    def month(self, minute: float) -> int:
        """Return the month of the contract in which a minute lies."""
        month = int((minute - self.signed) / MONTH)
        return month + 1 if self.signed + (month + 1) * MONTH <= minute else month

    def euros_a_year(self, month: int, people: float, lasting: bool = False) -> float:
        """Return the euros a year that fall due in a month of the contract.

        Args:
            month: months of the contract that lie behind.
            people: inhabitants of the territory now.
            lasting: whether to leave out what is paid in the first year only.
        """
        if not self._in_force(month):
            return 0.0
        year, bonus = _year_of(month), self.parameters["aci.first_year_bonus"]
        first = month < YEAR_MONTHS and not lasting
        running = self._lines(year, {}, people)[Line.RUNNING] * (1.0 + bonus * first)
        beside = self.cpts.money.other_funders + self.credit * first
        euros = running + beside * self._part(self.covered(year, people), people)
        for name, opening in self.openings.items():
            if month >= opening.month:
                lines = self._lines(year + YEAR_MONTHS, {name: opening.dose}, people)
                euros += lines[Line.VARIABLE]
            if month >= opening.means_from:
                lines = self._lines(max(year, opening.month), {name: opening.dose}, people)
                euros += sum(lines[line] for line in MEANS)
        return float(euros)

    def _in_force(self, month: int) -> bool:
        """Whether the contract has gone on at every anniversary so far, and has not been stopped."""
        if self.signed + month * MONTH >= self.stops:
            return False
        anniversaries = range(YEAR_MONTHS, month + 1, YEAR_MONTHS)
        return self.course is None or all(self.course.goes_on(one) for one in anniversaries)

    # ------------------------------------------------------------------------------------------ its size
    def covered(self, month: int, people: float) -> float:
        """Inhabitants that the contract covers in a month."""
        boundary = self.cpts.boundary
        if boundary is not None and self.signed + month * MONTH >= boundary.at * MONTH:
            return float(boundary.population)
        return float(self.cpts.covers or people)

    def _part(self, covered: float, people: float) -> float:
        return min(1.0, people / max(covered, 1.0))

    def _lines(self, month: int, missions: dict[str, float], people: float) -> dict[Line, float]:
        """Euros of a steady year by line, at the size of a month, as far as they serve this territory."""
        covered = self.covered(month, people)
        part = self._part(covered, people)
        lines = money.euros_a_year(self.rules, covered, missions, self.parameters)
        return {line: euros * part for line, euros in lines.items()}


def _year_of(month: int) -> int:
    """First month of the year of the contract in which a month lies."""
    return month - month % YEAR_MONTHS


def doses(cpts: Any) -> dict[str, float]:
    """Return the doses of the missions of a block ``cpts``."""
    return {name: float(settings.dose) for name, settings in cpts.missions.items()}


def signed_before(cpts: Any, first_day: float) -> float:
    """Minute at which the contract of a CPTS that exists on day 0 was signed.

    Args:
        cpts: block ``cpts``.
        first_day: minute at which the warm-up begins.
    """
    return first_day - max(int(cpts.since_months + first_day / MONTH), 0) * MONTH


def credit_before(cpts: Any, department: str | None, parameters: Parameters) -> float:
    """Start-up credit that a CPTS receives before its contract; none where its project is written already."""
    if cpts.since_months is not None or Step[cpts.starts_at.upper()] > Step.PROJECT:
        return 0.0
    chosen = cpts.money.startup
    return money.startup_credit(department, parameters) if chosen is None else float(chosen)


def yearly_euros(cpts: Any, population: float, year: int, parameters: Parameters) -> float:
    """Return the euros of a steady year of a CPTS: every line that its contract pays, at the doses of its missions.

    Args:
        cpts: block ``cpts`` of a scenario.
        population: inhabitants of the territory.
        year: reference year, for the rules of the contract where none are named.
        parameters: parameters in force.
    """
    rules, covered = cpts.rules or money.usual_rules(year), cpts.covers or population
    whole = sum(money.euros_a_year(rules, covered, doses(cpts), parameters).values())
    return float(whole * min(1.0, population / max(covered, 1.0)))
