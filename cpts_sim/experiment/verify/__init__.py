"""Verification: exact laws and published tables, through the running model where it is concerned."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cpts_sim.errors import UsageError
from cpts_sim.experiment.verify import calendars, formulas, output, parts, queues
from cpts_sim.experiment.verify.rows import Asked, Check, Outcome, Row, Verdict, Where
from cpts_sim.words import did_you_mean, say

ENGINE, PART, ANALYTIC = Where.ENGINE, Where.PART, Where.ANALYTIC

CHECKS: tuple[Check, ...] = (
    Check("backlog", "1.1", ENGINE, queues.backlog),
    Check("best_panel", "1.1", ANALYTIC, formulas.panels_and_absences),
    Check("rejoining", "1.2", ANALYTIC, formulas.rejoining),
    Check("calendar", "2.1", ENGINE, calendars.calendar),
    Check("diversion", "2.2", ENGINE, calendars.diverted),
    Check("week", "2.3", ENGINE, calendars.week, quick=False),
    Check("calendar_laws", "2", ANALYTIC, formulas.calendar_laws),
    Check("access", "3.1", ANALYTIC, formulas.accessibility),
    Check("pooling", "4.1", ANALYTIC, formulas.pooling),
    Check("linked", "4.2", ENGINE, calendars.linked),
    Check("overflow_days", "4.3", ANALYTIC, formulas.overflow_days),
    Check("panel", "4.4", ENGINE, calendars.panel),
    Check("servers", "4.1, 5.1, 6.4", ENGINE, queues.stations),
    Check("constant", "5", ENGINE, queues.constant),
    Check("priorities", "5", ENGINE, queues.priorities),
    Check("erlang", "5.1, 6.1", ANALYTIC, formulas.telephone_and_beds),
    Check("stroke", "6.1", ENGINE, queues.stroke_beds),
    Check("call_centre", "6.2", PART, parts.call_centre),
    Check("demands", "7.1", ANALYTIC, formulas.demands_and_resources),
    Check("worker", "7.2", ANALYTIC, formulas.worker),
    Check("one_calendar", "8", ANALYTIC, formulas.one_calendar_for_all),
    Check("intervals", "9.1, 9.5", ANALYTIC, output.intervals),
    Check("stopping", "9.2, 9.3", ANALYTIC, output.stopping),
    Check("pairing", "9.6", ANALYTIC, output.pairing),
    Check("arrivals", "9.7", PART, parts.arrivals_by_hour),
)
"""Every check, in the order of the validation cases."""

SECOND_SEED = 1_000_003


def chosen(names: Sequence[str] = (), quick: bool = False) -> list[Check]:
    """Return the checks asked for: those named, else all (the quick ones only, when time is short).

    Raises:
        UsageError: a name is unknown.
    """
    known = {check.name: check for check in CHECKS}
    for name in names:
        if name not in known:
            raise UsageError(say("verify.unknown", name=name, hint=did_you_mean(name, known), known=", ".join(known)))
    return [check for check in CHECKS if (check.name in names if names else check.quick or not quick)]


def run_check(check: Check, asked: Asked) -> Outcome:
    """Run a check; a number outside is tried a second time with other seeds before it counts."""
    begun = time.perf_counter()
    rows = check.rows(asked)
    again = check.where is not Where.ANALYTIC and any(row.verdict is Verdict.OUTSIDE for row in rows)
    if again:
        rows = check.rows(replace(asked, seed=asked.seed + SECOND_SEED))
    return Outcome(check, tuple(rows), again, time.perf_counter() - begun)


def run_checks(checks: Sequence[Check], asked: Asked) -> Iterator[Outcome]:
    """Run checks one after the other."""
    for check in checks:
        yield run_check(check, asked)


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many rows are inside, outside, too short; and how many of those with power have it."""
    rows = [row for outcome in outcomes for row in outcome.rows]
    judged = [row.rejects for row in rows if row.rejects is not None]
    found = {verdict.value: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    return {"checks": len(outcomes), "rows": len(rows), **found, "power": sum(judged), "power_all": len(judged)}


__all__ = [
    "CHECKS",
    "Asked",
    "Check",
    "Outcome",
    "Row",
    "Verdict",
    "Where",
    "chosen",
    "counts",
    "run_check",
    "run_checks",
]
