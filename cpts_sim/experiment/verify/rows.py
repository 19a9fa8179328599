"""What a check says: one row per number, with expected and reached value, interval, resolution and verdict.

A row from the running engine is a mean over independent replications; its interval is three and a half standard
errors. If the interval is wider than the resolution the run was too short to say anything. Beside it stands the same
number of a run whose demand is five per cent too high: a check that accepts it has no power.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.errors import InternalError

Floats = NDArray[np.float64]
ERRORS = 3.5
"""Standard errors on each side of a mean."""
LEAST_REPLICATIONS = 20
WRONG = 1.05
"""Factor of demand in the run that must be rejected."""


class Verdict(StrEnum):
    """What a row says."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    SHORT = "short"


class Where(StrEnum):
    """What a check exercises: the whole model, one queue or clock of the engine, or a formula."""

    ENGINE = "engine"
    PART = "part"
    ANALYTIC = "analytic"


@dataclass(frozen=True)
class Row:
    """One number of a check.

    Attributes:
        quantity: name in the words (``verify.row.<quantity>``).
        told: values that its sentence needs.
        unit: name of its unit (``verify.unit.<unit>``).
        expected: exact or published value.
        reached: what was reached.
        half: half-width of the interval of what was reached; 0 for a formula.
        resolution: widest half-width that says something; for a formula, the tolerance.
        wrong: the same number when demand is five per cent too high, nan if the row has none.
        wrong_half: half-width of its interval.
        powerless: the number hardly moves with demand, by its nature.
    """

    quantity: str
    told: dict[str, Any]
    unit: str
    expected: float
    reached: float
    half: float = 0.0
    resolution: float = 1e-6
    wrong: float = math.nan
    wrong_half: float = 0.0
    powerless: bool = False

    @property
    def verdict(self) -> Verdict:
        """Inside the interval, outside, or too short a run."""
        if not self.half <= self.resolution * (1 + 1e-12):
            return Verdict.SHORT
        margin = self.half if self.half > 0 else self.resolution * (1 + 1e-9)
        return Verdict.INSIDE if abs(self.reached - self.expected) <= margin else Verdict.OUTSIDE

    @property
    def rejects(self) -> bool | None:
        """Whether demand five per cent too high is found out; None where no such run exists."""
        if math.isnan(self.wrong) or self.powerless:
            return None
        margin = self.wrong_half if self.half > 0 else self.resolution
        return abs(self.wrong - self.expected) > margin


@dataclass(frozen=True)
class Asked:
    """How a check is run.

    Attributes:
        quick: only the cases that take seconds.
        seed: base of the random numbers.
    """

    quick: bool = False
    seed: int = 1


@dataclass(frozen=True)
class Check:
    """A check of the registry.

    Attributes:
        name: name in commands and words (``verify.check.<name>``).
        case: number of the case in the list of validation cases.
        where: what it exercises.
        rows: function that runs it.
        quick: whether it takes part, perhaps with fewer cases, when time is short.
    """

    name: str
    case: str
    where: Where
    rows: Callable[[Asked], list[Row]]
    quick: bool = True


@dataclass(frozen=True)
class Outcome:
    """A check that was run.

    Attributes:
        check: which one.
        rows: its numbers.
        again: whether a second set of seeds was needed, since the first had a number outside.
        seconds: how long it took.
    """

    check: Check
    rows: tuple[Row, ...]
    again: bool = False
    seconds: float = field(default=0.0, compare=False)


def half_width(values: ArrayLike) -> float:
    """Return three and a half standard errors of the mean over replications."""
    data = np.asarray(values, dtype=np.float64)
    if len(data) < LEAST_REPLICATIONS:
        raise InternalError(f"{len(data)} replications, expected {LEAST_REPLICATIONS} or more; widen the run.")
    return float(ERRORS * data.std(ddof=1) / math.sqrt(len(data)))


def measured(
    quantity: str, unit: str, values: ArrayLike, expected: float, resolution: float,
    wrong: ArrayLike | None = None, powerless: bool = False, **told: Any,
) -> Row:  # fmt: skip
    """Return the row of a number that each of many replications gives.

    Args:
        quantity: name in the words.
        unit: its unit.
        values: one per replication.
        expected: exact value.
        resolution: widest half-width that says something.
        wrong: values of the run with too high a demand.
        powerless: the number hardly moves with demand, by its nature.
        **told: values that its sentence needs.
    """
    data = np.asarray(values, dtype=np.float64)
    row = Row(quantity, told, unit, float(expected), float(data.mean()), half_width(data), resolution)
    if wrong is None:
        return replace(row, powerless=powerless)
    off = np.asarray(wrong, dtype=np.float64)
    return replace(row, wrong=float(off.mean()), wrong_half=half_width(off), powerless=powerless)


def computed(
    quantity: str, unit: str, reached: float, expected: float, tolerance: float = 1e-6, wrong: float = math.nan,
    **told: Any,
) -> Row:  # fmt: skip
    """Return the row of a number that a formula gives; ``wrong`` is the formula at too high a demand."""
    return Row(quantity, told, unit, float(expected), float(reached), 0.0, tolerance, float(wrong))


def tables(
    quantity: str, unit: str, reached: Sequence[float], expected: Sequence[float], tolerance: float,
    told: Sequence[dict[str, Any]],
) -> list[Row]:  # fmt: skip
    """Return the rows of a table of formulas, one per cell."""
    cells = zip(reached, expected, told, strict=True)
    return [computed(quantity, unit, found, value, tolerance, **words) for found, value, words in cells]
