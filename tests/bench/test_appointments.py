"""The reference workload through the model: equal to the plain loop, and in law to a program in C."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.errors import InternalError
from cpts_sim.experiment.bench_worker import (
    appointment_scenario,
    compare_with_plain_loop,
    run_appointments,
    time_appointments,
)
from cpts_sim.model import Model
from cpts_sim.theory import appointment_year
from cpts_sim.theory.appointment_year import Trace, Workload, plain_loop

PUBLISHED = {  # a program in C, N = 10 000, means over 200 seeds
    "contacts": 46_042, "ed_visits": 3_965, "ed_diverted": 962, "delay_mean": 3.60 * 1440,
    "delay_median": 1.90 * 1440, "delay_p90": 9.08 * 1440, "ed_wait_mean": 101.0, "ed_wait0": 20.6,
    "ed_wait1": 352.0, "no_contact": 0.0102,
}  # fmt: skip
ROUNDED = {"delay_mean": 7.2, "delay_median": 7.2, "delay_p90": 7.2, "ed_wait_mean": 0.5, "ed_wait1": 0.5}
SMALL = Workload(10_000)


@pytest.mark.parametrize(("inhabitants", "seed"), [(10_000, 1), (5_000, 2), (33_000, 3), (1_300, 4)])
def test_every_outcome_of_a_trace_is_the_plain_loop_s(inhabitants: int, seed: int) -> None:
    workload = Workload(inhabitants)
    trace = Trace.draw(workload, seed)
    summary = compare_with_plain_loop(workload, trace)
    expected = plain_loop(workload, trace).summary(trace, inhabitants)
    assert summary == pytest.approx(expected, rel=1e-7)


def test_a_difference_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Trace.draw(Workload(1_300), 1)
    monkeypatch.setattr(appointment_year, "LEAD_MIN", 90.0)
    with pytest.raises(InternalError, match="differ"):
        compare_with_plain_loop(Workload(1_300), trace)


def test_the_model_s_own_draws_give_the_published_means() -> None:
    runs = []
    for seed in range(24):
        runs.append(time_appointments(SMALL, seed)[0])
        assert runs[-1]["needs"] == runs[-1]["contacts"] + runs[-1]["ed_visits"]
    for name, published in PUBLISHED.items():
        values = np.array([run[name] for run in runs])
        error = values.std(ddof=1) * np.sqrt(1 / len(values) + 1 / 200)
        assert abs(values.mean() - published) <= 3.5 * error + ROUNDED.get(name, 0.05), name


def test_needs_of_the_model_follow_the_plain_loop_too() -> None:
    """The model's own needs, given to the plain loop as a trace, get the same outcomes."""
    needs, outcome = run_appointments(SMALL, 5)
    expected = plain_loop(SMALL, needs)
    np.testing.assert_allclose(outcome.slot, expected.slot, rtol=0, atol=1e-7)
    np.testing.assert_allclose(outcome.ed_start, expected.ed_start, rtol=0, atol=1e-7)
    exact, tallied = outcome.summary(needs, SMALL.inhabitants), time_appointments(SMALL, 5)[0]
    for name, value in exact.items():
        loose = name in ("delay_median", "delay_p90")  # kept by whole minutes
        assert tallied[name] == pytest.approx(value, rel=1e-9, abs=1.0 if loose else 0.0), name


def requests_of(model: Model) -> dict[str, list[float]]:
    return {name: column.tolist() for name, column in model.journal.open_chunk()["request"].items()}


@pytest.mark.parametrize("stop", [1, 27, 28, 45])
def test_a_fork_goes_on_as_if_nothing_had_happened(stop: int) -> None:
    """How a run is cut, copied and resumed does not change the journal."""
    spec, chunks = appointment_scenario(Workload(3_000)), {}
    for name in ("straight", "forked"):
        seen: list[dict[str, dict[str, np.ndarray]]] = []
        model = Model(spec, 4, observers=[lambda chunk, tables, seen=seen: seen.append(chunk)])
        if name == "forked":
            model.run(stop)
            model = model.fork(observers=model.observers)
        model.run(70 - model.day)
        model.finish()
        chunks[name] = {
            (kind, column): np.concatenate([chunk[kind][column] for chunk in seen])
            for kind in ("request", "ed")
            for column in seen[0][kind]
        }
        model.close()
    assert len(chunks["straight"]["request", "raised"]) > 2_500
    for key, column in chunks["straight"].items():
        np.testing.assert_array_equal(column, chunks["forked"][key], err_msg=str(key))
