"""What the contract pays, when: running part at the signature, means as missions open, results at the yearly review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, Line, mission_code
from cpts_sim.engine.events import CptsEvent
from cpts_sim.missions import money
from cpts_sim.missions.declared import declared
from cpts_sim.missions.tools import PEOPLE_UNIT, add_columns, residents_of

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

RUNNING_PART = len(ACI_MISSIONS)
"""Column of the running part beside those of the missions."""
YEAR_MONTHS, LEAST_DOSE = 12.0, money.LEAST_DOSE


class Payments:
    """Payments of the contract.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation, self.world = organisation, organisation.world
        self.parameters, self.settings = organisation.world.parameters, organisation.settings
        self.rules: str = self.settings.rules or money.usual_rules(organisation.model.spec.reference_year)

    def install(self) -> None:
        """Add the columns: due and paid in this year of the contract, month of opening, advance at the letter."""
        table = self.organisation.table
        for column, width in (("due", RUNNING_PART + 1), ("paid", RUNNING_PART + 1), ("opened", RUNNING_PART)):
            if column not in table:
                table.add_column(column, np.full((1, width), -1.0 if column == "opened" else 0.0))
        add_columns(table, {"letter_advance": 0.0})

    @property
    def contract(self) -> money.Contract:
        """Amounts of a year at the size of now."""
        return money.contract(self.rules, self.organisation.covered(), self.parameters)

    @property
    def part(self) -> float:
        """Share of the money that serves this territory, where the contract covers more than it."""
        return min(1.0, residents_of(self.world) / max(self.organisation.covered(), 1.0))

    def euros_a_year(self, achieved: float | None = None) -> dict[Line, float]:
        """Return the euros of a steady year of this contract by line."""
        missions = self.organisation.missions
        doses = {name: float(missions[name].settings.dose) for name in missions if self.in_contract(name)}
        lines = money.euros_a_year(self.rules, self.organisation.covered(), doses, self.parameters, achieved)
        return {line: euros * self.part for line, euros in lines.items()}

    def in_contract(self, name: str) -> bool:
        """Whether a mission of the scenario is written into the contract."""
        dose = self.organisation.missions[name].settings.dose
        return self.organisation.exists() and dose >= LEAST_DOSE and name in ACI_MISSIONS

    def pays_for(self, name: str) -> bool:
        """Whether the contract has money for a mission."""
        return name in ACI_MISSIONS and self.contract.pays(name)

    def _due(self, name: str) -> tuple[float, float]:
        """Return means and compensation of a year of a mission."""
        year, dose = self.contract, float(self.organisation.missions[name].settings.dose) * self.part
        compensation = year.compensation if name == money.UNSCHEDULED else 0.0
        return dose * year.fixed.get(name, 0.0), dose * compensation

    # ------------------------------------------------------------------------------------------ before
    def startup(self) -> float:
        """Receive the agency's start-up credit, and under the rules of 2022 an advance; returns both."""
        chosen, department = self.settings.money.startup, self.organisation.model.spec.department
        credit = money.startup_credit(department, self.parameters) if chosen is None else chosen
        account = self.organisation.account
        euros = account.receive(Line.STARTUP, credit * self.part)
        if self.rules == money.RULES[1]:
            advance = float(self.parameters.array("aci.letter_advance")[self.contract.size]) * self.part
            self.organisation.table["letter_advance"][0] = account.receive(Line.LETTER, advance)
        return euros

    # ------------------------------------------------------------------------------------------ in force
    def sign(self) -> None:
        """Receive the first year's running part in full, less the advance; and other funders' first year."""
        if not self.organisation.exists():
            return
        table, year = self.organisation.table, self.contract
        running = year.running * self.part * (1.0 + self.parameters["aci.first_year_bonus"])
        table["due"][0, RUNNING_PART] = table["paid"][0, RUNNING_PART] = running
        account = self.organisation.account
        account.receive(Line.RUNNING, running - float(table["letter_advance"][0]))
        account.receive(Line.OTHER_FUNDERS, self.settings.money.other_funders * self.part)

    def coming(self, month: int) -> float:
        """Return the advances that missions still to open will bring before the next anniversary."""
        euros, organisation = 0.0, self.organisation
        for name, mission in sorted(organisation.missions.items()):
            opens = mission.delay_months + organisation.life.late_months(name)
            left = YEAR_MONTHS - opens % YEAR_MONTHS
            same_year = month <= opens and opens // YEAR_MONTHS == month // YEAR_MONTHS
            same_year &= not self.opens_late(name)
            if same_year and self.in_contract(name) and self.organisation.table["opened"][0, mission_code(name)] < 0:
                euros += self.parameters["aci.advance_share"] * sum(self._due(name)) * left / YEAR_MONTHS
        return euros

    def open(self, name: str, month: int) -> None:
        """A mission that runs is written into the contract: three quarters of its means are paid in advance."""
        code, table = mission_code(name), self.organisation.table
        if not self.in_contract(name) or table["opened"][0, code] >= 0:
            return
        self.organisation.tell(CptsEvent.MISSION_OPEN, np.array([code]), 0.0, 0.0)
        table["opened"][0, code] = month
        if self.opens_late(name):
            self.organisation.tell(CptsEvent.LATE, np.array([code]), 0.0, 0.0)
        else:
            self._advance(name, (YEAR_MONTHS - month % YEAR_MONTHS) / YEAR_MONTHS)

    def opens_late(self, name: str) -> bool:
        """Whether a compulsory mission begins after its deadline: it has no means before the next anniversary."""
        mission = self.organisation.missions[name]
        began = mission.delay_months + self.organisation.life.late_months(name)
        return money.opens_late(name, began, self.parameters)

    def _acts(self, name: str) -> bool:
        """Whether anybody takes part, as the CPTS declares it."""
        return self.organisation.on_paper or len(self.organisation.participants(name, 1.0)) > 0

    def _undeployed(self, name: str, month: int) -> bool:
        """Whether the day by which a compulsory mission is deployed has passed and nobody takes part."""
        by = self.parameters.mapping("aci.deployed_by_months").get(name, np.inf)
        return bool(month >= by and not self._acts(name))

    def _advance(self, name: str, fraction: float) -> None:
        code, table, share = mission_code(name), self.organisation.table, self.parameters["aci.advance_share"]
        fixed, compensation = (part * fraction for part in self._due(name))
        table["due"][0, code], table["paid"][0, code] = fixed + compensation, share * (fixed + compensation)
        self._receive_means(name, share * fixed, share * compensation)

    def _receive_means(self, name: str, fixed: float, compensation: float) -> None:
        account, code = self.organisation.account, mission_code(name)
        account.receive(Line.FIXED, fixed, code)
        account.receive(Line.COMPENSATION, compensation, code)

    def review(self, month: int) -> None:
        """Yearly: results are looked at and paid, and the balance of the year."""
        if not self.organisation.exists():
            return
        self.organisation.tell(CptsEvent.REVIEW, np.array([month]), 0.0, 0.0)
        for name in sorted(self.organisation.missions):
            if self.organisation.table["opened"][0, mission_code(name)] >= 0 and self.in_contract(name):
                self._results(name, month)
                self._balance(name, month)
        table, account = self.organisation.table, self.organisation.account
        left = float(table["due"][0, RUNNING_PART] - table["paid"][0, RUNNING_PART])
        account.receive(Line.RUNNING, left)
        table["due"][0, RUNNING_PART] = table["paid"][0, RUNNING_PART] = 0.0
        table["done"][0] = 0.0
        for name in self.organisation.missions:
            if f"{name}_cases" in table:
                table[f"{name}_cases"][0] = 0.0

    def _balance(self, name: str, month: int) -> None:
        """Pay the rest of a mission's means of the year, or take them back where it was not deployed in time."""
        if self._undeployed(name, month):
            self._take_back(name)
            return
        table, code = self.organisation.table, mission_code(name)
        left = float(table["due"][0, code] - table["paid"][0, code])
        fixed, compensation = self._due(name)
        both = max(fixed + compensation, 1e-9)
        self._receive_means(name, left * fixed / both, left * compensation / both)
        table["due"][0, code] = table["paid"][0, code] = 0.0

    def _take_back(self, name: str) -> None:
        table, code, account = self.organisation.table, mission_code(name), self.organisation.account
        account.pay(Line.REPAID, min(float(table["paid"][0, code]), account.cash))
        table["due"][0, code] = table["paid"][0, code] = 0.0
        self.organisation.tell(CptsEvent.LATE, np.array([code]), 0.0, 0.0)

    def _results(self, name: str, month: int) -> None:
        """Pay the variable part: means and results, as declared, against the contract's target."""
        code, p = mission_code(name), self.parameters
        opened = float(self.organisation.table["opened"][0, code])
        fraction = min(YEAR_MONTHS, month - opened) / YEAR_MONTHS
        found, target = declared(self.organisation, name, fraction, residents_of(self.world) / PEOPLE_UNIT)
        dose = float(self.organisation.missions[name].settings.dose)
        target *= 1.0 if name == money.CRISIS else dose  # the amount goes with the dose too, hence once in all
        result = found / target if target else 0.0
        share = result if name == money.CRISIS else money.achieved_share(float(self._acts(name)), result, p)
        wanted = share * fraction * dose * self.part * self.contract.variable.get(name, 0.0)
        euros = self.organisation.account.receive(Line.VARIABLE, wanted, code)
        self.world.journal.add("review", at=self.world.now, mission=code, declared=found, target=target,
                               achieved=share, euros=euros)  # fmt: skip

    def next_year(self, month: int) -> None:
        """Receive three quarters of the coming year's running part and means."""
        if not self.organisation.exists():
            return
        table, account, share = self.organisation.table, self.organisation.account, self.parameters["aci.advance_share"]
        running = self.contract.running * self.part
        table["due"][0, RUNNING_PART], table["paid"][0, RUNNING_PART] = running, share * running
        account.receive(Line.RUNNING, share * running)
        for name in sorted(self.organisation.missions):
            opened = table["opened"][0, mission_code(name)] >= 0 and self.in_contract(name)
            if opened and not self._undeployed(name, month):
                self._advance(name, 1.0)
        account.receive(Line.OTHER_FUNDERS, self.settings.money.other_funders * self.part)

    def _earned(self, month: int) -> NDArray[np.float64]:
        """Return the share of what is due in this year of the contract that is earned, by mission and running part.

        Args:
            month: months of the contract that have begun.
        """
        if not month:
            return np.zeros(RUNNING_PART + 1)
        lived, before = (month - 1) % YEAR_MONTHS + 1.0, (month - 1) // YEAR_MONTHS
        opened = np.append(self.organisation.table["opened"][0], -1.0)
        since = np.where((opened >= 0) & (opened // YEAR_MONTHS == before), opened % YEAR_MONTHS, 0.0)
        return np.clip((lived - since) / (YEAR_MONTHS - since), 0.0, 1.0)

    def end(self, month: int) -> None:
        """The contract is over before the year is: what was paid for the rest of it goes back, as far as there is."""
        table = self.organisation.table
        elapsed = self._earned(month)
        unearned = np.maximum(table["paid"][0] - table["due"][0] * elapsed, 0.0).sum()
        self.organisation.account.pay(Line.REPAID, min(float(unearned), self.organisation.account.cash))
        table["due"][0] = table["paid"][0] = 0.0
