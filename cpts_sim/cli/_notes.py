"""What is worth knowing of a scenario's territory before its numbers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpts_sim.errors import CptsSimError
from cpts_sim.words import say

if TYPE_CHECKING:
    from cpts_sim.scenario import Scenario


def of_territory(scenario: Scenario) -> list[str]:
    """Return sentences on the territory of a scenario; a territory that cannot be read has none (the run says why)."""
    from cpts_sim.territory import load_territory

    if scenario.territory.practices is not None:
        return []
    try:
        territory = load_territory(scenario.territory)
    except (CptsSimError, OSError):
        return []
    return [] if len(territory.hospitals["name"]) else [say("territory.no_ed")]
