"""What a contract is due to pay, told before it is lived, is what its payments come to; a dose and a ramp count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lives import AT_ONCE, cpts, scenario

from cpts_sim.catalogue import plugin_modules
from cpts_sim.engine.columns import Table
from cpts_sim.engine.cpts_codes import Line
from cpts_sim.evidence import load_parameters
from cpts_sim.missions import money, payments
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.due import Due, begins_after, credit_before, yearly_euros
from cpts_sim.missions.payments import Payments

P, PEOPLE, MONTHS = load_parameters(2024), 25_000, 36
MODULES = plugin_modules("missions")
ALL = ("treating_physician", "unscheduled_care", "pathways", "prevention", "crisis")


def _missions(dose: float, start: str | None = None) -> dict[str, Any]:
    return {name: {"dose": dose} | ({} if start is None else {"start": start}) for name in ALL}


CONTRACTS = {
    "full dose": cpts(_missions(1.0)),
    "half a dose": cpts(_missions(0.5)),
    "a tenth": cpts(_missions(0.1)),
    "one at no dose": cpts({**AT_ONCE, "pathways": {"dose": 0.0}}),
    "from the first day": cpts(_missions(0.7, "0 months"), rules="aci_2019"),
    "after the deadline": cpts(_missions(1.0, "14 months")),
    "no mission": cpts({}),
    "from the project on": cpts(_missions(0.8), starts_at="project", money={"startup": "40 k€"}),
    "other funders": cpts(_missions(0.3), money={"other_funders": "20 k€ per year"}),
    "covers more": cpts(_missions(0.5), covers=90_000, boundary={"at": "18 months", "population": 180_000}),
}


def _paid(block: Any, late: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> float:
    """Euros that the payments of three years of a contract come to, with results as expected."""
    told: list[float] = []
    people = {"alive": np.ones(PEOPLE, dtype=bool), "resident": np.ones(PEOPLE, dtype=np.int8)}
    world = SimpleNamespace(parameters=P, people=people, now=0.0, journal=SimpleNamespace(add=lambda kind, **row: None))
    missions = {
        name: SimpleNamespace(settings=one, delay_months=begins_after(block, name, P, MODULES))
        for name, one in block.missions.items()
    }

    def covered() -> float:
        moved = block.boundary is not None and world.now >= block.boundary.at * MONTH
        return float(block.boundary.population if moved else block.covers or PEOPLE)

    def receive(line: Line, euros: float, mission: int = -1) -> float:
        told.append(euros)
        return euros

    organisation: Any = SimpleNamespace(
        world=world, settings=block, model=SimpleNamespace(spec=SimpleNamespace(reference_year=2024, department=None)),
        table=Table("cpts", 1, {"done": np.zeros((1, 50))}), missions=missions, covered=covered, exists=lambda: True,
        account=SimpleNamespace(receive=receive, cash=0.0), tell=lambda *row: None, on_paper=True,
        life=SimpleNamespace(late_months=lambda name: late.get(name, 0.0)),
    )  # fmt: skip
    monkeypatch.setattr(payments, "declared", lambda organisation, name, *_: (0.0, 1.0))
    monkeypatch.setattr(money, "achieved_share", lambda *_: P["aci.expected_achievement"])
    paid = Payments(organisation)
    paid.install()
    if block.starts_at == "project":
        paid.startup()
    paid.sign()
    for month in range(MONTHS + 1):
        world.now = month * MONTH
        if month and month % 12 == 0:
            paid.review(month)
            if month == MONTHS:
                break
            paid.next_year(month)
        for name in ALL:
            if name in missions and month >= missions[name].delay_months + late.get(name, 0.0):
                paid.open(name, month)
    return sum(told)


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("late", [{}, {"unscheduled_care": 2.5, "pathways": 7.25}], ids=["in time", "late"])
def test_what_is_due_is_what_three_years_of_payments_come_to(name: str, late: dict[str, float]) -> None:
    block = scenario(reference_year=2024, cpts=CONTRACTS[name]).cpts
    with pytest.MonkeyPatch.context() as patch:
        course: Any = SimpleNamespace(late_months=lambda one: late.get(one, 0.0), goes_on=lambda month: True)
        due = Due(block, P, MODULES, 2024, 0.0, credit_before(block, None, P), course)
        paid = _paid(block, late, patch)
    assert due.between(0.0, MONTHS * MONTH, PEOPLE) == pytest.approx(paid, rel=1e-9)
    assert paid > 0


def test_weeks_add_up_to_the_years_and_nothing_falls_due_before_the_signature() -> None:
    block = scenario(cpts=cpts(_missions(0.5))).cpts
    due = Due(block, P, MODULES, 2024, 3.3 * MONTH)
    weeks = np.arange(0.0, 40 * MONTH, 10_080.0)
    parts = [due.between(start, start + 10_080.0, PEOPLE) for start in weeks.tolist()]
    assert sum(parts) == pytest.approx(due.between(0.0, float(weeks[-1]) + 10_080.0, PEOPLE))
    assert due.between(0.0, 3.3 * MONTH, PEOPLE) == 0.0


def test_a_smaller_dose_is_less_money_and_no_dose_is_the_running_part() -> None:
    whole, half, none = (
        yearly_euros(scenario(cpts=cpts(_missions(dose))).cpts, PEOPLE, 2024, P) for dose in (1.0, 0.5, 0.0)
    )
    running = money.contract("aci_2022", PEOPLE, P).running
    assert none == pytest.approx(running)
    assert half == pytest.approx((whole + running) / 2)


def test_the_money_ends_with_the_contract() -> None:
    block = scenario(cpts=cpts(stop="7 months")).cpts
    due = Due(block, P, MODULES, 2024, 0.0)
    year = due.euros_a_year(0, PEOPLE)
    assert due.between(0.0, MONTHS * MONTH, PEOPLE) == pytest.approx(year * 7 / 12, rel=0.01)
    drawn: Any = SimpleNamespace(late_months=lambda name: 0.0, goes_on=lambda month: month < 24)
    ended = Due(scenario(cpts=cpts()).cpts, P, MODULES, 2024, 0.0, course=drawn)
    assert ended.between(0.0, MONTHS * MONTH, PEOPLE) == pytest.approx(2 * year)
