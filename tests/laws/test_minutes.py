"""Law 2: every minute that a GP lays out, and every minute beyond, is in the ledger once, in every arm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lives import AT_ONCE, Recorder, arms, cpts, scenario, winter

from cpts_sim.care import sessions
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.clock import DAY
from cpts_sim.model import Model

ALL_AT_ONCE = {
    name: {"start": "0 months"}
    for name in (*AT_ONCE, "pathways", "prevention", "quality", "professional_support", "crisis")
}
LINES = ("consult", "visit", "squeeze", "session_other", "idle", "extra_paid")
MINUTES = st.floats(0, 400)


@given(st.lists(st.tuples(MINUTES, MINUTES, MINUTES), min_size=1, max_size=5))
def test_a_session_is_acts_desk_work_and_idle_time(given_sessions: list[tuple[float, float, float]]) -> None:
    laid, acts, desk = np.array(given_sessions).T
    done, idle, beyond = sessions.divide(laid, acts, desk)
    assert np.allclose(acts + done + idle, laid + beyond, rtol=0, atol=1e-9)
    assert (done <= desk).all() and (np.minimum.reduce([done, idle, beyond]) >= 0).all()
    assert (np.minimum(idle, desk - done) <= 1e-9).all(), "nobody is idle while desk work waits"


@pytest.fixture(scope="module")
def start() -> Model:
    policies = arms(without=None, access=cpts(AT_ONCE), everything=cpts(ALL_AT_ONCE))
    return winter(scenario(population=8000, arms=policies, cpts=cpts(AT_ONCE), shocks={"tourist_season": SUMMER}))


SUMMER = {"start": "4 weeks", "length": "4 weeks", "visitors": 0.3}
"""Visitors are not simulated one by one, yet they take slots and minutes."""
FIRST_EVENING = 119
"""A Monday by which the books of day 0 have run out: evenings are promised in those filled since."""


def _written(model: Model) -> dict[str, Any]:
    gps = model.tables["gps"]
    return {line: gps[f"week_{line}_min"].copy() for line in LINES}


def _halves(model: Model, values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Sum by GP and half-day, shape (GPs, 2)."""
    late = (start % DAY) >= model.parameters["gp.afternoon_start_min"]
    return np.stack([np.where(late, 0.0, values).sum(axis=1), np.where(late, values, 0.0).sum(axis=1)], axis=1)


def _laid(model: Model, day: int) -> np.ndarray:
    """Minutes of the office slots that the books kept open and of the visits made, by GP and half-day."""
    world = model.care.world
    books, gps, span = world.books, world.gps, world.books.span(day)
    kind, start = books.kind[:, span], np.where(np.isfinite(books.start[:, span]), books.start[:, span], 0.0)
    pace = (gps["pace"] * (1 + gps["longer_share"]))[:, None]
    seat = np.isin(kind, (Slot.AHEAD, Slot.SAME_DAY, Slot.HELD, Slot.SHARED))
    out = (kind == Slot.HOME) & (books.free[:, span] == 0)
    minutes = np.where(seat, books.length[:, span].astype(float) * pace, 0.0)
    return _halves(model, minutes + np.where(out, model.parameters["gp.home_visit_min"], 0.0), start)


def _spy(monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, ...]]:
    """Keep what each session was given, and how it was divided."""
    seen: list[tuple[np.ndarray, ...]] = []
    divide = sessions.divide

    def told(laid: Any, acts: Any, desk: Any) -> Any:
        found = divide(laid, acts, desk)
        seen.append((laid, np.array(acts), *found))
        return found

    monkeypatch.setattr(sessions, "divide", told)
    return seen


@pytest.mark.parametrize("arm", ["without", "access", "everything"])
def test_every_session_of_every_gp_is_charged_whole(
    start: Model, arm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, seen, filled, guests = start.fork(arm, observers=[Recorder()]), _spy(monkeypatch), 0.0, 0.0
    for day in range(70):
        before, owed = _written(model), model.tables["gps"]["desk_min"].copy()
        seen.clear()
        model.step()
        gps = model.tables["gps"]
        known = len(owed)
        mine = ((gps["locum_now"] == 0) & (gps["halo"] == 0))[:known]
        laid = _laid(model, day)[:known]
        visitors = np.stack([half[0][:known] for half in seen], axis=1) - laid
        assert len(seen) == 2 and (visitors > -1e-6).all() and (day >= 28 or visitors.max() < 1e-6)
        guests += visitors.sum()
        new_week = day % 7 == 0  # Sunday night's ledger was closed when Monday began
        after = {k: v[:known] - (0.0 if new_week else before[k]) for k, v in _written(model).items()}
        for half, (open_min, acts, done, idle, beyond) in enumerate(seen):
            whole = (acts + done + idle)[:known]
            assert np.allclose(whole, (laid + visitors)[:, half] + beyond[:known], rtol=0, atol=1e-6), half
            assert (open_min[:known][mine] >= 0).all()
        acts, done, idle, beyond = (sum(half[i][:known] for half in seen) for i in (1, 2, 3, 4))
        late = np.zeros(known) if day % 7 < 6 else after["session_other"] - done  # desk work done after hours
        charged = sum(after[line] for line in LINES if line != "extra_paid")
        expected = (laid + visitors).sum(axis=1) + beyond + after["squeeze"] + late
        assert np.allclose(charged[mine], expected[mine], rtol=0, atol=1e-6)
        assert (late >= -1e-9).all() and (np.abs(charged[~mine]) < 1e-9).all()
        filled += float(acts[mine].sum())
    assert filled > 0 and guests > 0
    model.close()


def test_extra_sessions_are_worked_whole(start: Model) -> None:
    """What the ledger charges for paid sessions is the length of their slots, whoever came."""
    model, held, charged = start.fork("access", observers=[Recorder()]), 0.0, 0.0
    model.run(FIRST_EVENING)
    for day in range(FIRST_EVENING, FIRST_EVENING + 14):
        world = model.care.world
        extra = world.books.kind[:, world.books.span(day)] == Slot.EXTRA
        held += float(world.books.length[:, world.books.span(day)][extra].sum(dtype=float))
        before = 0.0 if day % 7 == 0 else float(world.gps["week_extra_paid_min"].sum())
        model.step()
        charged += float(world.gps["week_extra_paid_min"].sum()) - before
    assert held > 0 and charged == pytest.approx(held)
    model.close()
