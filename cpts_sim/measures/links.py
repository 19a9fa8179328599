"""Ways to the second line, and acts outside the GP's practice: what arrives, what gets lost, who did what."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.events import Act, Referral, Service
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.tables import residents

_SERVICES, _EVENTS, _ACTS = len(Service), len(Referral), len(Act)


@measure(
    "second_line",
    reads=("referral",),
    indicators=(
        Indicator("second_line.lost", "share", "lower", "seeds on addictology: services little known to GPs"),
        Indicator("second_line.days", "days", "lower", "W3: cardiologist mean 50 days"),
        Indicator("second_line.seen", "per_1000_year", "higher"),
        Indicator("second_line.gave_up", "per_1000_year", "lower"),
    ),
)
class SecondLine:
    """Referrals from day 0 on, by service."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count what happened to referrals, and sum the days of those who were seen."""
        rows = chunk["referral"]
        week = week_of(rows["at"])
        tally.add("events", week, (rows["service"], rows["event"]), (_SERVICES, _EVENTS))
        seen = np.where(rows["event"] == Referral.SEEN, week, -1)
        days = (rows["at"] - rows["made"]) / DAY
        tally.add("days", seen, (rows["service"],), (_SERVICES,), days, POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return losses, days and flows, in all and by service."""
        n = horizon.weeks
        events = tally.get("events", n, (_SERVICES, _EVENTS)).sum(axis=0)
        days = tally.get("days", n, (_SERVICES,), POINTS).sum(axis=0)
        people = residents(tables) * horizon.years
        groups = [("", "", slice(None)), *(("service", s.name.lower(), slice(s, s + 1)) for s in Service)]
        for by, group, part in groups:
            count = events[part].sum(axis=0)
            lost, sent, seen = (float(count[e]) for e in (Referral.LOST, Referral.SENT, Referral.SEEN))
            yield Row("second_line.lost", by, group, -1, float(ratio(lost, lost + sent)))
            yield Row("second_line.days", by, group, -1, float(ratio(days[part].sum(), seen)))
            yield Row("second_line.seen", by, group, -1, float(ratio(1000 * seen, people)))
            gave_up = float(count[Referral.GAVE_UP])
            yield Row("second_line.gave_up", by, group, -1, float(ratio(1000 * gave_up, people)))


@measure(
    "acts",
    reads=("act",),
    indicators=(
        Indicator("acts.done", "per_1000_year", "higher", "vaccines, screenings, plans, nurses' contacts"),
        Indicator("acts.organised", "per_1000_year", "none", "what a contract counts (gross)"),
    ),
)
class Acts:
    """Acts outside the GP's practice from day 0 on, and those that a CPTS organised."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count acts."""
        rows = chunk["act"]
        tally.add("acts", week_of(rows["at"]), (rows["act"], rows["organised"]), (_ACTS, 2))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return acts per 1 000 residents a year, by act."""
        acts = tally.get("acts", horizon.weeks, (_ACTS, 2)).sum(axis=0)
        people = residents(tables) * horizon.years
        for name, column in (("acts.done", slice(None)), ("acts.organised", slice(1, 2))):
            counted = acts[:, column].sum(axis=1)
            yield Row(name, "", "", -1, float(ratio(1000 * counted.sum(), people)))
            for act in Act:
                yield Row(name, "act", act.name.lower(), -1, float(ratio(1000 * counted[act], people)))
