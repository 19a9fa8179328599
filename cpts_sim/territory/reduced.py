"""A territory played small: fewer inhabitants, and everything that goes with their number in the same proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cpts_sim.errors import InputError
from cpts_sim.territory.archetypes import whole
from cpts_sim.territory.territory import SUPPLY_COLUMNS, Remark, Territory
from cpts_sim.words import say

_WITH_PEOPLE = (*SUPPLY_COLUMNS, "standard")
_OF_HOSPITALS = ("catchment", "visits_per_day")


def reduced(territory: Territory, inhabitants: int) -> Territory:
    """Return a territory of so many inhabitants, with supply, neighbours and hospital flows in proportion.

    Distances, travel times, accessibility and the structure of ages are those of the whole. A territory that is not
    larger is returned as it is.

    Args:
        territory: the whole.
        inhabitants: how many to keep.

    Raises:
        InputError: nobody is left.
    """
    before = territory.population
    if inhabitants < 1:
        raise InputError(say("territory.population_wrong", value=inhabitants))
    if before <= inhabitants:
        return territory
    share = inhabitants / before
    communes = dict(territory.communes)
    people = whole(communes["population"] * share, communes["halo"])
    for name in _WITH_PEOPLE:
        communes[name] = np.round(communes[name] * share, 6)
    of_each = np.divide(people, communes["population"], out=np.zeros(len(people)), where=communes["population"] > 0)
    hospitals = dict(territory.hospitals)
    for name in _OF_HOSPITALS:
        hospitals[name] = np.round(hospitals[name] * share, 6)
    remark = Remark("territory.note_rescaled", {"before": before, "after": inhabitants})
    return replace(
        territory,
        communes={**communes, "population": people},
        age_sex=territory.age_sex * of_each[:, None, None],
        hospitals=hospitals,
        remarks=(*territory.remarks, remark),
    )
