"""What the journal tells of professionals: why a week strained, and what happened in a working life."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.ledger import Columns
from cpts_sim.care.strain import Contributions
from cpts_sim.care.strain_effects import Consequences, home_of
from cpts_sim.care.world import World
from cpts_sim.engine.events import Career, Profession

Array = NDArray[Any]


def note(world: World, rows: Array, event: Career, profession: Profession = Profession.GP, orphans: Any = 0) -> None:
    """Write an event of the careers of professionals.

    Args:
        world: state of the territory.
        rows: rows of the profession's table (those outside the territory are passed over).
        event: what happens.
        profession: whose table.
        orphans: people who lose their usual GP by it, one number or one per row.
    """
    table = world.tables[_TABLES[profession]]
    inside = table["halo"][rows] == 0 if "halo" in table else np.ones(len(rows), dtype=bool)
    who = np.asarray(rows)[inside]
    if len(who):
        lost = np.broadcast_to(np.asarray(orphans), inside.shape)[inside]
        world.journal.add(
            "career", at=world.now, profession=int(profession), row=who, event=int(event), ee=table["ee"][who],
            orphans=lost,
        )  # fmt: skip


_TABLES = {
    Profession.GP: "gps", Profession.NURSE: "nurses", Profession.PHARMACIST: "pharmacies",
    Profession.ED_STAFF: "ed_staff",
}  # fmt: skip


def told(table: Columns, found: Contributions, rows: Array, risks: Consequences | None = None) -> dict[str, Array]:
    """Return the columns of the kind ``week`` that say why: drive by factor, parts of EE, chances of the week.

    The drive is the sum of its factors, in their order, for every professional. EE is the sum of *home* (at rest
    in the habitual week), *life* (outside the model), *rise* (what work has added) and *scar*, kept on its scale.

    Args:
        table: table of the profession.
        found: contributions of the week.
        rows: rows that are written.
        risks: consequences of the week (none: all chances are zero).
    """
    rise = table["fast"] + table["slow"] - table["fast_home"] - table["slow_home"]
    out = {
        "drive": found.drive[rows], **{f"drive_{name}": found.of(name)[rows] for name in found.names},
        "home": home_of(table)[rows], "life": table["life"][rows], "rise": rise[rows], "scar": table["scar"][rows],
    }  # fmt: skip
    nothing = np.zeros(len(rise))
    chances = {"exit": nothing, "sick": nothing, "cut": nothing}
    if risks is not None:
        chances = {"exit": risks.leave_for_good, "sick": risks.sick_leave, "cut": risks.cut_hours}
    return out | {f"{name}_chance": chance[rows] for name, chance in chances.items()}
