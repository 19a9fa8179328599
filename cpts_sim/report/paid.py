"""What the contract pays for beside what the population has: two columns that are never one."""

from __future__ import annotations

import math

from cpts_sim.engine.cpts_codes import ACI_MISSIONS
from cpts_sim.experiment import Comparison, Place
from cpts_sim.measures.contract import BESIDE
from cpts_sim.report import style
from cpts_sim.report.marks import note, reach, tone
from cpts_sim.report.numbers import gap, gap_interval, gap_unit_words
from cpts_sim.report.table import row_label
from cpts_sim.words import say

JUDGED = {"unscheduled_care": Place("ed.open_hours"), "prevention": Place("acts.done", "act", "vaccine")}
"""What real contracts judge and the model does not pay for, where it is not in ``BESIDE`` already: daytime emergency
visits without admission, vaccines.
"""


def outcomes(mission: str) -> tuple[Place, ...]:
    """Return the true outcomes to be read beside what is paid for: first the one that real contracts judge."""
    first = (JUDGED[mission],) if mission in JUDGED else ()
    return (*first, Place(BESIDE[mission]))


def paid(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the share of each mission's variable part that was earned, and the true outcome beside it."""
    places = {name: Place("cpts.paid_indicators", "mission", name) for name in ACI_MISSIONS}
    if len(comparison.values.arms) < 2:
        return None
    lines = {name: comparison.line(place, arm) for name, place in places.items()}
    shown = {name: line for name, line in lines.items() if math.isfinite(line.with_.mean)}
    if not shown:
        return None
    title, text = say("life.paid.title", lang), note(comparison, say("life.paid.text", lang), lang)
    with style.figure(8.6, 1.3 + 0.5 * len(shown)) as (drawn, axes):
        for row, (name, line) in enumerate(shown.items()):
            earned = line.with_
            axes.barh(row, 100.0 * earned.mean, 0.55, color=style.LIGHT)
            look = {"fmt": "none", "ecolor": "#202020", "elinewidth": 1, "capsize": 2.5}
            axes.errorbar(100.0 * earned.mean, row, xerr=reach(earned, 100.0), **look)
            true = comparison.line(Place(BESIDE[name]), arm)
            written = f"{gap(true, lang)} {gap_unit_words(true.indicator.unit, lang)}"
            words = say("document.named", lang, name=row_label(true.place, lang), text=written)
            axes.text(104, row, f"{words}\n{gap_interval(true, lang)}", va="center", fontsize=8, color=tone(true))
        axes.set_yticks(range(len(shown)), [say(f"life.mission.{name}", lang) for name in shown])
        axes.invert_yaxis()
        axes.set_xlim(0, 200)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_xlabel(say("life.paid.axis", lang), loc="left")
        axes.set_title(title)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)
