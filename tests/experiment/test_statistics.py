"""Known answers: Park-Miller data, so that no random library matters."""

import math

import numpy as np
import pytest

from cpts_sim.experiment.statistics import (
    batch_means,
    fitted_variance_of_mean,
    jackknife_interval,
    mean_interval,
    mser,
    paired_interval,
    pairing_gain,
    replications_for_difference,
    replications_for_level,
    student_cdf,
    student_quantile,
    variance_of_mean,
)  # fmt: skip


def uniforms(count, seed=12345):
    x, out = seed, []
    for _ in range(count):
        x = (16807 * x) % 2147483647
        out.append(x / 2147483647)
    return np.array(out)


DATA = 10 + 4 * (uniforms(400) - 0.5)


def test_the_data_are_the_published_ones():
    first = [0.096616529, 0.833994627, 0.947702498, 0.035878595, 0.011545853, 0.05115522, 0.765787168]
    assert np.round(uniforms(7), 9).tolist() == first


@pytest.mark.parametrize(
    ("count", "mean", "deviation", "half"),
    [
        (10, 10.010216269, 1.611074418, 1.152493211),
        (20, 9.710671995, 1.416212423, 0.662807816),
        (50, 10.085827830, 1.342593281, 0.381560789),
    ],
)
def test_mean_and_half_width(count, mean, deviation, half):
    got = mean_interval(DATA[:count])
    assert [got.mean, got.deviation, got.half] == pytest.approx([mean, deviation, half], abs=5e-10)


def test_the_jackknife_of_a_mean_is_the_interval_of_the_mean():
    got = jackknife_interval([[x] for x in DATA[:20]], lambda runs: float(np.mean(runs)))
    known = mean_interval(DATA[:20])
    assert [got.mean, got.half, got.deviation] == pytest.approx([known.mean, known.half, known.deviation])


@pytest.mark.parametrize(
    ("freedom", "value"),
    [(2, 4.302653), (4, 2.776445), (9, 2.262157), (19, 2.093024), (29, 2.045230), (99, 1.984217)],
)
def test_student_quantiles(freedom, value):
    assert student_quantile(0.975, freedom) == pytest.approx(value, abs=5e-7)


def test_student_against_scipy():
    from scipy.stats import t

    for freedom in (1, 2, 3, 4, 7, 30, 199):
        for probability in (0.6, 0.9, 0.975, 0.999):
            assert student_quantile(probability, freedom) == pytest.approx(
                t.ppf(probability, freedom), rel=1e-9
            )
        assert student_cdf(-1.3, freedom) == pytest.approx(t.cdf(-1.3, freedom), rel=1e-9)


@pytest.mark.parametrize(("precision", "count"), [(0.10, 12), (0.05, 32), (0.025, 93)])
def test_replications_stop_where_hoad_robinson_davies_stop(precision, count):
    assert replications_for_level(DATA, precision) == count


def test_replications_never_stop_on_too_little_data():
    assert replications_for_level(DATA[:13], 0.10) is None
    assert replications_for_level(DATA[:17], 0.10) == 12


def test_a_true_zero_difference_stops_on_an_absolute_half_width():
    gaps = uniforms(400, 77) - 0.5
    assert replications_for_level(gaps, 0.05) is None
    count = replications_for_difference(gaps, 0.1)
    assert count is not None
    assert all(mean_interval(gaps[:n]).half <= 0.1 for n in range(count, count + 6))
    assert mean_interval(gaps[: count - 1]).half > 0.1
    assert replications_for_difference(np.zeros(20), 0.1) == 3


def test_mser_5_finds_a_step():
    series = np.where(np.arange(1000) < 137, 8.0, 2.0) + uniforms(1000, 4242) - 0.5
    cut, mean = mser(series)
    assert cut == 140
    assert mean == pytest.approx(2.00321869, abs=5e-9)
    assert series.mean() == pytest.approx(2.8292, abs=5e-5)


@pytest.mark.parametrize(
    ("phi", "count", "variance"), [(0.5, 100, 0.039466667), (0.9, 1000, 0.099052632), (0.9, 100, 0.905265674)]
)
def test_variance_of_the_mean_of_an_autoregression(phi, count, variance):
    assert variance_of_mean(phi, count) == pytest.approx(variance, abs=5e-10)


