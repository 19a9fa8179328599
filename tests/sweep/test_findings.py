"""From the numbers of a sweep to findings, sentences, tables and figures, on effects that were planted."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.experiment.analysis.choose import analyse
from cpts_sim.experiment.sweep import tables
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.experiment.sweep.responses import Responses
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import sweep_figures

from . import quick

AXES = {
    "slots": {"option": "cpts.missions.unscheduled_care.slots_per_day", "low": 0, "high": 4},
    "active": {
        "option": "cpts.members.active_share",
        "low": 0.2,
        "high": 0.9,
        "title": {"fr": "actifs", "en": "active"},
    },
}
DESK = {"years": 0.1, "cpts": {"missions": {"unscheduled_care": {}}}}
NAME = "access.in_time"
ONE, TWO = "treating_physician", "unscheduled_care"


def planted(tmp_path, effect, **more):
    """Return the responses of an experiment whose effect at each point is planted, with a little luck."""
    experiment = read_experiment(quick.write_file(tmp_path, settings=DESK, replications=6, **more))
    got = Responses(experiment, tuple(range(1, 7)))
    names, table = got.numbers()
    generator = np.random.default_rng(3)
    shape = (len(experiment.points), 6)
    base = generator.normal(0.6, 0.02, shape)
    gain = np.array(
        [
            effect(dict(zip(names, row, strict=True)), point.base)
            for row, point in zip(table, experiment.points, strict=True)
        ]
    )
    for name in experiment.file.measures:
        got.data["without", name] = base
        got.data["with", name] = base + gain[:, None] + generator.normal(0, 0.0005, shape)
    return got


def found(responses):
    findings = tuple(analyse(responses))
    results = SweepResults(responses, findings, tables.effects_table(responses))
    for lang in ("fr", "en"):
        sentences = [line for finding in findings for line in finding.say(lang, responses.experiment)]
        assert sentences and all(line.strip() and "{" not in line for line in sentences)
    figures = sweep_figures.draw_all(results, "fr")
    assert all(data[:4] in (b"\x89PNG", b"<?xm") for data in figures.values())
    return {finding.name: finding for finding in findings}, {name.split(".")[0] for name in figures}


def rows(finding):
    return [dict(zip(finding.table, cells, strict=True)) for cells in zip(*finding.table.values(), strict=True)]


def test_a_factorial_gives_effects_and_shares(tmp_path):
    responses = planted(tmp_path, lambda row, base: 0.01 * row[ONE] + 0.02 * row[ONE] * row[TWO] + 0.001)
    findings, figures = found(responses)
    share = {row["factor"]: row["value"] for row in rows(findings["attribution"]) if row["indicator"] == NAME}
    assert share == pytest.approx(
        {"treating_physician": 0.02, "unscheduled_care": 0.01, "none": 0.001, "all": 0.031}, abs=0.001
    )
    pair = next(r for r in rows(findings["effects_of_factors"]) if r["order"] == 2 and r["indicator"] == NAME)
    assert pair["value"] == pytest.approx(0.02, abs=0.001) and pair["low"] > 0
    assert figures == {"attribution", "effects"}
    said = findings["effects_of_factors"].say("fr", responses.experiment)[0]
    assert "2,0" in said and said.startswith("Rural sous-dense,"), "the scenario by its title"
    assert "Accès à un médecin traitant" in said and ONE not in said, "missions by their names"


def test_a_hypercube_gives_indices_a_rule_and_the_value_of_knowing(tmp_path):
    pytest.importorskip("SALib")
    wish = {"measure": NAME, "least": 0.0}
    responses = planted(
        tmp_path, lambda row, base: 0.03 * (row["slots"] > 2) - 0.012, factors=AXES, measures=[NAME],
        design={"kind": "latin_hypercube", "size": 40}, discovery=wish, decision=wish,
    )  # fmt: skip
    findings, figures = found(responses)
    total = {row["factor"]: row["total"] for row in rows(findings["sobol"])}
    assert total["slots"] > 0.8 and total["active"] < 0.2
    rule = [row for row in rows(findings["discovery"]) if row["which"] == "helps"]
    assert [row["factor"] for row in rule] == ["slots"] and rule[0]["low"] == pytest.approx(2, abs=0.2)
    assert rule[0]["coverage"] == 1 and rule[0]["density"] == 1
    worth = {row["factor"]: row["value"] for row in rows(findings["information"])}
    assert worth["all"] == pytest.approx(0.5 * 0.012, rel=0.2)
    assert worth["slots"] > 5 * max(worth["active"], 1e-9) or worth["slots"] > 0.004
    assert figures == {"sobol", "discovery", "information"}


def test_one_at_a_time_gives_curves_that_tip(tmp_path):
    responses = planted(
        tmp_path, lambda row, base: 0.01 * (np.nan_to_num(row["slots"], nan=2.0) - 2.5), factors=AXES,
        design={"kind": "one_at_a_time", "levels": 5}, measures=[NAME],
    )  # fmt: skip
    findings, figures = found(responses)
    tips = {row["factor"]: row["tipping"] for row in rows(findings["curves"])}
    assert tips["slots"] == pytest.approx(2.5, abs=0.1) and np.isnan(tips["active"])
    assert figures == {"curves"}


def test_morris_ranks_what_matters(tmp_path):
    pytest.importorskip("SALib")
    responses = planted(
        tmp_path, lambda row, base: 0.01 * row["slots"], factors=AXES, measures=[NAME], design={"kind": "morris"}
    )
    findings, figures = found(responses)
    got = {row["factor"]: row for row in rows(findings["morris"])}
    assert got["slots"]["rank"] == 1 and got["slots"]["mu_star"] == pytest.approx(0.04, rel=0.05)
    assert figures == {"morris"}


def test_several_territories_are_ranked_and_matched_with_missions(tmp_path):
    gain = {"rural_underdense": 0.02, "urban_dense": -0.01}
    responses = planted(
        tmp_path, lambda row, base: gain[base] * row[ONE], territories=["rural_underdense", "urban_dense"]
    )
    findings, figures = found(responses)
    got = {row["base"]: row for row in rows(findings["ranking"]) if row["indicator"] == NAME}
    assert got["rural_underdense"]["first"] > 0.999 and got["urban_dense"]["rank"] == pytest.approx(2)
    assert {"ranking", "suits"} <= figures


def test_a_factorial_ranks_territories_by_all_its_missions_together(tmp_path):
    """Where one mission harms when alone, what counts is the CPTS that has both."""
    lone = {"rural_underdense": -0.06, "urban_dense": 0.0}
    both = {"rural_underdense": 0.08, "urban_dense": 0.01}
    responses = planted(
        tmp_path, lambda row, base: lone[base] * row[ONE] + both[base] * row[ONE] * row[TWO], territories=list(lone)
    )
    got = {row["base"]: row for row in rows(found(responses)[0]["ranking"]) if row["indicator"] == NAME}
    assert got["rural_underdense"]["value"] == pytest.approx(0.02, abs=0.001)
    assert got["urban_dense"]["value"] == pytest.approx(0.01, abs=0.001)
    assert got["rural_underdense"]["first"] > 0.99, "not by the mean of the design, which says the contrary"


def test_territories_that_wait_for_their_seeds_are_left_out_of_the_ranking(tmp_path):
    names = ["rural_underdense", "urban_dense", "periurban"]
    responses = planted(tmp_path, lambda row, base: 0.01, territories=names, factors=None, design={"kind": "grid"})
    for arm in responses.arms:
        responses.data[arm, NAME][2, 1:] = np.nan
    got = {row["base"] for row in rows(found(responses)[0]["ranking"]) if row["indicator"] == NAME}
    assert got == set(names[:2]), "the third has one seed"


def test_a_response_that_never_moves_says_so_and_no_share_of_luck(tmp_path):
    pytest.importorskip("SALib")
    responses = planted(tmp_path, lambda row, base: 0.0, factors=AXES, measures=[NAME], design={"kind": "morris"})
    for arm in responses.arms:
        responses.data[arm, NAME][:] = 0.5
    (finding,) = analyse(responses)
    said = finding.say("en", responses.experiment)
    assert len(said) == 1 and "nothing changes" in said[0]


@pytest.mark.slow
@pytest.mark.data
def test_real_perimeters_are_built_once_and_put_on_the_map(tmp_path, data_folder, monkeypatch):
    """Two small perimeters of one region, from official files."""
    monkeypatch.chdir(tmp_path)
    names = ["CPTS La Vallée de l'Ubaye", "CPTS Champsaur-Valgaudemar"]
    wanted = {"file": "cpts/cpts_communes_paca.csv", "names": names, "data": str(data_folder)}
    responses = planted(tmp_path, lambda row, base: 0.01, perimeters=wanted, factors=None, design={"kind": "grid"})
    built = sorted((tmp_path / "results" / ".territories").iterdir())
    assert len(built) == 2 and list(responses.experiment.bases) == names
    times = [file.stat().st_mtime_ns for file in built]
    read_experiment(tmp_path / "quick.yaml")
    assert [file.stat().st_mtime_ns for file in built] == times, "found again, not built again"
    _, figures = found(responses)
    assert {"ranking", "atlas"} <= figures
