"""The tornado shows what was planted at the ends of a range and where it flips; another decision is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planted_effects import planted

from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InputError, UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place, Plan, compare, with_short_arms
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.values import Values
from cpts_sim.report.document import html_of, report_of
from cpts_sim.report.document.blocks import Figure, Section, Table, Text
from cpts_sim.report.document.reading import told_of
from cpts_sim.report.document.swings import alike, movable, swings
from cpts_sim.scenario import FrozenMap, parse
from cpts_sim.scenario.ends import ROOMS, end_of_range
from cpts_sim.words import say

from experiment import fake_model  # isort: skip

FLIPS, STEADY = "cpts.shared_slots_per_day", "cpts.desk_awareness"
MISSIONS = {"missions": {"treating_physician": {}, "unscheduled_care": {}}}
EFFECTS = {
    "with": 0.02, "low_cpts__shared_slots_per_day": -0.02, "high_cpts__shared_slots_per_day": 0.06,
    "low_cpts__desk_awareness": 0.018, "high_cpts__desk_awareness": 0.022,
}  # fmt: skip
GRADES = ("A", "B", "C", "D", "judgement", "definition")
BOTH = f"without,with,low:{FLIPS},high:{FLIPS},low:{STEADY},high:{STEADY}"


def _compared(years: float, wanted: str, **more: object) -> Comparison:
    written = {"name": "x", "years": years, "territory": {"archetype": "rural_underdense"}, "cpts": MISSIONS, **more}
    spec, arms = with_short_arms(parse(written, catalogue()), wanted.split(","))
    done = compare(Plan(spec, arms, replications=6, make=fake_model.make), workers=1)
    for arm in arms[1:]:
        done = planted(done, {Place("access.in_time"): EFFECTS.get(arm, 0.02)}, arm)
    return done


@pytest.fixture(scope="module")
def assumed() -> Comparison:
    return _compared(112 / 365, BOTH)


@pytest.fixture(scope="module")
def alone() -> Comparison:
    return _compared(112 / 365, "without,with")


def _section(document: object) -> Section:
    (found,) = [part for part in document.sections if part.id == "depends"]  # type: ignore[attr-defined]
    return found


def test_the_heaviest_assumption_comes_first_with_the_value_at_which_the_effect_flips(assumed: Comparison) -> None:
    heavy, light = swings(assumed, "with", Place("access.in_time"))
    entry = load_parameters(2019).entry(FLIPS)
    assert (heavy.entry.id, light.entry.id) == (FLIPS, STEADY)
    assert entry.value == 2.0 and entry.low == 0.0
    assert heavy.flips == pytest.approx((1.0,), abs=0.01), "half-way between +0.02 at 2 and -0.02 at 0"
    assert heavy.turns and heavy.clear
    assert light.flips == () and not light.turns and light.clear


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_who_chose_the_assumptions_is_said_and_out_of_how_many(lang: str, assumed: Comparison) -> None:
    parameters = movable(MISSIONS["missions"], ("judgement", "D"))
    assert {FLIPS, STEADY} < set(parameters)
    assert not [name for name in parameters if name.startswith(("pathways.", "quality."))], "not of these missions"
    texts = " ".join(block.text for block in _section(report_of(assumed, lang)).blocks if isinstance(block, Text))
    assert say("document.swings.chosen", lang, count=2, all=len(parameters)) in texts
    for name in movable(ROOMS, GRADES):
        assert end_of_range(name, "low") < end_of_range(name, "high")
    refused = set(load_parameters()) - set(movable(ROOMS, GRADES))
    assert refused and all(_refused(name) for name in sorted(refused))


def _refused(name: str) -> bool:
    try:
        end_of_range(name, "low")
    except UsageError:
        return True
    return False


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_ends_that_switch_the_same_thing_off_are_said_to_come_to_the_same(lang: str, assumed: Comparison) -> None:
    place = Place("access.in_time")
    values = Values(assumed.values.arms, assumed.values.seeds, {a: dict(r) for a, r in assumed.values.data.items()})
    off = values.get("low_cpts__shared_slots_per_day", place)
    values.put("low_cpts__desk_awareness", place, [*off[:-1], off[-1] + 1e-5])
    same = replace(assumed, values=values)
    (found,) = alike(same, swings(same, "with", place))
    assert found.equal == len(off) - 1
    least = load_parameters().entry(STEADY).low
    assert {(entry.id, end) for entry, end in found.ends} == {(FLIPS, 0.0), (STEADY, least)}
    texts = " ".join(block.text for block in _section(report_of(same, lang)).blocks if isinstance(block, Text))
    said = say("document.swings.alike", lang, names="@", count=found.equal, all=len(off))
    assert said.partition("@")[0] in texts and f"{FLIPS} = 0" in texts
    assert alike(assumed, swings(assumed, "with", place)) == []
    values.put("low_cpts__desk_awareness", place, list(values.get("with", place)))
    values.put("high_cpts__shared_slots_per_day", place, list(values.get("with", place)))
    assert alike(same, swings(same, "with", place)) == [], "both change nothing: no switch"


def test_arms_at_ends_are_in_no_table_of_choices(assumed: Comparison) -> None:
    told = told_of(assumed, "en")
    assert told.arm == "with" and told.others() == [] and told.beside() == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_report_draws_them_from_its_own_pairs_or_from_others(
    lang: str, assumed: Comparison, alone: Comparison
) -> None:
    own = _section(report_of(assumed, lang))
    other = _section(report_of(alone, lang, assumed=(assumed, Path("ends"))))
    for part in (own, other):
        (figure,) = [block for block in part.blocks if isinstance(block, Figure)]
        assert [row[0] for row in figure.data.rows] == [FLIPS, STEADY]
        assert float(figure.data.rows[0][4].replace(",", ".")) == pytest.approx(1.0, abs=0.01)
        assert ("," in figure.data.rows[0][4]) <= (lang == "fr")
        texts = " ".join(block.text for block in part.blocks if isinstance(block, Text))
        assert FLIPS in texts and STEADY not in texts, "only the one whose reading changes is named"
    plain = _section(report_of(alone, lang))
    assert not [block for block in plain.blocks if isinstance(block, Figure)]
    assert [block.id for block in plain.blocks if isinstance(block, Table)] == ["weakest"]
    assert html_of(report_of(assumed, lang)) == html_of(report_of(assumed, lang))


@pytest.mark.parametrize(
    ("years", "wanted", "more"),
    [
        (140 / 365, BOTH, {}),
        (112 / 365, BOTH, {"reference_year": 2024}),
        (112 / 365, "without,with", {}),
        (112 / 365, f"with,low:{FLIPS},high:{FLIPS}", {}),
    ],
)
def test_results_of_another_decision_are_refused(alone: Comparison, years: float, wanted: str, more: dict) -> None:
    other = _compared(years, wanted, **more)
    with pytest.raises(InputError, match="elsewhere"):
        report_of(alone, "en", assumed=(other, Path("elsewhere")))


def test_results_of_other_draws_are_refused(alone: Comparison, assumed: Comparison) -> None:
    drawn = replace(assumed, plan=replace(assumed.plan, ensemble=Ensemble((Choice("a", 1.0, {}),), {})))
    with pytest.raises(InputError, match="elsewhere"):
        report_of(alone, "en", assumed=(drawn, Path("elsewhere")))


def test_an_arm_that_ends_a_cpts_has_no_assumption_to_move() -> None:
    since = {"cpts": {**MISSIONS, "since": "3 years"}}
    ends = _compared(112 / 365, f"with,stop,low:{FLIPS},high:{FLIPS}", **since)
    with pytest.raises(InputError, match="stop"):
        report_of(_compared(112 / 365, "with,stop", **since), "en", assumed=(ends, Path("ends")))


def test_an_arm_that_differs_by_more_than_one_assumption_is_not_drawn(assumed: Comparison) -> None:
    arms = assumed.plan.scenario.arms
    more = arms["with"].model_copy(update={"parameters": FrozenMap({STEADY: 0.1})})
    spec = assumed.plan.scenario.model_copy(update={"arms": FrozenMap({**arms, "with": more})})
    found = swings(replace(assumed, plan=replace(assumed.plan, scenario=spec)), "with", Place("access.in_time"))
    assert [one.entry.id for one in found] == [STEADY], "the other differs by both"


def test_what_chance_could_show_turns_nothing(assumed: Comparison) -> None:
    high = Place("access.in_time")
    values = Values(assumed.values.arms, assumed.values.seeds, {a: dict(r) for a, r in assumed.values.data.items()})
    base = values.get("without", high)
    values.put("low_cpts__shared_slots_per_day", high, list(base + np.array([-0.3, 0.3, -0.2, 0.25, -0.4, 0.1])))
    noisy = replace(assumed, values=values)
    (heavy,) = [one for one in swings(noisy, "with", high) if one.entry.id == FLIPS]
    assert heavy.turns and not heavy.clear
    texts = " ".join(block.text for block in _section(report_of(noisy, "en")).blocks if isinstance(block, Text))
    assert FLIPS not in texts


def test_one_end_alone_is_not_drawn(assumed: Comparison) -> None:
    arms = tuple(arm for arm in assumed.values.arms if arm != "high_cpts__desk_awareness")
    part = replace(assumed, values=replace(assumed.values, arms=arms))
    assert [one.entry.id for one in swings(part, "with", Place("access.in_time"))] == [FLIPS]
