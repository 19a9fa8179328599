"""Setting the world up: calendar, rates of need, columns that the rules keep, books."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import season, sessions
from cpts_sim.care.ed_demand import EdDemand
from cpts_sim.care.ledger import ledger_columns
from cpts_sim.care.needs import Activity, NeedClock
from cpts_sim.care.world import Days, World
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import Need, Profession
from cpts_sim.evidence import Parameters

Array = NDArray[Any]
NO_POOL = 1 << 30
"""Week from which a pool of locums replaces a GP who belongs to none."""

NEED_KINDS: dict[str, int] = {
    "minor": Need.MINOR, "acute": Need.ACUTE, "emergency": Need.EMERGENCY, "preventive": Need.PREVENTIVE,
    "mental": Need.MENTAL, "nursing": Need.NURSING,
}  # fmt: skip


def make_days(calendar: Any, windows: tuple[int, ...]) -> Days:
    """Turn the scenario's calendar into columns, with the hours at which offices take calls."""
    weekday = np.asarray(calendar.weekday)
    holiday = np.asarray(calendar.public_holiday)
    working = (weekday < 6) & ~holiday
    opens = np.where(working, 8 * 60.0, np.inf)
    closes = np.where(working, np.where(weekday == 5, 12 * 60.0, 19 * 60.0), 0.0)
    index = np.arange(len(weekday))
    following = np.minimum.accumulate(np.where(working, index, len(index) - 1)[::-1])[::-1]
    return Days(
        first_day=-int(calendar.warmup_days), weekday=weekday, holiday=holiday | (weekday == 6),
        school_holiday=np.asarray(calendar.school_holiday), month=np.asarray(calendar.month),
        year_day=np.asarray(calendar.day_of_year), opens=opens, closes=closes, next_open=following,
    )  # fmt: skip


def activity_of(name: str, days: Days, parameters: Parameters, demand: EdDemand) -> Activity:
    """Common clock of a kind of need: season, weekday and hours."""
    p = parameters
    if name == "emergency":
        weights = np.asarray(demand.weekday)[days.weekday] * np.asarray(demand.month)[days.month - 1]
        return Activity(days.first_day, weights, *_hours(p.array("hospital.ed_hour_profile")))
    planned = name in ("preventive", "mental", "nursing")
    week = p.array("care.weekday_planned" if planned else "care.weekday_symptom")
    month = 1.0 + p["care.month_strength"] * (season.everyday_index(p) - 1.0)
    weights = (week / week.mean())[days.weekday] * month[days.month - 1]
    if name == "acute" and p.array("care.rate_acute").any():  # the year's total of influenza is in the rate
        weights = weights + season.influenza(days.year_day, p) / (p.array("care.rate_acute").mean() / 365.0)
    return Activity(days.first_day, weights, *_hours(p.array("care.hour_planned" if planned else "care.hour_symptom")))


def _hours(weights: Array) -> tuple[Array, Array]:
    shares = np.concatenate([[0.0], np.cumsum(weights)])
    return np.arange(len(shares)) * (1440.0 / len(weights)), shares / shares[-1]


def need_rates(world: World, rows: Array, demand: EdDemand) -> dict[str, Array]:
    """Needs per day and person by kind, from age, sex and frailty."""
    p, people = world.parameters, world.people
    age = world.age_years(rows)
    band = np.searchsorted(p.array("care.age_from"), age, side="right") - 1
    ratio = p["care.sex_ratio_15_64"]
    grown = (age >= 15) & (age <= p["care.age_from_upper"])
    sex = np.where(grown, np.where(people["sex"][rows] == 1, 2 * ratio / (1 + ratio), 2 / (1 + ratio)), 1.0)
    weight = p["care.frailty_spread"]
    frailty = 1.0 - weight + weight * people["frailty"][rows]
    rates = {
        name: p.array(f"care.rate_{name}")[band] / 365.0 * frailty
        for name in NEED_KINDS
        if name not in ("emergency", "nursing")
    }
    for name in ("minor", "acute", "preventive", "mental"):
        rates[name] = rates[name] * sex
    rates["nursing"] = world.nursing_need.per_day(age, people["chronic"][rows])
    rates["emergency"] = demand.rate_per_day(age) * p["care.emergency_share"] * frailty
    return rates


def set_rates(world: World, rows: Array) -> None:
    """Write the rates of need of people who have just come (births, arrivals)."""
    for name, rate in need_rates(world, rows, world.demand).items():
        world.people[f"rate_{name}"][rows] = rate


def make_needs(world: World) -> dict[str, NeedClock]:
    """Start the clock of every kind of need."""
    rows = np.arange(len(world.people))
    rates = need_rates(world, rows, world.demand) if len(rows) else dict.fromkeys(NEED_KINDS, np.zeros(0))
    return {
        name: NeedClock(
            name, world.people, activity_of(name, world.days, world.parameters, world.demand), world.draws, rates[name]
        )
        for name in NEED_KINDS
    }


def bind_needs(world: World) -> dict[str, NeedClock]:
    """Return the clocks on columns that exist already (fork, resume)."""
    return {
        name: NeedClock(name, world.people, activity_of(name, world.days, world.parameters, world.demand), world.draws)
        for name in NEED_KINDS
    }


