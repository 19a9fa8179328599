"""Lists that strain closes: only open ones close, fewer open again, and what exhaustion took comes back slowly."""

import numpy as np
import pytest
from lives import scenario, winter

from cpts_sim.care.strain import StrainModel
from cpts_sim.care.strain_effects import StrainEffects
from cpts_sim.engine.events import Work
from cpts_sim.evidence import load_parameters

P = load_parameters(2019)
EFFECTS = StrainEffects(P, StrainModel(P, "gp").population.ee)


def _open_after(weeks: int, risen: float, is_open: float) -> float:
    """Share of open lists (of those that strain may close) after some weeks at an EE above rest."""
    lost = float(EFFECTS.of(20.0 + risen, 20.0).close_list)
    back = float(EFFECTS.recovery(20.0 + risen, 20.0).reopen_list)
    for _ in range(weeks):
        is_open = is_open - lost * is_open + back * (1.0 - is_open)
    return is_open


def test_a_list_opens_again_more_slowly_than_it_closes() -> None:
    assert EFFECTS.recovery(20.0, 20.0).reopen_list < EFFECTS.of(20.0, 20.0).close_list
    exhausted = _open_after(52, 9.0, 1.0)
    rested = _open_after(52, -9.0, exhausted)
    assert rested < 0.5 * (1.0 + exhausted), "a year of rest gives back less than half of what a year took"


def test_only_open_lists_close_for_strain(monkeypatch: pytest.MonkeyPatch) -> None:
    model = winter(scenario(population=15000, drift=False))
    monkeypatch.setitem(model.care.effects._p, "close_list_yearly", 52.0)  # every week, beyond any prior
    gps = model.tables["gps"]
    inside = (gps["halo"] == 0) & gps["alive"] & (gps["accepts"] > 0)
    was_open, full = inside & (gps["open"] > 0), inside & (gps["open"] == 0)
    assert was_open.any() and full.any()
    model.run(7)
    assert (gps["accepts"][full & (gps["status"] == Work.WORKING)] > 0).all(), "a full list is no open list"
    assert (gps["accepts"][was_open] == 0).mean() > 0.5, "all at work close; some are on leave"


def test_a_part_of_the_closed_lists_is_closed_for_strain_at_the_start() -> None:
    model = winter(scenario(population=60_000, warmup="1 week"))
    gps = model.tables["gps"]
    shut = (gps["halo"] == 0) & (gps["accepts"] == 0)
    closed = int(((gps["halo"] == 0) & (gps["open"] == 0)).sum())
    share = P["strain.closed_for_strain"]
    assert abs(int(shut.sum()) - share * closed) < 3.3 * np.sqrt(share * (1 - share) * closed)
