"""Same people, same latent draws in every arm; nothing depends on order or on who looks."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from lives import DAY, Life, Recorder, arms, cpts, digest, exogenous, live, same_bytes, scenario, winter

from cpts_sim.model import Model

TABLE = """code,name,population,x_km,y_km,gps,nurses,pharmacies
10001,Alpha,3000,0,0,3,4,1
10002,Beta,1500,6,0,1,2,1
10003,Gamma,800,0,7,1,1,0
"""
ONE_MORE = "10000,Aleph,900,-6,1,1,1,0\n"


@pytest.mark.parametrize("arm", ["alone", "with"])
def test_exogenous_needs_are_the_same_in_all_arms(reference: Model, arm: str) -> None:
    without, other = exogenous(live(reference, "without", 60)), exogenous(live(reference, arm, 60))
    assert len(without) > 5000
    assert (without == other).all()


def test_arms_differ_in_other_origins_only_where_care_differs(reference: Model) -> None:
    without, other = live(reference, "without", 60), live(reference, "with", 60)
    assert digest(without.journal, ["request"]) != digest(other.journal, ["request"])
    assert (
        without.rows("request")["origin"] == 4
    ).sum() == 0  # nobody induces a need where there is no offer


def test_a_commune_more_changes_no_need_of_the_rest(tmp_path: Path) -> None:
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    few.write_text(TABLE)
    head, rest = TABLE.split("\n", 1)
    many.write_text(f"{head}\n{ONE_MORE}{rest}")
    lives = []
    for file in (few, many):
        spec = scenario(territory={"table": str(file)}, frozen=True, drift=False)
        lives.append(live(winter(spec), None, 30))
    one, more = exogenous(lives[0]), exogenous(lives[1])
    kept = more[np.isin(more["key"], lives[0].model.tables["people"]["key"])]
    assert len(more) > len(one) > 800
    assert len(kept) == len(one)
    assert (kept == one).all()


def test_an_observer_more_changes_no_byte(reference: Model) -> None:
    same_bytes(
        live(reference, "with", 35),
        live(reference, "with", 35, Recorder(), lambda chunk, tables: len(tables)),
    )


def test_agents_made_and_inspected_change_no_byte(reference: Model) -> None:
    recorder = Recorder()
    model = reference.fork("with", observers=[recorder])
    kinds = {type(agent).__name__ for agent in model.agents}
    assert {"Patient", "GP"} <= kinds
    for _ in range(35):
        model.step()
        assert sum(agent.age for agent in list(model.agents_by_type[_class(model, "Patient")])[:50]) > 0
    model.finish()
    same_bytes(Life(model, recorder.journal()), live(reference, "with", 35))
    model.close()


def _class(model: Model, name: str) -> type:
    return next(kind for kind in model.agents_by_type if kind.__name__ == name)


def test_agents_read_the_same_columns_as_vectors(reference: Model) -> None:
    model = reference.fork()
    patients = list(model.agents_by_type[_class(model, "Patient")])[:300]
    people = model.tables["people"]
    assert [p.age for p in patients] == pytest.approx(
        [(model.now - b) / (365 * DAY) for b in people["born"][:300]]
    )
    assert [p.row for p in patients] == list(range(300))
    model.close()


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policies = json.dumps(arms(**{"with": cpts()}))
    file = tmp_path_factory.mktemp("seed") / "run.py"
    file.write_text(
        "import json, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from lives import cpts, digest, live, scenario, winter\n"
        f"spec = scenario(population=5000, arms=json.loads({policies!r}), cpts=cpts())\n"
        "print(json.dumps(digest(live(winter(spec), 'with', 30).journal), sort_keys=True))\n"
    )
    return file


def test_the_hash_seed_changes_no_byte(script: Path) -> None:
    root = str(Path(__file__).parents[2])
    printed = []
    for hash_seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        done = subprocess.run(
            [sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert len(json.loads(printed[0])) > 8


def test_another_seed_gives_another_life() -> None:
    spec = scenario(population=4000)
    one, two = (digest(live(winter(spec, seed), None, 10).journal, ["request"]) for seed in (1, 2))
    assert one != two


def test_draws_are_equal_for_equal_questions(reference: Model) -> None:
    """The stream of a person in an arm does not depend on what was asked before."""
    without, other = reference.fork("without"), reference.fork("with")
    other.run(20)
    key = reference.tables["people"]["key"][:500]
    for decision in ("no_show", "asking", "cancel"):
        for what in (0, 7, 1 << 20):
            a = without.draws.uniform(decision, key, what)
            b = other.draws.uniform(decision, key[::-1], what)[::-1]
            assert (
                hashlib.blake2b(a.tobytes()).digest()
                == hashlib.blake2b(np.ascontiguousarray(b).tobytes()).digest()
            )
