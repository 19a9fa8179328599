"""Field types for settings: a unit in the value, one unit in the model.

A mission, a shock or a scenario block declares ``release_min: Minutes = Field(60.0, alias="release")``; the
user writes ``release: "1 h"`` or ``release: "60 min"``; the model reads minutes.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from cpts_sim.scenario import quantities as q
from cpts_sim.words import number

MOST_INHABITANTS = 3_000_000
"""More than the most populous French département has: beyond, a zero too many was typed."""

_UNLIMITED = ("unlimited", "illimité", "illimitée")


def _fail(expected: str, value: object) -> PydanticCustomError:
    return PydanticCustomError("expected", "expected {expected}", {"expected": expected, "value": str(value)})


def _quantity(dimension: q.Dimension, *examples: str) -> tuple[Any, ...]:
    def read(value: Any) -> float:
        if isinstance(value, str) or (value == 0 and not isinstance(value, bool)):
            try:
                return dimension.read(str(value))
            except ValueError:
                pass
        raise _fail(dimension.name, value)

    schema = WithJsonSchema({"type": "string", "examples": list(examples)})
    return BeforeValidator(read), PlainSerializer(dimension.write, when_used="json"), schema


def _limit(value: Any) -> float:
    if isinstance(value, str) and value.strip().lower() in _UNLIMITED:
        return math.inf
    try:
        return q.MINUTES.read(str(value))
    except ValueError:
        raise _fail("duration_or_unlimited", value) from None


def _write_limit(minutes: float) -> str:
    return "unlimited" if math.isinf(minutes) else q.MINUTES.write(minutes)


def _share(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return q.read_share(value)
    except ValueError:
        raise _fail("share", value) from None


def _clock(value: Any) -> float:
    try:
        return q.read_clock(value)
    except (ValueError, AttributeError):
        raise _fail("clock", value) from None


def _plausible(inhabitants: int) -> int:
    if inhabitants > MOST_INHABITANTS:
        told = {"expected": "inhabitants", "most": number(MOST_INHABITANTS)}
        raise PydanticCustomError("expected", "expected {expected}", told)
    return inhabitants


Minutes = Annotated[float, Field(ge=0), *_quantity(q.MINUTES, "60 min", "1 h", "2 jours")]
"""A duration kept in minutes."""
Hours = Annotated[float, Field(ge=0), *_quantity(q.HOURS, "2 h", "90 min")]
"""A duration kept in hours."""
Days = Annotated[float, Field(ge=0), *_quantity(q.DAYS, "10 days", "10 jours", "2 weeks")]
"""A duration kept in days."""
Weeks = Annotated[float, Field(ge=0), *_quantity(q.WEEKS, "12 weeks", "12 semaines")]
"""A duration kept in weeks."""
Months = Annotated[float, Field(ge=0), *_quantity(q.MONTHS, "12 months", "12 mois", "1 year")]
"""A duration kept in months of 365/12 days."""
PerYear = Annotated[float, Field(ge=0), *_quantity(q.PER_YEAR, "4.70 per year", "19 par jour", "6 per hour")]
"""A rate kept per year of 365 days."""
Euros = Annotated[float, Field(ge=0), *_quantity(q.EUROS, "250 k€", "412 000 €")]
"""An amount kept in euros."""
EurosPerYear = Annotated[float, Field(ge=0), *_quantity(q.EUROS_PER_YEAR, "220 k€ per year")]
"""A yearly amount kept in euros a year."""
Limit = Annotated[
    float,
    Field(ge=0),
    BeforeValidator(_limit),
    PlainSerializer(_write_limit, when_used="json"),
    WithJsonSchema({"type": "string", "examples": ["10 days", "unlimited", "illimité"]}),
]
"""A longest time kept in minutes, infinite when written ``unlimited``."""
Share = Annotated[
    float,
    Field(ge=0, le=1),
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}],
            "examples": [0.15, "15 %"],
        }
    ),
]
"""A share between 0 and 1, written 0.15 or "15 %"."""
Clock = Annotated[
    float,
    BeforeValidator(_clock),
    PlainSerializer(q.write_clock, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "examples": ["08:30"]}),
]
"""A time of day kept in minutes after midnight."""
Count = Annotated[int, Field(ge=0)]
"""A whole number from 0."""
Positive = Annotated[int, Field(ge=1)]
"""A whole number from 1."""
Inhabitants = Annotated[
    int, Field(ge=1, json_schema_extra={"maximum": MOST_INHABITANTS}), AfterValidator(_plausible)
]
"""A number of inhabitants that a French territory may have."""
InputFile = Annotated[Path, WithJsonSchema({"type": "string", "format": "path"})]
"""A file given by the user; the path is relative to the scenario file that names it."""
