"""Ways a request may go: each route says which slots a contact may take; one settlement serves them all.

The list of routes, in order, is the care-seeking model: ``describe`` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.requests import identity, is_symptom, round_identity
from cpts_sim.care.world import World, day_of
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Need, Slot
from cpts_sim.engine.codes import Route as Code
from cpts_sim.engine.columns import cells, joined, order_of, true_rows
from cpts_sim.engine.settlement import Offers

Array = NDArray[Any]
CONTACTS, CHOICES = 3, 4


@dataclass
class Wave:
    """Requests that make a contact within one window.

    Attributes:
        rows: rows of the table of requests.
        person, kind, key, ident: their persons, kinds of need, stable keys and identities for draws.
        minute: minute of each contact that may fall within the window, shape (n, contacts); infinity beyond.
        attempt: contacts made before this wave.
        own: book row of the usual GP, -1 without.
        symptom, home: wished today; to be seen at home.
        back: refused by the usual practice, the person calls it again the next morning.
        desk: code of the common number that the person calls when the usual practice has refused, 0 for none.
        wished: minute wished.
        patience_days: whole days that the person accepts to wait after it.
        target: code of the route of each contact, shape (n, contacts), 0 for none.
        provider: book row asked at each contact, same shape, -1 for none.
        end: end of the window.
    """

    rows: Array
    person: Array
    kind: Array
    key: Array
    ident: Array
    minute: Array
    attempt: Array
    own: Array
    symptom: Array
    back: Array
    desk: Array
    home: Array
    wished: Array
    patience_days: Array
    target: Array
    provider: Array
    end: float

    def __len__(self) -> int:
        return len(self.rows)


class Plan:
    """What each contact of a wave may take: offers of slots, in order of choice.

    Attributes:
        offers: the offers as the settlement wants them (after ``close``).
        code: code of the route of each.
    """

    COLUMNS: Mapping[str, str] = {
        "place": "i8",
        "row": "i8",
        "kinds": "i8",
        "earliest": "f8",
        "before": "f8",
        "code": "i8",
    }

    def __init__(self, count: int) -> None:
        self._count = count
        self._rows: list[int] = []
        self._parts: list[list[ArrayLike]] = [[] for _ in self.COLUMNS]
        self.offers: Offers
        self.code: Array

    def offer(
        self, who: Array, contact: Array, choice: int, row: Array, kinds: ArrayLike, earliest: Array, last_day: Array,
        code: ArrayLike,
    ) -> None:  # fmt: skip
        """Offer slots to requests at one contact of each; a second offer of the same choice replaces the first."""
        self.offer_before(who, contact, choice, row, kinds, earliest, (last_day + 1.0) * DAY, code)

    def offer_before(
        self, who: Array, contact: Array, choice: int, row: Array, kinds: ArrayLike, earliest: Array, before: Array,
        code: ArrayLike,
    ) -> None:  # fmt: skip
        """The same for slots that begin before a minute."""
        if len(who):
            place = (who * CONTACTS + contact) * CHOICES + choice
            self._rows.append(len(who))
            for parts, values in zip(self._parts, (place, row, kinds, earliest, before, code), strict=True):
                parts.append(values)

    def close(self, world: World, busy: Array) -> None:
        """Put the offers in order, without those of busy lines, and find their columns in the books."""
        written = zip(self._parts, self.COLUMNS.values(), strict=True)
        place, *columns = (joined(parts, self._rows, dtype) for parts, dtype in written)
        order = order_of(place)
        place = place[order]
        kept = (columns[0][order] >= 0) & ~busy.ravel()[place // CHOICES]
        kept[:-1] &= place[1:] != place[:-1]
        order, place = order[kept], place[kept]
        row, kinds, earliest, before, self.code = (column[order] for column in columns)
        begin = np.append(0, np.cumsum(np.bincount(place // CHOICES, minlength=self._count * CONTACTS)))
        self.offers = Offers(begin, row, kinds, *book_columns(world, row, earliest, before))


def usual_slots(wave: Wave, who: Array) -> Array:
    """Kinds of slot that requests may take: a visit at home, else booked ahead or, with a symptom, kept for the day."""
    seated = np.where(wave.symptom[who], Slot.AHEAD + Slot.SAME_DAY, Slot.AHEAD)
    return np.where(wave.home[who], Slot.HOME, seated)


class OwnPractice:
    """The usual GP: soon, squeezed in, a colleague, later."""

    name = "own_practice"
    code = Code.OWN_GP

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """Symptoms: soon, squeezed in, a colleague of the practice, later; other needs: around the wished date."""
        symptom = wave.symptom[who]
        self._with_symptom(world, wave, who[symptom], contact[symptom], plan)
        planned, contact = who[~symptom], contact[~symptom]
        minute, wished = wave.minute[planned, contact], wave.wished[planned]
        begins = np.maximum(np.floor(wished / DAY) - world.parameters["care.early_days"], np.floor(minute / DAY) + 1.0)
        last = np.floor(np.maximum(wished, minute) / DAY) + wave.patience_days[planned]
        kinds, own = usual_slots(wave, planned), wave.own[planned]
        plan.offer(planned, contact, 0, own, kinds, begins * DAY, last, Code.OWN_GP)
        cover = world.gps["cover"][own]
        left = true_rows((world.gps["away_now"][own] > 0) & (cover >= 0))  # away too long: whoever stands in
        plan.offer(
            planned[left], contact[left], 2, cover[left], kinds[left], begins[left] * DAY, last[left], Code.COLLEAGUE
        )

    @staticmethod
    def _with_symptom(world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        p, own = world.parameters, wave.own[who]
        minute, kinds = wave.minute[who, contact], usual_slots(wave, who)
        today = np.floor(minute / DAY)
        last, soon = today + wave.patience_days[who], today + int(p["care.soon_days"])
        plan.offer(who, contact, 0, own, kinds, minute + p["care.lead_min"], np.minimum(soon, last), Code.OWN_GP)
        seated = ~wave.home[who]
        acute = true_rows(seated & (wave.kind[who] == Need.ACUTE))
        away, cover = world.gps["away_now"][own] > 0, world.gps["cover"][own]
        there = np.where(away & (cover >= 0), cover, own)[acute]
        plan.offer(who[acute], contact[acute], 1, there, Slot.SQUEEZE, minute[acute], today[acute] + 1.0, Code.SQUEEZE)
        OwnPractice._colleague(world, wave, who[seated | away], contact[seated | away], plan)
        later = true_rows(last > soon)
        plan.offer(
            who[later], contact[later], 3, own[later], kinds[later], (soon[later] + 1.0) * DAY, last[later], Code.OWN_GP
        )

    @staticmethod
    def _colleague(world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        own = wave.own[who]
        cover, away = world.gps["cover"][own], world.gps["away_now"][own] > 0
        u = world.draws.uniform("colleague", wave.key[who], wave.ident[who])
        willing = away | ((u < world.parameters["care.accepts_colleague"]) & (world.gps["colleague"][own] >= 0))
        chosen = (cover >= 0) & willing
        who, contact = who[chosen], contact[chosen]
        minute = wave.minute[who, contact]
        soon = world.parameters["care.soon_days"]  # when the usual GP is away, whoever stands in is waited for
        within = np.floor(np.where(away[chosen], wave.patience_days[who], soon))
        earliest = minute + world.parameters["care.lead_min"]
        last = np.floor(minute / DAY) + within
        plan.offer(who, contact, 2, cover[chosen], usual_slots(wave, who), earliest, last, Code.COLLEAGUE)


class OtherPractice:
    """A GP whom the person knows or sees on line, and who may take people that are not on the list."""

    name = "other_practice"
    code = Code.OTHER_GP

    def offer(self, world: World, wave: Wave, who: Array, contact: Array, plan: Plan) -> None:
        """The first free slot within the person's patience, if that GP takes unregistered people."""
        provider = wave.provider[who, contact]
        takes = world.rules["take_unregistered"](world, wave.key[who], provider)
        who, contact, provider = who[takes], contact[takes], provider[takes]
        minute, symptom = wave.minute[who, contact], wave.symptom[who]
        start_day = np.floor(np.where(symptom, minute, np.maximum(wave.wished[who], minute)) / DAY)
        planned_from = np.maximum(start_day, np.floor(minute / DAY) + 1.0) * DAY
        earliest = np.where(symptom, minute + world.parameters["care.lead_min"], planned_from)
        code = np.where(world.gps["halo"][provider] > 0, Code.OUTSIDE, Code.OTHER_GP)
        last = start_day + wave.patience_days[who]
        plan.offer(who, contact, 0, provider, usual_slots(wave, who), earliest, last, code)


