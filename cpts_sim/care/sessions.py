"""What becomes of the minutes that GPs lay out: acts, the desk (letters, calls, results), idle; none is lost (law 2).

A session is a morning or an afternoon. Its minutes are the slots that the book keeps open, found or not, and the home
visits made; patients squeezed in come on top. Acts take what they take; the desk work that acts and sessions leave
is done in the minutes that acts leave, first come first served; what is still left is idle. Desk work that finds no
minute by the end of the week is done after hours and lengthens it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER, WEEK
from cpts_sim.engine.codes import Slot
from cpts_sim.engine.columns import true_rows

Array = NDArray[Any]
Floats = NDArray[np.float64]
HALVES = ("am", "pm")
COLUMNS = (
    *(f"{half}_{what}_min" for half in HALVES for what in ("act", "desk", "apart")),
    "desk_min", "week_laid_min", "week_given_min", "admin_given_min", "slots_owed_min",
)  # fmt: skip
"""Columns of the GPs: minutes of today's sessions by half-day (acts in laid-out time, desk work that came, laid out for
people from elsewhere), desk work waiting, minutes laid out and given this week by the practice (locums included),
administration given up for the CPTS this week, and slots still owed to somebody else."""
ORDINARY = np.uint8(Slot.AHEAD | Slot.SAME_DAY | Slot.HELD | Slot.SHARED)


def divide(laid: Floats, acts: Floats, desk: Floats) -> tuple[Floats, Floats, Floats]:
    """Divide the minutes of sessions: desk work done, idle, and acts beyond what was laid out.

    Acts, desk work and idle make the minutes laid out and the overrun.

    Args:
        laid: minutes laid out.
        acts: minutes of acts.
        desk: minutes of desk work waiting.
    """
    left = np.maximum(laid - acts, 0.0)
    done = np.minimum(left, desk)
    return done, left - done, np.maximum(acts - laid, 0.0)


# ------------------------------------------------------------------------------------------ while the day goes
def half_of(world: World, minute: Array) -> Array:
    """Half-day of minutes: 0 before the afternoon begins, 1 from then on."""
    day = np.floor(np.where(minute < NEVER, minute, 0.0) / DAY)
    result: Array = (minute - day * DAY >= world.parameters["gp.afternoon_start_min"]).astype(np.int64)
    return result


def note_acts(world: World, gp: Array, at: Array, slot: Array, minutes: Array) -> None:
    """Remember the acts of a window: minutes within laid-out time, desk work that they leave, minutes given."""
    gps, half = world.gps, half_of(world, at)
    squeezed, regular = slot == Slot.SQUEEZE, slot != Slot.EXTRA
    _add_by_half(world, "act", gp, half, np.where(regular & ~squeezed, minutes, 0.0))
    _add_by_half(world, "desk", gp, half, desk_of_acts(world, gp))
    gps["week_given_min"] += _sum(world, gp, np.where(regular, minutes, 0.0))
    gps["week_laid_min"] += _sum(world, gp, np.where(squeezed, minutes, 0.0))


def _add_by_half(world: World, what: str, gp: Array, half: Array, minutes: Array) -> None:
    """Add minutes to what GPs have done in the half-days of today."""
    count = len(world.gps)
    sums = np.bincount(gp + half * count, minutes, minlength=len(HALVES) * count).astype(np.float64)
    for name, added in zip(HALVES, sums.reshape(len(HALVES), count), strict=True):
        world.gps[f"{name}_{what}_min"] += added


def desk_of_acts(world: World, gp: Array) -> Floats:
    """Return the minutes of letters, calls and results that an act of each of these GPs leaves: at their own pace."""
    minutes: Floats = world.parameters["gp.desk_act_min"] * world.gps["desk_factor"][gp]
    return minutes


def more_desk(world: World, gp: Array, minutes: float) -> None:
    """Add desk work, once for each time that a GP is named."""
    world.gps["desk_min"] += _sum(world, gp, np.full(len(gp), minutes))


def charge_elsewhere(world: World, line: str, gp: Array, at: Array, laid: Array, minutes: Array) -> None:
    """Charge slots given to people who are not simulated one by one: laid-out minutes, and minutes of their acts.

    They count in the GP's week, not in what the practice gives to the people of the territory.
    """
    mine = world.gps["locum_now"][gp] == 0
    world.ledger.charge(line, gp[mine], minutes[mine])
    half = half_of(world, at)
    for what, added in (("apart", laid), ("act", minutes), ("desk", desk_of_acts(world, gp))):
        _add_by_half(world, what, gp, half, added)


def _sum(world: World, gp: Array, minutes: Array) -> Floats:
    total: Floats = np.bincount(gp, minutes, minlength=len(world.gps)).astype(np.float64)
    return total


# ------------------------------------------------------------------------------------------ when it ends
def pace(world: World) -> Floats:
    """Return the present length of each GP's acts and slots, against the usual one."""
    result: Floats = world.gps["pace"] * (1.0 + world.gps["longer_share"])
    return result


