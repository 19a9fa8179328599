"""Published burnout dynamics, number by number."""

import numpy as np
import pytest

from cpts_sim.theory.burnout import JobDemandsResources, WorkerBurnout

pytestmark = pytest.mark.theory


def test_job_demands_resources_path() -> None:
    published = {
        1: (0.519337, 0.695897, 0.502273, 0.384790),
        10: (0.552422, 0.694567, 0.240216, 0.929752),
        30: (0.178669, 0.554428, 0.012710, 1.386372),
        100: (0.000180, 0.031438, 0.0, 1.749372),
    }
    path = JobDemandsResources().path(list(published))
    for state, expected in zip(path.T, published.values(), strict=True):
        assert state == pytest.approx(expected, abs=1e-5)


def test_job_demands_resources_by_euler() -> None:
    model = JobDemandsResources()
    assert model.euler(30, 0.1) == pytest.approx([0.177966, 0.554434, 0.012472, 1.387177], abs=1e-6)
    assert model.euler(30, 1.0) == pytest.approx([0.170933, 0.554131, 0.010314, 1.395326], abs=1e-6)


def test_job_demands_resources_equilibria_and_reality_checks() -> None:
    model = JobDemandsResources()
    assert np.abs(model.slope(np.array([0.0, 0.0, 0.0, 1.75]))).max() < 1e-15
    relieved = JobDemandsResources(ask=0.0, pile_up=0.0)
    thriving = relieved.path([3000.0], (0.5, 0.7, 0.5, 0.0))[:, 0]
    assert thriving == pytest.approx([1.0, 0.8, 1.0, 0.0], abs=1e-9)
    engagement, resources, energy, demands = model.path(np.arange(0, 182.51, 0.1))
    performance = engagement + energy
    assert engagement.max() == pytest.approx(0.581184, abs=1e-5) and int(engagement.argmax()) == 61
    for one, other, value in (
        (demands, energy, -0.911),
        (resources, engagement, 0.885),
        (performance, engagement, 0.982),
        (performance, energy, 0.945),
    ):
        assert np.corrcoef(one, other)[0, 1] == pytest.approx(value, abs=1e-3)


def test_worker_burnout_rests_and_answers_a_pulse() -> None:
    model = WorkerBurnout()
    assert model.path(25)[:, -1].tolist() == [32.4, 8.0]
    path = model.path(25, pulse=20)
    assert path[1].max() == pytest.approx(24.41262, abs=1e-4)
    assert path[:, 80] == pytest.approx([33.77038, 17.70356], abs=1e-4)
    assert float(model.hours(path[0, 80])) == pytest.approx(44.99089, abs=1e-4)
    assert float(model.productivity(path[1, 80])) == pytest.approx(0.89600, abs=1e-4)
    assert path[:, -1] == pytest.approx([32.4, 8.015], abs=1e-4)


def test_worker_burnout_has_a_tipping_point() -> None:
    model = WorkerBurnout()
    assert model.path(400, pulse=40)[1, -1] == pytest.approx(8.0, abs=0.01)
    assert model.path(400, pulse=120)[1, -1] > 80
