"""The second line: a few services with a weekly capacity and a waiting list, and the referrals to them.

The same in every arm. A referral names the right service if the GP knows it; the others get lost or wander.
Once at the service it waits its turn, behind everybody who came before, by whatever way. So more referrals
that arrive make a longer list: nothing here gains capacity. Home support and the other professions are lists with
their waits only: no effect of theirs on health is modelled. Nursing homes have no service of their own: their
residents are people of the territory whom GPs and nurses see at home.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import hospital_days
from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.codes import Need
from cpts_sim.engine.columns import Table, true_rows
from cpts_sim.engine.events import Referral, Service
from cpts_sim.evidence import Parameters

Array = NDArray[Any]
NAMES = tuple(service.name.lower() for service in Service)
ADULT, SEVERE, SERIOUS, VERY_OLD = 18, 3, 2, 80
COLUMNS = {
    "person": "i8", "service": "i1", "gp": "i4", "made": "f8", "reaches": "f8", "turn": "f8",
    "organised": "i1", "what": "i8",
}  # fmt: skip
TREATED = {Service.PSYCHIATRY: "mental_until", Service.ADDICTOLOGY: "addiction_until"}
"""Column of the people whom a treatment begun there relieves, by service: until when."""


# ------------------------------------------------------------------------------------------ set-up
def add_tables(world: World) -> None:
    """Open the services with the waiting lists of day 0, sized by what ordinary practice sends them."""
    p, people, count = world.parameters, world.people, len(Service)
    for column in (*(f"again_{name}" for name in NAMES), *TREATED.values()):
        people.add_column(column, np.full(len(people), -np.inf))
    _sent_before(world)
    other = by_service(p, "other_share")
    per_week = expected_per_week(world) / np.maximum(1.0 - other, 0.01) * p["second_line.spare"]
    waiting = per_week * by_service(p, "wait_days") / 7.0
    world.tables["second_line"] = Table("second_line", count, {
        "service": np.arange(count), "per_week": per_week, "joined": waiting, "called": np.zeros(count),
        "others_per_week": per_week * other / p["second_line.spare"],
    })  # fmt: skip
    world.tables["referrals"] = Table("referrals", 0, dict(COLUMNS))


def by_service(p: Parameters, name: str) -> Array:
    """Return a parameter's values in the order of the services."""
    values = p.mapping(f"second_line.{name}")
    return np.array([values[service] for service in NAMES])


def yearly(world: World, person: Array) -> Array:
    """Referrals a year of people who are not kept from one by a recent one, shape (services, people)."""
    p, people = world.parameters, world.people
    severe = people["chronic"][person] >= SEVERE
    followed = 365.0 / np.maximum(p.array("care.followup_interval_days")[people["chronic"][person]], 1.0)
    visits = np.stack([
        severe * (365.0 / p.array("care.followup_interval_days")[SEVERE]),
        people["rate_mental"][person] * 365.0,
        use_disorder(world, person) * p["gp.acts_per_patient_year"],
        needs_support(world, person) * followed,
        (people["chronic"][person] > 0) * followed,
    ])  # fmt: skip
    result: Array = visits * by_service(p, "refers")[:, None]
    return result


def expected_per_week(world: World) -> Array:
    """Referrals a week that keep each service busy in ordinary practice (mean over the year)."""
    p = world.parameters
    known, goes = by_service(p, "known_share"), by_service(p, "goes")
    reach = (known + (1.0 - known) * (1.0 - p["second_line.lost_unknown"])) * goes
    reach *= np.maximum(0.0, 1.0 - p["second_line.gives_up_weekly"] * by_service(p, "wait_days") / 7.0)
    rate = yearly(world, true_rows(world.people["alive"]))
    renewed = rate / (1.0 + rate * p["second_line.again_days"] / 365.0)
    result: Array = renewed.sum(axis=1) * reach * 7.0 / 365.0
    return result


