"""What moves exhaustion, how fast, and how it comes back."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from strain_weeks import habits, ordinary_week, relative_week

from cpts_sim.care.strain import SPIRAL, STRAIN_COLUMNS, StrainModel
from cpts_sim.care.strain_setup import DEMANDS, FACTORS, RESOURCES
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters

Floats = NDArray[np.float64]
COUNT = 40
KEYS = keys_of("gp", np.arange(COUNT))
SD = 11.0


class Story:
    """GPs at the profession's ordinary week, all with the same set point."""

    def __init__(self, level: float = 20.6, parameters: Mapping[str, float] | None = None) -> None:
        self.model = StrainModel(load_parameters(2019, parameters or {}), "gp")
        self.columns = self.model.initialise(KEYS, {}, Draws(1))
        self.columns["mu"][:] = level
        self.columns["life"][:] = 0.0
        self.model.weekly(self.columns, {}, {})
        self.start = level

    def weeks(self, count: int, **factors: float) -> Floats:
        """Live some weeks, factors as multiples of the ordinary week; return the rise of EE by week."""
        rises = []
        for _ in range(count):
            self.model.weekly(self.columns, *relative_week(self.model, COUNT, **factors))
            rises.append(float(self.columns["ee"][0]) - self.start)
        return np.array(rises)


WORKING = dict.fromkeys(DEMANDS, 52 / 46) | {"recovery": 0.0}
AWAY = dict.fromkeys(DEMANDS, 0.0) | {"recovery": 52 / 6}


def test_the_habitual_week_moves_nothing_at_all() -> None:
    model = StrainModel(load_parameters(2019), "gp")
    habitual = habits(model, COUNT, np.random.default_rng(3))
    columns = model.initialise(KEYS, habitual, Draws(1))
    before = {name: columns[name].copy() for name in STRAIN_COLUMNS}
    for _ in range(260):
        found = model.weekly(
            columns, {name: habitual[name] for name in DEMANDS}, {name: habitual[name] for name in RESOURCES}
        )
    assert np.abs(found.drive).max() > 0.1, "people differ from the profession's ordinary week"
    for name in STRAIN_COLUMNS:
        assert np.array_equal(columns[name], before[name]), name


def test_contributions_sum_to_the_drive_and_are_zero_at_reference() -> None:
    model = StrainModel(load_parameters(2019), "gp")
    chance = np.random.default_rng(4)
    habitual = habits(model, COUNT, chance)
    columns = model.initialise(KEYS, habitual, Draws(1))
    for _ in range(20):
        week = ordinary_week(habitual, chance.random(COUNT) < 0.1, chance)
        found = model.weekly(columns, {k: week[k] for k in DEMANDS}, {k: week[k] for k in RESOURCES})
        total = sum(found.of(name) for name in found.names)
        assert np.abs(total - found.drive).max() < 1e-9
    at_reference = Story().model
    rest = at_reference.initialise(KEYS, {}, Draws(1))
    still = at_reference.weekly(rest, *relative_week(at_reference, COUNT))
    assert not still.points.any()


@pytest.mark.parametrize("factor", FACTORS)
def test_every_demand_tires_and_every_resource_protects(factor: str) -> None:
    story = Story()
    rise = story.weeks(52, **{factor: 1.5})[-1]
    assert rise > 0.1 if factor in DEMANDS else rise < -0.02
    found = story.model.weekly(story.columns, *relative_week(story.model, COUNT, **{factor: 1.5}))
    assert np.allclose(found.drive, found.of(factor), atol=1e-12)


def test_a_holiday_is_felt_at_once_and_gone_in_a_month() -> None:
    story = Story()
    before = story.weeks(40, **WORKING)[-1]
    away = story.weeks(2, **AWAY)[-1] - before
    back = story.weeks(6, **WORKING) - before
    assert -0.50 <= away / SD <= -0.36
    assert abs(back[3]) / SD < 0.12
    assert abs(back[3]) < 0.3 * abs(away)


def test_organisational_change_stays_within_what_trials_found() -> None:
    modest = Story().weeks(
        52, load=0.95, interruptions=0.7, refusals=0.7, complex_alone=0.6, administration=0.6, control=1.25,
        peer_support=1.4, assistance=2.0,
    )  # fmt: skip
    bold = Story().weeks(
        52, load=0.9, interruptions=0.5, refusals=0.5, complex_alone=0.5, administration=0.5, control=1.25,
        peer_support=1.5, assistance=2.5,
    )  # fmt: skip
    assert -0.62 <= bold[-1] / SD < modest[-1] / SD <= -0.25


def test_a_month_less_load_is_soon_forgotten_a_year_less_lasts() -> None:
    month, year = Story(), Story()
    one, twelve = month.weeks(4, load=0.9)[-1], year.weeks(52, load=0.9)[-1]
    assert twelve < one < 0
    assert 0.3 < -twelve < 2.0
    after_month, after_year = month.weeks(13), year.weeks(13)
    assert abs(after_month[-1]) < 0.1
    assert after_year[-1] < 2.5 * after_month[-1]


