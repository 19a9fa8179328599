"""What goes wrong is one sentence in the reader's language: the place, the value, the cure, and the right exit code."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import click
import pytest

from cpts_sim import files
from cpts_sim.cli import _main
from cpts_sim.cli._main import INTERRUPTED, exit_code
from cpts_sim.cli._options import Amount, beside
from cpts_sim.errors import UsageError
from cpts_sim.words import use_language

ENGLISH = ("No such file", "Permission denied", "No space left", "Input should", "Is a directory")
GOOD = "territory: {archetype: rural_underdense, population: 2000}\nyears: 0.1\ncpts: {}\n"


@pytest.fixture(autouse=True)
def _language():
    yield
    use_language("en")


def told(capsys, *arguments, lang="fr"):
    """Run a command line in this process: (exit code, what it says on stderr)."""
    with pytest.raises(SystemExit) as stop:
        _main.main([*map(str, arguments), "--lang", lang])
    return stop.value.code, capsys.readouterr().err


def written(tmp_path, text, name="s.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_years_with_a_unit(tmp_path, capsys):
    path = written(tmp_path, GOOD.replace("0.1", "3 ans"))
    code, text = told(capsys, "validate", path)
    assert code == 3 and "ligne 2, years" in text and '"3 ans"' in text and "years: 3" in text


@pytest.mark.parametrize("command", ["run", "compare", "wellbeing", "scale"])
def test_years_that_are_no_number(tmp_path, capsys, command):
    code, text = told(capsys, command, written(tmp_path, GOOD), "--years", "nan")
    assert code == 2 and "nan" in text and "nombre fini" in text and "interne" not in text


def test_decimals_behind_a_comma_are_taken():
    years = Amount(0, 5, min_open=True)
    assert [years.convert(text, None, None) for text in ("0,3", "1,5", "0.25", "2")] == [0.3, 1.5, 0.25, 2.0]
    for text in ("1,000", "0,3,1", ",", "six"):
        with pytest.raises(click.BadParameter):
            years.convert(text, None, None)


def test_the_folder_of_what_is_kept_can_be_found_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert beside(Path("here"), ".pairs") == tmp_path / ".pairs", "not a bare name"
    assert beside(Path("results/rural"), ".pairs") == Path("results/.pairs")


@pytest.mark.parametrize("content", ["", "# rien\n", "\n\n"])
@pytest.mark.parametrize("command", ["validate", "compare", "sweep"])
def test_an_empty_file(tmp_path, capsys, command, content):
    code, text = told(capsys, command, written(tmp_path, content, "vide.yaml"))
    assert code == 3 and "vide.yaml" in text and "est vide" in text and "territory" in text


def test_an_unknown_archetype_is_said_with_the_other_mistakes(tmp_path, capsys):
    text = "territory: {archetype: rural_underdnse}\nyears: 3 ans\nwarmup: 3\ncpts: {missions: {crisys: {}}}\n"
    code, said = told(capsys, "validate", written(tmp_path, text))
    assert code == 3 and "4 problèmes" in said
    assert all(word in said for word in ("rural_underdense", "crisis", "years", "warmup"))


@pytest.mark.parametrize(
    "arguments",
    [("diagnose", "nowhere.csv"), ("territory", "show", "nowhere.csv"), ("compare", "nowhere.yaml"),
     ("validate", "nowhere.yaml"), ("sweep", "nowhere.yaml"), ("calibrate", "nowhere.yaml"), ("report", "nowhere")],
)  # fmt: skip
def test_a_missing_file_is_an_invalid_input_everywhere(capsys, arguments):
    code, text = told(capsys, *arguments)
    assert code == 3 and "nowhere" in text and not any(word in text for word in ENGLISH)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "accès refusé"), (errno.ENOSPC, "plus de place"), (errno.EROFS, "lecture seule"),
     (errno.EISDIR, "c'est un dossier")],
)  # fmt: skip
def test_what_the_system_refuses_is_french_in_french(capsys, number, words):
    use_language("fr")

    def refused():
        raise OSError(number, os.strerror(number), "/somewhere/out")

    assert exit_code(refused) == 3
    text = capsys.readouterr().err
    assert words in text and "/somewhere/out" in text and text.count("\n") == 1
    assert not any(word in text for word in ENGLISH)


@pytest.mark.parametrize(("command", "kept"), [("compare", ".pairs"), ("calibrate", ".points")])
def test_an_interruption_says_what_is_kept_and_how_to_go_on(tmp_path, capsys, monkeypatch, command, kept):
    """Ctrl-C while the first computation runs (the model is never built)."""
    from cpts_sim.experiment import workers

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "_sure", stopped)
    monkeypatch.chdir(tmp_path)
    code, text = told(capsys, command, written(tmp_path, GOOD), "--workers", "1")
    assert code == INTERRUPTED == 130
    assert kept in text and "la même commande reprend" in text and "interrompu" in text


def test_a_store_that_cannot_be_written_is_said_before_anything_is_computed(tmp_path, capsys, monkeypatch):
    (tmp_path / "results").write_text("a file")
    monkeypatch.chdir(tmp_path)
    code, text = told(capsys, "compare", written(tmp_path, GOOD), "-n", "5")
    assert code == 3 and "results" in text and text.count("\n") == 1
    assert not any(word in text for word in ENGLISH)


def test_a_full_disk_keeps_what_was_finished(tmp_path, monkeypatch):
    from cpts_sim.errors import InputError
    from cpts_sim.experiment.store import Store

    store = Store(tmp_path, "m")
    store.put("aa", b"one")

    def full(path, data):
        path.write_bytes(data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    use_language("fr")
    with monkeypatch.context() as patch, pytest.raises(InputError, match="plus de place"):
        patch.setattr(files, "put_on_disk", full)
        store.put("ab", b"two")
    assert store.get("aa") == b"one" and store.get("ab") is None
    assert not list(tmp_path.rglob("*.partial")) and not issubclass(InputError, UsageError)
    store.close()


@pytest.mark.parametrize(
    ("option", "value", "code", "words"),
    [("--output", "file/r.html", 3, "file"), ("--assumptions", "nowhere", 3, "nowhere"),
     ("--smallest-differences", "bad.yaml", 3, "no.such")],
)  # fmt: skip
def test_a_report_checks_what_is_beside_the_scenario_before_it_computes(
    tmp_path, capsys, monkeypatch, option, value, code, words
):
    from cpts_sim.cli import _pairs

    def computed(*_, **__):
        raise AssertionError("computed before it was known whether the report can be written")

    monkeypatch.setattr(_pairs, "compute", computed)
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "a file", "file")
    written(tmp_path, "no.such: 1\n", "bad.yaml")
    got, text = told(capsys, "report", written(tmp_path, GOOD), option, value)
    assert got == code and words in text and text.count("\n") == 1


def test_a_diagnosis_that_cannot_be_written_is_not_made(tmp_path, capsys, monkeypatch):
    def made(*_, **__):
        raise AssertionError("made before it was known whether it can be written")

    monkeypatch.setattr("cpts_sim.report.document.diagnosis.diagnosis_of", made)
    place = written(tmp_path, "a file", "file") / "d.html"
    code, text = told(capsys, "diagnose", "rural_underdense", "-o", place)
    assert code == 3 and str(place) in text and text.count("\n") == 1


@pytest.mark.parametrize(("unread", "code"), [(True, 0), (False, 1)])
def test_only_the_reader_of_the_output_may_leave_before_its_end(tmp_path, capsys, monkeypatch, unread, code):
    """``cpts-sim … | head`` is no fault; a pipe that breaks elsewhere, as when a worker dies, is one."""
    reader, writer = os.pipe()
    if unread:
        os.close(reader)

    def broken():
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    with os.fdopen(writer, "w") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert exit_code(broken) == code
        monkeypatch.undo()
    assert ("BrokenPipeError" in capsys.readouterr().err) is not unread
