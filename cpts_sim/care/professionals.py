"""The GPs' week: hours by ledger line, what strains and what helps, and what strain does to work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import careers, recovering
from cpts_sim.care.attachment import list_sizes, orphan
from cpts_sim.care.strain import Contributions
from cpts_sim.care.strain_effects import Consequences, StrainEffects, home_of
from cpts_sim.care.surgery import Surgeries
from cpts_sim.care.visits import withdraw
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY, NEVER, WEEK
from cpts_sim.engine.codes import Slot, Work
from cpts_sim.engine.events import LEDGER_LINES, Career, Profession

Array = NDArray[Any]
SEASONAL = {"load": 0.5, "interruptions": 1.0, "refusals": 1.0, "complex_alone": 0.0}
"""Factors of a week that go with the hours in which practices are open, and how much of the season of symptoms each
follows."""
PATIENT_LINES = ("consult", "visit", "squeeze", "session_other", "extra_paid")


def close_week(world: World, surgeries: Surgeries, effects: StrainEffects) -> None:
    """Close the ledgers of the week that ends now, move strain, write the week, and draw what follows."""
    gps = world.gps
    day = int(np.floor_divide(world.now, DAY)) - 7
    on_leave, week = surgeries.leave[:, surgeries.week(day)], day // 7  # weeks are counted from day 0
    working = (
        gps["alive"]
        & (gps["status"] == Work.WORKING)
        & (gps["away_until"] < world.now)
        & ~on_leave
        & (gps["halo"] == 0)
    )
    _charge_fixed(world, working)
    lines = world.ledger.close_week()
    demands, resources = world.rules["strain_week"](world, lines, working, on_leave)
    _remember_habit(world, demands, resources)
    model = world.strain[Profession.GP]
    found = model.weekly(gps, demands, resources)
    model.live(gps, world.draws, gps["key"], week)
    consequences = effects.of(gps["ee"], home_of(gps), frozen=world.frozen)
    _write_week(world, lines, on_leave, week, found, consequences)
    gps["squeeze_share"] = np.clip(world.parameters["gp.squeeze_share"] * consequences.squeeze_factor, 0.0, 1.0)
    _shorten_days(world, 1.0 - consequences.day_factor, day + 14, week)
    if not world.frozen:
        _draw_events(world, consequences, working, week, effects)
    for counter in ("acts_week", "refusals", "unscheduled_week", "complex_week"):
        gps[counter] = 0


def _charge_fixed(world: World, working: Array) -> None:
    """Time around the acts, administration, training and the rest of an ordinary week."""
    gps, p, rows = world.gps, world.parameters, np.flatnonzero(working)
    presence = 1.0 + p["gp.admin_with_presence"] * (gps["half_days"][rows] / p["gp.half_days_mean"] - 1.0)
    assistance = 1.0 - p["gp.assistant_saves_admin"] * (gps["assistant"][rows] > 0)
    for line, hours in (("admin", "gp.admin_hours"), ("knowledge", "gp.knowledge_hours"), ("other", "gp.other_hours")):
        usual = p[hours] * 60.0 * (presence * assistance if line == "admin" else presence)
        given_up = gps["admin_given_min"][rows] if line == "admin" else 0.0
        world.ledger.charge(line, rows, np.maximum(usual - given_up, 0.0))
    gps["admin_given_min"][:] = 0.0


def strain_week(
    world: World, lines: dict[str, Array], working: Array, on_leave: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Demands and resources of the week of each GP, read from the ledger and from what happened."""
    gps, p = world.gps, world.parameters
    hours = {line: minutes / 60.0 for line, minutes in lines.items()}
    load = sum((hours[line] for line in PATIENT_LINES), np.zeros(len(gps)))
    evening = (
        hours["duty"] + hours["cpts_evening"] + hours["extra_paid"] + np.where(working, p["gp.evening_hours"], 0.0)
    )
    administration = hours["admin"] + hours["cpts_admin"] + hours["cpts_lunch"] + hours["cpts_day"]
    shared = np.clip(gps["ties"] * p["gp.complex_shared_per_tie"], 0.0, 1.0)
    demands = {
        "load": load, "interruptions": gps["unscheduled_week"].astype(float), "refusals": gps["refusals"].astype(float),
        "complex_alone": gps["complex_week"] * (1.0 - shared), "evening": evening, "administration": administration,
    }  # fmt: skip
    group = np.where(gps["practice_type"] > 0, p["gp.peer_support_group"], p["gp.peer_support_solo"])
    peers = np.minimum(group + gps["peer_bonus"] + gps["ties"] * p["gp.peer_support_per_tie"], 1.0)
    resources = {
        "control": np.full(len(gps), p["gp.control"]),
        "peer_support": peers,
        "assistance": (gps["assistant"] > 0) * p["gp.assistant_fte"] + (gps["secretariat"] > 0) * p["gp.secretary_fte"],
        "recovery": np.where(on_leave | (gps["status"] == Work.SICK), 1.0, 0.0),
    }  # fmt: skip
    return demands, resources


