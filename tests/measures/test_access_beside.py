"""What stands beside the primary outcome: the same without emergency departments, and what nurses served."""

from __future__ import annotations

import numpy as np

from cpts_sim.engine.events import Ending, Need, Origin, Route
from cpts_sim.measures import Horizon, over
from cpts_sim.report.document.reading import MAIN
from cpts_sim.report.table import HEADLINES

from . import fake

ROUTES = (Route.OWN_GP, Route.ED, Route.NURSE, Route.NURSE)
KINDS = (Need.ACUTE, Need.ACUTE, Need.FOLLOWUP, Need.NURSING)


def _values() -> dict[str, float]:
    """Four needs met at once: by a GP, at an emergency department, by a nurse (two); the last is nursing."""
    raised = np.full(4, fake.DAY)
    request = fake.rows(
        "request", 4, raised=raised, asked=raised, wished=raised, kind=KINDS, deprivation=1, attached=1,
        ended=raised, visit=raised, ending=Ending.SERVED, route=ROUTES, origin=[0, 0, 0, Origin.CARE],
    )  # fmt: skip
    rows = over([{**fake.empty(), "request": request}], fake.tables(), Horizon(365), ("access",))
    return {row.indicator: row.value for row in rows if not row.by and row.week < 0}


def test_an_emergency_visit_is_in_time_but_not_in_primary_care() -> None:
    got = _values()
    assert got["access.in_time"] == 1.0
    assert got["access.in_time_primary"] == 2 / 3


def test_what_nurses_serve_is_counted_whatever_its_kind_and_origin() -> None:
    people = len(fake.tables()["people"]["age"])
    living = int((fake.tables()["people"]["age"] >= 0).sum())
    assert 0 < living <= people
    assert _values()["access.nursing_contacts"] == 2 * 1000.0 / living


def test_both_stand_beside_the_primary_outcome_in_tables_and_reports() -> None:
    shown = [place.indicator for place in HEADLINES]
    beside = ["access.in_time", "access.in_time_primary", "access.nursing_contacts"]
    assert shown[:3] == beside
    assert list(MAIN[:3]) == beside
