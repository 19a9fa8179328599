"""Calls to the SAS in consulting hours, and how many of them end with an appointment in town within 48 hours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import Ending, Institution, Route
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import DAY, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.tables import residents

TWO_DAYS = 2 * DAY


@measure(
    "regulation",
    reads=("institution", "request"),
    indicators=(
        Indicator("sas.calls", "per_1000_year", "none", "calls in consulting hours, after a refusal or without an MT"),
        Indicator("sas.in_town", "share", "higher", "half of the calls judged ambulatory (AN4)"),
    ),
)
class Regulation:
    """Calls from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count calls, and requests that a slot found by the SAS ended within 48 hours."""
        calls, ended = chunk["institution"], chunk["request"]
        tally.add("calls", np.where(calls["institution"] == Institution.SAS, week_of(calls["at"]), -1))
        soon = ended["visit"] - ended["asked"] <= TWO_DAYS
        found = (ended["route"] == Route.SAS) & (ended["ending"] == Ending.SERVED) & soon
        tally.add("found", np.where(found, week_of(ended["asked"]), -1))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return calls per 1 000 residents a year, and the share that ends in town."""
        calls, found = (tally.get(name, horizon.weeks).sum() for name in ("calls", "found"))
        yield Row("sas.calls", "", "", -1, float(ratio(1000 * calls, residents(tables) * horizon.years)))
        yield Row("sas.in_town", "", "", -1, float(ratio(found, calls)))