def _remember_habit(world: World, demands: dict[str, Array], resources: dict[str, Array]) -> None:
    """In the second half of the warm-up, when the books are full, sum each factor: its mean is the habitual week."""
    if not world.frozen or world.now <= habit_from(world) * DAY:
        return
    gps = world.gps
    gps["habit_weeks"] += 1
    for factor, values in {**demands, **resources}.items():
        gps[f"habit_{factor}"] += values


def settle_habits(world: World, surgeries: Surgeries) -> None:
    """At day 0 take the mean working week of the warm-up, with a year's holidays, as everybody's habitual week.

    Only then is known who works more than others: set points are solved from it.
    """
    gps = world.gps
    weeks = np.maximum(gps["habit_weeks"], 1)
    recovery = gps["habit_recovery"] / weeks
    away_year = world.parameters["gp.leave_weeks"] / 52.0
    rescale = (1.0 - away_year) / np.maximum(1.0 - recovery, 0.2)
    season, opened = warm_up_season(world), warm_up_openness(world)
    model = world.strain[Profession.GP]
    habitual = {}
    for factor in model.reference:
        mean = gps[f"habit_{factor}"] / weeks
        mean = mean / (1.0 + SEASONAL.get(factor, 0.0) * (season - 1.0)) / (opened if factor in SEASONAL else 1.0)
        ongoing = factor in ("control", "peer_support", "assistance")
        habitual[factor] = np.full(len(gps), away_year) if factor == "recovery" else mean if ongoing else mean * rescale
    model.settle(gps, habitual, lived=int(gps["habit_weeks"].max(initial=0)))
    model.solve_set_points(gps, gps["key"], world.draws)


def habit_from(world: World) -> int:
    """Day from which weeks of the warm-up count as habitual."""
    return world.days.first_day // 14 * 7


def warm_up_openness(world: World) -> float:
    """Office hours a day in the weeks taken as habitual over those of the year after (public holidays)."""
    first, days = habit_from(world), world.days
    if first == 0:
        return 1.0
    hours = np.where(np.isfinite(days.opens), days.closes - np.minimum(days.opens, days.closes), 0.0)
    begin, zero = first - days.first_day, -days.first_day
    return float(hours[begin:zero].mean() / hours[zero : zero + 364].mean())


def warm_up_season(world: World) -> float:
    """Symptoms a day in the weeks taken as habitual over those of the year after (a season is not a habit)."""
    first, total = habit_from(world), 0.0
    if first == 0:
        return 1.0
    for name in ("minor", "acute"):
        clock = world.needs[name].activity
        warm = (clock.at_day(0) - clock.at_day(first)) / -first
        total += warm / (clock.at_day(365) / 365.0 - clock.at_day(0) / 365.0)
    return total / 2.0


