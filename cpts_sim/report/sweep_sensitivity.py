"""Figures of sampling sweeps: which unknown matters, where it tips, where it helps, what to learn first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report import sweep_marks as marks
from cpts_sim.words import percent, say, unit_words

MOST_SHARE = 1.25
"""Share of the variance at which the axis of indices ends: what lies beyond is sampling error."""


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
    with marks.panels(len(cases), 2, 5.6, 1.7 + 0.4 * factors) as (drawn, cells):
        for axes, case in zip(cells, cases, strict=True):
            mine = [row for row in rows if (row["base"], row["indicator"]) == case]
            _panel(axes, results, mine, name, columns, lang)
        if len(columns) > 1:
            marks.legend(drawn, cells[0])
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
    labels = [_ranked(marks.folded(marks.factor_label(results, row["factor"], lang), 30), row) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.set_title(_heading(results, rows[0], lang), fontsize=10)
    if name == "sobol":
        left, right = axes.get_xlim()
        axes.set_xlim(max(left, -MOST_SHARE + 1), min(right, MOST_SHARE))
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
    luck = row.get("noise", math.nan)
    tail = f"\n{say('sweep.figure.luck', lang, share=percent(luck, 0, lang))}" if math.isfinite(luck) else ""
    return marks.heading(results, row, lang) + tail


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
        _same_scale(cells, [indicator for _, indicator, _ in cases])
        text = marks.note(results, "sweep.figure.curves.text", lang)
        return marks.finished(drawn, say("sweep.figure.curves", lang), text, kind)


def _same_scale(cells: list[Any], indicators: list[str]) -> None:
    """Give the panels of one indicator one vertical scale, so that their effects compare."""
    for indicator in set(indicators):
        mine = [axes for axes, own in zip(cells, indicators, strict=True) if own == indicator]
        ends = np.array([axes.get_ylim() for axes in mine])
        for axes in mine:
            axes.set_ylim(ends[:, 0].min(), ends[:, 1].max())


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
    axes.set_title(marks.heading(results, rows[0], lang), fontsize=9)
    axes.set_xlabel(_factor_axis(results, rows[0]["factor"], lang), fontsize=8.5)
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


def _factor_axis(results: SweepResults, name: str, lang: str) -> str:
    """Return the name of a factor with the unit of its values, if the experiment file writes one."""
    unit = results.responses.experiment.axis(name).unit
    words = marks.folded(marks.factor_label(results, name, lang))
    return f"{words} ({unit_words(unit, lang)})" if unit else words


def _box(axes: Any, results: SweepResults, rows: marks.Rows, lang: str) -> None:
    names, table = results.responses.numbers()
    experiment, first = results.responses.experiment, rows[0]
    part = np.array([point.base == first["base"] for point in experiment.points])
    effect = marks.times(first["indicator"]) * results.responses.effect(first["indicator"])[part].mean(axis=1)
    columns = [names.index(row["factor"]) for row in rows[:2]]
    x = table[part][:, columns[0]]
    y = table[part][:, columns[1]] if len(columns) > 1 else effect
    limit = float(np.nanmax(np.abs(effect))) or 1.0
    colours = "RdBu_r" if known_indicators()[first["indicator"]].better == "lower" else "RdBu"
    axes.scatter(x, y, c=effect, cmap=colours, vmin=-limit, vmax=limit, s=26, edgecolors="#606060", linewidths=0.4)
    axes.margins(0.06)
    bottom, top = (rows[1]["low"], rows[1]["high"]) if len(columns) > 1 else (-math.inf, math.inf)
    edge = style.WORSE if first["which"] == "harms" else style.BETTER
    _frame(axes, (rows[0]["low"], rows[0]["high"]), (bottom, top), edge)
    axes.set_xlabel(_factor_axis(results, rows[0]["factor"], lang), fontsize=8.5)
    second = _factor_axis(results, rows[1]["factor"], lang) if len(columns) > 1 else ""
    axes.set_ylabel(second or marks.axis_label(first["indicator"], lang), fontsize=8.5)
    numbers = {name: first[name] for name in ("coverage", "density")}
    words = say(f"sweep.figure.box_{first['which']}", lang, **numbers)
    axes.set_title(f"{marks.heading(results, first, lang)}\n{words}", fontsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        style.number_axis(axis, lang)


def _frame(axes: Any, across: tuple[float, float], up: tuple[float, float], edge: str) -> None:
    """Draw the box of a rule; a side without an end goes to that of the panel."""
    from matplotlib.patches import Rectangle

    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    left, right, low, high = max(left, across[0]), min(right, across[1]), max(low, up[0]), min(high, up[1])
    axes.add_patch(Rectangle((left, low), right - left, high - low, facecolor=edge, alpha=0.08, linewidth=0))
    axes.add_patch(Rectangle((left, low), right - left, high - low, fill=False, edgecolor=edge, linewidth=1.8))
