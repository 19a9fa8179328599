"""The table of a comparison: for a terminal, for a pipe, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from cpts_sim.experiment import Comparison, Line, Place, Reading
from cpts_sim.experiment.ceiling import BeyondProgrammes, beyond_programmes, beyond_trials
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.long_weeks import LONG_HOURS, long_week
from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.results import line_record
from cpts_sim.measures.accounts import ACCOUNTS
from cpts_sim.report.columns import Fitted
from cpts_sim.report.headlines import HEADLINES
from cpts_sim.report.instead import not_comparable, same_money
from cpts_sim.report.numbers import (
    arm_words,
    gap,
    gap_interval,
    gap_unit_words,
    levels,
    time_words,
    unit_words,
    written,
)
from cpts_sim.report.sums import finest, gap_texts, summing
from cpts_sim.words import has, number, percent, say, signed

_TONES = {Reading.BETTER: "green", Reading.WORSE: "red", Reading.HIGHER: "cyan", Reading.LOWER: "cyan"}
_COLUMNS = ("indicator", "unit", "without", "with", "difference", "interval", "pairs", "reading")
_RIGHT = ("without", "with", "difference", "interval", "pairs")


@dataclass(frozen=True)
class Table:
    """A comparison in words.

    Attributes:
        title: what is compared.
        head: names of the columns.
        rows: cells of each row.
        readings: reading of each row.
        blocks: further tables (title, rows of label, difference, interval, reading).
        notes: sentences below the table.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    readings: tuple[Reading, ...]
    blocks: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    notes: tuple[str, ...]


def titles_of(comparison: Comparison, lang: str) -> dict[str, str]:
    """Return the titles that the scenario gives its arms."""
    return {name: getattr(arm.title, lang) for name, arm in comparison.plan.scenario.arms.items()}


def scenario_title(comparison: Comparison, lang: str) -> str:
    """Return the scenario's title, else its name."""
    return getattr(comparison.plan.scenario.title, lang) or comparison.plan.scenario.name


def simulated(comparison: Comparison, lang: str) -> str:
    """Return the simulated time after the warm-up, in words."""
    return time_words(comparison.plan.scenario.years, lang)


def headlines(comparison: Comparison, arm: str) -> list[Line]:
    """Return the lines of the table: those measured and known in both arms."""
    lines = [comparison.line(place, arm) for place in HEADLINES]
    return [line for line in lines if math.isfinite(line.difference.mean)]


def row_label(place: Place, lang: str) -> str:
    """Return what a row is called."""
    if place.by == "road" and place.group == "spill":
        return say("report.row.spill", lang)
    if place.by == "act" and has(f"report.row.{place.group}"):
        return say(f"report.row.{place.group}", lang)
    return say(f"measures.{place.indicator}", lang)


def table_of(comparison: Comparison, lang: str, arm: str | None = None) -> Table:
    """Write a comparison in words.

    Args:
        comparison: pairs and what was asked.
        lang: "fr" or "en".
        arm: the arm compared with the first (default: the last).
    """
    chosen = arm or comparison.values.arms[-1]
    titles = titles_of(comparison, lang)
    base = arm_words(comparison.values.arms[0], titles, lang)
    other = arm_words(chosen, titles, lang)
    names = {"without": base[:1].upper() + base[1:], "with": other[:1].upper() + other[1:]}
    head = tuple(names.get(name) or say(f"report.column.{name}", lang) for name in _COLUMNS)
    lines, blocks = headlines(comparison, chosen), blocks_of(comparison, chosen, lang)
    caption = say(
        "report.caption", lang, title=scenario_title(comparison, lang), arm=other, base=base,
        time=simulated(comparison, lang), count=len(comparison.values.seeds),
    )  # fmt: skip
    rows = tuple(_row(line, lang) for line in lines)
    readings = tuple(line.reading for line in lines)
    return Table(caption, head, rows, readings, blocks, tuple(_notes(comparison, lines, lang)))


def _row(line: Line, lang: str) -> tuple[str, ...]:
    unit = line.indicator.unit
    suffix = "\N{NO-BREAK SPACE}" + say("report.unit_pt", lang) if unit == "share" else ""
    return (
        row_label(line.place, lang),
        unit_words(unit, lang),
        *levels(line, lang),
        gap(line, lang) + suffix,
        gap_interval(line, lang),
        number(line.difference.count, 0, lang),
        reading_text(line, lang),
    )


