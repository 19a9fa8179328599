"""Ways a request may go: each route says which slots a contact may take; one settlement serves them all.

The list of routes, in order, is the care-seeking model: ``describe`` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.requests import identity, is_symptom
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.codes import Need, Slot
from cpts_sim.engine.codes import Route as Code

Array = NDArray[Any]
CONTACTS, CHOICES = 3, 4
FAR = 1 << 30


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
    home: Array
    target: Array
    provider: Array
    end: float

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class Plan:
    """Choices of each contact: book row, kinds of slot, earliest minute, last day, and the route's code."""

    row: Array
    kinds: Array
    earliest: Array
    last_day: Array
    code: Array

    @classmethod
    def blank(cls, count: int) -> Plan:
        """Return a plan without any choice."""
        shape = (count, CONTACTS, CHOICES)
        return cls(
            np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.int16), np.zeros(shape),
            np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int8),
        )  # fmt: skip

    def offer(
        self, who: Array, contact: int, choice: int, row: Array, kinds: Any, earliest: Array, last_day: Array, code: int
    ) -> None:
        """Offer slots to some requests of the wave at one contact."""
        where = (who, contact, choice)
        self.row[where], self.kinds[where] = row, kinds
        self.earliest[where], self.last_day[where], self.code[where] = earliest, last_day, code


class Way(Protocol):
    """A route: what a contact of its kind offers."""

    name: str
    code: int

    def offer(self, world: World, wave: Wave, who: Array, contact: int, plan: Plan) -> None:
        """Write the choices of the requests ``who`` at their contact number ``contact``."""


class OwnPractice:
    """The usual GP: soon, squeezed in, a colleague, later."""

    name = "own_practice"
    code = Code.OWN_GP

    def offer(self, world: World, wave: Wave, who: Array, contact: int, plan: Plan) -> None:
        """Symptoms: soon, squeezed in, a colleague of the practice, later; other needs: around the wished date."""
        p, requests = world.parameters, world.requests
        symptom, own = wave.symptom[who], wave.own[who]
        minute = wave.minute[who, contact]
        today = np.floor_divide(minute, DAY).astype(np.int64)
        wished = requests["wished"][wave.rows[who]]
        patience = requests["patience_days"][wave.rows[who]]
        lead = minute + p["care.lead_min"]
        kinds = np.where(wave.home[who], int(Slot.HOME), np.where(symptom, Slot.AHEAD | Slot.SAME_DAY, Slot.AHEAD))
        planned_from = np.maximum(np.floor_divide(wished, DAY) - p["care.early_days"], today + 1) * DAY
        earliest = np.where(symptom, lead, planned_from)
        last = np.floor_divide(np.where(symptom, minute, np.maximum(wished, minute)), DAY) + np.floor(patience)
        soon = today + int(p["care.soon_days"])
        plan.offer(who, contact, 0, own, kinds, earliest, np.where(symptom, np.minimum(soon, last), last), Code.OWN_GP)
        seated = symptom & ~wave.home[who]
        acute = who[seated & (wave.kind[who] == Need.ACUTE)]
        plan.offer(acute, contact, 1, wave.own[acute], int(Slot.SQUEEZE), wave.minute[acute, contact],
                   np.floor_divide(wave.minute[acute, contact], DAY) + 1, Code.SQUEEZE)  # fmt: skip
        self._colleague(world, wave, who[seated], contact, plan)
        later = np.flatnonzero(symptom & (last > soon))
        plan.offer(who[later], contact, 3, own[later], kinds[later], (soon[later] + 1) * DAY, last[later], Code.OWN_GP)

    @staticmethod
    def _colleague(world: World, wave: Wave, who: Array, contact: int, plan: Plan) -> None:
        colleague = world.gps["cover"][wave.own[who]]
        away = world.gps["away_now"][wave.own[who]] > 0
        u = world.draws.uniform("colleague", wave.key[who], wave.ident[who])
        willing = away | (u < world.parameters["care.accepts_colleague"])
        chosen = who[(colleague >= 0) & willing & (away | (world.gps["colleague"][wave.own[who]] >= 0))]
        minute = wave.minute[chosen, contact]
        plan.offer(chosen, contact, 2, world.gps["cover"][wave.own[chosen]], int(Slot.AHEAD | Slot.SAME_DAY),
                   minute + world.parameters["care.lead_min"],
                   np.floor_divide(minute, DAY) + int(world.parameters["care.soon_days"]), Code.COLLEAGUE)  # fmt: skip


