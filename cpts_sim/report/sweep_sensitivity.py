"""Figures of sampling sweeps: which unknown matters, where it tips, where it helps, what to learn first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report import sweep_marks as marks
from cpts_sim.words import percent, say


def morris(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the mean absolute elementary effect of each factor; hollow where it is not clear."""
    return _bars(results, lang, kind, "morris", [("mu_star", style.OTHER)])


def sobol(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw first-order and total indices with their intervals, and the share of luck."""
    return _bars(results, lang, kind, "sobol", [("first", style.ROADS[0]), ("total", style.OTHER)])


def information(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw what knowing each unknown would be worth."""
    return _bars(results, lang, kind, "information", [("value", style.OTHER)])


def _bars(results: SweepResults, lang: str, kind: str, name: str, columns: list[tuple[str, str]]) -> bytes | None:
    rows = [row for row in marks.rows_of(results, name) if "factor" in row]
    if not rows:
        return None
    cases = list(dict.fromkeys((row["base"], row["indicator"]) for row in rows))[:8]
    factors = len(marks.distinct(rows, "factor"))
    with marks.panels(len(cases), 2, 5.2, 1.3 + 0.34 * factors) as (drawn, cells):
        for axes, case in zip(cells, cases, strict=True):
            mine = [row for row in rows if (row["base"], row["indicator"]) == case]
            _panel(axes, results, mine, name, columns, lang)
        if len(columns) > 1:
            cells[0].legend(loc="best", fontsize=7.5)
        text = marks.note(results, f"sweep.figure.{name}.text", lang)
        return marks.finished(drawn, say(f"sweep.figure.{name}", lang), text, kind)


def _panel(
    axes: Any, results: SweepResults, rows: marks.Rows, name: str, columns: list[tuple[str, str]], lang: str
) -> None:
    indicator = rows[0]["indicator"]
    scale = 1.0 if name == "sobol" else marks.times(indicator)
    for rank, (column, colour) in enumerate(columns):
        places = np.arange(len(rows)) + (rank - (len(columns) - 1) / 2) * 0.3
        values = [scale * row[column] for row in rows]
        words = say(f"sweep.figure.{column}", lang) if len(columns) > 1 else None
        axes.barh(places, values, 0.55 / len(columns), color=colour, alpha=0.75, label=words)
        for place, row, value in zip(places, rows, values, strict=True):
            low, high = _ends(row, column)
            ends = [[max(0.0, value - scale * low)], [max(0.0, scale * high - value)]]
            axes.errorbar(value, place, xerr=ends, fmt="none", ecolor="#202020", elinewidth=1, capsize=2.5)
    axes.axvline(0, color="#202020", linewidth=0.9)
    labels = [_ranked(marks.factor_label(results, row["factor"], lang), row) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.set_title(_heading(results, rows[0], lang), fontsize=10)
    axes.tick_params(labelsize=8.5)
    unit = say("sweep.figure.index", lang) if name == "sobol" else marks.axis_label(indicator, lang).split(" (")[0]
    axes.set_xlabel(unit, fontsize=8.5)
    style.number_axis(axes.xaxis, lang)


def _ends(row: dict[str, Any], column: str) -> tuple[float, float]:
    if f"{column}_half" in row:
        half = row[f"{column}_half"] if math.isfinite(row[f"{column}_half"]) else 0.0
        return row[column] - half, row[column] + half
    return row["low"], row["high"]


def _ranked(name: str, row: dict[str, Any]) -> str:
    return f"{row['rank']}. {name}" if row.get("rank") else name


def _heading(results: SweepResults, row: dict[str, Any], lang: str) -> str:
    several = len(results.responses.experiment.bases) > 1
    head = f"{row['base']}: " if several else ""
    luck = row.get("noise", math.nan)
    tail = f" – {say('sweep.figure.luck', lang)} {percent(luck, 0, lang)}" if math.isfinite(luck) else ""
    return head + marks.indicator_label(row["indicator"], lang) + tail


def curves(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the response along each factor with its band, and where it changes sign."""
    rows = marks.rows_of(results, "curves")
    cases = list(dict.fromkeys((row["base"], row["indicator"], row["factor"]) for row in rows))[:12]
    if not cases:
        return None
    with marks.panels(len(cases), 3, 3.9, 3.0) as (drawn, cells):
        for axes, case in zip(cells, cases, strict=True):
            mine = [row for row in rows if (row["base"], row["indicator"], row["factor"]) == case]
            _line(axes, results, mine, lang)
        text = marks.note(results, "sweep.figure.curves.text", lang)
        return marks.finished(drawn, say("sweep.figure.curves", lang), text, kind)


def _line(axes: Any, results: SweepResults, rows: marks.Rows, lang: str) -> None:
    indicator, scale = rows[0]["indicator"], marks.times(rows[0]["indicator"])
    at = [row["at"] for row in rows]
    value = scale * np.array([row["value"] for row in rows])
    half = scale * np.array([row["half"] if math.isfinite(row["half"]) else 0.0 for row in rows])
    axes.axhline(0, color="#202020", linewidth=0.8)
    axes.fill_between(at, value - half, value + half, color=style.OTHER, alpha=0.2, linewidth=0)
    axes.plot(at, value, "o-", color=style.OTHER, markersize=4)
    if rows[0]["tipping_found"] >= 0.95 and math.isfinite(rows[0]["tipping"]):
        axes.axvspan(rows[0]["tipping_low"], rows[0]["tipping_high"], color=style.WORSE, alpha=0.15, linewidth=0)
        axes.axvline(rows[0]["tipping"], color=style.WORSE, linestyle="--", linewidth=1)
    axes.set_title(marks.indicator_label(indicator, lang), fontsize=9)
    axes.set_xlabel(marks.factor_label(results, rows[0]["factor"], lang), fontsize=8.5)
    axes.set_ylabel(marks.axis_label(indicator, lang).split(" (")[0], fontsize=8.5)
    axes.tick_params(labelsize=8)
    for axis in (axes.xaxis, axes.yaxis):
        style.number_axis(axis, lang)


def discovery(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw the sampled points on the two factors of a box, and the box."""
    rows = [row for row in marks.rows_of(results, "discovery") if "which" in row]
    cases = list(dict.fromkeys((row["base"], row["which"]) for row in rows))[:6]
    if not cases:
        return None
    with marks.panels(len(cases), 2, 4.6, 4.0) as (drawn, cells):
        for axes, (base, which) in zip(cells, cases, strict=True):
            _box(axes, results, [r for r in rows if (r["base"], r["which"]) == (base, which)], lang)
        text = marks.note(results, "sweep.figure.discovery.text", lang)
        return marks.finished(drawn, say("sweep.figure.discovery", lang), text, kind)


def _box(axes: Any, results: SweepResults, rows: marks.Rows, lang: str) -> None:
    from matplotlib.patches import Rectangle

    names, table = results.responses.numbers()
    experiment, first = results.responses.experiment, rows[0]
    part = np.array([point.base == first["base"] for point in experiment.points])
    effect = results.responses.effect(first["indicator"])[part].mean(axis=1)
    columns = [names.index(row["factor"]) for row in rows[:2]]
    x = table[part][:, columns[0]]
    y = table[part][:, columns[1]] if len(columns) > 1 else marks.times(first["indicator"]) * effect
    shade = marks.times(first["indicator"]) * effect
    limit = float(np.nanmax(np.abs(shade))) or 1.0
    axes.scatter(x, y, c=shade, cmap="RdBu", vmin=-limit, vmax=limit, s=22, edgecolors="#606060", linewidths=0.4)
    low, high = _clip(rows[0], x)
    bottom, top = _clip(rows[1], y) if len(columns) > 1 else (float(np.nanmin(y)), float(np.nanmax(y)))
    edge = style.WORSE if first["which"] == "harms" else style.BETTER
    frame = Rectangle((low, bottom), high - low, top - bottom, fill=False, edgecolor=edge, linewidth=1.8)
    axes.add_patch(frame)
    axes.set_xlabel(marks.factor_label(results, rows[0]["factor"], lang), fontsize=8.5)
    second = marks.factor_label(results, rows[1]["factor"], lang) if len(columns) > 1 else ""
    axes.set_ylabel(second or marks.axis_label(first["indicator"], lang), fontsize=8.5)
    numbers = {name: first[name] for name in ("coverage", "density")}
    axes.set_title(say(f"sweep.figure.box_{first['which']}", lang, **numbers), fontsize=9)


def _clip(row: dict[str, Any], values: Any) -> tuple[float, float]:
    ends = float(np.nanmin(values)), float(np.nanmax(values))
    return max(ends[0], row["low"]), min(ends[1], row["high"])
