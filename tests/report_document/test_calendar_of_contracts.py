"""The calendar of a contract, also of one that began before day 0 or has ended."""

from __future__ import annotations

import numpy as np

from cpts_sim.engine.events import CptsEvent
from cpts_sim.report import style
from cpts_sim.report.timeline import YEAR, _steps


def steps(*events: tuple[CptsEvent, float]) -> list[str]:
    """Return the names written in the band of steps."""
    rows = {
        "event": np.array([int(event) for event, _ in events], np.int64),
        "at": np.array([years * YEAR for _, years in events], np.float64),
        "actor": np.full(len(events), -1, np.int64),
    }
    with style.figure(8.6, 2.0) as (_, axes):
        _steps(axes, rows, 2.0, "en")
        return [text.get_text() for text in axes.texts]


def test_a_cpts_that_existed_before_day_zero_is_under_contract() -> None:
    assert steps() == ["Contract"]


def test_steps_follow_each_other_to_the_end() -> None:
    assert steps((CptsEvent.LETTER, 0.0), (CptsEvent.CONTRACT, 1.0)) == ["Letter of intent", "Contract"]
    assert steps((CptsEvent.ENDED, 0.5)) == ["End"]
