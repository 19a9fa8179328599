"""Readings, probabilities, computing error and shares on planted effects; a real comparison with three members."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from cpts_sim.catalogue import catalogue
from cpts_sim.cli._main import exit_code
from cpts_sim.errors import InputError
from cpts_sim.evidence import check_overrides
from cpts_sim.experiment import Plan, arms_of, compare, read_earlier, read_results, write_results
from cpts_sim.experiment.comparison import draws_of, lived
from cpts_sim.experiment.credible import Verdict, columns_of, credible, judgement_share
from cpts_sim.experiment.ensemble import Choice, Ensemble, judged, read_ensemble, shipped_variants
from cpts_sim.experiment.parquet import from_parquet
from cpts_sim.experiment.results import result_files
from cpts_sim.experiment.shares import explained, split
from cpts_sim.report.uncertain import uncertain_json, uncertain_text
from cpts_sim.scenario import parse
from cpts_sim.words import speaking

RNG = np.random.default_rng(11)


def planted(mean, between, within, draws=60):
    """Effects of twins: a draw of parameters each, then chance."""
    lasting = RNG.normal(mean, between, draws).repeat(2)
    return lasting + RNG.normal(0, within, 2 * draws), [k // 2 for k in range(2 * draws)]


@pytest.mark.parametrize(
    ("mean", "better", "smallest", "verdict"),
    [
        (-3.0, "lower", 0.5, Verdict.BETTER), (-3.0, "higher", 0.5, Verdict.WORSE),
        (3.0, "none", math.nan, Verdict.HIGHER),
        (-3.0, "none", math.nan, Verdict.LOWER), (0.0, "lower", 9.0, Verdict.TOO_SMALL),
        (0.6, "higher", 0.5, Verdict.UNDETERMINED), (3.0, "higher", 2.9, Verdict.UNDETERMINED),
    ],
)  # fmt: skip
def test_readings_of_planted_effects(mean, better, smallest, verdict):
    data, names = planted(mean, 0.8, 0.5)
    assert credible(data, names, better, smallest).verdict is verdict


def test_probabilities_and_interval_are_those_of_the_planted_law():
    data, names = planted(1.0, 0.8, 0.6, draws=2000)
    got = credible(data, names, "higher", 0.5)
    assert got.p_better == pytest.approx(0.8413, abs=0.02)
    assert got.p_matters == pytest.approx(0.6915, abs=0.02)
    assert (got.low, got.high) == (pytest.approx(1 - 1.645, abs=0.08), pytest.approx(1 + 1.645, abs=0.08))
    assert got.expected[1] - got.expected[0] == pytest.approx(2 * 1.645 * 0.8, rel=0.05)
    assert credible(-data, names, "lower", 0.5).p_matters == got.p_matters


def test_the_computing_error_is_that_of_the_median():
    medians, told = [], []
    for _ in range(120):
        data, names = planted(0.0, 1.0, 1.0, draws=20)
        medians.append(np.median(data))
        told.append(credible(data, names).error)
    assert np.mean(told) == pytest.approx(1.96 * np.std(medians), rel=0.2)


def test_few_runs_are_said_few_and_equal_arms_equal():
    data, names = planted(5.0, 1.0, 1.0, draws=4)
    assert credible(data, names, "higher", 0.1).verdict is Verdict.TOO_FEW
    mixed, many = planted(0.0, 1.0, 0.1, draws=6)
    got = credible(np.sign(mixed) * 3 + mixed, many, "higher", 0.1)
    assert got.error > 0.25 * (got.high - got.low) and got.verdict is Verdict.TOO_FEW
    assert credible(np.zeros(6), [0, 0, 1, 1, 2, 2], "higher", 0.1).verdict is Verdict.EQUAL
    assert credible(np.full(4, np.nan), [0, 0, 1, 1]).verdict is Verdict.TOO_FEW


def test_the_share_between_draws_is_covered_by_its_interval():
    covered, wide = 0, 0
    for _ in range(200):
        data, names = planted(0.0, 1.0, 0.5, draws=15)
        share = split(data, names).share
        covered += share.low <= 0.8 <= share.high
        wide += not share.identified
    assert 182 <= covered <= 198
    assert wide == 0
    few, many = (
        np.mean([(s := split(*planted(0.0, 1.0, 1.0, draws=n)).share).high - s.low for _ in range(60)]) for n in (3, 30)
    )
    assert few > 1.3 * many


def test_the_share_of_a_group_is_covered_by_its_interval():
    covered = []
    for _ in range(200):
        ours, others = RNG.normal(size=(40, 2)), RNG.normal(size=(40, 1))
        noise = RNG.normal(0, 0.5, 40)
        data = ours @ [1.0, 0.5] + others[:, 0] + noise
        share = judgement_share(data, list(range(40)), ours, others)
        covered.append(share.low <= 1.25 / 2.5 <= share.high)
    assert np.mean(covered) > 0.88
    assert explained(np.zeros(10), np.ones((10, 1))).high == 0.0
    assert not explained(RNG.normal(size=6), RNG.normal(size=(6, 5))).identified


def test_columns_of_variants_and_numbers():
    found = columns_of([{"x": 1.0, "v": "a"}, {"x": 2.0, "v": "b"}], ["x", "v"])
    assert found.tolist() == [[1.0, 0.0], [2.0, 1.0]]


THREE = Ensemble(
    tuple(Choice(n, w, {"gp.same_day_share": s}) for n, w, s in (("a", 1, 0.2), ("b", 1, 0.26), ("c", 2, 0.32))),
    shipped_variants(),
)


def test_draws_are_twins_follow_weights_and_leave_what_the_user_wrote():
    assert THREE.draw(1) == THREE.draw(13) != THREE.draw(2)
    assert draws_of([1, 2, 12, 13, 24, 25, 36, 37]) == [1, 2, 12, 1, 12, 13, 24, 13]
    seeds = {number: seed for seed, number in enumerate(draws_of(range(1, 4001)), 1)}
    assert sorted(seeds) == list(range(1, len(seeds) + 1)) and len(seeds) == 2004
    names = [THREE.draw(seeds[k]).member for k in range(1, 2001)]
    assert [names.count(n) / 2000 for n in "abc"] == [pytest.approx(x, abs=0.04) for x in (0.25, 0.25, 0.5)]
    spec = parse({
        "name": "t", "territory": {"archetype": "rural_underdense"}, "parameters": {"gp.same_day_share": 0.5},
        "arms": {"without": {}, "with": {"cpts": {}, "parameters": {"care.direct_ed_elasticity": 1.0}}},
    })  # fmt: skip
    told = lived(spec, 1, THREE)
    assert {told.parameters["gp.same_day_share"], told.arms["with"].parameters["gp.same_day_share"]} == {0.5}
    assert told.arms["with"].parameters["care.direct_ed_elasticity"] == 1.0
    name = "care.direct_ed_elasticity"
    assert told.parameters[name] == told.arms["without"].parameters[name] == THREE.draw(1).parameters[name]


def test_variants_are_at_least_two_of_each_structure_and_admissible():
    found = shipped_variants()
    assert set(found) == {"ed_choice", "freed_time", "exhaustion", "demand"}
    for group in found.values():
        assert len(group) >= 2 and all(v.why and not check_overrides(v.parameters) for v in group)
        assert len({tuple(sorted(v.parameters.items())) for v in group}) == len(group)
    shares = [sum(x for n, x in v.parameters.items() if n.startswith("strain.slack_")) for v in found["freed_time"]]
    assert shares == [pytest.approx(1.0), pytest.approx(1.0)]
    assert judged(THREE)[0][0] == "gp.same_day_share" and not judged(THREE)[1]


def test_an_ensemble_file_comes_back_and_a_wrong_one_is_refused(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_bytes(THREE.to_yaml())
    assert read_ensemble(path) == THREE and read_ensemble(path).to_yaml() == THREE.to_yaml()
    path.write_text("kind: ensemble\nmembers: [{name: a, parameters: {gp.same_day_share: 7}}]\n", encoding="utf-8")
    with pytest.raises(InputError, match="same_day_share"):
        read_ensemble(path)
    path.write_text("kind: other\n", encoding="utf-8")
    with pytest.raises(InputError, match="calibrate"):
        read_ensemble(path)


@pytest.mark.parametrize(("text", "told"), [
    ("year: soon\nmembers: [{name: a, parameters: {}}]", "kind: ensemble"),
    ("year: 2019.5\nmembers: [{name: a, parameters: {}}]", "kind: ensemble"),
    ("discrepancy: 3\nmembers: [{name: a, parameters: {}}]", "kind: ensemble"),
    ("discrepancy: {lead_mean: wide}\nmembers: [{name: a, parameters: {}}]", "kind: ensemble"),
    ("members: {a: {parameters: {}}}", "kind: ensemble"),
    ("members: [{name: a, parameters: {}}, {name: a, parameters: {gp.same_day_share: 0.3}}]", "“a”"),
])  # fmt: skip
def test_what_is_wrong_with_an_ensemble_is_said_and_no_fault_of_the_program(tmp_path, text, told):
    path = tmp_path / "e.yaml"
    path.write_text(f"kind: ensemble\n{text}\n", encoding="utf-8")
    with speaking("en"), pytest.raises(InputError, match=told):
        read_ensemble(path)


def test_a_level_of_an_institution_that_the_scenario_writes_is_not_drawn():
    spec = parse(
        {"territory": {"archetype": "reference"}, "baseline": {"spontaneous_registration": {"level": 0.3}}}, catalogue()
    )
    drawn = Ensemble((Choice("a", 1.0, {"care.mt_search_monthly": 0.1, "gp.same_day_share": 0.3}),), {})
    for arm in lived(spec, 1, drawn).arms.values():
        assert dict(arm.parameters) == {"gp.same_day_share": 0.3}


def tiny(**more):
    spec = parse({
        "name": "tiny", "years": 0.08, "warmup": "4 weeks", "arms": {"without": {}, "with": {"cpts": {}}},
        "territory": {"archetype": "rural_underdense", "population": 2000},
    })  # fmt: skip
    return Plan(spec, arms_of(spec), 1, 3, ensemble=THREE, keep_journal="none", **more)


@pytest.fixture(scope="module")
def done():
    return compare(tiny(), workers=1)


def test_a_real_comparison_carries_its_vectors_and_is_the_same_over_workers(done):
    files = result_files(done)
    assert result_files(compare(tiny(), workers=2)) == files
    vectors = from_parquet(files["vectors.parquet"])
    assert vectors["member"].tolist() == [THREE.draw(seed).member for seed in (1, 2, 3)]
    assert vectors["gp.same_day_share"].tolist() == [THREE.draw(s).parameters["gp.same_day_share"] for s in (1, 2, 3)]
    assert json.loads(files["manifest.json"])["ensemble"] == THREE.digest()
    told = from_parquet(files["credible.parquet"])
    assert {"median", "p_better", "computing_error"} <= set(told) and set(told["reading"]) <= set(Verdict)


def test_the_same_vector_lives_in_both_arms(done):
    seen = {}
    plan = tiny()
    for seed in (1, 3):
        spec = lived(plan.scenario, seed, THREE)
        seen[seed] = [dict(spec.parameters), *(dict(arm.parameters) for arm in spec.arms.values())]
        assert seen[seed][0] == seen[seed][1] == seen[seed][2] == THREE.draw(seed).parameters
    assert seen[1][0] != seen[3][0]
    fixed = compare(Plan(plan.scenario, plan.arms, 1, 1, keep_journal="none"), workers=1)
    assert fixed.plan.key != plan.key
    pair, other = (c.values.first(1).to_parquet() for c in (fixed, done))
    assert pair != other


def test_like_repeats_it_byte_for_byte(done, tmp_path):
    write_results(done, tmp_path / "first")
    earlier = read_earlier(tmp_path / "first")
    again = compare(earlier.plan(), workers=1)
    assert earlier.differing(result_files(again)) == []
    assert read_results(tmp_path / "first").plan.ensemble == THREE


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_table_says_what_was_drawn(done, lang):
    text = uncertain_text(done, lang, "with")
    assert {"fr": "16", "en": "16"}[lang] in text.splitlines()[0]
    assert {"fr": "trop peu de paires", "en": "too few runs"}[lang] in text
    assert {"fr": "n'est pas identifiée avec 3 paires", "en": "not identified with 3 pairs"}[lang] in text
    assert {"fr": " à ", "en": " to "}[lang] in text.splitlines()[3] and not re.search(r"\d – [+−\d]", text)
    record = uncertain_json(done, lang)
    assert record["members"] == 3
    assert all(0 <= line["p_better"] <= 1 and line["low"] <= line["median"] <= line["high"] for line in record["lines"])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_real_territory_is_told_the_expected_effect_and_what_it_would_observe(done, lang):
    from dataclasses import replace

    from cpts_sim.report.uncertain import _territory_note

    line = done.line("ed.visits", "with")
    data, names = planted(-4.0, 1.0, 2.0, draws=1000)
    twins, alone = credible(data, names, "lower", 5.0), credible(data[::2], names[::2], "lower", 5.0)
    wide, narrow = twins.high - twins.low, twins.expected[1] - twins.expected[0]
    assert narrow == pytest.approx(wide / math.sqrt(5), rel=0.2), "one variance in five is the expected effect's"
    told = _territory_note(replace(line, credible=twins), twins, lang)
    ends = (twins.low, twins.high, *twins.expected)
    point = "," if lang == "fr" else "."
    assert all(any(f"{abs(end):.{d}f}".replace(".", point) in told for d in range(3)) for end in ends)
    mixed = _territory_note(replace(line, credible=alone), alone, lang)
    assert "24" in mixed and mixed != told, "without twins chance cannot be told apart, and it is said"


def test_intervals_of_drawn_pairs_are_credible_and_of_fixed_ones_computing_error(done):
    line = done.line("access.resolution", "with")
    gaps = done.values.get("with", line.place) - done.values.get("without", line.place)
    assert line.credible is not None and line.difference.mean == np.median(gaps)
    assert (line.difference.low, line.difference.high) == pytest.approx((gaps.min(), gaps.max())), "few draws"
    assert str(line.reading) == str(line.credible.verdict).removeprefix("probably_")
    fixed = replace_plan(done)
    assert fixed.line("access.resolution", "with").credible is None
    assert fixed.line("access.resolution", "with").difference.mean == pytest.approx(gaps.mean())
    with pytest.raises(ValueError, match="drawn nothing"):
        fixed.credible("access.resolution")


def replace_plan(done):
    from dataclasses import replace

    return replace(done, plan=replace(done.plan, ensemble=None))


def test_both_kinds_of_parameters_cannot_be_asked(tmp_path, capsys):
    from cpts_sim.cli._main import build

    file = tmp_path / "e.yaml"
    file.write_bytes(THREE.to_yaml())
    path = Path(__file__).parents[2] / "scenarios" / "rural_underdense.yaml"
    asked = ["compare", str(path), "--ensemble", str(file), "--fixed-parameters"]
    assert exit_code(lambda: build().main(asked, prog_name="cpts-sim", standalone_mode=False)) == 2
    assert "--fixed-parameters" in capsys.readouterr().err


def test_an_ensemble_is_carried_to_another_year_in_proportion_to_what_is_known_to_have_changed():
    from cpts_sim.evidence import load_parameters

    name = "care.closed_takes_unregistered"
    was, becomes = load_parameters(2019)[name], load_parameters(2024)[name]
    assert was != becomes
    ensemble = Ensemble((Choice("a", 1, {name: 0.8 * was, "gp.same_day_share": 0.3}),), shipped_variants())
    late = ensemble.of_year(2024)
    assert late.year == 2024 and ensemble.of_year(2019) is ensemble
    assert late.members[0].parameters[name] == pytest.approx(0.8 * becomes)
    assert late.members[0].parameters["gp.same_day_share"] == 0.3
    assert {g: [v.name for v in found] for g, found in late.variants.items()} == {
        g: [v.name for v in found] for g, found in ensemble.variants.items()
    }