def _sent_before(world: World) -> None:
    """Some were referred in the months before the run, and will not be so soon again (stationary start)."""
    p, people = world.parameters, world.people
    rate = yearly(world, np.arange(len(people))) * p["second_line.again_days"] / 365.0
    for service, name in enumerate(NAMES):
        u = world.draws.block(f"referred before/{name}", 2, people["key"])
        lately = u[0] < rate[service] / (1.0 + rate[service])
        until = world.now + np.floor(u[1] * p["second_line.again_days"]) * DAY
        people[f"again_{name}"][lately] = until[lately]


def use_disorder(world: World, person: Array) -> Array:
    """Which adults have a use disorder (alcohol first): a trait of the person, the same in every arm."""
    u = world.draws.uniform("use disorder", world.people["key"][person])
    share = world.parameters["second_line.use_disorder_share"]
    result: Array = (u < share) & (world.age_years(person) >= ADULT)
    return result


def needs_support(world: World, person: Array) -> Array:
    """Who may need help in daily life at home: the very old with a serious chronic disease."""
    result: Array = (world.age_years(person) >= VERY_OLD) & (world.people["chronic"][person] >= SERIOUS)
    return result


# ------------------------------------------------------------------------------------------ referring
def after_visit(world: World, rows: Array, gp: Array, at: Array) -> None:
    """What a visit does; some of those seen are referred to the second line."""
    hospital_days.after_visit(world, rows, gp, at)
    p, requests, people = world.parameters, world.requests, world.people
    person, kind, what = requests["person"][rows], requests["kind"][rows], rq.identity(requests, rows)
    u = world.draws.uniform("referred", people["key"][person], what)
    share = by_service(p, "refers")
    drawn = true_rows(u < share.max())  # nobody else is referred anywhere
    person, kind, what, gp, at, u = person[drawn], kind[drawn], what[drawn], gp[drawn], at[drawn], u[drawn]
    follow_up, chronic = kind == Need.FOLLOWUP, people["chronic"][person]
    concerned = (
        (Service.CARDIOLOGY, follow_up & (chronic >= SEVERE)),
        (Service.PSYCHIATRY, kind == Need.MENTAL),
        (Service.ADDICTOLOGY, use_disorder(world, person)),
        (Service.HOME_SUPPORT, follow_up & needs_support(world, person)),
        (Service.OTHER, follow_up & (chronic > 0)),
    )
    for service, mask in concerned:
        sent = true_rows(mask & (u < share[service]))
        if len(sent):
            refer(world, person[sent], service, gp[sent], at[sent], what[sent])


def knows_service(world: World, gp: Array, service: int, u: Array) -> Array:
    """Whether a GP knows the right service for a referral; colleagues met in person (ties) help."""
    p = world.parameters
    known = by_service(p, "known_share")[service]
    met = np.minimum(1.0, world.gps["ties"][gp] * p["second_line.known_per_tie"])
    result: Array = u < known + (1.0 - known) * met
    return result


def letter_days(world: World, gp: Array) -> Array:
    """Days between a GP's visit and the request at the service."""
    return np.full(len(gp), world.parameters["second_line.letter_days"])


def refer(
    world: World, person: Array, service: int, gp: Array, at: Array, what: Array, organised: int = 0
) -> None:
    """Send people to a service, unless they were sent there lately.

    Args:
        world: the world.
        person: rows of the people.
        service: code of the service.
        gp: GPs who refer.
        at: minutes of the visits.
        what: identities for draws.
        organised: 1 where a CPTS brought the referral about.
    """
    p, people, again = world.parameters, world.people, f"again_{NAMES[service]}"
    person, first = np.unique(person, return_index=True)
    gp, at, what = gp[first], at[first], what[first]
    new = people[again][person] <= at
    person, gp, at, what = person[new], gp[new], at[new], what[new]
    if not len(person):
        return
    people[again][person] = at + p["second_line.again_days"] * DAY
    u = world.draws.block(f"referral/{NAMES[service]}", 3, people["key"][person], what)
    knows = world.rules["knows_service"](world, gp, service, u[0])
    lost = (u[1] >= by_service(p, "goes")[service]) | (~knows & (u[2] < p["second_line.lost_unknown"]))
    days = world.rules["letter_days"](world, gp) + np.where(knows, 0.0, p["second_line.wandering_days"])
    event = np.where(lost, int(Referral.LOST), int(Referral.SENT))
    tell(world, event, person, service, gp, at, at, organised)
    kept = ~lost
    world.tables["referrals"].append(
        int(kept.sum()), person=person[kept], service=service, gp=gp[kept], made=at[kept],
        reaches=np.floor(at + days * DAY)[kept], turn=-1.0, organised=organised, what=what[kept],
    )  # fmt: skip


