"""The plain loop of the reference workload."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpts_sim.errors import InputError
from cpts_sim.theory.appointment_year import Trace, Workload, plain_loop


def test_sizes() -> None:
    sizes = [(w.gps, w.servers) for w in map(Workload, (300, 10_000, 100_000, 250_000))]
    assert sizes == [(1, 1), (9, 1), (91, 5), (227, 13)]
    lists = np.bincount(Workload(100_000).gp_of())
    assert lists.sum() == 100_000
    assert lists[:3].tolist() == pytest.approx([900, 1100, 1300], abs=3)
    starts = Workload(300).slot_starts()
    assert starts[:3].tolist() == [510.0, 525.0, 540.0]
    assert starts[21:23].tolist() == [990.0, 1950.0]


def test_a_trace_by_hand() -> None:
    """One GP, one server; the first need asks at 07:31 and so misses the slot of 08:30."""
    trace = Trace(
        np.array([451.0, 452.0, 500.0, 501.0, 510.0]),
        np.array([0, 1, 2, 3, 4]),
        np.array([False, False, True, True, False]),
        np.array([9.0, 9.0, 30.0, 20.0, 9.0]),
    )
    outcome = plain_loop(Workload(300), trace)
    assert outcome.slot[[0, 1, 4]].tolist() == [525.0, 540.0, 570.0]
    assert outcome.ed_start[[2, 3]].tolist() == [500.0, 530.0]
    summary = outcome.summary(trace, 300)
    assert (summary["contacts"], summary["ed_visits"], summary["ed_diverted"]) == (3, 2, 0)
    assert summary["ed_wait_mean"] == 14.5
    assert summary["no_contact"] == 297 / 300


def test_urgent_needs_go_first_and_nobody_waits_more_than_ten_days() -> None:
    workload = Workload(1_300)
    trace = Trace.draw(workload, 3)
    outcome = plain_loop(workload, trace)
    delay = outcome.slot - trace.minute
    assert np.nanmin(delay) >= 60.0
    assert np.nanmax(delay) <= 14_400.0
    summary = outcome.summary(trace, 1_300)
    assert summary["ed_diverted"] > 100
    assert summary["ed_wait0"] < summary["ed_wait1"]
    held = outcome.slot[~np.isnan(outcome.slot)]
    gps = workload.gp_of()[trace.person[~np.isnan(outcome.slot)]]
    assert len(set(zip(gps.tolist(), held.tolist(), strict=True))) == len(held)


def test_a_trace_survives_a_file(tmp_path: Path) -> None:
    trace = Trace.draw(Workload(500), 1)
    trace.write(tmp_path / "trace.bin")
    again = Trace.read(tmp_path / "trace.bin")
    for name in ("minute", "person", "urgent", "service_min"):
        np.testing.assert_array_equal(getattr(trace, name), getattr(again, name))


def test_broken_traces_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Trace.read(tmp_path / "nothing.bin")
    (tmp_path / "short.bin").write_bytes(b"123")
    with pytest.raises(InputError, match="expected 8 \\+ 32"):
        Trace.read(tmp_path / "short.bin")
    trace = Trace.draw(Workload(500), 1)
    Trace(trace.minute[::-1], trace.person, trace.urgent, trace.service_min).write(tmp_path / "order.bin")
    with pytest.raises(InputError, match="order of time"):
        Trace.read(tmp_path / "order.bin")
