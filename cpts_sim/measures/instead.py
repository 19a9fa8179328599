"""The same money spent otherwise: what was offered, what found somebody, what is left."""

from __future__ import annotations

from collections.abc import Iterator

from cpts_sim.engine.cpts_codes import INSTEAD, Line
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of


@measure(
    "instead",
    reads=("payment",),
    indicators=(
        Indicator("instead.offered", "euros", "none", "euros that the contract of the CPTS is due to pay"),
        Indicator("instead.spent", "euros", "none"),
        Indicator("instead.unspent", "euros", "none"),
        Indicator("instead.spent_share", "share", "none", "below 80 % two different sums would be compared"),
    ),
)
class SameMoneySpent:
    """Euros of the whole run, by use."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum euros by line."""
        rows = chunk["payment"]
        tally.add("euros", week_of(rows["at"]), (rows["line"],), (len(Line),), rows["euros"], POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return what was offered, spent (by use too) and left, and the share that was spent."""
        euros = tally.get("euros", horizon.weeks, (len(Line),), POINTS).sum(axis=0)
        offered, spent = float(euros[Line.OFFERED]), float(euros[list(INSTEAD)].sum())
        yield Row("instead.offered", "", "", -1, offered)
        yield Row("instead.spent", "", "", -1, spent)
        for line in INSTEAD:
            yield Row("instead.spent", "use", line.name.lower(), -1, float(euros[line]))
        yield Row("instead.unspent", "", "", -1, offered - spent)
        yield Row("instead.spent_share", "", "", -1, float(ratio([spent], [offered])[0]))
