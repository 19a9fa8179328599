"""Needs by person: Poisson streams whose k-th need is the same whoever else there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from cpts_sim.care.needs import Activity, Arisen, NeedClock
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws, keys_of

EVEN = (np.array([0.0, DAY]), np.array([0.0, 1.0]))


def people(rows: NDArray[np.int64]) -> Table:
    return Table("people", len(rows), {"key": keys_of("town", rows)})


def clock(
    rows: NDArray[np.int64], rate: float = 0.02, weights: NDArray[np.float64] | None = None, seed: int = 1
) -> NeedClock:
    activity = Activity(-14, np.ones(800) if weights is None else weights, *EVEN)
    return NeedClock("acute", people(rows), activity, Draws(seed), np.full(len(rows), rate))


def told(needs: Arisen, who: NDArray[np.int64]) -> set[tuple[int, int, float]]:
    return set(zip(who[needs.person].tolist(), needs.ordinal.tolist(), needs.minute.tolist(), strict=True))


def lived(
    needs: NeedClock, who: NDArray[np.int64], days: range, step: int = 1
) -> set[tuple[int, int, float]]:
    found: set[tuple[int, int, float]] = set()
    for day in days[::step]:
        found |= told(needs.arise(day, min(step, days.stop - day)), who)
    return found


EVERYBODY = np.arange(4000)


@pytest.mark.parametrize("step", [2, 7, 28, 70])
def test_days_and_weeks_give_the_same_needs(step: int) -> None:
    days = range(-14, 56)
    daily = lived(clock(EVERYBODY), EVERYBODY, days)
    assert len(daily) == pytest.approx(4000 * 0.02 * 70, rel=0.06)
    assert lived(clock(EVERYBODY), EVERYBODY, days, step) == daily


def test_other_people_do_not_matter() -> None:
    """Removing one person in a hundred changes no need of the rest."""
    rest = EVERYBODY[EVERYBODY % 100 != 17]
    days = range(-14, 60)
    alone, together = lived(clock(rest), rest, days), lived(clock(EVERYBODY), EVERYBODY, days)
    assert alone == {need for need in together if need[0] % 100 != 17}


def test_the_number_of_needs_is_poisson() -> None:
    needs, counts = clock(np.arange(20_000), 0.05), []
    for day in range(-14, 26):
        counts.append(np.bincount(needs.arise(day).person % 400, minlength=400))
    daily = np.array(counts)
    mean = 50 * 0.05
    assert daily.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / daily.size))
    dispersion = daily.var(ddof=1) / daily.mean()
    assert dispersion == pytest.approx(1.0, abs=4 * np.sqrt(2 / daily.size))
    weekly = daily[:35].reshape(5, 7, 400).sum(axis=1)
    assert weekly.var(ddof=1) / weekly.mean() == pytest.approx(1.0, abs=4 * np.sqrt(2 / weekly.size))


def test_needs_follow_the_days_weights_and_the_hours() -> None:
    weights = np.tile([2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0], 60)
    hours = np.array([0.0, 480.0, 720.0, 1440.0])
    activity = Activity(0, weights, hours, np.array([0.0, 0.1, 0.7, 1.0]))
    rows = np.arange(20_000)
    needs = NeedClock("acute", people(rows), activity, Draws(2), np.full(len(rows), 0.02))
    arisen = needs.arise(0, 140)
    day = np.floor(arisen.minute / DAY).astype(int)
    seen = np.bincount(day % 7, minlength=7)
    assert seen[6] == 0
    assert stats.chisquare(seen[:6], weights[:6] / weights[:6].sum() * seen.sum()).pvalue > 1e-3
    shares = np.histogram(arisen.minute % DAY, hours)[0]
    assert stats.chisquare(shares, np.array([0.1, 0.6, 0.3]) * len(day)).pvalue > 1e-3
    assert (arisen.minute * 64 == np.floor(arisen.minute * 64)).all()


def test_all_at_opening() -> None:
    activity = Activity(0, np.ones(30), *EVEN)
    needs = NeedClock("acute", people(EVERYBODY), activity, Draws(2), np.full(4000, 0.1), all_at_opening=True)
    assert set((needs.arise(0, 5).minute / DAY).tolist()) == {0.0, 1.0, 2.0, 3.0, 4.0}


@settings(max_examples=40)
@given(st.floats(0.2, 5.0), st.integers(1, 40), st.integers(0, 1000))
def test_a_change_of_rate_rescales_what_remains(factor: float, day: int, seed: int) -> None:
    """Until the change nothing differs; after it the wait until the next need is divided by the factor."""
    plain, changed = clock(EVERYBODY[:300], seed=seed), clock(EVERYBODY[:300], seed=seed)
    for needs in (plain, changed):
        needs.arise(-14, day)
    rows = np.arange(0, 300, 3)
    now = day - 14
    changed.set_rate(rows, np.full(len(rows), 0.02 * factor), now)
    before, after = plain.people["due_acute"], changed.people["due_acute"]
    start = plain.activity.at_day(now)
    np.testing.assert_allclose((after[rows] - start) * factor, before[rows] - start, rtol=1e-9, atol=1e-12)
    others = np.setdiff1d(np.arange(300), rows)
    assert after[others].tolist() == before[others].tolist()


def test_a_rate_of_zero_stops_needs_and_may_come_back() -> None:
    needs = clock(EVERYBODY)
    needs.set_rate(EVERYBODY, np.zeros(4000), -14)
    assert len(needs.arise(-14, 28).person) == 0
    needs.set_rate(EVERYBODY, np.full(4000, 0.02), 14)
    assert len(needs.arise(14, 28).person) == pytest.approx(4000 * 0.02 * 28, rel=0.1)


def test_those_who_have_left_need_nothing() -> None:
    needs = clock(EVERYBODY)
    needs.people["alive"][::2] = False
    assert (needs.arise(-14, 28).person % 2 == 1).all()


def test_a_copy_goes_on() -> None:
    needs = clock(EVERYBODY)
    needs.arise(-14, 10)
    other = clock(EVERYBODY)
    other.rebind(Table.from_arrays("people", needs.people.arrays()))
    assert told(other.arise(-4, 20), EVERYBODY) == told(needs.arise(-4, 20), EVERYBODY)