def autoregression(phi, count, seed):
    u = uniforms(2 * count, seed)
    noise = np.sqrt(-2 * np.log(u[::2])) * np.cos(2 * math.pi * u[1::2])
    out = np.empty(count)
    last = noise[0] / math.sqrt(1 - phi * phi)
    for i in range(count):
        last = phi * last + noise[i] if i else last
        out[i] = last
    return out


def test_batch_means_and_a_fitted_autoregression_are_near_the_truth_and_the_naive_formula_is_not():
    truth = variance_of_mean(0.9, 1000)
    series = [autoregression(0.9, 1000, 100 + k) for k in range(40)]
    batch = np.mean([(batch_means(s, 10)[0].deviation ** 2) / 10 for s in series])
    fitted = np.mean([fitted_variance_of_mean(s) for s in series])
    naive = np.mean([s.var(ddof=1) / len(s) for s in series])
    assert 0.6 * truth < batch < 1.3 * truth
    assert 0.6 * truth < fitted < 1.3 * truth
    assert naive < 0.1 * truth


def lindley(rate, speed, count, seed):
    u = uniforms(2 * count, seed)
    service, gap = -np.log(u[0::2]) / speed, -np.log(u[1::2]) / rate
    wait, total = 0.0, 0.0
    for i in range(count):
        total += wait
        wait = max(wait + service[i] - gap[i], 0.0)
    return total / count


def test_sharing_seeds_narrows_the_interval():
    slow = [lindley(0.9, 1.0, 2000, 1000 + r) for r in range(30)]
    fast = [lindley(0.9, 1.1, 2000, 1000 + r) for r in range(30)]
    other = [lindley(0.9, 1.1, 2000, 5000 + r) for r in range(30)]
    assert paired_interval(fast, slow).deviation == pytest.approx(1.559976, abs=5e-7)
    assert paired_interval(other, slow).deviation == pytest.approx(2.638044, abs=5e-7)
    ratio = (paired_interval(other, slow).deviation / paired_interval(fast, slow).deviation) ** 2
    assert ratio == pytest.approx(2.86, abs=5e-3)
    assert pairing_gain(fast, slow) > 2


def test_equal_arms_have_an_infinite_gain_and_a_zero_interval():
    assert pairing_gain([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == math.inf
    assert pairing_gain([0.1, 0.7], [0.1 + 1e-16, 0.7 + 2e-16]) == math.inf  # two pairs and the last digit
    got = paired_interval([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (got.mean, got.half) == (0.0, 0.0)


def test_missing_values_are_left_out_and_one_value_has_no_interval():
    got = paired_interval([1.0, math.nan, 3.0], [2.0, 5.0, 5.0])
    assert got.count == 2
    assert got.mean == 1.5
    assert mean_interval([4.0]).half == math.inf
    assert math.isnan(mean_interval([]).mean)


def test_a_start_with_two_speeds_deceives_mser_and_a_longer_run_shows_it():
    """MSER-5 forgets the quick part of a start; the slow part stays in the mean, so starts are also compared."""
    rank, noise = np.arange(1000), uniforms(1000, 4242) - 0.5
    quick, slow = 5 * np.exp(-rank / 10), np.exp(-rank / 800)
    cut, mean = mser(quick + 3 + noise)
    assert cut == 70
    assert mean == pytest.approx(3.0, abs=0.02)
    short, long = (mser((quick + slow + 3 + noise)[:size]) for size in (500, 1000))
    error = 3.5 * math.sqrt(fitted_variance_of_mean(noise))
    assert short[1] - 3.0 > 0.5 > error  # far from the truth, and not by chance
    assert short[1] - long[1] > error  # doubling the run moves the mean: the sign that the start is not forgotten


def test_the_pairs_that_a_difference_needs_do_not_depend_on_those_at_hand() -> None:
    chance = np.random.default_rng(3)
    for _ in range(5):
        base, gaps = chance.normal(1.0, 0.25, 90), chance.normal(0.0, 0.18, 90)
        bound = 0.05 * np.abs(np.cumsum(base) / np.arange(1, 91))
        found = [replications_for_difference(gaps[:n], bound[:n]) for n in range(3, 91)]
        first = next((count for count in found if count is not None), None)
        assert {count for count in found if count is not None} == ({first} if first else set())
        assert first is not None
