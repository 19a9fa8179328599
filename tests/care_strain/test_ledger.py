"""Minutes are conserved: each stands on one line, none is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.care.ledger import (
    CPTS_LINES,
    LINES,
    Ledger,
    check_week,
    displaces,
    ledger_columns,
    total_minutes,
)
from cpts_sim.engine.columns import Table
from cpts_sim.errors import InternalError, UsageError
from cpts_sim.evidence import load_parameters

CHARGE = st.tuples(st.sampled_from(LINES), st.integers(0, 4), st.integers(0, 64 * 30).map(lambda x: x / 64))


@settings(max_examples=60)
@given(st.lists(CHARGE, max_size=60), st.randoms(use_true_random=False))
def test_every_minute_charged_is_in_the_week_whatever_the_order(charges, shuffler) -> None:
    ledger, other = Ledger(ledger_columns(5)), Ledger(ledger_columns(5))
    expected = np.zeros(5)
    for line, row, minutes in charges:
        ledger.charge(line, row, minutes)
        expected[row] += minutes
    shuffler.shuffle(charges)
    for line in LINES:
        mine = [(row, minutes) for named, row, minutes in charges if named == line]
        other.charge(line, [row for row, _ in mine], [minutes for _, minutes in mine])
    assert np.array_equal(ledger.total(), expected)
    week, same = ledger.close_week(), other.close_week()
    check_week(week, expected)
    assert all(np.array_equal(week[line], same[line]) for line in LINES)
    assert not ledger.total().any()


def test_it_lives_in_the_columns_of_a_table_and_survives_growth() -> None:
    table = Table("gps", 2, ledger_columns(2))
    ledger = Ledger(table)
    ledger.charge("consult", [0, 1, 1], [15.0, 20.0, 20.0])
    table.append(3)
    ledger.charge("consult", [4], 10.0)
    copy = Ledger(table.copy())
    assert ledger.minutes("consult").tolist() == [15.0, 40.0, 0.0, 0.0, 10.0]
    copy.charge("visit", [0], 30.0)
    assert ledger.minutes("visit")[0] == 0.0
    assert ledger.close_week()["consult"].sum() == 65.0


def test_moving_minutes_changes_no_total_and_never_overdraws() -> None:
    ledger = Ledger(ledger_columns(3))
    ledger.charge("admin", [0, 1, 2], [60.0, 10.0, 0.0])
    before = ledger.total()
    moved = ledger.move("admin", "cpts_day", [0, 1, 2], 30.0)
    assert moved.tolist() == [30.0, 10.0, 0.0]
    assert np.array_equal(ledger.total(), before)
    assert (ledger.minutes("admin") >= 0).all()


@pytest.mark.parametrize("minutes", [-1.0, np.nan, np.inf])
def test_negative_or_unknown_minutes_break_the_law(minutes: float) -> None:
    with pytest.raises(InternalError, match="ledger"):
        Ledger(ledger_columns(2)).charge("consult", [0], [minutes])


def test_an_unknown_line_is_refused_and_a_broken_week_noticed() -> None:
    with pytest.raises(UsageError, match="consult"):
        Ledger(ledger_columns(2)).charge("golf", [0], [60.0])
    week = Ledger(ledger_columns(2)).close_week()
    with pytest.raises(InternalError, match="differ"):
        check_week(week, [0.0, 1.0])
    with pytest.raises(InternalError, match="10 080"):
        check_week(week | {"consult": np.array([0.0, 20_000.0])})
    with pytest.raises(InternalError, match="lines"):
        check_week({"consult": np.zeros(2)})
    assert not total_minutes(week).any()


@settings(max_examples=60)
@given(
    st.sampled_from(CPTS_LINES),
    st.lists(st.floats(0, 600), min_size=1, max_size=5),
    st.floats(0.3, 0.9),
    st.floats(0.0, 0.4),
)
def test_hours_for_the_cpts_are_taken_from_somewhere(
    line: str, minutes: list[float], patients: float, admin: float
) -> None:
    asked = {"strain.displaces_day_patients": patients, "strain.displaces_day_admin": admin}
    found = displaces(line, minutes, load_parameters(2019, asked))
    parts = np.array([found.patients, found.admin, found.rest])
    assert np.allclose(parts.sum(axis=0), minutes)
    assert (parts >= -1e-9).all()


def test_daytime_meetings_cost_patients_and_evenings_cost_rest() -> None:
    parameters = load_parameters(2019)
    day, evening = displaces("cpts_day", [60.0], parameters), displaces("cpts_evening", [60.0], parameters)
    assert day.patients[0] == pytest.approx(36.0) and evening.rest[0] == 60.0
    with pytest.raises(UsageError, match="cpts_lunch"):
        displaces("consult", [60.0], parameters)
