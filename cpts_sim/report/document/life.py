"""The calendar and the budget of the CPTS under study, from the journal that the results keep of their first pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cpts_sim.experiment import Comparison
from cpts_sim.experiment.pair import Pair
from cpts_sim.report import style
from cpts_sim.report.document import tables
from cpts_sim.report.document.blocks import Block, Figure
from cpts_sim.report.document.reading import Told
from cpts_sim.report.timeline import calendar
from cpts_sim.words import say

KINDS = ("cpts", "payment", "members")
"""Parts of a journal that tell the life of a CPTS."""


def with_journal(done: Comparison, folder: Path | None) -> Comparison:
    """Return a comparison with what its folder keeps of the life of each arm's CPTS (nothing where it keeps none)."""
    if folder is None:
        return done
    names = [f"journal/{arm}/{kind}.parquet" for arm in done.values.arms for kind in KINDS]
    found = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    seed = min(done.pairs)
    pair = Pair(seed, {**done.pairs[seed].files, **found})
    return replace(done, pairs={**done.pairs, seed: pair})


def life(told: Told) -> list[Block]:
    """Return the calendar with its budget as data; the budget alone where no journal was kept; nothing without CPTS."""
    arm = told.funded
    budget = tables.account(told, arm)
    if budget is None:
        return []
    with style.bare():
        drawn = calendar(told.done, told.lang, arm, "svg")
    if drawn is None:
        return [budget]
    caption = say("document.figure.calendar", told.lang, seed=min(told.done.pairs), arm=told.name(arm))
    return [Figure("figure-calendar", drawn, caption, budget)]
