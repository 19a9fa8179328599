"""Agents are views: making them changes no byte; they follow births, arrivals and departures."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from lives import Recorder, cpts, digest, scenario, winter

from cpts_sim.agents.people import CPTS, GP, Hospital, Nurse, Patient, Pharmacist
from cpts_sim.model import Model


@pytest.fixture(scope="module")
def start() -> Model:
    return winter(scenario(population=4000, arms={"without": {"cpts": None}, "with": {"cpts": cpts()}}))


def test_everybody_is_an_agent(start: Model) -> None:
    model = start.fork("with")
    kinds = model.agents_by_type
    assert set(kinds) == {Patient, GP, Nurse, Pharmacist, Hospital, CPTS}
    for kind, agents in kinds.items():
        assert len(agents) == int(model.tables[kind.table_name]["alive"].sum())
    assert len(model.agents) == sum(len(agents) for agents in kinds.values())


def test_there_is_no_cpts_where_there_is_none(start: Model) -> None:
    assert CPTS not in start.fork("without").agents_by_type


@pytest.mark.parametrize("arm", ["without", "with"])
def test_making_them_changes_no_byte(start: Model, arm: str) -> None:
    written = []
    for watched in (False, True):
        recorder = Recorder()
        model = start.fork(arm, observers=[recorder])
        for _ in range(5):
            if watched:
                assert len(model.agents) > 4000
                assert all(agent.row >= 0 for agent in model.agents_by_type[GP])
            model.run(7)
        model.finish()
        written.append(digest(recorder.journal()))
    assert written[0] == written[1]


def test_newborns_and_newcomers_appear_and_the_departed_leave(start: Model) -> None:
    model = start.fork("without")
    before = {agent.row for agent in model.agents_by_type[Patient]}
    kept = {agent.row: agent for agent in model.agents_by_type[Patient]}
    model.run(60)
    people = model.tables["people"]
    after = {agent.row for agent in model.agents_by_type[Patient]}
    assert after == set(np.flatnonzero(people["alive"]).tolist())
    fresh, gone = after - before, before - after
    assert any(people["born"][row] >= 0 for row in fresh)
    assert any(people["born"][row] < 0 for row in fresh)
    assert gone
    assert all(kept[row].age > 0 for row in gone)  # who was kept can still be read


def test_an_agent_reads_its_row(start: Model) -> None:
    model = start.fork("without")
    patient = next(iter(model.agents_by_type[Patient]))
    people = model.tables["people"]
    assert patient.usual_gp in (None, int(people["mt"][patient.row]))
    people["ald"][patient.row] = 1
    assert patient.ald == 1
    gp = next(iter(model.agents_by_type[GP]))
    assert gp.patients == int(((people["mt"] == gp.row) & people["alive"]).sum())
    nurse, pharmacist = (next(iter(model.agents_by_type[kind])) for kind in (Nurse, Pharmacist))
    assert nurse.rounds_min >= 0
    assert 0 <= gp.exhaustion <= 54
    assert 0 <= nurse.exhaustion <= 54
    assert 0 <= pharmacist.exhaustion <= 54
    hospital = next(iter(model.agents_by_type[Hospital]))
    assert hospital.waiting >= 0
    assert 0 <= hospital.outsider_share <= 1


def test_a_closed_model_lets_its_agents_go(start: Model) -> None:
    model = start.fork("without")
    assert len(model.agents)
    model.close()
    assert not model._rows


def test_many_agents_are_registered_together_not_one_by_one(start: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one: list[object] = []
    monkeypatch.setattr(mesa.Model, "register_agent", lambda _, agent: one_by_one.append(agent))
    model = start.fork("without")
    assert len(model.agents) > 4000
    assert one_by_one == []
