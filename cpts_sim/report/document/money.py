"""What the results say of costs beyond the account of the CPTS, where they have been computed."""

from __future__ import annotations

from cpts_sim.report.document.blocks import Block
from cpts_sim.report.document.reading import Told


def cost_tables(told: Told) -> list[Block]:
    """Return the tables of costs, none where the results hold no costs."""
    return []
