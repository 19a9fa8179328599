"""Every analysis on a model whose answer is known, before it is shown a territory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from cpts_sim.experiment.analysis import curves, discovery, factorial, information, ranking
from cpts_sim.experiment.sweep.fractional import aliases, fractional, full, resolution_of
from cpts_sim.experiment.sweep.settings import Design

A, B = 7.0, 0.1


def ishigami(cube):
    """Ishigami & Homma 1990 on [−π, π]³, from the unit cube."""
    x = math.pi * (2 * cube - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """First-order and total indices, in closed form (Saltelli et al. 2008)."""
    one = 0.5 * (1 + B * math.pi**4 / 5) ** 2
    two = A**2 / 8
    both = B**2 * math.pi**8 * 8 / 225
    whole = one + two + both
    return [one / whole, two / whole, 0.0], [(one + both) / whole, two / whole, both / whole]


@pytest.fixture(scope="module")
def sensitivity():
    pytest.importorskip("SALib")
    from cpts_sim.experiment.analysis import sensitivity as room

    return room


def test_sobol_finds_the_indices_of_ishigami(sensitivity):
    from cpts_sim.experiment.sweep.design import unit_rows

    cube = unit_rows(Design(kind="sobol", size=1024), 3)
    assert cube.shape == (1024 * 5, 3)
    noise = 0.3 * np.random.default_rng(3).standard_normal((len(cube), 2))
    first, total = sensitivity.sobol(ishigami(cube)[:, None] + noise, 3)
    for found, exact in ((first, ishigami_indices()[0]), (total, ishigami_indices()[1])):
        for index, truth in zip(found, exact, strict=True):
            assert abs(index.value - truth) < max(0.03, 1.5 * index.half)
            assert 0 < index.half < 0.2
    assert sensitivity.ranked(total) == [1, 2, 3]
    assert sensitivity.ranked(first)[2] is None, "an index that is zero is not ranked"


def test_sobol_leaves_out_blocks_with_a_missing_run(sensitivity):
    from cpts_sim.experiment.sweep.design import unit_rows

    cube = unit_rows(Design(kind="sobol", size=256), 3)
    values = ishigami(cube)[:, None]
    values[7] = np.nan
    _, total = sensitivity.sobol(values, 3)
    assert total[0].value == pytest.approx(ishigami_indices()[1][0], abs=0.15)


def test_morris_screens_ishigami(sensitivity):
    from cpts_sim.experiment.sweep.design import unit_rows

    design = Design(kind="morris", trajectories=40, levels=8)
    cube = unit_rows(design, 4)
    assert cube.shape == (40 * 5, 4)
    found = sensitivity.morris(cube, ishigami(cube[:, :3])[:, None], 8)
    assert found[3].mu_star.value == 0, "a factor without effect"
    assert all(found[i].mu_star.value > 3 for i in range(3))
    assert found[2].sigma > found[2].mu_star.half, "it acts only through another"
    linear = sensitivity.morris(cube, (cube @ np.array([3.0, 0.0, -2.0, 0.0]))[:, None], 8)
    assert [s.mu for s in linear] == pytest.approx([3, 0, -2, 0], abs=1e-9)
    assert linear[0].sigma == pytest.approx(0, abs=1e-9)
    assert sensitivity.ranked([s.mu_star for s in linear])[:3:2] == [1, 2]


def test_luck_is_an_index_of_its_own(sensitivity):
    """Parameters, seeds and what is left with variances 4, 1 and 3: luck makes one half."""
    generator = np.random.default_rng(11)
    values = 2 * generator.standard_normal((300, 1)) + math.sqrt(3) * generator.standard_normal((300, 60))
    values = values + generator.standard_normal((1, 60))
    got = sensitivity.noise_share(values)
    assert got.value == pytest.approx(0.5, abs=0.06)
    assert 0 < got.half < 0.12
    assert sensitivity.noise_share(np.tile(values[:, :1], (1, 4))).value == pytest.approx(0, abs=1e-9)


def test_the_emulator_tells_its_error_and_gives_the_indices(sensitivity):
    from cpts_sim.experiment.sweep.design import unit_rows

    cube = unit_rows(Design(kind="latin_hypercube", size=160, seed=2), 3)
    values = ishigami(cube)[:, None]
    first, total, emulator = sensitivity.sobol_by_emulator(cube, values)
    fresh = np.random.default_rng(5).random((2000, 3))
    error = float(np.sqrt(((emulator.predict(fresh) - ishigami(fresh)) ** 2).mean()))
    assert emulator.error == pytest.approx(error, rel=0.6), "the error printed is the error made"
    assert emulator.explained > 0.9
    for found, exact in ((first, ishigami_indices()[0]), (total, ishigami_indices()[1])):
        for index, truth in zip(found, exact, strict=True):
            assert abs(index.value - truth) < max(0.08, 1.5 * index.half)


def test_an_emulator_of_pure_luck_explains_nothing(sensitivity):
    from cpts_sim.experiment.sweep.design import unit_rows

    cube = unit_rows(Design(kind="latin_hypercube", size=60), 2)
    values = np.random.default_rng(1).standard_normal((60, 4))
    emulator = sensitivity.sobol_by_emulator(cube, values)[2]
    assert emulator.explained < 0.25
    assert sensitivity.noise_share(values).value > 0.9


# ---------------------------------------------------------------------------------------------- missions on and off
def planted(cells, seeds=12):
    """Two mission effects, a planted interaction of the first two, a mission without effect, seeds' luck."""
    luck = 0.2 * np.random.default_rng(7).standard_normal((1, seeds))
    own = 0.05 * np.random.default_rng(8).standard_normal((len(cells), seeds))
    x = cells.astype(float)
    return (1.0 * x[:, 0] - 0.5 * x[:, 1] + 2.0 * x[:, 0] * x[:, 1])[:, None] + luck + own


