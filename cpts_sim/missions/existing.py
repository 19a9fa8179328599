"""A CPTS that exists on day 0: today contains it, so the warm-up that all arms share does too.

The lists of day 0 are those of the data, which a CPTS has already shaped; what is put in place here is the rest of its
past: members, missions that have begun, ties as meetings leave them in the long run, tools as far as they are taken
up. An arm then goes on with it, changes it, or stops it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cpts_sim.engine.clock import DAY
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.tools import ties_of_years

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

RUNNING = 1


def existing(spec: Any) -> Any:
    """Return the block ``cpts`` of a scenario whose CPTS exists on day 0, None for any other."""
    cpts = spec.cpts
    return cpts if cpts is not None and cpts.since_months is not None else None


def live_the_past(organisation: Organisation) -> None:
    """Put a CPTS that has run for some time in the state that its past has left, at the start of the warm-up."""
    table, model, settings = organisation.table, organisation.model, organisation.settings
    months = max(int(settings.since_months + model.first_day * DAY / MONTH), 0)
    organisation.world.now = model.now
    organisation.life.turn()  # the contract is signed, members choose
    table["origin"][0] = model.now - months * MONTH
    table["month"][0] = months
    for name, mission in sorted(organisation.missions.items()):
        if months >= mission.delay_months:
            table[f"began_{name}"][0] = 1
            mission.begin()
            mission.grown(months - int(mission.delay_months))
    _tie(organisation)


def _tie(organisation: Organisation) -> None:
    """Ties of active members: what meetings add and time takes away, in the long run."""
    p, settings = organisation.world.parameters, organisation.settings
    per_year = p["cpts.meetings_per_year"] if settings.meetings.per_year is None else settings.meetings.per_year
    ties_of_years(organisation.world, organisation.active(), per_year * p["cpts.attendance"])


def hand_over(organisation: Organisation, past: Any, modules: Any) -> None:
    """On day 0, end the missions that this arm has no more, and let a contract that stops today stop today."""
    table, settings = organisation.table, organisation.settings
    for name, of_the_past in past.missions.items():
        column = f"began_{name}"
        if name not in organisation.missions and column in table and table[column][0]:
            modules[name].MISSION(of_the_past, organisation).end()
            table[column][0] = 0
    if settings.stop_months is not None and table["stage"][0] == RUNNING:
        stop = np.floor(settings.stop_months * MONTH / DAY) * DAY
        table["board_at"][0] = min(float(table["board_at"][0]), max(stop, organisation.model.now))
        table["next_at"][0] = min(float(table["next_at"][0]), float(table["board_at"][0]))
