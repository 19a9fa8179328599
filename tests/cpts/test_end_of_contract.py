"""What goes back when a contract ends: less each month, nothing at the end of a year; silence is an agreement."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cpts_sim.missions.course import Course, Step
from cpts_sim.missions.payments import RUNNING_PART, Payments


def _payments(opened: dict[int, float]) -> Payments:
    column = np.full((1, RUNNING_PART), -1.0)
    for mission, month in opened.items():
        column[0, mission] = month
    payments = object.__new__(Payments)
    payments.organisation = SimpleNamespace(table={"opened": column})  # type: ignore[assignment]
    return payments


def test_the_running_part_is_earned_month_by_month_and_whole_at_the_anniversary() -> None:
    earned = [float(_payments({})._earned(month)[RUNNING_PART]) for month in range(25)]
    assert earned[:13] == pytest.approx(np.arange(13) / 12.0)
    assert earned[13:] == pytest.approx(np.arange(1, 13) / 12.0)


def test_a_mission_that_opened_within_the_year_is_earned_from_its_opening_on() -> None:
    payments = _payments({0: 6.0})
    assert [float(payments._earned(month)[0]) for month in (6, 9, 12)] == pytest.approx([0.0, 0.5, 1.0])
    assert float(payments._earned(18)[0]) == pytest.approx(0.5), "in the next year from its first month on"


@pytest.mark.parametrize("silence", [True, False])
def test_silence_cannot_be_a_refusal(silence: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Course, "silent", lambda self, step, tries: silence)
    monkeypatch.setattr(Course, "happens", lambda self, chance, decision, what=0: bool(asked.append(chance)))
    assert object.__new__(Course).refused(Step.DECISION, 0) is False
    assert asked == ([] if silence else ["life_refused"])
