"""What the results say of costs beyond the account of the CPTS: one table a payer, where volumes were measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cpts_sim.experiment.costs import ITEMS, PERSPECTIVES, TOTAL, CostLine, Costs, costs_of
from cpts_sim.experiment.statistics import Interval
from cpts_sim.report.costs import (
    MONEY,
    cost_reading,
    counted_time,
    price_words,
    proration_words,
    same_years,
    worth_lines,
)
from cpts_sim.report.document.blocks import Block, Items, Table, Text
from cpts_sim.report.document.phrases import NBSP, capital
from cpts_sim.report.document.reading import Told
from cpts_sim.report.marks import interval_kind
from cpts_sim.report.numbers import decimals, written
from cpts_sim.words import say

CONTRACT = "contract"
"""Line of what the CPTS costs its payers."""
WORTH = 1
"""Effects of which the short section says what one costs; the annex has the others."""
MOST = 3
"""Lines that the short table shows of a payer, the largest differences first."""


def cost_tables(told: Told) -> list[Block]:
    """Return the total of each payer, the lines that stand apart and what an effect costs; none without volumes."""
    costs = costs_of(told.done)
    if not costs.measured:
        return []
    sentences = worth_lines(told.done, costs, told.arm, told.lang)
    kind = interval_kind(told.done, told.lang)
    parts = [say("costs.note.payers", told.lang), say("costs.note.intervals", told.lang, interval=kind)]
    if told.done.plan.scenario.years < costs.horizon:
        key = "costs_short_since" if _runs_already(told) else "costs_short"
        parts.append(say(f"document.{key}", told.lang, time=told.time, horizon=costs.horizon))
    parts += proration_words(told.done, told.arm, told.lang)
    return [_summary(told, costs), Items(tuple(sentences[:WORTH])), Text(" ".join(parts), "note")]


def _runs_already(told: Told) -> bool:
    arms = told.done.plan.scenario.arms
    own = arms[told.funded].cpts if told.funded in arms else None
    return own is not None and own.since_months is not None


def payer_tables(told: Told) -> list[Block]:
    """Return every line of each payer, what the other effects cost, and how euros are summed."""
    costs = costs_of(told.done)
    if not costs.measured:
        return []
    tables: list[Block] = [table for payer in PERSPECTIVES if (table := _table(told, costs, payer)).rows]
    if not tables:
        return []
    sentences = worth_lines(told.done, costs, told.arm, told.lang)
    notes = [say("costs.note.means", told.lang)] if costs.draws is not None else []
    notes += [same_years(told.done, told.lang)] if sentences else []
    more = [Items(tuple(sentences[WORTH:]))] if sentences[WORTH:] else []
    return [*tables, *more, *([Text(" ".join(notes), "note")] if notes else [])]


def _summary(told: Told, costs: Costs) -> Table:
    """Return the totals, and below each the largest lines whose difference leaves zero."""
    lang, rows, tones = told.lang, [], []
    for payer in PERSPECTIVES:
        mine = [line for line in costs.lines(told.arm) if line.perspective == payer]
        clear = sorted((line for line in mine if line.name != TOTAL and apart(line.difference)),
                       key=lambda line: -abs(line.difference.mean))  # fmt: skip
        # The contract is what is decided: it is there whatever its reading.
        always = [line for line in mine if line.name == CONTRACT and (line.without.mean or line.with_.mean)]
        largest = [line for line in clear if line not in always][: MOST - len(always)]
        for line in [*(line for line in mine if line.name == TOTAL), *always, *largest]:
            name, _, *cells = _row(costs, line, lang)
            head = say(f"costs.perspective.{payer}", lang) if line.name == TOTAL else f"– {name}"
            rows.append((head, *cells))
            tones.append(str(line.reading))
    names = ("line", "without", "difference", "prices", "reading")
    head_row = tuple(capital(say(f"costs.column.{name}", lang, arm=told.name(told.base))) for name in names)
    caption = say("document.table.costs", lang, time=counted_time(told.done, costs, lang), base=told.name(told.base))
    return Table("costs-table", caption, head_row, tuple(rows), tuple(tones), frozenset({4}))


def payer_gap(told: Told) -> tuple[str, str] | None:
    """Write by how much health insurance and the agency pay more in all, as their table does; and over which time."""
    costs = costs_of(told.done)
    if not costs.measured:
        return None
    total = [line for line in costs.lines(told.arm) if line.perspective == PERSPECTIVES[0] and line.name == TOTAL]
    if not total:
        return None
    return _spoken(total[0].difference, told.lang), counted_time(told.done, costs, told.lang)


def payer_row(told: Told, arms: Sequence[str]) -> list[tuple[str, ...]]:
    """Return a row of what health insurance and the agency pay more in each arm; none without volumes."""
    costs, lang = costs_of(told.done), told.lang
    if not costs.measured:
        return []
    names = {"payer": say(f"costs.perspective.{PERSPECTIVES[0]}", lang), "time": counted_time(told.done, costs, lang)}
    totals = (line for arm in arms for line in costs.lines(arm)
              if line.perspective == PERSPECTIVES[0] and line.name == TOTAL)  # fmt: skip
    return [(say("document.payer_row", lang, **names), *(_gap(line.difference, lang) for line in totals))]


def payer_parts(told: Told) -> str:
    """Split what health insurance and the agency pay more or less into the contract and care; "" where there is none.

    Where less care is paid, part of the saving is care that is no longer given: that is said.
    """
    costs, lang = costs_of(told.done), told.lang
    if not costs.measured:
        return ""
    public = [item for item in ITEMS if item.perspective == PERSPECTIVES[0]]
    gaps = {item.name: costs.euros(told.arm, item) - costs.euros(told.base, item) for item in public}
    if not gaps[CONTRACT].any():
        return ""
    care = np.sum([gap for name, gap in gaps.items() if name not in MONEY], axis=0)
    whole = costs.gap(care).interval
    told_parts = {"contract": _spoken(costs.gap(gaps[CONTRACT]).interval, lang), "care": _spoken(whole, lang)}
    texts = [say("document.cost.parts", lang, **told_parts)]
    texts += [say("document.cost.less_care", lang)] if whole.mean < 0 and apart(whole) else []
    return " ".join(texts)


def apart(gap: Interval) -> bool:
    """Tell whether an interval leaves zero."""
    return math.isfinite(gap.half) and not gap.low <= 0 <= gap.high


def _spoken(gap: Interval, lang: str) -> str:
    """Write a difference of euros with its interval, as a sentence does."""
    return _gap(gap, lang).replace(" [", " € (").replace("]", ")")


def _table(told: Told, costs: Costs, payer: str) -> Table:
    """Return the lines of one payer that cost anything in either arm."""
    lang = told.lang
    mine = [line for line in costs.lines(told.arm) if line.perspective == payer]
    shown = [line for line in mine if line.name == TOTAL or line.without.mean or line.with_.mean]
    names = ("price", "without", "difference", "prices", "reading")
    arms = {"arm": told.name(told.base)}
    head = (say("costs.column.line", lang), *(capital(say(f"costs.column.{name}", lang, **arms)) for name in names))
    rows = tuple(_row(costs, line, lang) for line in shown)
    tones = tuple(str(line.reading) for line in shown)
    return Table(f"costs-{payer}", say(f"costs.perspective.{payer}", lang), head, rows, tones, frozenset({5}))


def _row(costs: Costs, line: CostLine, lang: str) -> tuple[str, ...]:
    price = price_words(line, lang) or "–"
    reading = cost_reading(costs, line.reading, lang)
    return (say(f"costs.line.{line.name}", lang), price, _level(line.without, lang), _gap(line.difference, lang),
            _at_prices(line, lang), reading)  # fmt: skip


def _at_prices(line: CostLine, lang: str) -> str:
    """Write the mean difference at the least and the greatest prices; a dash for what has no price or no spread."""
    low, high = line.at_prices
    same = low == high or line.name in MONEY
    places = _places(line.difference)
    if not same and round(low, places) == round(high, places):
        return written(low, places, lang, sign=True)
    return "–" if same else _ends(low, high, places, lang)


def _level(got: Interval, lang: str) -> str:
    return written(got.mean, _places(got), lang)


def _places(gap: Interval) -> int:
    return min(0, decimals(gap.half, gap.mean))


def _gap(gap: Interval, lang: str) -> str:
    places = _places(gap)
    ends = _ends(gap.low, gap.high, places, lang) if math.isfinite(gap.half) else say("document.no_interval", lang)
    ends = say("document.no_spread", lang) if gap.mean and gap.low == gap.high else ends
    return f"{written(gap.mean, places, lang, sign=True)} [{ends}]"


def _ends(low: float, high: float, places: int, lang: str) -> str:
    ends = [written(end, places, lang, sign=True) for end in (low, high)]
    return say("document.range", lang, low=ends[0], high=ends[1]).replace(" ", NBSP)
