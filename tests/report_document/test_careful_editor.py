"""What a careful editor would strike out: wrong plurals, torn numbers, false precision, unlike things compared."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.engine.events import CptsEvent, MtState
from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report.document import comparison, report_of
from cpts_sim.report.document.blocks import Section, Table
from cpts_sim.report.document.comparison import _how_to_ask, _not_computed
from cpts_sim.report.document.depends import CUT, _cut
from cpts_sim.report.document.diagnosis import _alone, written_fact
from cpts_sim.report.document.page import _breakable, typeset
from cpts_sim.report.document.phrases import NBSP, amount, level_spread
from cpts_sim.report.document.reading import told_of
from cpts_sim.report.document.territory_facts import Fact, _of_population, exact
from cpts_sim.report.timeline import _with_missions
from cpts_sim.words import say

NUMBERS = {"draws": 1, "members": 63, "structures": 16}


@pytest.mark.parametrize(("lang", "start"), [("fr", "1 paire ; 1 tirage parmi"), ("en", "1 pair; 1 draw from")])
def test_a_single_pair_is_written_in_the_singular(lang: str, start: str) -> None:
    assert say("uncertain.figure_note", lang, count=1, **NUMBERS).startswith(start)
    assert say("report.figure.note", lang, count=1).startswith(start.split(" ;")[0].split(";")[0])
    assert "s " not in say("document.table.main", lang, count=1, arm="a", base="b", time="t")[-18:]


def test_a_number_is_never_torn_from_what_it_numbers() -> None:
    assert typeset("simulations (graine 1) ; tableau 39", "fr").count(NBSP) == 2
    assert f"table{NBSP}39" in typeset("Data: table 39.", "en")


def test_a_long_value_is_cut_between_two_numbers() -> None:
    text = " ; ".join(str(number) for number in range(1000, 1100))
    short = _cut(text)
    assert len(short) <= CUT + 2 and short.endswith(" …")
    assert all(len(part) == 4 for part in short.removesuffix(" …").split(" ; "))


def test_names_of_parameters_break_between_their_words() -> None:
    assert _breakable("cpts.desk_hours <0.5") == "cpts.<wbr>desk_<wbr>hours &lt;0.5"


def test_euros_have_cents_at_most() -> None:
    assert amount(Interval(3.1492, 0.0275, 12, 0.05), "en", "€", most=2).startswith("3.15 € (3.12")


def test_a_share_stays_within_its_bounds() -> None:
    wide = Interval(0.98, 0.05, 8, 0.05)
    assert level_spread(wide, "share", "en", most=1.0).endswith(f"to{NBSP}100]")
    assert level_spread(wide, "share", "en").endswith(f"to{NBSP}103]"), "one may spend more than one got"


def test_numbers_compared_have_the_same_decimals() -> None:
    own = Fact(0.149, 0.146, 0.152)
    assert written_fact("without_mt", own, "en").startswith("14.9")
    assert _alone("without_mt", exact(0.0884), own, "en") == "8.8"
    assert written_fact("unscheduled", exact(2047.0), "en") == "2,050", "an order of size"
    assert written_fact("gps_late_people", Fact(3.7, 2.0, 5.0), "en").startswith("4 [2"), "doctors are whole"


def test_an_old_usual_doctor_next_door_counts_too() -> None:
    people = {
        "age_days": np.full(4, 50 * 365.25), "mt_state": np.full(4, int(MtState.HAS)), "ald": np.zeros(4, dtype=int),
        "mt": np.array([0, 1, 1, 2]),
    }  # fmt: skip
    gps = {"halo": np.array([0, 1, 0]), "age": np.array([45.0, 65.0, 40.0]), "open": np.ones(3)}
    found = _of_population({"people": people, "gps": gps})
    assert found["patients_at_risk"] == 0.5, "the doctor may practise next to the territory"


def test_missions_without_an_arm_of_their_own_are_named(plain: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_of(plain, "en")
    assert _not_computed(told) is None, "no mission, none left out"
    monkeypatch.setattr(comparison, "missions_in", lambda _: ["crisis", "prevention"])
    left = _not_computed(told)
    assert left is not None and "2 other missions" in left.text and "crisis, prevention" in left.text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_arms_to_ask_for_are_of_missions_that_the_scenario_has(
    plain: Comparison, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "missions_in", lambda _: ["unscheduled_care"])
    said = _how_to_ask(told_of(plain, lang))
    assert "--arms without,with,minus:unscheduled_care" in said.text
    monkeypatch.setattr(comparison, "missions_in", lambda _: [])
    said = _how_to_ask(told_of(plain, lang))
    assert said.text == say("document.missing.mission_list", lang), "without a mission there is nothing to ask for"


def test_every_row_of_what_is_paid_has_a_name(harmful: Comparison) -> None:
    def tables(part: Section) -> list[Table]:
        return [block for block in part.blocks if isinstance(block, Table)]

    rows = [row for part in report_of(harmful, "fr").sections for table in tables(part) for row in table.rows]
    assert rows and all(row[0].strip() for row in rows)


def test_a_part_of_a_number_is_judged_as_in_the_figures(plain: Comparison) -> None:
    told = told_of(plain, "en")
    whole = told.line("access.in_time").smallest
    assert told.line(Place("access.in_time", "age", "75+")).smallest == whole, "a part of the people, as the whole"
    visits, spill = told.line("ed.visits"), told.line(Place("ed.visits", "road", "spill"))
    assert spill.smallest == visits.smallest > 0, "visits by one road, as all visits"


def test_the_missions_of_a_cpts_of_before_day_zero_stand_in_its_calendar() -> None:
    missions = {"prevention": SimpleNamespace(start_months=None), "crisis": SimpleNamespace(start_months=6.0)}
    cpts = SimpleNamespace(since_months=36.0, missions=SimpleNamespace(items=missions.items))
    done = SimpleNamespace(plan=SimpleNamespace(scenario=SimpleNamespace(arms={"with": SimpleNamespace(cpts=cpts)})))
    rows = {"at": np.array([5.0]), "event": np.array([int(CptsEvent.REVIEW)]), "actor": np.array([-1])}
    found = _with_missions(rows, done, "with")  # type: ignore[arg-type]
    opened = found["event"] == CptsEvent.MISSION_OPEN
    assert [ACI_MISSIONS[code] for code in found["actor"][opened]] == ["prevention"], "the other opens later"
    assert found["at"][opened].tolist() == [0.0] and len(found["at"]) == 2
    cpts.since_months = None
    assert len(_with_missions(rows, done, "with")["at"]) == 1  # type: ignore[arg-type]
