"""The figures of a comparison, as PNG and SVG, in French or English."""

from __future__ import annotations

from collections.abc import Callable

from cpts_sim.experiment import Comparison
from cpts_sim.report.bars import accounts, ed, time
from cpts_sim.report.courses import access, burnout, waits
from cpts_sim.report.forest import forest
from cpts_sim.report.maps import communes

KINDS = ("png", "svg")

FIGURES: dict[str, Callable[[Comparison, str, str, str], bytes | None]] = {
    "access": access,
    "waits": waits,
    "ed": ed,
    "burnout": burnout,
    "communes": communes,
    "time": time,
    "accounts": accounts,
    "forest": forest,
}
"""Figures by name: functions of (comparison, language, arm, kind of file)."""


def draw_all(comparison: Comparison, lang: str, arm: str | None = None) -> dict[str, bytes]:
    """Draw every figure that the comparison has numbers for: name of file → bytes."""
    chosen = arm or comparison.values.arms[-1]
    out: dict[str, bytes] = {}
    for name in FIGURES:
        for kind in KINDS:
            drawn = draw(comparison, name, lang, kind, chosen)
            if drawn is not None:
                out[f"{name}.{kind}"] = drawn
    return out


def draw(comparison: Comparison, name: str, lang: str, kind: str, arm: str | None = None) -> bytes | None:
    """Draw one figure.

    Args:
        comparison: pairs.
        name: one of ``FIGURES``.
        lang: "fr" or "en".
        kind: "png" or "svg".
        arm: arm compared with the first (default: the last).

    Returns:
        The picture, or None when there is nothing to show.
    """
    chosen = arm or comparison.values.arms[-1]
    return FIGURES[name](comparison, lang, chosen, kind)
