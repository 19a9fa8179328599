"""``cpts-sim territory`` on archetypes and on official files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpts_sim.cli import main
from cpts_sim.words import current_language, use_language


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CPTS_SIM_LANG", "en")
    before = current_language()

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    yield call
    use_language(before)


def test_show_an_archetype(run) -> None:
    code, out, _ = run("territory", "show", "rural_underdense")
    assert code == 0 and "28,000 inhabitants" in out
    code, out, _ = run("territory", "show", "rural_underdense", "--json")
    figures = json.loads(out)
    assert figures["population"] == 28_000 and figures["source"] == "archetype"


def test_show_nothing_known(run) -> None:
    code, _, err = run("territory", "show", "rural_overdense")
    assert code == 3 and "“rural_underdense”" in err


def test_build_needs_a_folder_and_known_codes(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CPTS_SIM_DATA", raising=False)
    code, _, err = run("territory", "build", "place", "58059")
    assert code == 2 and "--data" in err
    code, _, err = run("territory", "build", "place", "58059", "--data", str(tmp_path))
    assert code == 3 and err.startswith("Error: ")


@pytest.mark.data
def test_build_from_official_files(run, data_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "place.territory"
    perimeters = data_folder / "territoires" / "territoires_communes.csv"
    arguments = ["--data", str(data_folder), "--perimeter", str(perimeters), "-o", str(target)]
    code, out, err = run("territory", "build", "nievre_bertranges_amognes", *arguments)
    assert code == 0, err
    assert "60 communes" in out and str(target) in out
    code, out, _ = run("territory", "show", str(target), "--json")
    figures = json.loads(out)
    assert figures["communes"] == 60 and 25_000 < figures["population"] < 30_000
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("territory: {file: place.territory}\n")
    assert run("validate", str(scenario))[0] == 0
    code, _, err = run("territory", "build", "nievre_bertrange", *arguments)
    assert code == 2 and "nievre_bertranges_amognes" in err
