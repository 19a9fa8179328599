"""A size that nobody can mean is one sentence with its place, before anything is built; exit code 3 everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.sweep import executors
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.experiment.sweep.tables import may_write
from cpts_sim.scenario import ScenarioError, parse

from . import quick

PEOPLE = 900_000_000
PLACE = {"archetype": "rural_underdense", "population": PEOPLE}
POLICY = {"start": "0 months"}


def only(tmp_path, **more):
    with pytest.raises(ScenarioError) as error:
        read_experiment(quick.write_file(tmp_path, **more))
    (problem,) = error.value.problems
    assert "\n" not in problem.sentence() and problem.line > 0
    return problem


@pytest.mark.parametrize(
    ("more", "key", "words"),
    [
        ({"settings": {"years": 1, "territory": PLACE}}, "settings", "3,000,000 inhabitants"),
        ({"territories": {"huge": PLACE}}, "territories", "3,000,000 inhabitants"),
        ({"settings": {"years": 5000}}, "settings", "5000"),
        ({"replications": 10**9}, "replications", "10,000"),
        ({"seed": 10**30}, "seed", "9,007,199,254,740,992"),
        ({"budget": {"runs": 10**15}}, "budget.runs", "1,000,000"),
        ({"precision": {"half_width": 5}}, "precision.half_width", "at most 1"),
        ({"precision": {"half_width": 0}}, "precision.half_width", "greater than 0"),
        ({"precision": {"half_width": "5 %", "most": 10**12}}, "precision.most", "10,000"),
        ({"precision": {"half_width": "5 %", "first": 50, "most": 9}}, "precision", "lower first or raise most"),
    ],
)
def test_an_absurd_size_of_an_experiment_is_said_where_it_stands(tmp_path, more, key, words):
    problem = only(tmp_path, **more)
    assert problem.key == key and words in problem.text


def test_an_absurd_number_of_runs_is_counted_without_being_made(tmp_path):
    with pytest.raises(ScenarioError, match="16,000,000,000 runs"):
        read_experiment(quick.write_file(
            tmp_path, replications=8, design={"kind": "latin_hypercube", "size": 10**9},
            factors={"f": {"option": "cpts.members.share_gps", "low": 0, "high": 1}},
        ))  # fmt: skip


@pytest.mark.parametrize(
    ("values", "key", "words"),
    [
        ({"territory": PLACE}, "territory.population", "at most 3,000,000 inhabitants"),
        ({"warmup": "100000 weeks"}, "warmup", "260 weeks"),
        ({"start": "9998-01-05"}, "start", "between 2000 and 2100"),
        ({"cpts": {**POLICY, "covers": PEOPLE}}, "cpts.covers", "inhabitants"),
        ({"cpts": {**POLICY, "meetings": {"per_year": 10**9}}}, "cpts.meetings.per_year", "365"),
        ({"cpts": {**POLICY, "meetings": {"length": "1000 h"}}}, "cpts.meetings.length", "24 h"),
        ({"cpts": {**POLICY, "members": {"share_gps": 1.4}}}, "cpts.members.share_gps", "at most 1"),
    ],
)
def test_an_absurd_size_of_a_scenario_is_said_once(values, key, words):
    with pytest.raises(ScenarioError) as error:
        parse({"territory": {"archetype": "rural_underdense"}, **values})
    (problem,) = error.value.problems
    assert problem.key == key and words in problem.text


def test_every_command_refuses_an_absurd_population_before_it_builds_it(tmp_path):
    (tmp_path / "huge.yaml").write_text(
        f"name: huge\nterritory: {{archetype: rural_underdense, population: {PEOPLE}}}\n"
        "cpts: {start: 0 months}\n", encoding="utf-8",
    )  # fmt: skip
    place = quick.write_file(tmp_path, base="huge.yaml")
    told = {}
    for words in (("validate", "huge.yaml"), ("compare", "huge.yaml"), ("sweep", place), ("sweep", place, "--dry-run")):
        command = [sys.executable, "-m", "cpts_sim.cli", "--lang", "en", *map(str, words)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
        told[words[0]] = (done.returncode, "received 900000000, expected at most 3,000,000" in done.stderr)
    assert set(told.values()) == {(3, True)}, told
    assert not (tmp_path / "results").exists()


def test_a_territory_that_memory_cannot_hold_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr(executors, "available_mb", lambda: 4_000.0)
    executors.check_memory(250_000)
    with pytest.raises(InputError, match=r"3.000.000.*9[.,]2 G.*4[.,]0"):
        executors.check_memory(3_000_000)


@pytest.mark.parametrize(
    ("levels", "clear"),
    [
        (["0 months", "1 month", "1 mois"], True),
        ([0, "1 month"], True),
        (["1 month", "1 week"], False),
        ([3, "1 month"], False),
    ],
)
def test_spellings_of_a_unit_are_one_unit(tmp_path, levels, clear):
    more = {"factors": {"f": {"option": "cpts.start", "levels": levels}}, "design": {"kind": "grid"}}
    if clear:
        assert len(read_experiment(quick.write_file(tmp_path, **more)).points) == len(levels)
    else:
        assert only(tmp_path, **more).key == "factors.f.levels"


def test_a_range_may_start_at_a_bare_zero(tmp_path):
    more = {"factors": {"f": {"option": "cpts.start", "low": 0, "high": "1 month"}}, "design": {"kind": "grid"}}
    points = read_experiment(quick.write_file(tmp_path, **more)).points
    assert [point.scenario().cpts.start_months for point in points] == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("asked", [{"replications": 3}, {"factors": {"crisis": {"mission": "crisis"}}}])
def test_fewer_seeds_do_not_take_the_place_of_more(tmp_path, asked):
    """The folder of a sweep with more seeds, or of other missions, stays as it is unless it may be replaced."""
    from cpts_sim.experiment.sweep.tables import experiment_key

    folder = tmp_path / "out"
    folder.mkdir()
    held = read_experiment(quick.write_file(tmp_path))
    told = {"key": experiment_key(held), "seeds": [1, 2, 3, 4], "points": len(held.points)}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    may_write(folder, held, replace=False)
    other = read_experiment(quick.write_file(tmp_path, **asked))
    with pytest.raises(UsageError, match="--replace"):
        may_write(folder, other, replace=False)
    may_write(folder, other, replace=True)
    may_write(folder, read_experiment(quick.write_file(tmp_path, replications=9)), replace=False)


def test_fewer_points_do_not_take_the_place_of_more(tmp_path):
    from cpts_sim.experiment.sweep.tables import experiment_key

    factors = {"f": {"option": "cpts.members.share_gps", "low": 0, "high": 1}}
    of = [{"factors": factors, "design": {"kind": "latin_hypercube", "size": size}} for size in (6, 5)]
    folder = Path(tmp_path) / "out"
    folder.mkdir()
    held = read_experiment(quick.write_file(tmp_path, **of[0]))
    told = {"key": experiment_key(held), "seeds": [1, 2, 3, 4], "points": 6}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(UsageError, match=r"6 points.* 5"):
        may_write(folder, read_experiment(quick.write_file(tmp_path, **of[1])), replace=False)
