"""Nothing lost, nothing twice, same bytes: whatever is killed, whoever computes."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import alive, comes_true

from cpts_sim import files as whole_files
from cpts_sim.errors import InputError
from cpts_sim.experiment.store import Store
from cpts_sim.experiment.workers import Processes, Serial

from . import quick

RUNS = 4 * 5
"""Four seeds of four cells and one baseline that they share."""


def started(*arguments, **more):
    command = [sys.executable, "-m", "sweep.quick", *map(str, arguments)]
    return subprocess.Popen(
        command, env=quick.environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process):
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def killed(process):
    """Kill a process, and return what it had to complain of."""
    process.kill()
    return process.communicate()[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted sweep computed in this process."""
    folder = tmp_path_factory.mktemp("whole")
    sweep = quick.sweep_of(quick.write_file(folder), folder / "store")
    outcome = sweep.run()
    assert (outcome.computed, outcome.reused, outcome.failures) == (RUNS, 0, [])
    return quick.tree(folder / "store")


def test_cells_share_their_baseline_and_warm_up(tmp_path, whole):
    sweep = quick.sweep_of(quick.write_file(tmp_path), tmp_path / "store")
    runs = sweep.runs([1, 2])
    assert len(runs) == 2 * 4 * 2 and len({run.key for run in runs}) == 2 * 5
    assert len(list(sweep.jobs(runs))) == 2, "one warm-up per seed"
    assert len(whole) == RUNS


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_killed_at_37_percent_and_resumed_equals_an_uninterrupted_sweep(tmp_path, whole):
    path, store = quick.write_file(tmp_path), tmp_path / "store"
    process = started(path, store, "make_stuck", 1)
    wanted = round(0.37 * RUNS)
    came = comes_true(lambda: len(list(store.glob("??/*.run"))) >= wanted or process.poll() is not None)
    err = killed(process)
    assert came and not err, err
    kept = quick.tree(store)
    held = [name for name in kept if name.endswith(".run")]
    assert wanted <= len(held) < RUNS
    again = finished(started(path, store, "make", 2))
    assert again["computed"] == RUNS - len(held), "nothing is lost, nothing is computed twice"
    assert again["reused"] == len(held)
    assert quick.tree(store) == whole


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see children")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    process = started(quick.write_file(tmp_path, replications=40), tmp_path / "store", "make_stuck", 2)
    came = comes_true(lambda: list((tmp_path / "store").glob("??/*.run")) or process.poll() is not None)
    listed = [f.read_text().split() for f in Path(f"/proc/{process.pid}/task").glob("*/children")]
    children = [pid for pids in listed for pid in pids]
    err = killed(process)
    assert came and len(children) >= 2, err
    assert comes_true(lambda: not any(alive(pid) for pid in children), 60)


def test_twenty_to_thirty_replications_computes_ten_new_keys_a_point(tmp_path):
    one = {"factors": None, "design": {"kind": "grid"}}
    store = tmp_path / "store"
    first = quick.sweep_of(quick.write_file(tmp_path, replications=20, **one), store).run()
    assert first.computed == 20 * 2
    before = quick.tree(store)
    more = quick.sweep_of(quick.write_file(tmp_path, replications=30, **one), store).run()
    assert (more.computed, more.reused) == (10 * 2, 20 * 2)
    after = quick.tree(store)
    assert len(after) == len(before) + 20
    assert all(after[name] == data for name, data in before.items())


def test_one_more_point_computes_that_point_only(tmp_path):
    store = tmp_path / "store"
    quick.sweep_of(quick.write_file(tmp_path, replications=2), store).run()
    three = {name: {"mission": name} for name in ("treating_physician", "unscheduled_care", "crisis")}
    grown = quick.sweep_of(quick.write_file(tmp_path, replications=2, factors=three), store).run()
    assert (grown.computed, grown.reused) == (2 * 4, 2 * 5), "the cells without the new mission are found"


@pytest.mark.parametrize("workers", [2, 4])
def test_the_same_bytes_with_more_workers(tmp_path, whole, workers):
    told = finished(started(quick.write_file(tmp_path), tmp_path / "store", "make", workers))
    assert told["computed"] == RUNS
    assert quick.tree(tmp_path / "store") == whole


