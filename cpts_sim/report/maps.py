"""The map of a difference by commune."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from cpts_sim.experiment import Comparison, Line, Place, Reading
from cpts_sim.report import style
from cpts_sim.report.marks import CLEAR, note
from cpts_sim.report.numbers import unit_words
from cpts_sim.report.table import reading_text
from cpts_sim.words import number, say

SHOWN = "access.resolution"
"""Indicator of which the map is drawn."""
FULL = 3.0
"""Smallest differences that matter from which a colour may be full."""
GREY, LINES = "#E6E6E6", "#9A9A9A"


def communes(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the difference in time to resolution by commune, on outlines or on schematic cells.

    Only differences that can be told from zero and are not too small to matter have a colour, and full colour begins
    at three times what matters, so that a negligible difference never looks like a large one.
    """
    told, least, lines = _lines(comparison, arm)
    gaps = np.array([line.difference.mean for line in lines])
    if len(lines) < 2 or not told["outlines"] or not np.isfinite(gaps).any():
        return None
    title, text = say("report.figure.map", lang), note(comparison, " ".join(remarks(comparison, lang, arm)), lang)
    with style.figure(7.2, 3.4 if style.is_bare() else 6.2) as (drawn, axes):
        _paint(axes, told["outlines"], lines, _scale(lines, least))
        _largestnames(axes, told["communes"])
        _legend(drawn, axes, lines, least, lang)
        axes.set_title(title)
        axes.set_aspect("equal")
        axes.axis("off")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _lines(comparison: Comparison, arm: str) -> tuple[dict[str, Any], float, list[Line]]:
    """Return the territory, the smallest difference that matters, and the difference of each commune."""
    told, least = _territory(comparison), comparison.smallest.get(SHOWN, math.nan)
    places = [Place(SHOWN, "commune", str(code)) for code in told["communes"]["code"]]
    return told, least, [comparison.line(place, arm, least) for place in places]


def remarks(comparison: Comparison, lang: str, arm: str) -> list[str]:
    """Return what the map shows and what must be known to read it, in sentences."""
    told, least, lines = _lines(comparison, arm)
    out = [say("report.figure.map.text", lang)]
    if not any(line.difference.mean for line in lines if math.isfinite(line.difference.mean)):
        out.append(say("report.figure.map.none", lang))
    elif not any(line.reading in CLEAR for line in lines):
        out.append(say("report.figure.map.unsure", lang))
    if math.isfinite(least):
        out.append(say("report.figure.map.least", lang, least=_days(least, lang)))
    return out + [say("report.figure.map.schematic", lang)] * told["schematic"]


def _days(value: float, lang: str) -> str:
    return number(value, 1 if value != int(value) else 0, lang)


def _scale(lines: list[Line], least: float) -> Any:
    """Return the colours: full at the largest difference drawn, at least at three times what matters."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    sure = [abs(line.difference.mean) for line in lines if line.reading in CLEAR]
    limit = max([*sure, FULL * least if math.isfinite(least) else 0.0, 1e-9])
    colours = LinearSegmentedColormap.from_list("gap", [style.OTHER, "#F7F7F7", style.WORSE])
    return ScalarMappable(Normalize(-limit, limit), colours)


def _legend(drawn: Any, axes: Any, lines: list[Line], least: float, lang: str) -> None:
    """Say below the map what its colours are, where it has any, and what grey and hatched communes are."""
    from matplotlib.patches import Patch

    if any(line.reading in CLEAR for line in lines):
        look = {"orientation": "horizontal", "shrink": 0.7, "pad": 0.02, "aspect": 32}
        bar = drawn.colorbar(_scale(lines, least), ax=axes, **look)
        ends = (say("report.figure.map.shorter", lang), say("report.figure.map.longer", lang))
        bar.set_label(f"{ends[0]}      {unit_words('days', lang)}      {ends[1]}")
        style.number_axis(bar.ax.xaxis, lang)
    greys: dict[str, str] = {}
    for line in lines:
        if line.reading not in CLEAR:
            greys.setdefault(reading_text(line, lang), _hatch(line))
    handles = [Patch(facecolor=GREY, edgecolor=LINES, hatch=hatch, label=words) for words, hatch in greys.items()]
    if handles:
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, fontsize=8)


def _territory(comparison: Comparison) -> dict[str, Any]:
    first = comparison.pairs[min(comparison.pairs)]
    content: dict[str, Any] = json.loads(first.files["territory.json"])
    return content


def _paint(axes: Any, outlines: list[Any], lines: list[Line], scale: Any) -> None:
    """Fill every commune: a colour for a difference that can be told and matters, grey for the others."""
    from matplotlib.patches import PathPatch

    for rings, line in zip(outlines, lines, strict=True):
        face = scale.to_rgba(np.array(line.difference.mean)) if line.reading in CLEAR else GREY
        for path in _paths(rings):
            axes.add_patch(PathPatch(path, facecolor=face, edgecolor="white", linewidth=0.9))
            axes.add_patch(PathPatch(path, fill=False, edgecolor=LINES, linewidth=0, hatch=_hatch(line)))
    axes.autoscale_view()


def _hatch(line: Line) -> str:
    """Return what covers a commune: nothing where it can be told or is too small, else lines of a kind."""
    if not math.isfinite(line.difference.mean):
        return "xx"
    if line.reading is Reading.TOO_FEW:
        return "\\\\"
    return "" if line.reading in (*CLEAR, Reading.TOO_SMALL, Reading.EQUAL) else "////"


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
