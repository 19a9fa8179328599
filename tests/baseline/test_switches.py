"""Every institution of the baseline: its level by reference year, its dates, and what it changes when it is there."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from lives import Life, digest, live, scenario, winter

from cpts_sim.care.baseline import SWITCHES, levels, since_minutes
from cpts_sim.engine.events import Act, Attachment, Institution, Need, Origin, Profession, Route, Via
from cpts_sim.evidence import load_parameters
from cpts_sim.scenario import ScenarioError
from cpts_sim.words import LANGUAGES, say

DAYS = 60
NEW_IN_2024 = ("sas", "pharmacist_acts", "assistants", "ipa", "ald_plan")


@cache
def _life(name: str, level: float) -> Life:
    """Sixty days of a territory of 2024 in which one institution has a level of its own."""
    chosen = {name: {"level": level}}
    return live(winter(scenario(population=9000, reference_year=2024, baseline=chosen)), None, DAYS)


def _count(life: Life, kind: str, column: str, value: int) -> int:
    return int((life.rows(kind)[column] == value).sum())


def _minutes(life: Life, profession: Profession, line: str) -> float:
    week = life.rows("week")
    return float(week[line][week["profession"] == profession].sum())


def _gps(life: Life) -> Any:
    return life.model.tables["gps"]


class TestRegistry:
    @pytest.mark.parametrize("name", sorted(SWITCHES))
    def test_it_has_a_level_for_each_reference_year_with_its_source(self, name: str) -> None:
        for year in (2019, 2024):
            entry = load_parameters(year).entry(SWITCHES[name].parameter)
            assert entry.low <= 0.0, "off is a level"
            assert entry.source and entry.unit and entry.grade

    @pytest.mark.parametrize("name", sorted(SWITCHES))
    def test_it_has_a_title_in_both_languages(self, name: str) -> None:
        titles = {language: say(f"baseline.{name}", language) for language in LANGUAGES}
        assert titles["fr"] != titles["en"]

    def test_what_began_after_2019_is_off_in_2019(self) -> None:
        old, new = load_parameters(2019), load_parameters(2024)
        for name in NEW_IN_2024:
            assert old[SWITCHES[name].parameter] == 0.0 < new[SWITCHES[name].parameter]


class TestScenario:
    def test_a_level_replaces_that_of_the_year(self) -> None:
        spec = scenario(baseline={"sas": {"level": 0.4}, "asalee": {"level": 3}})
        assert levels(spec.baseline) == {"baseline.sas": 0.4, "territory.asalee": 3.0}

    def test_a_date_puts_it_off(self) -> None:
        spec = scenario(baseline={"sas": {"level": 0.4, "since": "2019-01-17"}})
        assert since_minutes(spec.baseline, spec.start)["sas"] == 10 * 1440.0
        assert "sas" in since_minutes(scenario().baseline, spec.start), "it began after 2019 in France"
        assert "sas" not in since_minutes(scenario(baseline={"sas": {"level": 1}}).baseline, spec.start)

    @pytest.mark.parametrize(
        ("block", "expected"),
        [
            ({"sas": {"level": 3}}, "baseline.sas.level"),
            ({"saas": {"level": 0.3}}, "baseline.saas"),
            ({"msp": {"since": "2031-01-01"}}, "baseline.msp.since"),
        ],
    )
    def test_what_cannot_be_is_said_with_its_place(self, block: dict[str, Any], expected: str) -> None:
        with pytest.raises(ScenarioError) as found:
            scenario(baseline=block)
        assert expected in [problem.key for problem in found.value.problems]


class TestDirections:
    """Level 0 against a high level: the journal moves the right way, and somebody's minutes pay."""

    def test_sas_finds_slots_in_town_with_its_own_staff(self) -> None:
        every = {"baseline.sas_effectors": 1, "baseline.sas_needs_cpts": 0, "baseline.sas_awareness": 0.5}
        off, on = (
            live(winter(scenario(population=9000, baseline={"sas": {"level": level}}, parameters=every)), None, DAYS)
            for level in (0, 1)
        )
        assert _count(off, "request", "route", Route.SAS) == 0 < _count(on, "request", "route", Route.SAS)
        calls = on.rows("institution")
        assert calls["minutes"][calls["institution"] == Institution.SAS].sum() > 0
        assert not (off.rows("institution")["institution"] == Institution.SAS).any()

    def test_duty_answers_out_of_hours_and_its_doctors_work(self) -> None:
        off, on = _life("pdsa", 0), _life("pdsa", 1)
        assert _count(off, "request", "route", Route.DUTY) == 0 < _count(on, "request", "route", Route.DUTY)
        assert _minutes(off, Profession.GP, "duty") == 0 < _minutes(on, Profession.GP, "duty")

    def test_pharmacists_settle_minor_needs(self) -> None:
        off, on = _life("pharmacist_acts", 0), _life("pharmacist_acts", 1)
        assert _count(off, "request", "route", Route.PHARMACIST) == 0
        assert _count(on, "request", "route", Route.PHARMACIST) > 0

    def test_pharmacists_vaccinate_instead_of_gps_and_nurses(self) -> None:
        spec = {"population": 6000, "start": "2024-10-07", "reference_year": 2024}
        lives = [
            live(winter(scenario(**spec, baseline={"pharmacist_vaccination": {"level": level}})), None, 50)
            for level in (0, 0.9)
        ]
        given = []
        for life in lives:
            act = life.rows("act")
            vaccines = act["act"] == Act.VACCINE
            given.append((int(vaccines.sum()), int((act["provider"][vaccines] >= 0).sum())))
        assert given[0][0] == given[1][0] > 0, "the same people are vaccinated"
        assert given[0][1] == 0 < given[1][1]
        paid = (Profession.PHARMACIST, Profession.NURSE)
        pharmacist, nurse = ([_minutes(life, who, "consult") for life in lives] for who in paid)
        assert pharmacist[1] > pharmacist[0] and nurse[1] < nurse[0]

    def test_assistants_shorten_the_gps_acts_and_open_slots(self) -> None:
        off, on = _life("assistants", 0), _life("assistants", 0.4)
        assert not (_gps(off)["assistant"] > 0).any() and (_gps(on)["assistant"] > 0).any()
        helped = (_gps(on)["assistant"] > 0) & (_gps(on)["halo"] == 0)
        assert (_gps(on)["assisted"][helped] > 0).all() and not _gps(off)["assisted"].any()
        assert (_gps(on)["assistant_slots"][helped] > 0).any()
        assert (on.rows("institution")["institution"] == Institution.ASSISTANT).any()

    @pytest.mark.parametrize("name", ["asalee", "ipa"])
    def test_nurses_beside_gps_give_follow_ups(self, name: str) -> None:
        lives = [
            live(winter(scenario(population=25000, baseline={name: {"level": level}})), None, 21) for level in (0, 4)
        ]
        followed = [
            int(((rows["kind"] == Need.FOLLOWUP) & (rows["route"] == Route.NURSE)).sum())
            for rows in (life.journal["request"] for life in lives)
        ]
        assert followed[0] == 0 < followed[1]
        assert (lives[1].journal["act"]["act"] == Act.NURSE_FOLLOWUP).sum() == followed[1]

    def test_without_msp_and_groups_everybody_is_alone(self) -> None:
        def alone(name: str, level: float) -> float:
            gps = _gps(_life(name, level))
            return float((gps["practice_type"] == 0).mean())

        assert alone("group_practice", 0) > alone("group_practice", 1)
        houses = [(_gps(_life("msp", level))["practice_type"] == 2).sum() for level in (0, 3)]
        assert houses[0] == 0 < houses[1]

    def test_case_managers_share_complex_cases(self) -> None:
        off, on = _life("dac", 0), _life("dac", 12)
        here = (_gps(on)["halo"] == 0) & _gps(on)["alive"]
        drive = [_drive(life, "complex_alone") for life in (off, on)]
        assert here.any() and drive[1] < drive[0]
        assert (on.rows("institution")["institution"] == Institution.DAC).any()

    @pytest.mark.parametrize(("name", "code"), [("prado", Institution.PRADO), ("had", Institution.HAD)])
    def test_prepared_returns_bring_follow_up(self, name: str, code: Institution) -> None:
        off, on = (_life(name, level) for level in (0, 0.3))
        prepared = int((on.rows("institution")["institution"] == code).sum())
        assert prepared > 0 and not (off.rows("institution")["institution"] == code).any()
        asked = [
            int(((rows["origin"] == Origin.CARE) & np.isin(rows["kind"], (Need.FOLLOWUP, Need.NURSING))).sum())
            for rows in (life.rows("request") for life in (off, on))
        ]
        assert asked[1] > asked[0]

    def test_without_invitations_fewer_are_screened(self) -> None:
        screened = [_count(_life("invitations", level), "act", "act", Act.SCREENING) for level in (0, 1)]
        assert screened[0] < screened[1]

    def test_on_line_booking_meets_no_busy_line(self) -> None:
        busy = []
        for level in (0.0, 0.95):
            rows = _life("online_booking", level).rows("request")
            busy.append(int((rows["first"] == 2).sum()))
        assert busy[1] < busy[0]

    def test_remote_doctors_see_some_whom_nobody_could_see(self) -> None:
        off, on = _life("teleconsultation", 0), _life("teleconsultation", 0.6)
        remote = _count(on, "request", "route", Route.REMOTE)
        assert _count(off, "request", "route", Route.REMOTE) == 0 < remote
        kept = on.rows("request")["route"] == Route.REMOTE
        assert (on.rows("request")["kind"][kept] <= Need.ACUTE).all()

    def test_the_ald_plan_finds_mt(self) -> None:
        found = []
        for level in (0, 1):
            rows = _life("ald_plan", level).rows("attachment")
            plan = (rows["event"] == Attachment.REGISTERED) & (rows["via"] == Via.NATIONAL_PLAN)
            assert (rows["ald"][plan] == 1).all()
            found.append(int(plan.sum()))
        assert found[0] == 0 < found[1]

    def test_without_spontaneous_search_fewer_register(self) -> None:
        registered = [
            _count(_life("spontaneous_registration", level), "attachment", "event", Attachment.REGISTERED)
            for level in (0, 0.5)
        ]
        assert registered[0] < registered[1]


def _drive(life: Life, factor: str) -> float:
    week = life.rows("week")
    return float(week[f"drive_{factor}"][week["profession"] == Profession.GP].sum())


def test_a_date_ahead_changes_nothing_before_it() -> None:
    """An institution that begins after the horizon is as good as off."""
    later = scenario(population=5000, reference_year=2024, baseline={"sas": {"level": 1, "since": "2026-01-01"}})
    off = scenario(population=5000, reference_year=2024, baseline={"sas": {"level": 0}})
    assert digest(live(winter(later), None, 14).journal) == digest(live(winter(off), None, 14).journal)
