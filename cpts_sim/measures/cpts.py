"""What the CPTS itself spends, how the minutes it frees are used, and which rules close the books."""

from __future__ import annotations

from collections.abc import Iterator

from cpts_sim.engine.events import CptsEvent
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, week_of
from cpts_sim.measures.tables import residents

_EVENTS = len(CptsEvent)
_USES = ("backfill", "to_list", "longer", "shorter")
_RULES = 16


@measure(
    "cpts",
    reads=("cpts",),
    indicators=(
        Indicator("cpts.hours", "hours_year", "none", "hours of members and staff, by what was done"),
        Indicator("cpts.euros", "euros_year", "none", "running, missions and coordination; never care acts"),
        Indicator("cpts.euros_per_person", "euros_person_year", "none"),
    ),
)
class Cpts:
    """Events of the CPTS from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum hours and euros by event."""
        rows = chunk["cpts"]
        week = week_of(rows["at"])
        for name in ("hours", "euros"):
            tally.add(name, week, (rows["event"],), (_EVENTS,), rows[name], POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return hours and euros a year."""
        for name in ("hours", "euros"):
            sums = tally.get(name, horizon.weeks, (_EVENTS,), POINTS).sum(axis=0) / horizon.years
            yield Row(f"cpts.{name}", "", "", -1, float(sums.sum()))
            yield from (Row(f"cpts.{name}", "event", e.name.lower(), -1, float(sums[e])) for e in CptsEvent)
            if name == "euros" and residents(tables):
                yield Row("cpts.euros_per_person", "", "", -1, float(sums.sum() / residents(tables)))


@measure(
    "slack",
    reads=("slack",),
    indicators=(
        Indicator("slack.minutes", "minutes_year", "none", "minutes freed from GPs' patient time, by use"),
    ),
)
class Slack:
    """Where freed minutes went; the same minute is never counted twice."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum freed minutes by use."""
        rows = chunk["slack"]
        for name in ("freed", *_USES):
            tally.add(name, week_of(rows["at"]), amount=rows[name], scale=POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return minutes a year, in all and by use."""
        for name in ("freed", *_USES):
            total = tally.get(name, horizon.weeks, scale=POINTS).sum() / horizon.years
            yield Row("slack.minutes", *(("", "") if name == "freed" else ("use", name)), -1, float(total))


@measure(
    "stabilisers",
    reads=("stabiliser",),
    indicators=(
        Indicator("stabiliser.amount", "amount_year", "none", "use of each rule that closes the books"),
    ),
)
class Stabilisers:
    """How much of the gap between supply and need each rule closed."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum amounts by rule."""
        rows = chunk["stabiliser"]
        tally.add("amount", week_of(rows["at"]), (rows["rule"],), (_RULES,), rows["amount"], POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the amount of each rule used, a year."""
        sums = tally.get("amount", horizon.weeks, (_RULES,), POINTS).sum(axis=0) / horizon.years
        yield from (
            Row("stabiliser.amount", "rule", str(i), -1, float(sums[i])) for i in range(_RULES) if sums[i]
        )
