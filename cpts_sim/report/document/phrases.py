"""Numbers as a document writes them: with their unit, and never without their interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cpts_sim.experiment import Line
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report.numbers import decimals, factor, gap_unit_words, level, unit_words, written
from cpts_sim.report.table import reading_text
from cpts_sim.words import say

NBSP = "\N{NO-BREAK SPACE}"
MOST_DECIMALS = 4
HARDLY = 0.01
"""Share of the half-width of an interval below which one of its ends is as good as zero."""


def level_phrase(interval: Interval, unit: str, lang: str) -> str:
    """Write a level with its unit: 65 %, 6,4 jours."""
    return f"{level(interval, unit, lang)} {unit_words(unit, lang)}"


def level_spread(interval: Interval, unit: str, lang: str, most: float = math.inf) -> str:
    """Write a level with its unit and its interval in brackets, which stays within 0 and ``most``."""
    times = factor(unit)
    half = interval.half * times
    shown = level_phrase(interval, unit, lang)
    if not math.isfinite(half) or not half:
        return shown
    ends = (max(0.0, interval.low), min(most, interval.high))
    places = decimals(half, interval.mean * times)
    if unit == "share":
        places = min(places, 1)
        shown = f"{written(interval.mean * times, places, lang)} {unit_words(unit, lang)}"
    low, high = (written(end * times, places, lang) for end in ends)
    return f"{shown} [{say('document.range', lang, low=low, high=high).replace(' ', NBSP)}]"


def gap_phrase(line: Line, lang: str, key: str = "gap") -> str:
    """Write a difference with its unit and its interval in parentheses (``key``: "gap" or "gap_full")."""
    shown, ends = _gap(line, lang)
    unit = agreed(gap_unit_words(line.indicator.unit, lang), line.difference.mean * factor(line.indicator.unit), lang)
    kind = say("document.interval.computing" if line.credible is None else "document.interval.credible", lang)
    return say(f"document.{key}", lang, gap=shown, unit=unit, interval=ends.replace(" ", NBSP), kind=kind)


def gap_short(line: Line, lang: str) -> str:
    """Write a difference with its interval in brackets, the unit standing in the row's name."""
    shown, ends = _gap(line, lang)
    return f"{shown} [{ends.replace(' ', NBSP)}]"


def _gap(line: Line, lang: str) -> tuple[str, str]:
    """Write a difference and its interval, with one decimal more where an end would look like zero and is not."""
    times, gap = factor(line.indicator.unit), line.difference
    mean, half = gap.mean * times, gap.half * times
    if not math.isfinite(half):
        return written(mean, decimals(half, mean), lang, sign=True), say("document.no_interval", lang)
    ends = (gap.low * times, gap.high * times)
    places = _fine(decimals(half, mean), ends, half)
    low, high = (written(end, places, lang, sign=True) for end in ends)
    return written(mean, places, lang, sign=True), say("document.range", lang, low=low, high=high)


def _fine(places: int, ends: Sequence[float], half: float) -> int:
    """Return decimals at which no end looks like zero that is not, or hardly."""
    told = [end for end in ends if abs(end) > HARDLY * half]
    while places < MOST_DECIMALS and half > 0 and any(not round(end, places) for end in told):
        places += 1
    return places


def agreed(unit: str, value: float, lang: str) -> str:
    """Write a unit in the singular where French wants it (below 2) or English does (1)."""
    single = abs(value) < 2 if lang == "fr" else abs(value) == 1
    return unit.removesuffix("s") if single and unit in ("points", "jours", "days", "heures", "hours") else unit


def amount(interval: Interval, lang: str, unit: str, sign: bool = False, most: int = MOST_DECIMALS) -> str:
    """Write an amount that only one arm has, or with ``sign`` a difference, with its unit and interval.

    Neither has more than ``most`` decimals.
    """
    places = decimals(interval.half, interval.mean)
    if math.isfinite(interval.half):
        places = _fine(places, (interval.low, interval.high), interval.half)
    places = min(places, most)
    shown = written(interval.mean, places, lang, sign=sign)
    ends = say("document.no_interval", lang)
    if math.isfinite(interval.half):
        low, high = (written(end, places, lang, sign=sign) for end in (interval.low, interval.high))
        ends = say("document.range", lang, low=low, high=high).replace(" ", NBSP)
        if not interval.low < interval.high:
            ends = say("document.no_spread", lang)
    return say("document.gap", lang, gap=shown, unit=unit, interval=ends)


def named_unit(name: str, unit: str, lang: str) -> str:
    """Write an indicator with the unit of its differences."""
    return f"{name} ({gap_unit_words(unit, lang)})"


def lowered(text: str) -> str:
    """Begin a label in lower case inside a sentence, unless it begins with an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """Begin a name with a capital letter."""
    return text[:1].upper() + text[1:]


def listed(texts: Sequence[str], lang: str) -> str:
    """Join texts as an enumeration with semicolons."""
    return (" ; " if lang == "fr" else "; ").join(texts)


def smallest_phrase(line: Line, lang: str) -> str:
    """Write the smallest difference that matters, or say that none was set."""
    if math.isnan(line.smallest):
        return say("document.none_set", lang)
    value = line.smallest * factor(line.indicator.unit)
    places = next((d for d in range(2) if abs(value - round(value, d)) < 1e-9), 2)
    return written(value, places, lang)


def reading_words(line: Line, lang: str) -> str:
    """Return the fixed words of a reading."""
    return reading_text(line, lang)