def tell(
    world: World, event: Any, person: Array, service: Any, gp: Array, made: Array, at: Any, organised: Any
) -> None:
    """Write what happened to referrals in the journal."""
    if len(person):
        columns = {"person": person, "service": service, "event": event, "gp": gp, "organised": organised}
        world.journal.add("referral", at=at, made=made, **columns)


# ------------------------------------------------------------------------------------------ waiting
def week(world: World, day: int) -> None:
    """A week at every service: newcomers queue up, people are seen, some give up (a weekly hook)."""
    services, referrals, p = world.tables["second_line"], world.tables["referrals"], world.parameters
    services["joined"] += services["others_per_week"]
    _queue_up(world, services, referrals)
    services["called"][:] = np.minimum(services["called"] + services["per_week"], services["joined"])
    waiting = referrals["turn"] >= 0.0
    person = referrals["person"]
    gone = ~world.people["alive"][person]
    seen = waiting & ~gone & (referrals["turn"] < services["called"][referrals["service"]])
    u = world.draws.block("second line week", 2, world.people["key"][person], referrals["what"] + day)
    tired = waiting & ~seen & ~gone & (u[0] < p["second_line.gives_up_weekly"])
    _see(world, true_rows(seen), day * DAY + np.floor(u[1][seen] * 5.0) * DAY + 600.0)
    _end(world, true_rows(tired), int(Referral.GAVE_UP))
    _end(world, true_rows(gone), int(Referral.LOST))
    services["called"] += np.bincount(referrals["service"][tired | (gone & waiting)], minlength=len(services))
    referrals.keep(true_rows(~(seen | tired | gone)))


def _queue_up(world: World, services: Table, referrals: Table) -> None:
    """Give those who have reached a service their turn, in order of arrival."""
    fresh = true_rows((referrals["turn"] < 0.0) & (referrals["reaches"] < world.now))
    key = world.people["key"][referrals["person"][fresh]]
    fresh = fresh[np.lexsort((key, referrals["reaches"][fresh]))]
    for service in range(len(services)):
        mine = fresh[referrals["service"][fresh] == service]
        referrals["turn"][mine] = services["joined"][service] + np.arange(len(mine))
        services["joined"][service] += len(mine)


def _see(world: World, rows: Array, at: Array) -> None:
    """First appointments: a specialist's follow-up, or a treatment begun."""
    referrals, people = world.tables["referrals"], world.people
    person, service = referrals["person"][rows], referrals["service"][rows]
    heart = service == Service.CARDIOLOGY
    people["last_followup"][person[heart]] = np.maximum(people["last_followup"][person[heart]], at[heart])
    for code, column in TREATED.items():
        mine = service == code
        people[column][person[mine]] = at[mine] + world.parameters["second_line.treated_days"] * DAY
    tell(world, int(Referral.SEEN), person, service, referrals["gp"][rows], referrals["made"][rows], at,
         referrals["organised"][rows])  # fmt: skip


def _end(world: World, rows: Array, event: int) -> None:
    referrals = world.tables["referrals"]
    tell(world, event, referrals["person"][rows], referrals["service"][rows], referrals["gp"][rows],
         referrals["made"][rows], world.now, referrals["organised"][rows])  # fmt: skip


def waiting_days(world: World) -> Array:
    """Days that somebody who reaches each service now would wait for it."""
    services = world.tables["second_line"]
    result: Array = (services["joined"] - services["called"]) / np.maximum(services["per_week"], 1e-9) * 7.0
    return result