def add_person_columns(people: Table, parameters: Parameters, start: float, draws: Draws) -> None:
    """Add what the rules of care keep for each person."""
    rows = len(people)
    people.add_column("believed", np.full(rows, parameters["care.belief_reference"]))
    people.add_column("believed_at", np.full(rows, start))
    u = draws.uniform("seen_at_home", people["key"])
    age = (start - people["born"]) / (365.0 * 1440.0)
    people.add_column("home", (u < seen_at_home(age, people["chronic"], parameters)).astype(np.int8))
    people.add_column("rated_age", np.clip(age, 0, 120).astype(np.int16))


def seen_at_home(age: Array, chronic: Array, parameters: Parameters) -> Array:
    """Share of people whom the GP sees at home, by age and severity."""
    p = parameters
    share = np.where(age >= 85, p["care.home_share_85"], np.where(age >= 75, p["care.home_share_75"], 0.0))
    result: Array = share * np.where(chronic >= 2, p["care.home_severe_factor"], 1.0)
    return result


def add_gp_columns(gps: Table, parameters: Parameters, draws: Draws) -> None:
    """Add what the rules of care keep for each GP."""
    rows = len(gps)
    ones = {
        "session_factor": 1.0,
        "pace": 1.0,
        "stretch": 1.0,
        "squeeze_share": parameters["gp.squeeze_share"],
        "list_factor": 1.0,
        "backlog_days": 5.0,
        "desk_factor": 1.0,
    }
    for name, value in ones.items():
        gps.add_column(name, np.full(rows, value))
    zeros = (
        "pace_slots", "away_until", "acts_week", "refusals", "unscheduled_week", "complex_week", "ties", "peer_bonus",
        "taken_on", "habit_weeks", "since", "freed_min", "longer_share", *sessions.COLUMNS,
    )  # fmt: skip
    for name in zeros:
        gps.add_column(name, np.zeros(rows))
    gps.add_column("list_phase", draws.uniform("list_phase", gps["key"]))
    gps.add_column("strain_phase", draws.uniform("strain_phase", gps["key"]))
    gps.add_column("home_slots", np.full(rows, 3.0))
    for name in ("locum_from", "locum_until"):
        gps.add_column(name, np.full(rows, NO_POOL))
    for name in ("status", "account", "arrived", "locum_now", "away_now", "holiday_now", "hours_cut", "member"):
        gps.add_column(name, np.zeros(rows, dtype=np.int8))
    gps.add_column("away_until", np.full(rows, -np.inf))
    gps.add_column("left_at", np.full(rows, np.inf))
    gps.add_column("list_size", np.zeros(rows, dtype=np.int64))
    gps.add_column("accepts", np.ones(rows, dtype=np.int8))
    gps.add_column("premises", gps["key"])  # a successor finds the same week, the same holidays, the same books
    gps.add_column("half_days_laid", gps["half_days"])
    gps.add_column("duty", draws.uniform("duty", gps["key"]) < parameters["care.duty_participation"])
    gps.add_column("colleague", colleagues(gps))
    for name, column in ledger_columns(rows).items():
        gps.add_column(name, column)


def fit_lists(people: Table, gps: Table, parameters: Parameters) -> None:
    """Give each GP the list she aims at: lists are found anywhere in the cycle of filling, closing and shrinking.

    A list closes when it reaches the target and opens again below ``care.reopens_at`` of it, so at any time the
    open and the closed alike are spread between the two, and as many lists open as close while the sum is steady.
    Some of the closed are so for strain (``strain.closed_for_strain``): they have room.
    """
    on_list = people["mt"][people["mt"] >= 0]
    size = np.bincount(on_list, minlength=len(gps))
    gps["list_size"] = size
    fewest = parameters["care.reopens_at"]
    filled = fewest + (1.0 - fewest) * gps["list_phase"]
    inside = gps["halo"] == 0
    gps["accepts"] = ~_closed_for_strain(gps, inside, parameters)
    filled = np.where(gps["accepts"] > 0, filled, 1.5 * fewest - 0.5 * filled)
    gps["list_target"][inside] = np.ceil(size / filled)[inside]


def _closed_for_strain(gps: Table, inside: Array, parameters: Parameters) -> Array:
    """Which closed lists are closed for strain at the start."""
    closed = inside & (gps["open"] == 0)
    result: Array = closed & (gps["strain_phase"] < parameters["strain.closed_for_strain"])
    return result


def yearly_acts(people: Table, parameters: Parameters, start: float) -> Array:
    """Acts of a GP that each person would ask for in a year if access were perfect (for sizing practices)."""
    p = parameters
    age = np.clip((start - people["born"]) / (365.0 * 1440.0), 0.0, 119.0)
    band = np.searchsorted(p.array("care.age_from"), age, side="right") - 1
    rates = sum(
        (p.array(f"care.rate_{kind}")[band] for kind in ("minor", "acute", "preventive", "mental")),
        np.zeros(len(people)),
    )
    interval = p.array("care.followup_interval_days")[people["chronic"]]
    result: Array = rates + 365.0 / interval
    return result


