"""What GPs do with minutes that others take over: one rule, applied every four weeks (``use_of_slack``).

A delegated act leaves its slot free. The rule splits these minutes: *backfill* stays free for others, *list* lets the
GP take on patients, *longer* lengthens consultations, *shorter* ends days sooner. The last two close slots: of those
closed for a shorter day the minutes are no longer laid out; those closed for longer consultations are shared out among
the slots that stay open, so the minutes laid out are the same. No minute is counted twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.sessions import ORDINARY
from cpts_sim.care.slack import use_of_slack
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Slot, Work
from cpts_sim.engine.columns import true_rows

Array = NDArray[Any]
PERIOD_WEEKS = 4
FIRST_DAY = 7
"""Days ahead at which slots may begin to close."""
PERIODS_A_YEAR = 52.0 / PERIOD_WEEKS


def use_freed_time(world: World, day: int) -> None:
    """Split the minutes freed in the last four weeks, and act on the split (a weekly hook)."""
    gps, p = world.gps, world.parameters
    if (day // 7) % PERIOD_WEEKS or not (gps["freed_min"].any() or gps["longer_share"].any()):
        return
    rows = true_rows((gps["halo"] == 0) & gps["alive"] & (gps["status"] == Work.WORKING))
    strain = (gps["ee"][rows] - p["strain.gp_ee_mean"]) / p["strain.gp_ee_sd"]
    split = use_of_slack(gps["freed_min"][rows], strain, np.full(len(rows), p["gp.fee_share"]), p)
    _longer_lists(world, rows, split.to_list)
    _longer_acts(world, rows, split.longer)
    close_slots(world, rows, split.longer + split.shorter)
    used = true_rows(gps["freed_min"][rows] != 0.0)
    world.journal.add(
        "slack", at=world.now, row=rows[used], freed=gps["freed_min"][rows[used]], backfill=split.backfill[used],
        to_list=split.to_list[used], longer=split.longer[used], shorter=split.shorter[used],
    )  # fmt: skip
    gps["freed_min"][:] = 0.0


def _longer_lists(world: World, rows: Array, minutes: Array) -> None:
    """A lasting gain of minutes supports as many more patients as need them."""
    gps, p = world.gps, world.parameters
    per_patient = p["gp.acts_per_patient_year"] * gps["slot_min"][rows] / PERIODS_A_YEAR
    more = minutes / np.maximum(per_patient, 1.0)
    gps["list_factor"][rows] = 1.0 + more / np.maximum(gps["list_target"][rows], 1.0) + gps["assistant_list"][rows]


def _longer_acts(world: World, rows: Array, minutes: Array) -> None:
    """The minutes of the slots that close make those that stay open longer, until the next division."""
    books, today = world.books, int(np.floor_divide(world.now, DAY))
    span = books.span(today + FIRST_DAY, today + FIRST_DAY + 7 * PERIOD_WEEKS)
    laid = np.where(books.kind[rows, span] & ORDINARY > 0, books.length[rows, span], 0.0).sum(axis=1)
    world.gps["longer_share"][rows] = minutes / np.maximum(laid - minutes, minutes + 1.0)


def close_slots(
    world: World, rows: Array, minutes: Array, first_day: int = FIRST_DAY, weeks: int = PERIOD_WEEKS
) -> None:
    """Close free slots of some GPs, from a number of days ahead, until so many minutes are gone.

    Slots are whole, so what is closed too much or too little is remembered and set off against the next time.

    Args:
        world: the world.
        rows: GPs, each once.
        minutes: minutes to take out of each book.
        first_day: days ahead at which closing may begin.
        weeks: weeks over which it is spread.
    """
    books = world.books
    today = int(np.floor_divide(world.now, DAY))
    span = books.span(today + first_day, today + first_day + 7 * weeks)
    owed = world.gps["slots_owed_min"]
    owed[rows] += minutes
    if span.stop <= span.start:
        return
    debtors = rows[owed[rows] > 0]
    bits = books.free[debtors, span]
    ordinary = (bits == Slot.AHEAD) | (bits == Slot.SAME_DAY)
    enough = owed[debtors] >= 0.5 * books.length[debtors, ordinary.argmax(axis=1) + span.start]
    for one in true_rows(enough & ordinary.any(axis=1)).tolist():
        row, free = int(debtors[one]), true_rows(ordinary[one]) + span.start
        begin = int(world.draws.scalar("slot closed", int(world.gps["key"][row]), today) * len(free))
        order = np.concatenate([free[begin:], free[:begin]])
        length = books.length[row, order].astype(np.float64)
        gone = np.cumsum(length) - 0.5 * length <= owed[row]  # the nearest whole number of slots
        owed[row] -= length[gone].sum()
        books.close(np.full(int(gone.sum()), row), order[gone])
