"""The registry of ``cpts-sim verify``: its quick part is run here, and each verdict can be any of the three."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cpts_sim.cli._main import build, exit_code
from cpts_sim.errors import InputError, InternalError
from cpts_sim.experiment.verify import CHECKS, Asked, Check, Outcome, Verdict, Where, chosen, counts, run_check
from cpts_sim.experiment.verify.rows import Row, computed, measured
from cpts_sim.experiment.verify.saved import FILE, read, written
from cpts_sim.experiment.verify.told import cells, heading, misses
from cpts_sim.report.verify import figure
from cpts_sim.words import LANGUAGES, has

QUICK, LONG = Asked(quick=True), Asked()
RUN = [check for check in CHECKS if check.where is not Where.ANALYTIC]


@pytest.mark.theory
@pytest.mark.parametrize("check", [check for check in CHECKS if check.quick], ids=lambda check: check.name)
def test_every_number_is_inside_and_wrong_demand_is_rejected(check: Check) -> None:
    outcome = run_check(check, QUICK)
    assert outcome.rows
    assert [(row.quantity, row.told, row.reached, row.expected) for _, row in misses([outcome])] == []
    if check in RUN:  # what runs the engine has power, row by row unless a row says that it cannot
        assert all(row.rejects or row.powerless for row in outcome.rows)
        assert any(row.rejects for row in outcome.rows)


@pytest.mark.theory
@pytest.mark.slow
@pytest.mark.parametrize("check", RUN, ids=lambda check: check.name)
def test_long_checks(check: Check) -> None:
    assert [(row.quantity, row.told) for _, row in misses([run_check(check, LONG)])] == []


def values(mean: float, spread: float, count: int = 100) -> np.ndarray:
    steps = np.linspace(-1, 1, count)
    return mean + spread * (steps - steps.mean()) / steps.std(ddof=1)


def test_a_mean_is_inside_outside_or_says_nothing() -> None:
    near, far = values(10.1, 1.0), values(10.5, 1.0)
    assert measured("daily", "per_day", near, 10.0, 0.5).verdict is Verdict.INSIDE
    assert measured("daily", "per_day", far, 10.0, 0.5).verdict is Verdict.OUTSIDE
    assert measured("daily", "per_day", far, 10.0, 0.3).verdict is Verdict.SHORT
    assert measured("daily", "per_day", near, 10.0, 0.5).half == pytest.approx(0.35)
    with pytest.raises(InternalError, match="20 or more"):
        measured("daily", "per_day", near[:19], 10.0, 0.5)


def test_power_is_the_rejection_of_a_wrong_demand() -> None:
    assert measured("daily", "per_day", values(10, 1), 10.0, 0.5, values(10.5, 1)).rejects is True
    assert measured("daily", "per_day", values(10, 1), 10.0, 0.5, values(10.2, 1)).rejects is False
    assert measured("daily", "per_day", values(10, 1), 10.0, 0.5, values(10, 1), powerless=True).rejects is None
    assert measured("daily", "per_day", values(10, 1), 10.0, 0.5).rejects is None
    assert computed("daily", "per_day", 1.0, 1.0, 1e-6, 1.05).rejects is True


def test_a_formula_has_a_tolerance_and_a_whole_number_none() -> None:
    assert computed("student", "number", 1.0 + 9e-7, 1.0).verdict is Verdict.INSIDE
    assert computed("student", "number", 1.0 + 2e-6, 1.0).verdict is Verdict.OUTSIDE
    assert computed("enough", "runs", 32, 32, 0.0).verdict is Verdict.INSIDE
    assert computed("enough", "runs", 33, 32, 0.0).verdict is Verdict.OUTSIDE
    assert computed("enough", "runs", math.nan, 32, 0.0).verdict is Verdict.OUTSIDE


def test_bad_luck_is_tried_once_more_with_other_seeds() -> None:
    seeds: list[int] = []

    def rows(asked: Asked) -> list[Row]:
        seeds.append(asked.seed)
        return [measured("daily", "per_day", values(9 + len(seeds), 0.1), 11.0, 0.5)]

    outcome = run_check(Check("arrivals", "0", Where.PART, rows), QUICK)
    assert outcome.again and outcome.rows[0].verdict is Verdict.INSIDE and len(set(seeds)) == 2
    assert run_check(Check("arrivals", "0", Where.PART, rows), QUICK).rows[0].verdict is not Verdict.INSIDE


def some() -> list[Outcome]:
    told = {"arrivals": 6.0, "mean": 48.0, "servers": 6}
    rows = (
        measured("must_wait", "share", values(0.5, 0.01), 0.5, 0.01, values(0.6, 0.01), **told),
        measured("mean_wait", "hours", values(0.9, 0.01), 0.5, 0.01, values(0.5, 0.01), **told),
        measured("waits_longer", "share", values(0.5, 1.0), 0.5, 0.01, minutes=30.0, **told),
    )
    servers = next(check for check in CHECKS if check.name == "servers")
    return [Outcome(servers, rows)]


def test_counts_and_misses_tell_each_kind() -> None:
    found = counts(some())
    assert (found["inside"], found["outside"], found["short"], found["power"], found["power_all"]) == (1, 1, 1, 1, 2)
    assert len(misses(some())) == 2


def test_saved_output_reads_back(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(written(some(), QUICK))
    back = read(tmp_path)
    assert [str(row) for row in back[0].rows] == [str(row) for row in some()[0].rows]
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"verify --output|cpts-sim verify"):
        read(tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_and_cells_in_both_languages(lang: str) -> None:
    outcome = some()[0]
    picture = figure(outcome, lang)
    assert picture[:4] == b"\x89PNG" and picture == figure(outcome, lang)
    assert all(len(cells(outcome, row, lang)) == len(heading(lang)) for row in outcome.rows)
    assert all(has(f"verify.check.{check.name}") for check in CHECKS)


def test_names_are_unique_and_unknown_ones_refused() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert [check.name for check in chosen(("worker",))] == ["worker"]
    assert "week" not in {check.name for check in chosen(quick=True)}
    with pytest.raises(Exception, match="worker"):
        chosen(("workr",))


def test_command_prints_counts_writes_files_and_refuses_a_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ["verify", "--only", "worker", "--only", "stopping", "--output", str(tmp_path / "v"), "--lang", "en"]
    told = CliRunner().invoke(build(), [*ask, "--strict"])
    assert told.exit_code == 0, told.output
    assert "2 checks" in told.output and "0 outside" in told.output
    assert {path.name for path in (tmp_path / "v").iterdir()} == {FILE, "figures"}
    assert {path.stem for path in (tmp_path / "v" / "figures").iterdir()} == {"worker", "stopping"}
    as_json = CliRunner().invoke(build(), ["verify", "--only", "stopping", "--json"])
    assert json.loads(as_json.stdout)["counts"]["outside"] == 0
    wrong = Check("stopping", "9", Where.ANALYTIC, lambda _: [computed("forget", "values", 1, 2, 0.0)])
    monkeypatch.setattr("cpts_sim.experiment.verify.CHECKS", (wrong,))
    code = exit_code(lambda: build().main(["verify", "--only", "stopping", "--strict"], standalone_mode=False))
    assert code == 3