def test_the_same_bytes_from_a_cluster_of_separate_processes(tmp_path, whole):
    pytest.importorskip("distributed")
    address_file = tmp_path / "scheduler.json"
    python, file = [sys.executable, "-m"], ["--scheduler-file", str(address_file), "--no-dashboard"]
    scheduler = [*python, "distributed.cli.dask_scheduler", "--port", "0", *file]
    worker = [*python, "distributed.cli.dask_worker", "--nworkers", "1", "--nthreads", "1", *file]
    worker += ["--local-directory", str(tmp_path)]
    quiet = {"env": quick.environment(), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(scheduler, **quiet)]
    try:
        assert comes_true(address_file.exists), "no scheduler"
        processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        address = json.loads(address_file.read_text())["address"]
        told = finished(started(quick.write_file(tmp_path), tmp_path / "store", "make", 1, address))
        assert told["computed"] == RUNS
        assert quick.tree(tmp_path / "store") == whole
    finally:
        for process in processes:
            process.terminate()
            process.wait(timeout=120)


def test_a_scheduler_that_does_not_answer_is_said(monkeypatch):
    pytest.importorskip("distributed")
    from cpts_sim.experiment.sweep import executors

    monkeypatch.setattr(executors, "CONNECT_SECONDS", 1.0)
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9"), executors.opened(1, "tcp://127.0.0.1:9"):
        pass


def test_a_killed_worker_loses_nothing(tmp_path, whole, monkeypatch):
    monkeypatch.setenv("CPTS_SIM_TEST_MARK", str(tmp_path / "mark"))
    told = finished(started(quick.write_file(tmp_path), tmp_path / "store", "make_killing_once", 2))
    assert (tmp_path / "mark").exists(), "a worker was killed"
    assert told["computed"] == RUNS and told["failed"] == 0
    assert quick.tree(tmp_path / "store") == whole


def test_a_run_that_always_kills_is_recorded_and_the_others_finish(tmp_path, whole):
    told = []
    path, store = quick.write_file(tmp_path), tmp_path / "store"
    sweep = quick.sweep_of(path, store, quick.make_killing, lambda k, v: told.append(k))
    pool = Processes(2)
    try:
        outcome = sweep.run(pool, 2)
    finally:
        pool.shutdown()
    assert outcome.computed == RUNS - 5
    assert {failure.seed for failure in outcome.failures} == {2} and len(outcome.failures) == 5
    assert told.count("sweep.failed") == 5
    kept = quick.tree(tmp_path / "store")
    assert all(whole[name] == data for name, data in kept.items()) and len(kept) == RUNS - 5


def test_a_run_that_fails_is_reported_with_its_command(tmp_path):
    from cpts_sim.experiment.sweep.tables import failures_table

    sweep = quick.sweep_of(quick.write_file(tmp_path), tmp_path / "store", quick.make_failing)
    outcome = sweep.run()
    assert outcome.computed == RUNS - 5 and len(outcome.failures) == 5
    table = failures_table(sweep.experiment, outcome.failures)
    assert all("no such slot" in error for error in table["error"])
    assert table["command"][0].endswith(f"--only {outcome.failures[0].key[:12]}")
    alone = quick.sweep_of(sweep.experiment.path, tmp_path / "store").run(only=outcome.failures[0].key[:12])
    assert (alone.computed, alone.reused) == (1, 0)


def test_workers_are_replaced_and_never_more_than_two_jobs_each_are_in_flight():
    pool = Processes(2, recycle=3)
    try:
        pids = {pool.submit(_pid, None).result(timeout=240) for _ in range(12)}
    finally:
        pool.shutdown()
    assert len(pids) >= 4, "twelve jobs, three a process"


def _pid(_):
    return os.getpid()


class Counting(Serial):
    def __init__(self):
        self.jobs = 0

    def submit(self, fn, /, *args, **kwargs):
        self.jobs += 1
        return super().submit(fn, *args, **kwargs)


def test_any_executor_will_do(tmp_path, whole):
    counting = Counting()
    outcome = quick.sweep_of(quick.write_file(tmp_path), tmp_path / "store").run(counting, 2)
    assert counting.jobs == 4 and outcome.computed == RUNS
    assert quick.tree(tmp_path / "store") == whole


# ---------------------------------------------------------------------------------------------- the store
@pytest.mark.parametrize("harm", ["truncate", "garbage", "foreign", "flip", "other_code"])
def test_a_bad_file_is_named_set_aside_and_recomputed(tmp_path, whole, harm):
    path, store = quick.write_file(tmp_path), tmp_path / "store"
    quick.sweep_of(path, store).run()
    files = sorted(store.glob("??/*.run"))
    victim, data = files[3], files[3].read_bytes()
    harmed = {
        "truncate": data[:-40],
        "garbage": b"hello",
        "foreign": files[4].read_bytes(),
        "flip": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "other_code": data.replace(b'"code":"', b'"code":"0', 1),
    }[harm]
    victim.write_bytes(harmed)
    told = []
    outcome = quick.sweep_of(path, store, warn=lambda k, v: told.append((k, v))).run()
    assert (outcome.computed, outcome.reused) == (1, RUNS - 1)
    kind = {"foreign": "foreign", "other_code": "other_code"}.get(harm, "damaged")
    assert told == [(f"experiment.store.{kind}", {"file": str(store / "set_aside" / victim.name)})]
    assert (store / "set_aside" / victim.name).read_bytes() == harmed
    assert quick.tree(store) == whole