def book_columns(world: World, row: Array, earliest: Array, before: Array) -> tuple[Array, Array]:
    """Turn the minutes between which slots of offers begin into columns of the books."""
    width = world.books.start.shape[1]
    low, high = _first_column(world, row, earliest), _first_column(world, row, before)
    return np.minimum(np.maximum(low, 0), width), np.minimum(np.maximum(high, 0), width)


def _first_column(world: World, row: Array, minute: Array) -> Array:
    """Column of the first slot of a row that begins at or after a minute."""
    day = day_of(minute)
    columns: Array = (day - world.books.first_day) * world.books.per_day + _slots_before(world, row, day, minute)
    return columns


def _slots_before(world: World, row: Array, day: Array, minute: Array) -> Array:
    """Number of slots of a day that start before a minute of it (0 for a minute at midnight)."""
    books = world.books
    inside = true_rows((minute > day * DAY) & (day >= books.first_day) & (day < books.last_day))
    before = np.zeros(len(row), dtype=np.int64)
    while len(inside):
        one = int(day[inside[0]])
        today = day[inside] == one
        chosen, inside = inside[today], inside[~today]
        keys, stride = books.day_keys(one)
        at = minute[chosen] - one * DAY + row[chosen] * stride
        before[chosen] = np.searchsorted(keys, at) - row[chosen] * books.per_day
    return before


