"""Comparisons: same bytes whatever the workers, nothing computed twice, nothing half written."""

import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from patience import alive, comes_true

from cpts_sim.engine.events import Ending
from cpts_sim.errors import InputError, InternalError, UsageError
from cpts_sim.experiment import (
    Place,
    Plan,
    Reading,
    arms_of,
    compare,
    read_earlier,
    read_results,
    write_results,
)
from cpts_sim.experiment.keys import Keys, code_digest
from cpts_sim.experiment.pair import read_day_zero, read_journal, replicate
from cpts_sim.experiment.readings import read, smallest_differences
from cpts_sim.experiment.results import french_csv, result_files
from cpts_sim.experiment.statistics import Interval
from cpts_sim.measures import Horizon, over
from cpts_sim.scenario import parse

from . import fake_model


def scenario(**more):
    return parse(
        {"name": "test", "years": 112 / 365, "territory": {"archetype": "rural_underdense"},
         "arms": {"without": {}, "with": {"cpts": {}}}, **more}
    )  # fmt: skip


def plan(**more):
    asked = {"replications": 6, "make": fake_model.make, **more}
    spec = asked.pop("scenario", None) or scenario()
    return Plan(spec, arms_of(spec), **asked)


@pytest.fixture(scope="module")
def done():
    return compare(plan(), workers=1)


def test_arms_put_the_baseline_first():
    assert arms_of(scenario()) == ("without", "with")
    with pytest.raises(UsageError, match="wiht"):
        arms_of(scenario(), ["wiht"])


def test_the_planted_gain_is_found(done):
    line = done.line("access.in_time")
    assert line.difference.mean > 0
    assert line.difference.count == 6
    assert line.reading is Reading.BETTER
    assert line.difference.mean == pytest.approx(line.with_.mean - line.without.mean, abs=1e-12)
    assert done.line("access.needs").reading is Reading.EQUAL


def test_the_same_bytes_whatever_the_number_of_workers(done):
    two = compare(plan(), workers=2)
    assert result_files(two) == result_files(done)


def test_arms_without_a_difference_are_said_equal():
    got = compare(plan(make=fake_model.make_zero, replications=5), workers=1)
    assert {line.reading for line in got.lines() if line.difference.count == 5} == {Reading.EQUAL}
    changes = [line for line in got.lines() if line.place.indicator == "account.change"]
    assert changes
    assert all(line.difference.mean == 0 for line in changes)


def test_the_seven_accounts_close_in_every_pair(done):
    values = done.values
    parts = sum(
        values.get("with", Place("account.change", "account", name))
        for name in values.groups("account.change", "account")
    )
    total = values.get("with", Place("account.change"))
    assert np.abs(parts - total).max() < 1e-9
    met = values.get("with", Place("account.met")) - values.get("without", Place("account.met"))
    assert np.allclose(total, met, atol=1e-9)
    assert np.abs(total).min() > 0


def test_members_are_the_same_gps_in_both_arms(done):
    groups = done.values.groups("burnout.by_member", "member")
    assert groups == ["0", "1", "2", "3"]
    line = done.line(Place("burnout.by_member", "member", "3"))
    assert line.difference.mean < 0
    assert done.line("burnout.ee_effect").difference.mean == pytest.approx(
        done.line("burnout.ee").difference.mean / done.line("burnout.ee_sd").without.mean
    )


def test_a_finished_pair_is_never_computed_twice(tmp_path, done):
    first = compare(plan(replications=3), workers=1, store=tmp_path)
    assert first.reused == 0
    told = []
    again = compare(plan(), workers=1, store=tmp_path, progress=lambda n, of: told.append((n, of)))
    assert again.reused == 3
    assert told[0] == (3, 6)
    assert told[-1] == (6, 6)
    assert result_files(again) == result_files(done)
    assert compare(plan(make=fake_model.make_failing), workers=1, store=tmp_path).reused == 6


@pytest.mark.parametrize("harm", ["truncate", "head", "foreign", "flip"])
def test_what_is_damaged_or_foreign_is_named_set_aside_and_computed_again(tmp_path, done, harm):
    compare(plan(replications=2), workers=1, store=tmp_path)
    place, other = (tmp_path / key[:2] / f"{key}.run" for key in map(plan().pair_key, (0, 1)))
    data = place.read_bytes()
    harmed = {
        "truncate": data[:-9], "head": b"{" + data, "foreign": other.read_bytes(),
        "flip": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    }[harm]  # fmt: skip
    place.write_bytes(harmed)
    said = []
    got = compare(plan(), workers=1, store=tmp_path, warn=lambda k, v: said.append((k, v["file"])))
    wanted = "foreign" if harm == "foreign" else "damaged"
    assert said == [(f"experiment.store.{wanted}", str(tmp_path / "set_aside" / place.name))]
    assert Path(said[0][1]).read_bytes() == harmed
    assert result_files(got) == result_files(done)


