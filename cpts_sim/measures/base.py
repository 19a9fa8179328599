"""What a measure is: a reduction of the journal that can be stopped, merged and resumed.

A measure owns a :class:`Tally`, a bag of integer arrays that only ever grow by addition. Amounts are kept in
fixed point (minutes × 64, points × 4096), so a sum does not depend on the order or on the grouping of its
terms: running beside the model, over an old journal, in one piece or in twelve gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.journal import Chunk

DAY = 1440.0
WEEK = 7 * DAY
YEAR_DAYS = 365.0
MINUTES = 64
"""Fixed point of times: the clock's own grid of 1/64 minute, hence exact."""
POINTS = 4096
"""Fixed point of scores (Maslach points, hours of a ledger line)."""

Tables = Mapping[str, Mapping[str, NDArray[Any]]]
"""The territory and its people at day 0, the same in all arms of a seed: table → column → array."""


@dataclass(frozen=True)
class Horizon:
    """How long was measured: ``days`` simulated days from Monday 00:00 of day 0."""

    days: float

    @property
    def years(self) -> float:
        """Length in years of 365 days."""
        return self.days / YEAR_DAYS

    @property
    def weeks(self) -> int:
        """Number of weeks begun."""
        return max(1, math.ceil(self.days / 7))

    def judged_weeks(self, patience_days: float = 30.0) -> int:
        """Return the number of whole weeks whose needs have had ``patience_days`` to be met before the end.

        A horizon too short to judge anybody is judged whole: needs still waiting then count as not met.
        """
        whole = math.floor((self.days - patience_days) / 7)
        return whole if whole > 0 else self.weeks


class Row(NamedTuple):
    """One number of a finished measure.

    Attributes:
        indicator: name of the indicator.
        by: what the population is cut by ("" for the whole territory).
        group: which part ("" for the whole).
        week: number of the week from day 0, or −1 for the whole horizon.
        value: the number, in the unit of the indicator; nan when nothing could be counted.
    """

    indicator: str
    by: str
    group: str
    week: int
    value: float


@dataclass(frozen=True)
class Indicator:
    """What a number means; its label and definition are in ``words/measures.yaml`` under its name.

    Attributes:
        name: identifier, ``measure.indicator``.
        unit: key of the unit (``unit.<key>`` in the catalogue).
        better: "higher", "lower" or "none" when neither is good in itself.
        reference: where the definition or the French level comes from.
    """

    name: str
    unit: str
    better: str
    reference: str = "cpts_sim"


@dataclass
class Tally:
    """Integer arrays that grow by addition; the first axis of each is the week from day 0."""

    arrays: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        week: ArrayLike,
        cells: tuple[ArrayLike, ...] = (),
        sizes: tuple[int, ...] = (),
        amount: ArrayLike | None = None,
        scale: int = 1,
    ) -> None:
        """Add one (or ``amount`` × ``scale``, rounded) to the cells (week, *cells) of the array ``name``.

        Args:
            name: name of the array, made at its first use.
            week: week of each event; events of a negative week are left out.
            cells: further coordinates of each event, each inside its size (others are left out).
            sizes: length of each further axis.
            amount: what to add for each event, in natural units; infinite and nan amounts are left out.
            scale: fixed point of the amount.
        """
        weeks = np.asarray(week, dtype=np.int64)
        inside = weeks >= 0
        for cell, size in zip(cells, sizes, strict=True):
            position = np.asarray(cell)
            inside = inside & (position >= 0) & (position < size)
        if amount is not None:
            inside = inside & np.isfinite(np.asarray(amount))
        if not inside.any():
            self._room(name, 0, sizes)
            return
        weeks, inside = np.broadcast_arrays(weeks, inside)
        flat = weeks[inside]
        for cell, size in zip(cells, sizes, strict=True):
            flat = flat * size + np.broadcast_to(np.asarray(cell, np.int64), inside.shape)[inside]
        array = self._room(name, int(weeks[inside].max()) + 1, sizes)
        array += self._sums(flat, amount, inside, scale, array.size).reshape(array.shape)

    @staticmethod
    def _sums(
        flat: NDArray[np.int64], amount: ArrayLike | None, inside: NDArray[np.bool_], scale: int, size: int
    ) -> NDArray[np.int64]:
        """Return whole sums by cell. Sums of whole numbers below 2**53 are exact in floating point."""
        if amount is None:
            return np.bincount(flat, minlength=size).astype(np.int64)
        values = np.broadcast_to(np.asarray(amount, np.float64), inside.shape)[inside]
        return np.bincount(flat, weights=np.rint(values * scale), minlength=size).astype(np.int64)

    def _room(self, name: str, weeks: int, sizes: tuple[int, ...]) -> NDArray[np.int64]:
        """Return the array ``name`` with at least ``weeks`` weeks."""
        held = self.arrays.get(name)
        if held is None:
            held = np.zeros((weeks, *sizes), dtype=np.int64)
        if len(held) < weeks:
            held = np.concatenate([held, np.zeros((weeks - len(held), *held.shape[1:]), dtype=np.int64)])
        self.arrays[name] = held
        return held

    def merge(self, other: Tally) -> Tally:
        """Return the tally of both: addition, cell by cell."""
        both = Tally({name: array.copy() for name, array in self.arrays.items()})
        for name, array in other.arrays.items():
            room = both._room(name, len(array), array.shape[1:])
            room[: len(array)] += array
        return both

    def get(self, name: str, weeks: int, sizes: tuple[int, ...] = (), scale: int = 1) -> NDArray[np.float64]:
        """Return the array ``name`` over exactly ``weeks`` weeks, in natural units."""
        out = np.zeros((weeks, *sizes), dtype=np.float64)
        held = self.arrays.get(name)
        if held is not None:
            out[: min(weeks, len(held))] = held[:weeks]
        return out / scale