def test_attribution_sums_to_the_total_in_every_case_and_splits_the_interaction():
    cells = full(3)
    values = planted(cells)
    shares = factorial.shapley(cells, values)
    total = (values[-1] - values[0]).mean()
    assert sum(share.share.mean for share in shares) == pytest.approx(total, abs=1e-12)
    for share, truth in zip(shares, (2.0, 0.5, 0.0), strict=True):
        assert abs(share.share.mean - truth) < 2 * share.share.half + 0.02
    assert shares[0].alone.mean == pytest.approx(1.0, abs=0.1)
    assert shares[0].last.mean == pytest.approx(3.0, abs=0.1)
    with pytest.raises(ValueError, match="combination"):
        factorial.shapley(cells[:-1], values[:-1])


def test_the_planted_interaction_comes_back_and_no_other():
    cells = full(3)
    found = {e.factors: e.change for e in factorial.interactions(cells, planted(cells))}
    assert found[0, 1].mean == pytest.approx(2.0, abs=0.1)
    assert found[0, 1].low > 0
    for pair in ((0, 2), (1, 2)):
        assert abs(found[pair].mean) < 0.1
    main = {e.factors[0]: e.change.mean for e in factorial.main_effects(cells, planted(cells))}
    assert main == pytest.approx({0: 2.0, 1: 0.5, 2: 0.0}, abs=0.1)


@pytest.mark.parametrize(
    ("count", "resolution", "runs"), [(4, 4, 8), (5, 5, 16), (5, 3, 8), (6, 4, 16), (7, 3, 8), (7, 4, 16), (8, 4, 16)]
)
def test_a_fraction_has_the_size_and_resolution_of_the_tables(count, resolution, runs):
    """Sizes of Box, Hunter & Hunter's table of two-level fractions."""
    cells, words = fractional(count, resolution)
    assert cells.shape == (runs, count)
    assert resolution_of(words) >= resolution
    signs = 1 - 2.0 * cells
    assert np.allclose(signs.T @ signs, runs * np.eye(count)), "main effects are orthogonal"
    for word in words:
        product = signs[:, sorted(word)].prod(axis=1)
        assert np.ptp(product) == 0, "a word of the relation is constant"


def test_a_fraction_says_what_it_confounds():
    _, words = fractional(4, 4)
    assert aliases(words, frozenset({0})) == []
    assert aliases(words, frozenset({0, 1})) == [frozenset({2, 3})]


