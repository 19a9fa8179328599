"""What is counted: reductions of the journal, each with its unit, better direction, definition and reference.

>>> from cpts_sim.measures import indicators
>>> indicators()["access.in_time"].better
'higher'
"""

from cpts_sim.measures import (
    access,
    accounts,
    attachment,
    burnout,
    careers,
    contract,
    cpts,
    hospital,
    instead,
    links,
    regulation,
    resources,
    study,
    supply,
    waits,
    wellbeing,
)
from cpts_sim.measures.base import REGISTRY, Horizon, Indicator, Measure, Row, Tables, Tally, measure
from cpts_sim.measures.observer import Observer, chosen, indicators, over
from cpts_sim.measures.tables import picture

__all__ = [
    "REGISTRY",
    "Horizon",
    "Indicator",
    "Measure",
    "Observer",
    "Row",
    "Tables",
    "Tally",
    "access",
    "accounts",
    "attachment",
    "burnout",
    "careers",
    "chosen",
    "contract",
    "cpts",
    "hospital",
    "indicators",
    "instead",
    "links",
    "measure",
    "over",
    "picture",
    "regulation",
    "resources",
    "study",
    "supply",
    "waits",
    "wellbeing",
]