def blocks_of(comparison: Comparison, arm: str, lang: str) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Return the blocks below a table: the seven accounts, and what members of the CPTS live."""
    return (*_accounts(comparison, arm, lang), *_members(comparison, arm, lang), *same_money(comparison, arm, lang))


def _accounts(comparison: Comparison, arm: str, lang: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return the block of the seven accounts, when anything changed."""
    total = summing(comparison, Place("account.change"), arm)
    lines = [summing(comparison, Place("account.change", "account", name), arm) for name in ACCOUNTS]
    if not any(line.difference.mean for line in lines) or not math.isfinite(total.difference.mean):
        return []
    names = [*(say(f"measures.account.{name}", lang) for name in ACCOUNTS), say("report.accounts.total", lang)]
    places = finest([*lines, total])
    rows = [
        (name, *gap_texts(line, places, lang), reading_text(line, lang))
        for name, line in zip(names, [*lines, total], strict=True)
    ]
    title = say("report.accounts.title", lang, unit=gap_unit_words("per_1000_year", lang))
    return [(title, tuple(rows))]


def residual(comparison: Comparison, arm: str) -> float:
    """Return the largest gap, over the pairs, between the sum of the seven accounts and the change."""
    parts = [comparison.values.get(arm, Place("account.change", "account", name)) for name in ACCOUNTS]
    gaps = sum(parts[1:], parts[0]) - comparison.values.get(arm, Place("account.change"))
    return max((abs(float(x)) for x in gaps if math.isfinite(x)), default=0.0)


