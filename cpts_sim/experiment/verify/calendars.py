"""Calendars with a fixed number of slots a day, through the running model."""

from __future__ import annotations

from typing import Any

import numpy as np

from cpts_sim.experiment.verify.practices import Counter, asks, count_run, practices_scenario, sessions
from cpts_sim.experiment.verify.rows import WRONG, Asked, Floats, Row, measured
from cpts_sim.theory.slotted import Calendar, Diversion, Week, diversion, overflow

ON_SHARES, ON_MEANS = 0.01, 0.05
"""Resolution of probabilities, and of means as a share of the exact value."""


def _calendar_run(per_day: float, slots: int, practices: int, days: int, seed: int) -> Counter:
    need = asks(per_day, patience="unlimited")
    return count_run(practices_scenario({"visit": need}, practices, sessions(slots), 40), days, seed)


def calendar(asked: Asked) -> list[Row]:
    """The delay law when the day's requests, made at opening, take the earliest free slot."""
    cases = [(18.0, 20, 260, 560), (6.4, 8, 240, 560)]
    if not asked.quick:
        cases.append((19.0, 20, 440, 1008))
    return [row for case in cases for row in _calendar(*case, asked.seed)]


def _calendar(per_day: float, slots: int, practices: int, days: int, seed: int) -> list[Row]:
    exact = Calendar(per_day, slots).delay()
    found = _calendar_run(per_day, slots, practices, days, seed)
    wrong = _calendar_run(per_day * WRONG, slots, practices // 4, days, seed)
    told: dict[str, Any] = {"requests": per_day, "slots": slots}
    rows = [
        measured("delay_within", "share", found.within(n), exact.within(n), ON_SHARES, wrong.within(n), days=n, **told)
        for n in (0, 1)  # longer ones are too rare for a normal interval
    ]
    means = found.mean_delay(), exact.mean, ON_MEANS * exact.mean, wrong.mean_delay()
    return [*rows, measured("delay_mean", "days", *means, **told)]


def _diversion_run(per_day: float, patience: int, practices: int, seed: int) -> Counter:
    need = asks(per_day, "own_gp", "ed", patience_days=patience)
    return count_run(practices_scenario({"visit": need}, practices, sessions(20)), 364, seed)


def diverted(asked: Asked) -> list[Row]:
    """An overloaded calendar whose patients go to the emergency department rather than wait longer."""
    return [row for patience in (0, 2) for row in _diverted(22.0, patience, asked.seed)]


def _diverted(per_day: float, patience: int, seed: int) -> list[Row]:
    """With a patience of days the calendar is always full: its utilisation cannot tell demands apart."""
    exact = diversion(per_day, 20, patience)
    found = _diversion_run(per_day, patience, 170, seed)
    wrong = _diversion_run(per_day * WRONG, patience, 60, seed)
    told: dict[str, Any] = {"requests": per_day, "slots": 20, "patience": patience}
    away, full, used = _share_away(found), found.own / (364 * 20), exact.utilisation
    wrong_away, wrong_full = _share_away(wrong), wrong.own / (364 * 20)
    rows = [
        measured("diverted", "share", away, exact.diverted, 0.004, wrong_away, **told),
        measured("utilisation", "share", full, used, ON_SHARES, wrong_full, used > 0.999, **told),
    ]
    return rows + _accepted(found, wrong, exact, told)


def _share_away(counter: Counter) -> Floats:
    share: Floats = counter.away / (counter.away + counter.own)
    return share


def _accepted(found: Counter, wrong: Counter, exact: Diversion, told: dict[str, Any]) -> list[Row]:
    within = np.cumsum(exact.delay.law[:-1])
    rows = [
        measured("accepted_within", "share", found.within(days), float(probability), ON_SHARES, wrong.within(days),
                 days=days, **told)
        for days, probability in enumerate(within)
    ]  # fmt: skip
    if len(within):
        mean = exact.delay.mean
        rows.append(measured("accepted_mean", "days", found.mean_delay(), mean, ON_MEANS * mean, wrong.mean_delay(),
                             **told))  # fmt: skip
    return rows


REQUESTS = (30.0, 22.0, 20.0, 20.0, 24.0, 0.0, 0.0)
SLOTS = (24, 24, 24, 24, 24, 0, 0)


def _week_run(scale: float, practices: int, days: int, seed: int) -> Counter:
    need = asks(scale * sum(REQUESTS) / 7, patience="unlimited", weekday=list(REQUESTS))
    weekly = {day: sessions(24) for day in ("mon", "tue", "wed", "thu", "fri")}
    return count_run(practices_scenario({"visit": need}, practices, weekly, 52), days, seed, longest_days=100)


def week(asked: Asked) -> list[Row]:
    """A week with a surge on Monday and a closed weekend; delays in calendar days.

    Demand five per cent higher exceeds the slots and has no steady state, so the run to be rejected has three.
    """
    exact = Week(REQUESTS, SLOTS)
    found = _week_run(1.0, 560, 1400, asked.seed)
    wrong = _week_run(1.03, 60, 1400, asked.seed)
    whole = exact.delay()
    rows = [
        measured("week_within", "share", found.within(days), whole.within(days), 0.02,
                 wrong.within(days), days == 7, days=days)
        for days in (0, 1, 2, 7)
    ]  # fmt: skip
    for weekday, law in enumerate(exact.delays()):
        if law is not None:
            values, off = found.within(0, weekday), wrong.within(0, weekday)
            rows.append(measured("weekday_same_day", "share", values, law.within(0), 0.02, off, weekday=weekday))
    means = found.mean_delay(), whole.mean, ON_MEANS * whole.mean, wrong.mean_delay()
    return [*rows, measured("week_mean", "days", *means)]


def _overflow_run(links: str, gps: int, per_day: float, practices: int, seed: int) -> Counter:
    need = asks(per_day, "own_gp", "linked_gp", patience_days=0)
    layout: dict[str, Any] = {"gps_per_practice": gps, "links": links}
    scenario = practices_scenario({"visit": need}, practices, sessions(8), 0, **layout)
    return count_run(scenario, 336, seed)


def linked(asked: Asked) -> list[Row]:
    """One day's overflow between GPs, own GP first."""
    cases = [(2, "none", 8.0), (2, "full", 8.0), (3, "chain", 8.0)]
    if not asked.quick:
        cases += [(3, "full", 8.0), (3, "none", 9.0), (3, "chain", 9.0), (3, "full", 9.0)]
    return [row for case in cases for row in _linked(*case, asked.seed)]


def _linked(gps: int, links: str, per_day: float, seed: int) -> list[Row]:
    reach = {"none": 1, "chain": 2, "full": gps}[links]
    exact = overflow([per_day] * gps, 8, [[(i + k) % gps for k in range(reach)] for i in range(gps)])
    found, wrong = (_overflow_run(links, gps, per_day * f, n, seed) for f, n in ((1.0, 84), (WRONG, 40)))
    told: dict[str, Any] = {"gps": gps, "requests": per_day, "links": links}
    parts = [("own", exact.own), ("other", exact.other), ("away", exact.refused)]
    resolution = 0.004 * per_day * gps
    return [
        measured(f"seen_{name}", "per_day", getattr(found, name) / 336, value, resolution, getattr(wrong, name) / 336,
                 **told)
        for name, value in parts
        if value
    ]  # fmt: skip


def panel(asked: Asked) -> list[Row]:
    """The panel equation: a panel times visits a year is visits a day times days a year."""
    a_day, days, each = 20, 220, 2.0
    people = a_day * days / each
    found, wrong = (
        count_run(
            practices_scenario({"visit": {"rate": f"{each * factor!r} per year", "routes": ["own_gp"]}}, practices,
                               sessions(24), inhabitants=round(people) * practices), 365, asked.seed
        )
        for factor, practices in ((1.0, 60), (WRONG, 40))
    )  # fmt: skip
    told: dict[str, Any] = {"panel": people, "each": each, "visits": a_day, "days": days}
    return [measured("panel", "per_year", found.own, a_day * days, 0.01 * a_day * days, wrong.own, **told)]
