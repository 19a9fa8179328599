"""The tornado shows what was planted at the ends of a range and where it flips; another decision is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from planted_effects import planted

from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InputError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place, Plan, compare, with_short_arms
from cpts_sim.report.document import html_of, report_of
from cpts_sim.report.document.blocks import Figure, Section, Table, Text
from cpts_sim.report.document.reading import told_of
from cpts_sim.report.document.swings import swings
from cpts_sim.scenario import parse

from experiment import fake_model  # isort: skip

FLIPS, STEADY = "cpts.shared_slots_per_day", "cpts.desk_awareness"
MISSIONS = {"missions": {"treating_physician": {}, "unscheduled_care": {}}}
EFFECTS = {
    "with": 0.02, "low_cpts__shared_slots_per_day": -0.02, "high_cpts__shared_slots_per_day": 0.06,
    "low_cpts__desk_awareness": 0.018, "high_cpts__desk_awareness": 0.022,
}  # fmt: skip
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
    assert heavy.flips == pytest.approx(1.0, abs=0.01), "half-way between +0.02 at 2 and -0.02 at 0"
    assert heavy.turns and heavy.clear
    assert math.isnan(light.flips) and not light.turns and light.clear


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
        assert figure.data.rows[0][4] == {"fr": "1,00", "en": "1.00"}[lang]
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


def test_one_end_alone_is_not_drawn(assumed: Comparison) -> None:
    arms = tuple(arm for arm in assumed.values.arms if arm != "high_cpts__desk_awareness")
    part = replace(assumed, values=replace(assumed.values, arms=arms))
    assert [one.entry.id for one in swings(part, "with", Place("access.in_time"))] == [FLIPS]
