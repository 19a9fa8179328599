"""Careers, and how one exit leads to another: people left without a usual GP, load on the others, strain, exits.

Exits of a small territory are few. Beside those that happened stand the *expected* ones: the sum over the weeks of
the chance of an early exit, which says the same with far less noise. Retirements and the departures that a shock
brings are not chances of strain and stand apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Career, Profession, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, WEEK, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.burnout import HIGH_EE
from cpts_sim.measures.supply import PATIENT_LINES
from cpts_sim.measures.tables import cohort

Array = NDArray[np.float64]

EXITS = (Career.RETIRED, Career.LEFT_EARLY, Career.LEFT_BY_SHOCK, Career.DISPLACED)
"""Events by which the territory loses a GP without successor."""
YIELDS = (Career.LEFT_EARLY, Career.SICK_LEAVE, Career.HOURS_CUT)
"""Events by which a professional gives way to strain."""
LINK_WEEKS = 52
"""Longest time from an exit to what follows it, weeks."""
BEFORE_WEEKS = 13
"""Weeks before an exit with which a colleague's weeks after it are compared."""
_FINE = POINTS * POINTS
_PROFESSIONS, _EVENTS = len(Profession), len(Career)


@measure(
    "careers",
    reads=("career", "week"),
    indicators=(
        Indicator("career.rate", "per_100_year", "none", "a hundred professionals: early exits about 1 a year (B28)"),
        Indicator("career.expected", "per_100_year", "lower", "long psychiatric leave about 0.4 a year (B27)"),
        Indicator("career.orphans", "people", "lower", "people whose usual GP left without successor, by cause"),
    ),
)
class Careers:
    """What happens to professionals from day 0 on, per hundred of them and year."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count events, weeks lived and chances."""
        told = chunk["career"]
        cells = (told["profession"], told["event"])
        tally.add("events", week_of(told["at"]), cells, (_PROFESSIONS, _EVENTS))
        tally.add("orphans", week_of(told["at"]), (told["event"],), (_EVENTS,), told["orphans"])
        rows = chunk["week"]
        week = np.where(rows["status"] == Work.LEFT, -1, week_of(rows["at"]))
        tally.add("lived", week, (rows["profession"],), (_PROFESSIONS,))
        working = np.where(rows["status"] == Work.WORKING, week, -1)
        for name in ("exit", "sick", "cut"):
            chance = rows[f"{name}_chance"]
            tally.add(name, working, (rows["profession"],), (_PROFESSIONS,), chance, _FINE)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return rates of events and of chances, and the people left without a usual GP."""
        n = horizon.weeks
        events = tally.get("events", n, (_PROFESSIONS, _EVENTS)).sum(axis=0)
        years = tally.get("lived", n, (_PROFESSIONS,)).sum(axis=0) * WEEK / (365.0 * 1440.0)
        for profession in Profession:
            if not years[profession]:
                continue
            who = profession.name.lower()
            for event in Career:
                rate = 100.0 * ratio(events[profession, event], years[profession])
                yield Row("career.rate", "profession_event", f"{who}.{event.name.lower()}", -1, float(rate))
            for name in ("exit", "sick", "cut"):
                total = tally.get(name, n, (_PROFESSIONS,), _FINE).sum(axis=0)[profession]
                rate = 100.0 * ratio(total, years[profession])
                yield Row("career.expected", "profession_event", f"{who}.{name}", -1, float(rate))
        orphans = tally.get("orphans", n, (_EVENTS,)).sum(axis=0)
        yield Row("career.orphans", "", "", -1, float(orphans[list(EXITS)].sum()))
        yield from (Row("career.orphans", "event", e.name.lower(), -1, float(orphans[e])) for e in EXITS)


_SUMS = ("there", "working", "hours", "drive", "rise", "tired", "exit")


@measure(
    "cascade",
    reads=("career", "week"),
    indicators=(
        Indicator("cascade.gone", "share", "lower", "day-0 cohort gone, whatever the cause"),
        Indicator("cascade.exhausted_or_gone", "share", "lower", "day-0 cohort: EE ≥ 27, on sick leave, or gone"),
        Indicator("cascade.patients", "hours_week", "none", "patient hours of a week worked, those who remain"),
        Indicator("cascade.drive", "points", "lower", "EE points that lasting weeks like these would add"),
        Indicator("cascade.rise", "points", "lower", "EE points that work has added, those who remain"),
        Indicator("cascade.exit_chance", "share", "lower", "a year, mean of those who work: about 1 % (B28)"),
        Indicator("cascade.expected_exits", "exits", "lower", "early exits to be expected since day 0"),
        Indicator("cascade.orphaned", "people", "lower", "people left by their usual GP since day 0"),
        Indicator("cascade.exits", "exits", "lower", "exits of GPs without successor, of any cause"),
        Indicator("cascade.links", "links", "lower", "exits, leaves and cuts of GPs strained more since an exit"),
        Indicator("cascade.longest", "links", "lower", "longest chain of such links"),
    ),
)
class Cascade:
    """Weekly course of the day-0 cohort of GPs, and chains of events."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum, by GP and week, what strains and what happens."""
        size = (len(cohort(tables)),)
        rows = chunk["week"]
        gp = np.where(rows["profession"] == Profession.GP, week_of(rows["at"]), -1)
        there = np.where(rows["status"] == Work.LEFT, -1, gp)
        worked = np.where(rows["status"] == Work.WORKING, gp, -1)
        cell = (rows["row"],)
        patients = sum((np.asarray(rows[line], np.float64) for line in PATIENT_LINES), np.zeros(len(gp))) / 60.0
        tired = (rows["ee"] >= HIGH_EE) | (rows["status"] == Work.SICK)
        tally.add("told", gp)
        tally.add("there", there, cell, size)
        tally.add("working", worked, cell, size)
        tally.add("hours", worked, cell, size, patients, POINTS)
        tally.add("drive", there, cell, size, rows["drive"], POINTS)
        tally.add("rise", there, cell, size, rows["rise"], POINTS)
        tally.add("tired", there, cell, size, tired)
        tally.add("exit", worked, cell, size, rows["exit_chance"], _FINE)
        told = chunk["career"]
        week = np.where(told["profession"] == Profession.GP, week_of(told["at"]), -1)
        tally.add("events", week, (told["row"], told["event"]), (*size, _EVENTS))
        tally.add("orphans", np.where(np.isin(told["event"], EXITS), week, -1), amount=told["orphans"])

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the weekly course, its end, and the chains."""
        mine = cohort(tables)
        told = np.flatnonzero(tally.get("told", horizon.weeks))
        if not len(told) or not mine.any():
            return
        scale = {"hours": POINTS, "drive": POINTS, "rise": POINTS, "exit": _FINE}
        held = {n: tally.get(n, horizon.weeks, (len(mine),), scale.get(n, 1))[:, mine] for n in _SUMS}
        orphans = np.cumsum(tally.get("orphans", horizon.weeks))
        events = tally.get("events", horizon.weeks, (len(mine), _EVENTS))[:, mine]
        held["left"] = (np.cumsum(events[:, :, Career.SUCCEEDED], axis=0) > 0).astype(np.float64)
        for name, course in _courses(held, orphans, int(mine.sum())).items():
            yield from (Row(f"cascade.{name}", "", "", int(week), float(course[week])) for week in told)
            last = course[told][-BEFORE_WEEKS:]
            final = name in ("expected_exits", "orphaned", "gone")
            yield Row(f"cascade.{name}", "", "", -1, float(last[-1] if final else ratio(last.sum(), len(last))))
        chains = links(events, held["drive"], held["there"])
        yield Row("cascade.exits", "", "", -1, float(events[:, :, list(EXITS)].sum()))
        yield Row("cascade.links", "", "", -1, float((chains > 0).sum()))
        yield Row("cascade.longest", "", "", -1, float(chains.max(initial=0)))


def _courses(held: dict[str, Array], orphans: Array, size: int) -> dict[str, Array]:
    """Return the weekly course of each number, shape (weeks,).

    Who has handed over to a successor (``left``) is gone from the cohort; the load is that of all who work.
    """
    kept = held["there"] * (held["left"] == 0)
    fit = (kept * (held["tired"] == 0)).sum(axis=1)
    there, working = held["there"].sum(axis=1), held["working"].sum(axis=1)
    return {
        "gone": 1.0 - kept.sum(axis=1) / size,
        "exhausted_or_gone": 1.0 - fit / size,
        "patients": ratio(held["hours"].sum(axis=1), working),
        "drive": ratio(held["drive"].sum(axis=1), there),
        "rise": ratio(held["rise"].sum(axis=1), there),
        "exit_chance": 52.0 * ratio(held["exit"].sum(axis=1), working),
        "expected_exits": np.cumsum(held["exit"].sum(axis=1)),
        "orphaned": orphans,
    }


def links(events: Array, drive: Array, there: Array) -> NDArray[np.int64]:
    """Return how far down a chain of exits each giving-way stands, 0 for those that follow nothing.

    A GP who leaves early, falls ill for long or cuts hours is linked to an exit of another GP in the 52 weeks before
    if the GP's mean weekly drive since then is above that of the quarter before it. A link to an exit that itself is
    a link counts one more. This describes a run; what an exit *causes* is the difference between two arms.

    Args:
        events: number of events, shape (weeks, GPs, kinds of :class:`Career`).
        drive: weekly drive in EE points, shape (weeks, GPs).
        there: whether the GP is there, shape (weeks, GPs).

    Returns:
        Depth of each giving-way, in order of weeks, then GPs.
    """
    happened = np.argwhere(events[:, :, list(EXITS)].sum(axis=2) > 0)
    gives_way = np.argwhere(events[:, :, list(YIELDS)].sum(axis=2) > 0)
    depth: dict[tuple[int, int], int] = {}
    out = []
    for week, gp in gives_way.tolist():
        causes = [
            depth.get((w, other), 0) + 1
            for w, other in happened.tolist()
            if other != gp and 0 < week - w <= LINK_WEEKS and _strained(drive[:, gp], there[:, gp], w, week)
        ]
        depth[week, gp] = max(causes, default=0)
        out.append(depth[week, gp])
    return np.array(out, dtype=np.int64)


def _strained(drive: Array, there: Array, since: int, until: int) -> bool:
    before, after = slice(max(since - BEFORE_WEEKS, 0), since), slice(since, until + 1)
    weeks = there[before].sum(), there[after].sum()
    return bool(all(weeks) and drive[after].sum() / weeks[1] > drive[before].sum() / weeks[0])
