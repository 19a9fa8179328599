"""Waves are invisible: short and long windows give the same access (within 1 point, 0.05 d)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Life, Recorder, scenario, winter

from cpts_sim.engine.events import Ending, Need, Route, Status
from cpts_sim.engine.events import Road as EdRoad

WINDOWS: dict[str, list[int]] = {
    "day": [0], "half": [0, 12], "quarter": [0, 8, 12, 18], "hour": list(range(24)),
    "working": [0, 7, 9, 11, 13, 15, 17, 19, 21],
}  # fmt: skip
ASKED = (Route.OWN_GP, Route.SQUEEZE, Route.COLLEAGUE, Route.OTHER_GP, Route.OUTSIDE)
SAME_DAY_POINTS, WAIT_DAYS, HOUR_POINTS = 1.0, 0.05, 1.0


@cache
def _life(windows: str) -> Life:
    recorder = Recorder()
    start = winter(scenario(population=30000, windows=WINDOWS[windows], frozen=True, warmup="8 weeks"), 4)
    model = start.fork(observers=[recorder])
    model.run(56)
    model.finish()
    return Life(model, recorder.journal())


def _waits(life: Life) -> tuple[float, float, float]:
    """Same-day share of symptoms (points), mean wait (days), share of asked-for needs served (points)."""
    rows = life.rows("request")
    asked = np.isin(rows["kind"], (Need.MINOR, Need.ACUTE, Need.FOLLOWUP, Need.PREVENTIVE)) & (
        rows["contacts"] > 0
    )
    served = asked & (rows["ending"] == Ending.SERVED) & np.isin(rows["route"], ASKED)
    symptom = served & (rows["kind"] <= Need.ACUTE)
    same = np.floor(np.where(served, rows["visit"], 0.0) / DAY) == np.floor(rows["asked"] / DAY)
    wait = (rows["visit"] - np.maximum(rows["asked"], rows["wished"]))[served] / DAY
    return 100.0 * same[symptom].mean(), float(wait.mean()), 100.0 * served.sum() / asked.sum()


@pytest.mark.parametrize("windows", ["day", "half", "working", "hour"])
def test_same_day_share_and_waits_do_not_depend_on_the_windows(windows: str) -> None:
    same, wait, served = _waits(_life("quarter"))
    other_same, other_wait, other_served = _waits(_life(windows))
    assert other_same == pytest.approx(same, abs=SAME_DAY_POINTS)
    assert other_wait == pytest.approx(wait, abs=WAIT_DAYS)
    assert other_served == pytest.approx(served, abs=1.0)


@pytest.mark.parametrize("windows", ["day", "working", "hour"])
def test_the_hours_of_the_emergency_department_do_not_depend_on_the_windows(windows: str) -> None:
    profiles = []
    for name in ("quarter", windows):
        ed = _life(name).rows("ed")
        mine = ed["road"] != EdRoad.OUTSIDER
        hours = ((ed["arrival"][mine] % DAY) // 180).astype(int)
        profiles.append(100.0 * np.bincount(hours, minlength=8) / len(hours))
    assert np.abs(profiles[0] - profiles[1]).max() < HOUR_POINTS


@pytest.mark.parametrize("windows", ["day", "working", "hour"])
def test_absences_and_cancellations_do_not_depend_on_the_windows(windows: str) -> None:
    shares = []
    for name in ("quarter", windows):
        visits = _life(name).rows("visit")
        shares.append([100.0 * (visits["status"] == Status.NO_SHOW).mean(), len(visits["at"]) / 56.0])
    assert shares[0][0] == pytest.approx(shares[1][0], abs=0.4)
    assert shares[0][1] == pytest.approx(shares[1][1], rel=0.01)