def _write_week(
    world: World, lines: dict[str, Array], on_leave: Array, week: int, found: Contributions, risks: Consequences
) -> None:
    gps = world.gps
    rows = np.flatnonzero((gps["halo"] == 0) & gps["alive"])
    scores = world.strain[Profession.GP].measure(gps, world.draws, gps["key"], week)
    status = np.where((gps["status"] == Work.WORKING) & on_leave, Work.LEAVE, gps["status"])
    world.journal.add(
        "week", at=world.now - WEEK, profession=Profession.GP, row=rows, status=status[rows],
        member=gps["member"][rows], acts=gps["acts_week"][rows], ee=scores.ee[rows], dp=scores.dp[rows],
        pa=scores.pa[rows], ee_true=gps["ee"][rows], **{line: lines[line][rows] for line in LEDGER_LINES},
        group=gps["practice_type"][rows], **careers.told(gps, found, rows, risks),
    )  # fmt: skip


def _shorten_days(world: World, cut: Array, day: int, week: int) -> None:
    """An exhausted GP closes part of the free slots of a coming week."""
    books = world.books
    span = books.span(day, day + 7)
    strained = np.flatnonzero(cut > 0.005)
    if not len(strained) or span.stop <= span.start:
        return
    ordinary = (books.free[strained][:, span] == Slot.AHEAD) | (books.free[strained][:, span] == Slot.SAME_DAY)
    u = world.draws.block("shorter_day", ordinary.shape[1], world.gps["key"][strained], week).T
    which, local = np.nonzero(ordinary & (u < cut[strained][:, None]))
    books.close(strained[which], local + span.start)


def _draw_events(world: World, consequences: Any, working: Array, week: int, effects: StrainEffects) -> None:
    """Long sick leave, cut hours, closed list, early exit: drawn once a week on French base rates."""
    gps = world.gps
    u = world.draws.block("week_events", 5, gps["key"], week)
    back = (gps["status"] == Work.SICK) & (gps["away_until"] <= world.now)
    gps["status"][back] = Work.WORKING
    careers.note(world, np.flatnonzero(back), Career.RETURNED)
    sick = np.flatnonzero(working & (u[0] < consequences.sick_leave))
    careers.note(world, sick, Career.SICK_LEAVE)
    if len(sick):
        days = effects.sick_leave_days(u[4][sick])
        gps["status"][sick] = Work.SICK
        gps["away_until"][sick] = np.floor(world.now + days * DAY)
        for row in sick:
            withdraw(world, np.array([row]), world.now, float(gps["away_until"][row]))
    closes = working & (gps["open"] > 0) & (gps["accepts"] > 0) & (u[1] < consequences.close_list)
    gps["accepts"][closes] = 0
    careers.note(world, np.flatnonzero(closes), Career.LIST_CLOSED)
    fewer = working & (u[2] < consequences.cut_hours) & (gps["half_days"] > 3)
    gps["half_days"][fewer] -= 1.0
    gps["hours_cut"][fewer] += 1
    careers.note(world, np.flatnonzero(fewer), Career.HOURS_CUT)
    recovering.restore(world, effects, working & ~closes & ~fewer, week)
    leaving = np.flatnonzero(working & (u[3] < consequences.leave_for_good))
    leave_for(world, leaving, Career.LEFT_EARLY)


def leave_for(world: World, rows: Array, why: Career) -> None:
    """GPs leave for a reason that the journal tells."""
    if len(rows):
        careers.note(world, rows, why, orphans=list_sizes(world)[rows])
        world.rules["depart"](world, rows)


def depart(world: World, rows: Array) -> None:
    """GPs stop for good: their bookings are lost and their lists orphaned."""
    gps = world.gps
    gps["status"][rows] = Work.LEFT
    gps["open"][rows] = 0
    gps["accepts"][rows] = 0
    gps["left_at"][rows] = world.now
    withdraw(world, rows, world.now, NEVER)
    orphan(world, rows)
