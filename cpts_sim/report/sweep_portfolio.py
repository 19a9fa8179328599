"""Figures of many territories: who gains most, and the atlas of the expected effect with its uncertainty."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np

from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report import sweep_marks as marks
from cpts_sim.report.numbers import decimals, written
from cpts_sim.words import percent, say

MOST_ROWS = 80


def ranking(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the effect in each territory, best first, with the probability of being first."""
    rows = marks.rows_of(results, "ranking")
    if not rows:
        return None
    indicators = marks.distinct(rows, "indicator")[:4]
    count = min(MOST_ROWS, len(marks.distinct(rows, "base")))
    with marks.panels(len(indicators), 2, 5.6, 1.3 + 0.24 * count) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            mine = sorted((r for r in rows if r["indicator"] == indicator), key=lambda r: r["rank"])[:count]
            _forest(axes, mine, indicator, lang)
        text = marks.note(results, "sweep.figure.ranking.text", lang)
        return marks.finished(drawn, say("sweep.figure.ranking", lang), text, kind)


def _forest(axes: Any, rows: marks.Rows, indicator: str, lang: str) -> None:
    scale = marks.times(indicator)
    axes.axvline(0, color="#202020", linewidth=0.9)
    for place, row in enumerate(rows):
        colour, sure = marks.tone(indicator, row)
        marks.whisker(axes, scale * row["value"], scale * row["half"], place, colour, sure)
        look = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 7.5, "annotation_clip": False}
        axes.annotate(percent(row["first"], 0, lang), (1.01, place), **look)
    axes.set_yticks(range(len(rows)), [row["base"].replace("_", " ") for row in rows])
    axes.invert_yaxis()
    axes.set_title(marks.indicator_label(indicator, lang), fontsize=10)
    axes.set_xlabel(marks.axis_label(indicator, lang), fontsize=8.5)
    axes.tick_params(labelsize=8)
    style.number_axis(axes.xaxis, lang)


def suits(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw which mission suits which territory: the share or effect of each, hatched where it is not clear."""
    rows = marks.rows_of(results, "attribution") or [
        row | {"factor": row["effect"]} for row in marks.rows_of(results, "effects_of_factors") if row["order"] == 1
    ]
    bases = marks.distinct(rows, "base")
    if len(bases) < 2:
        return None
    indicators = marks.distinct(rows, "indicator")[:4]
    factors = [name for name in marks.distinct(rows, "factor") if name not in ("none", "all")]
    with marks.panels(len(indicators), 2, max(6.2, 1.9 + 1.5 * len(factors)), 1.9 + 0.4 * len(bases)) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            table = {(row["base"], row["factor"]): row for row in rows if row["indicator"] == indicator}
            _matrix(axes, results, table, bases, factors, lang)
            axes.set_title(f"{marks.indicator_label(indicator, lang)}\n{marks.axis_label(indicator, lang)}", fontsize=9)
        text = marks.note(results, "sweep.figure.suits.text", lang)
        return marks.finished(drawn, say("sweep.figure.suits", lang), text, kind)


def _matrix(axes: Any, results: SweepResults, table: Any, bases: list[str], factors: list[str], lang: str) -> None:
    for line, base in enumerate(bases):
        for column, factor in enumerate(factors):
            row = table[base, factor]
            scale = marks.times(row["indicator"])
            colour, sure = marks.tone(row["indicator"], row)
            place = (column - 0.48, line - 0.46)
            axes.add_patch(_cell(place, colour if sure else style.LIGHT))
            places = decimals(scale * row["half"], scale * row["value"])
            words = written(scale * row["value"], places, lang, sign=True)
            tone = "white" if sure else "#404040"
            axes.annotate(words, (column, line), ha="center", va="center", fontsize=8.5, color=tone)
    axes.set_xlim(-0.5, len(factors) - 0.5)
    axes.set_ylim(len(bases) - 0.5, -0.5)
    names = ["\n".join(wrap(marks.factor_label(results, name, lang), 16)) for name in factors]
    axes.set_xticks(range(len(factors)), names, fontsize=8)
    axes.set_yticks(range(len(bases)), [base.replace("_", " ") for base in bases], fontsize=8)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _cell(place: tuple[float, float], colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(place, 0.96, 0.92, facecolor=colour, edgecolor="white")


def atlas(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the territories where they are, coloured by the expected effect, hatched where it is not clear."""
    rows = marks.rows_of(results, "ranking")
    places = outlines(results)
    if not rows or len(places) < 2:
        return None
    indicators = marks.distinct(rows, "indicator")[:2]
    with marks.panels(len(indicators), 2, 6.0, 5.6) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            _paint(drawn, axes, {r["base"]: r for r in rows if r["indicator"] == indicator}, places, indicator, lang)
        text = marks.note(results, "sweep.figure.atlas.text", lang)
        return marks.finished(drawn, say("sweep.figure.atlas", lang), text, kind)


def outlines(results: SweepResults) -> dict[str, tuple[Any, Any]]:
    """Return base → (centres in degrees with weights, outlines) of the territories whose places are known."""
    from cpts_sim.territory import load_territory

    out: dict[str, tuple[Any, Any]] = {}
    seen = set()
    for point in results.responses.experiment.points:
        if point.base in seen:
            continue
        seen.add(point.base)
        territory = load_territory(point.scenario().territory)
        lon, lat = (np.asarray(territory.communes.get(name, []), float)[: territory.size] for name in ("lon", "lat"))
        known = np.isfinite(lon) & np.isfinite(lat)
        if point.scenario().territory.file is not None and len(lon) and known.any():
            weights = np.asarray(territory.communes["population"], float)[: territory.size][known]
            out[point.base] = (np.c_[lon[known], lat[known], weights], territory.outlines)
    return out


def _paint(drawn: Any, axes: Any, rows: Any, places: dict[str, tuple[Any, Any]], indicator: str, lang: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patheffects import withStroke

    from cpts_sim.experiment.readings import known_indicators

    scale = marks.times(indicator)
    limit = max(1e-9, max(abs(scale * row["value"]) for row in rows.values()))
    ends = [style.WORSE, "#F7F7F7", style.OTHER]
    if known_indicators()[indicator].better == "lower":
        ends.reverse()
    colours = ScalarMappable(Normalize(-limit, limit), LinearSegmentedColormap.from_list("effect", ends))
    for base, (communes, _) in places.items():
        row = rows[base]
        _, sure = marks.tone(indicator, row)
        face = colours.to_rgba(np.array(scale * row["value"]))
        size = 12 + 40 * np.sqrt(communes[:, 2] / max(1.0, communes[:, 2].max()))
        axes.scatter(communes[:, 0], communes[:, 1], s=size, color=[face], edgecolors="#505050", linewidths=0.3,
                     marker="o" if sure else "X")  # fmt: skip
        centre = np.average(communes[:, :2], axis=0, weights=communes[:, 2])
        halo = [withStroke(linewidth=2.5, foreground="white")]
        name = base.replace("_", " ")
        axes.annotate(name, centre, ha="center", va="bottom", fontsize=6.5, path_effects=halo)
    axes.set_aspect(1.0 / np.cos(np.radians(np.mean([p[0][:, 1].mean() for p in places.values()]))))
    axes.axis("off")
    axes.set_title(marks.indicator_label(indicator, lang), fontsize=10)
    bar = drawn.colorbar(colours, ax=axes, orientation="horizontal", shrink=0.7, pad=0.02, aspect=32)
    bar.set_label(marks.axis_label(indicator, lang), fontsize=8.5)
    style.number_axis(bar.ax.xaxis, lang)
