"""History matching on toys whose answer is known."""

import numpy as np
import pytest

from cpts_sim.errors import InputError
from cpts_sim.experiment.calibrate.emulation import Stand
from cpts_sim.experiment.calibrate.space import read_space
from cpts_sim.experiment.calibrate.targets import Target, national, own_figures
from cpts_sim.experiment.calibrate.waves import Settings, match
from cpts_sim.experiment.facts import targets as facts

A = Target("a", "a", 0.9, 1.1)
B = Target("b", "b", 0.4, 0.6)


def toy(points):
    x, y, z = points.T
    values = np.column_stack([x + y + 0.3 * (z - 0.5), x * x + z])
    return values, {"a": 1e-6, "b": 1e-6}


def true_distance(points):
    """Implausibility of the toy itself: half a band is 1.96 deviations, the model is granted as much."""
    values, _ = toy(points)
    gaps = np.abs(values - [A.middle, B.middle])
    return (gaps / np.sqrt(2 * np.array([A.deviation, B.deviation]) ** 2)).max(axis=1)


@pytest.fixture(scope="module")
def found():
    return match([A, B], 3, np.array([0.5, 0.5, 0.3]), toy, Settings(waves=3, points=25))


def test_members_are_exactly_the_simulated_points_of_the_planted_set(found):
    inside = np.flatnonzero(true_distance(found.points) <= 3.0)
    assert 10 < len(inside) < len(found.points)
    assert set(found.members()) == set(inside.tolist())


def test_later_waves_land_in_the_planted_set_more_often_than_the_first(found):
    hit = true_distance(found.points) <= 3.0
    wave = np.array(found.wave)
    assert hit[wave == 3].mean() > 0.6 > hit[wave == 1].mean()


def test_the_planted_set_is_covered_and_little_else_is_kept(found):
    cloud = np.random.default_rng(7).random((20_000, 3))
    truth = true_distance(cloud) <= 3.0
    from cpts_sim.experiment.calibrate.emulation import implausibilities, plausible

    kept = plausible(implausibilities(cloud, found.stands, found.targets, found.allowed))
    assert kept[truth].mean() > 0.97
    assert (kept & ~truth).sum() < 0.15 * truth.sum()
    assert found.left[-1] == pytest.approx(truth.mean(), abs=0.03)


def test_the_error_of_the_emulator_is_what_it_says():
    rng = np.random.default_rng(3)
    x = rng.random((40, 2))
    f = lambda p: np.sin(4 * p[:, 0]) + p[:, 1] ** 2  # noqa: E731
    stand = Stand.fit(x, f(x))
    fresh = rng.random((400, 2))
    expected, variance = stand.predict(fresh)
    error = np.sqrt(((expected - f(fresh)) ** 2).mean())
    assert stand.explained > 0.99
    assert 0.2 * stand.error < error < 3 * stand.error + 1e-6
    assert (np.abs(expected - f(fresh)) <= 3 * np.sqrt(variance) + 1e-6).mean() > 0.95


def test_an_unreachable_target_says_the_discrepancy_it_needs():
    far = Target("b", "b", 4.9, 5.1)
    found = match([A, far], 3, np.array([0.5, 0.5, 0.5]), toy, Settings(waves=2, points=20))
    assert found.members() == []
    assert list(found.needs()) == ["b"]
    nearest = float(toy(found.points)[0][:, 1].max())
    assert found.needs()["b"] == pytest.approx((5.0 - nearest) / 3, rel=0.02)


def test_a_granted_discrepancy_gives_members_and_is_kept():
    far = Target("b", "b", 4.9, 5.1)
    settings = Settings(waves=1, points=20, allow=True)
    found = match([A, far], 3, np.array([0.5, 0.5, 0.5]), toy, settings)
    assert found.members()
    assert found.allowed["b"].discrepancy > 20 * far.deviation
    assert found.allowed["a"].discrepancy == pytest.approx(A.deviation)


def test_a_number_that_the_model_lacks_is_left_out_and_said():
    def blind(points):
        values, luck = toy(points)
        values[:, 1] = np.where(points[:, 0] > 0.5, np.nan, values[:, 1])
        return values, luck

    found = match([A, B], 3, np.array([0.5, 0.5, 0.3]), blind, Settings(waves=2, points=20))
    assert found.blind == ["b"] and [t.name for t in found.targets] == ["a"]
    assert found.values.shape == (len(found.points), 1)


def test_validation_facts_are_never_aimed_at(tmp_path):
    kept = {e.id.removeprefix("fact.") for e in facts(2019) if e.fact["use"] == "VAL"}
    assert kept and not kept & {target.name for target in national(2019)}
    own = tmp_path / "own.yaml"
    own.write_text("refill: {low: 0.7, high: 0.8}\n", encoding="utf-8")
    with pytest.raises(InputError, match="refill"):
        own_figures(own, 2019)
    own.write_text("ed_rate: {low: 400, high: 420}\n", encoding="utf-8")
    assert own_figures(own, 2019) == [Target("ed_rate", "ed_rate", 400.0, 420.0, "per_1000_year")]
    own.write_text("ed_rate: {low: 420, high: 400}\n", encoding="utf-8")
    with pytest.raises(InputError, match="ed_rate"):
        own_figures(own, 2019)


def test_the_shipped_list_moves_parameters_of_judgement_or_opinion_with_a_reason(tmp_path):
    from cpts_sim.evidence import load_parameters

    space, known = read_space(), load_parameters(2019)
    assert {known.entry(name).grade for name in space.names} <= {"judgement", "D"}
    assert all(len(axis.why) > 20 for axis in space.axes)
    point = np.linspace(0.1, 0.9, len(space.axes))
    assert space.place(space.numbers(point)) == pytest.approx(point, abs=1e-5)
    shipped = space.shipped(2019)
    assert space.numbers(space.place(shipped)) == pytest.approx(shipped, rel=1e-5), "the first point is the shipped one"
    beside = tmp_path / "beside.yaml"
    beside.write_text("parameters: {care.calls_back: {low: 0.5, high: 0.6, why: too low}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"calls_back.*0\.85"):
        read_space(beside)
    bad = tmp_path / "list.yaml"
    bad.write_text("parameters: {care.calls_back: {low: 0.5, high: 7, why: none}}\n", encoding="utf-8")
    with pytest.raises(InputError, match="calls_back"):
        read_space(bad)
