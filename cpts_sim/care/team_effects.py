"""What strain does to nurses, pharmacists and emergency staff: long sick leave, exit, fewer hours.

The odds are those of the GPs' consequences; base rates are the doctors' (no French rate is known for the others, so
they are judgement). A sick nurse's patients are seen by a locum, as in holidays, but nobody new is taken on; who
leaves is replaced after a vacancy, meanwhile a nurse's patients look for another one. The law asks for a pharmacist
in every open pharmacy, so a locum stands in. The shifts of an emergency department are covered by those who remain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import careers
from cpts_sim.care.strain import StrainModel
from cpts_sim.care.strain_effects import Consequences, StrainEffects, home_of
from cpts_sim.care.world import World
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import keys_of
from cpts_sim.engine.events import Career, Profession, Work

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Array = NDArray[Any]
LIBERAL = 0
DOCTOR, NURSE = 0, 1
"""Roles in an emergency department; nurses' aides are counted among the nurses."""
ED_ROLES = {DOCTOR: "ed_physician", NURSE: "ed_nurse"}
"""Name under which the levels of each role stand among the parameters of strain."""
_LEAST_HOURS = 0.5
"""Nobody cuts hours below half of the first ones."""


def columns(rows: int) -> dict[str, Array]:
    """Return the columns that the consequences need: status, end of an absence, share of the first hours kept."""
    return {
        "status": np.full(rows, int(Work.WORKING), dtype=np.int8), "away_until": np.full(rows, -np.inf),
        "hours_share": np.ones(rows),
    }  # fmt: skip


def risks_of(world: World, table: Table, profession: Profession) -> Consequences:
    """Return the consequences of this week's exhaustion, none while structural events are frozen."""
    return _effects(world, profession).of(table["ee"], home_of(table), frozen=world.frozen)


def _effects(world: World, profession: Profession) -> StrainEffects:
    """What strain does to work in a profession: tables made once."""
    if profession not in world.effects:
        world.effects[profession] = StrainEffects(world.parameters, world.strain[profession].population.ee)
    return world.effects[profession]


def draw_events(world: World, table: Table, profession: Profession, risks: Consequences, week: int) -> None:
    """Return, fall ill, leave, cut hours: drawn once a week for those of the territory."""
    if world.frozen:
        return
    _come_back(world, table, profession)
    u = world.draws.block("team events", 4, table["key"], week)
    here = (table["status"] == Work.WORKING) & _own(table)
    sick = np.flatnonzero(here & (u[0] < risks.sick_leave))
    if len(sick):
        days = _effects(world, profession).sick_leave_days(u[3][sick])
        table["status"][sick] = Work.SICK
        table["away_until"][sick] = np.floor(world.now + days * DAY)
        careers.note(world, sick, Career.SICK_LEAVE, profession)
    leaving = np.flatnonzero(here & (table["status"] == Work.WORKING) & (u[1] < risks.leave_for_good))
    if len(leaving):
        careers.note(world, leaving, Career.LEFT_EARLY, profession)
        table["status"][leaving] = Work.LEFT
        table["away_until"][leaving] = np.floor(world.now + world.parameters["strain.team_vacancy_days"] * DAY)
    _cut_hours(world, table, profession, here & (u[2] < risks.cut_hours))
    if profession == Profession.NURSE:
        _rounds(world, table, sick, leaving)


def _own(table: Table) -> Array:
    """Those of the territory who are paid by the act or by the department."""
    own: Array = table["alive"] & (table["halo"] == 0) if "halo" in table else table["alive"].copy()
    return own & (table["kind"] == LIBERAL) if "kind" in table else own


def _come_back(world: World, table: Table, profession: Profession) -> None:
    """Who was ill is back; who has left is replaced by somebody else, with a set point of her own."""
    over = table["away_until"] <= world.now
    back = np.flatnonzero((table["status"] == Work.SICK) & over)
    new = np.flatnonzero((table["status"] == Work.LEFT) & over)
    for rows, event in ((back, Career.RETURNED), (new, Career.REPLACED)):
        table["status"][rows] = Work.WORKING
        if event == Career.REPLACED and len(rows):
            _replace(world, table, profession, rows)
        careers.note(world, rows, event, profession)
        if profession == Profession.NURSE and len(rows):
            nurses = world.home_care
            usual = nurses.settings.capacity_min(nurses.associated[rows])
            nurses.capacity_min[rows] = usual * table["hours_share"][rows]


def _replace(world: World, table: Table, profession: Profession, rows: Array) -> None:
    month = int(np.floor_divide(world.now, DAY))
    table["key"][rows] = keys_of("replaces", table["key"][rows].astype(np.int64) + month)
    table["hours_share"][rows] = 1.0
    for model, chosen in levels_of(world.parameters, world.strain[profession], table, rows):
        habitual = {name.removeprefix("ref_"): table[name][chosen] for name in table.columns if name.startswith("ref_")}
        for name, values in model.initialise(table["key"][chosen], habitual, world.draws).items():
            table[name][chosen] = values


def levels_of(
    parameters: Parameters, model: StrainModel, table: Table, rows: Array
) -> Iterator[tuple[StrainModel, Array]]:
    """Give each model of strain with the rows whose levels it draws: doctors and nurses of an ED have their own."""
    if "role" not in table:
        yield model, rows
        return
    for role, name in ED_ROLES.items():
        yield StrainModel(parameters, name), rows[table["role"][rows] == role]


def _cut_hours(world: World, table: Table, profession: Profession, cuts: Array) -> None:
    """Liberal nurses work fewer hours: fewer rounds from now on (the others' hours are their employer's)."""
    if profession != Profession.NURSE:
        return
    rows = np.flatnonzero(cuts & (table["status"] == Work.WORKING) & (table["hours_share"] > _LEAST_HOURS))
    if len(rows):
        kept = 1.0 - world.parameters["strain.cut_hours_size"]
        table["hours_share"][rows] *= kept
        world.home_care.capacity_min[rows] *= kept
        careers.note(world, rows, Career.HOURS_CUT, profession)


def _rounds(world: World, table: Table, sick: Array, leaving: Array) -> None:
    if len(sick):
        world.home_care.capacity_min[sick] = 0.0
    if len(leaving):
        world.home_care.stop(leaving, world.now)
