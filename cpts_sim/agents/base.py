"""The only file that imports Mesa: its model and agent classes, adapted.

Mesa 3.3.1 keeps every model alive in ``Agent._ids`` and switches the whole process to the start method
"spawn" when it is imported; both are undone here. This is the file to change for a newer Mesa.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import collector_waits
from cpts_sim.engine.columns import Table

_method = multiprocessing.get_start_method(allow_none=True)
import mesa  # noqa: E402

multiprocessing.set_start_method(_method, force=True)

AgentSet = mesa.agent.AgentSet


class MesaModel(mesa.Model):  # type: ignore[misc]
    """Mesa's model; its agents are made when somebody asks for them, and follow births and departures."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self._rows: dict[type[RowAgent], list[RowAgent]] = {}
        self._here: dict[type[RowAgent], NDArray[np.bool_]] = {}
        self._made: list[RowAgent] | None = None

    def kinds_of_agents(self) -> Iterable[type[RowAgent]]:
        """Return the kinds of agent whose tables exist now."""
        return ()

    def _ensure_agents(self) -> None:
        """Make the agents of rows that have none yet, and take out those whose rows have left."""
        with collector_waits():
            for kind in self.kinds_of_agents():
                self._follow(kind)

    def _follow(self, kind: type[RowAgent]) -> None:
        alive = self.tables[kind.table_name]["alive"].astype(bool)
        agents = self._rows.setdefault(kind, [])
        here = np.zeros(len(alive), dtype=bool)
        before = self._here.get(kind)
        if before is not None:
            here[: len(before)] = before
        agents += self._make(kind, range(len(agents), len(alive)))
        here[0 if before is None else len(before) :] = True
        for row in np.flatnonzero(here & ~alive).tolist():
            agents[row].remove()
        self._here[kind] = alive

    def _make(self, kind: type[RowAgent], rows: range) -> list[RowAgent]:
        """Make the agents of some rows and register them all together, as Mesa does one by one."""
        self._made = []
        for row in rows:
            kind(self, row)
        made, self._made = self._made, None
        if made:
            found = dict.fromkeys(made)
            self._agents.update(found)
            of_kind = self._agents_by_type.setdefault(kind, AgentSet([], random=self.random))
            for group in (of_kind, self._all_agents):
                group._agents.update(found)
        return made

    def register_agent(self, agent: Any) -> None:
        """Take note of an agent; those of rows wait until all of them are made."""
        if self._made is None:
            super().register_agent(agent)
        else:
            self._made.append(agent)

    @property
    def agents(self) -> Any:
        """All agents that are here now (patients included, made on demand)."""
        self._ensure_agents()
        return self._all_agents

    @property
    def agents_by_type(self) -> Any:
        """Agents that are here now, by class."""
        self._ensure_agents()
        return self._agents_by_type

    def close(self) -> None:
        """Let go of the model: Mesa's class-level register would keep it alive."""
        mesa.Agent._ids.pop(self, None)
        self._rows.clear()
        self._here.clear()
        self._agents.clear()
        self._agents_by_type.clear()


class RowAgent(mesa.Agent):  # type: ignore[misc]
    """An agent that is a view on one row: it owns no fact, so vectors and objects see the same bytes.

    Who keeps the agent of somebody who has left can go on reading the row.

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
