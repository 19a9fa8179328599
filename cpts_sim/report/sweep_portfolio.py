"""Figures of many territories: who gains most, and the atlas of the expected effect with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report import sweep_marks as marks
from cpts_sim.report.chances import chance
from cpts_sim.report.numbers import decimals, written
from cpts_sim.words import say

MANY = 16
"""From so many territories on, all indicators stand side by side in one order of territories, named once."""
FADED = 0.4
"""Opacity of a territory whose effect is not told: chance must not catch the eye."""
NAMED = 26
"""Most territories named on a map; the others are in the table."""


def ranking(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the effect in each territory, best first, with the probability of being first."""
    rows = marks.rows_of(results, "ranking")
    if not rows:
        return None
    indicators = marks.distinct(rows, "indicator")[:4]
    with _side_by_side(results, rows, len(indicators), (5.6, 3.3), 0.26) as (drawn, cells, many):
        order = _order(rows, indicators[0])
        for place, (axes, indicator) in enumerate(zip(cells, indicators, strict=True)):
            mine = sorted((r for r in rows if r["indicator"] == indicator), key=lambda r: r["rank"])
            if many:
                mine = sorted(mine, key=lambda r: order.index(r["base"]))
            _forest(axes, results, mine, indicator, lang)
            _name_rows(axes, results, [r["base"] for r in mine], lang, not many or place == 0)
            axes.invert_yaxis()
        return marks.finished(drawn, say("sweep.figure.ranking", lang), _expected_note(results, "ranking", lang), kind)


@contextmanager
def _side_by_side(
    results: SweepResults, rows: marks.Rows, count: int, widths: tuple[float, float], row_in: float
) -> Iterator[tuple[Any, list[Any], bool]]:
    """Give the panels of several indicators over territories, and whether territories are named once for all."""
    bases = len(marks.distinct(rows, "base"))
    many = bases > MANY
    size = (widths[1] + 1.9 / count, 2.0 + 0.19 * bases) if many else (widths[0], 1.5 + row_in * bases)
    with marks.panels(count, count if many else 2, *size) as (drawn, cells):
        yield drawn, cells, many


def _order(rows: marks.Rows, indicator: str) -> list[str]:
    """Return the territories, best first by one indicator."""
    return [r["base"] for r in sorted(rows, key=lambda r: r.get("rank", 0)) if r["indicator"] == indicator]


def _name_rows(axes: Any, results: SweepResults, bases: list[str], lang: str, named: bool) -> None:
    many = len(bases) > MANY
    names = [marks.base_label(results, base, lang) if named else "" for base in bases]
    axes.set_yticks(range(len(bases)), names, fontsize=7 if many else 8)
    axes.set_ylim(-0.7, len(bases) - 0.3)


def _expected_note(results: SweepResults, name: str, lang: str) -> str:
    """Return the note of an expected effect, with which missions it is expected of."""
    kind = results.responses.experiment.file.design.kind
    which = {"factorial": "all", "list": "points", "grid": "points"}.get(kind, "mean")
    if len(results.responses.experiment.rows) == 1:
        return marks.note(results, f"sweep.figure.{name}.text", lang)
    expected, many = say(f"sweep.figure.expected_{which}", lang), marks.many(results, "ranking", lang)
    return " ".join(filter(None, (expected, many, marks.note(results, f"sweep.figure.{name}.text", lang))))


def _forest(axes: Any, results: SweepResults, rows: marks.Rows, indicator: str, lang: str) -> None:
    scale = marks.times(indicator)
    axes.axvline(0, color="#202020", linewidth=0.9)
    look = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 7, "annotation_clip": False}
    for place, row in enumerate(rows):
        colour, sure = marks.tone(row)
        marks.whisker(axes, scale * row["value"], scale * row["half"], place, colour, sure)
        axes.annotate(chance(row["first"], 0, lang), (1.01, place), **look)
    axes.annotate(say("sweep.figure.chance_first", lang), (1.01, -0.75), **{**look, "color": "#595959"})
    axes.set_title(marks.folded(marks.indicator_label(indicator, lang)), fontsize=10)
    axes.set_xlabel(marks.axis_label(indicator, lang, results), fontsize=8.5)
    axes.tick_params(labelsize=8)
    axes.locator_params(axis="x", nbins=5)
    style.number_axis(axes.xaxis, lang)