def contact_minutes(
    world: World, key: Array, ident: Array, first: Array, back: Array, last: Array, end: float
) -> Array:
    """Minutes of the next contacts, shape (n, contacts + 1): what follows a refusal happens after a drawn lag.

    Infinity where nobody reads it: after the last contact, and after one that falls beyond the window.

    Args:
        world: the world.
        key: stable keys of the persons.
        ident: identities of their first contacts.
        first: minutes of these.
        back: number of the contact that is put off to the next morning, 0 for none.
        last: contacts that each person may still make.
        end: end of the window.
    """
    lag = world.parameters.array("care.retry_lag_min")
    minutes = np.full((len(first), CONTACTS + 1), NEVER)
    minutes[:, 0] = first
    going = true_rows(last > 1)
    for step in range(CONTACTS):
        position = world.draws.uniform("retry_lag", key[going], ident[going] + step) * (len(lag) - 1)
        index = np.minimum(position.astype(np.int64), len(lag) - 2)
        wait = lag[index] + (lag[index + 1] - lag[index]) * (position - index)
        again = world.days.next_opening(np.floor((minutes[going, step] + wait) * 64.0) / 64.0)
        calls = true_rows(back[going] == step + 1)
        if len(calls):
            callers = going[calls]
            again[calls] = next_morning(world, key[callers], ident[callers], minutes[callers, step])
        minutes[going, step + 1] = again
        going = going[(again < end) & (last[going] > step + 2)]
        if not len(going):
            break
    return minutes


def next_morning(world: World, key: Array, ident: Array, minute: Array) -> Array:
    """Minute soon after the next opening on another day, when the slots of that day have just been opened."""
    tomorrow = (np.floor(minute / DAY) + 1.0) * DAY
    u = world.draws.uniform("call_back_minute", key, ident)
    spread = world.parameters["care.call_back_spread_min"]
    result: Array = np.floor((world.days.next_opening(tomorrow) + u * spread) * 64.0) / 64.0
    return result


def calls_back(world: World, key: Array, ident: Array, symptom: Array, own: Array) -> Array:
    """Who, refused by the usual practice, will call it again the next morning."""
    u = world.draws.uniform("calls_back", key, ident)
    result: Array = symptom & (own >= 0) & (u < world.parameters["care.calls_back"])
    return result


def knows_desk(world: World, key: Array, wanted: Array, minute: Array) -> Array:
    """Which common number a person knows and will call (code of its route, 0 for none): one call more."""
    return np.zeros(len(key), dtype=np.int64)


def _begin_round(world: World, rows: Array, key: Array, ident: Array, symptom: Array, own: Array) -> None:
    """At the first contact of a search, fix whether the person will call back, and which common number she knows."""
    requests = world.requests
    fresh = true_rows(requests["attempt"][rows] == 0)
    if not len(fresh):
        return
    begun = rows[fresh]
    requests["back"][begun] = world.rules["calls_back"](world, key[fresh], ident[fresh], symptom[fresh], own[fresh])
    wanted = symptom[fresh] & (world.people["home"][requests["person"][begun]] == 0)
    requests["desk"][begun] = world.rules["knows_desk"](world, key[fresh], wanted, requests["next_at"][begun])


def make_wave(world: World, rows: Array, end: float) -> tuple[Wave, Array]:
    """Gather the requests that make a contact before ``end``; also returns all minutes of their next contacts."""
    requests, people = world.requests, world.people
    person, kind = requests["person"][rows], requests["kind"][rows]
    key, ident, attempt = people["key"][person], identity(requests, rows), requests["attempt"][rows].astype(np.int64)
    own, symptom = people["mt"][person], is_symptom(kind)
    _begin_round(world, rows, key, ident, symptom, own)
    back, desk = requests["back"][rows] > 0, requests["desk"][rows].astype(np.int64)
    first, present = requests["next_at"][rows], round_identity(requests, rows)
    again = np.where(back, 1 + (desk > 0) - attempt, 0)
    last = requests["tries"][rows] + back + (desk > 0) - attempt  # contacts that the person may still make
    minutes = contact_minutes(world, key, present + attempt, first, again, last, end)
    inside = np.where(minutes[:, :CONTACTS] < end, minutes[:, :CONTACTS], NEVER)
    shape = inside.shape
    wave = Wave(
        rows, person, kind, key, ident, inside, attempt, own, symptom, back, desk, people["home"][person] > 0,
        requests["wished"][rows], np.floor(requests["patience_days"][rows]),
        np.zeros(shape, dtype=np.int8), np.full(shape, -1, dtype=np.int64), end,
    )  # fmt: skip
    world.rules["choose_provider"](world, wave)
    return wave, minutes


