"""Costs: lines make their payer's total, payers are never added, and no ratio stands on an effect that may be none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.costs import ITEMS, PERSPECTIVES, TOTAL, Costs, discounts, verdict
from cpts_sim.experiment.readings import Reading
from cpts_sim.experiment.statistics import student_quantile
from cpts_sim.experiment.values import Place, Values
from cpts_sim.experiment.worth import RATIO_SURE, _of_the_draws, fieller, probability_positive, worth

PAIRS = 6
ARMS = ("without", "with")


def values(volumes: dict[str, float], years: int = 2, change: float = 0.0) -> Values:
    """Volumes a year by item (other items zero), the same in all pairs; ``change`` is added in the second arm."""
    out = Values(ARMS, tuple(range(1, PAIRS + 1)), {arm: {} for arm in ARMS})
    for arm in ARMS:
        for item in ITEMS:
            for year in range(years):
                amount = volumes.get(item.volume, 0.0) + change * (arm == "with")
                out.put(arm, Place(item.indicator, f"year{year}", item.volume), [amount] * PAIRS)
    return out


def costs(*args, **more) -> Costs:
    return Costs(values(*args, **more), load_parameters(2019))


volume = st.floats(0, 1e5)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from([item.volume for item in ITEMS]), volume), st.integers(1, 7), volume)
def test_lines_make_the_total_of_their_payer_in_levels_and_differences(volumes, years, change):
    got = costs(volumes, years, change)
    lines = list(got.lines("with"))
    for perspective in PERSPECTIVES:
        mine = [line for line in lines if line.perspective == perspective]
        parts, total = mine[:-1], mine[-1]
        assert total.name == TOTAL
        for read in (lambda x: x.without.mean, lambda x: x.with_.mean, lambda x: x.difference.mean):
            assert math.fsum(map(read, parts)) == pytest.approx(read(total), rel=1e-9, abs=1e-6)
        assert total.at_prices[0] <= total.difference.mean + 1e-6 <= total.at_prices[1] + 2e-6


def test_payers_are_never_added_together():
    totals = [line for line in costs({"contract": 9.0}).lines("with") if line.name == TOTAL]
    assert [line.perspective for line in totals] == list(PERSPECTIVES)
    assert len({item.name for item in ITEMS}) == len(ITEMS)
    with pytest.raises(UsageError, match="public, professionals, patients"):
        costs({}).total("with", "everybody")


@given(st.one_of(st.just(0.0), st.floats(1e-4, 0.1)), st.integers(1, 30))
def test_discounting_is_the_sum_of_a_geometric_series(rate, years):
    weights = discounts(rate, years)
    assert weights[0] == 1.0
    assert (np.diff(weights) <= 0).all()
    factor = 1 / (1 + rate)
    exact = years if rate == 0 else (1 - factor**years) / (1 - factor)
    assert weights.sum() == pytest.approx(exact, rel=1e-6)


def test_a_hundred_euros_a_year_for_five_years_by_hand():
    got = costs({"contract": 100.0}, years=5)
    item = next(item for item in ITEMS if item.name == "contract")
    by_hand = 100 + 100 / 1.025 + 100 / 1.025**2 + 100 / 1.025**3 + 100 / 1.025**4
    assert got.euros("with", item) == pytest.approx([by_hand] * PAIRS)


def test_years_beyond_those_of_a_contract_do_not_count():
    item = next(item for item in ITEMS if item.name == "contract")
    five, eight = (costs({"contract": 100.0}, years=years) for years in (5, 8))
    assert (five.years, eight.years) == (5, 5)
    assert five.euros("with", item) == pytest.approx(eight.euros("with", item))


def test_no_difference_is_zero_for_every_payer_at_any_price():
    for line in costs({item.volume: 3.0 for item in ITEMS}).lines("with"):
        assert (line.difference.mean, line.difference.half, line.at_prices) == (0.0, 0.0, (0.0, 0.0))
        assert line.reading is Reading.EQUAL


def test_a_consultation_costs_its_fee_times_the_insurance_share():
    parameters = load_parameters(2019)
    item = next(item for item in ITEMS if item.name == "gp_consultation")
    assert costs({}).price(item)[0] == pytest.approx(25.0 * parameters["tariff.share_town"])
    later = Costs(values({}), load_parameters(2024))
    assert later.price(item)[0] == pytest.approx(30.0 * parameters["tariff.share_town"])


def test_every_price_is_known_and_lies_in_its_range():
    got = costs({})
    for item in ITEMS:
        price, low, high = got.price(item)
        assert 0 <= low <= price <= high and price > 0, item.name


def _judged(effects: list[float], euros: list[float]) -> tuple[Costs, Values]:
    made = values({"ed_visit": 1000.0}, years=1)
    gap = np.asarray(effects)
    made.put("with", Place("resource.count", "year0", "ed_visit"), list(1000.0 - gap))
    made.put("with", Place("resource.euros", "year0", "contract"), euros)
    return Costs(made, load_parameters(2019)), made


def test_no_ratio_while_the_effect_may_be_none():
    got, _ = _judged([5.0, -4.0, 2.0, -3.0, 1.0, 0.5], [1000.0] * PAIRS)
    found = worth(got, "with", "ed_visits_avoided")
    assert found.probability < RATIO_SURE
    assert math.isnan(found.ratio) and math.isnan(found.ratio_low)
    assert found.break_even(200.0) * 200.0 == pytest.approx(np.mean(found.euros))


def test_a_sure_effect_has_a_ratio_inside_its_interval_and_half_chance_there():
    got, _ = _judged([10.0, 11.0, 9.5, 10.2, 9.9, 10.4], [5000.0, 5100.0, 4900.0, 5010.0, 4950.0, 5060.0])
    found = worth(got, "with", "ed_visits_avoided")
    assert found.probability > 0.999
    assert found.ratio_low < found.ratio < found.ratio_high
    assert found.ratio == pytest.approx(found.cost.mean / found.effect.mean)
    assert found.worth_at(found.ratio)[0] == pytest.approx(0.5, abs=1e-9)
    assert np.diff(found.worth_at(np.linspace(0, 3000, 50))).min() >= -1e-12


def test_no_effect_at_no_cost_is_even_odds():
    got, _ = _judged([0.0] * PAIRS, [0.0] * PAIRS)
    found = worth(got, "with", "ed_visits_avoided")
    assert found.probability == 0.5
    assert math.isnan(found.ratio)
    assert found.break_even(100.0) == 0.0


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(4, 30))
def test_fieller_ends_are_where_a_test_of_the_ratio_just_rejects(seed, count):
    draw = np.random.default_rng(seed)
    below = 10 + draw.normal(size=count)
    above = 30 + 2 * draw.normal(size=count) + below
    low, high = fieller(above, below)
    limit = student_quantile(0.975, count - 1)
    for end in (low, high):
        gap = above - end * below
        assert abs(gap.mean()) / (gap.std(ddof=1) / math.sqrt(count)) == pytest.approx(limit, rel=1e-6)
    assert low < above.mean() / below.mean() < high


def test_fieller_has_no_ends_where_the_denominator_may_be_zero():
    assert all(math.isnan(end) for end in fieller([1.0, 2.0, 3.0], [-1.0, 0.1, 1.0]))


def test_probability_of_a_positive_mean_is_that_of_student():
    data = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    shift = data.mean() - student_quantile(0.975, 4) * data.std(ddof=1) / math.sqrt(5)
    assert probability_positive(data - shift) == pytest.approx(0.975, abs=1e-9)
    assert math.isnan(probability_positive([1.0]))
    assert probability_positive([2.0, 2.0]) == 1.0


class _Told:
    def __init__(self, reading):
        self.reading = reading


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([Reading.EQUAL, Reading.TOO_SMALL], "none"),
        ([Reading.TOO_SMALL, Reading.UNDETERMINED], "undetermined"),
        ([Reading.TOO_SMALL, Reading.WORSE], "found"),
        ([Reading.TOO_FEW], "undetermined"),
        ([], "undetermined"),
    ],
)
def test_what_the_effects_amount_to(readings, expected):
    assert verdict([_Told(reading) for reading in readings]) == expected


def test_no_ratio_where_the_mean_of_the_draws_does_not_leave_zero() -> None:
    """Draws pulled towards a small mean may all lie above zero; Student's law on their means still says no."""
    draws = [rank // 2 for rank in range(24)]
    effects = np.array([4.0, -3.0] * 6 + [5.0, -2.0] * 6) + np.repeat(np.linspace(-20.0, 26.0, 12), 2)
    told = _of_the_draws(effects, draws)
    means = effects.reshape(12, 2).mean(axis=1)
    assert told == pytest.approx(probability_positive(means)) and told < RATIO_SURE
    assert _of_the_draws(effects, None) == 1.0


@pytest.mark.parametrize("years", [1, 5, 7])
def test_a_ratio_counts_effects_and_euros_over_the_same_years_with_the_same_weights(years: int) -> None:
    """Ten visits fewer and a thousand euros more each year are a hundred euros a visit, however long the run."""
    made = values({"ed_visit": 1000.0}, years)
    for year in range(years):
        made.put("with", Place("resource.count", f"year{year}", "ed_visit"), [990.0] * PAIRS)
        saved = 10.0 * load_parameters(2019)["tariff.ed_visit"] * load_parameters(2019)["tariff.share_hospital"]
        made.put("with", Place("resource.euros", f"year{year}", "contract"), [1000.0 + saved] * PAIRS)
    found = worth(Costs(made, load_parameters(2019)), "with", "ed_visits_avoided")
    assert found.effect.mean == pytest.approx(10.0 * years)
    assert found.cost.mean == pytest.approx(1000.0 * years)
    assert found.ratio == pytest.approx(100.0)
    assert found.break_even(100.0) == pytest.approx(found.effect.mean)


def test_needs_and_euros_of_a_long_run_are_both_those_of_all_its_years() -> None:
    made = values({"contract": 0.0}, years=7)
    for arm, share in zip(ARMS, (0.5, 0.6), strict=True):
        made.put(arm, Place("access.in_time"), [share] * PAIRS)
        made.put(arm, Place("account.base", "count", "needs"), [7000.0] * PAIRS)
    for year in range(7):
        made.put("with", Place("resource.euros", f"year{year}", "contract"), [100.0] * PAIRS)
    found = worth(Costs(made, load_parameters(2019)), "with", "needs_in_time")
    assert (found.effect.mean, found.cost.mean) == (pytest.approx(700.0), pytest.approx(700.0))
    assert found.ratio == pytest.approx(1.0)
