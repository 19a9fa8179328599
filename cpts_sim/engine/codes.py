"""The codes of ``events`` and the kinds of slot as plain integers, for what runs every window.

numpy compares a column with an enum member five times more slowly than with an ``int``.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from types import SimpleNamespace
from typing import TYPE_CHECKING

from cpts_sim.engine import agenda, events

if TYPE_CHECKING:
    from cpts_sim.engine.agenda import Slot
    from cpts_sim.engine.events import (
        Account,
        After,
        Ending,
        First,
        MtState,
        Need,
        Origin,
        Road,
        Route,
        Status,
        Work,
    )
else:

    def _plain(codes: type[IntEnum | IntFlag]) -> SimpleNamespace:
        return SimpleNamespace(**{code.name: int(code) for code in codes})

    Account, After, Ending, First = map(_plain, (events.Account, events.After, events.Ending, events.First))
    MtState, Need, Origin, Road = map(_plain, (events.MtState, events.Need, events.Origin, events.Road))
    Route, Status, Work, Slot = map(_plain, (events.Route, events.Status, events.Work, agenda.Slot))

__all__ = [
    "Account", "After", "Ending", "First", "MtState", "Need", "Origin", "Road", "Route", "Slot", "Status",
    "Work",
]  # fmt: skip
