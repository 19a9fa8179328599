"""Runs of a calibration: the same seeds at each point, found again, and none started after time is up."""

import math
import time

import numpy as np

from cpts_sim.experiment.calibrate.runs import SPREAD_SEEDS, Runner
from cpts_sim.experiment.calibrate.save import calibration_key
from cpts_sim.experiment.calibrate.space import Axis, Space
from cpts_sim.experiment.calibrate.targets import Target
from cpts_sim.experiment.calibrate.waves import Settings
from cpts_sim.scenario import parse

SPACE = Space((Axis("gp.same_day_share", 0.2, 0.4, "slots"),))
POINTS = np.array([[0.5], [0.0], [1.0]])


def scenario():
    return parse({"name": "t", "territory": {"archetype": "rural_underdense"}, "arms": {"without": {}}})


def made(job, ranks, workers):
    for rank in ranks:
        numbers, seed = job.asked[rank]
        yield rank, {"a": dict(numbers)["gp.same_day_share"] + seed, "gone": math.nan}


def runner(**more):
    return Runner(scenario(), SPACE, [Target("a", "a", 0, 1)], replications=2, compute=made, **more)


def test_points_share_their_seeds_and_nothing_is_computed_twice(tmp_path):
    first = runner(store=tmp_path)
    values, luck = first(POINTS)
    assert np.allclose(values[:, 0], [0.3 + 1.5, 0.2 + 1.5, 0.4 + 1.5])
    assert math.isclose(luck["a"], np.var(np.arange(SPREAD_SEEDS), ddof=1) / 2)
    assert (first.done, first.reused) == (6 + SPREAD_SEEDS - 2, 0)
    again = runner(store=tmp_path, until=time.monotonic() - 1)
    assert np.array_equal(again(POINTS)[0], values) and again.reused == again.done == first.done


def test_without_time_nothing_starts_and_rows_are_missing():
    late = runner(until=time.monotonic() - 1)
    assert np.isnan(late(POINTS)[0]).all() and late.done == 0 < late.total


def test_the_key_of_a_calibration_is_what_is_asked():
    aimed = [Target("a", "a", 0, 1)]
    keys = [calibration_key(SPACE, scenario(), Settings(), seeds, aimed) for seeds in ([1], [1], [2])]
    assert keys[0] == keys[1] != keys[2]
