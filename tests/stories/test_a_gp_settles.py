"""A GP settles in a small town where many have no usual doctor."""

from __future__ import annotations

import numpy as np
from lives import Life, Recorder, arms, cpts, live, same_bytes, scenario, winter

from cpts_sim.engine.events import Account, Route
from cpts_sim.model import Model

DAYS = 150


def _town() -> Model:
    many = {"arrivals.per_100_year": 5.0, "arrivals.solo_factor": 1.0}
    policies = arms(**{"without": None, "with": cpts()})
    return winter(scenario(population=40000, parameters=many, arms=policies, cpts=cpts()), 5)


def test_she_opens_books_takes_people_on_and_is_the_same_in_every_arm() -> None:
    town = _town()
    before = len(town.tables["gps"])
    without, other = live(town, "without", DAYS), live(town, "with", DAYS)
    gps = without.model.tables["gps"]
    new = np.flatnonzero(gps["arrived"])
    assert len(new) >= 1, "nobody settled in five months"
    assert new.min() >= before
    assert gps["since"][new[0]] < (DAYS - 60) * 1440.0, "she has had two months"
    people = without.model.tables["people"]
    assert np.isin(people["mt"][people["alive"]], new).sum() > 20  # those who looked for a doctor found her
    visits = without.rows("visit")
    weeks = (DAYS - gps["since"][new[0]] / 1440.0) / 7.0
    assert (visits["provider"] == new[0]).sum() > 8 * weeks
    requests = without.rows("request")
    by_gps = np.isin(requests["route"], (Route.OWN_GP, Route.OTHER_GP, Route.SQUEEZE))
    served = requests["account"][by_gps & np.isin(requests["provider"], new)]
    assert (served == Account.NEW_PROFESSIONAL).mean() > 0.99
    same = other.model.tables["gps"]
    assert (same["key"][same["arrived"] > 0] == gps["key"][new]).all()
    agents = without.model.agents_by_type
    assert sum(len(agents[kind]) for kind in agents if kind.__name__ == "GP") == int(gps["alive"].sum())
    _goes_on_after_a_fork(town, without)


def _goes_on_after_a_fork(town: Model, straight: Life) -> None:
    """Her books, week and process are rebuilt from her row."""
    recorder = Recorder()
    first = town.fork("without", observers=[recorder])
    first.run(101)
    second = first.fork("without", observers=[recorder])
    second.run(DAYS - 101)
    second.finish()
    same_bytes(Life(second, recorder.journal()), straight)