def test_other_measures_are_measured_again_and_nothing_is_set_aside(tmp_path):
    compare(plan(replications=1, measures=("access",)), workers=1, store=tmp_path)
    got = compare(plan(replications=1), workers=1, store=tmp_path)
    assert got.reused == 0
    assert not (tmp_path / "set_aside").exists()


def test_keys_ignore_titles_and_see_seeds_arms_and_parameters(tmp_path):
    base, titled = scenario(), scenario(title={"fr": "Un titre"}, name="other")
    arms = ("without", "with")
    keys = Keys(base, arms)
    assert keys.pair(1) == Keys(titled, arms).pair(1)
    shorter, one_arm = Keys(scenario(years=0.5), arms), Keys(base, arms[:1])
    assert len({keys.pair(1), keys.pair(2), one_arm.pair(1), shorter.pair(1), keys.experiment(1)}) == 5


def test_a_file_counts_by_its_content_not_by_its_path(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("code;population\n")
    (tmp_path / "c.csv").write_text("code;population;\n")
    specs = [scenario(territory={"table": str(tmp_path / f"{n}.csv")}) for n in "abc"]
    keys = [Keys(spec, ("without",)).pair(1) for spec in specs]
    assert keys[0] == keys[1] != keys[2]


def test_a_failing_pair_names_itself_in_one_sentence(tmp_path):
    for workers in (1, 2):
        with pytest.raises(InternalError, match=r"3.*no such slot") as caught:
            compare(plan(make=fake_model.make_failing), workers=workers, store=tmp_path)
        assert "\n" not in str(caught.value)
    assert len(list(tmp_path.glob("??/*.run"))) >= 2


def test_a_killed_worker_is_replaced(tmp_path, monkeypatch, done):
    monkeypatch.setenv("CPTS_SIM_TEST_MARK", str(tmp_path / "mark"))
    got = compare(plan(make=fake_model.make_killing), workers=2)
    assert (tmp_path / "mark").exists()
    assert result_files(got) == result_files(done)


def test_a_wanted_precision_stops_where_it_holds_and_not_by_luck_of_the_workers():
    asked = plan(replications=None, precision=0.05)
    one, two = compare(asked, workers=1), compare(asked, workers=2)
    assert one.stopped == "precision"
    assert len(one.values.seeds) == len(two.values.seeds)
    assert result_files(one) == result_files(two)
    line = one.line("access.in_time")
    assert line.difference.half <= 0.05 * line.without.mean


def test_results_round_trip_and_refuse_to_overwrite_another_key(tmp_path, done):
    folder = tmp_path / "out"
    files = write_results(done, folder, more={"seconds": 1})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    assert json.loads((folder / "provenance.json").read_text()) == {"seconds": 1}
    needed = {"scenario.yaml", "manifest.json", "values.parquet", "comparison.parquet", "territory.json"}
    assert needed <= files.keys()
    back = read_results(folder)
    for place in done.values.places():
        for arm in done.values.arms:
            assert np.array_equal(back.values.get(arm, place), done.values.get(arm, place), equal_nan=True)
    assert [line.reading for line in back.lines()] == [line.reading for line in done.lines()]
    write_results(done, folder)
    other = compare(plan(seed=50, replications=1), workers=1)
    with pytest.raises(UsageError, match="--replace"):
        write_results(other, folder)
    assert read_earlier(folder).manifest["seeds"] == list(done.values.seeds)
    write_results(other, folder, replace=True)
    assert read_earlier(folder).manifest["seeds"] == [50]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="mine"):
        write_results(other, tmp_path / "mine", replace=True)


def test_a_manifest_repeats_byte_for_byte(tmp_path, done):
    write_results(done, tmp_path / "out")
    earlier = read_earlier(tmp_path / "out" / "manifest.json")
    again = compare(replace(earlier.plan(), make=fake_model.make), workers=1, fresh=True)
    assert earlier.differing(result_files(again)) == []
    zero = compare(replace(earlier.plan(), make=fake_model.make_zero), workers=1, fresh=True)
    assert "values.parquet" in earlier.differing(result_files(zero))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"epoch": 1}'])
def test_a_manifest_that_is_none_is_said(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="manifest"):
        read_earlier(tmp_path / "manifest.json")


