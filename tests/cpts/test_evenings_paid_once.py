"""Each paid evening that is held is paid once, by exactly one payer, whoever else opens evenings in the same weeks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Recorder, arms, cpts, scenario, winter

from cpts_sim.care import visits
from cpts_sim.engine.agenda import Payer, Slot
from cpts_sim.engine.events import CptsEvent, Institution
from cpts_sim.missions import SameMoney
from cpts_sim.model import Model

WAVE = {"pandemic_wave": {"start": "2 weeks", "length": "42 days"}}
MONEY = {"instead": {"sessions": 1, "euros": "400 k€"}}
BOTH = {"unscheduled_care": {"start": "0 months", "extra_slots_per_week": 3}, "crisis": {"start": "0 months"}}
RICH = {"other_funders": "500 k€ per year"}
DAYS, ENDS = 70, 16


@cache
def _town() -> Model:
    on, stopped = cpts(BOTH, money=RICH), cpts({"unscheduled_care": {"start": "0 months"}}, stop=f"{ENDS} days")
    policies = {"money": MONEY, "all": {"cpts": on, **MONEY}, **arms(stopped=stopped)}
    parameters = {
        "crisis.days_without_plan": 10, "instead.session_months": 1, "instead.session_volunteers": 0.5,
        "cpts.extra_sessions_share": 1.0,
    }  # fmt: skip
    centres = {"crisis_centres": {"level": 0.5}}
    spec = scenario(
        population=6000, cpts=cpts({}), shocks=WAVE, arms=policies, parameters=parameters, baseline=centres
    )
    return winter(spec)


def _held(model: Model, day: int) -> float:
    """Hours of the paid evenings that stood in the books on a day."""
    books = model.care.world.books
    span = books.span(day)
    return float(books.length[:, span][books.kind[:, span] == Slot.EXTRA].sum(dtype=float)) / 60.0


def _told(recorder: Recorder, day: int) -> float:
    """Hours of the evenings of a day that somebody has paid, or that were written down as unpaid."""
    journal = recorder.journal()
    rows, others = journal["cpts"], journal["institution"]
    mine = np.isin(rows["event"], (CptsEvent.EXTRA_SESSION, CptsEvent.UNPAID)) & (rows["at"] == (day + 1) * DAY)
    centres = (others["institution"] == Institution.CRISIS_CENTRES) & (others["at"] == day * DAY)
    return float(rows["hours"][mine].sum(dtype=float) + others["minutes"][centres].sum(dtype=float) / 60.0)


def _take(model: Model, first_day: int) -> None:
    """Let the evenings of the desk on the next days be taken."""
    books = model.care.world.books
    span = books.span(first_day, first_day + 3)
    regular = (books.free[:, span] == Slot.EXTRA) & (books.payer[:, span] == Payer.REGULAR)
    books.free[:, span][regular] = 0
    books.forget()


def _days(arm: str, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Hours held and hours told, day by day (boards, on whose day other hours may be unpaid, left out)."""
    recorder = Recorder()
    model = _town().fork(arm, observers=[recorder])
    held = []
    for day in range(days):
        if arm == "stopped" and day == ENDS - 1:
            _take(model, ENDS)
        model.run(1)
        held.append(_held(model, day))
    model.finish()
    boards = {0, *(int((month + 1) * 30.4375) for month in range(6))}
    kept = [day for day in range(days - 1) if day + 1 not in boards or arm == "stopped"]
    return np.array(held)[kept], np.array([_told(recorder, day) for day in kept])


@pytest.mark.parametrize("arm", ["money", "all"])
def test_every_evening_held_is_paid_once(arm: str) -> None:
    """Centres improvised in a crisis, a plan, the desk and the same money otherwise, in one town."""
    held, told = _days(arm, DAYS)
    assert held.sum() > 50.0
    assert told == pytest.approx(held, abs=1e-3)


def test_an_evening_taken_before_the_contract_ended_is_told_after_it() -> None:
    held, told = _days("stopped", 22)
    assert held[ENDS:].sum() > 0.5, "an evening is held after the end"
    assert told[ENDS:] == pytest.approx(held[ENDS:], abs=1e-3)


def test_a_crisis_that_ends_closes_nobody_elses_evenings() -> None:
    model = _town().fork("all")
    model.run(56)
    world = model.care.world
    books = world.books
    mine = [(books.kind == Slot.EXTRA) & (books.payer == payer) for payer in (Payer.SAME_MONEY, Payer.REGULAR)]
    assert all(slots.any() for slots in mine)
    model.organisation.missions["crisis"].end()
    assert all((books.kind[slots] == Slot.EXTRA).all() for slots in mine)
    model.organisation.missions["unscheduled_care"].end()
    assert (books.kind[mine[0]] == Slot.EXTRA).all()
    assert not ((books.free == Slot.EXTRA) & (books.payer == Payer.REGULAR)).any()


def test_euros_of_a_session_that_cannot_be_held_are_there_for_another() -> None:
    model = _town().fork("money")
    model.run(57)
    world, table = model.care.world, model.tables["instead"]
    books = world.books
    row = int(np.flatnonzero(((books.kind == Slot.EXTRA) & (books.payer == Payer.SAME_MONEY)).any(axis=1))[0])
    promised, before = float(table["promised"][0]), float(table["held"][0])
    visits.withdraw(world, np.array([row]), world.now, world.now + 60 * DAY)
    money = next(route for route in world.routes if isinstance(route, SameMoney))
    money._take_back(model.day)
    gone = promised - float(table["promised"][0])
    assert gone > 0.0
    assert float(table["held"][0]) - before == pytest.approx(gone * model.parameters["cpts.hour_euros"])