def test_two_processes_on_one_store(tmp_path, whole):
    path, store = quick.write_file(tmp_path), tmp_path / "store"
    both = [started(path, store, "make_slow", 1) for _ in range(2)]
    told = [finished(process) for process in both]
    assert all(t["computed"] + t["reused"] == RUNS for t in told)
    assert quick.tree(store) == whole


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    store = tmp_path / "store"
    (store / "ab").mkdir(parents=True)
    left = store / "ab" / ".abc.1.ff.partial"
    left.write_bytes(b"half")
    Store(store, "m").close()
    assert not left.exists()


def test_a_store_in_use_keeps_the_partial_files_of_its_user(tmp_path):
    first = Store(tmp_path, "m")
    (tmp_path / "ab").mkdir()
    left = tmp_path / "ab" / ".abc.1.ff.partial"
    left.write_bytes(b"half")
    second = Store(tmp_path, "m")
    assert left.exists()
    second.close()
    first.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path, whole, monkeypatch):
    path, store = quick.write_file(tmp_path), tmp_path / "store"
    original, count = whole_files.put_on_disk, []

    def full_after_seven(place, data):
        count.append(place)
        if len(count) > 7:
            place.write_bytes(data[: len(data) // 2])
            raise OSError(28, "No space left on device", str(place))
        original(place, data)

    monkeypatch.setattr(whole_files, "put_on_disk", full_after_seven)
    with pytest.raises(InputError) as error:
        quick.sweep_of(path, store).run()
    assert str(store) in str(error.value) and "\n" not in str(error.value)
    monkeypatch.setattr(whole_files, "put_on_disk", original)
    assert len(quick.tree(store)) == 7, "what was whole is kept, what was half is gone"
    assert quick.sweep_of(path, store).run().reused == 7
    assert quick.tree(store) == whole


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match="file"):
        quick.sweep_of(quick.write_file(tmp_path), tmp_path / "file" / "store")


def test_precision_adds_seeds_only_where_they_are_needed(tmp_path):
    """A wide target is met with the first round; a narrow one asks for more, up to the ceiling."""
    one = {"factors": None, "design": {"kind": "grid"}, "measures": ["access.in_time"]}
    wide = {"half_width": 0.5, "first": 10, "step": 5, "most": 25}
    got = quick.sweep_of(quick.write_file(tmp_path, precision=wide, **one), tmp_path / "a").run()
    assert got.computed == 10 * 2
    narrow = {**wide, "half_width": 0.0001}
    got = quick.sweep_of(quick.write_file(tmp_path, precision=narrow, **one), tmp_path / "b").run()
    assert got.computed == 25 * 2


def test_the_budget_of_hours_stops_and_the_same_command_goes_on(tmp_path, whole):
    path = quick.write_file(tmp_path, budget={"hours": 1e-5})
    got = quick.sweep_of(path, tmp_path / "store", quick.make_slow).run()
    assert got.stopped == "hours" and got.computed < RUNS
    done = quick.sweep_of(quick.write_file(tmp_path), tmp_path / "store").run()
    assert done.stopped == "done" and done.computed + done.reused == RUNS
    assert quick.tree(tmp_path / "store") == whole


def test_a_cpts_that_exists_on_day_zero_rules_every_arm(tmp_path):
    """Its arms share a world only where the CPTS of the scenario is the same."""
    there = {"years": quick.DAYS / 365, "cpts": {"since": "24 months", "start": "0 months"}}
    sweep = quick.sweep_of(quick.write_file(tmp_path, settings=there), tmp_path / "store")
    assert sweep.experiment.arms == ("with", "stop")
    runs = sweep.runs([1])
    assert len({run.key for run in runs}) == len(runs) == 8
    assert len(list(sweep.jobs(runs))) == 4


def test_a_file_system_without_locks_costs_nobody_her_drafts(tmp_path, monkeypatch):
    """Who cannot know to be alone removes nothing that another may be writing."""
    fcntl = pytest.importorskip("fcntl")

    def no_locks(handle, kind):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    draft = tmp_path / "ab" / ".abcd.partial"
    draft.parent.mkdir()
    draft.write_bytes(b"half")
    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", no_locks)
        Store(tmp_path, "numbers").close()
        assert draft.exists()
    Store(tmp_path, "numbers").close()
    assert not draft.exists()