def test_the_kept_journal_gives_the_same_numbers_again(done):
    pair = replicate(scenario(), 1, ("without", "with"), keep_journal=True, make=fake_model.make)
    assert pair.files["values.parquet"] == done.pairs[1].files["values.parquet"]
    tables = read_day_zero(pair.files)
    rows = over(read_journal(pair.files, "with"), tables, Horizon(112))
    told = pair.values["with"]
    assert {Place(*row[:4]) for row in rows} == told.keys()
    for row in rows:
        assert row.value == told[Place(*row[:4])] or math.isnan(row.value)


def test_only_the_first_journal_is_kept_by_default(done):
    assert done.pairs[1].has_journal
    assert not done.pairs[2].has_journal
    kept = read_journal(done.pairs[1].files, "without")
    assert sum((chunk["request"]["ending"] == Ending.SERVED).sum() for chunk in kept) > 100


def test_an_executor_of_the_user_does_the_work(done):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as executor:
        assert result_files(compare(plan(), executor=executor, workers=2)) == result_files(done)


@pytest.mark.parametrize(
    ("mean", "half", "better", "smallest", "word"),
    [
        (2.0, 1.0, "higher", math.nan, Reading.BETTER), (2.0, 1.0, "lower", math.nan, Reading.WORSE),
        (-2.0, 1.0, "lower", math.nan, Reading.BETTER), (2.0, 1.0, "none", math.nan, Reading.HIGHER),
        (-2.0, 1.0, "none", math.nan, Reading.LOWER), (0.5, 1.0, "higher", math.nan, Reading.UNDETERMINED),
        (0.5, 1.0, "higher", 2.0, Reading.TOO_SMALL), (0.5, 0.1, "higher", 2.0, Reading.TOO_SMALL),
        (0.0, 0.0, "higher", 2.0, Reading.EQUAL), (0.5, 1.0, "higher", 1.2, Reading.UNDETERMINED),
    ],
)  # fmt: skip
def test_readings(mean, half, better, smallest, word):
    assert read(Interval(mean, half, 20, 1.0), better, smallest) is word
    assert read(Interval(mean, half, 4, 1.0), better, smallest) is Reading.TOO_FEW


def test_smallest_differences_are_the_users(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("wait.mean: 0.25\n")
    assert smallest_differences(mine)["wait.mean"] == 0.25
    assert smallest_differences(mine)["ed.visits"] == 5
    wrong = {"wait.meen: 1": "wait.mean", "wait.mean: -1": "-1", "[1]": "YAML", "a: b: c": "YAML"}
    for text, word in wrong.items():
        mine.write_text(text)
        with pytest.raises(InputError, match=word):
            smallest_differences(mine)


def test_csv_opens_in_a_french_spreadsheet(done):
    text = french_csv(done)
    assert text.startswith(b"\xef\xbb\xbf")
    lines = text.decode("utf-8-sig").split("\r\n")
    assert ";" in lines[0]
    assert "Besoins satisfaits à temps" in text.decode("utf-8-sig")
    assert "," in lines[1]


MANY = 120
"""Pairs of a third of a second by two workers: none is as far as the end when the signal comes, however late."""
CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin deaf to it
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
from experiment.test_compare import plan
from experiment import fake_model
from cpts_sim.experiment import compare
if __name__ == "__main__":
    compare(plan(make=fake_model.make_slow, replications={many}), workers=2, store=Path({store!r}),
            progress=lambda n, of: print(n, flush=True))
"""


def children_of(pid):
    command = ["ps", "-o", "pid=", "--ppid", str(pid)]
    out = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(x) for x in out.stdout.split()]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs ps and signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_the_pairs_done_stay_and_no_worker_survives(tmp_path, how):
    root = str(Path(__file__).parents[2])
    script = tmp_path / "child.py"
    store = tmp_path / "store"
    script.write_text(CHILD.format(root=root, tests=str(Path(__file__).parents[1]), store=str(store), many=MANY))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, str(script)], env=environment, **pipes) as process:
        for line in process.stdout:
            if int(line) >= 3:
                break
        workers = children_of(process.pid)
        process.send_signal(how)
        process.wait(120)
    assert comes_true(lambda: not any(alive(pid) for pid in workers), 60)
    kept = list(store.glob("??/*.run"))
    assert 3 <= len(kept) < MANY
    mine = [p for p in kept if json.loads(p.read_bytes().partition(b"\n")[0])["code"] == code_digest()]
    got = compare(plan(replications=MANY), workers=1, store=store)
    assert got.reused == len(mine)
