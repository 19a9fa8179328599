"""From the numbers of a sweep to findings, sentences, tables and figures, on effects that were planted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cpts_sim.experiment.analysis.choose import analyse
from cpts_sim.experiment.sweep import size, tables
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.experiment.sweep.responses import Responses, responses_of, tables_of
from cpts_sim.experiment.sweep.size import size_sentence
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import sweep_figures
from cpts_sim.scenario import ScenarioError, parse
from cpts_sim.territory import load_territory, write_territory
from cpts_sim.territory.reduced import reduced

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


def read_of(findings, analysis, indicator, **where):
    return [
        (row["reading"], row["smallest"])
        for row in rows(findings[analysis])
        if row["indicator"] == indicator and all(row[name] == value for name, value in where.items())
    ]


def test_an_effect_is_read_against_zero_and_against_what_matters(tmp_path):
    """Needs met in time matter from one point on: two points do, a thirtieth does not, and both are told from zero."""
    responses = planted(tmp_path, lambda row, base: 0.02 * row[ONE] + 0.0003 * 2 * row[TWO], measures=[NAME])
    responses.data["with", NAME] -= np.random.default_rng(5).normal(0, 1e-5, responses.effect(NAME).shape)
    findings, _ = found(responses)
    assert read_of(findings, "attribution", NAME, factor=ONE) == [("better", 0.01)]
    assert read_of(findings, "attribution", NAME, factor=TWO) == [("too_small", 0.01)]
    said = findings["effects_of_factors"].say("en", responses.experiment)
    assert said[0].endswith("(percentage points): better."), said[0]
    small = planted(tmp_path, lambda row, base: 0.0005 * (row[ONE] + row[TWO]), measures=[NAME])
    told, _ = found(small)
    assert "too small to matter (less than 1.0)" in told["attribution"].say("en", small.experiment)[0]


def test_an_effect_that_may_be_too_small_says_so(tmp_path):
    responses = planted(tmp_path, lambda row, base: 0.0095 * row[ONE], measures=[NAME])
    responses.data["with", NAME] += np.random.default_rng(7).normal(0, 0.002, responses.effect(NAME).shape)
    findings, _ = found(responses)
    (reading, _), *_ = read_of(findings, "effects_of_factors", NAME, effect=ONE)
    said = findings["effects_of_factors"].say("en", responses.experiment)[0]
    assert reading == "better" and "perhaps by less than what matters (1.0)" in said


def test_many_intervals_say_how_many_exclude_zero_by_chance(tmp_path):
    four = ["access.in_time", "ed.visits", "burnout.ee", "mt.without_end"]
    nothing = planted(tmp_path, lambda row, base: 0.0, measures=four)
    findings, _ = found(nothing)
    last = findings["effects_of_factors"].say("en", nothing.experiment)[-1]
    assert last.startswith("Of 12 intervals") and last.endswith("chance alone would make about 1.")
    few = planted(tmp_path, lambda row, base: 0.0, measures=[NAME], territories=["rural_underdense", "urban_dense"])
    few.seeds, few.data = (1, 2), {place: table[:, :2] for place, table in few.data.items()}
    told = {f.name: f for f in analyse(few)}["ranking"].say("en", few.experiment)
    assert told[-1].startswith("With 2 seeds nothing is said to differ from zero (5 are needed)")


def test_exhaustion_is_judged_by_its_spread_between_gps(tmp_path):
    sweep = quick.sweep_of(quick.write_file(tmp_path, measures=["burnout.ee"]), tmp_path / "store")
    got = responses_of(sweep, sweep.run().runs)
    spreads = [table["burnout.ee_sd", "", ""] for run, table in tables_of(sweep.store, sweep.runs([1, 2, 3, 4]))
               if run.arm == "without"]  # fmt: skip
    assert got.smallest["burnout.ee"] == pytest.approx(0.1 * np.mean(spreads))
    assert set(tables.effects_table(got)["smallest"]) == {got.smallest["burnout.ee"]}


def test_the_size_of_the_study_is_its_first_sentence(tmp_path):
    responses = planted(tmp_path, lambda row, base: 0.0)
    said = size_sentence(responses, "en")
    assert said.startswith("Under-dense countryside, 28,")
    assert "inhabitants, 5.1\N{NO-BREAK SPACE}weeks after the warm-up" in said
    assert "4 points, 6 seeds" in said
    two = planted(tmp_path, lambda row, base: 0.0, territories=["rural_underdense", "urban_dense"])
    assert size_sentence(two, "fr").startswith("2 territoires, ")
    assert "possible France" in size_sentence(two, "en")


def test_the_size_is_that_of_the_file_as_it_is_now(tmp_path):
    """One process may see a table of communes change under the same path."""
    place, known = tmp_path / "place.json.gz", load_territory({"archetype": "rural_underdense"})
    point = SimpleNamespace(scenario=lambda: parse({"territory": {"file": str(place)}}))
    for wanted in (3000, 5000):
        write_territory(reduced(known, wanted), place)
        assert size._inhabitants(*size._source(point)) == wanted


def test_a_curve_without_a_tipping_point_is_told_from_end_to_end(tmp_path):
    grid = {"kind": "grid", "levels": 3}
    responses = planted(tmp_path, lambda row, base: 0.01 * row["slots"], factors=AXES, design=grid, measures=[NAME])
    findings, _ = found(responses)
    slots = next(line for line in findings["curves"].say("en", responses.experiment) if "slots" in line)
    assert "= 0.00" in slots and "3.992 ±" in slots and "at 4.00" in slots


def test_a_threshold_is_asked_where_none_is_known(tmp_path):
    wish = {"measure": "time.patients"}
    with pytest.raises(ScenarioError, match=r"decision.least"):
        read_experiment(quick.write_file(tmp_path, settings=DESK, factors=AXES, decision=wish,
                                         design={"kind": "latin_hypercube", "size": 20}))  # fmt: skip
    known = {"measure": "burnout.ee"}
    assert read_experiment(quick.write_file(tmp_path, settings=DESK, factors=AXES, decision=known,
                                            design={"kind": "latin_hypercube", "size": 20}))  # fmt: skip


def test_of_many_territories_the_sentences_tell_of_all_together(tmp_path):
    """Twenty territories: some gain, the others nothing that matters; no sentence for each, no figure of the first."""
    places = {f"t{rank}": {"archetype": "rural_underdense", "population": 1000 + rank} for rank in range(20)}
    responses = planted(
        tmp_path, lambda row, base: 0.03 * row[ONE] * (base in ("t0", "t1")), territories=places, measures=[NAME]
    )
    findings = {finding.name: finding for finding in analyse(responses)}
    assert findings["attribution"].say("en", responses.experiment) == []
    said = findings["ranking"].say("en", responses.experiment)
    assert len(said) == 3 and "of 20 territories, better in 2, worse in 0, too small to matter in 18" in said[1]
    results = SweepResults(responses, tuple(findings.values()), tables.effects_table(responses))
    assert sweep_figures.FIGURES["effects"](results, "en", "png") is None
