"""Every request ends once, every minute is somebody's, every booking comes to something."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Array, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import (
    LEDGER_LINES,
    Attachment,
    Ending,
    First,
    MtState,
    Need,
    Origin,
    Profession,
    Road,
    Route,
    Status,
    Work,
)

ARMS = ("without", "with")
ASKED = (Route.OWN_GP, Route.SQUEEZE, Route.COLLEAGUE, Route.OTHER_GP, Route.DESK, Route.OUTSIDE)
DAYS = 56


@cache
def _start():
    return winter(scenario(population=9000, arms=arms(without=None, **{"with": cpts()}), cpts=cpts()))


@cache
def _life(arm: str) -> Life:
    return live(_start(), arm, DAYS)


@pytest.fixture(params=ARMS)
def life(request: pytest.FixtureRequest) -> Life:
    return _life(request.param)


def test_every_request_raised_has_one_end(life: Life) -> None:
    """Raised = ended + pending: no row of the table is open after the horizon, none has ended twice."""
    rows, table = life.journal["request"], life.model.tables["requests"]
    still = (table["stage"] != 3) & (table["raised"] < life.model.now)
    assert still.sum() == 0
    assert set(np.unique(rows["ending"])) <= {Ending.SERVED, Ending.UNMET, Ending.PENDING}
    who = np.rec.fromarrays([rows["person"], rows["kind"], rows["origin"], rows["raised"]])
    assert len(np.unique(who)) == len(who)


def test_exogenous_needs_raised_are_those_that_ended(life: Life) -> None:
    """The clocks of needs have counted as many needs as the journal has ended (nobody is lost on the way)."""
    rows, people = life.journal["request"], life.model.tables["people"]
    for name in ("minor", "acute", "emergency", "preventive", "mental", "nursing"):
        raised = int(people[f"nth_{name}"].sum())
        kind = Need[name.upper()]
        ended = int(((rows["kind"] == kind) & (rows["origin"] == Origin.EXOGENOUS)).sum())
        earlier = _before(kind)
        assert raised == ended + earlier, name


@cache
def _before(kind: int) -> int:
    """Exogenous needs that had ended, in chunks closed before the fork."""
    people, requests = _start().tables["people"], _start().tables["requests"]
    raised = int(people[f"nth_{Need(kind).name.lower()}"].sum())
    held = _start().journal.open_chunk()["request"]
    chosen = (held["kind"] == kind) & (held["origin"] == Origin.EXOGENOUS)
    open_ = (requests["kind"] == kind) & (requests["origin"] == Origin.EXOGENOUS) & (requests["stage"] != 3)
    return raised - int(chosen.sum()) - int(open_.sum())


def test_nobody_has_one_need_twice(life: Life) -> None:
    """Person, kind, origin and ordinal name a request; no two open or recent ones share a name."""
    table = life.model.tables["requests"]
    who = np.rec.fromarrays([table["person"], table["kind"], table["origin"], table["ordinal"]])
    assert len(np.unique(who)) == len(who)


def test_no_visit_before_its_request(life: Life) -> None:
    rows = life.rows("request")
    booked = np.isin(rows["route"], ASKED) & (rows["ending"] == Ending.SERVED)
    assert booked.sum() > 500
    assert (rows["asked"] >= rows["raised"]).all()
    assert (rows["visit"][booked] >= rows["asked"][booked]).all()
    assert (rows["visit"][booked] == rows["ended"][booked]).all()
    assert (rows["ended"] >= rows["raised"]).all()


def test_a_booking_is_made_before_its_slot_and_after_its_request(life: Life) -> None:
    visits = life.rows("visit")
    assert len(visits["at"]) > 1000
    assert (visits["booked"] < visits["at"]).all()


def test_no_visit_in_closed_hours(life: Life) -> None:
    """No act on Sundays, on public holidays, at night."""
    visits, days = life.rows("visit"), life.model.care.world.days
    index = days.index(visits["at"])
    assert (days.weekday[index] < 6).all()
    assert not days.holiday[index].any()
    hour = (visits["at"] % DAY) / 60.0
    assert hour.min() >= 7.0
    assert hour.max() < 22.0


def test_no_slot_is_used_twice(life: Life) -> None:
    visits = _held(life)
    where = np.rec.fromarrays([visits["provider"], visits["at"]])
    assert len(np.unique(where)) == len(where)


def test_nobody_is_seen_by_two_doctors_at_one_minute(life: Life) -> None:
    visits = _held(life)
    when = np.rec.fromarrays([visits["person"], visits["at"]])
    assert len(np.unique(when)) >= len(when) * 0.999  # two needs of one person may coincide, hardly ever


def _held(life: Life) -> dict[str, Array]:
    """Visits whose slot was kept to the end: held, or missed by the patient."""
    visits = life.journal["visit"]
    return {name: column[visits["status"] != Status.CANCELLED] for name, column in visits.items()}


def test_no_gp_is_at_two_places_at_once(life: Life) -> None:
    """Slots of consultation and home visits of one GP do not overlap."""
    visits = _held(life)
    gps = life.model.tables["gps"]
    ordinary = np.isin(visits["slot"], (1, 2, 8, 64))
    order = np.lexsort((visits["at"], visits["provider"]))
    order = order[ordinary[order]]
    at, gp, slot = (visits[name][order] for name in ("at", "provider", "slot"))
    stride = np.floor(gps["slot_min"] * life.model.parameters["gp.stride_factor"])
    length = np.where(slot == 64, life.model.parameters["gp.home_visit_min"], np.maximum(stride[gp], 5.0))
    same = gp[1:] == gp[:-1]
    assert (at[1:] >= at[:-1] + length[:-1] - 1.0)[same].all()


def test_nobody_works_while_away(life: Life) -> None:
    """A GP who has left or is on holiday without a locum sees nobody."""
    world, visits = life.model.care.world, life.rows("visit")
    surgeries = life.model.care.surgeries
    week = ((visits["at"] // DAY).astype(int) - world.days.first_day) // 7
    gp = visits["provider"]
    away = surgeries.leave[gp, week] & ~surgeries.locum[gp, week]
    assert not away.any()


def test_minutes_served_fit_in_the_minutes_open(life: Life) -> None:
    """Of each GP and day, acts last no longer than the slots and squeezes that were open."""
    visits = life.rows("visit")
    gps = life.model.tables["gps"]
    stride = gps["slot_min"] * life.model.parameters["gp.stride_factor"]
    day = (visits["at"] // DAY).astype(int)
    key = day * 1000 + visits["provider"]
    done = visits["status"] == Status.DONE
    used = np.bincount(np.searchsorted(np.unique(key), key[done]), weights=visits["minutes"][done])
    assert used.max() <= 12 * 60
    ordinary = done & np.isin(visits["slot"], (1, 2, 8)) & (visits["minutes"] > stride[visits["provider"]] * 1.3)
    ordinary &= visits["kind"] != Need.PREVENTIVE  # a first visit to a new doctor lasts longer, and closes later slots
    assert ordinary.sum() == 0


def test_minutes_charged_for_acts_are_those_of_the_visits(life: Life) -> None:
    """Ledger lines of acts against the journal's visits of the GPs themselves (not of locums).

    Paid sessions are apart: they are charged whole, whoever came.
    """
    visits, week = life.rows("visit"), life.rows("week")
    gps, surgeries = life.model.tables["gps"], life.model.care.surgeries
    first = life.model.care.world.days.first_day
    lines = ("consult", "visit", "squeeze")
    gp_rows = week["profession"] == Profession.GP
    charged = sum(week[line][gp_rows].astype(float).sum() for line in lines)
    index = ((visits["at"] // DAY).astype(int) - first) // 7
    locum = surgeries.leave[visits["provider"], index] & surgeries.locum[visits["provider"], index]
    closed = visits["at"] < week["at"].max() + 7 * DAY
    mine = (visits["status"] == Status.DONE) & ~locum & (gps["halo"][visits["provider"]] == 0) & closed
    mine &= visits["slot"] != Slot.EXTRA
    assert charged == pytest.approx(visits["minutes"][mine].astype(float).sum(), rel=1e-5)


def test_weeks_are_finite_and_possible(life: Life) -> None:
    week = life.rows("week")
    lines = np.stack([week[line] for line in LEDGER_LINES]).astype(float)
    assert np.isfinite(lines).all() and (lines >= 0).all()
    total = lines.sum(axis=0) / 60.0
    assert total.max() < 100.0
    working = (week["status"] == Work.WORKING) & (week["profession"] == Profession.GP)
    assert 35.0 < total[working].mean() < 70.0
    for score, top in (("ee", 54), ("dp", 30), ("pa", 48)):
        assert np.isfinite(week[score]).all()
        assert week[score].min() >= 0 and week[score].max() <= top


def test_people_are_kept_by_flows(life: Life) -> None:
    """Those alive at the end are those of the start, plus births and arrivals, less deaths and departures."""
    before, after = _start().tables["people"], life.model.tables["people"]
    events = life.rows("attachment")["event"]
    come = np.isin(events, (Attachment.BORN, Attachment.MOVED_IN)).sum()
    gone = np.isin(events, (Attachment.DECEASED, Attachment.MOVED_OUT)).sum()
    assert come > 0 and gone > 0
    assert after["alive"].sum() == before["alive"].sum() + come - gone
    assert len(after["alive"]) == len(before["alive"]) + come


def test_people_with_and_without_mt_are_everybody(life: Life) -> None:
    people, gps = life.model.tables["people"], life.model.tables["gps"]
    alive = people["alive"]
    has = people["mt_state"] == MtState.HAS
    assert ((people["mt"] >= 0) == has)[alive].all()
    assert (gps["status"][people["mt"][alive & has]] != Work.LEFT).all()


def test_every_booking_comes_to_something(life: Life) -> None:
    """Taken slots in the past do not exist; taken slots in the future belong to a request that knows them."""
    world = life.model.care.world
    books, requests = world.books, life.model.tables["requests"]
    gp, column = np.nonzero(books.request >= 0)
    assert len(gp) > 20
    assert (books.start[gp, column] >= life.model.now).all()
    rows = books.request[gp, column]
    assert len(np.unique(rows)) == len(rows)
    assert (requests["start"][rows] == books.start[gp, column]).all()
    assert (requests["provider"][rows] == gp).all()
    assert (books.free[gp, column] == 0).all()


def test_a_slot_is_free_or_taken_or_closed(life: Life) -> None:
    books = life.model.care.world.books
    free = books.free > 0
    assert (books.free[free] == books.kind[free]).all()
    assert (books.request[free] == -1).all()
    open_ahead = (books.kind > 0) & (books.start >= life.model.now)
    assert ((books.request >= 0) | free)[open_ahead].all()


def test_bookings_balance(life: Life) -> None:
    """Served with a book = visits done; each absence ends the request or makes it ask again."""
    rows, visits = life.rows("request"), life.rows("visit")
    served = ((rows["ending"] == Ending.SERVED) & np.isin(rows["route"], ASKED)).sum()
    early = ((life.journal["request"]["raised"] < 0) & (life.journal["request"]["ended"] >= 0)
             & (life.journal["request"]["ending"] == Ending.SERVED)
             & np.isin(life.journal["request"]["route"], ASKED)).sum()  # fmt: skip
    done = (visits["status"] == Status.DONE).sum()
    assert served + early == done


def test_pending_requests_have_a_date_or_are_asking(life: Life) -> None:
    rows = life.rows("request")
    pending = rows["ending"] == Ending.PENDING
    alive = life.model.tables["people"]["alive"][rows["person"]]
    dated = pending & np.isfinite(rows["visit"]) & alive
    assert (rows["visit"][dated & (rows["kind"] != Need.NURSING)] >= life.model.now).all()


def test_those_who_never_asked_made_no_contact(life: Life) -> None:
    rows = life.rows("request")
    alone = np.isin(rows["route"], (Route.SELF, Route.PHARMACIST, Route.DUTY)) & (rows["contacts"] == 0)
    assert (rows["first"][alone] == First.NO_CONTACT).all()
    booked = np.isin(rows["route"], ASKED) & (rows["ending"] == Ending.SERVED)
    assert (rows["contacts"][booked] >= 1).all()


def test_emergency_visits_are_those_sent_there(life: Life) -> None:
    """Residents who reached the emergency department by an own request are the requests that ended there."""
    rows, ed = life.rows("request"), life.rows("ed")
    assert (ed["end"] >= ed["arrival"]).all()
    seen = np.isfinite(ed["start"])
    assert (ed["start"][seen] >= ed["arrival"][seen]).all()
    spilled = (rows["route"] == Route.ED) & (rows["contacts"] > 0) & (rows["ending"] == Ending.SERVED)
    arrived = (ed["road"] == Road.SPILL).sum()
    assert abs(int(spilled.sum()) - int(arrived)) <= 3  # those on their way at either edge


def test_bookings_agree_with_littles_law() -> None:
    """Mean number of bookings held at midnight = bookings made a day × the nights each is held (L = λ W)."""
    life = live(
        winter(scenario(population=6000, warmup="12 weeks", frozen=True)), None, 154
    )  # the longest leads last 90 days
    visits = _held(life)
    made = (visits["booked"] >= 14 * DAY) & (visits["booked"] < 56 * DAY)
    nights = np.arange(15, 57) * DAY
    held = np.array([((visits["booked"] < t) & (visits["at"] >= t)).sum() for t in nights])
    nights_held = (np.floor(visits["at"] / DAY) - np.floor(visits["booked"] / DAY))[made]
    assert held.mean() == pytest.approx(made.sum() / 42.0 * nights_held.mean(), rel=0.12)
    assert (life.rows("day")["backlog"][14:56] >= held).all()
