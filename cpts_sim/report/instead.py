"""The same money otherwise: offered, spent by use, unspent; and which arms spent enough of it to be compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.cpts_codes import INSTEAD
from cpts_sim.experiment import Comparison, Place, payer
from cpts_sim.experiment.scale import parameters_of
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.report.numbers import arm_words, level
from cpts_sim.scenario.arms import made_for_a_table
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
    return _mean(comparison.values.get(arm, Place("instead.spent_share")))


def unlike(comparison: Comparison, arms: Sequence[str], lang: str) -> str:
    """Name the arms, with or without a CPTS, that spent too little of their money to be compared with the others."""
    spec, out = comparison.plan.scenario, []
    titles = {name: getattr(arm.title, lang) for name, arm in spec.arms.items()}
    least = least_share(comparison)
    for arm in arms:
        offered = spent_share(comparison, arm)
        share = offered or _mean(payer.spent_share(comparison.values, arm))
        if share is not None and share.mean < least:
            key = "share_received" if offered is None else "share_offered"
            shown = percent(share.mean, int(round(share.mean, 2) >= least), lang)
            out.append(say(f"scale.{key}", lang, arm=arm_words(arm, titles, lang), share=shown))
    return (" ; " if lang == "fr" else "; ").join(out)


def least_share(comparison: Comparison) -> float:
    """Return the share of its money below which an arm is not compared at the same money."""
    return float(parameters_of(comparison)["instead.comparable_share"])


def not_comparable(comparison: Comparison, lang: str) -> list[str]:
    """Return a sentence that names the choices, with or without a CPTS, whose money is not the same money.

    Nothing where no arm spends the money otherwise: nobody compares at the same money then.
    """
    arms = [arm for arm in comparison.values.arms if not made_for_a_table(arm)]
    if all(spent_share(comparison, arm) is None for arm in arms):
        return []
    shares = unlike(comparison, arms, lang)
    least = percent(least_share(comparison), 0, lang)
    return [say("scale.not_comparable", lang, least=least, shares=shares)] if shares else []


def _mean(shares: NDArray[np.float64]) -> Interval | None:
    """Return the mean of the pairs that have a share; None where none has."""
    known = shares[np.isfinite(shares)]
    return mean_interval(known) if len(known) else None


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
