"""Consequences of strain on French base rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import scenario, winter

from cpts_sim.care.strain import StrainModel
from cpts_sim.care.strain_effects import OddsTable, StrainEffects, home_of, odds_per_point
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.engine.events import Work
from cpts_sim.evidence import load_parameters

P = load_parameters(2019)
MODEL = StrainModel(P, "gp")
EFFECTS = StrainEffects(P, MODEL.population.ee)
CHANCES = ("close_list", "cut_hours", "sick_leave", "leave_for_good")


@settings(max_examples=50)
@given(st.floats(0.2, 5.0), st.integers(1, 12))
def test_the_root_of_an_odds_ratio(ratio: float, step: int) -> None:
    assert odds_per_point(ratio, step) ** step == pytest.approx(ratio, rel=1e-12)


def test_nine_points_are_one_published_odds_ratio() -> None:
    table = OddsTable(1.43, 9)
    assert table(np.array([0.0, 9.0, 18.0, -9.0])) == pytest.approx([1.0, 1.43, 1.43**2, 1 / 1.43], rel=1e-12)
    assert table(4.5) == pytest.approx(1.43**0.5, rel=1e-3)
    assert table(1e6) == table(54.0)


def test_mean_rates_at_rest_are_the_french_ones() -> None:
    keys = keys_of("gp", np.arange(20_000))
    home = home_of(MODEL.initialise(keys, {}, Draws(1)))
    found = EFFECTS.of(home, home)
    for event, name in (("cut_hours", "cut_hours"), ("sick_leave", "sick_leave"), ("leave_for_good", "exit")):
        assert 52 * getattr(found, event).mean() == pytest.approx(P[f"strain.{name}_yearly"], rel=0.03)
    assert 52 * found.close_list == pytest.approx(P["strain.close_list_yearly"])
    assert found.squeeze_factor == pytest.approx(1.0) and found.day_factor == pytest.approx(1.0)


def test_who_tires_does_less_and_leaves_more_often() -> None:
    calm, tired = EFFECTS.of(20.0, 20.0), EFFECTS.of(29.0, 20.0)
    assert tired.cut_hours / calm.cut_hours == pytest.approx(P["strain.cut_hours_or_within"])
    assert tired.sick_leave / calm.sick_leave == pytest.approx(P["strain.sick_leave_or"])
    for name in CHANCES:
        assert getattr(tired, name) > getattr(calm, name)
    for name in ("squeeze_factor", "day_factor", "join_odds"):
        assert getattr(tired, name) < getattr(calm, name)


def test_between_persons_the_published_ratio_is_1_43() -> None:
    high, low = EFFECTS.of(30.0, 30.0), EFFECTS.of(21.0, 21.0)
    assert high.cut_hours / low.cut_hours == pytest.approx(1.43)


def test_frozen_structural_events_do_not_happen() -> None:
    frozen = EFFECTS.of(np.array([20.0, 45.0]), np.array([20.0, 25.0]), frozen=True)
    assert not any(getattr(frozen, name).any() for name in CHANCES)
    assert frozen.squeeze_factor[1] < 1, "daily behaviour is not a structural event"


@settings(max_examples=50)
@given(st.floats(0, 54), st.floats(-20, 70))
def test_probabilities_and_factors_are_bounded(ee: float, home: float) -> None:
    found = EFFECTS.of(ee, home)
    assert all(0 <= getattr(found, name) <= 1 for name in CHANCES)
    assert 0.2 <= found.squeeze_factor <= 1.8 and 0.7 <= found.day_factor <= 1.3


def test_long_leaves_have_the_observed_mean() -> None:
    days = EFFECTS.sick_leave_days((np.arange(100_000) + 0.5) / 100_000)
    assert days.min() >= 90 and days.mean() == pytest.approx(257, rel=0.001)


def test_what_strain_took_comes_back_when_it_falls() -> None:
    rest, tired, fresh = EFFECTS.recovery(20.0, 20.0), EFFECTS.recovery(29.0, 20.0), EFFECTS.recovery(14.0, 20.0)
    loss = EFFECTS.of(20.0, 20.0)
    assert 0 < rest.reopen_list < loss.close_list
    assert 0 < rest.restore_hours < loss.cut_hours
    for name in ("reopen_list", "restore_hours"):
        assert getattr(tired, name) < getattr(rest, name) < getattr(fresh, name)
    assert 52 * rest.reopen_list == pytest.approx(P["strain.reopen_list_yearly"])


def test_a_closed_list_opens_again_in_a_living_town(monkeypatch: pytest.MonkeyPatch) -> None:
    model = winter(scenario(population=15000, drift=False))
    for name in ("reopen_list_yearly", "restore_hours_yearly"):
        monkeypatch.setitem(model.care.effects._p, name, 1.0)
    gps = model.tables["gps"]
    inside = np.flatnonzero((gps["halo"] == 0) & gps["alive"])
    gps["accepts"][inside] = 0
    gps["half_days"][inside] -= 1.0
    gps["hours_cut"][inside] = 1
    before = gps["half_days"].copy()
    model.run(7 * 30)
    assert 0 < (gps["accepts"][inside] > 0).sum() < len(inside)
    back = (gps["hours_cut"][inside] == 0) & (gps["status"][inside] != Work.LEFT)
    assert back.any()
    assert (gps["half_days"][inside][back] >= before[inside][back] + 1.0).all()