def _members(comparison: Comparison, arm: str, lang: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return the blocks of exhaustion and of waits by the GP's place in the CPTS, when anybody has one."""
    blocks = [_by_member(comparison, arm, lang, name) for name in ("burnout.by_member", "wait.by_member")]
    return [block for block in blocks if len(block[1]) > 1]


def _by_member(comparison: Comparison, arm: str, lang: str, indicator: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    names = {
        name.split("@")[0]: name
        for name in comparison.values.groups(indicator, "member")
        if "@" not in name or name.endswith(f"@{arm}")
    }
    lines = {group: comparison.line(Place(indicator, "member", name), arm) for group, name in names.items()}
    known = sorted((group for group in lines if math.isfinite(lines[group].difference.mean)), reverse=True)
    rows = tuple((say(f"measures.member.{group}", lang), *_short(lines[group], lang)) for group in known)
    unit = unit_words(known_indicators()[indicator].unit, lang)
    return f"{say(f'measures.{indicator}', lang)} ({unit})", rows


def _short(line: Line, lang: str) -> tuple[str, str, str]:
    return gap(line, lang), gap_interval(line, lang), reading_text(line, lang)


def reading_text(line: Line, lang: str) -> str:
    """Return the fixed words of a reading: "probably …" where the pairs have drawn their parameters."""
    if line.credible is not None:
        return say(f"uncertain.reading.{line.credible.verdict}", lang)
    return say(f"report.reading.{line.reading}", lang)


def _notes(comparison: Comparison, lines: Sequence[Line], lang: str) -> list[str]:
    notes = [say("report.scope", lang)]
    if any(line.reading is Reading.TOO_FEW for line in lines):
        notes.insert(0, say("report.few", lang, count=len(comparison.values.seeds), least=FEWEST_PAIRS))
    if any(line.reading is Reading.UNDETERMINED for line in lines):
        notes.append(say("report.reading.note", lang))
    notes += [*long_week_words(comparison, lang), *pairing_words(lines, lang), *exceeding(comparison, lang)]
    if comparison.stopped != "asked":
        notes.append(say(f"report.stopped.{comparison.stopped}", lang, pairs=len(comparison.values.seeds)))
    arm = lines[0].arm if lines else comparison.values.arms[-1]
    if any(comparison.values.get(arm, Place("account.change"))):
        notes.append(say("report.accounts.note", lang, residual=f"{residual(comparison, arm):.0e}"))
    return notes


def pairing_words(lines: Sequence[Line], lang: str) -> list[str]:
    """Say how many times fewer pairs shared seeds need; nothing where no line tells."""
    # A number that is always zero without a CPTS has nothing to share.
    gains = [line.gain for line in lines if math.isfinite(line.gain) and line.without.deviation > 0]
    if not gains:
        return []
    told = {"median": median(gains), "low": min(gains), "high": max(gains)}
    texts = {name: number(value, int(value < 10), lang) for name, value in told.items()}
    return [say("report.pairing", lang, **texts)]


def exceeding(comparison: Comparison, lang: str) -> list[str]:
    """Return a sentence for each effect that exceeds what any trial or comparable programme found."""
    titles, out = titles_of(comparison, lang), []
    for beyond in beyond_trials(comparison):
        member = say(f"measures.member.{beyond.member}", lang) if beyond.member else ""
        who = say("report.beyond_trials.who", lang, member=member) if member else ""
        effect, ceiling = signed(beyond.effect_sd, 2, lang), number(beyond.ceiling_sd, 2, lang)
        told = {"arm": arm_words(beyond.arm, titles, lang), "who": who, "effect": effect, "ceiling": ceiling}
        out.append(say("report.beyond_trials", lang, **told))
    out += [_beyond(found, titles, lang) for found in beyond_programmes(comparison)]
    return out + not_comparable(comparison, lang)


def long_week_words(comparison: Comparison, lang: str) -> list[str]:
    """Say that the mean week of GPs lies beyond every fact, where it does."""
    found = long_week(comparison)
    if found is None:
        return []
    ends = [number(hours, 0, lang) for hours in (found.least, found.most)]
    told = {"hours": ends[0] if ends[0] == ends[1] else say("document.range", lang, low=ends[0], high=ends[1])}
    told |= {"france": number(found.france, 0, lang), "share": percent(found.share, 0, lang)}
    told["long"] = number(LONG_HOURS, 0, lang)
    return [say(f"report.long_week{'_duty' if found.duty else ''}", lang, **told)]


def _beyond(found: BeyondProgrammes, titles: dict[str, str], lang: str) -> str:
    """Say that an effect exceeds what comparable programmes reached."""
    write = number if found.ceiling.level is None else percent
    told = {"arm": arm_words(found.arm, titles, lang), "effect": write(found.effect, 1, lang)}
    told |= {"half": write(found.half, 1, lang), "most": write(found.most, 1, lang)}
    key = "scale.beyond_one" if not math.isfinite(found.half) else "scale.beyond"
    return say(key, lang, what=say(f"scale.{found.ceiling.parameter}", lang), **told)


def plain_text(table: Table) -> str:
    """Write a table as aligned text, for a pipe or a file."""
    parts = [table.title, "", _aligned([table.head, *table.rows], _COLUMNS), *blocks_text(table.blocks)]
    return "\n".join([*parts, "", *table.notes])


def blocks_text(blocks: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> list[str]:
    """Write the blocks below a table as aligned text, each after an empty line."""
    names = ("indicator", "difference", "interval", "reading")
    return [part for title, rows in blocks for part in ("", title, _aligned(rows, names))]


def _aligned(rows: Sequence[Sequence[str]], names: Sequence[str]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
    cells = ([c.rjust(w) if name in _RIGHT else c.ljust(w) for c, w, name in zip(row, widths, names, strict=True)]
             for row in rows)  # fmt: skip
    return "\n".join("  ".join(line).rstrip() for line in cells)


def rich_text(table: Table) -> Any:
    """Return a table for a terminal, as a rich renderable: numbers are whole however narrow it is."""
    from rich.console import Group
    from rich.text import Text

    right = [rank for rank, name in enumerate(_COLUMNS) if name in _RIGHT]
    tones = [_TONES.get(reading, "") for reading in table.readings]
    main = Fitted([table.head, *table.rows], right, tones=tones)
    notes = (Text(note, style="dim") for note in table.notes)
    return Group(Text(table.title, style="bold"), Text(""), main, *rich_blocks(table.blocks), Text(""), *notes)


def rich_blocks(blocks: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> list[Any]:
    """Return the blocks below a table for a terminal, each after an empty line."""
    from rich.text import Text

    return [
        part for title, rows in blocks
        for part in (Text(""), Text(title, style="bold"), Fitted(rows, (1, 2), head=False))
    ]  # fmt: skip


def as_json(comparison: Comparison, lang: str) -> dict[str, Any]:
    """Return a comparison as plain values: the table's lines, the accounts, and what to know of them."""
    arms = comparison.values.arms
    lines = [line for arm in arms[1:] for line in headlines(comparison, arm)]
    places = [Place("account.change", "account", name) for name in ACCOUNTS]
    accounts = [comparison.line(place, arm) for arm in arms[1:] for place in [*places, Place("account.change")]]
    return {
        "scenario": comparison.plan.scenario.name,
        "title": scenario_title(comparison, lang),
        "key": comparison.plan.key,
        "arms": list(arms),
        "years": comparison.plan.scenario.years,
        "seeds": list(comparison.values.seeds),
        "stopped": comparison.stopped,
        "label": say("report.one_france", lang),
        "interval": say("report.computing_error", lang),
        "lines": [_record(line, lang) for line in lines],
        "accounts": [_record(line, lang) for line in accounts],
        "notes": _notes(comparison, lines, lang),
    }


def _record(line: Line, lang: str) -> dict[str, Any]:
    """Return a line as JSON can hold it: numbers that are not finite become null."""
    record = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in line_record(line).items()}
    group = f"measures.account.{line.place.group}"
    label = say(group, lang) if line.place.by == "account" and has(group) else row_label(line.place, lang)
    return {
        "label": label,
        **record,
        "difference_text": written_gap(line, lang),
        "reading_text": reading_text(line, lang),
    }


def written_gap(line: Line, lang: str) -> str:
    """Write a difference with its unit and its interval in one phrase."""
    return f"{gap(line, lang)} {gap_unit_words(line.indicator.unit, lang)} ({gap_interval(line, lang)})"


__all__ = [
    "HEADLINES",
    "Table",
    "as_json",
    "exceeding",
    "headlines",
    "long_week_words",
    "plain_text",
    "residual",
    "rich_text",
    "row_label",
    "scenario_title",
    "simulated",
    "table_of",
    "titles_of",
    "written",
    "written_gap",
]