# ---------------------------------------------------------------------------------------------- boxes, curves
def test_discovery_recovers_a_planted_box():
    generator = np.random.default_rng(4)
    x = generator.random((600, 5))
    inside = (x[:, 1] > 0.6) & (x[:, 3] < 0.5)
    case = inside & (generator.random(600) < 0.95)
    box = discovery.discover(x, case)
    limits = {limit.factor: limit for limit in box.limits}
    assert set(limits) == {1, 3}, "only the planted limits are kept"
    assert limits[1].low == pytest.approx(0.6, abs=0.05) and limits[1].high == np.inf
    assert limits[3].high == pytest.approx(0.5, abs=0.05) and limits[3].low == -np.inf
    assert box.coverage > 0.9 and box.density > 0.85
    assert box.base == pytest.approx(case.mean())


def test_no_box_where_there_is_none():
    generator = np.random.default_rng(9)
    x = generator.random((300, 4))
    box = discovery.discover(x, generator.random(300) < 0.4)
    assert box is None or not box.limits or box.coverage < 0.5
    assert discovery.discover(x, np.zeros(300, bool)) is None
    assert discovery.discover(x, np.ones(300, bool)) is None


def test_the_tipping_point_of_a_straight_line():
    at = np.repeat(np.linspace(0, 10, 6), 2)
    luck = np.random.default_rng(2).standard_normal((len(at), 30))
    got = curves.curve(at, (at - 4)[:, None] + luck)
    tip, low, high = got.tipping
    assert tip == pytest.approx(4, abs=0.4) and low < 4 < high and got.found > 0.99
    assert high - low < 1.0
    flat = curves.curve(at, 5 + luck)
    assert flat.tipping is None and flat.found == 0


# ---------------------------------------------------------------------------------------------- ranks, information
def test_ranks_are_probabilities_and_tie_when_nothing_differs():
    same = ranking.ranks([np.full(10, 1.5)] * 4)
    assert all(rank.probabilities == pytest.approx([0.25] * 4) for rank in same)
    assert all(len(rank.tied) == 3 and rank.rank == 2.5 for rank in same)
    generator = np.random.default_rng(6)
    noisy = ranking.ranks([generator.standard_normal(200) for _ in range(3)])
    assert all(0.02 < rank.first < 0.9 for rank in noisy)


def test_ranks_follow_clear_differences_in_the_better_direction():
    generator = np.random.default_rng(6)
    values = [level + 0.1 * generator.standard_normal(20) for level in (3.0, 1.0, 2.0)]
    up, down = ranking.ranks(values), ranking.ranks(values, "lower")
    assert [round(r.rank) for r in up] == [1, 3, 2]
    assert [round(r.rank) for r in down] == [3, 1, 2]
    assert up[0].first > 0.999 and up[0].tied == ()
    for rank in up:
        assert sum(rank.probabilities) == pytest.approx(1)


def unit_loss(mean, spread):
    """Value of perfect information of a normal gain: spread × (φ(u) − u (1 − Φ(u))), u = |mean|/spread."""
    u = abs(mean) / spread
    return spread * (norm.pdf(u) - u * norm.sf(u))


@pytest.mark.parametrize("mean", [0.0, 0.7, -1.5])
def test_value_of_information_is_the_closed_form_of_two_normal_decisions(mean):
    from scipy.stats import qmc

    cube = qmc.Sobol(2, rng=np.random.default_rng(1)).random(4096)
    z = norm.ppf(cube)
    gain = mean + 2.0 * z[:, 0] + 1.0 * z[:, 1]
    assert information.perfect(gain) == pytest.approx(unit_loss(mean, math.sqrt(5)), rel=0.02)
    assert information.partial(z[:, 0], gain) == pytest.approx(unit_loss(mean, 2.0), rel=0.04)
    assert information.partial(z[:, 1], gain) == pytest.approx(unit_loss(mean, 1.0), rel=0.06, abs=2e-3)
    got = information.worth(gain[:512])
    assert got.low <= unit_loss(mean, math.sqrt(5)) <= got.high


def test_luck_is_taken_out_of_the_value_of_information():
    generator = np.random.default_rng(12)
    gain = generator.standard_normal((4000, 1)) + 2.0 * generator.standard_normal((4000, 5))
    from cpts_sim.experiment.analysis.sensitivity import noise_of_mean

    raw = gain.mean(axis=1)
    clean = information.without_luck(raw, noise_of_mean(gain))
    assert information.perfect(raw) > 1.2 * unit_loss(0, 1)
    assert information.perfect(clean) == pytest.approx(unit_loss(0, 1), rel=0.08)
    assert information.perfect(np.full(10, 3.0)) == 0
