"""What professionals give: acts, hours by ledger line, free slots at closing, appointments kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import LEDGER_LINES, Profession, Status, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.histogram import quantile
from cpts_sim.measures.tables import residents

_LINES = len(LEDGER_LINES)
_PROFESSIONS = len(Profession)
_HOUR_EDGES = np.arange(0.0, 121.0)
_ACT_EDGES = np.arange(0.0, 401.0, 4.0)
REST_LINES = ("cpts_lunch", "cpts_evening", "cpts_admin")
"""Hours for a CPTS outside consulting hours; its administration displaces what an evening does."""

PATIENT_LINES = ("consult", "visit", "squeeze", "session_other", "idle", "extra_paid")
"""Ledger lines that are time for patients."""
LONG_WEEK_H = 50.0
"""Weeks longer than this go with more exhaustion (care.md B14)."""


@measure(
    "visits",
    reads=("visit",),
    indicators=(
        Indicator("visit.acts", "per_person_year", "none", "4.0 to 4.2 a year and inhabitant"),
        Indicator("visit.no_show", "share", "lower", "2.6 to 3.4 % (W11), 6 to 10 % (W12)"),
        Indicator("visit.length", "minutes", "none"),
        Indicator("visit.home", "share", "none"),
    ),
)
class Visits:
    """Booked slots whose time came from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count slots by what became of them."""
        rows = chunk["visit"]
        week = week_of(rows["at"])
        done = np.where(rows["status"] == Status.DONE, week, -1)
        tally.add("status", week, (rows["status"],), (len(Status),))
        tally.add("minutes", done, amount=rows["minutes"], scale=POINTS)
        tally.add("home", done, amount=rows["home"])

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return acts per inhabitant, missed appointments, mean length and share of home visits."""
        status = tally.get("status", horizon.weeks, (len(Status),)).sum(axis=0)
        done = status[Status.DONE]
        missed = status[Status.NO_SHOW]
        yield Row("visit.acts", "", "", -1, float(ratio(done, residents(tables) * horizon.years)))
        yield Row("visit.no_show", "", "", -1, float(ratio(missed, done + missed)))
        minutes = tally.get("minutes", horizon.weeks, scale=POINTS).sum()
        yield Row("visit.length", "", "", -1, float(ratio(minutes, done)))
        yield Row("visit.home", "", "", -1, float(ratio(tally.get("home", horizon.weeks).sum(), done)))


