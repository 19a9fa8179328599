"""The orders of size of France beside those simulated, in words."""

from __future__ import annotations

import math
from typing import Any

from cpts_sim.experiment import Comparison
from cpts_sim.experiment.scale import ABSENT, Check, checks, parameters_of
from cpts_sim.report.costs import proration_words
from cpts_sim.report.numbers import arm_words, decimals, written
from cpts_sim.report.table import scenario_title, simulated, titles_of
from cpts_sim.words import number, say

SHARES = ("sas_in_town",)
COLUMNS = ("what", "arm", "france", "reached", "verdict")
Rows = list[tuple[str, ...]]


def scale_rows(comparison: Comparison, lang: str) -> tuple[str, Rows, str]:
    """Return a title, the table with its heading, and a note."""
    pairs = len(comparison.values.seeds)
    told = {"title": scenario_title(comparison, lang), "time": simulated(comparison, lang), "pairs": pairs}
    rows: Rows = [tuple(say(f"scale.column.{name}", lang) for name in COLUMNS)]
    titles = titles_of(comparison, lang)
    rows += [_row(check, titles, lang) for check in checks(comparison)]
    people = parameters_of(comparison)["scale.cpts_inhabitants"]
    ahead = [text for arm in comparison.values.arms[1:] for text in proration_words(comparison, arm, lang)]
    return say("scale.title", lang, **told), rows, " ".join([say("scale.note", lang, people=people), *ahead])


def _row(check: Check, titles: dict[str, str], lang: str) -> tuple[str, ...]:
    what, arm = say(f"scale.check.{check.name}", lang), arm_words(check.arm, titles, lang)
    verdict = say(f"scale.verdict.{check.verdict}", lang) if check.verdict else ""
    return what, arm, _france(check, lang), "–" if check.verdict == ABSENT else _reached(check, lang), verdict


def _france(check: Check, lang: str) -> str:
    if not math.isfinite(check.low):
        return say("scale.nothing_known", lang)
    times = 100.0 if check.name in SHARES else 1.0
    ends = {name: number(end * times, 0 if end * times == int(end * times) else 1, lang)
            for name, end in (("low", check.low), ("high", check.high))}  # fmt: skip
    return say("scale.range", lang, **ends)


def _reached(check: Check, lang: str) -> str:
    times = 100.0 if check.name in SHARES else 1.0
    mean, half = check.reached.mean * times, check.reached.half * times
    places = decimals(half, mean)
    spread = f" ± {written(half, places, lang)}" if math.isfinite(half) else ""
    return written(mean, places, lang) + spread


def scale_json(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the checks as plain values; what is not known is null."""
    out = []
    for check in checks(comparison):
        numbers = {"france_low": check.low, "france_high": check.high, "mean": check.reached.mean,
                   "half": check.reached.half}  # fmt: skip
        plain = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        out.append({"arm": check.arm, "name": check.name, **plain, "verdict": check.verdict or None})
    return out