def laid_out(world: World, day: int) -> tuple[Floats, Floats]:
    """Return the minutes that each GP's books laid out on a day: office slots and visits made, shape (2, GPs) each.

    Slots are as long as the GP's pace makes them: who works faster opens more of them in the same time.
    """
    books = world.books
    span = books.span(day)
    kind, length = books.kind[:, span], books.length[:, span].astype(np.float64)
    afternoon = half_of(world, books.start[:, span] - day * DAY) > 0
    office = np.where(kind & ORDINARY > 0, length, 0.0) * pace(world)[:, None]
    visit = np.where((kind == Slot.HOME) & (books.free[:, span] == 0), world.parameters["gp.home_visit_min"], 0.0)
    split = [np.stack([(minutes * ~afternoon).sum(axis=1), (minutes * afternoon).sum(axis=1)])
             for minutes in (office, visit)]  # fmt: skip
    return split[0], split[1]


def close_sessions(world: World, day: int) -> None:
    """Charge every minute laid out today to the ledger: what acts left is desk work, or idle."""
    gps, p = world.gps, world.parameters
    office, visits = laid_out(world, day)
    mine = (gps["locum_now"] == 0) & (gps["halo"] == 0)
    rows = true_rows(mine)
    for rank, half in enumerate(HALVES):
        gps["week_laid_min"] += office[rank] + visits[rank]
        laid = office[rank] + visits[rank] + gps[f"{half}_apart_min"]
        waiting = gps["desk_min"] + gps[f"{half}_desk_min"] + p["gp.desk_session_min"] * (office[rank] > 0)
        done, idle, _ = divide(laid, gps[f"{half}_act_min"], waiting)
        gps["desk_min"] = np.where(mine, waiting - done, 0.0)
        world.ledger.charge("session_other", rows, done[rows])
        world.ledger.charge("idle", rows, idle[rows])
        for what in ("act", "desk", "apart"):
            gps[f"{half}_{what}_min"][:] = 0.0
    _charge_paid_sessions(world, day, mine)
    if (day + 1 - world.days.first_day) % 7 == 0:
        _close_week(world, rows)


def _charge_paid_sessions(world: World, day: int, mine: Array) -> None:
    """Paid sessions are worked whole, whoever comes."""
    span = world.books.span(day)
    gp, column = np.nonzero((world.books.kind[:, span] == Slot.EXTRA) & mine[:, None])
    world.ledger.charge("extra_paid", gp, world.books.length[:, span][gp, column].astype(np.float64))


def _close_week(world: World, rows: Array) -> None:
    """Desk work that found no minute in the week is done after hours; the week of each practice is written."""
    gps = world.gps
    world.ledger.charge("session_other", rows, gps["desk_min"][rows])
    gps["desk_min"][:] = 0.0
    write_practices(world, world.now - WEEK)


def write_practices(world: World, monday: float) -> None:
    """Write what each practice laid out and gave since a Monday, and begin anew."""
    gps = world.gps
    open_rows = true_rows((gps["halo"] == 0) & (gps["week_laid_min"] > 0))
    world.journal.add(
        "practice_week", at=monday, row=open_rows, account=gps["account"][open_rows],
        laid=gps["week_laid_min"][open_rows], given=gps["week_given_min"][open_rows],
    )  # fmt: skip
    gps["week_laid_min"][:] = 0.0
    gps["week_given_min"][:] = 0.0


def unused(world: World, day: int) -> Array:
    """Number of ordinary slots that each GP kept open on a day and nobody took."""
    span = world.books.span(day)
    free: Array = np.count_nonzero(world.books.free[:, span] & ORDINARY, axis=1)
    return free
