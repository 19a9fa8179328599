"""The cost-consequence table in words, and the figure of what an arm costs and brings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Comparison
from cpts_sim.experiment.costs import (
    PERSPECTIVES,
    TOTAL,
    CostLine,
    Costs,
    costs_of,
    costs_parquet,
    effects,
    records,
)
from cpts_sim.experiment.parquet import to_french_csv
from cpts_sim.experiment.proration import proration
from cpts_sim.experiment.readings import Reading
from cpts_sim.experiment.statistics import Interval
from cpts_sim.experiment.worth import GAINS, RATIO_SURE, Worth, worth
from cpts_sim.report import style
from cpts_sim.report.arms import at_a_glance
from cpts_sim.report.chances import chance
from cpts_sim.report.columns import fitted, wrapped
from cpts_sim.report.marks import interval_kind, note
from cpts_sim.report.numbers import arm_words, decimals, gap, gap_interval, gap_unit_words, time_words, written
from cpts_sim.report.table import reading_text, row_label, simulated, titles_of
from cpts_sim.report.verdicts import verdict_words
from cpts_sim.words import euros, has, number, percent, say

MAIN_GAIN = "needs_in_time"
WILLINGNESS = {"needs_in_time": 100.0, "ed_visits_avoided": 200.0, "people_attached": 500.0}
"""Euros a unit at which break-even effects are printed: round figures to compare with, not recommendations."""
SEEN_IN = {"needs_in_time": "access.in_time", "ed_visits_avoided": "ed.visits", "people_attached": "mt.without_end"}
"""Number of the main table in which each effect is read."""
LEVELS = 61
FLAT = 0.05
"""Probability below which a curve lies on the floor of its figure."""
MONEY = ("contract", "instead")
"""Lines that are euros already."""
Rows = list[tuple[str, ...]]


def cost_text(comparison: Comparison, lang: str, arm: str, width: int | None = None) -> str:
    """Write the cost-consequence table of an arm; empty where the volumes were not measured.

    Args:
        comparison: pairs and what was asked.
        lang: "fr" or "en".
        arm: the arm compared with the first.
        width: characters a line (None: as many as it takes).
    """
    costs = costs_of(comparison)
    if not costs.measured:
        return ""
    base = _name(comparison, comparison.values.arms[0], lang)
    years = counted_time(comparison, costs, lang)
    told = {"arm": _name(comparison, arm, lang), "base": base, "years": years}
    head = say("costs.title", lang, **told, rate=costs.parameters["tariff.discount"])
    tables = [
        *_payers(costs, arm, base, lang), _hours(costs, arm, years, lang), _effects(comparison, arm, lang),
    ]  # fmt: skip
    parts = [(head, []), *tables, ("\n".join(_notes(comparison, costs, arm, lang)), [])]
    return "\n\n".join(_written(title, rows, width) for title, rows in parts)


def _written(title: str, rows: Rows, width: int | None) -> str:
    """Write a table under its title (none: its first row is a head)."""
    if width is None:
        return "\n".join(part for part in (title, _aligned(rows)) if part)
    above = [wrapped(title, width)] if title else []
    return "\n".join([*above, *fitted(rows, range(1, len(rows[0]) - 1), width, not title)] if rows else above)


def _name(comparison: Comparison, arm: str, lang: str) -> str:
    return arm_words(arm, titles_of(comparison, lang), lang)


def counted_time(comparison: Comparison, costs: Costs, lang: str) -> str:
    """Write the time that counts: what was simulated, at most the years of a contract."""
    return time_words(min(comparison.plan.scenario.years, float(costs.horizon)), lang)


def _payers(costs: Costs, arm: str, base: str, lang: str) -> list[tuple[str, Rows]]:
    """Return one block a payer; lines without any euro in either arm are left out."""
    lines = list(costs.lines(arm))
    names = ("price", "without", "difference", "interval", "prices", "reading")
    rooms = {"interval": "uncertain.column" if costs.draws is not None else "costs.column"}
    columns = tuple(say(f"{rooms.get(name, 'costs.column')}.{name}", lang, arm=base) for name in names)
    out: list[tuple[str, Rows]] = []
    for perspective in PERSPECTIVES:
        mine = [line for line in lines if line.perspective == perspective]
        shown = [line for line in mine if line.name == TOTAL or line.without.mean or line.with_.mean]
        title = say(f"costs.perspective.{perspective}", lang)
        out.append(("", [(title, *columns), *(_cost_row(costs, line, lang) for line in shown)]))
    return out


def _cost_row(costs: Costs, line: CostLine, lang: str) -> tuple[str, ...]:
    low, high = (written(end, _places(line.difference), lang, sign=True) for end in line.at_prices)
    reading = cost_reading(costs, line.reading, lang)
    return (say(f"costs.line.{line.name}", lang), price_words(line, lang), number(line.without.mean, 0, lang),
            *_gap(line.difference, lang), f"{low}{_to(lang)}{high}", reading)  # fmt: skip


def price_words(line: CostLine, lang: str) -> str:
    """Write the price of a unit and what it is the price of; empty for totals and for what is euros already."""
    if not math.isfinite(line.price) or line.name in MONEY:
        return ""
    return say("costs.price", lang, price=number(line.price, 2, lang), unit=say(f"costs.per.{line.name}", lang))


def _places(gap: Interval) -> int:
    return min(0, decimals(gap.half, gap.mean))


def _gap(gap: Interval, lang: str) -> tuple[str, str]:
    """Write a difference and its interval, rounded to what the interval supports; never "0" for what is not."""
    places = _places(gap)
    apart = math.isfinite(gap.half) and not gap.low <= 0 <= gap.high
    while places < 4 and apart and not round(gap.mean, places):
        places += 1
    ends = _to(lang).join(written(end, places, lang, sign=True) for end in (gap.low, gap.high))
    return written(gap.mean, places, lang, sign=True), ends if math.isfinite(gap.half) else "–"


def _to(lang: str) -> str:
    return " à " if lang == "fr" else " to "


def cost_reading(costs: Costs, reading: Reading, lang: str) -> str:
    """Return the fixed words of a reading of euros: "probably …" where the pairs have drawn their parameters."""
    own, drawn = f"costs.reading.{reading}", costs.draws is not None
    words = say(own if has(own) else f"report.reading.{reading}", lang)
    if not drawn:
        return words
    plain = reading in (Reading.EQUAL, Reading.TOO_FEW, Reading.TOO_SMALL, Reading.UNDETERMINED)
    return say(f"uncertain.reading.{reading}", lang) if plain else say("uncertain.probably", lang, reading=words)


def _hours(costs: Costs, arm: str, years: str, lang: str) -> tuple[str, Rows]:
    """Return the block of displaced hours by profession."""
    rows: Rows = []
    for who, use, found in costs.hours(arm):
        if use != "all" and found.interval.low == found.interval.high == 0:
            continue
        name = f"{say(f'costs.worker.{who}', lang)}, {say(f'costs.use.{use}', lang)}"
        rows.append((name, *_gap(found.interval, lang), cost_reading(costs, found.reading, lang)))
    return say("costs.section.hours", lang, years=years), rows


def _effects(comparison: Comparison, arm: str, lang: str) -> tuple[str, Rows]:
    rows: Rows = []
    for line in effects(comparison, arm):
        unit, reading = gap_unit_words(line.indicator.unit, lang), reading_text(line, lang)
        rows.append((row_label(line.place, lang), unit, gap(line, lang), gap_interval(line, lang), reading))
    return say("costs.section.effects", lang), rows


def _aligned(rows: Rows) -> str:
    """Align columns: the first to the left, the last as it is, those between to the right."""
    if not rows:
        return ""
    last = len(rows[0]) - 1
    widths = [max(len(row[i]) for row in rows) for i in range(last + 1)]
    cells = ((c.ljust(w) if i in (0, last) else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
             for row in rows)  # fmt: skip
    return "\n".join("  ".join(line).rstrip() for line in cells)


def _notes(comparison: Comparison, costs: Costs, arm: str, lang: str) -> list[str]:
    out = [verdict_words(comparison, arm, lang)]
    found = worth_lines(comparison, costs, arm, lang)
    out += [*found, same_years(comparison, lang)] if found else []
    out += [say("costs.note.payers", lang), say("costs.note.intervals", lang, interval=interval_kind(comparison, lang))]
    out += [say("costs.note.means", lang)] if costs.draws is not None else []
    if comparison.plan.scenario.years < costs.horizon:
        years = counted_time(comparison, costs, lang)
        out.append(say("costs.note.short", lang, years=years, horizon=costs.horizon))
    return [*out, *proration_words(comparison, arm, lang)]


def proration_words(comparison: Comparison, arm: str, lang: str) -> list[str]:
    """Say that a contract pays ahead, where a run ends within one of its years."""
    found = proration(comparison, arm)
    if found is None:
        return []
    told = {"received": euros(found.received, 0, lang), "share": euros(found.in_proportion, 0, lang)}
    return [say("costs.note.proration", lang, time=simulated(comparison, lang), **told)]


def worth_lines(comparison: Comparison, costs: Costs, arm: str, lang: str) -> list[str]:
    """Say of each effect what one more of it costs, and where the effect is too small to matter all the same."""
    out = []
    for gain in GAINS:
        found = worth(costs, arm, gain)
        text = worth_words(found, lang)
        small = math.isfinite(found.ratio) and comparison.line(SEEN_IN[gain], arm).reading is Reading.TOO_SMALL
        out += [" ".join([text, say("costs.worth.small", lang)]) if small else text] if text else []
    return out


def same_years(comparison: Comparison, lang: str) -> str:
    """Say over which years, and with which weights, effects and euros of a ratio are counted."""
    return say("costs.note.worth", lang, time=simulated(comparison, lang))


def worth_words(found: Worth, lang: str) -> str:
    """Say what one more of an effect costs, or why no such number is given; empty with fewer than two pairs."""
    if not math.isfinite(found.probability):
        return ""
    gain = say(f"costs.gain.{found.gain}", lang)
    if math.isfinite(found.ratio):
        return _ratio_words(found, gain, lang)
    level = WILLINGNESS[found.gain]
    even = found.break_even(level)
    key = "costs.worth.no_ratio" if even > 0 else "costs.worth.no_ratio_cheaper"
    told = {"gain": gain, "probability": below(found.probability, RATIO_SURE, lang, found.count), "sure": RATIO_SURE,
            "willingness": euros(level, 0, lang)}  # fmt: skip
    more = {"even": number(_two_digits(even), 0, lang)} if even > 0 else {}
    return say(key, lang, **told, **more, worth=chance(float(found.worth_at(level)[0]), found.count, lang))


def _two_digits(value: float) -> float:
    """Round a number to the two digits that a mean cost supports."""
    return float(f"{value:.2g}")


def _ratio_words(found: Worth, gain: str, lang: str) -> str:
    """Say what one more of an effect costs; a saving is no price, and an end that is not there is said."""
    cheaper, low, high = found.ratio < 0, found.ratio_low, found.ratio_high
    ends = (-high, -low) if cheaper else (low, high)
    known = [end for end in ends if math.isfinite(end)]
    told = {"euros": euros(abs(found.ratio), 0, lang), "gain": gain}
    key = "costs.worth.saved" if cheaper else "costs.worth.ratio"
    if not known:
        return say(f"{key}_open", lang, **told)
    if len(known) < 2:
        return say(f"{key}_from", lang, **told, least=euros(known[0], 0, lang))
    return say(key, lang, **told, interval=_to(lang).join(euros(end, 0, lang) for end in ends))


def below(probability: float, limit: float, lang: str, draws: int = 0) -> str:
    """Write a probability below a limit with as many decimals as it takes not to be written like the limit."""
    if probability < 0.5:
        return chance(probability, draws, lang)
    limit, value = 100.0 * limit, 100.0 * probability
    places = next((d for d in range(4) if round(value, d) < limit), 3)
    least = min(round(value, places), limit - 10.0**-places)
    return percent(least / 100, places, lang)


def cost_files(comparison: Comparison, lang: str, figures: bool = True) -> dict[str, bytes]:
    """Return the table as Parquet and for spreadsheets, and a figure of each arm: name of file → bytes."""
    table, sheet = costs_parquet(comparison), costs_csv(comparison, lang)
    out = {name: data for name, data in (("costs.parquet", table), ("costs.csv", sheet)) if data is not None}
    others = at_a_glance(comparison) if figures else []
    for arm in others:
        folder = "figures" if len(others) == 1 else f"figures/{arm}"
        for kind in ("png", "svg"):
            drawn = costs(comparison, lang, arm, kind)
            out |= {f"{folder}/costs.{kind}": drawn} if drawn is not None else {}
    return out


def costs_csv(comparison: Comparison, lang: str) -> bytes | None:
    """Write the cost-consequence table for French spreadsheets."""
    rows = records(comparison)
    return to_french_csv(list(rows[0]), [list(row.values()) for row in rows]) if rows else None


def costs(comparison: Comparison, lang: str, arm: str, kind: str, gain: str = MAIN_GAIN) -> bytes | None:
    """Draw the pairs as a cloud of effect and cost, and the probability of being worth it by willingness to pay."""
    priced = costs_of(comparison)
    if not priced.measured or len(comparison.values.seeds) < 2:
        return None
    found = worth(priced, arm, gain)
    if not len(found.euros) or not (found.euros.any() or found.effects.any()):
        return None
    title = say("costs.figure.title", lang, arm=_name(comparison, arm, lang))
    kind_of = "costs.figure.text" if found.draws is None else "uncertain.costs_figure"
    told = " ".join([worth_words(found, lang), say(kind_of, lang), same_years(comparison, lang)])
    text = note(comparison, told, lang)
    with style.figure(8.8, 4.4, ncols=2) as (drawn, (left, right)):
        _cloud(left, found, lang)
        _curve(right, found, lang)
        left.set_title(title)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _cloud(axes: Any, found: Worth, lang: str) -> None:
    axes.axhline(0, color=style.BASE, linewidth=0.8)
    axes.axvline(0, color=style.BASE, linewidth=0.8)
    axes.plot(found.effects, found.euros / 1000, "o", color=style.OTHER, alpha=0.55, markersize=5, linestyle="none")
    axes.plot(found.effect.mean, found.cost.mean / 1000, "P", color="#202020", markersize=9, linestyle="none")
    axes.margins(0.12)
    axes.set_xlabel(say(f"costs.gain_plural.{found.gain}", lang))
    axes.set_ylabel(say("costs.figure.cost", lang))
    for axis in (axes.xaxis, axes.yaxis):
        style.few_ticks(axis, 5)
        style.number_axis(axis, lang)


def _curve(axes: Any, found: Worth, lang: str) -> None:
    """Draw the probability up to four times the euros at which the mean effect breaks even, where there is such."""
    size = abs(found.cost.mean / found.effect.mean) if found.effect.mean else 0.0
    most = float(f"{max(4 * size, 2 * WILLINGNESS[found.gain]):.1g}")
    levels = np.linspace(0.0, most, LEVELS)
    least = 0.5 / found.count if found.count else 0.0  # what no draw shows is less than half a draw, not nothing
    chances = found.worth_at(levels)
    axes.plot(levels, 100 * chances.clip(least, 1 - least), color=style.OTHER, linewidth=1.8)
    axes.axhline(50, color=style.LIGHT, linewidth=0.8)
    _say_flat(axes, chances, most, found.count, lang)
    axes.set_ylim(-2, 102)
    axes.set_xlim(0, most)
    axes.set_xlabel(say("costs.figure.willingness", lang))
    axes.set_ylabel(say("costs.figure.probability", lang))
    for axis in (axes.xaxis, axes.yaxis):
        style.few_ticks(axis, 5)
        style.number_axis(axis, lang)


def _say_flat(axes: Any, chances: NDArray[np.float64], most: float, draws: int, lang: str) -> None:
    """Say what a curve means that lies on the floor, or under the ceiling, of the whole figure."""
    for name, worst, height in (("never", chances.max(), 25), ("always", 1 - chances.min(), 75)):
        if worst < FLAT:
            bound = worst if name == "never" else 1 - worst
            told = {"chance": chance(float(bound), draws, lang), "most": euros(most, 0, lang)}
            axes.text(most / 2, height, say(f"costs.figure.{name}", lang, **told), ha="center", va="center", fontsize=9)
