"""Measuring: beside a running model, or over an old journal, with the same result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cpts_sim.engine.journal import Chunk
from cpts_sim.errors import UsageError
from cpts_sim.measures.base import REGISTRY, Horizon, Indicator, Measure, Row, Tables, Tally


def chosen(names: Iterable[str] | None = None) -> tuple[Measure, ...]:
    """Return the measures of these names (default: all), in alphabetical order.

    Raises:
        UsageError: there is no measure of that name.
    """
    wanted = sorted(REGISTRY if names is None else set(names))
    for name in wanted:
        if name not in REGISTRY:
            raise UsageError(
                f"measures: {name!r} is not a measure; choose among {', '.join(sorted(REGISTRY))}."
            )
    return tuple(REGISTRY[name] for name in wanted)


def indicators() -> dict[str, Indicator]:
    """Return every indicator by name."""
    return {indicator.name: indicator for measure in REGISTRY.values() for indicator in measure.indicators}


class Observer:
    """Counts chunks: give it to a journal as an observer, or call it on old chunks.

    Args:
        measures: what to count.
        tables: the picture of day 0.
    """

    def __init__(self, measures: Sequence[Measure], tables: Tables) -> None:
        self.measures = tuple(measures)
        self.tables = tables
        self.states: dict[str, Tally] = {measure.name: measure.start() for measure in self.measures}

    def __call__(self, chunk: Chunk) -> None:
        """Count one closed chunk."""
        for measure in self.measures:
            measure.add(self.states[measure.name], chunk, self.tables)

    def merge(self, other: Observer) -> None:
        """Add what another observer of the same measures has counted."""
        for measure in self.measures:
            self.states[measure.name] = measure.merge(self.states[measure.name], other.states[measure.name])

    def finish(self, horizon: Horizon) -> list[Row]:
        """Return the numbers of all measures."""
        return [row for m in self.measures for row in m.finish(self.states[m.name], horizon, self.tables)]


def over(
    chunks: Iterable[Chunk], tables: Tables, horizon: Horizon, names: Iterable[str] | None = None
) -> list[Row]:
    """Measure an old journal.

    Args:
        chunks: its chunks, in any order.
        tables: the picture of day 0 kept with it.
        horizon: how long was simulated.
        names: measures wanted (default: all).
    """
    observer = Observer(chosen(names), tables)
    for chunk in chunks:
        observer(chunk)
    return observer.finish(horizon)
