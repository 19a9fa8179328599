"""The contract of a CPTS: euros in and out by line, members in name and hands at work, indicators that are paid for.

What the contract pays for is what the CPTS declares; ``BESIDE`` names, for each mission, the true outcome of the
population that is to be read beside it (law: a paid indicator is not an outcome).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, INCOME, SPENDING, Line
from cpts_sim.engine.events import CptsEvent, Profession
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of

BESIDE = {
    "treating_physician": "mt.without_end",
    "unscheduled_care": "access.in_time",
    "pathways": "admission.readmitted",
    "prevention": "admission.avoidable",
    "crisis": "ed.visits",
    "quality": "visit.acts",
    "professional_support": "career.rate",
}
"""True outcome to be read beside what is paid for, by mission."""
_PLACES = ("nominal", "active", "leaders", "attended")
_REVIEW = ("achieved", "declared", "target")


@measure(
    "contract",
    reads=("payment", "cpts"),
    indicators=(
        Indicator("cpts.received", "euros_year", "none", "ACI 2019, amendment 2 of 2022"),
        Indicator("cpts.spent", "euros_year", "none"),
        Indicator("cpts.unspent", "euros", "none"),
        Indicator("cpts.unpaid_hours", "hours_year", "lower"),
        Indicator("cpts.staff_unpaid_hours", "hours_year", "lower"),
    ),
)
class Contract:
    """The account."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum euros by line, and hours that nobody paid."""
        rows, acts = chunk["payment"], chunk["cpts"]
        tally.add("euros", week_of(rows["at"]), (rows["line"],), (len(Line),), rows["euros"], POINTS)
        unpaid = acts["event"] == CptsEvent.UNPAID
        tally.add("unpaid", week_of(acts["at"][unpaid]), amount=acts["hours"][unpaid], scale=POINTS)
        staff = acts["event"] == CptsEvent.STAFF_UNPAID
        tally.add("staff_unpaid", week_of(acts["at"][staff]), amount=acts["hours"][staff], scale=POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return euros a year by line, and what is left on the account."""
        euros = tally.get("euros", horizon.weeks, (len(Line),), POINTS).sum(axis=0)
        for name, lines in (("cpts.received", INCOME), ("cpts.spent", SPENDING)):
            yield Row(name, "", "", -1, float(euros[list(lines)].sum() / horizon.years))
            for line in lines:
                yield Row(name, "line", line.name.lower(), -1, float(euros[line] / horizon.years))
        left = float(euros[list(INCOME)].sum() - euros[list(SPENDING)].sum())
        yield Row("cpts.unspent", "", "", -1, left)
        for name, kept in (("cpts.unpaid_hours", "unpaid"), ("cpts.staff_unpaid_hours", "staff_unpaid")):
            yield Row(name, "", "", -1, float(tally.get(kept, horizon.weeks, scale=POINTS).sum() / horizon.years))


@measure(
    "members",
    reads=("members",),
    indicators=(
        Indicator("cpts.members", "people", "none", "7 % of GPs in 2019, 20 % in 2022, in name"),
        Indicator("cpts.active", "people", "none"),
        Indicator("cpts.attending", "people", "none"),
    ),
)
class Members:
    """Names on the list and hands at work, apart: means of the months of the last year."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum people by profession and place."""
        rows = chunk["members"]
        week, cells, sizes = week_of(rows["at"]), (rows["profession"],), (len(Profession),)
        tally.add("months", week, cells, sizes)
        for place in _PLACES:
            tally.add(place, week, cells, sizes, rows[place])

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return people by profession."""
        last = slice(max(0, horizon.weeks - 52), None)
        months = tally.get("months", horizon.weeks, (len(Profession),))[last].sum(axis=0)
        names = {"cpts.members": "nominal", "cpts.active": "active", "cpts.attending": "attended"}
        for name, place in names.items():
            sums = tally.get(place, horizon.weeks, (len(Profession),))[last].sum(axis=0)
            each = np.nan_to_num(ratio(sums, months))
            for profession in (Profession.GP, Profession.NURSE, Profession.PHARMACIST):
                yield Row(name, "profession", profession.name.lower(), -1, float(each[profession]))


@measure(
    "paid_indicators",
    reads=("review",),
    indicators=(
        Indicator("cpts.paid_indicators", "share", "none", "Senate 2025: means and results, weights unknown"),
        Indicator("cpts.declared", "per_target", "none"),
        Indicator("cpts.paid_results", "euros_year", "none"),
    ),
)
class PaidIndicators:
    """What the yearly reviews paid for, by mission."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum declared results, targets, shares and euros."""
        rows = chunk["review"]
        week, cells, sizes = week_of(rows["at"]), (rows["mission"],), (len(ACI_MISSIONS),)
        tally.add("reviews", week, cells, sizes)
        for name in (*_REVIEW, "euros"):
            tally.add(name, week, cells, sizes, rows[name], POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the mean share that was earned, what was declared of the target, and the euros."""
        count = tally.get("reviews", horizon.weeks, (len(ACI_MISSIONS),)).sum(axis=0)
        sums = {name: tally.get(name, horizon.weeks, (len(ACI_MISSIONS),), POINTS).sum(axis=0)
                for name in (*_REVIEW, "euros")}  # fmt: skip
        earned, declared = ratio(sums["achieved"], count), ratio(sums["declared"], sums["target"])
        for code, mission in enumerate(ACI_MISSIONS):
            yield Row("cpts.paid_indicators", "mission", mission, -1, float(earned[code]))
            yield Row("cpts.declared", "mission", mission, -1, float(declared[code]))
            yield Row("cpts.paid_results", "mission", mission, -1, float(sums["euros"][code] / horizon.years))
