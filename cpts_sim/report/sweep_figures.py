"""The figures of a sweep, as PNG and SVG, in French or English."""

from __future__ import annotations

from collections.abc import Callable

from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report.sweep_effects import attribution, effects
from cpts_sim.report.sweep_portfolio import atlas, ranking, suits
from cpts_sim.report.sweep_sensitivity import curves, discovery, information, morris, sobol

KINDS = ("png", "svg")
FIGURES: dict[str, Callable[[SweepResults, str, str], bytes | None]] = {
    "attribution": attribution,
    "effects": effects,
    "curves": curves,
    "morris": morris,
    "sobol": sobol,
    "discovery": discovery,
    "information": information,
    "ranking": ranking,
    "suits": suits,
    "atlas": atlas,
}
"""Figures by name: functions of (results, language, kind of file); none when there is nothing to show."""


def draw_all(results: SweepResults, lang: str) -> dict[str, bytes]:
    """Draw every figure that the sweep has findings for: name of file → bytes."""
    out: dict[str, bytes] = {}
    for name, draw in FIGURES.items():
        for kind in KINDS:
            drawn = draw(results, lang, kind)
            if drawn is not None:
                out[f"{name}.{kind}"] = drawn
    return out
