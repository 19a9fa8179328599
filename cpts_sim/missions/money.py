"""Money of a contract: what a rule set pays by size and mission, and what a steady year is worth.

Two rule sets, ``aci_2019`` and ``aci_2022``. Ceilings and running parts are published; the split between missions
is not verified (the parameters say so) and is scaled so that a contract with every mission never passes its
ceiling. Money pays members' time, staff, tools and rent; it never pays care acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, Line
from cpts_sim.evidence import Parameters

RULES = ("aci_2019", "aci_2022")
"""Names of the rule sets, oldest first."""
UNSCHEDULED, CRISIS = "unscheduled_care", "crisis"
LEAST_DOSE = 0.001
"""Intensity below which a mission is not written into the contract."""


@dataclass(frozen=True)
class Contract:
    """Amounts of a year under one rule set at one size, in euros.

    Attributes:
        rules: name of the rule set.
        size: 0 to 3.
        ceiling: most that is paid in a year, every mission open and every target reached.
        running: running costs.
        fixed: means of each mission, compensation of unscheduled care apart.
        compensation: pays members for unscheduled care.
        variable: results of each mission.
    """

    rules: str
    size: int
    ceiling: float
    running: float
    fixed: Mapping[str, float]
    compensation: float
    variable: Mapping[str, float]

    @property
    def whole(self) -> float:
        """Sum of all parts."""
        return self.running + self.compensation + sum(self.fixed.values()) + sum(self.variable.values())

    def pays(self, mission: str) -> bool:
        """Whether the contract has money for a mission."""
        return self.fixed.get(mission, 0.0) + self.variable.get(mission, 0.0) > 0.0


def usual_rules(year: int) -> str:
    """Return the rule set in force in a reference year."""
    return RULES[0] if year < 2022 else RULES[1]


def size_of(population: float, parameters: Parameters) -> int:
    """Return the size (0 to 3) of a CPTS of so many inhabitants."""
    return int((population >= parameters.array("aci.size_limits")).sum())


def contract(rules: str, population: float, parameters: Parameters) -> Contract:
    """Return what a rule set pays a CPTS of so many inhabitants.

    Args:
        rules: one of :data:`RULES`.
        population: inhabitants covered.
        parameters: parameters in force.
    """
    size, year = size_of(population, parameters), rules.removeprefix("aci_")
    ceiling = float(parameters.array(f"aci.ceiling_{year}")[size])
    running = float(parameters.array(f"aci.running_{year}")[size])
    fixed, variable = (parameters.mapping(f"aci.{part}") for part in ("fixed", "variable"))
    compensation = parameters["aci.compensation"]
    crisis = float(parameters.array("aci.crisis_2022")[size]) if rules == RULES[1] else 0.0
    parts = sum(fixed.values()) + sum(variable.values()) + compensation
    scale = max(0.0, ceiling - running - crisis) / parts
    return Contract(
        rules, size, ceiling, running,
        {name: scale * euros for name, euros in fixed.items()} | {CRISIS: crisis / 2.0},
        scale * compensation,
        {name: scale * euros for name, euros in variable.items()} | {CRISIS: crisis / 2.0},
    )  # fmt: skip


def opens_late(mission: str, months: float, parameters: Parameters) -> bool:
    """Whether a mission that begins so many months after the signature begins after the contract's deadline for it."""
    limit = parameters.mapping("aci.open_by_months").get(mission)
    return limit is not None and bool(months > limit)


def euros_a_year(
    rules: str, population: float, missions: Iterable[str] | Mapping[str, float], parameters: Parameters,
    achieved: float | None = None,
) -> dict[Line, float]:  # fmt: skip
    """Return the euros of a steady year of a contract, by line.

    Args:
        rules: one of :data:`RULES`.
        population: inhabitants covered.
        missions: names of the missions that are open, or their doses by name: what a contract pays for a mission goes
            with its dose (those that the contract does not know are not paid).
        parameters: parameters in force.
        achieved: share of the variable parts that is paid (none: the evidence's expectation).
    """
    year, doses = contract(rules, population, parameters), in_contract(missions)
    share = parameters["aci.expected_achievement"] if achieved is None else achieved
    variable = {**year.variable, CRISIS: 0.0}  # its second half comes in a year with a crisis only
    return {
        Line.RUNNING: year.running,
        Line.FIXED: sum(dose * year.fixed[name] for name, dose in doses.items()),
        Line.COMPENSATION: doses.get(UNSCHEDULED, 0.0) * year.compensation,
        Line.VARIABLE: share * sum(dose * variable[name] for name, dose in doses.items()),
    }


def in_contract(missions: Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Return the doses of those missions that a contract pays, by name in alphabetical order."""
    doses = missions if isinstance(missions, Mapping) else dict.fromkeys(missions, 1.0)
    return {name: doses[name] for name in sorted(doses) if name in ACI_MISSIONS and doses[name] >= LEAST_DOSE}


def startup_credit(department: str | None, parameters: Parameters) -> float:
    """Return the regional agency's start-up credit (FIR) in euros."""
    known = parameters.mapping("aci.startup_by_department")
    return known.get(department or "", parameters["aci.startup_elsewhere"])


def achieved_share(means: float, result: float, parameters: Parameters) -> float:
    """Return the share of a variable part that is earned: means and result, each between 0 and 1."""
    weight = parameters["aci.weight_of_means"]
    return weight * min(max(means, 0.0), 1.0) + (1.0 - weight) * min(max(result, 0.0), 1.0)
