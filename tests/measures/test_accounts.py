"""The seven accounts close: they sum to the change in needs met, to the last bit that floats allow."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.engine.events import Origin
from cpts_sim.measures import Horizon, over
from cpts_sim.measures.accounts import (
    _BUCKETS,
    ACCOUNTS,
    LINES,
    by_account,
    decompose,
    needs_met,
    shapley,
)  # fmt: skip

from . import fake

COUNTS = [f"{b}.{o.name.lower()}" for b in _BUCKETS for o in Origin] + [
    "weeks_open",
    "laid_min",
    "given_min",
    "needs",
]
counts = st.fixed_dictionaries({name: st.integers(0, 10**6).map(float) for name in COUNTS})


@given(counts, counts)
def test_the_accounts_sum_to_the_change_whatever_the_counts(without, with_):
    lines = decompose(without, with_)
    change = needs_met(with_) - needs_met(without) - (with_["needs"] - without["needs"])
    assert set(lines) == set(LINES)
    assert math.fsum(by_account(lines).values()) == pytest.approx(change, abs=1e-9 * 1e7)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=4))
def test_shapley_shares_close_and_an_unchanged_factor_gets_nothing(factors):
    before, after = [f[0] for f in factors], [f[1] for f in factors]
    shares = shapley(before, after)
    assert math.fsum(shares) == pytest.approx(math.prod(after) - math.prod(before), abs=1e-6)
    for b, a, share in zip(before, after, shares, strict=True):
        assert a != b or share == 0


def arm(better: float, need: int = 400) -> dict[str, float]:
    rows = over(fake.journal(better=better, need=need), fake.tables(), Horizon(112), ["accounts"])
    return {r.group: r.value for r in rows if r.indicator == "account.base"}


def test_two_arms_close_to_1e_9_per_1000():
    without, with_ = arm(0.0), arm(0.05)
    lines = decompose(without, with_)
    change = needs_met(with_) - needs_met(without) - (with_["needs"] - without["needs"])
    assert change != 0
    assert abs(math.fsum(lines.values()) - change) * without["per_1000"] < 1e-9
    assert lines["regular_other"] == pytest.approx(0, abs=1e-9)
    assert set(by_account(lines)) == set(ACCOUNTS)


def test_equal_arms_have_seven_zeros():
    assert set(by_account(decompose(arm(0.0), arm(0.0))).values()) == {0.0}


def test_one_more_gp_is_booked_under_professionals():
    without = dict.fromkeys(COUNTS, 0.0) | {
        "weeks_open": 100, "laid_min": 4000, "given_min": 3800, "regular.exogenous": 9000, "needs": 10000,
    }  # fmt: skip
    with_ = without | {"weeks_open": 110, "laid_min": 4400, "given_min": 4180, "regular.exogenous": 9900}
    accounts = by_account(decompose(without, with_))
    assert accounts["professionals"] == pytest.approx(900)
    assert all(v == pytest.approx(0, abs=1e-9) for name, v in accounts.items() if name != "professionals")


def test_filling_idle_time_is_matching_and_pharmacists_are_shifting():
    without = dict.fromkeys(COUNTS, 0.0) | {
        "weeks_open": 100, "laid_min": 4000, "given_min": 3800, "regular.exogenous": 9500, "needs": 10000,
    }  # fmt: skip
    with_ = without | {"given_min": 3900, "regular.exogenous": 9750, "shifted.exogenous": 100}
    accounts = by_account(decompose(without, with_))
    assert accounts["matching"] == pytest.approx(250)
    assert accounts["shifting"] == 100


def test_slots_closed_and_half_days_cut_are_hours_open():
    without = dict.fromkeys(COUNTS, 0.0) | {
        "weeks_open": 100, "laid_min": 200_000, "given_min": 180_000, "regular.exogenous": 9000, "needs": 10000,
    }  # fmt: skip
    with_ = without | {"laid_min": 190_000, "given_min": 171_000, "regular.exogenous": 8550}
    lines = decompose(without, with_)
    assert lines["hours_open"] == pytest.approx(-450)
    assert by_account(lines)["professionals"] == pytest.approx(-450)
    assert by_account(lines)["matching"] == pytest.approx(0, abs=1e-9)


def test_longer_consultations_are_fewer_acts():
    without = dict.fromkeys(COUNTS, 0.0) | {
        "weeks_open": 100, "laid_min": 200_000, "given_min": 180_000, "regular.exogenous": 10_000, "needs": 12000,
    }  # fmt: skip
    with_ = without | {"regular.exogenous": 9_000}
    accounts = by_account(decompose(without, with_))
    assert accounts["acts_per_patient"] == pytest.approx(-1000)
    assert sum(abs(v) for name, v in accounts.items() if name != "acts_per_patient") == pytest.approx(0, abs=1e-9)


def test_induced_visits_lower_what_regular_sessions_leave():
    without = dict.fromkeys(COUNTS, 0.0) | {
        "weeks_open": 100, "laid_min": 4000, "given_min": 4000, "regular.exogenous": 9500, "needs": 10000,
    }  # fmt: skip
    with_ = without | {"regular.exogenous": 9300, "regular.induced": 200}
    assert by_account(decompose(without, with_))["lower_need"] == -200
