"""The command line: language, exit codes, what each command prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import pytest

import cpts_sim.territory as territory_floor
from cpts_sim import __version__
from cpts_sim.catalogue import catalogue
from cpts_sim.cli import main
from cpts_sim.cli._click_words import FRENCH, FRENCH_PLURALS
from cpts_sim.cli._main import asked_language, build, exit_code
from cpts_sim.errors import InputError, InternalError, UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.scenario import load
from cpts_sim.words import current_language, has, speaking, use_language

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command line in this process: (exit code, stdout, stderr)."""
    monkeypatch.setenv("CPTS_SIM_LANG", "en")
    before = current_language()

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    yield call
    use_language(before)


def _process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command: Sequence[str] = [sys.executable, "-m", "cpts_sim.cli", *arguments]
    clean = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=clean, cwd=ROOT, timeout=300)


def test_help_lists_every_command_with_its_line(run) -> None:
    code, out, _ = run("--help")
    assert code == 0 and out.startswith("Usage: cpts-sim")
    group = build()
    for name in group.list_commands(click.Context(group)):
        assert f"  {name} " in out
        assert has(f"cli.{name.replace('-', '_')}"), f"words/cli.yaml: one line of help for {name}"


def test_help_of_every_command_in_both_languages(run) -> None:
    group = build()
    for name in group.list_commands(click.Context(group)):
        for lang, usage in (("fr", "Utilisation :"), ("en", "Usage:")):
            code, out, _ = run(name, "--help", "--lang", lang)
            assert code == 0 and out.startswith(usage), (name, lang)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, cpts_sim.cli\n"
        "try: cpts_sim.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print({'numpy', 'mesa', 'simpy', 'matplotlib', 'pydantic', 'babel', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_version(run) -> None:
    assert run("--version") == (0, f"cpts-sim, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["--lang", "fr", "run"], "fr"),
        (["run", "x.yaml", "--lang=en"], "en"),
        (["run", "--lang"], None),
        (["run", "--", "--lang", "fr"], None),
        (["run"], None),
    ],
)
def test_language_is_found_wherever_it_stands(arguments: list[str], language: str | None) -> None:
    assert asked_language(arguments) == language


def test_language_of_the_environment() -> None:
    assert "Commandes" in _process("--help", LANG="fr_FR.UTF-8").stdout
    assert "Commands" in _process("--help", LANG="fr_FR.UTF-8", CPTS_SIM_LANG="en").stdout
    assert "Commandes" in _process("--help", "--lang", "fr", CPTS_SIM_LANG="en").stdout


def test_wrong_usage(run) -> None:
    code, out, err = run("valdate")
    assert (code, out) == (2, "") and "'valdate'" in err
    code, _, err = run("parameters", "--yer", "2019", "--lang", "fr")
    assert code == 2 and "Vouliez-vous dire '--year' ?" in err
    code, _, err = run("validate")
    assert code == 2 and "SCENARIO" in err
    code, _, err = run("parameters", "--lang", "de")
    assert code == 2 and "'de'" in err


def test_click_speaks_french_where_it_speaks_at_all() -> None:
    """Every sentence of our table is one that click may say, with the same values."""
    source = "".join(path.read_text(encoding="utf-8") for path in Path(click.__file__).parent.glob("*.py"))
    for english, french in FRENCH.items():
        first = english.encode("unicode_escape").decode()
        assert f'"{first}"' in source or f"'{first}'" in source, f"click no longer says {english!r}"
        assert _values(english) == _values(french)
    for english, forms in FRENCH_PLURALS.items():
        assert f'"{english}"' in source, f"click no longer says {english!r}"
        assert _values(english) == _values(forms[0])


