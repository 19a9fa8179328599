"""What happens when the time of a booked slot comes, and when a booking is cancelled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import requests as rq
from cpts_sim.care.common_numbers import induce
from cpts_sim.care.freed_time import close_slots
from cpts_sim.care.sessions import note_acts
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Ending, MtState, Need, Origin, Road, Route, Slot, Status
from cpts_sim.engine.columns import cells, true_rows
from cpts_sim.engine.settlement import Freed, stable_order

Array = NDArray[Any]


def cancel(world: World, end: float) -> Freed:
    """Let the bookings be cancelled that are before ``end``; most of these people ask again.

    Returns:
        Their slots, each free from the minute of the cancellation on; ``reopen`` those that nobody takes.
    """
    books = world.books
    gp, column = world.cancellations.due(books, end)
    freed = Freed(books.cancel_at[gp, column], gp, column)
    if len(freed):
        _cancel(world, gp, column)
    return freed


def reopen(world: World, freed: Freed) -> None:
    """Leave the slots free that were cancelled in this window and that nobody has taken, nor their GP closed."""
    books = world.books
    left = (books.request[freed.row, freed.column] < 0) & (books.kind[freed.row, freed.column] > 0)
    if left.any():
        books.release(freed.row[left], freed.column[left])


def _cancel(world: World, gp: Array, column: Array) -> None:
    """Take away some bookings whose patients cancel; the slots stay closed until they are reopened."""
    books = world.books
    rows = books.request[gp, column].astype(np.int64)
    at = books.cancel_at[gp, column]
    world.journal.add(
        "visit", at=books.start[gp, column], booked=at, provider=gp, person=world.requests["person"][rows],
        kind=world.requests["kind"][rows], minutes=0.0, status=Status.CANCELLED, slot=books.kind[gp, column],
        account=world.requests["account"][rows], home=books.kind[gp, column] == Slot.HOME, own=0,
    )  # fmt: skip
    books.request[gp, column] = -1
    books.cancel_at[gp, column] = NEVER
    _cancelled(world, rows, at)


def _cancelled(world: World, rows: Array, at: Array) -> None:
    requests, p = world.requests, world.parameters
    symptom = rq.is_symptom(requests["kind"][rows])
    person = requests["person"][rows]
    u = world.draws.block("after_cancel", 2, world.people["key"][person], rq.round_identity(requests, rows))
    healed = symptom & (u[0] < p["care.cancel_healed"])
    requests["start"][rows] = NEVER
    requests["provider"][rows] = -1
    rq.end_requests(world, rows[healed], Ending.UNMET, Route.SELF, at[healed])  # cured by itself: no care was given
    ask_again(world, rows[~healed], at[~healed] + u[1][~healed] * p["care.rebook_spread_days"] * DAY)


def ask_again(world: World, rows: Array, at: Array) -> None:
    """Put requests that lost their booking back among those that ask, from a minute on."""
    requests = world.requests
    requests["stage"][rows] = rq.ASKING
    requests["attempt"][rows] = 0
    requests["start"][rows] = NEVER
    requests["provider"][rows] = -1
    requests["next_at"][rows] = world.days.next_opening(np.floor(np.maximum(at, world.now) * 64.0) / 64.0)
    requests["rounds"][rows] = np.minimum(requests["rounds"][rows] + 1, 7)


def withdraw(world: World, gp: Array, from_minute: float, until_minute: float) -> int:
    """A GP cancels her sessions (illness, departure): slots close, people with a booking ask again.

    Returns:
        Number of bookings lost.
    """
    books = world.books
    within = (books.start[gp] >= from_minute) & (books.start[gp] < until_minute)
    which, column = np.nonzero(within & (books.kind[gp] > 0))
    rows = books.request[gp[which], column].astype(np.int64)
    lost = np.sort(rows[rows >= 0])
    books.kind[gp[which], column] = 0
    books.free[gp[which], column] = 0
    books.payer[gp[which], column] = 0
    books.request[gp[which], column] = -1
    books.cancel_at[gp[which], column] = NEVER
    books.forget()
    ask_again(world, lost, np.full(len(lost), world.now))
    return len(lost)


def see_patients(world: World, start: float, end: float) -> None:
    """Let the visits of a window happen: absences, minutes of the professionals, consequences for health."""
    books = world.books
    span = books.span(int(start // DAY), int((end - 1e-9) // DAY) + 1)
    times = books.start[:, span]
    taken = (times >= start) & (times < end) & (books.request[:, span] >= 0)
    late = taken & (books.cancel_at[:, span] < times)  # booked and cancelled within this window: too late for others
    if late.any():
        gp, local = np.nonzero(late)
        _cancel(world, gp, local + span.start)
        books.release(gp, local + span.start)
    gp, local = cells(taken & ~late)
    if not len(gp):
        return
    column = local + span.start
    rows = books.request[gp, column].astype(np.int64)
    books.request[gp, column] = -1
    books.cancel_at[gp, column] = NEVER
    at = books.start[gp, column]
    order = stable_order(at)  # at one minute by GP
    gp, column, rows, at = gp[order], column[order], rows[order], at[order]
    absent = world.rules["no_show"](world, rows, gp, at - books.booked[gp, column])
    _journal(world, gp, column, rows, at, absent)
    missed, seen = true_rows(absent), true_rows(~absent)
    _missed(world, rows[missed], at[missed])
    _seen(world, rows[seen], gp[seen], column[seen], at[seen])


def _journal(world: World, gp: Array, column: Array, rows: Array, at: Array, absent: Array) -> None:
    requests, books = world.requests, world.books
    person = requests["person"][rows]
    kind = books.kind[gp, column]
    minutes = act_minutes(world, gp, kind) * first_visit(world, rows)
    world.journal.add(
        "visit", at=at, booked=books.booked[gp, column], provider=gp, person=person, kind=requests["kind"][rows],
        minutes=minutes, status=np.where(absent, Status.NO_SHOW, Status.DONE), slot=kind,
        account=requests["account"][rows], home=kind == Slot.HOME, own=world.people["mt"][person] == gp,
    )  # fmt: skip


def act_minutes(world: World, gp: Array, kind: Array) -> Array:
    """Minutes of face-to-face time of acts, by the GP's usual length, her present pace, and the kind of slot."""
    p, gps = world.parameters, world.gps
    usual = gps["slot_min"][gp] * gps["pace"][gp] * (1.0 + gps["longer_share"][gp]) * (1.0 - gps["assisted"][gp])
    squeezed = np.where(kind == Slot.SQUEEZE, usual * p["gp.squeeze_length_factor"], usual)
    result: Array = np.where(kind == Slot.HOME, p["gp.home_visit_min"], squeezed)
    return result


