"""Figures of a territory's diagnosis: its ages beside those of France, and its accessibility on a map."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cpts_sim.report import style
from cpts_sim.report.document.territory_facts import SCARCE_APL
from cpts_sim.report.maps import _largestnames, _paths
from cpts_sim.territory import AGE_BANDS, Territory
from cpts_sim.words import say

Floats = NDArray[np.float64]
NAMED = ("x_km", "y_km", "population", "name")


def ages(own: Floats, france: Floats, lang: str) -> bytes:
    """Draw the share of inhabitants in each age band, in the territory and in France.

    Args:
        own: inhabitants by band of the territory, shape (19,).
        france: the same for France, any scale.
        lang: "fr" or "en".
    """
    title, text = say("diagnosis.section.people", lang), say("diagnosis.figure.ages", lang)
    rows = np.arange(len(AGE_BANDS))
    with style.bare(), style.figure(8.4, 2.7) as (drawn, axes):
        axes.bar(rows, 100.0 * own / own.sum(), 0.72, color=style.OTHER, label=say("diagnosis.here", lang))
        axes.step(np.append(rows - 0.5, rows[-1] + 0.5), 100.0 * np.append(france, france[-1]) / france.sum(),
                  where="post", color=style.BASE, linewidth=1.6, label=say("diagnosis.france", lang))  # fmt: skip
        names = [*AGE_BANDS[:-1], AGE_BANDS[-1].split("-")[0] + "+"]
        axes.set_xticks(rows, [name.replace("-", "–") for name in names], fontsize=8)
        axes.set_ylabel(say("diagnosis.axis.people", lang))
        axes.set_xlabel(say("diagnosis.axis.age", lang))
        axes.legend(loc="upper right")
        style.number_axis(axes.yaxis, lang)
        return style.picture(drawn, "svg", title, text)


def accessibility(territory: Territory, column: str, lang: str) -> bytes | None:
    """Draw the accessibility of each commune; None without outlines or figures.

    Args:
        territory: its communes.
        column: the accessibility shown, "apl" (computed) or "apl_published".
        lang: "fr" or "en".
    """
    size = territory.size
    apl = territory.communes[column][:size]
    rings = territory.outlines[:size]
    if size < 2 or not any(rings) or not np.isfinite(apl).any():
        return None
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import PathPatch

    scale = ScalarMappable(Normalize(0.0, max(4.5, float(np.nanmax(apl)))), "YlGnBu")
    title, text = say("diagnosis.section.access", lang), say("diagnosis.figure.map", lang)
    with style.bare(), style.figure(6.6, 5.6) as (drawn, axes):
        for outline, value in zip(rings, apl, strict=True):
            known = math.isfinite(value)
            face = scale.to_rgba(np.array(value)) if known else style.LIGHT
            hatch = "xx" if not known else "" if value >= SCARCE_APL else "///"
            for path in _paths(outline):
                axes.add_patch(PathPatch(path, facecolor=face, edgecolor="#6E6E6E", linewidth=0.6))
                axes.add_patch(PathPatch(path, fill=False, edgecolor="#7A4B00", linewidth=0, hatch=hatch))
        axes.autoscale_view()
        _largestnames(axes, {name: list(territory.communes[name][:size]) for name in NAMED})
        bar = drawn.colorbar(scale, ax=axes, orientation="horizontal", shrink=0.7, pad=0.02, aspect=32)
        bar.set_label(say("diagnosis.unit.apl", lang))
        style.number_axis(bar.ax.xaxis, lang)
        axes.set_aspect("equal")
        axes.axis("off")
        return style.picture(drawn, "svg", title, text)
