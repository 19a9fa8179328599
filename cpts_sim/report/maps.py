"""The map of a difference by commune."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from cpts_sim.experiment import Comparison, Line, Place
from cpts_sim.report import style
from cpts_sim.report.marks import SURE, note
from cpts_sim.report.numbers import unit_words
from cpts_sim.words import say


def communes(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the difference in time to resolution by commune, on outlines or on schematic cells."""
    told = _territory(comparison)
    codes = told["communes"]["code"]
    lines = [comparison.line(Place("access.resolution", "commune", str(code)), arm) for code in codes]
    gaps = np.array([line.difference.mean for line in lines])
    if len(codes) < 2 or not told["outlines"] or not np.isfinite(gaps).any():
        return None
    title = say("report.figure.map", lang)
    notes = [say("report.figure.map.text", lang)] + [say("report.figure.map.schematic", lang)] * told[
        "schematic"
    ]
    if not np.nanmax(np.abs(gaps)) > 0:
        notes.append(say("report.figure.map.none", lang))
    text = note(comparison, " ".join(notes), lang)
    with style.figure(7.2, 6.2) as (drawn, axes):
        limit = max(float(np.nanmax(np.abs(gaps))), 1e-9)
        painted = _paint(axes, told["outlines"], lines, limit)
        _largestnames(axes, told["communes"])
        bar = drawn.colorbar(painted, ax=axes, orientation="horizontal", shrink=0.7, pad=0.02, aspect=32)
        ends = (say("report.figure.map.shorter", lang), say("report.figure.map.longer", lang))
        bar.set_label(f"{ends[0]}      {unit_words('days', lang)}      {ends[1]}")
        style.number_axis(bar.ax.xaxis, lang)
        axes.set_title(title)
        axes.set_aspect("equal")
        axes.axis("off")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _territory(comparison: Comparison) -> dict[str, Any]:
    first = comparison.pairs[min(comparison.pairs)]
    content: dict[str, Any] = json.loads(first.files["territory.json"])
    return content


def _paint(axes: Any, outlines: list[Any], lines: list[Line], limit: float) -> Any:
    """Fill every commune; hatch those whose difference is not distinguishable from zero."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patches import PathPatch

    colours = LinearSegmentedColormap.from_list("gap", [style.OTHER, "#F7F7F7", style.WORSE])
    scale = ScalarMappable(Normalize(-limit, limit), colours)
    for rings, line in zip(outlines, lines, strict=True):
        gap, sure = line.difference.mean, line.reading in SURE
        known = math.isfinite(gap)
        face = scale.to_rgba(np.array(gap)) if known else style.LIGHT
        hatch = "" if sure else "////" if known else "xx"
        for path in _paths(rings):
            axes.add_patch(PathPatch(path, facecolor=face, edgecolor="white", linewidth=0.9))
            axes.add_patch(PathPatch(path, fill=False, edgecolor="#9A9A9A", linewidth=0, hatch=hatch))
    axes.autoscale_view()
    return scale


def _paths(rings: Any) -> list[Any]:
    from matplotlib.path import Path

    return [Path(np.asarray(ring, np.float64), closed=True) for ring in rings or () if len(ring) > 2]


def _largestnames(axes: Any, communes: dict[str, list[Any]], count: int = 6) -> None:
    """Name the most populated communes, leaving out those whose name would cover another."""
    from matplotlib.patheffects import withStroke

    x, y = (np.asarray(communes[name], np.float64) for name in ("x_km", "y_km"))
    wide, high = 0.22 * np.ptp(axes.get_xlim()), 0.05 * np.ptp(axes.get_ylim())
    named: list[int] = []
    for rank in np.argsort(-np.asarray(communes["population"], np.float64), kind="stable")[:count]:
        if any(abs(x[rank] - x[other]) < wide and abs(y[rank] - y[other]) < high for other in named):
            continue
        named.append(int(rank))
        halo = [withStroke(linewidth=2.5, foreground="white")]
        place = (x[rank], y[rank])
        axes.annotate(communes["name"][rank], place, ha="center", va="center", fontsize=8, path_effects=halo)
