"""The account of a CPTS: nothing is lost, nothing is overdrawn; a boundary that moves changes the size."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import arms, cpts, live, scenario, winter

from cpts_sim.engine.columns import Table
from cpts_sim.engine.cpts_codes import Line
from cpts_sim.engine.events import CptsEvent
from cpts_sim.evidence import load_parameters
from cpts_sim.missions.account import Account
from cpts_sim.missions.money import RULES, contract


def _account() -> tuple[Account, list[tuple[int, float]]]:
    told: list[tuple[int, float]] = []
    journal = SimpleNamespace(add=lambda kind, **row: told.append((row["line"], row["euros"])))
    world = SimpleNamespace(parameters=load_parameters(2019), journal=journal, now=0.0)
    organisation = SimpleNamespace(
        world=world, table=Table("cpts", 1, {"next_at": np.zeros(1)}), covered=lambda: 50_000.0,
        active=lambda: np.arange(5), tell=lambda *row: None, payments=SimpleNamespace(part=1.0),
    )  # fmt: skip
    account = Account(organisation)  # type: ignore[arg-type]
    account.install()
    return account, told


MOVES = st.lists(
    st.tuples(st.sampled_from(("in", "out", "month")), st.floats(0, 200_000, allow_subnormal=False)), max_size=30
)


@settings(max_examples=200)
@given(moves=MOVES, posts=st.floats(0, 3))
def test_euros_in_are_euros_out_and_cash_whatever_happens(moves: list[tuple[str, float]], posts: float) -> None:
    account, told = _account()
    account.organisation.table["posts"][0] = posts
    came = 0.0
    for what, euros in moves:
        if what == "in":
            came += account.receive(Line.RUNNING, euros)
        elif what == "out":
            account.organisation.table["wanted"][0] += euros
            assert 0.0 <= account.pay(Line.MEMBERS, euros) <= 1.0
        else:
            account.plan(12.0, 0.0)
            account.upkeep()
        assert account.cash >= 0.0
        assert 0.0 < account.means <= 1.0
    spent = sum(euros for line, euros in told if line != Line.RUNNING)
    assert came - spent == pytest.approx(account.cash, abs=1e-3)
    assert sum(euros for line, euros in told if line == Line.RUNNING) == pytest.approx(came)


def test_a_surplus_stays_and_asks_for_everything() -> None:
    account, _ = _account()
    account.receive(Line.RUNNING, 1_000_000)
    account.organisation.table["wanted"][0] = 1_000.0
    account.plan(12.0, 0.0)
    assert account.means == 1.0
    assert account.cash == 1_000_000


def test_half_the_money_buys_half_of_what_is_wanted() -> None:
    account, _ = _account()
    bills = sum(account._bills().values())
    account.receive(Line.RUNNING, 12 * (bills + 500.0) + 1)
    account.organisation.table["wanted"][0] = 1_000.0
    account.plan(12.0, 0.0)
    assert account.means == pytest.approx(0.5, abs=0.001)


def test_means_come_back_when_the_money_does() -> None:
    """A short month is followed by full ones once they can be paid: what was not asked is not counted twice."""
    account, _ = _account()
    bills, full = sum(account._bills().values()), 2_000.0
    account.receive(Line.RUNNING, 12 * (bills + 100.0) + 1)
    for _ in range(4):  # poor months: the missions spend in proportion to the hands they may ask for
        account.organisation.table["wanted"][0] = full * account.means
        account.plan(12.0, 0.0)
    assert account.means == pytest.approx(0.05, abs=0.001)
    account.receive(Line.FIXED, 12 * full)
    account.organisation.table["wanted"][0] = full * account.means
    account.plan(12.0, 0.0)
    assert account.means == 1.0


def test_money_to_come_is_counted_on_but_never_spent_before_it_is_there() -> None:
    account, _ = _account()
    bills = sum(account._bills().values())
    account.organisation.table["wanted"][0] = 1_000.0
    account.plan(12.0, 12 * (bills + 1_000.0))
    assert account.means == 1.0
    assert account.pay(Line.MEMBERS, 10.0) == 0.0


def test_hours_of_the_board_are_paid_out_of_what_the_missions_leave() -> None:
    account, _ = _account()
    table, bills = account.organisation.table, sum(account._bills().values())
    account.receive(Line.RUNNING, 12 * (bills + 1_250.0) + 1)
    table["board"][0], table["wanted"][0] = 1_000.0, 1_000.0
    account.plan(12.0, 0.0)
    assert account.means == 1.0
    assert float(table["indemnified"][0]) == pytest.approx(0.25, abs=0.001)


def test_a_contract_that_covers_more_has_its_other_bills_elsewhere() -> None:
    whole, _ = _account()
    tenth, _ = _account()
    tenth.organisation.payments.part = 0.1
    assert tenth.posts_wanted() == pytest.approx(0.1 * whole.posts_wanted())
    assert tenth._bills()[Line.PREMISES] == pytest.approx(0.1 * whole._bills()[Line.PREMISES])


@pytest.mark.parametrize("rules", RULES)
def test_a_boundary_that_moves_changes_the_size_at_the_next_payment(rules: str) -> None:
    """A CPTS of 30 000 grows to 90 000 in its first year: from the anniversary on it is paid as size 3."""
    moved = {"at": "6 months", "population": 90_000}
    block = cpts({}, rules=rules, covers=30_000, boundary=moved)
    start = winter(scenario(population=2000, years=1.1, arms=arms(moves=block), cpts=block))
    life = live(start, "moves", 390)
    rows, pay, p = life.rows("cpts"), life.rows("payment"), load_parameters(2019)
    assert (rows["event"] == CptsEvent.BOUNDARY).sum() == 1
    running = pay["euros"][pay["line"] == Line.RUNNING]
    people = float((life.model.tables["people"]["alive"] & (life.model.tables["people"]["resident"] > 0)).sum())
    first, second = (contract(rules, covered, p).running for covered in (30_000, 90_000))
    assert running[0] == pytest.approx(first * people / 30_000, rel=0.05)
    assert running[-1] == pytest.approx(0.75 * second * people / 90_000, rel=0.05)


def test_a_theme_that_the_contract_does_not_pay_mobilises_few() -> None:
    """Crises are in contracts since 2022; access was paid before."""
    missions = {"crisis": {"start": "0 months"}, "treating_physician": {"start": "0 months"}}
    blocks = {rules: cpts(missions, rules=rules) for rules in RULES}
    start = winter(scenario(population=20_000, arms=arms(without=None, **blocks), cpts=cpts(missions)), 1)
    takes_part = {}
    for rules in RULES:
        organisation = live(start, rules, 3).model.organisation
        organisation.table["means"][0] = 1.0
        assert len(organisation.active()) > 10
        takes_part[rules] = {name: set(organisation.participants(name, 1.0).tolist()) for name in missions}
    before, after = (takes_part[rules] for rules in RULES)
    assert before["treating_physician"] == after["treating_physician"] == after["crisis"]
    assert before["crisis"] < after["crisis"]
    assert len(before["crisis"]) < 0.5 * len(after["crisis"])
