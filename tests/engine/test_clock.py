"""The clock: order of acts, and rebuilding from columns at any moment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.engine.clock import NEVER, Clock, on_grain
from cpts_sim.engine.columns import Table, pack, unpack
from cpts_sim.engine.draws import Draws

KINDS = ("offices", "wards", "boards")
START, END = -2880.0, 20_000.0


class Town:
    """Three coupled kinds of process: each act depends on what all the others did before, to the last bit."""

    def __init__(
        self, tables: dict[str, Table], start: float, order: np.random.Generator | None = None
    ) -> None:
        self.tables, self.draws, self.clock = tables, Draws(8), Clock(start)
        self.log: list[tuple[float, str, int, float]] = []
        loops = [(kind, row) for kind in range(3) for row in range(len(tables[KINDS[kind]]))]
        if order is not None:
            order.shuffle(loops)
        for kind, row in loops:
            self.clock.loop(kind, tables[KINDS[kind]], self.act(kind), rows=[row])

    @classmethod
    def new(cls, order: np.random.Generator | None = None) -> Town:
        tables = {
            kind: Table(
                kind, rows, {"next_at": START + np.arange(rows) % 7 * 60.0, "count": "i8", "stock": "f8"}
            )
            for kind, rows in zip(KINDS, (60, 40, 9), strict=True)
        }
        return cls(tables, START, order)

    def act(self, kind: int):
        table = self.tables[KINDS[kind]]
        others = self.tables[KINDS[(kind + 1) % 3]]

        def act(row: int) -> None:
            now = self.clock.now
            self.log.append((now, KINDS[kind], row, float(table["stock"][row])))
            u = self.draws.scalar(KINDS[kind], row, int(table["count"][row]))
            table["count"][row] += 1
            other = int(u * len(others))
            table["stock"][row] += u * others["stock"][other] * 1e-3 + 1.0
            others["stock"][other] += 0.25 * table["stock"][row]
            wait = on_grain(u * 300.0 + table["stock"][row] % 60.0) if kind else 60.0 * (1 + int(u * 5))
            table["next_at"][row] = now + wait if u < 0.9995 else NEVER
            if u > 0.99:
                others["alive"][other] = False
            elif u > 0.95:
                others["next_at"][other] += 120.0  # put off while it sleeps

        return act

    def state(self) -> dict[str, list[float]]:
        return {name: column.tolist() for name, column in pack(self.tables.values()).items()}


@pytest.fixture(scope="module")
def straight() -> Town:
    town = Town.new()
    town.clock.run_to(END)
    return town


def test_the_straight_run_is_worth_comparing(straight: Town) -> None:
    assert len(straight.log) > 3_000
    times = [when for when, *_ in straight.log]
    assert times == sorted(times)
    assert len(set(times)) < len(times) / 2, "many acts must fall at the same minute"
    assert straight.clock.now == END
    assert any(not table["alive"].all() for table in straight.tables.values())


@pytest.mark.parametrize("seed", range(5))
def test_insertion_order_never_matters(straight: Town, seed: int) -> None:
    town = Town.new(np.random.default_rng(seed))
    town.clock.run_to(END)
    assert town.log == straight.log
    assert town.state() == straight.state()


@pytest.mark.parametrize("seed", range(5))
def test_rebuilt_at_any_moment_it_goes_on_as_if_nothing_had_happened(straight: Town, seed: int) -> None:
    rng = np.random.default_rng(seed)
    stops = np.sort(rng.uniform(START, END, 12))
    stops[::3] = np.round(stops[::3] / 60.0) * 60.0  # also at a minute when many act
    town, log = Town.new(), []
    for stop in stops.tolist():
        town.clock.run_to(on_grain(stop))
        log += town.log
        town = Town(unpack(pack(town.tables.values())), town.clock.now, rng)
    town.clock.run_to(END)
    assert log + town.log == straight.log
    assert town.state() == straight.state()


def test_an_act_at_the_very_end_waits() -> None:
    table, seen = Table("t", 1, {"next_at": np.array([10.0])}), []

    def act(row: int) -> None:
        seen.append(clock.now)
        table["next_at"][row] += 10.0

    clock = Clock()
    clock.loop(0, table, act)
    clock.run_to(20.0)
    assert seen == [10.0]
    clock.run_to(20.0)
    clock.run_to(20.5)
    assert seen == [10.0, 20.0]


def test_the_dead_do_not_act_and_those_put_off_act_later() -> None:
    table, seen = Table("t", 3, {"next_at": np.array([10.0, 20.0, 20.0])}), []

    def act(row: int) -> None:
        seen.append((clock.now, row))
        table["next_at"][row] = NEVER
        if row == 0:
            table["alive"][1], table["next_at"][2] = False, 35.0

    clock = Clock()
    clock.loop(0, table, act)
    clock.run_to(100.0)
    assert seen == [(10.0, 0), (35.0, 2)]


@given(st.floats(0.0, 1e7))
def test_the_grain_makes_sums_exact(minutes: float) -> None:
    rounded = on_grain(minutes)
    assert abs(rounded - minutes) <= 1 / 128
    assert rounded * 64 == int(rounded * 64)
    assert (rounded + 525_600.0 * 5) - 525_600.0 * 5 == rounded
