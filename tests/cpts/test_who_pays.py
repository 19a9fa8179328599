"""Deadlines of the contract, evenings that nobody's budget paid, and hours of staff told apart from members'."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lives import Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, Line
from cpts_sim.engine.events import CptsEvent, Institution
from cpts_sim.experiment.costs import ITEMS
from cpts_sim.measures import Horizon, over
from cpts_sim.missions.organisation import Organisation

LATE = ACI_MISSIONS.index("treating_physician")


@cache
def _year(start: int, people: float = 1.0) -> Life:
    """A contract whose mission opens after so many months; ``people``: share of members who take part."""
    missions = {"treating_physician": {"start": f"{start} months"}}
    policy = cpts(missions, meetings={"per_year": 0}, members={"share_gps": 1, "active_share": people})
    return live(winter(scenario(population=1500, arms=arms(on=policy), cpts=cpts({}))), "on", 400)


def _fixed(life: Life, first: float, last: float) -> float:
    rows = life.rows("payment")
    month = rows["at"] / (365 * 1440 / 12)
    mine = (rows["line"] == Line.FIXED) & (rows["mission"] == LATE) & (month >= first) & (month < last)
    return float(rows["euros"][mine].sum())


def test_a_mission_that_opens_in_time_has_its_means_at_once_a_late_one_next_year() -> None:
    in_time, late = _year(6), _year(8)
    assert _fixed(in_time, 5.9, 11.8) > 0.0 == _fixed(late, 5.9, 11.8)
    assert _fixed(late, 11.8, 13.5) > 0.0
    told = [(life.rows("cpts")["event"] == CptsEvent.LATE).sum() for life in (in_time, late)]
    assert told[0] == 0 < told[1]


def test_means_of_a_mission_in_which_nobody_takes_part_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _year(6).model
    organisation = model.organisation
    assert organisation is not None
    payments, table, account = organisation.payments, organisation.table, organisation.account
    table["paid"][0, LATE], table["cash"][0] = 500.0, 10_000.0
    monkeypatch.setattr(payments, "_acts", lambda name: False)
    payments._balance("treating_physician", 12)
    assert table["cash"][0] >= 10_000.0, "before the deadline of eighteen months the year is paid"
    table["paid"][0, LATE], table["cash"][0] = 500.0, 10_000.0
    payments._balance("treating_physician", 24)
    assert account.cash == pytest.approx(9_500.0)
    assert table["paid"][0, LATE] == 0.0


def test_hours_of_staff_are_not_members_unpaid_hours() -> None:
    told: list[tuple[int, Any, Any]] = []
    empty = SimpleNamespace(pay=lambda line, euros: 0.0)
    table = {"wanted": np.zeros(1), "board": np.zeros(1), "indemnified": np.ones(1)}
    organisation = SimpleNamespace(
        world=SimpleNamespace(parameters={"cpts.hour_euros": 75.0}), table=table, account=empty,
        tell=lambda event, rows, hours, *_: told.append((event, rows, hours)),
    )  # fmt: skip
    gps = np.array([3, 4])
    Organisation.spend(organisation, CptsEvent.PLEDGE, gps, 0.5, 30.0)  # type: ignore[arg-type]
    assert told[-1][0] == CptsEvent.STAFF_UNPAID and told[-1][1].tolist() == [-1] and told[-1][2] == 1.0
    Organisation.spend(organisation, CptsEvent.MEETING, gps, 0.5)  # type: ignore[arg-type]
    assert told[-1][0] == CptsEvent.UNPAID and told[-1][1].tolist() == [3, 4]


def test_the_measure_tells_them_apart() -> None:
    events = np.array([CptsEvent.UNPAID, CptsEvent.STAFF_UNPAID])
    chunk = {
        "payment": {name: np.zeros(0) for name in ("at", "line", "mission", "euros")},
        "cpts": {"at": np.full(2, 1440.0), "event": events, "actor": np.array([1, -1]),
                 "hours": np.array([3.0, 7.0]), "euros": np.zeros(2)},
    }  # fmt: skip
    people = {"people": {"age": np.arange(10)}, "gps": {}, "communes": {}}
    value = {row.indicator: row.value for row in over([chunk], people, Horizon(365), ("contract",)) if not row.group}
    assert value["cpts.unpaid_hours"] == 3.0 and value["cpts.staff_unpaid_hours"] == 7.0


def test_improvised_evenings_have_a_payer() -> None:
    """Nobody's CPTS paid them: the agency and the insurance do, hour by hour, in the costs of every arm."""
    wave = {"pandemic_wave": {"start": "0 days", "length": "42 days"}}
    spec = scenario(population=4000, shocks=wave, parameters={"crisis.days_without_plan": 3},
                    baseline={"crisis_centres": {"level": 0.5}})  # fmt: skip
    life = live(winter(spec), None, 42)
    rows = life.rows("institution")
    paid = float(rows["minutes"][rows["institution"] == Institution.CRISIS_CENTRES].astype(float).sum())
    worked = float(life.rows("week")["extra_paid"].astype(float).sum())
    assert worked > 0.0
    assert paid == pytest.approx(worked, rel=0.15), "the last week is not closed"
    assert any(item.name == "crisis_centres" and item.perspective == "public" for item in ITEMS)