def first_visit(world: World, rows: Array) -> Array:
    """Length of each visit against that of an ordinary one: a GP takes her time for a patient new to her list."""
    new = world.requests["origin"][rows] == Origin.ATTACHMENT
    result: Array = np.where(new, world.parameters["care.attachment_visit_length"], 1.0)
    return result


def no_show(world: World, rows: Array, gp: Array, lead_min: Array) -> Array:
    """Whether people miss their visit: rises with the lead, higher with a GP who does not know them."""
    p, requests = world.parameters, world.requests
    person = requests["person"][rows]
    lead_days = np.minimum(lead_min / DAY, p["care.no_show_lead_cap_days"])
    known = world.people["mt"][person] == gp
    chance = (p["care.no_show_base"] + p["care.no_show_per_day"] * lead_days) * np.where(
        known, 1.0, p["care.no_show_unknown_factor"]
    )
    u = world.draws.uniform("no_show", world.people["key"][person], rq.round_identity(requests, rows))
    result: Array = u < chance
    return result


def _missed(world: World, rows: Array, at: Array) -> None:
    if not len(rows):
        return
    requests, p = world.requests, world.parameters
    u = world.draws.uniform("after_no_show", world.people["key"][requests["person"][rows]],
                            rq.round_identity(requests, rows))  # fmt: skip
    again = (u < p["care.no_show_asks_again"]) & (requests["rounds"][rows] < 7)
    ask_again(world, rows[again], at[again] + p["care.rebook_spread_days"] * DAY * u[again])
    gone = rows[~again]
    requests["start"][gone] = NEVER
    rq.end_requests(world, gone, Ending.UNMET, Route.NONE, at[~again])
    world.rules["untreated"](world, gone)


def _seen(world: World, rows: Array, gp: Array, column: Array, at: Array) -> None:
    if not len(rows):
        return
    requests = world.requests
    slot = world.books.kind[gp, column]
    charge_acts(world, gp, slot, at, first_visit(world, rows))
    world.pharmacies.dispense(world.people["pharmacy"][requests["person"][rows]])
    kind = requests["kind"][rows]
    count_for(world, "unscheduled_week", gp[rq.is_symptom(kind)])
    severe = (world.people["chronic"][requests["person"][rows]] >= 3) | (kind == Need.MENTAL)
    count_for(world, "complex_week", gp[severe])
    route = requests["route"][rows]
    rq.end_requests(world, rows, Ending.SERVED, route, at)
    world.rules["after_visit"](world, rows, gp, at)
    induce(world, rows, at)


