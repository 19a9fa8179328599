"""Facts of the France of reference: their bands, what is read from a journal, the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cpts_sim.engine.events import Ending, First, Need, Route
from cpts_sim.errors import InputError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.fact_numbers import Record, _unmet
from cpts_sim.experiment.fact_places import REASONS, elsewhere, here
from cpts_sim.experiment.facts import Fact, counts, facts_of, misses, numbers_of_run, targets
from cpts_sim.measures import Horizon
from cpts_sim.measures.base import DAY
from cpts_sim.scenario import Scenario, load, parse
from cpts_sim.words import LANGUAGES, has, say
from cpts_sim.words.catalogue import sentences

YEARS = (2019, 2024)
ROOT = Path(__file__).parents[2]


def _small(**more: object) -> Scenario:
    return parse({
        "name": "small", "territory": {"archetype": "reference", "population": 4000}, "warmup": "2 weeks",
        "years": 0.1, **more,
    })  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
def test_every_fact_has_a_band_a_name_and_says_what_it_is(year: int) -> None:
    for entry in targets(year):
        assert entry.target and entry.low <= entry.value <= entry.high
        assert entry.fact["use"] in ("CAL", "VAL")
        assert all(entry.fact[key] for key in ("definition", "population", "filter", "reads"))
        assert has(f"facts.{entry.id.removeprefix('fact.')}") and has(f"facts.unit.{entry.unit}")
        assert {say(f"facts.{entry.id.removeprefix('fact.')}", lang) for lang in LANGUAGES}


def test_a_year_without_facts_is_refused() -> None:
    with pytest.raises(InputError, match="2020"):
        targets(2020)


def test_hit_distance_and_counts() -> None:
    entry = targets(2019)[0]
    width = entry.high - entry.low
    inside, above, below, unknown = (
        Fact(entry, (entry.low, entry.high)), Fact(entry, (entry.high + width,)),
        Fact(entry, (entry.low - width,)), Fact(entry, (float("nan"),)),
    )  # fmt: skip
    assert inside.hit and inside.distance == 0.0
    assert above.distance == pytest.approx(width) and below.distance == pytest.approx(-width)
    assert not (above.hit or below.hit or unknown.hit) and not unknown.known
    assert counts([inside, above, below, unknown]) == {
        "cal": 1, "cal_all": 4, "val": 0, "val_all": 0, "apart": 0,
    }  # fmt: skip
    apart = Fact(entry, (entry.high + width,), reason="supply")
    assert counts([inside, apart])["cal_all"] == 1 and counts([inside, apart])["apart"] == 1
    assert misses([inside, above, apart]) == [above]


def test_facts_of_france_elsewhere_have_a_band_over_departments_or_a_reason() -> None:
    names = {entry.id.removeprefix("fact.") for year in YEARS for entry in targets(year)}
    assert set(elsewhere()) <= names
    for rule in elsewhere().values():
        assert rule.reason in ("", *REASONS) and bool(rule.reason) != bool(rule.source)
        assert rule.reason or rule.low < rule.high
        assert not rule.reason or {say(f"facts.reason.{rule.reason}", lang) for lang in LANGUAGES}
    from cpts_sim.catalogue import catalogue

    rural, france = (load(ROOT / f"scenarios/{n}.yaml", catalogue()) for n in ("rural_underdense", "france_2019"))
    by_name = {entry.id.removeprefix("fact."): entry for entry in targets(2019)}
    wide, reason = here(by_name["closed_lists"], rural)
    assert not reason and wide.low < by_name["closed_lists"].low < by_name["closed_lists"].high < wide.high
    assert here(by_name["ed_rate"], rural)[1] == "distance"
    assert here(by_name["no_show"], rural) == (by_name["no_show"], "")
    assert all(here(entry, france) == (entry, "") for entry in by_name.values())
    assert sum(not here(entry, rural)[1] for entry in by_name.values()) >= 15, "enough facts hold anywhere"


def test_drawn_runs_live_with_parameters_of_their_own() -> None:
    from cpts_sim.experiment.ensemble import Choice, Ensemble, shipped_variants, with_vector

    members = tuple(Choice(str(x), 1, {"gp.same_day_share": x}) for x in (0.16, 0.4))
    ensemble = Ensemble(members, shipped_variants())
    drawn = facts_of(_small(years=0.05), 2, seed=5, workers=1, ensemble=ensemble)
    alone = numbers_of_run(with_vector(_small(years=0.05), ensemble.draw(6)), seed=6)
    rate = next(fact for fact in drawn if fact.name == "same_day_acts")
    assert rate.drawn and rate.values[1] == alone["same_day_acts"]
    assert rate.reached.low < rate.reached.mean < rate.reached.high


def test_strict_leaves_with_code_3_and_names_the_miss(capsys: pytest.CaptureFixture[str]) -> None:
    from cpts_sim.cli._main import exit_code
    from cpts_sim.cli.facts import _refuse

    entry = targets(2019)[0]
    _refuse([Fact(entry, (entry.value,)), Fact(entry, (99.0,), reason="age")])
    assert exit_code(lambda: _refuse([Fact(entry, (entry.high + 1,))])) == 3
    assert say("facts.acts_per_inhabitant") in capsys.readouterr().err


def test_what_explains_a_miss_names_a_fact() -> None:
    names = {entry.id.removeprefix("fact.") for year in YEARS for entry in targets(year)}
    explained = {key.removeprefix("facts.why.") for key in sentences("facts") if key.startswith("facts.why.")}
    assert explained and explained <= names


def test_a_miss_that_chance_may_explain_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from cpts_sim.cli.facts import _why

    monkeypatch.setenv("CPTS_SIM_LANG", "en")
    entry = next(entry for entry in targets(2019) if entry.fact["reads"] == "refill")
    near, far = Fact(entry, (entry.high - 0.05, entry.high + 0.07)), Fact(entry, (entry.high + 0.1,) * 3)
    assert not near.hit and not far.hit
    assert _why(near) == f"{_why(far)} The interval of the runs reaches the band: this many runs or people do not tell."
    assert "put back in the book" in _why(far)
    home = next(entry for entry in targets(2019) if entry.fact["reads"] == "acts_per_inhabitant")
    assert _why(Fact(home, (9.0, 9.1))) == "no explanation is known."


def test_ratios_between_groups_are_formed_over_all_runs() -> None:
    entry = next(entry for entry in targets(2019) if entry.fact["reads"] == "ratio_50h_severe")
    runs = ((2.0, 30.0, 0.0, 15.0), (0.0, 28.0, 1.0, 17.0), (3.0, 32.0, 1.0, 12.0))
    fact = Fact(entry, (np.inf, 0.0, 1.125), runs)
    assert fact.reached.mean == pytest.approx((5 / 90) / (2 / 44))
    assert 0.0 < fact.reached.half < np.inf


def test_needs_given_up_are_counted_once_a_person() -> None:
    """Of seven people of 16 and over: one gives up twice, one once; no child, no missed visit, no cold."""
    gone, out = (Ending.UNMET, Route.NONE), First.REFUSED
    rows = [  # person, kind, first, ending, route, asked (days)
        (0, Need.ACUTE, out, *gone, 3), (0, Need.FOLLOWUP, First.BUSY, *gone, 9), (1, Need.FOLLOWUP, out, *gone, 300),
        (7, Need.ACUTE, out, *gone, 5), (2, Need.FOLLOWUP, First.ACCEPTED, *gone, 8), (5, Need.ACUTE, out, *gone, 400),
        (3, Need.ACUTE, out, Ending.UNMET, Route.SELF, 8), (6, Need.MINOR, out, *gone, 8),
        (4, Need.ACUTE, out, Ending.SERVED, Route.OTHER_GP, 8),
    ]  # fmt: skip
    columns = dict(zip(("person", "kind", "first", "ending", "route", "asked"), np.array(rows).T, strict=True))
    columns["asked"] = columns["asked"] * DAY
    people = {"age": np.array([40, 50, 30, 20, 16, 80, 70, 10]), "mt": np.zeros(8, int)}
    record = Record({"request": columns}, people, {}, np.ones(1), Horizon(730))
    assert _unmet(record)["unmet_need"] == pytest.approx(2 / 7)


def test_a_run_gives_every_number_that_a_fact_reads() -> None:
    numbers = numbers_of_run(_small(), seed=3)
    for year in YEARS:
        assert {entry.fact["reads"] for entry in targets(year)} <= set(numbers)
    shares = [numbers["then_elsewhere"], numbers["then_gave_up"], numbers["then_ed"], numbers["then_later"]]
    assert sum(shares) == pytest.approx(1.0, abs=0.02), "what follows a failed contact is one of four things"
    assert numbers["ed_home"] + numbers["ed_admitted"] == pytest.approx(1.0)
    assert numbers["hours_60"] <= numbers["hours_50"] <= 1.0
    beside = sum(load_parameters(2019)[f"gp.{name}_hours"] for name in ("admin", "knowledge", "other"))
    assert numbers["hours_mean"] - numbers["hours_patients"] == pytest.approx(beside, rel=0.04), "duty is left out"
    assert numbers["lead_median"] <= numbers["lead_p90"]
    assert numbers_of_run(_small(), seed=3)["lead_mean"] == numbers["lead_mean"], "same seed, same numbers"


def test_replications_keep_their_order_and_needs_of_ones_own_are_refused() -> None:
    facts = facts_of(_small(years=0.05), replications=2, seed=5, workers=1)
    alone = numbers_of_run(_small(years=0.05), seed=6)
    rate = next(fact for fact in facts if fact.name == "ed_rate")
    assert rate.values[1] == alone["ed_rate"]
    assert np.isfinite(rate.reached.half)
    with pytest.raises(InputError):
        facts_of(load(ROOT / "scenarios/appointment_year.yaml"))


def test_the_command_prints_the_table_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    from cpts_sim.cli._main import main

    arguments = [
        "facts",
        str(ROOT / "scenarios/france_2019.yaml"),
        "--population",
        "3000",
        "--replications",
        "2",
        "--json",
        "--lang",
        "en",
    ]
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["cal_all"] == sum(fact["use"] == "CAL" for fact in told["facts"])
    assert all(fact["low"] <= fact["high"] for fact in told["facts"])
