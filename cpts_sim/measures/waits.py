"""Waits and leads of those whom a general practitioner saw, and what their first contact met."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import After, Ending, First, Need, Route
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.access import PATIENCE_DAYS
from cpts_sim.measures.base import (
    DAY,
    MINUTES,
    Horizon,
    Indicator,
    Row,
    Tables,
    Tally,
    measure,
    ratio,
    week_of,
)
from cpts_sim.measures.cuts import BY_AGE, BY_ATTACHMENT, BY_COMMUNE, BY_DEPRIVATION, BY_KIND, WHOLE, named
from cpts_sim.measures.histogram import LEAD_DAYS, WAIT_EDGES_MIN, bins, quantile, whole_quantile
from cpts_sim.measures.tables import cohort, residents

GP_ROUTES = (
    Route.OWN_GP, Route.SQUEEZE, Route.COLLEAGUE, Route.OTHER_GP, Route.DESK, Route.OUTSIDE, Route.VISIT, Route.SAS,
    Route.SESSION, Route.SURGE,
)  # fmt: skip
_CUTS = (WHOLE, BY_KIND, BY_COMMUNE, BY_AGE, BY_DEPRIVATION, BY_ATTACHMENT)
_BINS = len(WAIT_EDGES_MIN) - 1
_NEEDS = len(Need)


@measure(
    "waits",
    reads=("request",),
    indicators=(
        Indicator("wait.mean", "days", "lower", "visit minus the later of request and wished date"),
        Indicator("wait.p90", "days", "lower"),
        Indicator("wait.over_2d", "share", "lower"),
        Indicator("wait.over_7d", "share", "lower"),
        Indicator(
            "wait.served", "per_1000_year", "none", "always stands beside the waits: who is served changes"
        ),
        Indicator("wait.gp", "days", "lower", "patients of one GP of the day-0 cohort"),
        Indicator("wait.gp_served", "count", "none", "requests served by one GP of the day-0 cohort"),
        Indicator(
            "wait.by_member", "days", "lower", "patients of the same GPs in both arms, by the GP's place"
        ),
        Indicator(
            "lead.median", "days", "none", "DREES ER 1085: 2 days (W1); calendar days, for comparison only"
        ),
        Indicator("lead.mean", "days", "none", "DREES ER 1085: 6 days (W1)"),
        Indicator("lead.same_day", "share", "none"),
        Indicator("lead.next_day", "share", "none", "DREES ER 1085: same or next day 45 to 49 % (W1)"),
    ),
)
class Waits:
    """Requests served by a GP, by the week in which they were due."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count the requests served in this chunk."""
        request = chunk["request"]
        kept = (request["ending"] == Ending.SERVED) & np.isin(request["route"], GP_ROUTES)
        rows = {name: column[kept & np.isfinite(request["visit"])] for name, column in request.items()}
        due = np.fmax(rows["asked"], rows["wished"])
        wait = np.maximum(rows["visit"] - due, 0.0)
        visited = week_of(rows["visit"])
        tally.add("visited", visited)
        tally.add("visited_minutes", visited, amount=wait, scale=MINUTES)
        week = np.where(rows["asked"] >= 0, week_of(due), -1)
        for cut in _CUTS:
            size = (len(cut.labels(tables)),)
            cells = (cut.cells(rows, tables),)
            tally.add(f"{cut.name}.served", week, cells, size)
            tally.add(f"{cut.name}.minutes", week, cells, size, wait, MINUTES)
            tally.add(f"{cut.name}.over_2d", week, cells, size, wait > 2 * DAY)
            tally.add(f"{cut.name}.over_7d", week, cells, size, wait > 7 * DAY)
        gps = (len(tables["gps"]["halo"]),)
        tally.add("gp.served", week, (rows["provider"],), gps)
        tally.add("gp.minutes", week, (rows["provider"],), gps, wait, MINUTES)
        tally.add("bins", week, (rows["kind"], bins(wait, WAIT_EDGES_MIN)), (_NEEDS, _BINS))
        lead = np.floor(rows["visit"] / DAY) - np.floor(rows["asked"] / DAY)
        tally.add(
            "lead", week, (rows["kind"], np.clip(lead, 0, LEAD_DAYS - 1).astype(int)), (_NEEDS, LEAD_DAYS)
        )

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return waits, the number served and leads."""
        weeks = horizon.judged_weeks(PATIENCE_DAYS)
        for cut in _CUTS:
            size = (len(cut.labels(tables)),)
            counts = {
                n: tally.get(f"{cut.name}.{n}", weeks, size).sum(axis=0)
                for n in ("served", "minutes", "over_2d", "over_7d")
            }
            values = {
                "wait.mean": ratio(counts["minutes"] / MINUTES / DAY, counts["served"]),
                "wait.over_2d": ratio(counts["over_2d"], counts["served"]),
                "wait.over_7d": ratio(counts["over_7d"], counts["served"]),
                "wait.served": counts["served"] * 1000 / (residents(tables) * weeks * 7 / 365),
            }
            for indicator, numbers in values.items():
                yield from (Row(indicator, *part[:2], -1, part[2]) for part in named(cut, tables, numbers))
        yield from self._spread(tally, weeks, tables)
        yield from self._by_gp(tally, weeks, tables)
        yield from self._weekly(tally, horizon.weeks)

    def _spread(self, tally: Tally, weeks: int, tables: Tables) -> Iterator[Row]:
        counts = tally.get("bins", weeks, (_NEEDS, _BINS)).sum(axis=0)
        leads = tally.get("lead", weeks, (_NEEDS, LEAD_DAYS)).sum(axis=0)
        rows = [("", "", counts.sum(axis=0), leads.sum(axis=0))]
        rows += [("kind", label, counts[i], leads[i]) for i, label in enumerate(BY_KIND.labels(tables))]
        for by, group, waits, lead in rows:
            total = lead.sum()
            yield Row("wait.p90", by, group, -1, quantile(waits, WAIT_EDGES_MIN, 0.9) / DAY)
            yield Row("lead.median", by, group, -1, whole_quantile(lead, 0.5))
            yield Row("lead.mean", by, group, -1, float(ratio((lead * np.arange(LEAD_DAYS)).sum(), total)))
            yield Row("lead.same_day", by, group, -1, float(ratio(lead[0], total)))
            yield Row("lead.next_day", by, group, -1, float(ratio(lead[:2].sum(), total)))

    def _by_gp(self, tally: Tally, weeks: int, tables: Tables) -> Iterator[Row]:
        """Yield the mean wait at each GP of the cohort: whose patients paid for what others gained."""
        mine = cohort(tables)
        served = tally.get("gp.served", weeks, (len(mine),)).sum(axis=0)
        days = ratio(tally.get("gp.minutes", weeks, (len(mine),)).sum(axis=0) / MINUTES / DAY, served)
        for gp in np.flatnonzero(mine):
            yield Row("wait.gp", "gp", f"{gp:06d}", -1, float(days[gp]))
            yield Row("wait.gp_served", "gp", f"{gp:06d}", -1, float(served[gp]))

    def _weekly(self, tally: Tally, weeks: int) -> Iterator[Row]:
        """Yield the mean wait of those seen each week, those who had asked during the warm-up included."""
        minutes = tally.get("visited_minutes", weeks)
        days = ratio(minutes / MINUTES / DAY, tally.get("visited", weeks))
        yield from (Row("wait.mean", "", "", week, float(days[week])) for week in range(weeks))


@measure(
    "contacts",
    reads=("request",),
    indicators=(
        Indicator("contact.failed", "share", "lower", "5 % of first contacts with a GP fail (W5)"),
        Indicator("contact.per_request", "contacts", "lower"),
        *(
            Indicator(f"contact.then_{what.name.lower()}", "share", "none", "56 / 32 / 3 / 9 % (W5)")
            for what in (After.ELSEWHERE, After.GAVE_UP, After.ED, After.LATER)
        ),
    ),
)
class Contacts:
    """First contacts of the requests raised from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count first contacts, failures and what followed them."""
        rows = chunk["request"]
        asked_a_gp = ~np.isin(rows["kind"], (Need.NURSING, Need.EMERGENCY)) & (rows["first"] != First.NO_CONTACT)
        week = np.where(asked_a_gp, week_of(rows["asked"]), -1)
        failed = np.isin(rows["first"], (First.REFUSED, First.BUSY))
        tally.add("all", week)
        tally.add("contacts", week, amount=rows["contacts"])
        tally.add("after", np.where(failed, week, -1), (rows["after"],), (len(After),))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the share of failed first contacts and what followed."""
        every = tally.get("all", horizon.weeks).sum()
        after = tally.get("after", horizon.weeks, (len(After),)).sum(axis=0)
        yield Row("contact.failed", "", "", -1, float(ratio(after.sum(), every)))
        yield Row(
            "contact.per_request", "", "", -1, float(ratio(tally.get("contacts", horizon.weeks).sum(), every))
        )
        for what in (After.ELSEWHERE, After.GAVE_UP, After.ED, After.LATER):
            name = f"contact.then_{what.name.lower()}"
            yield Row(name, "", "", -1, float(ratio(after[what], after.sum())))
