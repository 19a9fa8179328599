"""The figures of a comparison, as PNG and SVG, in French or English."""

from __future__ import annotations

from collections.abc import Callable

from cpts_sim.experiment import Comparison
from cpts_sim.report.arms import at_a_glance, several
from cpts_sim.report.bars import accounts, ed, time
from cpts_sim.report.courses import access, burnout, waits
from cpts_sim.report.forest import forest
from cpts_sim.report.maps import communes
from cpts_sim.report.paid import paid
from cpts_sim.report.timeline import timeline

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

OF_CONTRACTS: dict[str, Callable[[Comparison, str, str, str], bytes | None]] = {"timeline": timeline, "paid": paid}
"""Figures of the life of a CPTS; drawn where there is a contract (and, for the timeline, a journal)."""


def draw_all(comparison: Comparison, lang: str, arm: str | None = None) -> dict[str, bytes]:
    """Draw every figure that the comparison has numbers for: name of file → bytes.

    With more than two arms there is one figure of all, and a folder for each arm.
    """
    others = at_a_glance(comparison)
    if arm is None and len(others) > 1:
        out = {f"arms.{kind}": drawn for kind in KINDS if (drawn := several(comparison, lang, kind)) is not None}
        for one in others:
            drawn_for = draw_all(comparison, lang, one)
            out |= {f"{one}/{name}": data for name, data in drawn_for.items()}
        return out
    chosen = arm or (at_a_glance(comparison) or comparison.values.arms)[-1]
    pictures = {
        f"{name}.{kind}": draw(comparison, name, lang, kind, chosen)
        for name in (*FIGURES, *OF_CONTRACTS)
        for kind in KINDS
    }
    return {name: drawn for name, drawn in pictures.items() if drawn is not None}


def draw(comparison: Comparison, name: str, lang: str, kind: str, arm: str | None = None) -> bytes | None:
    """Draw one figure.

    Args:
        comparison: pairs.
        name: one of ``FIGURES`` or ``OF_CONTRACTS``.
        lang: "fr" or "en".
        kind: "png" or "svg".
        arm: arm compared with the first (default: the last).

    Returns:
        The picture, or None when there is nothing to show.
    """
    chosen = arm or (at_a_glance(comparison) or comparison.values.arms)[-1]
    return {**FIGURES, **OF_CONTRACTS}[name](comparison, lang, chosen, kind)
