"""How long the warm-up was is forgotten: twice as long moves no measure beyond noise, and weeks count from day 0."""

from __future__ import annotations

import numpy as np
import pytest
from lives import DAY, Life, live, scenario, winter

from cpts_sim.engine.events import LEDGER_LINES, Ending, First, Need, Profession, Status, Work

DAYS, SEEDS = 84, (1, 2, 3, 4)
WEEKS = 8
STUDENT_3 = 4.54  # one in a hundred, one side, four pairs: eight measures then err once in six or seven


def _lived(weeks: int, seed: int) -> Life:
    spec = scenario(population=8000, warmup=f"{weeks} weeks")
    return live(winter(spec, seed), None, DAYS)


def _measures(life: Life) -> dict[str, float]:
    requests, visits, weeks, ed = (life.rows(kind) for kind in ("request", "visit", "week", "ed"))
    served = (requests["ending"] == Ending.SERVED) & np.isfinite(requests["visit"]) & (requests["kind"] <= Need.ACUTE)
    wait = (requests["visit"] - requests["asked"])[served] / DAY
    same_day = np.floor(requests["visit"] / DAY) == np.floor(requests["asked"] / DAY)
    asked = requests["first"] != First.NO_CONTACT
    gps = (weeks["profession"] == Profession.GP) & (weeks["status"] == Work.WORKING)
    hours = sum(weeks[line][gps].astype(float) for line in LEDGER_LINES) / 60.0
    return {
        "acts": float((visits["status"] == Status.DONE).sum()),
        "wait of symptoms, days": float(wait.mean()),
        "same day, points": 100.0 * float(same_day[served].mean()),
        "failed contacts, points": 100.0 * float(np.isin(requests["first"], (First.REFUSED, First.BUSY))[asked].mean()),
        "given up, points": 100.0 * float((requests["ending"] == Ending.UNMET).mean()),
        "emergency visits": float(len(ed["arrival"])),
        "hours of GPs": float(np.mean(hours)),
        "exhaustion of GPs": float(weeks["ee_true"][gps].mean()),
    }  # fmt: skip


@pytest.fixture(scope="module")
def pairs() -> list[tuple[dict[str, float], dict[str, float]]]:
    """Measures after a warm-up and after one twice as long, seed by seed."""
    return [(_measures(_lived(WEEKS, seed)), _measures(_lived(2 * WEEKS, seed))) for seed in SEEDS]


@pytest.mark.slow
def test_twice_the_warm_up_moves_no_measure(pairs: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    moved = {}
    for name in pairs[0][0]:
        short, long = (np.array([pair[which][name] for pair in pairs]) for which in (0, 1))
        difference = long - short
        error = difference.std(ddof=1) / np.sqrt(len(pairs))
        # four pairs may agree by chance: no less than a tenth of what one seed differs from another
        tolerance = STUDENT_3 * max(error, 0.1 * short.std(ddof=1))
        if abs(difference.mean()) > tolerance:
            moved[name] = (short.mean(), difference.mean(), tolerance)
    assert not moved, moved


@pytest.mark.slow
def test_pairs_share_their_seed(pairs: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    acts = np.array([[pair[which]["acts"] for pair in pairs] for which in (0, 1)])
    assert np.abs(acts[0] - acts[1]).max() < 0.03 * acts.mean(), "the same people, the same needs"


@pytest.mark.parametrize("weeks", [3, 4])
def test_what_comes_every_four_weeks_counts_from_day_0(weeks: int) -> None:
    spec = scenario(population=8000, warmup=f"{weeks} weeks", parameters={"territory.assistant": 0.4})
    split = live(winter(spec), None, 63).rows("slack")["at"] / DAY
    assert sorted(set(split.tolist())) == [0.0, 28.0, 56.0], "minutes that assistants save are split every four weeks"
