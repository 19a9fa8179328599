"""Amounts with their unit, written as people write them in French or in English.

A quantity is a number, a unit and perhaps "per" something: ``12 weeks``, ``12 mois``, ``1,5 h``, ``250 k€``,
``5 per year``, ``19 par jour``, ``75 €/h``, ``2 h per week``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_YEAR_MIN = 365 * 1440.0
_DURATIONS_MIN = {
    1.0: "min mn minute minutes",
    60.0: "h hour hours heure heures",
    1440.0: "d day days j jour jours",
    7 * 1440.0: "week weeks semaine semaines",
    _YEAR_MIN / 12: "month months mois",
    _YEAR_MIN: "y year years an ans année années",
}
_TIME = {word: size for size, words in _DURATIONS_MIN.items() for word in words.split()}
_SPELLINGS = {word: words.split()[0] for words in _DURATIONS_MIN.values() for word in words.split()}
_MONEY = {"€": 1.0, "euro": 1.0, "euros": 1.0, "eur": 1.0, "k€": 1e3, "keur": 1e3, "M€": 1e6, "meur": 1e6}
_LENGTH = {"km": 1.0, "m": 1e-3}
_PURE = {"": 1.0}

_SHAPE = re.compile(
    r"(?P<number>[-+−]?[0-9][0-9 \u00a0\u202f]*(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?)\s*"
    r"(?P<unit>[^\W\d]*[€%]?|[€%])\s*(?:(?:/|per\b|par\b)\s*(?P<per>[^\W\d]+))?"
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity: which units it takes and in which one the model keeps it.

    Attributes:
        name: name of the sentence that says what is expected (``scenario.unit_<name>``).
        unit: how the model's own unit is written in a resolved scenario.
        units: unit → size in base units.
        per: denominator → how many of it there are in the model's own (empty: no "per").
        scale: base units in one of the model's units.
    """

    name: str
    unit: str
    units: Mapping[str, float]
    per: Mapping[str, float]
    scale: float = 1.0

    def read(self, text: str) -> float:
        """Return the quantity in the model's unit.

        Raises:
            ValueError: the text is not a number followed by a unit of this dimension.
        """
        number, unit, per = split(text)
        if number == 0 and not unit and not per:
            return 0.0
        size = _look(self.units, unit)
        times = _look(self.per, per) if self.per else (1.0 if not per else None)
        if size is None or times is None:
            raise ValueError(text)
        return number * (size / self.scale * times)

    def write(self, amount: float) -> str:
        """Return the text that :meth:`read` turns back into the same number."""
        whole = float(amount).is_integer() and abs(amount) < 1e15
        return f"{int(amount) if whole else repr(float(amount))} {self.unit}".strip()


def _look(table: Mapping[str, float], word: str) -> float | None:
    return table.get(word, table.get(word.lower()))


def split(text: str) -> tuple[float, str, str]:
    """Return (number, unit, denominator) of a written quantity; unit and denominator may be "".

    Raises:
        ValueError: the text does not have this shape.
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    digits = re.sub(r"[ \u00a0\u202f]", "", match["number"]).replace(",", ".").replace("−", "-")
    return float(digits), match["unit"], match["per"] or ""


def same_unit(unit: str) -> str:
    """Return one word for all the spellings of a unit: month, months and mois are the same."""
    return " ".join(_SPELLINGS.get(word, word) for word in unit.split())


def _per(base_min: float) -> dict[str, float]:
    return {word: base_min / size for word, size in _TIME.items()}


MINUTES = Dimension("duration", "min", _TIME, {})
HOURS = Dimension("duration", "h", _TIME, {}, 60.0)
DAYS = Dimension("duration", "days", _TIME, {}, 1440.0)
WEEKS = Dimension("duration", "weeks", _TIME, {}, 7 * 1440.0)
MONTHS = Dimension("duration", "months", _TIME, {}, _YEAR_MIN / 12)
PER_YEAR = Dimension("rate", "per year", _PURE, _per(_YEAR_MIN))
EUROS = Dimension("money", "€", _MONEY, {})
EUROS_PER_YEAR = Dimension("money_rate", "€ per year", _MONEY, _per(_YEAR_MIN))
EUROS_PER_HOUR = Dimension("money_hour", "€ per h", _MONEY, _per(60.0))
HOURS_PER_WEEK = Dimension("hours_per_week", "h per week", _TIME, _per(7 * 1440.0), 60.0)
KILOMETRES = Dimension("length", "km", _LENGTH, {})


def read_share(text: str) -> float:
    """Return a share between 0 and 1 from "15 %", "15%" or "0,15"."""
    number, unit, per = split(text)
    if per or unit not in ("", "%"):
        raise ValueError(text)
    return number / 100.0 if unit else number


def read_clock(text: str) -> float:
    """Return minutes after midnight from "08:30", "8h30" or "8 h"."""
    match = re.fullmatch(r"([01]?\d|2[0-4])(?::| ?h ?)([0-5]\d)?", text.strip())
    if match is None or (":" in text and match[2] is None) or int(match[1]) * 60 + int(match[2] or 0) > 1440:
        raise ValueError(text)
    return float(int(match[1]) * 60 + int(match[2] or 0))


def write_clock(minutes: float) -> str:
    """Return "08:30" from minutes after midnight."""
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
