import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cpts_sim.territory.apl import (
    drees_decay,
    enhanced_two_step,
    estimated_apl,
    gaussian_decay,
    gravity_decay,
    standard_population,
    step_decay,
    three_step,
    two_step,
)
from cpts_sim.territory.assemble import national_ages

PEOPLE, DOCTORS = [100, 50, 10], [15, 20, 100]
HOSPITAL = {  # minutes between three places, and the published access (PySAL `access`, hospital example)
    "all 40": ([[1, 80, 40], [80, 1, 40], [40, 40, 1]], [0.33144412, 0.57982813, 7.28641817]),
    "inbound 20": ([[1, 80, 20], [80, 1, 20], [40, 40, 1]], [0.43534022, 0.68372424, 5.72797661]),
    "outbound 20": ([[1, 80, 40], [80, 1, 40], [20, 20, 1]], [0.33107191, 0.57785779, 7.29999194]),
    "both 20": ([[1, 40, 20], [40, 1, 20], [20, 20, 1]], [0.4425684, 0.66675828, 5.74052465]),
}


@pytest.mark.parametrize("case", HOSPITAL)
def test_two_step_accessibility_of_the_hospital_example(case):
    minutes, expected = HOSPITAL[case]
    access = enhanced_two_step(PEOPLE, DOCTORS, np.array(minutes, dtype=float), gravity_decay(1.0, 61.0))
    np.testing.assert_allclose(access, expected, rtol=0, atol=1e-7)
    assert np.dot(PEOPLE, access) == pytest.approx(135.0, abs=1e-9)


@given(
    arrays(float, 6, elements=st.integers(0, 10_000)),
    arrays(float, 4, elements=st.integers(0, 50)),
    arrays(float, (6, 4), elements=st.sampled_from([0.0, 0.1, 0.3, 1.0])),
)
def test_access_adds_up_to_the_supply_that_somebody_can_reach(people, supply, weights):
    access = two_step(people, supply, weights)
    reachable = (people[:, None] * weights).sum(axis=0) > 0
    assert np.dot(people, access) == pytest.approx(supply[reachable].sum(), rel=1e-9)


def test_step_decay_includes_its_upper_edges(p):
    decay = drees_decay(p)
    np.testing.assert_array_equal(
        decay(np.array([0, 10, 10.1, 15, 15.1, 20, 20.1, 90])), [1, 1, 0.3, 0.3, 0.1, 0.1, 0, 0]
    )


def test_smooth_steps_are_their_mean_over_a_window():
    smooth = step_decay([10, 15, 20], [1, 0.3, 0.1], 4.0)
    sharp = step_decay([10, 15, 20], [1, 0.3, 0.1])
    for t in (0.0, 8.0, 12.5, 19.0, 30.0):
        window = sharp(np.linspace(t - 4, t + 4, 80_001)).mean()
        assert smooth(np.array([t]))[0] == pytest.approx(window, abs=2e-4)


def test_three_step_gives_the_same_total_and_less_to_the_crowded():
    minutes = np.array([[5.0, 15.0], [15.0, 5.0]])
    decay = gaussian_decay(10.0)
    access = three_step([100, 300], [10, 10], minutes, decay)
    assert np.dot([100, 300], access) == pytest.approx(20.0)
    assert access[0] > access[1]


def test_national_population_is_its_own_standard(p):
    nation = national_ages(p)[None]
    assert standard_population(nation, p)[0] == pytest.approx(nation.sum())
    old = np.zeros_like(nation)
    old[0, :, 16] = 1.0
    assert standard_population(old, p)[0] / 2.0 == pytest.approx(6.0 / 3.5, rel=0.1)


def test_estimated_apl_is_bounded_by_what_people_consume(p):
    apart = np.array([[3.0, 90.0], [90.0, 3.0]])
    apl = estimated_apl([1000.0, 1000.0], [0.77, 50.0], apart, p)
    assert apl[0] == pytest.approx(3.85, rel=0.01)
    assert apl[1] <= p["territory.apl_most"]
