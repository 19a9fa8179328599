"""The weeks of nurses, pharmacists and emergency staff: ledger, strain, questionnaire.

Same ledger lines and same strain as the GPs'. What fills the week is simulated: rounds from the caseloads,
counters from prescriptions, emergency care from visits. What strain does in return: ``team_effects``.

One row is a nurse; the pharmacist who runs a pharmacy; a doctor or a nurse of an emergency department.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import team_effects
from cpts_sim.care.careers import told
from cpts_sim.care.ledger import Ledger, ledger_columns
from cpts_sim.care.strain import StrainModel
from cpts_sim.care.team_effects import DOCTOR, NURSE
from cpts_sim.care.world import World
from cpts_sim.engine.clock import WEEK
from cpts_sim.engine.codes import Work
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import keys_of
from cpts_sim.engine.events import LEDGER_LINES, Profession

Array = NDArray[Any]
LIBERAL = 0
SALARIED = 2

TABLES = {Profession.NURSE: "nurses", Profession.PHARMACIST: "pharmacies", Profession.ED_STAFF: "ed_staff"}
NAMES = {Profession.NURSE: "nurse", Profession.PHARMACIST: "pharmacist", Profession.ED_STAFF: "ed_staff"}

LOAD = ("consult", "visit", "squeeze", "session_other", "extra_paid", "travel")
"""Lines that make the load; those of the ED staff are care and supervision of patients only."""

_COUNTERS = ("week_acts", "week_care_min", "habit_weeks", "peer_bonus", "patients_given_min", "admin_given_min")
_LEARNT = ("load", "interruptions", "evening", "administration")


# ------------------------------------------------------------------------------------------ set-up
def add_tables(world: World) -> None:
    """Give every team what the weeks need, and people to the emergency departments."""
    world.tables["ed_staff"] = _ed_staff(world)
    for profession, name in TABLES.items():
        table, model = world.tables[name], StrainModel(world.parameters, NAMES[profession])
        rows = len(table)
        zeros = (*_COUNTERS, *(f"habit_{factor}" for factor in _LEARNT))
        columns = ledger_columns(rows) | team_effects.columns(rows) | {zero: np.zeros(rows) for zero in zeros}
        for column, values in (columns | _day_zero(world, table, model)).items():
            table.add_column(column, values)
        if "member" not in table:
            table.add_column("member", np.zeros(rows, dtype=np.int8))


def _day_zero(world: World, table: Table, model: StrainModel) -> dict[str, Array]:
    """State of strain at day 0."""
    columns = model.initialise(table["key"], {}, world.draws)
    for own, rows in team_effects.levels_of(world.parameters, model, table, np.arange(len(table))):
        for column, values in own.initialise(table["key"][rows], {}, world.draws).items():
            columns[column][rows] = values
    return columns


def bind(world: World) -> None:
    """Put ledgers and strain of the teams in the world (their columns exist)."""
    for profession, name in TABLES.items():
        world.ledgers[profession] = Ledger(world.tables[name])
        world.strain[profession] = StrainModel(world.parameters, NAMES[profession])


def _ed_staff(world: World) -> Table:
    """Return the doctors and nurses that the rosters call for, holidays included."""
    p, rosters = world.parameters, world.emergency.doctors
    present = 1.0 - away_share(world, Profession.ED_STAFF)
    hours = rosters.sum(axis=1)
    doctors = np.maximum(np.floor(hours / (p["hospital.ed_staff_hours"] * present) + 0.5), 1).astype(np.int64)
    nurses = np.floor(doctors * p["hospital.ed_nurses_per_doctor"] + 0.5).astype(np.int64)
    heads = np.stack([doctors, nurses], axis=1).reshape(-1)
    hospital = np.repeat(np.repeat(np.arange(len(rosters)), 2), heads)
    role = np.repeat(np.tile([DOCTOR, NURSE], len(rosters)), heads)
    ends = np.cumsum(heads)
    rank = np.arange(len(role)) - np.repeat(ends - heads, heads)
    return Table("ed_staff", len(role), {
        "key": keys_of("emergency staff", (hospital * 2 + role) * 100_000 + rank),
        "hospital": hospital.astype(np.int32), "role": role.astype(np.int8),
    })  # fmt: skip


def away_share(world: World, profession: int) -> float:
    """Share of the weeks of a year that a profession is on holiday."""
    share: float = world.parameters.mapping(f"strain.{NAMES[Profession(profession)]}_reference")["recovery"]
    return share


# -------------------------------------------------------------------------------------- a day, a week
def count_day(table: Table, columns: dict[str, Array]) -> None:
    """Add the acts and minutes of a day (columns of the kind ``provider_day``, each row once) to the week of a team."""
    table["week_acts"][columns["row"]] += columns["count"]
    table["week_care_min"][columns["row"]] += columns["minutes"]


def on_holiday(world: World, profession: Profession, week: int) -> Array:
    """Whether each member of a team is on holiday in a week, counted from day 0."""
    key = world.tables[TABLES[profession]]["key"]
    away: Array = world.draws.uniform("team on holiday", key, week) < away_share(world, profession)
    return away


def close_week(world: World, day: int) -> None:
    """Close the ledgers of the week that ends now, move strain, and write the week of every team."""
    week = (day - 7) // 7  # weeks are counted from day 0
    for profession in TABLES:
        table = world.tables[TABLES[profession]]
        if len(table):
            away = on_holiday(world, profession, week) | (table["status"] != Work.WORKING)
            interruptions = _FILL[profession](world, table, ~away)
            _close(world, profession, away, interruptions, week)


def _close(world: World, profession: Profession, away: Array, interruptions: Array | None, week: int) -> None:
    table, model = world.tables[TABLES[profession]], world.strain[profession]
    lines = world.ledgers[profession].close_week()
    factors = _demands(world, profession, lines, away)
    if interruptions is not None:
        factors["interruptions"] = interruptions
    bonus = model.reference["peer_support"] + table["peer_bonus"]
    if world.frozen:
        table["habit_weeks"] += ~away
        for factor, values in factors.items():
            table[f"habit_{factor}"] += np.where(away, 0.0, values)
    found = model.weekly(table, factors, {"recovery": away.astype(float), "peer_support": bonus})
    model.live(table, world.draws, table["key"], week)
    risks = team_effects.risks_of(world, table, profession)
    _write(world, profession, lines, away, week, told(table, found, np.arange(len(table)), risks))
    team_effects.draw_events(world, table, profession, risks, week)
    for counter in ("week_acts", "week_care_min", "patients_given_min", "admin_given_min"):
        table[counter][:] = 0.0


def _demands(world: World, profession: Profession, lines: dict[str, Array], away: Array) -> dict[str, Array]:
    """What strains in a week: hours of patients, late hours, administration."""
    hours = {line: minutes / 60.0 for line, minutes in lines.items()}
    usual = world.strain[profession].reference["evening"] / (1.0 - away_share(world, profession))
    load = sum((hours[line] for line in LOAD), np.zeros(len(away)))
    late = np.where(away, 0.0, usual) + hours["duty"] + hours["cpts_evening"] + hours["extra_paid"]
    desk = hours["admin"] + hours["cpts_admin"] + hours["cpts_lunch"] + hours["cpts_day"]
    return {"load": load, "evening": late, "administration": desk}


def _write(
    world: World, profession: Profession, lines: dict[str, Array], away: Array, week: int, why: dict[str, Array]
) -> None:
    table = world.tables[TABLES[profession]]
    scores = world.strain[profession].measure(table, world.draws, table["key"], week)
    rows = np.flatnonzero(_inside(table, lines))
    status = np.where(away & (table["status"] == Work.WORKING), int(Work.LEAVE), table["status"])
    world.journal.add(
        "week", at=world.now - WEEK, profession=int(profession), row=rows,
        status=status[rows], member=table["member"][rows],
        acts=np.minimum(table["week_acts"][rows], 32_000), ee=scores.ee[rows], dp=scores.dp[rows],
        pa=scores.pa[rows], ee_true=table["ee"][rows], **{line: lines[line][rows] for line in LEDGER_LINES},
        group=_groups(world, profession)[rows], **{name: values[rows] for name, values in why.items()},
    )  # fmt: skip


def _groups(world: World, profession: Profession) -> Array:
    """Kind of practice: nurses alone, in a practice of several or salaried; doctors and nurses of the ED."""
    table = world.tables[TABLES[profession]]
    if profession == Profession.NURSE:
        group: Array = np.where(table["kind"] > LIBERAL, SALARIED, world.home_care.associated[: len(table)])
        return group
    return np.asarray(table["role"]) if profession == Profession.ED_STAFF else np.zeros(len(table), np.int8)


def _inside(table: Table, lines: dict[str, Array]) -> Array:
    """Whose weeks are written: those of the territory; salaried nurses where a mission gave them work."""
    inside = table["alive"] & (table["halo"] == 0) if "halo" in table else table["alive"].copy()
    if "kind" in table:
        worked = sum((lines[line] for line in LEDGER_LINES), np.zeros(len(table))) > 0
        inside &= (table["kind"] == LIBERAL) | worked
    result: Array = inside
    return result


def settle_habits(world: World) -> None:
    """At day 0 take the mean working week of the warm-up, with a year's holidays, as the habitual week."""
    for profession, name in TABLES.items():
        table, model = world.tables[name], world.strain[profession]
        lived = np.flatnonzero(table["habit_weeks"] > 0)
        if not len(lived):
            continue
        away = away_share(world, profession)
        habitual: dict[str, Array] = {"recovery": np.full(len(lived), away)}
        for factor in _LEARNT:
            if factor != "interruptions" or profession == Profession.ED_STAFF:
                mean = table[f"habit_{factor}"][lived] / table["habit_weeks"][lived]
                habitual[factor] = mean * (1.0 - away)
        model.settle(table, habitual, lived, -world.days.first_day // 7)


# ---------------------------------------------------------------------------------- what fills a week
def _nurses(world: World, table: Table, present: Array) -> None:
    """Rounds from the caseloads, travel, paperwork; acts at the office in part of the time that rounds leave.

    A locum or nobody runs the rounds of a holiday. Hours given away by day take acts at the office and paperwork; the
    rounds are kept, and who has no office to close works longer.
    """
    p, ledger, nurses = world.parameters, world.ledgers[Profession.NURSE], world.home_care
    rows = np.flatnonzero(present & (nurses.capacity_min[: len(table)] > 0))
    rounds = table["week_care_min"][rows] / p["nurse.presence"]
    week = nurses.settings.weekly_hours(nurses.associated[rows]) * 60.0
    paper = week * (1.0 - p["nurse.care_share"])
    ledger.charge("travel", rows, rounds * p["nurse.travel_share"])
    ledger.charge("visit", rows, rounds * (1.0 - p["nurse.travel_share"]))
    ledger.charge("admin", rows, _less(paper, table["admin_given_min"][rows]))
    office = np.clip(week - paper - rounds, 0.0, week * p["nurse.office_share"])
    ledger.charge("session_other", rows, _less(office, table["patients_given_min"][rows]))


def _less(minutes: Array | float, given: Array) -> Array:
    """What hours given away leave of others."""
    left: Array = np.maximum(minutes - given, 0.0)
    return left


def _pharmacists(world: World, table: Table, present: Array) -> None:
    """The pharmacist's part of the counter, back office, administration; colleagues serve while she is away by day."""
    p, ledger, rows = world.parameters, world.ledgers[Profession.PHARMACIST], np.flatnonzero(present)
    s = world.pharmacies.settings
    share = p["pharmacy.counter_hours"] * 60.0 / (s.staff * float((s.closes_min - s.opens_min).sum()))
    ledger.charge("consult", rows, _less(table["week_care_min"][rows] * share, table["patients_given_min"][rows]))
    ledger.charge("session_other", rows, np.full(len(rows), p["pharmacy.back_office_hours"] * 60.0))
    ledger.charge("admin", rows, _less(p["pharmacy.admin_hours"] * 60.0, table["admin_given_min"][rows]))


def _emergency_staff(world: World, table: Table, present: Array) -> Array:
    """Care given to the visits of the week by those present, administration, and what is left of the shifts.

    Returns interruptions: patients present per member of staff present, summed over the hours of the shifts.
    """
    p, ledger, hospitals = world.parameters, world.ledgers[Profession.ED_STAFF], world.tables["hospitals"]
    group = table["hospital"].astype(np.int64) * 2 + table["role"]
    heads = np.maximum(np.bincount(group, present, 2 * len(hospitals)), 1.0)
    each = np.array([1.0, p["hospital.ed_nurses_per_doctor"]])
    care = (hospitals["week_doctor_min"][:, None] * each).reshape(-1) / heads
    visits = np.repeat(hospitals["week_visits"], 2) / heads
    rows = np.flatnonzero(present)
    shift, desk = p["hospital.ed_staff_hours"] * 60.0, p["hospital.ed_staff_admin_hours"] * 60.0
    minutes = care[group[rows]]
    ledger.charge("consult", rows, minutes)
    ledger.charge("admin", rows, np.full(len(rows), desk))
    ledger.charge("idle", rows, np.maximum(shift - desk - minutes, 0.0))
    table["week_acts"][rows] = np.floor(visits[group[rows]] + 0.5)
    staff = np.maximum(heads.reshape(-1, 2).sum(axis=1), 1.0)
    crowd = (hospitals["week_stay_min"] / 60.0 / staff)[table["hospital"]]
    for counter in ("week_visits", "week_doctor_min", "week_stay_min"):
        hospitals[counter][:] = 0.0
    return np.where(present, crowd, 0.0)


_FILL: dict[Profession, Any] = {
    Profession.NURSE: _nurses, Profession.PHARMACIST: _pharmacists, Profession.ED_STAFF: _emergency_staff,
}  # fmt: skip
