"""Hospitals of a territory: people from elsewhere, stays, discharges, readmissions, no department at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lives import DAY, Life, Recorder, cpts, digest, live, scenario, winter

from cpts_sim.care import hospital_days
from cpts_sim.care.hospital_days import READMITTED
from cpts_sim.care.hospital_stay import WATCH_DAYS
from cpts_sim.engine.events import EdOutcome, Ending, Need, Origin, Road, Route
from cpts_sim.model import Model
from cpts_sim.scenario import Scenario
from cpts_sim.territory import load_territory

DAYS = 84


def _spec(**values: Any) -> Scenario:
    policies = {"without": {"cpts": None}, "with": {"cpts": cpts()}}
    return scenario(population=8000, arms=policies, **values)


def _territory(spec: Scenario, **columns: Any) -> Any:
    """The territory with other departments."""
    territory = load_territory(spec.territory)
    return replace(territory, hospitals={**territory.hospitals, **columns})


@pytest.fixture(scope="module")
def shared() -> Model:
    """A department to which 24 000 people go, of whom 8 000 are simulated, at day 0."""
    spec = _spec()
    model = Model(spec, 1, territory=_territory(spec, catchment=np.array([24_000.0])))
    model.warm_up()
    return model


@pytest.fixture(scope="module")
def lives(shared: Model) -> dict[str, Life]:
    return {arm: live(shared, arm, DAYS) for arm in ("without", "with")}


class TestPeopleFromElsewhere:
    def test_they_fill_the_published_volume(self, lives: dict[str, Life]) -> None:
        ed, hospitals = lives["without"].rows("ed"), lives["without"].model.tables["hospitals"]
        outside = ed["road"] == Road.OUTSIDER
        assert ((ed["person"] < 0) == outside).all()
        planned = float(hospitals["outsiders_per_day"].sum()) * DAYS
        assert planned == pytest.approx(16_000 * 0.328 / 365 * DAYS, rel=0.02)
        assert outside.sum() == pytest.approx(planned, abs=4 * planned**0.5 + 0.05 * planned)

    def test_their_share_can_be_printed(self, lives: dict[str, Life]) -> None:
        ed = lives["without"].rows("ed")
        share = hospital_days.outsider_share(lives["without"].model.tables["hospitals"])
        assert (ed["road"] == Road.OUTSIDER).mean() == pytest.approx(float(share[0]), abs=0.06)

    def test_they_are_the_same_crowd_in_all_arms(self, lives: dict[str, Life]) -> None:
        crowds = []
        for life in lives.values():
            ed = life.rows("ed")
            mine = (ed["road"] == Road.OUTSIDER) & (ed["arrival"] < (DAYS - 3) * DAY)
            order = np.lexsort((ed["level"][mine], ed["age"][mine], ed["arrival"][mine]))
            crowds.append([ed[name][mine][order] for name in ("arrival", "age", "level")])
        for one, other in zip(*crowds, strict=True):
            assert np.array_equal(one, other)

    def test_a_shock_may_bring_more_of_them(self, shared: Model) -> None:
        recorder = Recorder()
        crowded = shared.fork("without", observers=[recorder])
        crowded.tables["hospitals"]["crowd"][:] = 2.0
        crowded.run(21)
        crowded.finish()
        ed = recorder.journal()["ed"]
        came = ((ed["road"] == Road.OUTSIDER) & (ed["arrival"] >= 0)).sum()
        planned = float(shared.tables["hospitals"]["outsiders_per_day"].sum()) * 21 * 2
        assert came == pytest.approx(planned, abs=4 * planned**0.5 + 0.05 * planned)

    def test_rosters_are_those_of_the_whole_volume(self) -> None:
        spec = _spec()
        plain = Model(spec, 1)
        large = Model(spec, 1, territory=_territory(spec, catchment=np.array([90_000.0])))
        assert plain.care.world.emergency.doctors.sum() == 168  # nobody is less than one
        assert 240 < large.care.world.emergency.doctors.sum() < 400
        assert hospital_days.outsider_share(plain.tables["hospitals"]) == pytest.approx(0.0)

    def test_two_departments_of_one_name_have_two_crowds(self) -> None:
        spec = _spec()
        territory = load_territory(spec.territory)
        twice = {name: np.repeat(column, 2) for name, column in territory.hospitals.items()}
        twice["catchment"] = np.array([24_000.0, 24_000.0])
        minutes = np.repeat(territory.hospital_min, 2, axis=1)
        territory = replace(territory, hospitals=twice, hospital_min=minutes)
        outsiders = Model(spec, 1, territory=territory).care.world.outsiders
        first, second = (outsiders.day(0, 1.0, hospital) for hospital in (0, 1))
        assert not np.isin(first["person_key"], second["person_key"]).any()
        both = outsiders.day(0, 1.0)
        assert np.array_equal(both["arrival"], np.concatenate([first["arrival"], second["arrival"]]))


class TestStays:
    def test_every_resident_sent_to_a_ward_is_admitted_when_he_leaves(self, lives: dict[str, Life]) -> None:
        ed, admitted = lives["without"].rows("ed"), lives["without"].rows("admission")
        inside = (ed["outcome"] == EdOutcome.ADMITTED) & (ed["person"] >= 0) & (ed["end"] >= 0)
        pairs = sorted(zip(ed["end"][inside].tolist(), ed["person"][inside].tolist(), strict=True))
        known = sorted(zip(admitted["at"].tolist(), admitted["person"].tolist(), strict=True))
        assert [pair for pair in known if pair[0] > 2 * DAY] == [pair for pair in pairs if pair[0] > 2 * DAY]
        assert (admitted["days"] > 0).all()

    def test_some_stays_are_avoidable_and_a_readmission_is_not_so_again(self, lives: dict[str, Life]) -> None:
        admitted = lives["without"].rows("admission")
        assert 0 < admitted["avoidable"].mean() < 0.3
        assert not (admitted["avoidable"] & admitted["readmission"]).any()
        assert 0.05 < admitted["readmission"].mean() < 0.25

    def test_readmissions_follow_within_thirty_days_by_rescue(self, lives: dict[str, Life]) -> None:
        journal = lives["without"].journal["admission"]
        ed = lives["without"].journal["ed"]
        left = journal["at"] + journal["days"] * DAY
        again = np.flatnonzero((journal["readmission"] == 1) & (journal["at"] >= 0))
        assert len(again) > 0
        for i in again.tolist():
            mine = (journal["person"] == journal["person"][i]) & (journal["at"] < journal["at"][i])
            visit = (ed["person"] == journal["person"][i]) & (ed["end"] == journal["at"][i])
            assert ed["road"][visit].tolist() == [Road.RESCUE]
            gap = ed["arrival"][visit][0] - left[mine]
            assert ((gap > -1.0) & (gap <= WATCH_DAYS * DAY + 1.0)).any()

    def test_who_is_sure_to_be_readmitted_is_admitted(self, shared: Model) -> None:
        emergency = shared.fork("without").care.world.emergency
        count, now = 400, emergency.now
        key = np.arange(count, dtype=np.uint64) + np.uint64(77)
        here = np.zeros(count, dtype=np.int64)
        emergency.arrive(np.full(count, now), key, here - 1, here, here, here + 1, here + 30, here, sure=1)
        finished = emergency.advance(now + 30 * DAY)
        mine = np.isin(finished.key, key)
        seen = mine & (finished.journal["outcome"] != EdOutcome.LEFT_UNSEEN)
        assert finished.admitted[seen].all()
        assert seen.any()

    def test_nobody_sees_a_gp_or_asks_for_one_from_a_ward(self, lives: dict[str, Life]) -> None:
        journal = lives["without"].journal
        stays, visits, requests = journal["admission"], journal["visit"], journal["request"]
        seen = 0
        for person, start, days in zip(stays["person"], stays["at"], stays["days"], strict=True):
            end = start + float(days) * DAY - 1.0
            whole = (start // DAY + 1) * DAY  # the windows after the one in which the stay began
            booked = (visits["person"] == person) & (visits["at"] >= whole) & (visits["at"] < end)
            assert (visits["status"][booked] != 0).all()
            inside = (requests["raised"] > start) & (requests["raised"] < end)
            raised = (requests["person"] == person) & inside
            symptom = raised & (requests["kind"] <= Need.EMERGENCY) & (requests["origin"] == Origin.EXOGENOUS)
            symptom &= requests["raised"] >= whole
            assert (requests["ending"][symptom] == Ending.SERVED).all()
            assert (requests["route"][symptom] == Route.SELF).all()
            planned = raised & (requests["kind"] > Need.EMERGENCY) & (requests["raised"] >= whole)
            visited = planned & (requests["ending"] == Ending.SERVED) & (requests["kind"] < Need.NURSING)
            assert (requests["visit"][visited] >= end).all()
            seen += int(raised.sum())
        assert seen > 0

    def test_about_half_see_a_gp_within_fifteen_days_of_discharge(self) -> None:
        life = live(winter(scenario(population=20_000)), None, 150)
        stays, visits = life.rows("admission"), life.rows("visit")
        left = stays["at"] + stays["days"] * DAY
        known = left < (150 - 16) * DAY
        done = visits["status"] == 0
        who, when = visits["person"][done], visits["at"][done]
        found = [
            ((who == person) & (when > at) & (when <= at + 15 * DAY)).any()
            for person, at in zip(stays["person"][known], left[known], strict=True)
        ]
        assert np.mean(found) == pytest.approx(0.57, abs=0.08)

    def test_a_visit_after_discharge_is_its_follow_up(self, shared: Model) -> None:
        model = shared.fork("without")
        model.run(30)
        stays = model.care.world.stays.state()
        home, followed = stays["home"] == 1, np.isfinite(stays["followed"])
        assert followed.any()
        assert (home[followed]).all()
        assert (stays["followed"][followed] >= stays["discharge"][followed]).all()

    def test_a_mission_may_wrap_the_day_of_discharge(self, shared: Model) -> None:
        told: list[int] = []

        def notice(inner: Any, world: Any, discharges: dict[str, Any]) -> None:
            assert {"at", "row", "key", "what", "age", "avoidable", "notice"} <= discharges.keys()
            told.extend(discharges["row"].tolist())
            inner(world, discharges)

        model = shared.fork("without")
        model.care.world.rules.wrap("after_discharge", "test", 1, notice)
        model.run(14)
        assert len(told) > 10

    def test_identities_of_readmissions_never_meet_those_of_visits(self, lives: dict[str, Life]) -> None:
        requests = lives["without"].model.tables["requests"]
        assert requests["identity"].max(initial=0) < READMITTED * 2
        assert requests["identity"].min(initial=0) >= 0


def test_fork_in_the_middle_of_stays_and_queues_goes_on_alike(shared: Model, lives: dict[str, Life]) -> None:
    recorder = Recorder()
    first = shared.fork("without", observers=[recorder])
    first.run(17)
    assert len(first.care.world.stays) > 0
    second = first.fork("without", observers=[recorder])
    second.run(DAYS - 17)
    second.finish()
    assert digest(recorder.journal()) == digest(lives["without"].journal)


def test_a_territory_without_any_department_is_legitimate() -> None:
    spec = _spec()
    territory = load_territory(spec.territory)
    none = {name: column[:0] for name, column in territory.hospitals.items()}
    territory = replace(territory, hospitals=none, hospital_min=territory.hospital_min[:, :0])
    recorder = Recorder()
    model = Model(spec, 1, territory=territory, observers=[recorder])
    model.warm_up()
    model.run(28)
    model.finish()
    journal = recorder.journal()
    assert len(journal["ed"]["arrival"]) == 0
    assert len(journal["admission"]["at"]) == 0
    assert (journal["visit"]["status"] == 0).sum() > 1000
    assert len(model.tables["ed_staff"]) == 0