def _values(text: str) -> set[str]:
    import string

    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("bad"), 3),
        (UsageError("bad"), 2),
        (InternalError("bad"), 1),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (ZeroDivisionError("bad"), 1),
        (click.UsageError("bad"), 2),
        (click.exceptions.Exit(4), 4),
    ],
)
def test_exit_codes(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> None:
        raise error

    with speaking("en"):
        assert exit_code(action) == code
    err = capsys.readouterr().err
    assert err.count("Error") <= 2 and "Traceback" not in err


def test_details_of_an_internal_error_on_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def action() -> None:
        raise ZeroDivisionError("bad")

    monkeypatch.setenv("CPTS_SIM_DEBUG", "1")
    assert exit_code(action) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_valid(run, path: Path) -> None:
    code, out, err = run("validate", str(path))
    assert code == 0, err
    assert str(path) in out


def test_validate_says_everything(run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("territory: {archetype: reference}\n")
    bad.write_text("territory: {archetype: referense}\nyears: no\n")
    code, out, err = run("validate", str(good), str(bad))
    assert code == 3 and "good.yaml: correct" in out and "line 2, years" in err and "1 file to correct" in err
    bad.write_text("territory: {archetype: referense}\n")
    assert "“reference”" in run("validate", str(bad))[2]
    code, _, err = run("validate", str(tmp_path / "absent.yaml"))
    assert code == 3 and "no such file" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "absent.yaml"), ("run", "absent.yaml"), ("describe", "absent.yaml"), ("facts", "absent.yaml"),
        ("sweep", "absent.yaml"), ("app", "absent.yaml"), ("wellbeing", "absent"), ("replay", "absent"),
        ("animate", "absent"), ("compare", "--like", "absent"), ("territory", "build", "x", "--data", "absent"),
    ],
)  # fmt: skip
def test_what_is_absent_is_an_invalid_input_whatever_the_command(run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert code == 3 and not out
    assert err == f"Error: {arguments[-1]}: no such file or folder; " \
        "check the name and the folder from which the command runs.\n"


def test_validate_knows_an_experiment_from_a_scenario(run, tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text("territory: {archetype: reference, population: 2000}\n")
    text = """
base: base.yaml
settings: {years: 1}
factors: {gps: {option: cpts.members.share_gps, levels: [0.2, 0.6]}}
replications: 3
"""
    path = tmp_path / "experiment.yaml"
    path.write_text(text)
    code, out, err = run("validate", str(path))
    assert code == 0 and "experiment; points: 2; replications of each: 3" in out, err
    path.write_text(text.replace("replications: 3", "replications: -3"))
    code, out, err = run("validate", str(path))
    assert code == 3 and not out and "replications" in err and "unknown key" not in err
    path.write_text("perimeters: {file: absent.csv}\n")
    code, out, err = run("validate", str(path), str(base))
    assert code == 3 and "base.yaml: correct" in out and "experiment.yaml" in err


def test_validate_for_scripts(run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("territory: {archetype: reference}\nyeers: 2\n")
    code, out, err = run("validate", str(bad), "--json")
    assert (code, err) == (3, "")
    report = json.loads(out)
    assert not report["ok"]
    (problem,) = report["files"][0]["problems"]
    assert (problem["line"], problem["key"]) == (2, "yeers") and "“years”" in problem["text"]


def test_schema(run, tmp_path: Path) -> None:
    code, out, _ = run("schema")
    schema = json.loads(out)
    assert code == 0 and "territory" in schema["properties"]
    target = tmp_path / "scenario.schema.json"
    code, out, _ = run("schema", "-o", str(target))
    assert code == 0 and f"$schema={target}" in out
    assert json.loads(target.read_text(encoding="utf-8")) == schema


def test_parameters(run) -> None:
    code, out, _ = run("parameters")
    assert code == 0 and out.splitlines()[0].split()[:3] == ["parameter", "value", "unit"]
    code, out, _ = run("parameters", "--json", "--year", "2024")
    entries = json.loads(out)
    assert {"id", "value", "unit", "low", "high", "prior", "source", "year", "grade"} <= set(entries[0])
    room = entries[0]["room"]
    code, out, _ = run("parameters", "--room", room, "--lang", "fr")
    assert code == 0 and out.splitlines()[0].split()[:2] == ["paramètre", "valeur"]
    code, out, _ = run("parameters", entries[0]["id"])
    assert code == 0 and entries[0]["id"] in out and "prior" in out
    assert run("parameters", "no.such")[0] == 2
    code, _, err = run("parameters", "--room", room[:-1])
    assert code == 2 and room in err


def test_describe(run) -> None:
    code, out, _ = run("describe", str(ROOT / "scenarios" / "france_2019.yaml"))
    assert code == 0 and "7 January 2019" in out and "without: no CPTS" in out and "choose_provider" in out
    code, out, _ = run("describe", str(ROOT / "scenarios" / "france_2019.yaml"), "--json", "--lang", "fr")
    described = json.loads(out)
    assert described["scenario"]["reference_year"] == 2019 and "Scénario" in described["sections"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0 and "_CPTS_SIM_COMPLETE" in out


def test_completion_answers() -> None:
    done = _process(_CPTS_SIM_COMPLETE="bash_complete", COMP_WORDS="cpts-sim val", COMP_CWORD="1")
    assert "validate" in done.stdout


def test_a_parameter_is_shown_with_its_unit_in_the_reader_s_language(run) -> None:
    identifier = "nurse.brief_per_year_by_age"
    shared = next(e.id for e in load_parameters(2019).entries() if e.unit == "per_1000_year")
    assert "pour 1 000 habitants et par an" in run("parameters", shared, "--lang", "fr")[1]
    assert "per 1 000 inhabitants and year" in run("parameters", shared, "--lang", "en")[1]
    assert load_parameters(2019).entry(identifier).unit in run("parameters", identifier, "--lang", "en")[1]
    assert "nouveaux épisodes de soins infirmiers courts" in run("parameters", identifier, "--lang", "fr")[1]


def test_a_parameter_is_shown_with_its_source_and_note_in_the_reader_s_language(run) -> None:
    entry = next(e for e in load_parameters(2019).entries() if e.note == "unverified")
    card = run("parameters", entry.id, "--lang", "fr")[1]
    assert "non vérifié" in card and "unverified" not in card
    assert "unverified" in run("parameters", entry.id, "--lang", "en")[1]
    room = run("parameters", "--room", "quality", "--lang", "fr")[1]
    assert "les groupes de pairs se réunissent" in room and "groups of peers" not in room
    assert "groups of peers meet" in run("parameters", "--room", "quality", "--lang", "en")[1]


def test_a_territory_without_emergency_department_is_told(run, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = str(ROOT / "scenarios" / "rural_underdense.yaml")
    sentence = "no emergency department"
    assert sentence not in run("validate", scenario)[1]
    found = territory_floor.load_territory(load(Path(scenario), catalogue()).territory)
    bare = replace(found, hospitals={name: column[:0] for name, column in found.hospitals.items()})
    monkeypatch.setattr(territory_floor, "load_territory", lambda _: bare)
    assert sentence in run("validate", scenario)[1]