class OtherPractice:
    """A GP whom the person knows or sees on line, and who may take people that are not on the list."""

    name = "other_practice"
    code = Code.OTHER_GP

    def offer(self, world: World, wave: Wave, who: Array, contact: int, plan: Plan) -> None:
        """The first free slot within the person's patience, if that GP takes unregistered people."""
        gps, requests = world.gps, world.requests
        provider = wave.provider[who, contact]
        takes = world.rules["take_unregistered"](world, wave.key[who], provider)
        who, provider = who[takes], provider[takes]
        minute = wave.minute[who, contact]
        wished = requests["wished"][wave.rows[who]]
        symptom = wave.symptom[who]
        start_day = np.floor_divide(np.where(symptom, minute, np.maximum(wished, minute)), DAY)
        last = start_day + np.floor(requests["patience_days"][wave.rows[who]])
        kinds = np.where(wave.home[who], int(Slot.HOME), np.where(symptom, Slot.AHEAD | Slot.SAME_DAY, Slot.AHEAD))
        earliest = np.where(symptom, minute + world.parameters["care.lead_min"], np.maximum(start_day, np.floor_divide(minute, DAY) + 1) * DAY)
        code = np.where(gps["halo"][provider] > 0, Code.OUTSIDE, Code.OTHER_GP)
        plan.offer(who, contact, 0, provider, kinds, earliest, last, 0)
        plan.code[who, contact, 0] = code


def settle_columns(world: World, plan: Plan) -> tuple[Array, Array]:
    """Turn earliest minutes and last days of a plan into columns of the books."""
    books, where = world.books, plan.row >= 0
    lowest, highest = np.zeros(plan.row.shape, dtype=np.int64), np.zeros(plan.row.shape, dtype=np.int64)
    row, earliest = plan.row[where], plan.earliest[where]
    day = np.floor_divide(earliest, DAY).astype(np.int64)
    low = (day - books.first_day) * books.per_day + _slots_before(world, row, day, earliest)
    width = books.start.shape[1]
    lowest[where] = np.clip(low, 0, width)
    highest[where] = np.clip((plan.last_day[where] + 1 - books.first_day) * books.per_day, 0, width)
    return lowest, highest


def _slots_before(world: World, row: Array, day: Array, minute: Array) -> Array:
    """Number of slots of a day that start before a minute of it (0 for a minute at midnight)."""
    books = world.books
    inside = (minute > day * DAY) & (day >= books.first_day) & (day < books.last_day)
    before = np.zeros(len(row), dtype=np.int64)
    days = np.unique(day[inside]) if inside.any() else ()
    for one in days:
        chosen = np.flatnonzero(inside & (day == one))
        span = books.span(int(one))
        local = np.minimum(books.start[:, span] - one * DAY, 2 * DAY - 1)
        stride = 2.0 * DAY
        keys = (local + np.arange(books.rows)[:, None] * stride).ravel()
        at = minute[chosen] - one * DAY + row[chosen] * stride
        before[chosen] = np.searchsorted(keys, at) - row[chosen].astype(np.int64) * books.per_day
    return before


def contact_minutes(
    world: World, key: Array, ident: Array, attempt: Array, first: Array, end: float, back: Array | None = None
) -> Array:
    """Minutes of the next contacts, shape (n, contacts + 1): what follows a refusal happens after a drawn lag."""
    lag = world.parameters.array("care.retry_lag_min")
    minutes = np.full((len(first), CONTACTS + 1), NEVER)
    minutes[:, 0] = first
    levels = np.linspace(0.0, 1.0, len(lag))
    for step in range(CONTACTS):
        u = world.draws.uniform("retry_lag", key, ident + attempt + step)
        position = u * (len(lag) - 1)
        index = np.minimum(position.astype(np.int64), len(levels) - 2)
        wait = lag[index] + (lag[index + 1] - lag[index]) * (position - index)
        minutes[:, step + 1] = world.days.next_opening(np.floor((minutes[:, step] + wait) * 64.0) / 64.0)
        if step == 0 and back is not None:
            again = next_morning(world, key[back], ident[back], first[back])
            minutes[back, 1] = again
    return minutes


def next_morning(world: World, key: Array, ident: Array, minute: Array) -> Array:
    """Minute soon after the next opening on another day, when the slots of that day have just been opened."""
    tomorrow = (np.floor_divide(minute, DAY) + 1.0) * DAY
    u = world.draws.uniform("call_back_minute", key, ident)
    spread = world.parameters["care.call_back_spread_min"]
    result: Array = np.floor((world.days.next_opening(tomorrow) + u * spread) * 64.0) / 64.0
    return result


def calls_back(world: World, key: Array, ident: Array, symptom: Array, own: Array, attempt: Array) -> Array:
    """Who, refused by the usual practice, will call it again the next morning instead of asking elsewhere."""
    u = world.draws.uniform("calls_back", key, ident)
    result: Array = symptom & (own >= 0) & (attempt <= 1) & (u < world.parameters["care.calls_back"])
    return result


