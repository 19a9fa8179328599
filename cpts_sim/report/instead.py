"""The same money otherwise: offered, spent by use, unspent; and whether it can be compared with a CPTS."""

from __future__ import annotations

import math

import numpy as np

from cpts_sim.engine.cpts_codes import INSTEAD
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.report.numbers import arm_words, level
from cpts_sim.words import percent, say

ROWS = (
    ("offered", Place("instead.offered")),
    *((line.name.lower(), Place("instead.spent", "use", line.name.lower())) for line in INSTEAD),
    ("spent", Place("instead.spent")), ("unspent", Place("instead.unspent")),
)  # fmt: skip
"""Rows of the block, and what each holds."""


def spent_share(comparison: Comparison, arm: str) -> Interval | None:
    """Return the share of the money offered to an arm that was spent; None where none was offered.

    In a pair in which the CPTS would never have signed nothing is offered: it says nothing about the share.
    """
    share = comparison.values.get(arm, Place("instead.spent_share"))
    known = share[np.isfinite(share)]
    return mean_interval(known) if len(known) else None


def not_comparable(comparison: Comparison, lang: str) -> list[str]:
    """Return a sentence for each arm whose money found too few takers to be the same money."""
    spec, out = comparison.plan.scenario, []
    titles = {name: getattr(arm.title, lang) for name, arm in spec.arms.items()}
    least = load_parameters(spec.reference_year, dict(spec.parameters))["instead.comparable_share"]
    for arm in comparison.values.arms:
        share = spent_share(comparison, arm)
        if share is not None and share.mean < least:
            told = {"arm": arm_words(arm, titles, lang), "share": percent(share.mean, 0, lang)}
            out.append(say("scale.not_comparable", lang, least=percent(least, 0, lang), **told))
    return out


def same_money(comparison: Comparison, arm: str, lang: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return the block of euros offered, spent and left; nothing for an arm that spends none otherwise."""
    if spent_share(comparison, arm) is None:
        return []
    rows = []
    for name, place in ROWS:
        euros = mean_interval(comparison.values.get(arm, place))
        if euros.mean or name in ("offered", "unspent"):
            rows.append((say(f"scale.money.{name}", lang), level(euros, "euros", lang), _range(euros, lang), ""))
    return [(say("scale.money.title", lang), tuple(rows))]


def _range(euros: Interval, lang: str) -> str:
    if not math.isfinite(euros.half):
        return "–"
    ends = (level(mean_interval(np.array([end])), "euros", lang) for end in (euros.low, euros.high))
    return say("scale.range", lang, **dict(zip(("low", "high"), ends, strict=True)))
