"""People without a médecin traitant (MT, the declared usual GP): stocks and flows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import Attachment, Via
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.tables import residents

_STOCKS = ("adults", "without_mt", "seeking_mt", "ald_adults", "ald_without_mt")
_LAST_WEEKS = 4
"""Stocks at the end are the mean of the last weeks, so that one day does not decide."""


@measure(
    "mt_stock",
    reads=("day",),
    indicators=(
        Indicator("mt.without", "share", "lower", "9.8 to 10.5 % of adults in 2019, 11 % in 2024"),
        Indicator("mt.without_end", "share", "lower", "mean of the last four weeks"),
        Indicator("mt.seeking", "share", "lower", "adults without MT who seek one"),
        Indicator("mt.ald_without", "share", "lower", "3.8 to 5.4 % of adults with ALD in 2024"),
        Indicator("mt.ald_without_end", "share", "lower", "mean of the last four weeks"),
        Indicator("mt.people_without", "people", "lower", "mean of the last four weeks"),
    ),
)
class Stock:
    """Adults without MT at the end of each day."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum the stocks of each day."""
        rows = chunk["day"]
        week = week_of(rows["at"])
        tally.add("days", week)
        for name in _STOCKS:
            tally.add(name, week, amount=rows[name])

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return shares of adults, over the horizon and at its end."""
        n = horizon.weeks
        held = {name: tally.get(name, n) for name in _STOCKS}
        mean = {name: held[name].sum() for name in _STOCKS}
        last = {name: held[name][-_LAST_WEEKS:].sum() for name in _STOCKS}
        yield Row("mt.without", "", "", -1, float(ratio(mean["without_mt"], mean["adults"])))
        yield Row("mt.without_end", "", "", -1, float(ratio(last["without_mt"], last["adults"])))
        yield Row("mt.seeking", "", "", -1, float(ratio(mean["seeking_mt"], mean["adults"])))
        yield Row("mt.ald_without", "", "", -1, float(ratio(mean["ald_without_mt"], mean["ald_adults"])))
        yield Row("mt.ald_without_end", "", "", -1, float(ratio(last["ald_without_mt"], last["ald_adults"])))
        days = tally.get("days", n)[-_LAST_WEEKS:].sum()
        yield Row("mt.people_without", "", "", -1, float(ratio(last["without_mt"], days)))
        for week, value in enumerate(ratio(held["without_mt"], held["adults"])):
            yield Row("mt.without", "", "", week, float(value))


@measure(
    "mt_flow",
    reads=("attachment",),
    indicators=(
        Indicator("mt.registered", "per_1000_year", "higher", "new attachments, by the way they came about"),
        Indicator("mt.orphaned", "per_1000_year", "lower", "people whose MT left"),
        Indicator("mt.registered_ald", "per_1000_year", "higher"),
    ),
)
class Flow:
    """Attachments made and lost from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count events, and registrations by way."""
        rows = chunk["attachment"]
        week = week_of(rows["at"])
        made = np.where(rows["event"] == Attachment.REGISTERED, week, -1)
        tally.add("events", week, (rows["event"],), (len(Attachment),))
        tally.add("via", made, (rows["via"],), (len(Via),))
        tally.add("ald", made, amount=rows["ald"] == 1)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return flows per 1 000 residents a year."""
        people = residents(tables) * horizon.years
        events = tally.get("events", horizon.weeks, (len(Attachment),)).sum(axis=0)
        via = tally.get("via", horizon.weeks, (len(Via),)).sum(axis=0)
        ald = tally.get("ald", horizon.weeks).sum()
        yield Row("mt.registered", "", "", -1, float(ratio(1000 * events[Attachment.REGISTERED], people)))
        for way in Via:
            yield Row("mt.registered", "via", way.name.lower(), -1, float(ratio(1000 * via[way], people)))
        yield Row("mt.orphaned", "", "", -1, float(ratio(1000 * events[Attachment.ORPHANED], people)))
        yield Row("mt.registered_ald", "", "", -1, float(ratio(1000 * ald, people)))
