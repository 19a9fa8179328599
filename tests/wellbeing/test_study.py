"""The study of professionals: ratios with known answers, chains, effects beyond any trial, files that say the same."""

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lives import arms, cpts, scenario

from cpts_sim.engine.events import Career
from cpts_sim.experiment import Comparison, Place, Plan, Values
from cpts_sim.experiment.ceiling import beyond_trials
from cpts_sim.experiment.comparison import draws_of, lived
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.parquet import from_parquet
from cpts_sim.experiment.statistics import mean_interval
from cpts_sim.experiment.wellbeing import RATIOS, WellbeingStudy, pooled_ratio, twin_of
from cpts_sim.measures.careers import links
from cpts_sim.report.table import exceeding, table_of
from cpts_sim.report.wellbeing import notes, plain_text, table_files

PAIRS = 6


def comparison(effect_sd: float, member_effect: float = 0.0) -> Comparison:
    """Six pairs in which the second arm moves everybody's EE, and the leaders' further."""
    spec = scenario(cpts=cpts(), arms=arms(without=None, **{"with": cpts()}))
    spread, noise = 10.0, np.linspace(-0.5, 0.5, PAIRS)
    values = Values(("without", "with"), tuple(range(PAIRS)), {"without": {}, "with": {}})
    for arm, moved, leaders in (("without", 0.0, 0.0), ("with", effect_sd, member_effect)):
        noise = noise if arm == "without" else noise * np.tile([0.9, 1.1], PAIRS // 2)
        values.put(arm, Place("burnout.ee"), 21.0 + spread * moved + noise)
        values.put(arm, Place("burnout.ee_sd"), np.full(PAIRS, spread))
        values.put(arm, Place("burnout.by_member", "member", "3"), 21.0 + spread * leaders + noise)
        values.put(arm, Place("burnout.ee_effect"), np.full(PAIRS, moved))
        values.put(arm, Place("wellbeing.ee", "profession", "gp"), 21.0 + spread * moved + noise)
        values.put(arm, Place("wellbeing.ee", "profession", "nurse"), 20.0 + noise)
        for trait, exposed, other, severity in RATIOS.values():
            for level, burnt in ((exposed, 4.0), (other, 2.0)):
                values.put(arm, Place("study.gps", f"study_{trait}", level), np.full(PAIRS, 10.0))
                values.put(arm, Place("study.burnt", f"study_{trait}_burnt", f"{level}.{severity}"), burnt + noise)
    return Comparison(Plan(spec, ("without", "with")), values, {}, "asked", 0, {})


@pytest.mark.parametrize("effect", [-0.5, 0.5, -0.46])
def test_an_effect_beyond_any_trial_is_said_to_be(effect: float) -> None:
    done = comparison(effect)
    found = beyond_trials(done)
    assert [(b.arm, b.member) for b in found] == [("with", "")]
    assert found[0].effect_sd == pytest.approx(effect) and found[0].ceiling_sd == 0.45
    for lang, words in (("fr", "le plus fort qu'un essai"), ("en", "the strongest that any trial")):
        assert words in exceeding(done, lang)[0]
        assert words in " ".join(table_of(done, lang).notes)
        assert words in notes(WellbeingStudy(done), lang)[0]


def test_an_effect_that_trials_have_found_is_not() -> None:
    done = comparison(-0.44)
    assert not beyond_trials(done) and not exceeding(done, "en")
    assert "any trial" not in " ".join(table_of(done, "en").notes)


def test_leaders_alone_may_be_beyond() -> None:
    found = beyond_trials(comparison(0.0, member_effect=0.6))
    assert [b.member for b in found] == ["3"] and found[0].effect_sd == pytest.approx(0.6, abs=0.01)
    assert "(leaders)" in exceeding(comparison(0.0, 0.6), "en")[0]


def test_a_pooled_ratio_of_known_shares() -> None:
    tens = np.full(4, 10.0)
    exact = pooled_ratio((np.full(4, 3.0), tens), (np.full(4, 1.5), tens))
    assert exact == pytest.approx((2.0, 2.0, 2.0, 4))
    nobody = pooled_ratio((np.zeros(4), tens), (np.full(4, 1.0), tens))
    assert math.isnan(nobody[0])
    mean, low, high, pairs = pooled_ratio((np.array([2.0, 3.0, 4.0]), tens[:3]), (np.array([1.0, 1.0, 2.0]), tens[:3]))
    assert mean == pytest.approx(9 / 4) and low < mean < high and pairs == 3


def test_the_jackknife_covers_as_it_says() -> None:
    chance, hits, runs = np.random.default_rng(1), 0, 400
    for _ in range(runs):
        exposed, others = chance.binomial(40, 0.3, 10), chance.binomial(40, 0.2, 10)
        _, low, high, _ = pooled_ratio((exposed * 1.0, np.full(10, 40.0)), (others * 1.0, np.full(10, 40.0)))
        hits += low <= 1.5 <= high
    assert 0.91 <= hits / runs <= 0.985


def test_chains_of_exits() -> None:
    weeks, gps = 120, 4
    events = np.zeros((weeks, gps, len(Career)))
    there, drive = np.ones((weeks, gps)), np.zeros((weeks, gps))
    events[20, 0, Career.RETIRED] = 1
    drive[20:, 1] = 1.0
    events[40, 1, Career.LEFT_EARLY] = 1
    drive[40:, 2] = 1.0
    events[60, 2, Career.SICK_LEAVE] = 1
    events[62, 3, Career.HOURS_CUT] = 1
    assert links(events, drive, there).tolist() == [1, 2, 0], "who is not strained more follows nothing"
    late = events.copy()
    late[40, 1, Career.LEFT_EARLY], late[100, 1, Career.LEFT_EARLY] = 0, 1
    assert links(late, drive, there).tolist() == [1, 0, 0], "week 60 follows week 20, week 100 comes too late"


def test_tables_say_what_is_published_and_what_is_a_prior() -> None:
    study = WellbeingStudy(comparison(-0.1))
    text = plain_text(study, "en")
    assert "21 (20 – 22)" in text and "nurses (prior)" in text and "1.86 (1.34 – 2.57)" in text
    assert "a priori" in plain_text(study, "fr") and "None" not in text
    files = table_files(study, "en")
    columns = from_parquet(files["wellbeing.parquet"])
    rows = list(csv.reader(io.StringIO(files["wellbeing.csv"].decode())))
    assert len(rows) == len(columns["mean"]) + 1 and rows[0][:2] == ["Table", "Arm"]
    ratio = [row for row in rows if row[3] == "Ratio of moderate burnout, over 50 h" and row[1] == "without"]
    assert float(ratio[0][5]) == pytest.approx(2.0) and ratio[0][-1].startswith("1.86")


def test_the_twin_is_the_same_scenario_without_the_departure() -> None:
    shocks = {"gp_departure": {"start": "30 days"}, "heatwave": {"start": "60 days"}}
    twin = twin_of(Plan(scenario(shocks=shocks), ("without",)))
    assert twin is not None and {name for name, block in twin.scenario.shocks if block is not None} == {"heatwave"}
    assert twin_of(Plan(scenario(), ("without",))) is None


def test_a_pair_and_its_twin_live_with_the_same_draw() -> None:
    drawn = Ensemble((Choice("only", 1.0, {"gp.same_day_share": 0.3}),), {}, 2019)
    plan = Plan(scenario(shocks={"gp_departure": {"start": "30 days"}}), ("without",), 7, 5, ensemble=drawn)
    twin = twin_of(plan)
    assert twin is not None and twin.ensemble == drawn and (twin.seed, twin.replications) == (7, 5)
    one, other = (lived(p.scenario, 7, p.ensemble) for p in (plan, twin))
    assert one.parameters == other.parameters == {"gp.same_day_share": 0.3}


def test_pairs_of_one_draw_count_once() -> None:
    study = WellbeingStudy(comparison(-0.1))
    drawn = replace(study.comparison.plan, ensemble=Ensemble((Choice("only", 1.0, {}),), {}, 2019))
    few = WellbeingStudy(replace(study.comparison, plan=drawn))
    ee = {e.pairs for e in few.entries() if (e.section, e.who, e.what) == ("levels", "gp", "ee")}
    assert ee == {len(set(draws_of(range(PAIRS))))}
    assert "ensemble" in " ".join(notes(few, "en")) and "one possible France" in " ".join(notes(study, "en"))


def test_twins_are_one_study_in_every_section() -> None:
    done = comparison(-0.1, member_effect=-0.2)
    twins = replace(done.values, seeds=(1, 13, 2, 14, 3, 15))
    drawn = replace(done.plan, ensemble=Ensemble((Choice("only", 1.0, {}),), {}, 2019))
    entries = WellbeingStudy(replace(done, plan=drawn, values=twins)).entries()
    for section in ("levels", "ratio", "member"):
        assert {e.pairs for e in entries if e.section == section} == {3}, section
    place = Place("burnout.by_member", "member", "3")
    gaps = (twins.get("with", place) - twins.get("without", place)).reshape(3, 2).mean(axis=1)
    leaders = next(e for e in entries if e.section == "member")
    exact = mean_interval(gaps)
    assert (leaders.mean, leaders.low, leaders.high) == pytest.approx((exact.mean, exact.low, exact.high))


def test_the_command_computes_writes_and_reads_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from cpts_sim.cli._main import build, exit_code

    file = tmp_path / "few.yaml"
    file.write_text(
        "name: few\nyears: 0.1\nwarmup: 2 weeks\nterritory: {archetype: reference, population: 2000}\n"
        "shocks: {gp_departure: {start: 7 days}}\ncpts: {missions: {professional_support: {start: 0 months}}}\n"
    )

    def call(*words: str) -> int:
        return exit_code(lambda: build().main(["wellbeing", *words], standalone_mode=False))

    out = tmp_path / "out"
    assert call(str(file), "-n", "2", "--workers", "1", "-o", str(out)) == 0
    first = capsys.readouterr().out
    assert "Caused by the departures" in first or "Causé par les départs" in first
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"values.parquet", "nobody_leaves/values.parquet", "tables/wellbeing.csv", "figures/drive.png"} <= names
    assert {f"figures/{n}.svg" for n in ("levels", "distributions", "risk", "split", "cascade")} <= names
    assert call(str(out)) == 0 and capsys.readouterr().out == first
    assert call(str(out), "--years", "2") == 2
    assert call(str(out), "-o", str(out)) == 2