def choose_provider(world: World, wave: Wave) -> None:
    """Whom a person asks at each contact: the usual practice, a common number, the practice again, other GPs.

    Writes ``wave.target`` and ``wave.provider`` of the contacts that may be made.
    """
    who, contact = cells(wave.minute < NEVER)
    own, back, desk, turn = wave.own[who], wave.back[who], wave.desk[who], wave.attempt[who] + contact
    has, called = own >= 0, desk > 0
    own_turn = has & ((turn == 0) | (back & (turn == 1 + called)))
    desk_turn = called & (turn == has)
    second = np.maximum(turn - has - back - called, 0) & 1 > 0
    people, person = world.people, wave.person[who]
    other = np.where(second, people["known2"][person], people["known1"][person])
    missing = true_rows((other < 0) & ~own_turn & ~desk_turn)
    if len(missing):
        other[missing] = _one_nearby(world, wave, who[missing], turn[missing])
    wave.provider[who, contact] = np.where(own_turn, own, np.where(desk_turn, -1, other))
    usual = np.where(own_turn, Code.OWN_GP, np.where(other >= 0, Code.OTHER_GP, 0))
    wave.target[who, contact] = np.where(desk_turn, desk, usual)


def _one_nearby(world: World, wave: Wave, who: Array, turn: Array) -> Array:
    """A person who knows nobody else asks a GP at random among the nearest, another one at each turn."""
    near = world.tables["communes"]["near_gps"]
    u = world.draws.uniform("one_nearby", wave.key[who], wave.ident[who] + turn)
    pick = near[world.people["commune"][wave.person[who]], (u * near.shape[1]).astype(np.int64)]
    return np.where(pick == wave.own[who], -1, pick)


def take_unregistered(world: World, key: Array, provider: Array) -> Array:
    """Whether a GP sees a person who is not on her list: drawn once per pair, by the GP's openness."""
    p = world.parameters
    share = np.where(
        world.gps["open"][provider] > 0, p["care.open_takes_unregistered"], p["care.closed_takes_unregistered"]
    )
    pair = world.draws.uniform("take_unregistered", key, world.gps["key"][provider].astype(np.int64))
    result: Array = pair < share
    return result


def busy_line(world: World, wave: Wave, who: Array, contact: Array) -> Array:
    """Whether the line is busy: by hour of the call and by who answers; never for those who book on line."""
    p, gps = world.parameters, world.gps
    provider = np.maximum(wave.provider[who, contact], 0)
    minute = wave.minute[who, contact]
    early = minute - np.floor(minute / DAY) * DAY < p["care.busy_until_min"]
    base = np.where(gps["secretariat"][provider] > 0, p["care.busy_with_secretary"], p["care.busy_alone"])
    common = wave.provider[who, contact] < 0
    base = np.where(common, p["care.busy_with_secretary"], base)
    chance = base * np.where(early, p["care.busy_early_factor"], 1.0)
    call = round_identity(world.requests, wave.rows[who]) + wave.attempt[who] + contact
    busy: Array = world.draws.uniform("busy", wave.key[who], call) < chance
    asks = true_rows(busy & ~common)  # the second number of the block is drawn where the first has not decided
    u = world.draws.block("busy", 2, wave.key[who[asks]], call[asks])[1]
    busy[asks] = u >= gps["online"][provider[asks]] * p["care.books_online"]
    return busy


def make_plan(world: World, wave: Wave) -> tuple[Plan, Array]:
    """Let every route offer its slots; returns the plan and which contacts met a busy line."""
    plan = Plan(len(wave))
    busy = np.zeros((len(wave), CONTACTS), dtype=bool)
    who, contact = cells((wave.minute < NEVER) & (wave.target > 0))
    target = wave.target[who, contact]
    for route in world.routes:
        chosen = true_rows(target == route.code)
        if len(chosen):
            route.offer(world, wave, who[chosen], contact[chosen], plan)
    busy[who, contact] = busy_line(world, wave, who, contact)
    plan.close(world, busy)
    return plan, busy
