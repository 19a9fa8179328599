"""Care seeking in one window: what people do before asking, whom they ask, what follows a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care import ed_requests
from cpts_sim.care import requests as rq
from cpts_sim.care.routes import CONTACTS, Plan, Wave, make_plan, make_wave
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Account, After, Ending, Need, Road, Route, Slot
from cpts_sim.engine.columns import order_of, true_rows
from cpts_sim.engine.settlement import Freed, settle_offers

Array = NDArray[Any]
MOST_CONTACTS = 4
"""Contacts of a round of search, the call back and the common number aside."""


def belief(world: World, person: Array) -> Array:
    """Believed access of persons (0 never … 1 always in time): own memory fading towards the commune's mean."""
    people = world.people
    base = world.tables["communes"]["believed"][people["commune"][person]]
    age = np.maximum(0.0, world.now - people["believed_at"][person])
    weight = 1.0 / (1.0 + age / (world.parameters["care.memory_days"] * DAY))
    result: Array = base + (people["believed"][person] - base) * weight
    return result


def learn(world: World, person: Array, outcome: Array) -> None:
    """Move believed access of persons towards what they have just met (1 in time, 0 refused).

    Who is named several times takes all steps at once, from what she believed before: no order among them.
    """
    if not len(person):
        return
    order = order_of(person)
    ranked = person[order]
    first = true_rows(np.append(True, ranked[1:] != ranked[:-1]))
    who, times = ranked[first], np.diff(np.append(first, len(ranked)))
    now = belief(world, who)
    steps = np.minimum(world.parameters["care.memory_step"] * times, 1.0)
    mean = np.add.reduceat(outcome[order], first) / times
    world.people["believed"][who] = now + steps * (mean - now)
    world.people["believed_at"][who] = world.now


