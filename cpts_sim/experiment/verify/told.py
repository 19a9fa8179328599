"""The verification in words: one sentence a number, the cells of the table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cpts_sim.experiment.verify import Outcome, Row, Verdict
from cpts_sim.words import number, say

COLUMNS = ("check", "quantity", "expected", "reached", "half", "resolution", "unit", "verdict", "wrong", "power")


def title_of(outcome: Outcome, lang: str) -> str:
    """Return the name of a check for people."""
    return say(f"verify.check.{outcome.check.name}", lang)


def sentence(row: Row, lang: str) -> str:
    """Return what a row is the number of."""
    told = {name: _told(name, value, lang) for name, value in row.told.items()}
    return say(f"verify.row.{row.quantity}", lang, **told)


def _told(name: str, value: Any, lang: str) -> Any:
    if isinstance(value, str) or name == "weekday":
        return say(f"verify.{name}.{value}", lang)
    return value


def decimals(row: Row) -> int:
    """Return how many decimals a row is written with: two figures of its resolution, or those of its source."""
    size = row.resolution
    if size == 0:
        return 0
    return min(9, max(0, int(row.half > 0) - math.floor(math.log10(size))))


def cells(outcome: Outcome, row: Row, lang: str) -> tuple[str, ...]:
    """Return the cells of a row of the table, in the order of :data:`COLUMNS`."""
    places = decimals(row)
    answer = {True: "yes", False: "no", None: "none"}[row.rejects]
    half = number(row.half, places + 1, lang) if row.half else say("verify.power.none", lang)
    return (
        title_of(outcome, lang), sentence(row, lang), number(row.expected, places, lang),
        number(row.reached, places, lang), half, number(row.resolution, places, lang),
        say(f"verify.unit.{row.unit}", lang), say(f"verify.verdict.{row.verdict}", lang),
        number(row.wrong, places, lang), say(f"verify.power.{answer}", lang),
    )  # fmt: skip


def heading(lang: str) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(say(f"verify.column.{name}", lang) for name in COLUMNS)


def misses(outcomes: Sequence[Outcome]) -> list[tuple[Outcome, Row]]:
    """Return the rows that are not inside, or accept a demand that is too high."""
    pairs = ((outcome, row) for outcome in outcomes for row in outcome.rows)
    return [(outcome, row) for outcome, row in pairs if row.verdict is not Verdict.INSIDE or row.rejects is False]
