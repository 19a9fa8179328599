"""Weeks and strain of nurses, pharmacists and emergency staff; each GP as a process."""

from __future__ import annotations

import numpy as np
import pytest
from lives import DAY, Life, Recorder, live, scenario, winter

from cpts_sim.care import teams
from cpts_sim.care.strain import StrainModel
from cpts_sim.care.strain_measure import prevalences
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.engine.events import LEDGER_LINES, Profession, Work
from cpts_sim.evidence import load_parameters
from cpts_sim.model import Model

WEEK = 7 * DAY
DAYS = 112


@pytest.fixture(scope="module")
def start() -> Model:
    return winter(scenario(population=20_000, warmup="8 weeks"))


@pytest.fixture(scope="module")
def life(start: Model) -> Life:
    return live(start, None, DAYS)


def _weeks(life: Life, profession: int) -> dict[str, np.ndarray]:
    rows = life.rows("week")
    return {name: column[rows["profession"] == profession] for name, column in rows.items()}


def _hours(rows: dict[str, np.ndarray]) -> np.ndarray:
    return np.sum([rows[line] for line in LEDGER_LINES], axis=0) / 60.0


@pytest.mark.parametrize("profession", [Profession.NURSE, Profession.PHARMACIST, Profession.ED_STAFF])
def test_one_row_a_week_and_professional(life: Life, profession: int) -> None:
    rows = _weeks(life, profession)
    pairs = np.stack([rows["at"] // WEEK, rows["row"]])
    assert len(np.unique(pairs, axis=1).T) == len(rows["at"])
    assert len(np.unique(rows["at"])) == DAYS // 7 - 1  # the last week closes on the morning after
    away = rows["status"] == Work.LEAVE
    assert away.mean() == pytest.approx(0.12, abs=0.05)
    assert (_hours(rows)[away] == 0).all()
    assert (_hours(rows)[~away] > 5).all()
    for name, top in (("ee", 54), ("dp", 30), ("pa", 48)):
        assert ((rows[name] >= 0) & (rows[name] <= top)).all()


def test_minutes_of_rounds_are_those_of_the_caseloads(life: Life) -> None:
    rows, rounds = _weeks(life, Profession.NURSE), life.rows("provider_day")
    p = life.model.parameters
    mine = rounds["profession"] == Profession.NURSE
    week = (rounds["at"][mine] // WEEK).astype(int)
    count = len(life.model.tables["nurses"])
    done = np.bincount(week * count + rounds["row"][mine], rounds["minutes"][mine], (week.max() + 1) * count)
    present = rows["status"] == Work.WORKING
    cell = (rows["at"] // WEEK).astype(int) * count + rows["row"]
    worked = (rows["visit"] + rows["travel"])[present]
    assert worked == pytest.approx(done[cell][present] / p["nurse.presence"], rel=1e-4, abs=0.01)
    share = rows["travel"].sum() / (rows["travel"] + rows["visit"]).sum()
    assert share == pytest.approx(p["nurse.travel_share"], rel=1e-3)


def test_nurses_alone_work_longer_than_those_with_associates(life: Life) -> None:
    rows, nurses = _weeks(life, Profession.NURSE), life.model.care.world.home_care
    hours, present = _hours(rows), rows["status"] == Work.WORKING
    together = nurses.associated[rows["row"]]
    alone, shared = hours[present & ~together].mean(), hours[present & together].mean()
    most = nurses.settings.week_hours
    assert shared == pytest.approx(most[1], rel=0.15)
    assert alone == pytest.approx(most[0], rel=0.15)


def test_care_in_the_departments_is_that_of_the_visits(life: Life) -> None:
    rows, staff = _weeks(life, Profession.ED_STAFF), life.model.tables["ed_staff"]
    ed = life.journal["ed"]
    doctor = staff["role"][rows["row"]] == teams.DOCTOR
    mean = rows["consult"][doctor].sum() / (DAYS / 7 - 1) / (ed["arrival"] >= 0).sum() * DAYS / 7
    assert 15 < mean < 40  # minutes of doctor a visit
    nurses = rows["consult"][~doctor].sum() / rows["consult"][doctor].sum()
    assert nurses == pytest.approx(life.model.parameters["hospital.ed_nurses_per_doctor"], rel=0.02)


def test_a_counter_is_shared_by_those_who_stand_at_it(life: Life) -> None:
    rows, days = _weeks(life, Profession.PHARMACIST), life.rows("provider_day")
    mine = days["profession"] == Profession.PHARMACIST
    every = days["minutes"][mine].sum() / 60 / DAYS * 7 / len(life.model.tables["pharmacies"])
    present = rows["status"] == Work.WORKING
    p = life.model.parameters
    share = p["pharmacy.counter_hours"] / (p["pharmacy.staff"] * 61.5)
    assert rows["consult"][present].mean() / 60 == pytest.approx(every * share, rel=0.05)


@pytest.mark.parametrize("profession", [Profession.NURSE, Profession.PHARMACIST, Profession.ED_STAFF])
def test_without_a_change_their_exhaustion_stays_about_where_it_is(life: Life, profession: int) -> None:
    rows = _weeks(life, profession)
    table = life.model.tables[teams.TABLES[Profession(profession)]]
    late = rows["at"] >= (DAYS - 28) * DAY
    early = rows["at"] < 28 * DAY
    drift = rows["ee_true"][late].mean() - rows["ee_true"][early].mean()
    assert abs(drift) < 2.5
    moved = (table["fast"] - table["fast_home"]) + (table["slow"] - table["slow_home"])
    assert abs(moved.mean()) < 2.0


def test_prevalences_are_those_of_the_studies() -> None:
    p, key = load_parameters(2019), keys_of("staff", np.arange(4000))
    found = {}
    for profession, name in teams.NAMES.items():
        model = StrainModel(p, name)
        columns = model.initialise(key, {}, Draws(3))
        found[profession] = prevalences(model.measure(columns, Draws(3), key, 0), p)
    assert found[Profession.ED_STAFF]["ee_or_dp"] == pytest.approx(0.346, abs=0.03)
    assert found[Profession.NURSE]["any_dimension"] == pytest.approx(0.45, abs=0.09)


def test_time_for_a_cpts_is_charged_and_weighs(start: Model) -> None:
    recorders = {"plain": Recorder(), "charged": Recorder()}
    for name, recorder in recorders.items():
        model = start.fork(None, observers=[recorder])
        for _ in range(8):
            if name == "charged":
                for profession in teams.TABLES:
                    world = model.care.world
                    rows = np.arange(len(world.tables[teams.TABLES[profession]]))
                    world.ledgers[profession].charge("cpts_evening", rows, 180.0)
            model.run(7)
        model.step()
        model.finish()
    plain, charged = (recorder.journal()["week"] for recorder in recorders.values())
    for profession in teams.TABLES:
        mine = (charged["profession"] == profession) & (charged["at"] >= 0) & (charged["at"] < 7 * WEEK)
        assert (charged["cpts_evening"][mine] == 180.0).all()
        assert (plain["cpts_evening"][mine] == 0.0).all()
        late = mine & (charged["at"] >= 5 * WEEK)
        assert charged["ee_true"][late].mean() > plain["ee_true"][late].mean()


def test_salaried_nurses_run_no_rounds() -> None:
    model = Model(scenario(population=60_000), 2)
    nurses = model.tables["nurses"]
    salaried = nurses["kind"] != teams.LIBERAL
    assert salaried.any()
    assert (model.care.world.home_care.load_min[salaried] == 0).all()


# -------------------------------------------------------------------------------- each GP as a process
def test_every_gp_knows_each_day_what_the_calendar_of_holidays_says(start: Model) -> None:
    model = start.fork(None)
    surgeries, gps = model.care.surgeries, model.tables["gps"]
    for _ in range(40):
        model.step()
        day = model.day - 1  # the day just lived
        week = surgeries.week(day)
        assert np.array_equal(gps["locum_now"] > 0, surgeries.leave[:, week] & surgeries.locum[:, week])
        assert np.array_equal(gps["away_now"] > 0, ~surgeries.present(day))


def test_a_gp_comes_back_on_the_day_her_sick_leave_ends(start: Model) -> None:
    model = start.fork(None)
    gps = model.tables["gps"]
    gps["status"][0], gps["away_until"][0] = Work.SICK, (model.day + 9.5) * DAY
    seen = []
    for _ in range(14):
        model.step()
        seen.append(int(gps["status"][0]))
    assert seen == [Work.SICK] * 10 + [Work.WORKING] * 4


def test_every_gp_wakes_on_mondays(start: Model) -> None:
    model = start.fork(None)
    model.run(10)
    assert (model.tables["gps"]["next_at"] == 14 * DAY).all()
    assert (model.tables["hospitals"]["next_at"] == 10 * DAY).all()
