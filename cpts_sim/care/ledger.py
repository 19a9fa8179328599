"""The weekly ledger: every minute of every professional stands on exactly one line (law 2).

The minutes live in the columns of the profession's own table, so that a checkpoint or a fork carries them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.events import LEDGER_LINES
from cpts_sim.errors import InternalError, UsageError

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
LINES: tuple[str, ...] = LEDGER_LINES
"""Lines of the ledger, in the order of the journal."""

CPTS_LINES = ("cpts_lunch", "cpts_evening", "cpts_day")
"""Lines whose minutes are taken from patients, administration or rest."""


class Columns(Protocol):
    """Anything that gives a writable array by name: a ``Table`` or a dict of arrays."""

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """Return a column."""


def column_of(line: str) -> str:
    """Return the name of the column that holds the minutes of a line this week."""
    return f"week_{line}_min"


def ledger_columns(rows: int) -> dict[str, Floats]:
    """Return the empty columns of a ledger: float64 minutes, shape (rows,) each."""
    return {column_of(line): np.zeros(rows) for line in LINES}


class Ledger:
    """Minutes worked this week by each professional of one table, by line.

    Args:
        columns: table (or dict) that holds the columns of :func:`ledger_columns`.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def minutes(self, line: str) -> Floats:
        """Return the minutes of a line this week, one per professional.

        Raises:
            UsageError: there is no such line.
        """
        if line not in LINES:
            raise UsageError(f"ledger: received line {line!r}, expected one of {', '.join(LINES)}.")
        column: Floats = self._columns[column_of(line)]
        return column

    def charge(self, line: str, rows: ArrayLike, minutes: ArrayLike) -> None:
        """Add minutes to a line; a row may occur several times.

        Args:
            line: one of :data:`LINES`.
            rows: row numbers, any shape.
            minutes: minutes per occurrence (or one number for all), never negative.

        Raises:
            InternalError: some minutes are negative or not finite.
        """
        amounts = np.asarray(minutes, dtype=np.float64)
        if not (np.isfinite(amounts) & (amounts >= 0)).all():
            raise InternalError(f"ledger: line {line} received {amounts.min()} min, expected 0 or more.")
        np.add.at(self.minutes(line), np.asarray(rows, dtype=np.intp), amounts)

    def move(self, source: str, target: str, rows: ArrayLike, minutes: ArrayLike) -> Floats:
        """Move minutes between lines, at most what the source holds; the total of a person is unchanged.

        Args:
            source: line that gives.
            target: line that receives.
            rows: row numbers without repetition, shape (n,).
            minutes: minutes wanted, shape (n,) or one number.

        Returns:
            Minutes moved, shape (n,).
        """
        where = np.asarray(rows, dtype=np.intp)
        giving, receiving = self.minutes(source), self.minutes(target)
        moved: Floats = np.clip(np.asarray(minutes, dtype=np.float64), 0.0, giving[where])
        giving[where] -= moved
        receiving[where] += moved
        return moved

    def total(self) -> Floats:
        """Return the minutes of all lines, one sum per professional."""
        return total_minutes({line: self.minutes(line) for line in LINES})

    def close_week(self) -> dict[str, Floats]:
        """Return line → minutes of the week, one per professional, and start the next week at zero."""
        week = {line: self.minutes(line).copy() for line in LINES}
        for line in LINES:
            self.minutes(line)[...] = 0.0
        return week


def total_minutes(week: Mapping[str, Floats]) -> Floats:
    """Return the sum of the lines of a week, one per professional."""
    total = np.zeros_like(week[LINES[0]])
    for line in LINES:
        total += week[line]
    return total


def check_week(week: Mapping[str, Floats], expected_minutes: ArrayLike | None = None) -> None:
    """Check that a week is whole: known lines, nothing negative, no more than seven days, expected totals.

    Args:
        week: line → minutes, as returned by :meth:`Ledger.close_week`.
        expected_minutes: minutes by an independent count, one per professional (not compared if None).

    Raises:
        InternalError: the law of conserved time is broken.
    """
    if set(week) != set(LINES):
        raise InternalError(f"ledger: received lines {sorted(week)}, expected {sorted(LINES)}.")
    total = total_minutes(week)
    if any((minutes < 0).any() for minutes in week.values()) or (total > 7 * 1440).any():
        raise InternalError("ledger: a line is negative or a week has more than 10 080 minutes.")
    if expected_minutes is not None and not np.allclose(total, expected_minutes, rtol=0, atol=1e-6):
        gap = np.abs(total - np.asarray(expected_minutes, np.float64)).max()
        raise InternalError(f"ledger: lines and minutes charged differ by up to {gap} min, expected 0.")


@dataclass(frozen=True, slots=True)
class Displaced:
    """Where minutes for the CPTS come from; the three parts sum to the minutes given.

    Attributes:
        patients: minutes whose slots must be closed.
        admin: minutes taken from the line ``admin``.
        rest: minutes that lengthen the working day.
    """

    patients: Floats
    admin: Floats
    rest: Floats


def displaces(line: str, minutes: ArrayLike, parameters: Parameters) -> Displaced:
    """Divide the minutes of a CPTS line between patients, administration and rest.

    Args:
        line: one of :data:`CPTS_LINES`.
        minutes: minutes per professional.
        parameters: parameters in force (``strain.displaces_*``).

    Raises:
        UsageError: the line takes nothing from anybody.
    """
    if line not in CPTS_LINES:
        raise UsageError(f"displaces: received line {line!r}, expected one of {', '.join(CPTS_LINES)}.")
    moment = line.removeprefix("cpts_")
    amounts = np.asarray(minutes, dtype=np.float64)
    share = parameters[f"strain.displaces_{moment}_patients"]
    admin_share = parameters["strain.displaces_day_admin"] if moment == "day" else 0.0
    patients = amounts * share
    admin = amounts * min(admin_share, 1.0 - share)
    return Displaced(patients, admin, amounts - patients - admin)
