"""The numbers of one arm, for ``cpts-sim run``."""

from __future__ import annotations

import math
from typing import Any

from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.statistics import mean_interval
from cpts_sim.report.numbers import arm_words, decimals, factor, level, unit_words, written
from cpts_sim.report.table import HEADLINES, row_label, scenario_title, simulated, titles_of
from cpts_sim.words import say

_ONLY_OF_TWO = ("burnout.ee_effect",)


def _shown(done: Comparison) -> list[Place]:
    arm = done.values.arms[0]
    return [p for p in HEADLINES if p.indicator not in _ONLY_OF_TWO
            and math.isfinite(mean_interval(done.values.get(arm, p)).mean)]  # fmt: skip


def levels(done: Comparison, lang: str) -> tuple[str, list[tuple[str, ...]]]:
    """Return a title and rows: indicator, value, ± half-width (with several runs), unit."""
    arm = done.values.arms[0]
    count = len(done.values.seeds)
    name = arm_words(arm, titles_of(done, lang), lang)
    told = {"title": scenario_title(done, lang), "arm": name, "time": simulated(done, lang), "count": count}
    title = say("report.run.caption", lang, **told)
    rows = []
    for place in _shown(done):
        unit = known_indicators()[place.indicator].unit
        got = mean_interval(done.values.get(arm, place))
        half = got.half * factor(unit)
        spread = [f"± {written(half, decimals(half, half), lang)}"] if count > 1 else []
        rows.append((row_label(place, lang), level(got, unit, lang), *spread, unit_words(unit, lang)))
    return title, rows


def levels_json(done: Comparison, lang: str) -> dict[str, Any]:
    """Return the numbers of one arm as plain values."""
    arm = done.values.arms[0]
    lines = []
    for place in _shown(done):
        got = mean_interval(done.values.get(arm, place))
        half = got.half if math.isfinite(got.half) else None
        unit = known_indicators()[place.indicator].unit
        lines.append(
            {"label": row_label(place, lang), **place._asdict(), "unit": unit, "mean": got.mean, "half": half}
        )
    return {"scenario": done.plan.scenario.name, "arm": arm, "seeds": list(done.values.seeds), "lines": lines}
