"""Nurses: caseloads, search for a nurse, saturation, time conserved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lives import scenario, winter

from cpts_sim.care.home import nursing
from cpts_sim.care.home_care import HomeCare
from cpts_sim.care.nursing_need import NurseSettings, NursingNeed, course
from cpts_sim.care.requests import ENDED, raise_requests
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.engine.events import Need, Origin
from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters

from .towns import town


def tiny(nurses: list[int], travel: list[list[float]], year: int = 2019) -> HomeCare:
    settings = NurseSettings.from_parameters(load_parameters(year))
    return HomeCare(settings, Draws(1), nurses, keys_of("nurse", np.arange(len(nurses))), travel)


def ask(home: HomeCare, minute: float, people: list[int], visits: int) -> None:
    rows = np.array(people)
    home.request(np.full(len(rows), minute), keys_of("p", rows), rows, rows * 0, 1, 0, visits=visits)


def test_hours_and_capacity() -> None:
    settings = NurseSettings.from_parameters(load_parameters(2019))
    associated = settings.associated(Draws(1), keys_of("nurse", np.arange(20_000)))
    hours = settings.weekly_hours(associated)
    assert set(hours.tolist()) == {53.0, 38.0}
    assert hours.mean() == pytest.approx(48.0, abs=0.3)
    rounds = settings.capacity_min(associated) * 7 / 60
    assert (rounds < hours).all()
    assert rounds.mean() == pytest.approx(48 * 0.82 * 0.92, abs=0.4)


def test_a_french_town_uses_seven_visits_and_feels_the_lack_of_nurses() -> None:
    unmet, contacts, waits = [], [], []
    for density in (100, 146, 172):
        here = town(density)
        here.live(0, 60)
        here.visits, here.unmet, here.contacts, here.served = 0, 0, [], []
        here.live(60, 100)
        served = np.concatenate(here.served)
        unmet.append(here.unmet / (here.unmet + len(served)))
        contacts.append(np.mean(here.contacts))
        waits.append(served.mean())
        if density == 146:
            per_year = here.visits / 40 * 365 / len(here.age)
            assert 6.0 <= per_year <= 9.0
            assert 0.7 <= here.home.saturation <= 0.92
    assert unmet[0] > 0.15 > 0.01 > unmet[1] >= unmet[2]
    assert contacts[0] > contacts[1] > contacts[2] >= 1
    assert waits[0] > waits[1] >= waits[2]


def test_stock_of_lasting_care_is_flat() -> None:
    here = town(220, people=40_000)
    start = int((here.home._cases["lasting"] == 1).sum())
    assert start / 40_000 == pytest.approx(0.0117, abs=0.002)
    here.live(0, 200)
    assert int((here.home._cases["lasting"] == 1).sum()) == pytest.approx(start, rel=0.2)


def test_needs_by_age_and_disease() -> None:
    settings = NurseSettings.from_parameters(load_parameters(2019))
    need = NursingNeed.of(settings)
    here = town(220, people=100_000, lasting=False)
    share = need.lasting_share[here.age, here.chronic]
    for age, wanted in ((90, 0.135), (80, 0.046), (30, 0.0015)):
        assert share[here.age == age].mean() == pytest.approx(wanted, rel=0.03)
    assert need.lasting_share[90, 3] > 3 * need.lasting_share[90, 0]
    assert need.per_day([80], [0])[0] > need.per_day([30], [0])[0]
    rate, days = course(settings, Draws(1), keys_of("p", np.arange(30_000)), 1, np.arange(30_000) % 2)
    assert days[1::2].mean() == pytest.approx(540, rel=0.03)
    assert set(days[0::2].tolist()) == {1.0, 6.0, 21.0}
    assert set(np.round(rate, 4).tolist()) == {0.4286, 1.0, 2.0}


def test_nearest_nurse_first_then_further_then_unmet() -> None:
    home = tiny([0, 1], [[3.0, 15.0], [15.0, 3.0]])
    near = int(home.capacity_min[0] // 18.0)
    ask(home, 600.0, list(range(near)), visits=60)
    assert home.settle(1440.0).nurse.tolist() == [0] * near
    ask(home, 700.0, [1_000], visits=60)
    further = home.settle(1440.0)
    assert further.nurse.tolist() == [1]
    assert further.contacts.tolist() == [2]
    assert 1440.0 + 420.0 <= further.start[0] <= 1440.0 + 720.0
    home.reserve([1], home.for_missions([1]))
    ask(home, 800.0, list(range(2_000, 2_040)), visits=60)
    endings = [home.settle((day + 1) * 1440.0) for day in range(6)]
    assert sum(len(ended) for ended in endings) == 40
    refused = sum(int((ended.nurse < 0).sum()) for ended in endings)
    assert refused == 40 - (int((home.capacity_min[1] - home.mission_min[1]) // 18.0) - 1)
    assert home.searching() == 0
    assert all(np.isnan(ended.start[ended.nurse < 0]).all() for ended in endings)


def test_a_person_waits_until_a_nurse_has_time() -> None:
    home = tiny([0], [[3.0]])
    full = int(home.capacity_min[0] // 18.0)
    ask(home, 600.0, list(range(full)), visits=1)
    home.settle(1440.0)
    ask(home, 700.0, [9_000], visits=1)
    assert len(home.settle(1440.0)) == 0
    assert home.day(0)["count"].tolist() == [0]
    assert home.day(1)["count"].tolist() == [full]
    assert len(home.settle(2 * 1440.0)) == 0
    assert home.day(2)["count"].tolist() == [0]
    ended = home.settle(3 * 1440.0)
    assert ended.nurse.tolist() == [0]
    assert ended.contacts.tolist() == [3]
    assert ended.ended.tolist() == [700.0 + 2 * 1440.0]
    assert 3 * 1440.0 < ended.start[0] < 4 * 1440.0


def test_requests_are_served_in_order_of_minute() -> None:
    home = tiny([0], [[3.0]])
    room = int(home.capacity_min[0] // 18.0)
    rows = np.arange(room + 10)
    minute = 1_000.0 - rows
    home.request(minute, keys_of("p", rows), rows, rows * 0, 1, 0, visits=30)
    ended = home.settle(1440.0)
    assert sorted(ended.row.tolist()) == rows[10:].tolist()


def test_delegated_acts_take_the_minutes_that_care_leaves() -> None:
    home = tiny([0, 0], [[3.0]])
    most = 0.1 * home.capacity_min
    assert np.allclose(home.for_missions([0, 1]), most)
    assert home.reserve([0], [1e6])[0] == pytest.approx(most[0], abs=1 / 64)
    assert home.for_missions([0])[0] < 1 / 64
    assert home.free_min()[0] == pytest.approx(home.capacity_min[0] - home.mission_min[0])
    assert home.reserve([0], [-1e6])[0] == pytest.approx(-most[0], abs=1 / 64)
    assert home.mission_min[0] == 0.0
    with pytest.raises(UsageError, match="twice"):
        home.reserve([1, 1], [1.0, 1.0])


def test_a_nurse_who_stops_hands_patients_on_and_a_new_one_takes_some() -> None:
    home = tiny([0, 0], [[3.0]])
    ask(home, 600.0, list(range(20)), visits=60)
    home.settle(1440.0)
    mine = home._cases["nurse"] == 0
    before = int(mine.sum())
    assert before > 0
    home.stop([0], 2_000.0)
    assert home.searching() == before
    assert home.join([0], keys_of("young nurse", [0])).tolist() == [2]
    taken = home.settle(2 * 1440.0)
    assert len(taken) == before
    assert not (taken.nurse == 0).any()
    home.leave(np.arange(20))
    assert home.load_min.sum() == 0.0


CALLS = st.lists(st.tuples(st.integers(0, 2_800), st.integers(0, 2)), max_size=60)


@given(st.integers(1, 6), CALLS, st.booleans())
@hypothesis_settings(max_examples=40)
def test_minutes_stay_within_the_rounds_and_each_request_ends_once(
    nurses: int, asked: list[tuple[int, int]], fork: bool
) -> None:
    travel = [[3.0, 8.0, 40.0], [8.0, 3.0, 25.0], [40.0, 25.0, 3.0]]

    def run(order: list[int], copy: bool) -> list[tuple[float, ...]]:
        home, rows = tiny([n % 3 for n in range(nurses)], travel), []
        for day in range(8):
            today = [i for i in order if asked[i][0] // 1440 == day]
            if today:
                who = np.array(today)
                minute, commune = (np.array([asked[i][k] for i in today]) for k in (0, 1))
                home.request(minute.astype(float), keys_of("p", who), who, commune, 1, who % 2, visits=20)
            ended = home.settle((day + 1) * 1440.0)
            rows += list(zip(ended.row.tolist(), ended.nurse.tolist(), ended.contacts.tolist(), strict=True))
            assert (home.load_min + home.mission_min <= home.capacity_min + 1e-9).all()
            home.day(day)
            if copy:
                other = tiny([0], travel)
                other.restore(home.state())
                home = other
        assert home.searching() == 0
        return sorted(rows)

    straight = run(list(range(len(asked))), False)
    assert straight == run(list(range(len(asked)))[::-1], fork)
    assert sorted(row for row, *_ in straight) == list(range(len(asked)))


def test_who_has_lasting_care_asks_nobody_else() -> None:
    """The nurse who comes adds the visits of a short episode to her round; the others are not called."""
    home = tiny([0, 0, 0], [[5.0]])
    people = np.arange(4)
    keys = keys_of("p", people)
    home.fill(0.0, keys[:2], people[:2], people[:2] * 0)
    own = home.nurse_of(people)
    assert (own[:2] >= 0).all()
    assert own[2:].tolist() == [-1, -1]
    before = home.load_min.copy()
    start = home.add_visits(np.full(2, 600.0), keys[:2], people[:2], people[:2] * 0, np.array([5, 5]), own[:2])
    assert (start > 600.0).all()
    added = home.load_min - before
    assert added.sum() == 2 * home.settings.visit_min
    assert set(np.flatnonzero(added)) == set(own[:2])
    assert home.searching() == 0


def test_nobody_has_lasting_care_twice() -> None:
    """A lasting need of somebody with lasting care is covered already: no second case, nobody is called."""
    world = winter(scenario(population=6000)).care.world
    world.nursing_need = replace(world.nursing_need, brief_per_day=world.nursing_need.brief_per_day * 0.0)
    cases = world.home_care.state()
    person = np.unique(cases["case_row"][cases["case_lasting"] == 1]).astype(np.int64)
    assert len(person) > 30
    raised = np.full(len(person), world.now + 60.0)
    rows = raise_requests(world, person, Need.NURSING, Origin.EXOGENOUS, np.full(len(person), 999), raised)
    load, searching = world.home_care.load_min.copy(), world.home_care.searching()
    nursing(world, rows)
    np.testing.assert_array_equal(world.home_care.load_min, load)
    assert world.home_care.searching() == searching
    assert (world.requests["stage"][rows] == ENDED).all()
    assert (world.requests["provider"][rows] == world.home_care.nurse_of(person)).all()
