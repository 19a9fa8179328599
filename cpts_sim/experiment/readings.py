"""What a paired difference says, in fixed words: against zero, and against what matters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from cpts_sim.errors import InputError
from cpts_sim.experiment.contrasts import EFFECT
from cpts_sim.experiment.credible import Credible, band_of, credible, level_band
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.statistics import Interval, mean_interval, pairing_gain
from cpts_sim.experiment.values import Place, Values
from cpts_sim.files import reason
from cpts_sim.measures import Indicator, indicators
from cpts_sim.words import did_you_mean, say

ROAD = "road"
"""How emergency visits are told apart by what led to them."""


class Reading(StrEnum):
    """The fixed words of the last column."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    TOO_SMALL = "too_small"
    UNDETERMINED = "undetermined"
    EQUAL = "equal"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Line:
    """One number compared between two arms.

    Attributes:
        arm: the arm compared with the first.
        place: which number.
        indicator: its unit and better direction.
        without: mean of the first arm over the pairs, with its interval (of computing error).
        with_: mean of the compared arm, with its interval.
        difference: mean of the paired differences, with its interval; their median, with its credible interval,
        where the pairs have drawn their parameters.
        gain: how many times more pairs unpaired runs would need for the same interval.
        smallest: smallest difference that matters (nan: none said).
        reading: what it says. credible: the whole of what the differences say, where parameters were drawn.
    """

    arm: str
    place: Place
    indicator: Indicator
    without: Interval
    with_: Interval
    difference: Interval
    gain: float
    smallest: float
    reading: Reading
    credible: Credible | None = None


@dataclass(frozen=True)
class Gap:
    """What paired differences say: an interval, a reading, and the credible effect where parameters were drawn."""

    interval: Interval
    reading: Reading
    credible: Credible | None = None


def gap_of(
    differences: ArrayLike, better: str, smallest: float = math.nan, draws: Sequence[object] | None = None
) -> Gap:
    """Read paired differences.

    Args:
        differences: one a pair.
        better: "higher", "lower" or "none".
        smallest: smallest difference that matters (nan: none said).
        draws: name of what each pair has drawn (None: all pairs live with the same parameters).
    """
    if draws is None:
        interval = mean_interval(differences)
        return Gap(interval, read(interval, better, smallest))
    found = credible(differences, draws, better, smallest)
    return Gap(band_of(differences), Reading(str(found.verdict).removeprefix("probably_")), found)


def read(difference: Interval, better: str, smallest: float = math.nan) -> Reading:
    """Return what a paired difference says.

    Args:
        difference: mean paired difference with its interval.
        better: "higher", "lower" or "none".
        smallest: smallest difference that matters (nan: none said).
    """
    if difference.count < FEWEST_PAIRS:
        return Reading.TOO_FEW
    if difference.low == difference.high == 0:
        return Reading.EQUAL
    if max(abs(difference.low), abs(difference.high)) < smallest:
        return Reading.TOO_SMALL
    if difference.low <= 0 <= difference.high:
        return Reading.UNDETERMINED
    rises = difference.mean > 0
    if better == "none":
        return Reading.HIGHER if rises else Reading.LOWER
    return Reading.BETTER if rises == (better == "higher") else Reading.WORSE


def known_indicators() -> dict[str, Indicator]:
    """Return every indicator of a comparison by name, those made from two arms included."""
    return indicators() | {
        EFFECT: Indicator(EFFECT, "sd", "lower", "0.1 SD is small, 0.3 to 0.6 is a strong trial")
    }


def line_of(
    values: Values, arm: str, place: Place, smallest: Mapping[str, float], draws: Sequence[object] | None = None
) -> Line:
    """Compare one number of an arm with the same number of the first arm."""
    return contrast_of(values, (values.arms[0], arm), place, least_of(values, place, smallest), draws)


def contrast_of(
    values: Values, arms: tuple[str, str], place: Place, least: float, draws: Sequence[object] | None = None
) -> Line:
    """Compare one number of two arms.

    Args:
        values: numbers of the pairs.
        arms: the one compared with, and the one compared.
        place: which number.
        least: smallest difference that matters (nan: none said).
        draws: name of what each pair has drawn (None: all pairs live with the same parameters).
    """
    indicator = known_indicators()[place.indicator]
    first, second = (values.get(arm, place) for arm in arms)
    gap = gap_of(np.asarray(second - first, np.float64), indicator.better, least, draws)
    both = [mean_interval(x) if draws is None else level_band(x) for x in (first, second)]
    return Line(
        arms[1], place, indicator, both[0], both[1], gap.interval, pairing_gain(first, second), least, gap.reading,
        gap.credible,
    )  # fmt: skip


def least_of(values: Values, place: Place, smallest: Mapping[str, float]) -> float:
    """Return the smallest difference that matters for a number; only for the whole territory and horizon.

    Visits that come by one road are judged as all visits are: a part cannot matter where the whole would not.
    """
    if place.by not in ("", ROAD) or place.week >= 0:
        return math.nan
    if place.indicator == "burnout.ee" and place.indicator not in smallest:
        spread = mean_interval(values.get(values.arms[0], Place("burnout.ee_sd"))).mean
        return smallest.get(EFFECT, math.nan) * spread
    return smallest.get(place.indicator, math.nan)


def smallest_differences(path: Path | None = None) -> dict[str, float]:
    """Read the smallest differences that matter: the shipped ones, with a user's own over them.

    Raises:
        InputError: the file cannot be read, names an unknown indicator, or holds something else than numbers.
    """
    shipped = _read(
        files("cpts_sim.experiment").joinpath("smallest_differences.yaml").read_text(encoding="utf-8"), ""
    )
    if path is None:
        return shipped
    try:
        return shipped | _read(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputError(say("experiment.smallest.file", file=path, error=reason(error))) from None
    except UnicodeDecodeError:
        raise InputError(say("experiment.smallest.shape", file=path)) from None


def _read(text: str, name: str) -> dict[str, float]:
    import yaml

    try:
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        content = None
    if not isinstance(content, dict):
        raise InputError(say("experiment.smallest.shape", file=name))
    known = known_indicators()
    for key, value in content.items():
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise InputError(say("experiment.smallest.unknown", file=name, key=key, hint=hint))
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise InputError(say("experiment.smallest.value", file=name, key=key, value=value))
    return {str(key): float(value) for key, value in content.items()}