def fit_practices(people: Table, gps: Table, parameters: Parameters, start: float) -> None:
    """Let the working style of each GP follow her list: longer lists go with longer sessions and shorter acts.

    Only a part of the difference is made up (``gp.list_to_capacity``), so loads stay unequal; the capacity of all
    together does not change. Who is quick with an act is quick with the letters and calls that it leaves
    (``gp.desk_with_pace``); the desk work of all together does not change either.
    """
    own, expected = people["mt"] >= 0, yearly_acts(people, parameters, start)
    acts = np.bincount(people["mt"][own], weights=expected[own], minlength=len(gps))
    _keep_visits(people, gps, expected, parameters)
    demand = acts / np.maximum(gps["reach"], 0.2)
    capacity = gps["half_days"] / gps["slot_min"]
    inside = (gps["halo"] == 0) & (demand > 0)
    if not inside.any():
        return
    level = demand[inside].sum() / capacity[inside].sum()
    gap = np.clip(np.where(inside, demand / (capacity * level), 1.0), 0.3, 3.0)
    part = parameters["gp.list_to_capacity"]
    factor = 1.0 + part * (gap - 1.0)
    factor /= (factor * capacity)[inside].sum() / capacity[inside].sum()
    longer = np.sqrt(np.sqrt(np.sqrt(factor)))  # scarcity shortens acts rather than it lengthens days
    shorter = np.clip(
        gps["slot_min"] * longer / factor, parameters["gp.act_shortest_min"], parameters["gp.act_longest_min"]
    )
    done = gps["slot_min"] / shorter
    gps["slot_min"][inside] = shorter[inside]
    gps["session_factor"][inside] = np.clip(factor / done, *parameters.array("gp.session_bounds"))[inside]
    usual = (gps["slot_min"] * demand)[inside].sum() / demand[inside].sum()
    gps["desk_factor"][inside] = 1.0 + parameters["gp.desk_with_pace"] * (gps["slot_min"][inside] / usual - 1.0)


def _keep_visits(people: Table, gps: Table, expected: Array, parameters: Parameters) -> None:
    """Let each GP keep room for home visits on full days in proportion to the acts of those whom she sees at home."""
    p = parameters
    home = (people["mt"] >= 0) & (people["home"] > 0)
    weekly = np.bincount(people["mt"][home], weights=expected[home], minlength=len(gps)) / 52.0
    days = np.maximum(gps["half_days"] / 2.0, 1.0)
    fewest, most = p.array("gp.home_slots_day")
    gps["home_slots"] = np.clip(np.ceil(p["gp.home_slots_per_visit"] * weekly / days), fewest, most)


def nearest_gps(gps: Table, travel_min: Array, count: int = 6) -> Array:
    """The nearest GPs of each commune, shape (communes, ``count``); -1 beyond those that exist."""
    minutes = travel_min[:, gps["commune"]] if len(gps) else np.zeros((len(travel_min), 0))
    order = np.argsort(minutes, axis=1, kind="stable")[:, :count]
    nearest = np.full((len(travel_min), count), -1, dtype=np.int64)
    nearest[:, : order.shape[1]] = order
    return nearest


def covers(gps: Table, near: Array) -> Array:
    """Who stands in for each GP who is away: a colleague of the practice, else the nearest other GP."""
    own = np.arange(len(gps))
    around = near[gps["commune"]]
    other = np.where(around == own[:, None], -1, around)
    first = np.argmax(other >= 0, axis=1)
    nearest = other[own, first] if len(gps) else np.zeros(0, dtype=np.int64)
    result: Array = np.where(gps["colleague"] >= 0, gps["colleague"], nearest)
    return result


def colleagues(gps: Table) -> Array:
    """For each GP the next one of the same practice in a ring, -1 for those who work alone."""
    practice = gps["practice"]
    order = np.argsort(practice, kind="stable")
    following = np.roll(order, -1)
    sorted_practice = practice[order]
    last = np.append(sorted_practice[1:] != sorted_practice[:-1], True) if len(order) else np.zeros(0, dtype=bool)
    start = np.searchsorted(sorted_practice, sorted_practice)
    target = np.where(last, order[start] if len(order) else order, following)
    result = np.full(len(gps), -1, dtype=np.int64)
    alone = target == order
    result[order] = np.where(alone, -1, target)
    return result


def add_strain(world: World) -> None:
    """Give every GP a state of strain, at rest in the profession's ordinary week until the warm-up has shown hers."""
    gps, model = world.gps, world.strain[Profession.GP]
    for name, column in model.initialise(gps["key"], {}, world.draws).items():
        gps.add_column(name, column)
    for factor in model.reference:
        gps.add_column(f"habit_{factor}", np.zeros(len(gps)))


def new_strain(world: World, rows: Array) -> None:
    """Draw the state of strain of GPs who have just come."""
    gps, model = world.gps, world.strain[Profession.GP]
    habitual = {factor: gps[f"ref_{factor}"][rows] for factor in model.reference}
    for name, column in model.initialise(gps["key"][rows], habitual, world.draws).items():
        gps[name][rows] = column
