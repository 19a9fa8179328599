"""What must hold for any week, any order, any company."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from strain_weeks import habits, relative_week

from cpts_sim.care.strain import STRAIN_COLUMNS, StrainModel
from cpts_sim.care.strain_measure import burnout_states
from cpts_sim.care.strain_setup import DEMANDS, FACTORS, PROFESSIONS, RESOURCES, solve_population
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

P = load_parameters(2019)
MODELS = {profession: StrainModel(P, profession) for profession in PROFESSIONS}
WEEK = st.fixed_dictionaries({name: st.floats(0, 500, allow_nan=False) for name in FACTORS})


@settings(max_examples=60)
@given(st.sampled_from(PROFESSIONS), WEEK, st.lists(WEEK, min_size=1, max_size=5), st.integers(0, 2**63))
def test_scores_stay_on_their_scales(
    profession: str, habit: dict[str, float], weeks: list[dict[str, float]], seed: int
) -> None:
    model, draws, keys = MODELS[profession], Draws(seed), keys_of(profession, np.arange(7))
    columns = model.initialise(keys, habit, draws)
    for number, week in enumerate(weeks):
        model.live(columns, draws, keys, number)
        found = model.weekly(columns, {k: week[k] for k in DEMANDS}, {k: week[k] for k in RESOURCES})
        answers = model.measure(columns, draws, keys, number)
        for name, top in (("ee", 54), ("dp", 30), ("pa", 48)):
            for score in (columns[name], getattr(answers, name)):
                assert ((score >= 0) & (score <= top)).all()
        assert all(np.isfinite(columns[name]).all() for name in STRAIN_COLUMNS)
        scale = np.abs(found.points).sum(axis=0)
        assert (np.abs(found.points.sum(axis=0) - found.drive) <= 1e-9 + 1e-12 * scale).all()


RANGES = [entry for entry in P.entries("strain") if entry.prior != "fixed" and isinstance(entry.value, float)]


@settings(max_examples=60)
@given(st.sampled_from(PROFESSIONS), st.lists(st.floats(0, 1), min_size=len(RANGES), max_size=len(RANGES)))
def test_any_parameters_within_their_ranges_make_a_population(profession: str, places: list[float]) -> None:
    values = {
        entry.id: min(entry.low + u * (entry.high - entry.low), entry.high)
        for entry, u in zip(RANGES, places, strict=True)
    }
    parameters = load_parameters(2019, values)
    people = solve_population(profession, parameters)
    assert all(scale.set_point_sd > 0 and scale.noise > 0 for scale in (people.ee, people.dp, people.pa))
    assert min(people.cholesky[1], people.cholesky[4]) > 0
    model, keys = StrainModel(parameters, profession), keys_of("anyone", np.arange(20))
    columns = model.initialise(keys, {}, Draws(1))
    model.weekly(columns, *relative_week(model, 20, load=2.0, control=0.5))
    assert ((columns["ee"] >= 0) & (columns["ee"] <= 54)).all()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 54), st.floats(0, 30), st.floats(0, 48)), min_size=1, max_size=30))
def test_definitions_are_nested(scores: list[tuple[float, float, float]]) -> None:
    states = burnout_states(*np.array(scores).T, P)
    assert (states["all_three"] <= states["two_dimensions"]).all()
    assert (states["two_dimensions"] <= states["any_dimension"]).all()
    assert (states["ee_and_dp"] <= states["ee_or_dp"]).all()
    assert (states["ee_or_dp"] <= states["any_dimension"]).all()


def test_nobody_depends_on_the_others() -> None:
    model, draws = MODELS["gp"], Draws(2)
    keys, chance = keys_of("gp", np.arange(50)), np.random.default_rng(1)
    habit = habits(model, 50, chance)
    few = chance.permutation(50)[:20]
    everybody = model.initialise(keys, habit, draws)
    alone = model.initialise(keys[few], {name: values[few] for name, values in habit.items()}, draws)
    for name in STRAIN_COLUMNS:
        assert np.array_equal(alone[name], everybody[name][few]), name


def test_rows_of_a_table_can_live_apart() -> None:
    model, draws, keys = MODELS["nurse"], Draws(2), keys_of("nurse", np.arange(30))
    whole = model.initialise(keys, {}, draws)
    table = Table("nurses", 30, whole)
    demands, resources = relative_week(model, 30, load=1.3, refusals=2.0)
    model.live(whole, draws, keys, 3)
    model.weekly(whole, demands, resources)
    for rows in (np.arange(12, 30), np.array([11]), np.arange(11)):
        model.live(table, draws, keys[rows], 3, rows)
        model.weekly(
            table, {k: v[rows] for k, v in demands.items()}, {k: v[rows] for k, v in resources.items()}, rows
        )
    for name in STRAIN_COLUMNS:
        assert np.array_equal(table[name], whole[name]), name


def test_the_questionnaire_never_feeds_back() -> None:
    model, draws, keys = MODELS["gp"], Draws(2), keys_of("gp", np.arange(30))
    asked, left_alone = model.initialise(keys, {}, draws), model.initialise(keys, {}, draws)
    first = model.measure(asked, draws, keys, 5)
    again = model.measure(asked, draws, keys, 5)
    assert np.array_equal(first.ee, again.ee)
    for name in STRAIN_COLUMNS:
        assert np.array_equal(asked[name], left_alone[name])


def test_the_set_point_and_life_are_the_same_in_every_arm() -> None:
    model, draws, keys = MODELS["gp"], Draws(2), keys_of("gp", np.arange(60))
    start = model.initialise(keys, habits(model, 60, np.random.default_rng(1)), draws)
    arms = [{name: values.copy() for name, values in start.items()} for _ in range(2)]
    for week in range(20):
        for arm, load in zip(arms, (1.0, 1.4), strict=True):
            model.live(arm, draws, keys, week)
            model.weekly(arm, *relative_week(model, 60, load=load))
    for name in ("life", "mu", "dp_home", "pa_home"):
        assert np.array_equal(arms[0][name], arms[1][name])
    assert (arms[1]["ee"] >= arms[0]["ee"]).all() and (arms[1]["ee"] > arms[0]["ee"]).mean() > 0.9
