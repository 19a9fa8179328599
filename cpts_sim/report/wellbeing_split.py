"""Where differences of exhaustion between groups of GPs come from: selection, causation, feedback, chance."""

from __future__ import annotations

import math

import numpy as np

from cpts_sim.experiment.wellbeing import Entry, WellbeingStudy
from cpts_sim.measures.study import LEVELS, SPLIT, SPLIT_TRAITS
from cpts_sim.report import style
from cpts_sim.report.marks import note
from cpts_sim.report.wellbeing import who_words
from cpts_sim.words import say


def split(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw, for each pair of groups, the difference of EE and its four parts in the first arm."""
    arm = study.comparison.values.arms[0]
    found = {(e.who, e.what): e for e in study.entries() if e.section == "split" and e.arm == arm}
    traits = [t for t in SPLIT_TRAITS if math.isfinite(_of(found, t, "total").mean)]
    if not traits:
        return None
    title = say("wellbeing.figure.split", lang)
    text = note(study.comparison, say("wellbeing.figure.split.text", lang), lang)
    parts = (*SPLIT, "total")
    ends = [abs(end) for t in traits for p in parts for end in (_of(found, t, p).low, _of(found, t, p).high)]
    most = min(1.08 * max((end for end in ends if math.isfinite(end)), default=_WIDEST), _WIDEST)
    with style.figure(9.6, 3.6, ncols=len(traits), sharex=True, sharey=True, squeeze=False) as (drawn, grid):
        for axes, trait in zip(grid[0], traits, strict=True):
            for row, part in enumerate(parts):
                entry = _of(found, trait, part)
                colour = style.BASE if part == "total" else style.OTHER
                half = (entry.high - entry.low) / 2
                axes.errorbar(entry.mean, row, xerr=half if math.isfinite(half) else None, fmt="o", color=colour,
                              markerfacecolor="white" if part == "total" else colour, capsize=2.5)  # fmt: skip
            axes.set_xlim(-most, most)
            axes.axvline(0, color="#202020", linewidth=0.9)
            axes.axhline(len(SPLIT) - 0.5, color="#202020", linewidth=0.6)
            exposed, other = (who_words(f"{trait}.{LEVELS[trait][rank]}", lang) for rank in (1, 0))
            axes.set_title(exposed, fontsize=9.5)
            axes.set_xlabel(say("wellbeing.figure.split.axis", lang, other=other), fontsize=9)
            style.number_axis(axes.xaxis, lang)
        grid[0][0].set_yticks(np.arange(len(parts)), [say(f"wellbeing.split.{part}", lang) for part in parts])
        grid[0][0].invert_yaxis()
        drawn.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


_WIDEST = 20.0
"""Intervals of few pairs are cut at so many points of EE."""
_NOBODY = Entry("split", "", "", "", "points", math.nan, math.nan, math.nan, 0)


def _of(found: dict[tuple[str, str], Entry], trait: str, part: str) -> Entry:
    return found.get((f"{trait}.{LEVELS[trait][1]}", part), _NOBODY)