def charge_acts(world: World, gp: Array, slot: Array, at: Array, length: Array) -> None:
    """Write the minutes of acts in the ledger, by line (locums' minutes are nobody's).

    Paid sessions are charged whole when they end. What an act lasts beyond an ordinary one is taken from slots to come.
    """
    usual = act_minutes(world, gp, slot)
    minutes = usual * length
    _owe(world, gp, minutes - usual)
    mine = world.gps["locum_now"][gp] == 0
    rest = mine & (slot != Slot.EXTRA)
    for line, chosen in (("visit", slot == Slot.HOME), ("squeeze", slot == Slot.SQUEEZE)):
        if chosen.any():
            world.ledger.charge(line, gp[chosen & mine], minutes[chosen & mine])
            rest &= ~chosen
    world.ledger.charge("consult", gp[rest], minutes[rest])
    note_acts(world, gp, at, slot, minutes)
    count_for(world, "acts_week", gp[mine])


def _owe(world: World, gp: Array, minutes: Array) -> None:
    """Close slots of the coming weeks for minutes that acts lasted beyond their slots."""
    if not minutes.any():
        return
    sums = np.bincount(gp, minutes, minlength=len(world.gps))
    rows = true_rows(sums > 0.0)
    close_slots(world, rows, sums[rows])


def count_for(world: World, counter: str, gp: Array) -> None:
    """Add one to a counter of GPs for each time that they are named."""
    world.gps[counter] += np.bincount(gp, minlength=len(world.gps))


def after_visit(world: World, rows: Array, gp: Array, at: Array) -> None:
    """What a visit does: follow-up renewed, people sent to hospital, people who must come again, registration."""
    requests, people, p = world.requests, world.people, world.parameters
    person, kind = requests["person"][rows], requests["kind"][rows]
    u = world.draws.block("after_visit", 3, people["key"][person], rq.identity(requests, rows))
    _renew(world, person[kind == Need.FOLLOWUP], at[kind == Need.FOLLOWUP])
    sent = u[0] < np.where(
        kind == Need.ACUTE, p["care.acute_sent_to_ed"], np.where(kind == Need.MINOR, p["care.minor_sent_to_ed"], 0.0)
    )
    world.arrivals.add(
        at[sent] + p["care.ed_travel_lag_min"],
        person[sent],
        Road.SENT,
        rq.identity(requests, rows[sent]),
        int(Need.ACUTE),
    )
    _come_again(world, rows, gp, at, u[1], kind, sent)
    state = people["mt_state"][person]
    seeking = (state == MtState.SEEKING) | (state == MtState.ORPHAN)
    world.rules["register_after_visit"](world, person[seeking], gp[seeking], at[seeking])


def _renew(world: World, person: Array, at: Array) -> None:
    world.people["last_followup"][person] = at


def return_share(world: World, kind: Array, gp: Array) -> Array:
    """Share of visits after which a GP asks people to come again, by need, haste and the GP's own style."""
    p, style = world.parameters, world.rules["practice_style"](world, gp)
    hurry = np.maximum(0.0, 1.0 - world.gps["pace"][gp]) * p["care.return_per_pace"]
    symptom = (p["care.return_visit_share"] + hurry) * (1.0 - style)
    planned = np.where(kind == Need.MENTAL, p["care.mental_return_share"], 0.0)
    early = np.where(kind == Need.FOLLOWUP, np.maximum(-style, 0.0), 0.0)
    result: Array = np.where(rq.is_symptom(kind), symptom, planned + early)
    return result


def _come_again(world: World, rows: Array, gp: Array, at: Array, u: Array, kind: Array, sent: Array) -> None:
    """Some symptoms need a second visit; more of them when consultations are shortened."""
    p, requests = world.parameters, world.requests
    chance = world.rules["return_share"](world, kind, gp)
    first = requests["origin"][rows] == Origin.EXOGENOUS
    again = (u < chance) & ~sent & first
    chosen = rows[again]
    if not len(chosen):
        return
    planned = (
        np.floor(
            (at[again] + p["care.return_visit_days"] * DAY * (0.5 + u[again] / np.maximum(chance[again], 1e-9))) * 64
        )
        / 64
    )
    ask = np.floor((at[again] + 30.0) * 64) / 64
    raised = world.days.next_opening(ask + DAY)
    ordinal = rq.following_ordinal(requests, chosen)
    new = rq.raise_requests(world, requests["person"][chosen], Need.FOLLOWUP, Origin.CARE, ordinal,
                            raised, np.maximum(planned, raised))  # fmt: skip
    requests["patience_days"][new] = p["care.patience_planned_high_days"]
