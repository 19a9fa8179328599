"""The arms of a real decision: their short forms, a CPTS that exists and stops, the same money spent otherwise."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lives import Life, cpts, digest, live, scenario, winter

from cpts_sim.catalogue import catalogue
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import CptsEvent, Member, Route
from cpts_sim.errors import UsageError
from cpts_sim.experiment import Plan, compare, with_short_arms
from cpts_sim.missions.due import yearly_euros
from cpts_sim.model import Model
from cpts_sim.report.arms import overview
from cpts_sim.report.figures import draw_all
from cpts_sim.scenario import ScenarioError, as_written, from_written, load
from cpts_sim.words import LANGUAGES, say

SHORT = {
    "without": {}, "with": {}, "stop": {}, "same_money": {}, "later": {"stop": "6 months"},
    "no_desk": {"minus": "unscheduled_care"}, "more": {"plus": {"prevention": {"start": "1 month"}}},
}  # fmt: skip


class TestShortForms:
    def test_each_becomes_a_whole_policy(self) -> None:
        arms = scenario(cpts=cpts(), arms=SHORT).arms
        assert arms["without"].cpts is None and arms["without"].instead is None
        assert arms["stop"].cpts.stop_months == arms["later"].cpts.stop_months == 6.0
        assert arms["no_desk"].cpts.missions.names() == ("treating_physician",)
        assert arms["more"].cpts.missions["prevention"].start_months == 1.0
        assert arms["same_money"].cpts is None and arms["same_money"].instead.sessions == 0.5

    def test_what_is_written_is_read_again(self) -> None:
        written = as_written(scenario(cpts=cpts(), arms=SHORT))
        assert as_written(from_written(written, catalogue())) == written

    def test_where_a_cpts_exists_the_first_contrast_is_stop(self) -> None:
        arms = scenario(cpts=cpts(since="2 years")).arms
        assert list(arms) == ["with", "stop"]
        assert arms["stop"].cpts.stop_months == 0.0 and arms["with"].cpts.stop_months is None

    @pytest.mark.parametrize(
        ("block", "arms", "key"),
        [
            (cpts(), {"x": {"minus": "prevention"}}, "arms.x.minus"),
            (cpts(since="2 years"), {"without": {}}, "arms.without"),
            (cpts(), {"x": {"instead": {"sessions": 0.4}}}, "arms.x.instead"),
            (None, {"x": {"instead": {"sessions": 1}}}, "arms.x.instead"),
            (None, {"x": {"stop": "1 month"}}, "arms.x.stop"),
            (cpts(), {"x": {"minus": "unscheduled_care", "instead": {"sessions": 1}}}, "arms.x.minus"),
            (cpts(since="2 years"), {"x": {"stop": "6 months", "instead": {"sessions": 1}}}, "arms.x.stop"),
        ],
    )
    def test_what_cannot_be_meant_is_said_with_its_place(self, block: Any, arms: Any, key: str) -> None:
        with pytest.raises(ScenarioError) as found:
            scenario(cpts=block, arms=arms)
        assert key in [problem.key for problem in found.value.problems]


@cache
def _today() -> Model:
    return winter(scenario(population=9000, cpts=cpts(since="2 years"), arms={"with": {}, "stop": {}, "later": {
        "stop": "1 month"}, "no_desk": {"minus": "unscheduled_care"}}))  # fmt: skip


@cache
def _goes_on(arm: str) -> Life:
    return live(_today(), arm, 60)


class TestStop:
    def test_today_contains_the_cpts(self) -> None:
        world = _today().care.world
        assert (world.gps["member"] >= Member.ACTIVE).any() and world.gps["ties"].max() > 1.0
        assert int((world.books.kind == Slot.SHARED).sum()) > 0
        assert _today().tables["cpts"]["month"][0] >= 23

    def test_when_it_stops_nothing_is_shared_or_paid_any_more(self) -> None:
        life, goes_on = _goes_on("stop"), _goes_on("with")
        assert not (life.rows("cpts")["euros"] > 0).any() and (goes_on.rows("cpts")["euros"] > 0).any()
        late = life.rows("request")["raised"] > 7 * 1440.0
        assert not (life.rows("request")["route"][late] == Route.DESK).any()
        assert (goes_on.rows("request")["route"] == Route.DESK).any()

    def test_ties_remain_and_fade(self) -> None:
        before, after = _today().tables["gps"]["ties"], _goes_on("stop").model.tables["gps"]["ties"]
        rows = np.flatnonzero(before > 1.0)
        assert (after[rows] < before[rows]).all() and (after[rows] > 0.5 * before[rows]).all()

    def test_it_may_stop_later_and_is_the_same_until_then(self) -> None:
        later, goes_on = _goes_on("later").rows("request"), _goes_on("with").rows("request")
        until = 28 * 1440.0
        assert (later["raised"] < until).sum() == (goes_on["raised"] < until).sum()
        ended = _goes_on("later").rows("cpts")
        assert (ended["event"] == CptsEvent.ENDED).sum() == 1

    def test_a_mission_given_up_today_leaves_no_slot_behind(self) -> None:
        books = _goes_on("no_desk").model.care.world.books
        assert not (books.free == Slot.SHARED).any()

    def test_a_fork_and_a_straight_run_are_one_life(self) -> None:
        straight = Model(_today().spec, 1)
        straight.warm_up()
        assert digest(live(straight, "with", 20).journal) == digest(live(_today(), "with", 20).journal)


QUICK = {
    "instead.assistant_months": {"low": 0, "high": 0.1}, "instead.session_months": 1, "instead.msp_months": 2,
    "instead.assistant_willing": 0.9, "instead.session_volunteers": 0.5,
}  # fmt: skip


@cache
def _decision() -> Model:
    arms = {
        "without": {}, "assistants": {"instead": {"assistants": 1}}, "sessions": {"instead": {"sessions": 1}},
        "msp": {"instead": {"msp": 1}}, "nothing": {"instead": {"sessions": 1, "euros": "0 €"}},
    }  # fmt: skip
    return winter(scenario(population=9000, cpts=cpts(), arms=arms, parameters=QUICK))


@cache
def _otherwise(arm: str) -> Life:
    return live(_decision(), arm, 91)


class TestSameMoney:
    def test_the_money_is_that_of_the_contract(self) -> None:
        spec, model = _decision().spec, _decision()
        euros = yearly_euros(spec.cpts, 9000, 2019, model.parameters)
        assert 50_000 < euros < 220_000, "a small contract, below its ceiling"
        spent = _otherwise("sessions").model.tables["instead"]["euros"][0]
        people = float((model.tables["people"]["alive"] & (model.tables["people"]["resident"] > 0)).sum())
        assert spent == yearly_euros(spec.cpts, people, 2019, model.parameters)

    def test_no_more_is_spent_than_there_is(self) -> None:
        for arm in ("assistants", "sessions", "msp"):
            life = _otherwise(arm)
            paid = float(life.rows("cpts")["euros"].sum())
            assert 0 < paid <= float(life.model.tables["instead"]["euros"][0]) * 91 / 364 + 1e-6

    def test_without_euros_nothing_is_bought(self) -> None:
        kinds = ("visit", "ed", "admission", "week", "cpts")
        assert digest(_otherwise("nothing").journal, kinds) == digest(_otherwise("without").journal, kinds)

    def test_assistants_come_after_their_lag_and_shorten_acts(self) -> None:
        gps, before = _otherwise("assistants").model.tables["gps"], _decision().tables["gps"]
        new = (gps["assistant"][: len(before)] > 0) & (before["assistant"] == 0)
        assert new.any() and (gps["assisted"][: len(before)][new] > 0).all()

    def test_sessions_cost_evenings_and_see_people(self) -> None:
        life, without = _otherwise("sessions"), _otherwise("without")
        assert (life.rows("request")["route"] == Route.SESSION).any()
        evening = [float(one.rows("week")["extra_paid"].sum()) for one in (without, life)]
        assert evening[0] == 0.0 < evening[1]

    def test_coordinators_take_over_administration(self) -> None:
        desk = [float(_otherwise(arm).rows("week")["admin"].sum()) for arm in ("without", "msp")]
        assert desk[1] < desk[0]


ROOT = Path(__file__).parents[2]


class TestShippedScenarios:
    @pytest.mark.parametrize("name", ["stop", "same_money"])
    def test_it_loads_and_every_arm_lives(self, name: str) -> None:
        written = as_written(load(ROOT / "scenarios" / f"{name}.yaml", catalogue()))
        small = {**written, "territory": {**written["territory"], "population": 5000}, "warmup": "4 weeks"}
        spec = from_written(small, catalogue())
        start = winter(spec)
        journals = [digest(live(start, arm, 10).journal)["cpts"] for arm in spec.arms]
        assert len(journals) >= 3 and len(set(journals)) > 1


class TestOnTheCommandLine:
    def test_arms_are_made_on_demand(self) -> None:
        wanted = ["without", "with", "stop", "same_money", "minus:unscheduled_care"]
        spec, arms = with_short_arms(scenario(cpts=cpts()), wanted)
        assert arms == ("without", "with", "stop", "same_money", "minus_unscheduled_care")
        assert spec.arms["minus_unscheduled_care"].cpts.missions.names() == ("treating_physician",)
        assert spec.arms["stop"].cpts.stop_months == 6.0, "a CPTS that starts with the run stops half-way"

    def test_nobody_means_anything_else(self) -> None:
        with pytest.raises(UsageError, match="withuot"):
            with_short_arms(scenario(cpts=cpts()), ["withuot", "with"])
        with pytest.raises(ScenarioError, match="minus"):
            with_short_arms(scenario(cpts=cpts()), ["without", "minus:prevention"])


class TestSeveralArmsInTheReport:
    def test_one_table_and_one_figure_show_all(self) -> None:
        spec, arms = with_short_arms(scenario(cpts=cpts(), years=0.05, population=2500), ["without", "with", "stop"])
        done = compare(Plan(spec, arms, replications=2, keep_journal="none"), workers=1)
        for language in LANGUAGES:
            text = overview(done, language)
            heads = text.splitlines()[2]
            assert all(say(f"report.arm.{arm}", language) in heads for arm in arms)
        drawn = draw_all(done, "fr")
        assert {"arms.png", "with/forest.png", "stop/forest.png"} <= set(drawn)
        assert drawn["with/forest.png"] != drawn["stop/forest.png"]
