"""Numbers rounded to what their interval supports, in the unit in which people read them."""

from __future__ import annotations

import math

from cpts_sim.experiment.readings import Line
from cpts_sim.experiment.statistics import Interval
from cpts_sim.scenario.ends import at_end
from cpts_sim.words import duration, has, number, percent, say, signed

TWO_DIGITS = 1
"""A difference without interval has no more than two digits."""
FEWEST_MONTHS = 2.0
"""A time shorter than these months is written in weeks or days."""


def decimals(half: float, value: float) -> int:
    """Return how many decimals a number deserves (negative: tens, hundreds).

    Args:
        half: half-width of its interval; zero or infinite leaves three digits of the value itself.
        value: the number.
    """
    if math.isfinite(half) and half > 0:
        exponent = math.floor(math.log10(half))
        # 0.12 keeps two digits, 0.5 one: the last digit shown is a tenth to a third of the half-width.
        return int(min(4, -exponent + (half < 3 * 10**exponent)))
    if not math.isfinite(value) or value == 0:
        return 0
    return max(0, 2 - math.floor(math.log10(abs(value))))


def factor(unit: str) -> float:
    """Return what a value is multiplied by to be read: shares are read in percent."""
    return 100.0 if unit == "share" else 1.0


def unit_words(unit: str, lang: str) -> str:
    """Return the unit of a level, for people."""
    return say(f"measures.unit.{unit}", lang)


def gap_unit_words(unit: str, lang: str) -> str:
    """Return the unit of a difference: percentage points for shares."""
    return say("report.unit_points", lang) if unit == "share" else unit_words(unit, lang)


def written(value: float, places: int, lang: str, sign: bool = False) -> str:
    """Write a number with its decimals, rounded to tens or more when they are negative."""
    rounded = round(value, places) if math.isfinite(value) else value
    return (signed if sign else number)(rounded, max(0, places), lang)


def level(interval: Interval, unit: str, lang: str) -> str:
    """Write the mean of an arm."""
    times = factor(unit)
    return written(interval.mean * times, decimals(interval.half * times, interval.mean * times), lang)


def levels(line: Line, lang: str) -> tuple[str, str]:
    """Write the levels of both arms with the same decimals: at least as finely as their difference is written."""
    times, found = factor(line.indicator.unit), (line.without, line.with_)
    wanted = [got for got in (*found, line.difference) if got.mean and math.isfinite(got.mean)]
    places = max((decimals(got.half * times, got.mean * times) for got in wanted), default=0)
    first, second = (written(got.mean * times, places, lang) for got in found)
    return first, second


def gap(line: Line, lang: str) -> str:
    """Write a difference with its sign."""
    times = factor(line.indicator.unit)
    mean, half = line.difference.mean * times, line.difference.half * times
    if not math.isfinite(half) and math.isfinite(mean) and mean:
        return written(mean, TWO_DIGITS - math.floor(math.log10(abs(mean))), lang, sign=True)
    return written(mean, decimals(half, mean), lang, sign=True)


def gap_interval(line: Line, lang: str) -> str:
    """Write the interval of a difference, or a dash with fewer than two pairs."""
    times = factor(line.indicator.unit)
    mean, half = line.difference.mean * times, line.difference.half * times
    if not math.isfinite(half):
        return "–"
    places = decimals(half, mean)
    low, high = (written(end * times, places, lang, sign=True) for end in (line.difference.low, line.difference.high))
    return between(low, high, lang)


def between(low: str, high: str, lang: str) -> str:
    """Write two ends in words: a dash beside a sign reads as a minus."""
    return (" à " if lang == "fr" else " to ").join((low, high))


def time_words(years: float, lang: str) -> str:
    """Write a time in whole years where it is so, else in months; less than two months in weeks or days."""
    months = 12.0 * years
    if years >= 1 and abs(years - round(years)) < 1e-6:
        return say("document.years", lang, count=round(years))
    if months < FEWEST_MONTHS:
        return duration(years * 525600.0, lang)
    places = int(abs(months - round(months)) > 0.05)
    return say("document.months_long", lang, count=round(months, 1), months=number(months, places, lang))


def arm_words(arm: str, titles: dict[str, str], lang: str) -> str:
    """Return the name of an arm for people: its title, else our words for ``with`` and ``without``."""
    if titles.get(arm):
        return titles[arm]
    if (found := at_end(arm)) is not None:
        return say(f"report.arm.{found[0]}_one", lang, parameter=found[1])
    form, _, mission = arm.partition("_")
    if mission and has(f"report.arm.{form}_one") and has(f"report.mission.{mission}"):
        return say(f"report.arm.{form}_one", lang, mission=say(f"report.mission.{mission}", lang))
    return say(f"report.arm.{arm}", lang) if has(f"report.arm.{arm}") else arm


__all__ = [
    "arm_words",
    "decimals",
    "factor",
    "gap",
    "gap_interval",
    "gap_unit_words",
    "level",
    "levels",
    "percent",
    "time_words",
    "unit_words",
    "written",
]