def test_recovery_is_slower_than_onset() -> None:
    story = Story(level=12.0)
    heavy = {"load": 1.5, "interruptions": 2.0, "administration": 2.0}
    up = story.weeks(400, **heavy)
    down = story.weeks(400)
    height = up[-1]
    weeks_up = int(np.argmax(up >= 0.75 * height))
    weeks_down = int(np.argmax(down <= 0.25 * height))
    assert height > 4
    assert weeks_down > 1.4 * weeks_up


def test_clinical_burnout_leaves_a_residue_and_ordinary_overload_does_not() -> None:
    crisis = {"load": 1.6, "interruptions": 2.0, "administration": 2.0, "evening": 2.0, "control": 0.5}
    broken, tired = Story(level=30.0), Story(level=20.6)
    assert broken.weeks(78, **crisis)[-1] > 10
    assert tired.weeks(78, load=1.3)[-1] > 2
    assert broken.weeks(260)[-1] > 1.0
    assert tired.weeks(260)[-1] == pytest.approx(0.0, abs=0.05)


def test_the_tipping_point_is_an_option_that_is_off_by_default() -> None:
    wave = {"load": 1.8, "interruptions": 2.5, "refusals": 2.5, "administration": 2.0, "control": 0.4}
    usual, spiral = Story(), Story(parameters={"strain.tipping_gain": 2.5})
    for story in (usual, spiral):
        assert story.weeks(40, **wave)[-1] > 9
    usual_after, spiral_after = usual.weeks(520)[-1], spiral.weeks(520)[-1]
    assert usual_after < 1.5
    assert spiral_after > 12, "a temporary overload has a permanent effect"
    small = Story(parameters={"strain.tipping_gain": 2.5})
    small.weeks(40, load=1.2)
    assert small.weeks(200)[-1] == pytest.approx(0.0, abs=0.01)


def test_the_spiral_is_part_of_the_decomposition() -> None:
    story = Story(parameters={"strain.tipping_gain": 2.5})
    story.columns["slow"][:] += 12.0
    found = story.model.weekly(story.columns, *relative_week(story.model, COUNT, load=1.2))
    assert np.allclose(found.of(SPIRAL), 2.5 * 4.0)
    assert np.abs(found.points.sum(axis=0) - found.drive).max() < 1e-9


def test_depersonalisation_and_accomplishment_follow_exhaustion() -> None:
    story = Story()
    dp, pa = story.columns["dp"].copy(), story.columns["pa"].copy()
    rise = story.weeks(60, load=1.4)[-1]
    parameters = load_parameters(2019)
    assert np.allclose(story.columns["dp"], dp + parameters["strain.dp_slope"] * rise)
    assert np.allclose(story.columns["pa"], pa + parameters["strain.pa_slope"] * rise)


def test_a_new_habit_is_settled_without_moving_anybody() -> None:
    model = StrainModel(load_parameters(2019), "gp")
    chance = np.random.default_rng(9)
    columns = model.initialise(KEYS, habits(model, COUNT, chance), Draws(1))
    ee, found = columns["ee"].copy(), habits(model, COUNT, chance)
    model.settle(columns, found)
    for _ in range(30):
        model.weekly(columns, {k: found[k] for k in DEMANDS}, {k: found[k] for k in RESOURCES})
    assert np.allclose(columns["ee"], ee, atol=1e-9)


def test_a_habit_learnt_late_leaves_no_strain_behind() -> None:
    """Who worked more than was first believed, week after week, is used to it: nothing was added to EE."""
    model = StrainModel(load_parameters(2019), "gp")
    columns = model.initialise(KEYS, {}, Draws(1))
    ee, heavy = columns["ee"].copy(), {factor: np.full(COUNT, 1.3 * usual) for factor, usual in model.reference.items()}
    for _ in range(12):
        model.weekly(columns, {k: heavy[k] for k in DEMANDS}, {k: heavy[k] for k in RESOURCES})
    assert (columns["ee"] > ee + 0.5).all(), "as long as it is not known to be the habit"
    model.settle(columns, heavy, lived=12)
    assert np.allclose(columns["fast"], columns["fast_home"], atol=1e-9)
    assert np.allclose(columns["slow"], columns["slow_home"], atol=1e-9)
    assert np.allclose(columns["ee"], ee, atol=1e-9), "set point and rest are what they were"


def test_wrong_names_are_refused() -> None:
    story = Story()
    with pytest.raises(UsageError, match="expected names among load"):
        story.model.weekly(story.columns, {"laod": 3.0}, {})
    with pytest.raises(UsageError, match="control"):
        story.model.weekly(story.columns, {}, {"load": 3.0})
