"""Where people and care are: territories from archetypes, official files or a table, and their inhabitants.

Load or build a territory, then make its people::

    territory = load_territory({"archetype": "periurban"})
    population = synthesise(territory, 2019, load_parameters(2019), Draws(1))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "ARCHETYPES": "archetypes",
    "AGE_BANDS": "ages",
    "AGE_EDGES": "ages",
    "Population": "population",
    "Remark": "territory",
    "Territory": "territory",
    "archetype_title": "archetypes",
    "build_practices": "practices",
    "digest": "territory",
    "load_archetype": "archetypes",
    "load_territory": "loading",
    "read_commune_table": "commune_table",
    "read_territory": "territory",
    "synthesise": "population",
    "write_territory": "territory",
}

__all__ = [
    "AGE_BANDS",
    "AGE_EDGES",
    "ARCHETYPES",
    "Population",
    "Remark",
    "Territory",
    "archetype_title",
    "build_practices",
    "digest",
    "load_archetype",
    "load_territory",
    "read_commune_table",
    "read_territory",
    "synthesise",
    "write_territory",
]

if TYPE_CHECKING:
    from cpts_sim.territory.ages import AGE_BANDS, AGE_EDGES
    from cpts_sim.territory.archetypes import ARCHETYPES, archetype_title, load_archetype
    from cpts_sim.territory.commune_table import read_commune_table
    from cpts_sim.territory.loading import load_territory
    from cpts_sim.territory.population import Population, synthesise
    from cpts_sim.territory.practices import build_practices
    from cpts_sim.territory.territory import Remark, Territory, digest, read_territory, write_territory


def __getattr__(name: str) -> Any:
    """Load a public name from its module at its first use, so that importing the room is cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
