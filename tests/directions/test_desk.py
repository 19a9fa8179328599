"""The desk of a CPTS: within 48 hours of the call, slots spread over the day, staff whose hours are counted."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from lives import DAY, Life, Recorder, arms, cpts, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import Route
from cpts_sim.model import Model

BUSY = {"start": "0 months", "slots_per_day": 3, "awareness": 1, "protocols": False}
DAYS = 45


class Calls:
    """Notes the minute of every call to a common number, by request."""

    def __init__(self, model: Model, route: int) -> None:
        self.route, self.last = route, np.full(0, np.nan)
        self.booked: list[tuple[float, float]] = []
        self.world = model.care.world
        self.world.hooks.setdefault("contacts", []).append(self._note)
        self.world.hooks.setdefault("edge", []).append(self._read)
        self.open: dict[int, float] = {}

    def _note(self, world: Any, wave: Any, at: Any) -> None:
        called = wave.target[np.arange(len(wave)), at] == self.route
        minute = wave.minute[np.arange(len(wave)), at]
        self.open |= dict(zip(wave.rows[called].tolist(), minute[called].tolist(), strict=True))

    def _read(self, world: Any, start: float, end: float) -> None:
        requests = world.requests
        for row, minute in self.open.items():
            if requests["route"][row] == self.route and np.isfinite(requests["start"][row]):
                self.booked.append((minute, float(requests["start"][row])))
        self.open = {}


@cache
def _busy() -> tuple[Life, Any]:
    policy = cpts({"unscheduled_care": BUSY}, meetings={"per_year": 0})
    parameters = {"gp.session_min": 200, "cpts.desk_hours_month_per_gp": 20}
    start = winter(scenario(population=6000, arms=arms(busy=policy), cpts=cpts({}), parameters=parameters), 2)
    recorder = Recorder()
    model = start.fork("busy", observers=[recorder])
    calls = Calls(model, int(Route.DESK))
    model.run(DAYS)
    model.finish()
    return Life(model, recorder.journal()), np.array(calls.booked)


def test_nobody_is_given_a_slot_later_than_48_hours_after_the_call() -> None:
    _, booked = _busy()
    assert len(booked) > 100
    assert (booked[:, 1] - booked[:, 0]).max() <= 2.0 * DAY


def test_a_busy_desk_serves_most_of_its_patients_within_48_hours_of_asking() -> None:
    rows = _busy()[0].rows("request")
    served = (rows["route"] == Route.DESK) & np.isfinite(rows["visit"])
    hours = (rows["visit"] - rows["asked"])[served] / 60.0
    print(f"{served.sum()} served: median {np.median(hours):.1f} h, within 48 h {np.mean(hours <= 48):.3f}")
    assert np.mean(hours <= 48.0) > 0.67  # the usual practice is asked first, some call the desk a day later


def test_shared_slots_are_spread_over_the_day() -> None:
    """They begin, on average, in the middle of the slots of the day, not at its end."""
    books = _busy()[0].model.care.world.books
    now = int(_busy()[0].model.now // DAY)
    before, after = 0, 0
    for day in range(now + 3, now + 24):
        kind = books.kind[:, books.span(day)]
        shared, ahead = kind == Slot.SHARED, kind == Slot.AHEAD
        before += int((np.cumsum(ahead, axis=1) * shared).sum())
        after += int((np.cumsum(ahead[:, ::-1], axis=1)[:, ::-1] * shared).sum())
    assert before > 0
    assert 0.7 < after / before < 1.4