@measure(
    "time",
    reads=("week",),
    indicators=(
        Indicator("time.hours", "hours_week", "none", "54 h a week; weeks actually worked"),
        Indicator("time.hours_p10", "hours_week", "none"),
        Indicator("time.hours_p90", "hours_week", "none"),
        Indicator("time.long_weeks", "share", "lower", "more than 50 h (B14)"),
        Indicator("time.acts", "acts_week", "none"),
        Indicator("time.acts_p10", "acts_week", "none"),
        Indicator("time.acts_p90", "acts_week", "none"),
        Indicator("time.line", "hours_week", "none", "one line of the weekly ledger"),
        Indicator(
            "time.patients", "hours_week", "none", "44.5 h; its change is what a mission takes or gives"
        ),
        Indicator("time.displaced", "minutes_week", "none", "patient time a GP gives to the CPTS in the day"),
        Indicator(
            "time.unpaid_evening",
            "minutes_week",
            "lower",
            "rest a GP gives to the CPTS at lunch, in the evening and at her desk after hours",
        ),
    ),
)
class Time:
    """Weeks worked from day 0 on, by profession."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count hours by line, acts and long weeks."""
        rows = chunk["week"]
        week = np.where(rows["status"] == Work.WORKING, week_of(rows["at"]), -1)
        who = (rows["profession"],)
        total = np.zeros(len(week))
        for rank, line in enumerate(LEDGER_LINES):
            hours = np.asarray(rows[line], np.float64) / 60
            total = total + hours
            cells = (*who, np.full(len(week), rank))
            tally.add("line", week, cells, (_PROFESSIONS, _LINES), hours, POINTS)
        most, acts = len(_HOUR_EDGES) - 1, len(_ACT_EDGES) - 1
        tally.add("weeks", week, who, (_PROFESSIONS,))
        tally.add("acts", week, who, (_PROFESSIONS,), rows["acts"])
        tally.add("long", week, who, (_PROFESSIONS,), total > LONG_WEEK_H)
        tally.add("hour_bins", week, (*who, np.clip(total, 0, most - 1).astype(int)), (_PROFESSIONS, most))
        tally.add("act_bins", week, (*who, np.clip(rows["acts"] // 4, 0, acts - 1)), (_PROFESSIONS, acts))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return hours and acts of GPs with their spread, and every line of every profession."""
        weeks = tally.get("weeks", horizon.weeks, (_PROFESSIONS,)).sum(axis=0)
        lines = tally.get("line", horizon.weeks, (_PROFESSIONS, _LINES), POINTS).sum(axis=0)
        per_week = ratio(lines, weeks[:, None])
        gp = per_week[Profession.GP]
        for name in ("acts", "long"):
            held = tally.get(name, horizon.weeks, (_PROFESSIONS,)).sum(axis=0)[Profession.GP]
            indicator = "time.acts" if name == "acts" else "time.long_weeks"
            yield Row(indicator, "", "", -1, float(ratio(held, weeks[Profession.GP])))
        yield Row("time.hours", "", "", -1, float(gp.sum()))
        patients = sum(gp[LEDGER_LINES.index(line)] for line in PATIENT_LINES)
        yield Row("time.patients", "", "", -1, float(patients))
        rest = sum(gp[LEDGER_LINES.index(line)] for line in REST_LINES)
        yield Row("time.displaced", "", "", -1, float(60 * gp[LEDGER_LINES.index("cpts_day")]))
        yield Row("time.unpaid_evening", "", "", -1, float(60 * rest))
        for name, edges in (("hour", _HOUR_EDGES), ("act", _ACT_EDGES)):
            counts = tally.get(f"{name}_bins", horizon.weeks, (_PROFESSIONS, len(edges) - 1)).sum(axis=0)
            for mark, level in (("p10", 0.1), ("p90", 0.9)):
                yield Row(f"time.{name}s_{mark}", "", "", -1, quantile(counts[Profession.GP], edges, level))
        for profession in Profession:
            yield from self._lines(profession, per_week[profession])

    def _lines(self, profession: Profession, hours: np.ndarray) -> Iterator[Row]:
        by = "line" if profession is Profession.GP else f"line_{profession.name.lower()}"
        if np.isfinite(hours).any():
            yield from (
                Row("time.line", by, line, -1, float(h)) for line, h in zip(LEDGER_LINES, hours, strict=True)
            )


@measure(
    "slots",
    reads=("day",),
    indicators=(
        Indicator(
            "slots.free_at_close",
            "share",
            "lower",
            "same-day slots nobody found, of the day's capacity (W14)",
        ),
        Indicator("slots.free_per_day", "slots_day", "lower"),
        Indicator("slots.third_next", "days", "lower", "third next available appointment"),
        Indicator("slots.backlog", "appointments", "none", "appointments booked and not yet given"),
    ),
)
class Slots:
    """What was left in the books at the end of each day."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count free slots, capacity, backlog and the third next available appointment."""
        rows = chunk["day"]
        week = week_of(rows["at"])
        tally.add("days", week)
        tally.add("open", np.where(rows["capacity"] > 0, week, -1))
        for name in ("free_at_close", "capacity", "backlog"):
            tally.add(name, week, amount=rows[name])
        known = np.isfinite(rows["third_next_days"]) & (rows["third_next_days"] >= 0)
        tally.add("third_days", np.where(known, week, -1))
        tally.add("third", np.where(known, week, -1), amount=rows["third_next_days"], scale=POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return shares and means over the days."""
        n = horizon.weeks
        get = {
            x: tally.get(x, n) for x in ("days", "open", "free_at_close", "capacity", "backlog", "third_days")
        }
        third = tally.get("third", n, scale=POINTS)
        free = get["free_at_close"]
        yield Row("slots.free_at_close", "", "", -1, float(ratio(free.sum(), get["capacity"].sum())))
        yield Row("slots.free_per_day", "", "", -1, float(ratio(free.sum(), get["open"].sum())))
        yield Row("slots.third_next", "", "", -1, float(ratio(third.sum(), get["third_days"].sum())))
        yield Row("slots.backlog", "", "", -1, float(ratio(get["backlog"].sum(), get["days"].sum())))
        for week, value in enumerate(ratio(free, get["open"])):
            yield Row("slots.free_per_day", "", "", week, float(value))
