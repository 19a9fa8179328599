"""Who works beside GPs in every arm: medical assistants, Asalée and advanced-practice nurses, case managers.

An assistant does a part of each act, so the GP's minutes for it are fewer; what becomes of the minutes saved is
decided by the rule ``use_of_slack``. A nurse gives some follow-ups in the GP's place, as far as her week goes. A case
manager shares complex cases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import nurse_follow_up
from cpts_sim.care.freed_time import PERIOD_WEEKS, PERIODS_A_YEAR
from cpts_sim.care.institutions import RANK, tell
from cpts_sim.care.slack import use_of_slack
from cpts_sim.care.world import World
from cpts_sim.engine.clock import WEEK
from cpts_sim.engine.codes import Work
from cpts_sim.engine.columns import true_rows
from cpts_sim.engine.events import Institution, Profession

Array = NDArray[Any]
ASALEE, IPA = 1, 2
KINDS = {ASALEE: "asalee", IPA: "ipa"}
"""Kinds of nurse beside GPs (column ``kind`` of the nurses), by switch."""
SEVERE = 3
MOST_SAVED = 0.4
"""Largest share of an act that an assistant can do."""
WEEKS_A_MONTH, PEOPLE_UNIT, WEEK_MIN = 52.0 / 12.0, 100_000.0, 35.0 * 60.0


def add_columns(world: World) -> None:
    """Give GPs and nurses what this file keeps."""
    gps, nurses = world.gps, world.tables["nurses"]
    for name in ("assistant_min", "assistant_slots", "assistant_list", "assisted"):
        gps.add_column(name, np.zeros(len(gps)))
    gps["assisted"][:] = saved_share(world, np.arange(len(gps)))
    nurses.add_column("file_left", np.zeros(len(nurses)))


def install(world: World) -> None:
    """Wrap the rules that these professionals change, and close their weeks."""
    world.rules.wrap("speed_up", "assistants", RANK, _speed_up)
    world.rules.wrap("strain_week", "assistants", RANK, _count_assistants)
    world.rules.wrap("strain_week", "dac", RANK, _share_cases)
    world.rules.wrap("before_asking", "asalee_ipa", RANK, _before_asking)
    world.hooks["week"] += [_nurses_week, _assistants_week]


# ------------------------------------------------------------------------------------------ assistants
def saved_share(world: World, gp: Array) -> Array:
    """Share of each act that the GP's assistant does."""
    gps, p = world.gps, world.parameters
    minutes = (gps["assistant"][gp] > 0) * (p["gp.assistant_fte"] * p["baseline.assistant_act_min"])
    result: Array = np.minimum(minutes / np.maximum(gps["slot_min"][gp], 1.0), MOST_SAVED)
    return result


def _count_assistants(inner: Any, world: World, lines: Any, working: Array, on_leave: Array) -> Any:
    """Count the minutes that assistants gave to the acts of the week that ends."""
    gps = world.gps
    rows = true_rows((gps["assistant"] > 0) & (gps["halo"] == 0) & gps["alive"])
    if len(rows):
        given = saved_share(world, rows) * gps["slot_min"][rows] * gps["acts_week"][rows]
        gps["assistant_min"][rows] += given
        tell(world, Institution.ASSISTANT, world.now - WEEK, np.full(len(rows), -1), given)
    return inner(world, lines, working, on_leave)


