"""One parameter and the forms its value may take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Value = float | tuple[Any, ...] | Mapping[str, Any]
"""A number, a tuple (of tuples) of numbers, or a mapping of text to either. Never changed once made."""

PRIORS = ("uniform", "normal", "lognormal", "triangular", "beta", "fixed")
"""Laws from which an uncertain parameter is drawn between ``low`` and ``high``."""

GRADES = ("A", "B", "C", "D", "judgement", "definition")
"""A several trials · B quasi-experiment or official statistics · C observational · D survey, opinion or small
sample · judgement: ours · definition: a rule or a convention, not an estimate."""

FACT_KEYS = ("reads", "use", "of", "definition", "population", "filter")
"""Of a target: the number of the model that is compared, CAL (calibrated on) or VAL (for validation), the
reference years it belongs to, its definition, its population, and through which observation it was seen."""


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """A parameter as it is in force for one reference year.

    Attributes:
        id: name by which the code reads it, ``room.what``.
        room: stem of the file it comes from.
        value: number, tuple or mapping in ``unit``.
        unit: unit of every number of ``value``.
        low: lowest admissible number (for every element of ``value``).
        high: highest admissible number.
        prior: law used when the uncertainty of parameters is drawn.
        source: where the number was read, or who judged it.
        year: year of the fact.
        grade: strength of the evidence, one of :data:`GRADES`.
        note: remark for the reader.
        target: a calibration or validation target, not an input; ``low`` and ``high`` are its band.
        fact: of a target, what exactly is compared (keys of :data:`FACT_KEYS`).
        by_year: reference years that have a value of their own (empty: one value for all).
        overridden: the value comes from the scenario.
    """

    id: str
    room: str
    value: Value
    unit: str
    low: float
    high: float
    prior: str
    source: str
    year: str
    grade: str
    note: str = ""
    target: bool = False
    fact: Mapping[str, str] = field(default_factory=dict)
    by_year: Mapping[int, Value] = field(default_factory=dict)
    overridden: bool = False


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number (a truth value is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def freeze(value: Any) -> Value:
    """Turn numbers, lists and mappings read from a file into an immutable value.

    Raises:
        ValueError: something in it is neither a finite number nor a container of numbers.
    """
    if is_number(value):
        return float(value)
    if isinstance(value, list | tuple) and value:
        return tuple(freeze(item) for item in value)
    if isinstance(value, Mapping) and value:
        return MappingProxyType({str(key): freeze(item) for key, item in value.items()})
    raise ValueError(f"expected a number, a list or a mapping of numbers, received {value!r}")


def thaw(value: Value) -> Any:
    """Turn a frozen value into plain numbers, lists and dicts (for JSON)."""
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    return value


def numbers_in(value: Value) -> Iterator[float]:
    """Yield every number of a value."""
    if isinstance(value, tuple | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from numbers_in(item)
    else:
        yield value


def same_shape(one: Value, other: Value) -> bool:
    """Tell whether two values have the same form: number, same length, same keys."""
    if isinstance(one, Mapping):
        if not isinstance(other, Mapping) or set(one) != set(other):
            return False
        return all(same_shape(item, other[key]) for key, item in one.items())
    if isinstance(one, tuple):
        if not isinstance(other, tuple) or len(one) != len(other):
            return False
        return all(same_shape(a, b) for a, b in zip(one, other, strict=True))
    return not isinstance(other, tuple | Mapping)
