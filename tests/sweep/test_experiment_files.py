"""Experiment files: every mistake is said at once, in one sentence each, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cpts_sim.experiment.sweep.factors import Axis
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.scenario import ScenarioError

from . import quick


def problems(tmp_path, **more):
    with pytest.raises(ScenarioError) as error:
        read_experiment(quick.write_file(tmp_path, **more))
    return error.value.problems


def only(tmp_path, **more):
    found = problems(tmp_path, **more)
    assert len(found) == 1, [problem.sentence() for problem in found]
    assert "\n" not in found[0].sentence()
    return found[0]


OPTION = "cpts.missions.unscheduled_care.slots_per_day"
GRID = {"kind": "grid"}


def test_unknown_key_is_said_with_the_nearest(tmp_path):
    problem = only(tmp_path, replication=3)
    assert problem.key == "replication" and "replications" in problem.text and problem.line > 0


def test_several_mistakes_are_said_at_once(tmp_path):
    found = problems(tmp_path, measures=["access.in_tme"], analyses=["sobl"], base="nowhere.yaml")
    assert {p.key for p in found} == {"measures", "analyses", "base"}
    assert any("access.in_time" in p.text for p in found) and any("sobol" in p.text for p in found)


def test_mistakes_of_every_kind_are_said_at_once(tmp_path):
    factors = {
        "start": {"option": "cpts.missions.unscheduled_care.start", "levels": ["0 months", "3 months"]},
        "slots": {"option": OPTION, "levels": [1, 99]},
        "misnamed": {"parameter": "care.no_show_bse"},
        "unshaped": {"mission": "crisis", "levels": [1, 2]},
    }
    found = problems(tmp_path, design={"kind": "gird"}, measures=["access.in_tme"], factors=factors, analyses=["sobol"])
    assert [p.key for p in sorted(found, key=lambda p: p.key)] == [
        "design.kind", "factors.misnamed.parameter", "factors.slots", "factors.unshaped", "measures",
    ]  # fmt: skip
    slots = next(p for p in found if p.key == "factors.slots")
    assert slots.text.startswith(("avec la valeur 99", "with the value 99"))
    assert all(p.line > 0 for p in found)


def test_of_two_factors_of_a_mission_the_wrong_one_is_named(tmp_path):
    right = {"option": "cpts.missions.unscheduled_care.start", "levels": ["0 months", "3 months"]}
    wrong = {"option": "cpts.missions.unscheduled_care.slots_per_dy", "levels": [1, 2]}
    problem = only(tmp_path, design=GRID, factors={"start": right, "slots": wrong})
    assert problem.key == "factors.slots" and "slots_per_day" in problem.text
    start = {"option": "cpts.missions.unscheduled_care", "levels": [{"start": "0 months"}, {"start": "soon"}]}
    problem = only(tmp_path, design=GRID, factors={"slots": {"option": OPTION, "levels": [1, 2]}, "whole": start})
    assert problem.key == "factors.whole"


@pytest.mark.parametrize(
    ("factor", "key", "word"),
    [
        ({"parameter": "care.no_show_bse"}, "factors.f.parameter", "care.no_show_base"),
        ({"parameter": "care.no_show_base", "low": 0.2, "high": 0.1}, "factors.f.high", "0.2"),
        ({"parameter": "care.no_show_base", "mission": "crisis"}, "factors.f", "parameter"),
        ({"option": OPTION}, "factors.f", "low"),
        ({"option": "cpts.start", "low": "1 month", "high": "9 weeks"}, "factors.f.high", "9 weeks"),
        ({"option": "cpts.missions.unscheduled_care.slots_per_dy", "levels": [1, 2]}, "factors.f", "slots_per_day"),
        ({"mission": "crisys"}, "factors.f", "crisis"),
        ({"option": OPTION, "levels": [1, 99]}, "factors.f", "99"),
        ({"option": "years", "levels": ["6 months", "1 year"]}, "factors.f.levels", "month"),
    ],
)
def test_a_bad_factor_is_said_where_it_stands(tmp_path, factor, key, word):
    found = problems(tmp_path, factors={"f": factor}, design=GRID)
    assert found[0].key == key and word in found[0].text


def test_a_parameter_out_of_its_range(tmp_path):
    found = only(tmp_path, factors={"f": {"parameter": "care.no_show_base", "low": 0.0, "high": 7.0}}, design=GRID)
    assert found.key == "factors.f.high" and "0.1" in found.text


def test_an_empty_design(tmp_path):
    assert only(tmp_path, factors=None, design={"kind": "sobol"}).key == "factors"


def test_files_of_one_stem_are_two_bases(tmp_path):
    for folder, years in (("north", 1), ("south", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rural.yaml").write_text(f"years: {years}\nterritory: {{archetype: rural_underdense}}\n")
    files = ["north/rural.yaml", "./south/rural.yaml", str(quick.ROOT / "scenarios" / "periurban.yaml")]
    experiment = read_experiment(quick.write_file(tmp_path, base=files, settings=None, factors=None, design=GRID))
    assert list(experiment.bases) == ["north.rural", "south.rural", "periurban"]
    assert [experiment.bases[f"{name}.rural"]["years"] for name in ("north", "south")] == [1, 2]


@pytest.mark.parametrize(("arms", "runs"), [(None, 3 * 2 * 4), (["without"], 1 * 2 * 4)])
def test_every_arm_of_the_scenario_counts_in_the_size(tmp_path, arms, runs):
    settings = {"years": quick.DAYS / 365, "arms": {"without": {}, "with": {}, "late": {"cpts": {"start": "1 month"}}}}
    more = {"settings": settings, "arms": arms, "replications": 2}
    assert f"{runs}" in only(tmp_path, budget={"runs": runs - 1}, **more).text
    experiment = read_experiment(quick.write_file(tmp_path, budget={"runs": runs}, **more))
    assert len(experiment.arms) * 2 * len(experiment.points) == runs


def test_a_folder_is_known_by_all_that_the_experiment_asks(tmp_path):
    """More seeds and points extend; another base, territory file, measure or factor is another computation."""
    from cpts_sim.experiment.sweep.tables import experiment_key

    def key(**more):
        return experiment_key(read_experiment(quick.write_file(tmp_path, **more)))

    first = key()
    assert first == key(replications=9) == key(title={"fr": "Autre"}) == key(budget={"runs": 999})
    listed = [{"treating_physician": "on"}, {"unscheduled_care": "on"}]
    lists = [key(design={"kind": "list", "points": listed[:count]}) for count in (1, 2)]
    assert lists[0] == lists[1] != first, "more points extend"
    settings = {"years": quick.DAYS / 365, "cpts": {"start": "0 months"}}
    others = [
        key(name="other"), key(measures=["ed.visits"]), key(settings={**settings, "warmup": "3 weeks"}), key(seed=7),
        key(factors={"crisis": {"mission": "crisis"}}), key(arms=["with"]), *lists[:1],
    ]  # fmt: skip
    assert len({first, *others}) == 1 + len(others)
    (tmp_path / "t.csv").write_text("code;population\n")
    table = {"settings": {**settings, "territory": {"archetype": None, "table": str(tmp_path / "t.csv")}}}
    before = key(**table)
    (tmp_path / "t.csv").write_text("code;population;\n")
    assert key(**table) != before, "a territory counts by the content of its file"


def test_an_absurd_size_is_refused_at_once(tmp_path):
    factors = {f"f{i}": {"parameter": "care.no_show_base"} for i in range(9)}
    problem = only(tmp_path, factors=factors, design={"kind": "grid", "levels": 20})  # never listed, or never ends
    assert problem.key == "budget.runs" and "512" in problem.text.replace("\u202f", "").replace(",", "")


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"design": {"kind": "sobol", "size": 100}}, "design"),
        ({"design": {"kind": "morris", "levels": 5}}, "design"),
        ({"design": {"kind": "list"}}, "design"),
        ({"design": {"kind": "list", "points": [{"pathway": "on"}]}}, "design.points"),
        ({"design": {"kind": "latin"}}, "design.kind"),
        ({"analyses": ["morris"]}, "analyses"),
        ({"arms": ["wiht"]}, "arms"),
        ({"replications": 0}, "replications"),
    ],
)
def test_other_mistakes_have_their_place(tmp_path, more, key):
    assert problems(tmp_path, **more)[0].key == key


def test_more_than_eight_factors_for_sobol(tmp_path):
    factors = {f"f{i}": {"parameter": "care.no_show_base"} for i in range(9)}
    assert only(tmp_path, factors=factors, design={"kind": "sobol", "size": 2}).key == "factors"


# ---------------------------------------------------------------------------------------------- designs
def test_factors_reach_the_scenario(tmp_path):
    factors = {
        "no_show": {"parameter": "care.no_show_base", "low": 0.02, "high": 0.1},
        "start": {"option": "cpts.start", "low": "0 months", "high": "6 months"},
        "crisis": {"mission": "crisis"},
    }
    got = read_experiment(quick.write_file(tmp_path, factors=factors, design={"kind": "grid", "levels": 3}))
    assert got.point_count == len(got.points) == 3 * 3 * 2
    last = got.points[-1].scenario()
    assert last.parameters["care.no_show_base"] == 0.1
    assert last.cpts.start_months == pytest.approx(6) and "crisis" in last.cpts.missions
    assert "crisis" not in got.points[0].scenario().cpts.missions


@pytest.mark.parametrize(
    ("design", "size"),
    [
        ({"kind": "one_at_a_time", "levels": 3}, 1 + 3 + 3),
        ({"kind": "latin_hypercube", "size": 20}, 20),
        ({"kind": "sobol", "size": 8}, 8 * 4),
        ({"kind": "morris", "trajectories": 5}, 5 * 3),
        ({"kind": "factorial"}, 4),
        ({"kind": "fractional_factorial"}, 4),
        ({"kind": "list", "points": [{"a": 0.03}, {"a": 0.05, "b": 2}]}, 2),
    ],
)
def test_the_size_is_known_before_the_points_are_made(tmp_path, design, size):
    if design["kind"] in ("sobol", "morris"):
        pytest.importorskip("SALib")
    factors = {
        "a": {"parameter": "care.no_show_base", "low": 0.02, "high": 0.1},
        "b": {"option": OPTION, "low": 0, "high": 6},
    }
    path = quick.write_file(tmp_path, factors=factors, design=design)
    first, again = read_experiment(path), read_experiment(path)
    assert len(first.points) == size <= first.point_count
    assert [p.row for p in first.points] == [p.row for p in again.points], "the same points every time"
    values = [p.row["a"] for p in first.points if "a" in p.row]
    assert all(0.02 <= value <= 0.1 for value in values) and len(set(values)) > 1


@pytest.mark.parametrize("prior", ["uniform", "triangular", "normal", "lognormal", "beta"])
def test_priors_stay_between_their_ends_and_around_their_mode(prior):
    axis = Axis("x", "parameter", "p", 1.0, 9.0, prior=prior, mode=3.0)
    values = np.array([axis.at(share) for share in np.linspace(0, 1, 201)])
    assert values[0] >= 1 and values[-1] <= 9 and (np.diff(values) >= 0).all()
    assert values[0] == pytest.approx(1, abs=1e-6) and values[-1] == pytest.approx(9, abs=1e-6)
    if prior == "triangular":
        assert values.mean() == pytest.approx((1 + 3 + 9) / 3, abs=0.05)
    if prior == "beta":
        assert values.mean() == pytest.approx((1 + 4 * 3 + 9) / 6, abs=0.05)
    if prior == "uniform":
        assert values.mean() == pytest.approx(5, abs=1e-9)
    else:
        assert np.median(values) < 5, "pulled towards the likely value"


def test_levels_and_whole_numbers():
    assert [Axis("x", "option", "p", levels=("a", "b")).at(s) for s in (0, 0.49, 0.5, 1)] == ["a", "a", "b", "b"]
    axis = Axis("x", "option", "p", 0, 3, whole=True)
    assert axis.spread(4) == [0, 1, 2, 3] and isinstance(axis.at(0.4), int)
    assert Axis("x", "option", "p", 0, 6, "months").spread(3) == ["0.0 months", "3.0 months", "6.0 months"]


def test_the_shipped_experiments_are_valid():
    for path in sorted((quick.ROOT / "experiments").glob("*.yaml")):
        if "CPTS_SIM_DATA" not in path.read_text(encoding="utf-8"):
            assert read_experiment(path).points


# ---------------------------------------------------------------------------------------------- the command
def run(*arguments, **more):
    command = [sys.executable, "-m", "cpts_sim.cli", "sweep", *map(str, arguments)]
    return subprocess.run(command, env=quick.environment(**more), capture_output=True, text=True, timeout=300)


def small(tmp_path, **more):
    settings = {"years": 0.06, "warmup": "1 weeks", "territory": {"archetype": "rural_underdense", "population": 2000}}
    return quick.write_file(
        tmp_path, settings=settings, replications=2, factors={"crisis": {"mission": "crisis"}}, **more
    )


def test_a_sweep_from_the_command_line_leaves_tidy_tables_and_figures(tmp_path):
    import pyarrow.parquet as pq

    path, folder = small(tmp_path), tmp_path / "out"
    done = run(path, "--output", folder, "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["points"], told["computed"], told["failed"]) == (2, 2 * 3, 0)
    runs = pq.read_table(folder / "runs.parquet").to_pylist()
    assert len(runs) == 2 * 2 * 2 * 2, "points, arms, seeds, indicators"
    assert {row["indicator"] for row in runs} == {"access.in_time", "ed.visits"}
    effects = pq.read_table(folder / "effects.parquet").to_pylist()
    one = next(row for row in effects if row["indicator"] == "ed.visits" and row["point"] == 1)
    levels = {(r["arm"], r["seed"]): r["value"] for r in runs if r["point"] == 1 and r["indicator"] == "ed.visits"}
    gaps = [levels["with", seed] - levels["without", seed] for seed in (1, 2)]
    assert one["difference"] == pytest.approx(sum(gaps) / 2)
    text = (folder / "effects.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and b";" in text and b"," in text
    assert (folder / "figures" / "effects.png").read_bytes().startswith(b"\x89PNG")
    before = {name: data for name, data in quick.tree(folder).items() if name != "provenance.json"}
    again = run(path, "--output", folder, "--workers", "2", "--json")
    assert json.loads(again.stdout)["computed"] == 0
    assert {name: data for name, data in quick.tree(folder).items() if name != "provenance.json"} == before


def test_a_dry_run_says_runs_time_and_disk_and_keeps_nothing(tmp_path):
    done = run(small(tmp_path), "--dry-run", "--json", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["points"], told["runs"], told["jobs"]) == (2, 6, 2)
    assert told["seconds"] > 0 and told["bytes"] > 0 and told["free"] > 0
    assert not (tmp_path / "out").exists()


def test_a_key_that_no_run_has_is_said(tmp_path):
    done = run(small(tmp_path), "--only", "zzzz", "--output", tmp_path / "out", "--workers", "1")
    assert done.returncode == 2 and "zzzz" in done.stderr and "failures.csv" in done.stderr


def test_a_bad_file_leaves_with_three_and_sentences(tmp_path):
    done = run(quick.write_file(tmp_path, replication=3, measures=["access.in_tme"]))
    assert done.returncode == 3 and "Traceback" not in done.stderr and "replications" in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "blocked").write_text("a file")
    done = run(small(tmp_path), "--output", tmp_path / "blocked" / "out")
    assert done.returncode == 3 and "blocked" in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    if os.geteuid():
        (tmp_path / "closed").mkdir(mode=0o500)
        done = run(small(tmp_path), "--output", tmp_path / "closed" / "out")
        assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1


def test_a_folder_of_something_else_is_not_touched(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("years of work")
    done = run(small(tmp_path), "--output", tmp_path / "mine")
    assert done.returncode == 2 and "mine" in done.stderr
    assert [f.name for f in (tmp_path / "mine").iterdir()] == ["thesis.doc"]


def test_a_folder_being_filled_is_left_to_its_process(tmp_path):
    from cpts_sim.experiment.store import lock

    held = lock(tmp_path / ".out.lock", wait=False)
    done = run(small(tmp_path), "--output", tmp_path / "out")
    os.close(held)
    assert done.returncode == 2 and "out" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_the_tables_load_in_two_lines(tmp_path):
    """The snippets of docs/experiments.md."""
    pytest.importorskip("xarray")
    import re

    text = (quick.ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(snippets) == 2 and all(len(s.strip().splitlines()) <= 3 for s in snippets)
    done = run(small(tmp_path), "--output", tmp_path / "out", "--workers", "1", "--no-figures")
    assert done.returncode == 0, done.stderr
    for snippet in snippets:
        names = {}
        exec(snippet.replace("results/missions", str(tmp_path / "out")), names)
        assert names["runs"] is not None
    assert names["cube"].sizes["seed"] == 2
    assert Path(tmp_path / "out" / "runs.parquet").exists()


def test_throughput_is_measured_by_a_command():
    command = [sys.executable, "-m", "cpts_sim.cli", "sweep-bench", "--runs", "6", "--seconds", "0.2", "--json"]
    done = subprocess.run(command, env=quick.environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["runs"] == 6 and told["workers"] == 2
    assert told["wall"] >= 0.6 and 0 < told["busy"] <= 1, "two workers sleep twice as much as one, no more"