def seek(world: World, end: float, freed: Freed | None = None) -> None:
    """Settle everything that is asked before ``end`` (the present window), with the slots freed meanwhile."""
    requests = world.requests
    tonight = (world.now // DAY + 1.0) * DAY
    fresh = true_rows(requests["stage"] == rq.NEW)
    fresh = fresh[requests["next_at"][fresh] < tonight]
    if len(fresh):  # what people do before asking takes nothing from others: the whole day at once
        world.rules["before_asking"](world, fresh)
    rows = true_rows(requests["stage"] == rq.ASKING)
    rows = rows[requests["next_at"][rows] < end]
    if len(rows):
        _ask(world, rows, end, freed)


def before_asking(world: World, rows: Array) -> None:
    """What people do with a new need: nothing, pharmacy, emergency department, doctor on duty, or ask for a GP."""
    requests = world.requests
    kind = requests["kind"][rows]
    straight = rows[kind == Need.EMERGENCY]
    if len(straight):
        _emergency(world, straight)
    nursing = rows[kind == Need.NURSING]
    if len(nursing):
        world.rules["nursing"](world, nursing)
    symptom = rows[rq.is_symptom(kind)]
    asking = [rows[(kind == Need.FOLLOWUP) | (kind == Need.PREVENTIVE) | (kind == Need.MENTAL)]]
    if len(symptom):
        asking.append(_with_symptoms(world, symptom))
    _start_asking(world, np.sort(np.concatenate(asking)))


def _emergency(world: World, rows: Array) -> None:
    requests = world.requests
    person = requests["person"][rows]
    roads = world.demand.roads(
        world.draws, world.people["key"][person], rq.identity(requests, rows), world.age_years(person)
    )
    to_emergency(world, rows, roads, requests["raised"][rows])


def to_emergency(world: World, rows: Array, road: ArrayLike, at: Array) -> None:
    """Send people to the emergency department, where a doctor will see them or they will leave unseen."""
    ed_requests.enter(world, rows, road, at)


def go_to_emergency(world: World, rows: Array, road: int) -> None:
    """Send requests to the emergency department a travel lag after the present contact."""
    requests = world.requests
    at = np.maximum(requests["next_at"][rows], requests["raised"][rows]) + world.parameters["care.ed_travel_lag_min"]
    to_emergency(world, rows, road, at)


def _with_symptoms(world: World, rows: Array) -> Array:
    """Return the rows that go on to ask for a GP."""
    requests, p = world.requests, world.parameters
    person, kind = requests["person"][rows], requests["kind"][rows]
    u = world.draws.block("before_asking", 4, world.people["key"][person], rq.identity(requests, rows))
    confidence = belief(world, person)
    raised = requests["raised"][rows]
    is_open = world.days.is_open(raised)
    silent = (kind == Need.MINOR) & (u[0] < p["care.not_asked_elasticity"] * (p["care.belief_reference"] - confidence))
    pharmacy = np.zeros(len(rows), dtype=bool)
    counter = true_rows(~silent & (kind == Need.MINOR))
    pharmacy[counter] = world.rules["pharmacist_settles"](world, rows[counter])
    straight = ~silent & ~pharmacy & (u[2] < world.rules["direct_to_ed"](world, person, kind, confidence, is_open))
    duty = ~silent & ~pharmacy & ~straight & ~is_open & (kind == Need.ACUTE) & (u[3] < p["care.calls_duty"])
    calls = true_rows(duty)
    if len(calls):
        duty[calls] = world.rules["duty_answers"](world, rows[calls])
    rq.end_requests(world, rows[silent], Ending.UNMET, Route.SELF, raised[silent])
    world.rules["untreated"](world, rows[silent])
    rq.serve_now(world, rows[pharmacy], Route.PHARMACIST, raised[pharmacy], Account.SHIFTED)
    world.rules["at_the_pharmacy"](world, rows[pharmacy])
    go_to_emergency(world, rows[straight], Road.DIRECT)
    rq.serve_now(world, rows[duty], Route.DUTY, raised[duty] + p["care.duty_delay_min"])
    if duty.any():
        world.rules["on_duty"](world, int(duty.sum()))
    left: Array = rows[~(silent | pharmacy | straight | duty)]
    return left


def direct_to_ed(world: World, person: Array, kind: Array, confidence: Array, is_open: Array) -> Array:
    """Probability of going to the emergency department without asking: by need, hour, distance, believed access."""
    p = world.parameters
    base = np.where(kind == Need.ACUTE, p["care.direct_ed_acute"], p["care.direct_ed_minor"])
    minutes = world.tables["communes"]["ed_minutes"][world.people["commune"][person]]
    distance = p["care.ed_half_distance_min"] / (p["care.ed_half_distance_min"] + minutes)
    hours = np.where(is_open, 1.0, p["care.direct_ed_closed_factor"])
    trust = 1.0 + p["care.direct_ed_elasticity"] * (p["care.belief_reference"] - confidence)
    chance = np.minimum(base * hours * distance * np.maximum(trust, 0.0), 1.0)
    return np.where(np.isfinite(minutes), chance, 0.0)


def _start_asking(world: World, rows: Array) -> None:
    """Fix the minute of the first contact, the number of contacts a person will make, and her patience."""
    requests, p, people = world.requests, world.parameters, world.people
    person = requests["person"][rows]
    u = world.draws.block("asking", 3, people["key"][person], rq.identity(requests, rows))
    raised = requests["next_at"][rows]  # when it was raised, unless a stay in hospital has put it off
    opening = world.days.next_opening(raised)
    late = np.where(opening > raised, u[0] * u[0] * p["care.after_opening_spread_min"], 0.0)
    asked = np.where(u[2] < p["care.asks_any_hour"], raised, np.floor((opening + late) * 64.0) / 64.0)
    symptom = rq.is_symptom(requests["kind"][rows])
    requests["asked"][rows] = asked
    requests["wished"][rows] = np.where(symptom, asked, np.maximum(requests["wished"][rows], asked))
    requests["next_at"][rows] = asked
    requests["stage"][rows] = rq.ASKING
    requests["tries"][rows] = contacts_worth(world, rows, u[1])
    requests["patience_days"][rows] = rq.patience_days(world, rows)


def contacts_worth(world: World, rows: Array, u: Array) -> Array:
    """Contacts (1 to 4) that a need is worth: more, the graver it is, the surer of access and more patient its person.

    Args:
        world: the world.
        rows: rows of the table of requests.
        u: a draw for each, by which a part of a contact counts as one or as none.
    """
    p, person = world.parameters, world.requests["person"][rows]
    further = rq.by_kind(
        world.requests["kind"][rows],
        p["care.further_contacts_minor"], p["care.further_contacts_acute"], p["care.further_contacts_planned"],
    )  # fmt: skip
    effort = further * belief(world, person) * world.people["patience"][person]
    result: Array = 1 + np.floor(effort + u).clip(0, MOST_CONTACTS - 1).astype(np.int8)
    return result


def _ask(world: World, rows: Array, end: float, freed: Freed | None) -> None:
    requests = world.requests
    requests["next_at"][rows] = np.maximum(requests["next_at"][rows], world.now)  # never a slot of the past
    wave, minutes = make_wave(world, rows, end)
    plan, busy = make_plan(world, wave)
    today = world.books.span(int(world.now // DAY))
    at, offer, column = settle_offers(
        world.books, wave.minute[:, 0], wave.key, plan.offers, wave.minute, today.stop, freed
    )
    world.requests["contacts"][rows] += (at + 1).astype(np.int8)
    for hook in world.hooks.get("contacts", ()):
        hook(world, wave, at)
    _note_contacts(world, wave, at, offer >= 0, busy[:, 0])
    _note_refusals(world, wave, at, offer >= 0, busy)
    booked, failed = true_rows(offer >= 0), true_rows(offer < 0)
    _book(world, wave, plan, booked, at[booked], offer[booked], column[booked])
    _refused(world, wave, failed, at[failed], minutes)


def last_of_first(own: Array, desk: Array, back: Array) -> Array:
    """Return the number of the contact (from 0) with which a first request is over, per person.

    The usual practice, the common number and the call back the next morning have then all been tried.

    Args:
        own: usual practice, −1 without one.
        desk: common number, 0 without one.
        back: whether a refused person calls her practice again.
    """
    tried: Array = np.where(own >= 0, back.astype(np.int64) + (desk > 0), 0)
    return tried


def _note_contacts(world: World, wave: Wave, at: Array, accepted: Array, busy: Array) -> None:
    """Remember how first contacts went, and what those did who were refused and made further contacts at once."""
    phase = last_of_first(wave.own, wave.desk, wave.back)
    inside = wave.attempt + at <= phase
    known = true_rows(accepted | (wave.attempt + at >= phase))
    rq.note_first(world.requests, wave.rows[known], (accepted & inside)[known], busy[known])
    further = true_rows(at)
    elsewhere = wave.provider[further, at[further]] != wave.provider[further, 0]
    rq.note_after(world.requests, wave.rows[further], np.where(elsewhere, After.ELSEWHERE, After.LATER))


def _note_refusals(world: World, wave: Wave, at: Array, accepted: Array, busy: Array) -> None:
    """Count for each GP the people turned away by this wave, those who were then seen elsewhere included."""
    some = true_rows((at > 0) | ~accepted)
    turn, last, provider = np.arange(CONTACTS)[None, :], at[some, None], wave.provider[some]
    refused = ((turn < last) | ((turn == last) & ~accepted[some, None])) & ~busy[some] & (provider >= 0)
    world.gps["refusals"] += np.bincount(provider[refused], minlength=len(world.gps))


def _book(world: World, wave: Wave, plan: Plan, chosen: Array, at: Array, offer: Array, column: Array) -> None:
    if not len(chosen):
        return
    requests, books = world.requests, world.books
    rows, gp = wave.rows[chosen], plan.offers.row[offer]
    minute = wave.minute[chosen, at]
    kind = books.kind[gp, column]
    books.take(gp, column, rows, minute, settled=True)
    start = books.start[gp, column]
    requests["stage"][rows] = rq.BOOKED
    requests["next_at"][rows] = NEVER
    requests["provider"][rows] = gp
    requests["start"][rows] = start
    requests["route"][rows] = plan.code[offer]
    outside = np.where(world.gps["halo"][gp] > 0, Account.OUTSIDE, world.gps["account"][gp])
    requests["account"][rows] = np.where(kind == Slot.EXTRA, Account.PAID_EXTRA, outside)
    _plan_cancellations(world, wave, chosen, gp, column, minute, start)
    wait_days = (start - np.maximum(requests["asked"][rows], requests["wished"][rows])) / DAY
    learn(world, wave.person[chosen], np.where(wait_days <= world.parameters["care.fast_days"], 1.0, 0.5))


def _plan_cancellations(
    world: World, wave: Wave, chosen: Array, gp: Array, column: Array, minute: Array, start: Array
) -> None:
    """Some bookings will be cancelled, at a drawn moment between now and the visit."""
    p = world.parameters
    u = world.draws.block("cancel", 2, wave.key[chosen], rq.round_identity(world.requests, wave.rows[chosen]) + 4)
    lead = start - minute
    chance = p["care.cancel_share"] * np.minimum(1.0, lead / (p["care.cancel_full_days"] * DAY))
    cancels = true_rows(u[0] < chance)
    at = minute[cancels] + np.sqrt(u[1][cancels]) * lead[cancels]
    world.cancellations.plan(world.books, gp[cancels], column[cancels], at)


def _refused(world: World, wave: Wave, failed: Array, at: Array, minutes: Array) -> None:
    if not len(failed):
        return
    requests = world.requests
    rows = wave.rows[failed]
    learn(world, wave.person[failed], np.zeros(len(failed)))
    requests["attempt"][rows] += (at + 1).astype(np.int8)
    following = minutes[failed, at + 1]
    more = (requests["attempt"][rows] < requests["tries"][rows] + wave.back[failed] + (wave.desk[failed] > 0)) & (
        following < NEVER
    )
    requests["next_at"][rows] = np.where(more, following, minutes[failed, at])
    rq.note_after(requests, rows[more], After.ELSEWHERE)
    if not more.all():
        world.rules["after_failure"](world, rows[~more])


def after_failure(world: World, rows: Array) -> None:
    """What people do when their contacts are used up: emergency department, later, or give up.

    The road to the emergency department is that of people who have not asked, with the believed access that the
    refusals have left, times what a need is worth that nobody would see. Later is for those who still believe in
    access and have patience left: their own, times the part of the days they accept that has not gone by.
    """
    requests, p = world.requests, world.parameters
    person, kind = requests["person"][rows], requests["kind"][rows]
    u = world.draws.block("after_failure", 4, world.people["key"][person], rq.round_identity(requests, rows))
    confidence, now = belief(world, person), requests["next_at"][rows]
    straight = world.rules["direct_to_ed"](world, person, kind, confidence, world.days.is_open(now))
    to_ed = rq.is_symptom(kind) & (u[0] < p["care.refused_ed_factor"] * straight)
    days = np.maximum(requests["patience_days"][rows].astype(float), 1e-9)
    left = np.clip(1.0 - (now - requests["wished"][rows]) / (days * DAY), 0.0, 1.0)
    willing = confidence * left * world.people["patience"][person]
    later = ~to_ed & (requests["rounds"][rows] < int(p["care.most_rounds"])) & (u[1] < willing)
    gives_up = ~to_ed & ~later
    rq.note_after(requests, rows[to_ed], After.ED)
    rq.note_after(requests, rows[later], After.LATER)
    rq.note_after(requests, rows[gives_up], After.GAVE_UP)
    go_to_emergency(world, rows[to_ed], Road.SPILL)
    _try_later(world, rows[later], (u[2] * left * days)[later], u[3][later])
    rq.end_requests(world, rows[gives_up], Ending.UNMET, Route.NONE, now[gives_up])
    world.rules["untreated"](world, rows[gives_up])


def _try_later(world: World, rows: Array, days: Array, u: Array) -> None:
    """Ask anew after so many days, with the contacts that the need is then worth."""
    requests = world.requests
    asked = np.floor((requests["next_at"][rows] + days * DAY) * 64.0) / 64.0
    requests["next_at"][rows] = world.days.next_opening(asked)
    requests["tries"][rows] = contacts_worth(world, rows, u)
    requests["attempt"][rows] = 0
    requests["rounds"][rows] += 1
