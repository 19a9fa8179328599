"""Each GP as a process: she wakes every Monday, and on the day she comes back from a long sick leave."""

from __future__ import annotations

from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Work


def wake(world: World, surgeries: Surgeries, row: int) -> None:
    """Let one GP begin her week: on holiday or not, replaced or not; and sleep until the next.

    On Mondays a return from sick leave is noted when the week that ends is closed, so that its ledger is that
    of a week of absence.
    """
    gps = world.gps
    day = int(gps["next_at"][row] // DAY)
    since = (day - world.days.first_day) % 7
    week = surgeries.week(day)
    away, replaced = bool(surgeries.leave[row, week]), bool(surgeries.locum[row, week])
    gps["locum_now"][row] = away and replaced
    gps["holiday_now"][row] = away and not replaced
    wakes = (day + 7 - since) * DAY
    if gps["status"][row] == Work.SICK:
        back = -(-float(gps["away_until"][row]) // DAY) * DAY
        if back > day * DAY:
            wakes = min(wakes, back)
        elif since:
            gps["status"][row] = Work.WORKING
    gps["next_at"][row] = wakes