class Reduction(Protocol):
    """What a measure must be able to do; the rest (start, merge, registry) is the same for all."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count the events of one chunk."""

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the numbers."""


@dataclass(frozen=True)
class Measure:
    """A named reduction with the meaning of its numbers.

    Attributes:
        name: identifier.
        reads: kinds of event it counts.
        indicators: what each of its numbers means.
        reduction: how it counts.
    """

    name: str
    reads: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    reduction: Reduction

    def start(self) -> Tally:
        """Return an empty state."""
        return Tally()

    def add(self, state: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count the events of one chunk in a state (nothing when the chunk has none of its kinds)."""
        if any(_rows(chunk, kind) for kind in self.reads):
            self.reduction.add(state, chunk, tables)

    def merge(self, first: Tally, second: Tally) -> Tally:
        """Return the state that counts what two states count."""
        return first.merge(second)

    def finish(self, state: Tally, horizon: Horizon, tables: Tables) -> list[Row]:
        """Return the numbers of a state."""
        return list(self.reduction.finish(state, horizon, tables))


def _rows(chunk: Chunk, kind: str) -> int:
    columns = chunk.get(kind)
    return len(next(iter(columns.values()))) if columns else 0


REGISTRY: dict[str, Measure] = {}
"""Measures by name; third parties add theirs with :func:`measure`."""


def measure(name: str, reads: tuple[str, ...], indicators: tuple[Indicator, ...]) -> Callable[[type], type]:
    """Register a class with ``add`` and ``finish`` as a measure.

    Args:
        name: identifier, unique.
        reads: kinds of event that it counts.
        indicators: what each of its numbers means.
    """

    def register(reduction: type) -> type:
        if name in REGISTRY:
            raise ValueError(f"measure {name!r} is registered twice")
        REGISTRY[name] = Measure(name, reads, indicators, reduction())
        return reduction

    return register


def ratio(top: ArrayLike, bottom: ArrayLike) -> NDArray[np.float64]:
    """Divide, with nan where nothing was counted."""
    above, below = np.broadcast_arrays(np.asarray(top, np.float64), np.asarray(bottom, np.float64))
    out = np.full(above.shape, np.nan)
    np.divide(above, below, out=out, where=below != 0)
    return out


def week_of(times_min: ArrayLike) -> NDArray[np.int64]:
    """Return the week from day 0 of times in minutes (negative before day 0; −1 for a time that is nan)."""
    weeks = np.floor(np.asarray(times_min, np.float64) / WEEK)
    return np.where(np.isfinite(weeks), weeks, -1).astype(np.int64)
