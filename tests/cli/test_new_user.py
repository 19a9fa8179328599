"""What people met who had just installed the program: languages, names that are not there, files of another kind."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import cpts_sim
from cpts_sim.cli import _main, _pairs, sweep
from cpts_sim.cli._options import reference_scenario
from cpts_sim.engine import compiled
from cpts_sim.experiment import smallest_differences
from cpts_sim.experiment.keys import digest
from cpts_sim.experiment.results import provenance
from cpts_sim.experiment.workers import Processes
from cpts_sim.report.document import annex
from cpts_sim.words import use_language

ROOT = Path(__file__).parents[2]
GOOD = "territory: {archetype: rural_underdense, population: 2000}\nyears: 0.1\ncpts: {missions: {prevention: {}}}\n"


@pytest.fixture
def user(tmp_path, monkeypatch, capsys):
    """Run a command line in an empty folder, with no language said: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in ("CPTS_SIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            _main.main(list(map(str, arguments)))
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    yield call
    use_language("en")


# ------------------------------------------------------------------------------------------ languages
@pytest.mark.parametrize(
    ("before", "after", "variable", "expected"),
    [
        ((), (), None, "fr"),
        (("--lang", "en"), (), None, "en"),
        (("--lang", "en"), ("--lang", "fr"), None, "fr"),
        (("--lang", "fr"), (), "en", "fr"),
        ((), (), "en_GB.UTF-8", "en"),
        ((), ("--lang", "fr"), "en", "fr"),
    ],
)
def test_the_language_of_a_document(user, tmp_path, monkeypatch, before, after, variable, expected):
    if variable:
        monkeypatch.setenv("CPTS_SIM_LANG", variable)
    code, _, said = user(*before, "diagnose", "rural_underdense", *after)
    assert code == 0, said
    (page,) = tmp_path.glob("*.html")
    assert page.name.endswith(f"_{expected}.html") and f'<html lang="{expected}"' in page.read_text(encoding="utf-8")


def test_a_language_that_is_not_spoken_is_said(user, monkeypatch):
    monkeypatch.setenv("CPTS_SIM_LANG", "xx")
    code, out, said = user("parameters", "gp.no_such")
    assert code == 2 and not out
    assert said.count("\n") == 1 and "CPTS_SIM_LANG" in said and "“xx”" in said and "fr, en" in said
    monkeypatch.setenv("CPTS_SIM_LANG", "  ")
    assert user("--version")[0] == 0
    monkeypatch.setenv("CPTS_SIM_LANG", "xx")
    assert user("--lang", "fr", "--version")[0] == 0


# ------------------------------------------------------------------------------------------ names and kinds of files
@pytest.mark.parametrize("command", ["validate", "compare", "run", "report", "diagnose", "sweep", "scale", "wellbeing"])
def test_a_missing_file_is_told_with_the_nearest_name(user, tmp_path, command):
    (tmp_path / "rural.yaml").write_text(GOOD)
    code, _, said = user(command, "rurla.yaml", "--lang", "en")
    assert code == 3 and "rurla.yaml" in said and "no such file" in said and "(did you mean “rural.yaml”?)" in said
    assert "encoding" not in said and said.count("\n") == 1


def test_a_file_that_is_no_text_is_told_by_line(user, tmp_path):
    (tmp_path / "latin.yaml").write_bytes("# un\ntitle: Été\n".encode("cp1252"))
    code, _, said = user("validate", "latin.yaml", "--lang", "fr")
    assert code == 3 and said.startswith("latin.yaml, ligne 2 : reçu le caractère 0xc9, attendu")
    assert "codec" not in said
    (tmp_path / "nul.yaml").write_bytes("# é\n\na: \0\n".encode())
    code, _, said = user("validate", "nul.yaml", "--lang", "en")
    assert code == 3 and said.startswith("nul.yaml, line 3: received the character 0x00, expected YAML text")
    assert said.count("\n") == 1
    (tmp_path / "folder").mkdir()
    code, _, said = user("validate", "folder", "--lang", "en")
    assert code == 3 and said.startswith("folder: this is a folder, expected a YAML file")


def test_a_scenario_is_no_experiment_nor_the_other_way_round(user, tmp_path):
    (tmp_path / "rural.yaml").write_text(GOOD)
    (tmp_path / "missions.yaml").write_text("base: rural.yaml\nfactors: {a: {mission: prevention}}\nreplications: 2\n")
    code, _, said = user("sweep", "rural.yaml", "--lang", "en")
    assert code == 3 and said.count("\n") == 1 and "received a scenario, expected an experiment" in said
    assert "“base: rural.yaml”" in said and "cpts-sim compare rural.yaml" in said and "unknown key" not in said
    code, _, said = user("compare", "missions.yaml", "--lang", "en")
    assert code == 3 and said.count("\n") == 1 and "cpts-sim sweep missions.yaml" in said
    assert user("validate", "missions.yaml", "rural.yaml")[0] == 0


@pytest.mark.parametrize(
    ("arms", "place", "words"),
    [
        ("without,minus:crisis", "--arms minus:crisis:", ("crisis", "prevention", "leave this arm out")),
        ("without,minus:crysis", "--arms minus:crysis:", ("received crysis", "prevention")),
        ("without,plus:crysis", "--arms plus:crysis:", ("did you mean “crisis”?",)),
        (" ,", "--arms: received", ("leave --arms out",)),
        ("with,with", "Arm “with”", ("twice", "leave it out once")),
    ],
)
def test_arms_are_told_as_they_were_asked(user, tmp_path, arms, place, words):
    (tmp_path / "rural.yaml").write_text(GOOD)
    code, _, said = user("compare", "rural.yaml", "--arms", arms, "--lang", "en")
    assert code in (2, 3) and said.startswith(f"Error: {place}") and all(word in said for word in words)
    assert said.count("\n") == 1


# ------------------------------------------------------------------------------------------ folders and machines
def test_away_from_a_clone_the_packaged_france_is_taken(tmp_path, monkeypatch):
    packaged = Path(cpts_sim.__file__).parent / "scenario" / "data" / "france_2019.yaml"
    assert packaged.read_bytes() == (ROOT / "scenarios" / "france_2019.yaml").read_bytes()
    monkeypatch.chdir(tmp_path)
    assert reference_scenario() == packaged
    monkeypatch.chdir(ROOT)
    assert reference_scenario() == Path("scenarios/france_2019.yaml")


def _folder(place, files, beside):
    told = {name: digest(data) for name, data in files.items()}
    for name, data in {**files, **beside, "manifest.json": json.dumps({"files": told}).encode()}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def test_what_stands_beside_the_same_results_stays_and_that_of_others_is_told(tmp_path, capsys):
    files, beside = {"values.parquet": b"1"}, {"figures/forest.png": b"png", "report_fr.html": b"html"}
    _folder(tmp_path, files, beside)
    assert _pairs._beside(tmp_path, {**files, "manifest.json": b"any"}, {}) == beside
    assert not capsys.readouterr().err
    assert _pairs._beside(tmp_path, {"values.parquet": b"2"}, {"figures/forest.png": b"new"}) == {}
    assert "report_fr.html" in (said := capsys.readouterr().err) and "figures" not in said.partition("(")[0]
    assert _pairs._beside(tmp_path / "nowhere", files, {}) == {}


def test_figures_of_the_same_sweep_stay(tmp_path, capsys):
    files, beside = {"effects.parquet": b"1"}, {"figures/forest.png": b"png"}
    _folder(tmp_path, {**files, **beside}, {})
    assert sweep._figures_of(tmp_path, files) == beside and not capsys.readouterr().err
    assert sweep._figures_of(tmp_path, {"effects.parquet": b"2"}) == {} and "figures" in capsys.readouterr().err


def test_workers_find_the_machine_code_made_and_provenance_tells_of_it(monkeypatch):
    asked = []
    monkeypatch.setattr(compiled, "load", lambda: asked.append(1))
    Processes(3).shutdown()
    assert asked == [1]
    monkeypatch.setattr(compiled, "LOADED", None)
    assert provenance(1.0, 1, 0)["compiled_loops"] is False
    monkeypatch.setattr(compiled, "LOADED", object())
    told = provenance(1.0, 1, 0)
    assert told["compiled_loops"] is True and "numba" in told["versions"]


def test_a_report_with_other_smallest_differences_says_how_to_write_it_again(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("access.in_time: 0.0123\n")
    shipped, mine = smallest_differences(), smallest_differences(own)
    (tmp_path / "smallest_differences.yaml").write_text(yaml.safe_dump(shipped))
    told = SimpleNamespace(lang="en", done=SimpleNamespace(smallest=shipped), assumed=None)
    assert annex._report(told, "small", tmp_path) == ("cpts-sim report small --lang en",)
    told.done.smallest = mine
    made, command = annex._report(told, "small", tmp_path)
    assert command == "cpts-sim report small --lang en --smallest-differences my_smallest_differences.yaml"
    name, _, content = made.removeprefix("# ").partition(": ")
    (tmp_path / name).write_text(content)
    assert smallest_differences(tmp_path / "my_smallest_differences.yaml") == mine


def test_smallest_differences_that_are_no_text_are_told(user, tmp_path):
    (tmp_path / "latin.yaml").write_bytes("# été\n".encode("cp1252"))
    (tmp_path / "rural.yaml").write_text(GOOD)
    code, _, said = user("compare", "rural.yaml", "--smallest-differences", "latin.yaml", "--lang", "en")
    assert code == 3 and "latin.yaml" in said and "internal" not in said.lower()