def suits(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw which mission suits which territory: the share or effect of each, grey where it is not clear."""
    rows = marks.rows_of(results, "attribution") or [
        row | {"factor": row["effect"]} for row in marks.rows_of(results, "effects_of_factors") if row["order"] == 1
    ]
    bases = marks.distinct(rows, "base")
    if len(bases) < 2:
        return None
    indicators = marks.distinct(rows, "indicator")[:4]
    factors = [name for name in marks.distinct(rows, "factor") if name != "none"]
    wide = 1.0 + 0.95 * len(factors)
    with _side_by_side(results, rows, len(indicators), (max(6.2, 1.4 * wide), wide), 0.4) as (drawn, cells, many):
        ranked = _order(marks.rows_of(results, "ranking"), indicators[0])
        ordered = [base for base in ranked if base in bases] if many and set(ranked) >= set(bases) else bases
        for place, (axes, indicator) in enumerate(zip(cells, indicators, strict=True)):
            table = {(row["base"], row["factor"]): row for row in rows if row["indicator"] == indicator}
            _matrix(axes, results, table, ordered, factors, lang)
            _name_rows(axes, results, ordered, lang, not many or place == 0)
            axes.invert_yaxis()
            title = marks.folded(marks.indicator_label(indicator, lang), int(7 * wide) + 8)
            axes.set_title(f"{title}\n{marks.axis_label(indicator, lang, results)}", fontsize=9)
        text = marks.note(results, "sweep.figure.suits.text", lang)
        return marks.finished(drawn, say("sweep.figure.suits", lang), text, kind)


def _matrix(axes: Any, results: SweepResults, table: Any, bases: list[str], factors: list[str], lang: str) -> None:
    known = [table[key] for key in ((base, factor) for base in bases for factor in factors) if key in table]
    scale = marks.times(known[0]["indicator"]) if known else 1.0
    halves = [scale * row["half"] for row in known if np.isfinite(row["half"]) and row["half"] > 0]
    places = decimals(float(np.median(halves)) if halves else 0.0, 1.0)
    for line, base in enumerate(bases):
        for column, factor in enumerate(factors):
            if (base, factor) not in table:
                continue
            row = table[base, factor]
            colour, sure = marks.tone(row)
            axes.add_patch(_cell((column - 0.48, line - 0.46), colour if sure else style.LIGHT))
            words = written(scale * row["value"], places, lang, sign=True)
            look = {"fontsize": 8.5 if len(bases) <= MANY else 6.5, "color": "white" if sure else "#404040"}
            axes.annotate(words, (column, line), ha="center", va="center", **look)
    axes.set_xlim(-0.5, len(factors) - 0.5)
    names = [marks.folded(marks.factor_label(results, name, lang), 15) for name in factors]
    axes.set_xticks(range(len(factors)), names, fontsize=7.5)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _cell(place: tuple[float, float], colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(place, 0.96, 0.92, facecolor=colour, edgecolor="white")


def atlas(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the territories where they are, coloured by the expected effect, crossed where it is not clear."""
    rows = marks.rows_of(results, "ranking")
    places = {base: place for base, place in outlines(results).items() if base in marks.distinct(rows, "base")}
    if not rows or len(places) < 2:
        return None
    indicators = marks.distinct(rows, "indicator")[:4]
    size = (8.2, 6.6) if len(places) > MANY else (6.4, 5.6)
    with marks.panels(len(indicators), 2, *size) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            mine = {row["base"]: row for row in rows if row["indicator"] == indicator}
            _paint(drawn, axes, results, mine, places, indicator, lang)
            _name_places(drawn, axes, results, mine, places, lang)
        return marks.finished(drawn, say("sweep.figure.atlas", lang), _expected_note(results, "atlas", lang), kind)


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


def _paint(
    drawn: Any, axes: Any, results: SweepResults, rows: Any, places: dict[str, Any], indicator: str, lang: str
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    from cpts_sim.experiment.readings import known_indicators

    scale = marks.times(indicator)
    limit = max(1e-9, max(abs(scale * row["value"]) for row in rows.values()))
    ends = [style.WORSE, "#F7F7F7", style.OTHER]
    if known_indicators()[indicator].better == "lower":
        ends.reverse()
    colours = ScalarMappable(Normalize(-limit, limit), LinearSegmentedColormap.from_list("effect", ends))
    most = max(float(communes[:, 2].max()) for communes, _ in places.values())
    for base, (communes, _) in places.items():
        if base not in rows:
            continue
        sure = marks.told_apart(rows[base])
        size = 9 + 300 * communes[:, 2] / most
        colour = colours.to_rgba(np.array(scale * rows[base]["value"]), alpha=1.0 if sure else FADED)
        look = {"color": [colour], "linewidths": 0.9 if sure else 0.3}
        axes.scatter(communes[:, 0], communes[:, 1], s=size, edgecolors="#202020" if sure else "#A0A0A0", **look)
        if not sure:
            axes.plot(*_centre(communes), "x", color="#404040", markersize=5, markeredgewidth=1.1)
    axes.set_aspect(1.0 / np.cos(np.radians(np.mean([p[0][:, 1].mean() for p in places.values()]))))
    axes.axis("off")
    axes.set_title(marks.indicator_label(indicator, lang), fontsize=10)
    bar = drawn.colorbar(colours, ax=axes, orientation="horizontal", shrink=0.7, pad=0.02, aspect=32)
    bar.set_label(marks.axis_label(indicator, lang, results), fontsize=8.5)
    style.number_axis(bar.ax.xaxis, lang)


def _centre(communes: Any) -> tuple[float, float]:
    lon, lat = np.average(communes[:, :2], axis=0, weights=communes[:, 2])
    return float(lon), float(lat)


def _name_places(
    drawn: Any, axes: Any, results: SweepResults, rows: Any, places: dict[str, tuple[Any, Any]], lang: str
) -> None:
    """Name the territories, the clearest and largest effects first; a name that would cover another is left out."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.2, foreground="white")]
    told = sorted(rows, key=lambda base: (not marks.told_apart(rows[base]),
                                          -abs(rows[base]["value"])))  # fmt: skip
    drawn.draw_without_rendering()
    taken: list[Any] = []
    for base in (base for base in told if base in places):
        name = marks.folded(marks.base_label(results, base, lang).removeprefix("CPTS "), 20)
        look = {"ha": "center", "va": "bottom", "fontsize": 6.5, "path_effects": halo, "textcoords": "offset points"}
        words = axes.annotate(name, _centre(places[base][0]), xytext=(0, 3), **look)
        box = words.get_window_extent()
        if len(taken) >= NAMED or any(box.overlaps(other) for other in taken):
            words.remove()
        else:
            taken.append(box)
