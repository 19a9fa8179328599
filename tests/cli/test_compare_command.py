"""``cpts-sim compare`` and ``run`` through the real model, on a small territory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = """
name: small
title: {fr: Petit territoire, en: Small territory}
reference_year: 2019
department: "58"
years: 0.12
warmup: 2 weeks
territory: {archetype: rural_underdense, population: 2000}
arms:
  without: {}
  with: {parameters: {care.no_show_base: 0.02}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("compare")
    (place / "small.yaml").write_text(TEXT)
    return place


def cpts(folder, *args, code=0):
    command = [sys.executable, "-m", "cpts_sim.cli", *map(str, args)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def compared(folder):
    out = cpts(folder, "compare", "small.yaml", "-n", 2, "--workers", 1, "--lang", "en", "--figures", "--csv")
    return out, folder / "results" / "small"


def test_the_table_is_plain_in_a_pipe_and_the_folder_complete(compared):
    done, results = compared
    assert done.stdout.startswith("Small territory: “with CPTS” against “without CPTS”")
    assert "Needs met in time" in done.stdout
    assert "credible interval" in done.stdout and "P(better)" in done.stdout
    assert "one possible france" not in done.stdout.lower(), "by default parameters are drawn"
    assert len(done.stderr.splitlines()) == 2
    names = {p.name for p in results.iterdir()}
    assert {"scenario.yaml", "manifest.json", "values.parquet", "comparison.parquet", "provenance.json",
            "territory.json", "figures", "journal", "comparaison.csv", "ensemble.yaml", "vectors.parquet",
            "credible.parquet", "costs.parquet"} <= names  # fmt: skip
    assert (results / "figures" / "forest.png").is_file()
    drawn = (results / "figures" / "forest.svg").read_text(encoding="utf-8")
    assert "credible interval" in drawn and "computing error" not in drawn
    assert not [p for p in results.parent.iterdir() if "partial" in p.name]


def test_fixed_parameters_are_labelled_one_possible_france(folder):
    done = cpts(folder, "compare", "small.yaml", "-n", 1, "--fixed-parameters", "-o", "fixed", "--lang", "en")
    assert "one possible france" in done.stdout.lower()
    assert "credible" not in done.stdout and not (folder / "fixed" / "ensemble.yaml").exists()
    assert "computing error" in (folder / "fixed" / "figures" / "forest.svg").read_text(encoding="utf-8")


def test_a_second_time_nothing_is_computed_and_json_says_the_same(folder, compared):
    told = json.loads(cpts(folder, "compare", "small.yaml", "-n", 2, "--json", "-o", "again").stdout)
    assert told["arms"] == ["without", "with"]
    assert told["seeds"] == [1, 2]
    assert {line["reading"] for line in told["lines"]} <= {"too_few", "equal"}


def test_like_repeats_byte_for_byte(folder, compared):
    _, results = compared
    done = cpts(folder, "compare", "--like", results / "manifest.json", "-o", "repeated", "--lang", "en")
    assert "byte for byte" in done.stderr
    for name in ("vectors.parquet", "credible.parquet", "ensemble.yaml", "values.parquet", "comparison.parquet",
                 "scenario.yaml", "manifest.json", "territory.json"):  # fmt: skip
        assert (folder / "repeated" / name).read_bytes() == (results / name).read_bytes()
    journals = sorted(p.relative_to(results) for p in (results / "journal").rglob("*.parquet"))
    assert journals
    assert all((folder / "repeated" / p).read_bytes() == (results / p).read_bytes() for p in journals)


def test_another_computation_is_not_overwritten_without_replace(folder, compared):
    _, results = compared
    before = (results / "manifest.json").read_bytes()
    done = cpts(folder, "compare", "small.yaml", "-n", 1, "--seed", 9, "--lang", "en", code=2)
    assert "--replace" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert (results / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (["compare"], 2, "SCENARIO"),
        (["compare", "absent.yaml"], 3, "absent.yaml"),
        (["compare", "small.yaml", "-n", "2", "--precision", "0.1"], 2, "--precision"),
        (["compare", "small.yaml", "--arms", "without,wiht"], 2, "with"),
        (["compare", "small.yaml", "--arms", "without"], 2, "without"),
        (["compare", "--like", "small.yaml"], 3, "manifest"),
        (["compare", "small.yaml", "--like", "small.yaml", "--seed", "3"], 2, "--seed"),
        (["compare", "small.yaml", "--smallest-differences", "small.yaml"], 3, "small.yaml"),
        (["run", "small.yaml", "--arm", "other"], 2, "without"),
    ],
)
def test_a_mistake_is_one_sentence(folder, args, code, word):
    done = cpts(folder, *args, "--lang", "en", code=code)
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_of_many_arms_only_the_decision_has_its_tables_unless_asked_for(folder):
    more = "  third: {parameters: {care.no_show_base: 0.03}}\n  fourth: {parameters: {care.no_show_base: 0.04}}\n"
    (folder / "four.yaml").write_text(TEXT.replace("name: small", "name: four") + more)
    asked = ("compare", "four.yaml", "-n", 1, "--fixed-parameters", "--no-figures", "--lang", "en")
    short, whole = (cpts(folder, *asked, *option).stdout for option in ((), ("--every-table",)))
    assert short.count("Costs and consequences") == 1 and whole.count("Costs and consequences") == 3
    assert "2 more arms have only their column" in short and "--every-table" not in whole
    assert short.splitlines()[2] == whole.splitlines()[2]  # the table of all arms stays
    told = whole.replace("\n\n", "\n")
    assert all(line in told for line in short.replace("\n\n", "\n").splitlines()[:-1])


def test_run_gives_one_arm(folder):
    done = cpts(folder, "run", "small.yaml", "--arm", "with", "--lang", "fr")
    assert "Petit territoire : « avec CPTS »" in done.stdout
    assert "Besoins satisfaits à temps" in done.stdout
    assert (folder / "results" / "small-with" / "journal" / "with" / "request.parquet").is_file()


def test_help_needs_neither_numpy_nor_mesa(folder):
    code = "import sys; from cpts_sim.cli import compare, run; print({'numpy', 'mesa'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""})  # fmt: skip
    assert done.stdout.strip() == "set()"
