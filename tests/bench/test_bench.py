"""Timing programs: what is read from them, and what is said when one cannot run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cpts_sim.errors import InternalError, UsageError
from cpts_sim.experiment import bench as b

PROGRAM = """
import argparse, json, time
p = argparse.ArgumentParser()
for name in ("--n", "--years", "--seed"):
    p.add_argument(name, type=int)
a = p.parse_args()
held = bytearray(60_000_000)
time.sleep(0.05)
times = {"t_import": 0.01, "t_setup": 0.02, "t_run": a.n / 1e6}
print(json.dumps({"impl": "x", "n": a.n, "contacts": a.n * 4, **times}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "python_seq.py").write_text(PROGRAM)
    (tmp_path / "numpy_daily.py").write_text("raise SystemExit('no such module')")
    return tmp_path


def test_a_program_is_measured_from_outside_and_from_inside(folder: Path) -> None:
    command = [sys.executable, str(folder / "python_seq.py"), "--n", "2000", "--years", "2", "--seed", "1"]
    run = b.measure("peer", b.APPOINTMENTS, command, 2)
    assert (run.import_s, run.setup_s, run.run_s) == (0.01, 0.02, 0.002)
    assert run.process_s > 0.05
    assert 0.0 < run.cpu_s < 60.0
    assert 60 < run.peak_mb < 200
    assert run.outputs == {"contacts": 8000}
    assert run.per_100k_year_s == pytest.approx(0.05)


def test_a_program_that_fails_is_named_with_its_reason(folder: Path) -> None:
    with pytest.raises(InternalError, match=r"peer failed .*no such module"):
        b.measure("peer", b.APPOINTMENTS, [sys.executable, str(folder / "numpy_daily.py")], 1)


def test_peers_that_cannot_run_do_not_stop_the_others(folder: Path) -> None:
    bench = b.Bench()
    bench.time(bench.peer_jobs(folder, folder, [1_000, 2_000], slow=False), 1, 2)
    expected = [("plain Python", size) for size in (1_000, 2_000, 1_000, 2_000)]
    assert [(run.program, run.inhabitants) for run in bench.runs] == expected, "all in turn, then all again"
    assert "no such module" in bench.missing["numpy cascade"]
    assert "is not there" in bench.missing["C"]
    assert bench.exponent("plain Python", b.APPOINTMENTS) == pytest.approx(1.0)
    with pytest.raises(UsageError, match="no such folder"):
        bench.peer_jobs(folder / "none", folder, [1_000])


def test_ratios_use_the_fastest_runs(folder: Path) -> None:
    def run(program: str, seconds: float) -> b.Measurement:
        return b.Measurement(
            program, b.APPOINTMENTS, 1000, 1, 0.0, 0.0, seconds, 1.0, 0.9, 10.0, {"contacts": 1.0}
        )

    bench = b.Bench([run(b.OWN, 0.9), run(b.OWN, 0.6), run("C", 0.04), run("C", 0.03)])
    assert bench.ratios(1000) == {"C": pytest.approx(20.0)}
    assert [row.run_s for row in bench.rows()] == [0.6, 0.03]
    content = json.loads(bench.as_json())
    assert content["ratios"] == {"1000": {"C": pytest.approx(20.0)}}
    assert content["runs"][0]["per_100k_year_s"] == pytest.approx(90.0)


def test_the_package_is_measured_in_a_process_of_its_own() -> None:
    (job,) = b.own_jobs(b.APPOINTMENTS, [2_000])
    run = job.run(1, 3)
    assert run.outputs["needs"] == pytest.approx(10_000, rel=0.05)
    assert run.outputs["contacts"] + run.outputs["ed_visits"] == run.outputs["needs"]
    assert 0 < run.run_s < run.process_s
    assert 40 < run.peak_mb < 1_000
