"""Numbers, durations, money and dates as people write them (Babel's rules, U+2212 for minus)."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from cpts_sim.words.language import current_language

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_MINUS = "\N{MINUS SIGN}"
_SPACE = "\N{NARROW NO-BREAK SPACE}"
_NBSP = "\N{NO-BREAK SPACE}"
_NOTHING = "\N{EN DASH}"

_UNITS: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (("min", "min"), ("h", "h"), ("jour", "jours"), ("semaine", "semaines"), ("an", "ans")),
    "en": (("min", "min"), ("h", "h"), ("day", "days"), ("week", "weeks"), ("year", "years")),
}
_POWERS = 1e16
"""From here on a number is written as a power of ten."""
_SIZES_MIN = (1.0, 60.0, 1440.0, 10080.0, 525600.0)


def _locale(lang: str | None) -> str:
    return _LOCALES[lang or current_language()]


def _write(value: float, pattern: str, lang: str | None) -> str:
    from babel.numbers import format_decimal

    text: str = format_decimal(value, format=pattern, locale=_locale(lang))
    return text.replace("-", _MINUS)


def number(value: float, decimals: int = 0, lang: str | None = None) -> str:
    """Write a number with a fixed count of decimals: 28 218 · −1,5 (fr), 28,218 · −1.5 (en).

    A value that is not finite is written as a dash; a negative zero loses its sign.
    """
    if not math.isfinite(value):
        return _NOTHING
    if abs(value) >= _POWERS:
        return f"{value:.0e}".replace("-", _MINUS)
    return _write(round(value, decimals) + 0.0, "#,##0" + ("." + "0" * decimals if decimals else ""), lang)


def percent(share: float, decimals: int = 0, lang: str | None = None) -> str:
    """Write a share between 0 and 1 as a percentage: 12,5 % (fr, narrow no-break space), 12.5% (en)."""
    if not math.isfinite(share):
        return _NOTHING
    sign = _SPACE + "%" if (lang or current_language()) == "fr" else "%"
    return number(100.0 * share, decimals, lang) + sign


def signed(value: float, decimals: int = 0, lang: str | None = None) -> str:
    """Write a difference with its sign always shown: +3 · −1,5 · 0."""
    text = number(value, decimals, lang)
    return "+" + text if round(value, decimals) > 0 else text


def interval(low: float, high: float, decimals: int = 0, lang: str | None = None) -> str:
    """Write the two ends of an interval: "0,8 à 3,4" (fr), "0.8 to 3.4" (en)."""
    word = "à" if (lang or current_language()) == "fr" else "to"
    return f"{number(low, decimals, lang)} {word} {number(high, decimals, lang)}"


def duration(minutes: float, lang: str | None = None) -> str:
    """Write a number of minutes in the largest unit that leaves at least one: 45 min · 1,5 h · 2 jours."""
    if not math.isfinite(minutes):
        return _NOTHING
    language = lang or current_language()
    rank = max((i for i, size in enumerate(_SIZES_MIN) if abs(minutes) >= size), default=0)
    amount = round(minutes / _SIZES_MIN[rank], 1)
    decimals = 0 if amount == int(amount) else 1
    plural = abs(amount) >= 2 if language == "fr" else abs(amount) != 1
    return number(amount, decimals, language) + _NBSP + _UNITS[language][rank][int(plural)]


def euros(amount: float, decimals: int = 0, lang: str | None = None) -> str:
    """Write an amount in euros: 412 000 € (fr), €412,000 (en)."""
    text = number(amount, decimals, lang)
    if (lang or current_language()) == "fr":
        return text + _NBSP + "€"
    return _MINUS + "€" + text[1:] if text.startswith(_MINUS) else "€" + text


def date_words(day: date, lang: str | None = None, form: Any = "long") -> str:
    """Write a date: 7 janvier 2019, 1er janvier 2019 (fr), 7 January 2019 (en)."""
    from babel.dates import format_date

    text = str(format_date(day, format=form, locale=_locale(lang)))
    ordinal = (lang or current_language()) == "fr" and day.day == 1
    return text.replace("1 ", "1er ", 1) if ordinal else text
