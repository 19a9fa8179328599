"""A fork, a resumed checkpoint and days lived one by one are the straight run, byte for byte."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from lives import Life, Recorder, arms, cpts, digest, live, scenario, winter

from cpts_sim.errors import InputError
from cpts_sim.model import Model


def _finished(model: Model, recorder: Recorder) -> Life:
    model.finish()
    return Life(model, recorder.journal())


def _restored(one: Life, other: Life) -> None:
    """Same bytes, and the same columns of every table at the end."""
    assert digest(one.journal) == digest(other.journal)
    tables = one.model.tables
    assert tables.keys() == other.model.tables.keys()
    for name, table in tables.items():
        for column, values in table.arrays().items():
            assert np.array_equal(
                values, other.model.tables[name][column], equal_nan=values.dtype.kind == "f"
            ), (name, column)


@pytest.mark.parametrize("arm", [None, "with"])
def test_days_one_by_one_are_the_run(reference: Model, arm: str | None) -> None:
    recorder = Recorder()
    model = reference.fork(arm, observers=[recorder])
    for _ in range(33):
        model.step()
    _restored(_finished(model, recorder), live(reference, arm, 33))


def test_a_fork_leaves_its_parent_as_it_was(reference: Model) -> None:
    before = {name: {c: a.copy() for c, a in t.arrays().items()} for name, t in reference.tables.items()}
    live(reference, "with", 30)
    for name, columns in before.items():
        for column, values in columns.items():
            assert np.array_equal(
                values, reference.tables[name][column], equal_nan=values.dtype.kind == "f"
            ), (name, column)


@pytest.mark.parametrize("split", [1, 10, 28, 45])
@pytest.mark.parametrize("arm", [None, "with"])
def test_fork_in_the_middle_is_the_straight_run(reference: Model, arm: str | None, split: int) -> None:
    straight = live(reference, arm, 70)
    recorder = Recorder()
    first = reference.fork(arm, observers=[recorder])
    first.run(split)
    second = first.fork(arm, observers=[recorder])
    second.run(70 - split)
    _restored(_finished(second, recorder), straight)


@pytest.mark.parametrize("split", [9, 50])
@pytest.mark.parametrize("arm", [None, "with"])
def test_resume_from_a_file_is_the_straight_run(
    reference: Model, tmp_path: Path, arm: str | None, split: int
) -> None:
    straight = live(reference, arm, 70)
    recorder = Recorder()
    first = reference.fork(arm, observers=[recorder])
    first.run(split)
    first.checkpoint(tmp_path / "half.npz")
    second = Model.resume(tmp_path / "half.npz", reference.spec, arm=arm, observers=[recorder])
    second.run(70 - split)
    _restored(_finished(second, recorder), straight)


def test_a_resumed_mission_goes_on_and_does_not_begin_again(reference: Model, tmp_path: Path) -> None:
    first = reference.fork("with")
    first.run(40)
    month = int(first.tables["cpts"]["month"][0])
    members = first.tables["gps"]["member"].copy()
    first.checkpoint(tmp_path / "half.npz")
    second = Model.resume(tmp_path / "half.npz", reference.spec, arm="with")
    assert second.tables["cpts"]["month"][0] == month > 1
    assert (second.tables["gps"]["member"] == members).all()
    second.run(31)
    assert second.tables["cpts"]["month"][0] == month + 1


def test_the_warm_up_may_be_forked_too() -> None:
    spec = scenario(population=5000, arms=arms(without=None))
    straight = Model(spec, 3, observers=[one := Recorder()])
    straight.warm_up()
    straight.run(20)
    early = Model(spec, 3, observers=[two := Recorder()])
    early.run(12)
    late = early.fork(observers=[two])
    late.warm_up()
    late.run(20)
    _restored(_finished(late, two), _finished(straight, one))


def test_several_years_with_retirements_can_be_forked() -> None:
    """Successors, early exits, cut hours and births do not break the copy (a year in the middle of two)."""
    eager = {"gp.retirement_rate_year": [0.5] * 8}
    spec = scenario(population=4000, parameters=eager, arms=arms(without=None))
    start = winter(spec, 5)
    straight = live(start, "without", 400)
    recorder = Recorder()
    first = start.fork("without", observers=[recorder])
    first.run(230)
    second = first.fork("without", observers=[recorder])
    second.run(170)
    _restored(_finished(second, recorder), straight)


def test_a_damaged_checkpoint_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="checkpoint"):
        Model.resume(tmp_path / "bad.npz", scenario())


def test_a_checkpoint_of_another_life_is_refused_in_words(reference: Model, tmp_path: Path) -> None:
    file, spec = tmp_path / "half.npz", reference.spec
    living = reference.fork("with")
    living.run(3)
    living.checkpoint(file)
    longer = spec.model_copy(update={"years": 3})
    assert Model.resume(file, longer, arm="with", seed=reference.seed).now == living.now
    drier = spec.model_copy(update={"drift": not spec.drift})
    for match, other, arm, seed in (
        ("another scenario", drier, "with", None),
        ("another arm", spec, None, None),
        ("another arm", spec, "without", None),
        ("seed", spec, "with", reference.seed + 1),
    ):
        with pytest.raises(InputError, match=match) as told:
            Model.resume(file, other, arm=arm, seed=seed)
        assert str(file) in str(told.value)
    reference.checkpoint(file)
    assert Model.resume(file, spec, arm="with").arm == "with", "the common warm-up goes on in any arm"


def test_without_and_with_share_one_warm_up() -> None:
    start = winter(scenario(population=4000, arms=arms(without=None, **{"with": cpts()}), cpts=cpts()))
    one, two = live(start, "without", 5), live(start, "with", 5)
    for kind in ("request", "visit", "ed"):
        time = {"request": "ended", "visit": "at", "ed": "end"}[kind]
        before = [{n: c[j[kind][time] < 0] for n, c in j[kind].items()} for j in (one.journal, two.journal)]
        assert digest({kind: before[0]}) == digest({kind: before[1]})


def test_cut_half_days_close_sessions_and_can_be_forked() -> None:
    """A GP who gives up three half-days opens fewer slots in the weeks not yet in the books, forked or not."""
    start = winter(scenario(population=4000, frozen=True, arms=arms(without=None)), 5)
    opened = {}
    for given_up in (0, 3):
        start.tables["gps"]["half_days"][0] -= given_up
        start.tables["gps"]["hours_cut"][0] = given_up > 0
        straight = live(start, "without", 150)
        recorder = Recorder()
        first = start.fork("without", observers=[recorder])
        first.run(100)
        second = first.fork("without", observers=[recorder])
        second.run(50)
        _restored(_finished(second, recorder), straight)
        books = straight.model.care.world.books
        opened[given_up] = int((books.kind[0, books.span(155, books.last_day)] > 0).sum())
    assert 0 < opened[3] < 0.9 * opened[0]


@pytest.mark.parametrize("arm", [None, "with"])
def test_a_run_leaves_no_cycles_behind(reference: Model, arm: str | None) -> None:
    """The collector of cycles waits while the clock runs: memory must not grow by what only it could free."""
    model = reference.fork(arm)
    model.run(1)
    gc.collect()
    gc.disable()
    try:
        model.run(30)
        assert gc.collect() == 0
    finally:
        gc.enable()