def _assistants_week(world: World, day: int) -> None:
    """Every four weeks split the minutes saved: further slots, new patients, longer acts, shorter days."""
    gps, p = world.gps, world.parameters
    rows = true_rows(gps["assistant_min"] > 0)
    if (day // 7) % PERIOD_WEEKS or not len(rows):
        return
    strain = (gps["ee"][rows] - p["strain.gp_ee_mean"]) / p["strain.gp_ee_sd"]
    minutes, length = gps["assistant_min"][rows], gps["slot_min"][rows]
    split = use_of_slack(minutes, strain, np.full(len(rows), p["gp.fee_share"]), p)
    sessions = np.maximum(gps["half_days"][rows] * PERIOD_WEEKS, 1.0)
    gps["assistant_slots"][rows] = (split.backfill + split.to_list) / length / sessions
    per_patient = np.maximum(p["gp.acts_per_patient_year"] * length / PERIODS_A_YEAR, 1.0)
    more = split.to_list / per_patient / np.maximum(gps["list_target"][rows], 1.0)
    gps["list_factor"][rows] += more - gps["assistant_list"][rows]
    gps["assistant_list"][rows] = more
    kept = 1.0 - split.longer / np.maximum(minutes, 1e-9)
    gps["assisted"][rows] = saved_share(world, rows) * kept
    gps["assistant_min"][rows] = 0.0
    world.journal.add(
        "slack", at=world.now, row=rows, freed=minutes, backfill=split.backfill, to_list=split.to_list,
        longer=split.longer, shorter=split.shorter,
    )  # fmt: skip


def _speed_up(inner: Any, world: World, backlog_days: Array) -> tuple[Array, Array]:
    """GPs with an assistant open further slots with a part of the minutes that she saves them."""
    pace, slots = inner(world, backlog_days)
    return pace, slots + world.gps["assistant_slots"]


# ------------------------------------------------------------------------------------------ nurses beside GPs
def _nurses_week(world: World, day: int) -> None:
    """A new week of follow-ups for every nurse beside GPs; what was not used is lost."""
    nurses, p = world.tables["nurses"], world.parameters
    nurses["file_left"][:] = 0.0
    for kind, name in KINDS.items():
        mine = (nurses["kind"] == kind) & (nurses["halo"] == 0) & nurses["alive"]
        nurses["file_left"][mine] = p[f"baseline.{name}_acts_week"]


def _partners(world: World) -> Array:
    """The nurse beside each GP, -1 without; found anew when nurses or GPs have changed."""
    gps, nurses = world.gps, world.tables["nurses"]
    read = [gps[name] for name in ("halo", "alive", "status", "commune", "key")]
    asked = tuple(column.tobytes() for column in (*read, nurses["kind"], nurses["halo"], nurses["alive"]))
    if world.partners is None or world.partners[0] != asked:
        world.partners = (asked, _find_partners(world))
    return world.partners[1]


def _find_partners(world: World) -> Array:
    """Every nurse beside GPs works with the nearest GPs who have none yet."""
    gps, nurses = world.gps, world.tables["nurses"]
    partner = np.full(len(gps), -1, dtype=np.int64)
    many = int(world.parameters["baseline.gps_per_nurse"])
    for nurse in true_rows((nurses["kind"] > 0) & (nurses["halo"] == 0) & nurses["alive"]).tolist():
        free = true_rows((partner < 0) & (gps["halo"] == 0) & gps["alive"] & (gps["status"] != Work.LEFT))
        minutes = world.travel_min[nurses["commune"][nurse], gps["commune"][free]]
        partner[free[np.lexsort((gps["key"][free], minutes))][:many]] = nurse
    return partner


def _before_asking(inner: Any, world: World, rows: Array) -> None:
    """Follow-ups of patients in the file of a nurse beside their GP are hers in part, as far as her week goes."""
    nurses, people = world.tables["nurses"], world.people
    if nurses["file_left"].any():
        partner = _partners(world)

        def find(person: Array) -> Array:
            nurse = partner[people["mt"][person]]
            found: Array = np.where(_rank(nurse) < nurses["file_left"][nurse], nurse, -1)
            sees = found[found >= 0]
            np.add.at(nurses["file_left"], sees, -1.0)
            world.ledgers[Profession.NURSE].charge("consult", sees, world.parameters["pathways.followup_min"])
            return found

        taken = nurse_follow_up.replace(world, rows, lambda person: partner[people["mt"][person]] >= 0, find, 0)
        rows = rows[~taken]
    if len(rows):
        inner(world, rows)


def _rank(nurse: Array) -> Array:
    """How many before each have the same nurse."""
    order = np.argsort(nurse, kind="stable")
    rank = np.empty(len(nurse), dtype=np.int64)
    rank[order] = np.arange(len(nurse)) - np.searchsorted(nurse[order], nurse[order])
    return rank


# ------------------------------------------------------------------------------------------ case managers
def _share_cases(inner: Any, world: World, lines: Any, working: Array, on_leave: Array) -> Any:
    """A part of the complex cases of the GPs who call the DAC is carried together with a case manager."""
    gps, people, p = world.gps, world.people, world.parameters
    level = world.baseline.level("dac", world.now)
    here = people["alive"] & (people["resident"] > 0)
    severe = true_rows(here & (people["chronic"] >= SEVERE) & (people["mt"] >= 0))
    managers = level * float(here.sum()) / PEOPLE_UNIT
    if not managers or not len(severe):
        return inner(world, lines, working, on_leave)
    knows = (world.draws.uniform("calls the DAC", gps["key"]) < p["baseline.dac_known"]) & working
    theirs = severe[knows[people["mt"][severe]]]
    share = min(1.0, managers * p["baseline.dac_cases"] / max(len(theirs), 1))
    lists = np.bincount(people["mt"][theirs], minlength=len(gps))
    minutes = np.where(knows, share * lists * p["baseline.dac_gp_min"] / WEEKS_A_MONTH, 0.0)
    rows = true_rows(minutes)
    world.ledger.charge("admin", rows, minutes[rows])  # counted in the week that begins
    tell(world, Institution.DAC, world.now - WEEK, np.full(1, -1), managers * WEEK_MIN)
    alone = gps["complex_week"].copy()
    gps["complex_week"][:] = np.where(knows, alone * (1.0 - share), alone)
    result = inner(world, lines, working, on_leave)
    gps["complex_week"][:] = alone
    return result
