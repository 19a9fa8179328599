"""The only file that imports Mesa: its model and agent classes, adapted.

Mesa 3.3.1 keeps every model alive in ``Agent._ids`` and switches the whole process to the start method "spawn" when
it is imported; both are undone here. This is the file to change for a newer Mesa.
"""

from __future__ import annotations

import gc
import multiprocessing
from typing import Any

from cpts_sim.engine.columns import Table

_method = multiprocessing.get_start_method(allow_none=True)
import mesa  # noqa: E402

multiprocessing.set_start_method(_method, force=True)

AgentSet = mesa.agent.AgentSet


class MesaModel(mesa.Model):  # type: ignore[misc]
    """Mesa's model; its agents are made the first time somebody asks for them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self._agents_made = False

    def make_agents(self) -> None:
        """Make and register the agents of every table (called once, when they are first asked for)."""

    def _ensure_agents(self) -> None:
        if self._agents_made:
            return
        self._agents_made = True
        collecting = gc.isenabled()
        gc.disable()  # 100 000 small objects: the collector would scan them again and again
        try:
            self.make_agents()
        finally:
            if collecting:
                gc.enable()

    @property
    def agents(self) -> Any:
        """All agents (patients included, made on demand)."""
        self._ensure_agents()
        return self._all_agents

    @property
    def agents_by_type(self) -> Any:
        """Agents by class."""
        self._ensure_agents()
        return self._agents_by_type

    def close(self) -> None:
        """Let go of the model: Mesa's class-level register would keep it alive."""
        mesa.Agent._ids.pop(self, None)
        self._agents.clear()
        self._agents_by_type.clear()


class RowAgent(mesa.Agent):  # type: ignore[misc]
    """An agent that is a view on one row: it owns no fact, so vectors and objects see the same bytes.

    Attributes:
        row: row number in the table of its kind.
    """

    table_name = ""

    def __init__(self, model: MesaModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def table(self) -> Table:
        """The table of this kind of agent."""
        table: Table = self.model.tables[self.table_name]
        return table

    def __getattr__(self, column: str) -> Any:
        if column.startswith("_") or column in ("row", "model"):
            raise AttributeError(column)
        return self.model.tables[type(self).table_name][column][self.row]


def make_all(model: MesaModel, kind: type[RowAgent], rows: int, first: int = 0) -> None:
    """Make the agents of rows ``first`` … ``rows - 1`` of a table, in this order."""
    for row in range(first, rows):
        kind(model, row)
