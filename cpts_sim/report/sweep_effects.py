"""Figures of factorial sweeps: what each mission brings, alone and in company."""

from __future__ import annotations

from typing import Any

from cpts_sim.experiment.analysis.finding import MANY_BASES
from cpts_sim.experiment.sweep.write import SweepResults
from cpts_sim.report import style
from cpts_sim.report import sweep_marks as marks
from cpts_sim.words import say

BESIDE_LEGEND = 0.62
"""Share of the width that a title takes where a legend stands beside it."""


def attribution(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw, for each indicator, the share of each mission with what it brings alone and last."""
    rows = _rows_of_first(results, "attribution")
    if not rows:
        return None
    indicators = marks.distinct(rows, "indicator")
    names = len(marks.distinct(rows, "factor"))
    title = _title(results, lang, "sweep.figure.attribution")
    with marks.panels(len(indicators), 2, 5.4, 1.2 + 0.42 * names) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            _shares(axes, results, [row for row in rows if row["indicator"] == indicator], indicator, lang)
        marks.legend(drawn, cells[0])
        text = marks.note(results, "sweep.figure.attribution.text", lang)
        return marks.finished(drawn, title, text, kind, BESIDE_LEGEND)


def _shares(axes: Any, results: SweepResults, rows: marks.Rows, indicator: str, lang: str) -> None:
    scale = marks.times(indicator)
    axes.axvline(0, color="#202020", linewidth=0.9)
    for place, row in enumerate(rows):
        colour, sure = marks.tone(row)
        marks.whisker(axes, scale * row["value"], scale * row["half"], place, colour, sure)
        if row["factor"] in ("none", "all"):
            continue
        for head, mark, shift in (("alone", "|", 0.22), ("last", "x", -0.22)):
            words = say(f"sweep.figure.{head}", lang) if place == 0 else None
            look = {"color": style.OTHER, "markersize": 6, "linestyle": "none", "label": words}
            axes.plot(scale * row[f"{head}_value"], place + shift, mark, **look)
    axes.axhline(len(rows) - 2.5, color="#8C8C8C", linewidth=0.7, linestyle=":")
    axes.set_yticks(range(len(rows)), [marks.folded(marks.factor_label(results, row["factor"], lang)) for row in rows])
    _dress(axes, results, indicator, lang)


def effects(results: SweepResults, lang: str, kind: str) -> bytes | None:
    """Draw main effects and interactions with their intervals."""
    rows = _rows_of_first(results, "effects_of_factors")
    if not rows:
        return None
    indicators = marks.distinct(rows, "indicator")
    names = len(marks.distinct(rows, "effect"))
    title = _title(results, lang, "sweep.figure.effects")
    with marks.panels(len(indicators), 2, 5.4, 1.2 + 0.45 * names) as (drawn, cells):
        for axes, indicator in zip(cells, indicators, strict=True):
            mine = [row for row in rows if row["indicator"] == indicator]
            axes.axvline(0, color="#202020", linewidth=0.9)
            scale = marks.times(indicator)
            for place, row in enumerate(mine):
                colour, sure = marks.tone(row)
                marks.whisker(axes, scale * row["value"], scale * row["half"], place, colour, sure)
            told = [marks.factor_label(results, row["effect"], lang) for row in mine]
            axes.set_yticks(range(len(mine)), [marks.folded(words.replace(" × ", " ×\n")) for words in told])
            _dress(axes, results, indicator, lang)
        return marks.finished(drawn, title, _effects_note(results, lang), kind)


def _effects_note(results: SweepResults, lang: str) -> str:
    told = marks.note(results, "sweep.figure.effects.text", lang)
    return f"{told} {marks.many(results, 'effects_of_factors', lang)}".rstrip()


def _dress(axes: Any, results: SweepResults, indicator: str, lang: str) -> None:
    axes.invert_yaxis()
    axes.margins(y=0.12)
    axes.set_title(marks.indicator_label(indicator, lang), fontsize=10)
    axes.set_xlabel(marks.axis_label(indicator, lang, results), fontsize=8.5)
    axes.tick_params(labelsize=8.5)
    axes.locator_params(axis="x", nbins=6)
    style.number_axis(axes.xaxis, lang)


def _rows_of_first(results: SweepResults, name: str) -> marks.Rows:
    """Return the rows of the first base; none where bases are many, which have figures of their own."""
    many = len(results.responses.experiment.bases) > MANY_BASES
    return [] if many else [row for row in marks.rows_of(results, name) if row["base"] == _first_base(results)]


def _first_base(results: SweepResults) -> str:
    return next(iter(results.responses.experiment.bases))


def _title(results: SweepResults, lang: str, key: str) -> str:
    question = getattr(results.responses.experiment.file.question, lang) or say(key, lang)
    several = len(results.responses.experiment.bases) > 1
    return f"{question} – {marks.base_label(results, _first_base(results), lang)}" if several else question
