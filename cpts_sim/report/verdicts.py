"""What a whole table amounts to in one sentence: every row is in it, and what gets better or worse is named."""

from __future__ import annotations

from collections.abc import Sequence

from cpts_sim.experiment import Comparison, Line, Reading
from cpts_sim.experiment.costs import verdict
from cpts_sim.report.table import headlines, reading_text, row_label
from cpts_sim.words import say

NAMED = (Reading.BETTER, Reading.WORSE, Reading.HIGHER, Reading.LOWER)
"""Readings whose rows are named; rows of the others are counted."""
COUNTED = (Reading.TOO_SMALL, Reading.EQUAL, Reading.UNDETERMINED, Reading.TOO_FEW)


def verdict_words(comparison: Comparison, arm: str, lang: str) -> str:
    """Say what all rows of the table of an arm amount to; and that money is spent where nothing was found."""
    return in_words(headlines(comparison, arm), lang)


def in_words(lines: Sequence[Line], lang: str) -> str:
    """Say what some rows amount to, in the words of their readings."""
    judged = [line for line in lines if line.indicator.better != "none"]
    parts = []
    for reading in NAMED:
        mine = [line for line in lines if line.reading is reading]
        if mine:
            names = ", ".join(row_label(line.place, lang).removeprefix("… ") for line in mine)
            parts.append(say("costs.verdict.named", lang, reading=reading_text(mine[0], lang), names=names))
    for reading in COUNTED:
        mine = [line for line in lines if line.reading is reading]
        if mine:
            parts.append(say("costs.verdict.counted", lang, reading=reading_text(mine[0], lang), count=len(mine)))
    sentence = say("costs.verdict.rows", lang, all=len(lines), parts=(" ; " if lang == "fr" else "; ").join(parts))
    nothing = verdict(judged) == "none"
    return " ".join([sentence, say("costs.verdict.none", lang)]) if nothing else sentence