def make_wave(world: World, rows: Array, end: float) -> tuple[Wave, Array]:
    """Gather the requests that make a contact before ``end``; also returns all minutes of their next contacts."""
    requests, people = world.requests, world.people
    person = requests["person"][rows]
    kind = requests["kind"][rows]
    key, ident = people["key"][person], identity(requests, rows)
    attempt = requests["attempt"][rows].astype(np.int64)
    own, symptom = people["mt"][person], is_symptom(kind)
    back = world.rules["calls_back"](world, key, ident, symptom, own, attempt)
    minutes = contact_minutes(
        world, key, ident + requests["rounds"][rows] * 16, attempt, requests["next_at"][rows], end, back & (attempt == 0)
    )
    inside = np.where(minutes[:, :CONTACTS] < end, minutes[:, :CONTACTS], NEVER)
    shape = inside.shape
    wave = Wave(
        rows, person, kind, key, ident, inside, attempt, own, symptom, back, people["home"][person] > 0,
        np.zeros(shape, dtype=np.int8), np.full(shape, -1, dtype=np.int64), end,
    )  # fmt: skip
    world.rules["choose_provider"](world, wave)
    return wave, minutes


def choose_provider(world: World, wave: Wave) -> None:
    """Whom a person asks at each contact: the usual practice first, then the GPs she knows or sees on line.

    Writes ``wave.target`` and ``wave.provider``.
    """
    people = world.people
    has = wave.own >= 0
    known = np.stack([people["known1"][wave.person], people["known2"][wave.person]], axis=1)
    for contact in range(CONTACTS):
        turn = wave.attempt + contact
        own_turn = has & ((turn == 0) | (wave.back & (turn == 1)))
        wave.target[own_turn, contact] = Code.OWN_GP
        wave.provider[own_turn, contact] = wave.own[own_turn]
        which = np.maximum(turn - has - wave.back, 0) % 2
        other = known[np.arange(len(wave)), which]
        other = np.where(other >= 0, other, _one_nearby(world, wave, turn))
        asks = ~own_turn & (other >= 0)
        wave.target[asks, contact] = Code.OTHER_GP
        wave.provider[asks, contact] = other[asks]


def _one_nearby(world: World, wave: Wave, turn: Array) -> Array:
    """A person who knows nobody else asks a GP at random among the nearest, another one at each turn."""
    near = world.tables["communes"]["near_gps"][world.people["commune"][wave.person]]
    u = world.draws.uniform("one_nearby", wave.key, wave.ident + turn)
    pick: Array = near[np.arange(len(wave)), (u * near.shape[1]).astype(np.int64)]
    return np.where(pick == wave.own, -1, pick)


def take_unregistered(world: World, key: Array, provider: Array) -> Array:
    """Whether a GP sees a person who is not on her list: drawn once per pair, by the GP's openness."""
    p = world.parameters
    share = np.where(world.gps["open"][provider] > 0, p["care.open_takes_unregistered"], p["care.closed_takes_unregistered"])
    pair = world.draws.uniform("take_unregistered", key, world.gps["key"][provider].astype(np.int64))
    result: Array = pair < share
    return result


def busy_line(world: World, wave: Wave, contact: int) -> Array:
    """Whether the line is busy: by hour of the call and by who answers; never for those who book on line."""
    p, gps = world.parameters, world.gps
    provider = np.maximum(wave.provider[:, contact], 0)
    minute = np.where(wave.minute[:, contact] < NEVER, wave.minute[:, contact], 0.0)
    early = (minute % DAY) < p["care.busy_until_min"]
    base = np.where(gps["secretariat"][provider] > 0, p["care.busy_with_secretary"], p["care.busy_alone"])
    chance = base * np.where(early, p["care.busy_early_factor"], 1.0)
    u = world.draws.block("busy", 2, wave.key, wave.ident + wave.attempt + contact)
    online = u[1] < gps["online"][provider] * p["care.books_online"]
    result: Array = (u[0] < chance) & ~online & (wave.target[:, contact] > 0)
    return result


def make_plan(world: World, wave: Wave) -> tuple[Plan, Array]:
    """Let every route offer its slots; returns the plan and which contacts met a busy line."""
    plan = Plan.blank(len(wave))
    busy = np.zeros((len(wave), CONTACTS), dtype=bool)
    for contact in range(CONTACTS):
        here = wave.minute[:, contact] < NEVER
        if not here.any():
            break
        for route in world.routes:
            who = np.flatnonzero(here & (wave.target[:, contact] == route.code))
            if len(who):
                route.offer(world, wave, who, contact, plan)
        busy[:, contact] = busy_line(world, wave, contact)
    plan.row[busy] = -1
    return plan, busy
