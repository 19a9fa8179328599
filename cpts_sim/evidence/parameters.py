"""The parameters in force in one run: the shipped ones of a reference year under the scenario's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cpts_sim.errors import InputError, InternalError
from cpts_sim.evidence.entry import ParameterEntry, Value, freeze, numbers_in, same_shape, thaw
from cpts_sim.evidence.reader import shipped_entries
from cpts_sim.words import did_you_mean, say, unit_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REFERENCE_YEARS = (2019, 2024)
"""Years whose France is described: before the first contracts, and with average CPTS coverage."""


class Parameters(Mapping[str, float]):
    """Read-only parameters by id, in alphabetical order.

    ``P[id]`` is a number; :meth:`array`, :meth:`mapping` and :meth:`table` read the other forms.
    """

    def __init__(self, year: int, entries: Mapping[str, ParameterEntry]) -> None:
        self.year = year
        self._entries = dict(sorted(entries.items()))
        self._numbers: dict[str, float] = {}
        self._arrays: dict[str, NDArray[np.float64]] = {}
        self._mappings: dict[str, Mapping[str, float]] = {}

    def entry(self, identifier: str) -> ParameterEntry:
        """Return a parameter with its unit, range, source and grade.

        Raises:
            InternalError: the code asks for an id that no data file holds.
        """
        try:
            return self._entries[identifier]
        except KeyError:
            hint = did_you_mean(identifier, self._entries, "en")
            raise InternalError(f"evidence: no parameter {identifier!r}{hint} (see evidence/data).") from None

    def __getitem__(self, identifier: str) -> float:
        try:
            return self._numbers[identifier]
        except KeyError:
            number = self._numbers[identifier] = self._number(identifier)
            return number

    def _number(self, identifier: str) -> float:
        value = self.entry(identifier).value
        if isinstance(value, tuple | Mapping):
            raise InternalError(f"evidence: {identifier} is not one number; use array, mapping or table.")
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._entries

    def array(self, identifier: str) -> NDArray[np.float64]:
        """Return a list (of lists), or the numbers of a mapping in file order, as a read-only array."""
        import numpy as np

        if identifier not in self._arrays:
            value = self.entry(identifier).value
            plain = thaw(tuple(value.values()) if isinstance(value, Mapping) else value)
            numbers = np.array(plain, dtype=np.float64)
            numbers.setflags(write=False)
            self._arrays[identifier] = numbers
        return self._arrays[identifier]

    def mapping(self, identifier: str) -> Mapping[str, float]:
        """Return a mapping text → number, in the order of the file, read-only."""
        if identifier not in self._mappings:
            numbers = {key: float(number) for key, number in self._pairs(identifier).items()}
            self._mappings[identifier] = MappingProxyType(numbers)
        return self._mappings[identifier]

    def table(self, identifier: str) -> dict[str, NDArray[np.float64]]:
        """Return a mapping text → list of numbers, each as an array."""
        import numpy as np

        return {key: np.array(thaw(row), dtype=np.float64) for key, row in self._pairs(identifier).items()}

    def _pairs(self, identifier: str) -> Mapping[str, Any]:
        value = self.entry(identifier).value
        if not isinstance(value, Mapping):
            raise InternalError(f"evidence: {identifier} is not a mapping; read it with P[id] or P.array.")
        return value

    def entries(self, room: str | None = None) -> list[ParameterEntry]:
        """Return the entries in force, sorted by id; only those of one room if it is named."""
        return [entry for entry in self._entries.values() if room in (None, entry.room)]

    def values_by_id(self) -> dict[str, Any]:
        """Return id → plain numbers, lists and dicts, targets left out (for the key of a run)."""
        return {entry.id: thaw(entry.value) for entry in self._entries.values() if not entry.target}

    def digest(self) -> str:
        """Return 32 hexadecimal digits that change when a value that a run may read changes."""
        text = json.dumps(self.values_by_id(), sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class OverrideProblem:
    """A parameter of a scenario that cannot be used, with the sentence to show."""

    id: str
    message: str


def parameter_ids() -> tuple[str, ...]:
    """Return the ids of all shipped parameters, sorted."""
    return tuple(shipped_entries())


@cache
def _of_year(year: int) -> dict[str, ParameterEntry]:
    if year not in REFERENCE_YEARS:
        expected = ", ".join(map(str, REFERENCE_YEARS))
        raise InputError(say("evidence.year", value=year, expected=expected))
    return {identifier: _in_year(entry, year) for identifier, entry in shipped_entries().items()}


def _in_year(entry: ParameterEntry, year: int) -> ParameterEntry:
    if not entry.by_year:
        return entry
    if year not in entry.by_year:
        raise InternalError(f"{entry.room}.yaml: {entry.id}: by_year has no value for {year}; add it.")
    return replace(entry, value=entry.by_year[year])


def check_overrides(overrides: Mapping[str, Any], year: int = 2019) -> list[OverrideProblem]:
    """Return what is wrong with the parameters a scenario sets: unknown id, wrong form, outside its range."""
    known = _of_year(year)
    faults = ((identifier, _fault(known, identifier, raw)) for identifier, raw in overrides.items())
    return [OverrideProblem(identifier, text) for identifier, text in faults if text]


def _fault(known: Mapping[str, ParameterEntry], identifier: str, raw: Any) -> str:
    """Return the sentence about one override, "" when it can be used."""
    if identifier not in known:
        hint = did_you_mean(identifier, known)
        return say("evidence.unknown", place=f"parameters.{identifier}", hint=hint)
    entry = known[identifier]
    try:
        value = freeze(raw)
    except ValueError:
        value = ()
    if not same_shape(entry.value, value):
        expected = _form(entry.value)
        return say("evidence.not_a_number", id=identifier, value=raw, expected=expected, unit=unit_words(entry.unit))
    if any(not entry.low <= number <= entry.high for number in numbers_in(value)):
        bounds = {"low": f"{entry.low:g}", "high": f"{entry.high:g}"}
        return say("evidence.out_of_range", id=identifier, value=raw, unit=unit_words(entry.unit), **bounds)
    return ""


def _form(value: Value) -> str:
    if isinstance(value, Mapping):
        return say("evidence.shape_mapping", keys=", ".join(value))
    if isinstance(value, tuple):
        return say("evidence.shape_list", size=len(value))
    return say("evidence.a_number")


def load_parameters(year: int = 2019, overrides: Mapping[str, Any] | None = None) -> Parameters:
    """Return the parameters of a reference year, with the scenario's own values over them.

    Args:
        year: one of :data:`REFERENCE_YEARS`.
        overrides: id → number, list or mapping, in the unit and within the range of the entry.

    Raises:
        InputError: unknown year, unknown id (with the nearest one), wrong form, or outside [low, high].
        InternalError: a shipped data file is incomplete or wrong.
    """
    overrides = overrides or {}
    entries = dict(_of_year(year))
    problems = check_overrides(overrides, year)
    if problems:
        raise InputError("\n".join(problem.message for problem in problems))
    for identifier, raw in overrides.items():
        entries[identifier] = replace(entries[identifier], value=freeze(raw), overridden=True)
    return Parameters(year, entries)
