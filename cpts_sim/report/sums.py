"""Differences that add up: where lines make a total, means are shown, which sum exactly; medians do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cpts_sim.experiment import Comparison, Line, Place
from cpts_sim.experiment.credible import level_band
from cpts_sim.report.numbers import decimals, factor, written


def summing(comparison: Comparison, place: Place | str, arm: str) -> Line:
    """Return a line whose difference is the mean of the pairs, with the credible interval of one of them.

    Where the pairs have drawn nothing the difference is a mean already.
    """
    line = comparison.line(place, arm)
    if line.credible is None:
        return line
    values = comparison.values
    return replace(line, difference=level_band(values.get(arm, line.place) - values.get(values.arms[0], line.place)))


def finest(lines: Sequence[Line]) -> int:
    """Return decimals that lines and their total share, so that what is printed sums: those of the finest, one at most.

    With more, the total would be written finer than it is known.
    """
    times = [factor(line.indicator.unit) for line in lines]
    found = [decimals(x * line.difference.half, x * line.difference.mean) for x, line in zip(times, lines, strict=True)]
    return min(1, max(found))


def gap_texts(line: Line, places: int, lang: str) -> tuple[str, str]:
    """Write a difference and its interval with these decimals; a dash for an interval that is not there."""
    times, found = factor(line.indicator.unit), line.difference
    shown = written(found.mean * times, places, lang, sign=True)
    if not math.isfinite(found.half):
        return shown, "–"
    ends = (written(end * times, places, lang, sign=True) for end in (found.low, found.high))
    return shown, (" à " if lang == "fr" else " to ").join(ends)
