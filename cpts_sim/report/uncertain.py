"""The table of a comparison whose pairs have drawn their parameters and structure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Line, Place
from cpts_sim.experiment.comparison import draws_of
from cpts_sim.experiment.credible import Credible, Verdict, columns_of, judgement_share
from cpts_sim.experiment.ensemble import BLOCK, STRUCTURE, Ensemble, judged
from cpts_sim.experiment.parquet import to_french_csv
from cpts_sim.experiment.results import credible_record
from cpts_sim.experiment.shares import Share
from cpts_sim.report.chances import chance_better, chance_matters, drawn_words, support_words
from cpts_sim.report.columns import Fitted
from cpts_sim.report.numbers import arm_words, between, decimals, factor, gap_unit_words, levels, unit_words, written
from cpts_sim.report.table import (
    blocks_of,
    blocks_text,
    exceeding,
    headlines,
    long_week_words,
    pairing_words,
    rich_blocks,
    row_label,
    scenario_title,
    simulated,
    titles_of,
)
from cpts_sim.words import number, percent, say

COLUMNS = ("indicator", "unit", "without", "with", "median", "interval", "better", "matters", "error", "reading")
_RIGHT = {"without", "with", "median", "interval", "better", "matters", "error"}
JUDGED = tuple(map(Place, ("access.in_time", "access.resolution", "ed.visits", "mt.without_end", "burnout.ee")))
"""Headlines under which the share of judgement, and for a real territory both intervals, are told."""
_TONES = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.HIGHER: "cyan", Verdict.LOWER: "cyan"}


def uncertain_rows(comparison: Comparison, arm: str) -> list[tuple[Line, Credible]]:
    """Return the headlines with what they say as uncertain."""
    return [(line, line.credible) for line in headlines(comparison, arm) if line.credible is not None]


def share_of_judgement(comparison: Comparison, place: Place, arm: str) -> Share:
    """Return the share of the variance of an effect that comes from parameters of judgement and from structure."""
    ensemble, seeds = _ensemble(comparison), comparison.values.seeds
    drawn = [ensemble.draw(seed) for seed in seeds]
    ours, others = judged(ensemble)
    known = load_parameters(ensemble.year)
    usual = {name: known[name] for name in (*ours, *others) if not name.startswith(f"{STRUCTURE}.")}
    flat: list[dict[str, object]] = [  # a set that leaves a parameter out has its usual value
        {**usual, **v.parameters, **{f"{STRUCTURE}.{g}": name for g, name in v.variants.items()}} for v in drawn
    ]
    gaps = comparison.values.get(arm, place) - comparison.values.get(comparison.values.arms[0], place)
    return judgement_share(gaps, draws_of(seeds), columns_of(flat, ours), columns_of(flat, others))


def _ensemble(comparison: Comparison) -> Ensemble:
    if comparison.plan.ensemble is None:
        raise ValueError("a comparison without an ensemble has no uncertain table")
    return comparison.plan.ensemble


def uncertain_text(comparison: Comparison, lang: str, arm: str) -> str:
    """Write the table of an arm as aligned text."""
    found = uncertain_rows(comparison, arm)
    rows = [_head(comparison, lang, arm), *(_row(line, effect, lang) for line, effect in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    blocks = blocks_text(blocks_of(comparison, arm, lang))
    notes = uncertain_notes(comparison, found, lang, arm)
    return "\n".join([_caption(comparison, lang, arm), "", *lines, *blocks, "", *notes])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    named = zip(row, widths, COLUMNS, strict=True)
    return [cell.rjust(width) if name in _RIGHT else cell.ljust(width) for cell, width, name in named]


def uncertain_rich(comparison: Comparison, lang: str, arm: str) -> Any:
    """Return the table of an arm for a terminal, as a rich renderable: numbers are whole however narrow it is."""
    from rich.console import Group
    from rich.text import Text

    found = uncertain_rows(comparison, arm)
    rows = [_head(comparison, lang, arm), *(_row(line, effect, lang) for line, effect in found)]
    right = [rank for rank, name in enumerate(COLUMNS) if name in _RIGHT]
    main = Fitted(rows, right, tones=[_TONES.get(effect.verdict, "") for _, effect in found])
    notes = (Text(note, style="dim") for note in uncertain_notes(comparison, found, lang, arm))
    blocks = rich_blocks(blocks_of(comparison, arm, lang))
    return Group(Text(_caption(comparison, lang, arm), style="bold"), Text(""), main, *blocks, Text(""), *notes)


def _caption(comparison: Comparison, lang: str, arm: str) -> str:
    titles = titles_of(comparison, lang)
    return say(
        "uncertain.caption", lang, title=scenario_title(comparison, lang), arm=arm_words(arm, titles, lang),
        base=arm_words(comparison.values.arms[0], titles, lang), time=simulated(comparison, lang),
        count=len(comparison.values.seeds), **drawn_words(comparison),
    )  # fmt: skip


def _head(comparison: Comparison, lang: str, arm: str) -> tuple[str, ...]:
    titles = titles_of(comparison, lang)
    arms = {"without": comparison.values.arms[0], "with": arm}
    words = {name: arm_words(which, titles, lang) for name, which in arms.items()}
    told = {name: text[:1].upper() + text[1:] for name, text in words.items()}
    return tuple(told.get(name) or say(f"uncertain.column.{name}", lang) for name in COLUMNS)


def _row(line: Line, effect: Credible, lang: str) -> tuple[str, ...]:
    unit = line.indicator.unit
    suffix = "\N{NO-BREAK SPACE}" + say("report.unit_pt", lang) if unit == "share" else ""
    return (
        row_label(line.place, lang), unit_words(unit, lang), *levels(line, lang),
        _gap(effect.median, effect, unit, lang) + suffix,
        between(_gap(effect.low, effect, unit, lang), _gap(effect.high, effect, unit, lang), lang),
        chance_better(effect, line.indicator.better, lang), chance_matters(effect, line.smallest, lang),
        _error(effect, unit, lang),
        say(f"uncertain.reading.{effect.verdict}", lang),
    )  # fmt: skip


def _places(effect: Credible, unit: str) -> int:
    return decimals((effect.high - effect.low) / 4 * factor(unit), effect.median * factor(unit))


def _gap(value: float, effect: Credible, unit: str, lang: str) -> str:
    return written(value * factor(unit), _places(effect, unit), lang, sign=True)


def _error(effect: Credible, unit: str, lang: str) -> str:
    if not math.isfinite(effect.error):
        return "–"
    return "± " + number(effect.error * factor(unit), max(0, _places(effect, unit)) + 1, lang)


def uncertain_notes(
    comparison: Comparison, found: Sequence[tuple[Line, Credible]], lang: str, arm: str
) -> list[str]:
    """Return what must be said beside the effects: what intervals hold, shares of judgement, alarms."""
    p_error = number(max((effect.p_error for _, effect in found), default=1.0), 2, lang)
    notes = [say("uncertain.scope", lang, p_error=p_error), say("uncertain.support", lang, **support_words(lang))]
    notes += [say("uncertain.chances", lang), say("uncertain.pairing", lang), *long_week_words(comparison, lang)]
    notes += [*pairing_words([line for line, _ in found], lang), *exceeding(comparison, lang)]
    if comparison.stopped != "asked":
        notes.append(say(f"report.stopped.{comparison.stopped}", lang, pairs=len(comparison.values.seeds)))
    told = [(line, effect) for line, effect in found if line.place in JUDGED and effect.verdict is not Verdict.EQUAL]
    notes += [_share_note(line, share_of_judgement(comparison, line.place, arm), lang) for line, _ in told]
    if comparison.plan.scenario.territory.archetype is None:
        notes += [_territory_note(line, effect, lang) for line, effect in told]
    return notes


def _share_note(line: Line, share: Share, lang: str) -> str:
    label = row_label(line.place, lang)
    if not share.identified:
        return say("uncertain.share_unknown", lang, indicator=label, pairs=share.pairs)
    values = {"share": share.value, "low": share.low, "high": share.high}
    return say("uncertain.share", lang, indicator=label, **{k: percent(v, 0, lang) for k, v in values.items()})


def _territory_note(line: Line, effect: Credible, lang: str) -> str:
    unit = line.indicator.unit
    ends = dict(zip(("expected_low", "expected_high"), effect.expected, strict=True))
    ends |= {"low": effect.low, "high": effect.high}
    texts = {name: _gap(value, effect, unit, lang) for name, value in ends.items()}
    told = {"indicator": row_label(line.place, lang), "unit": gap_unit_words(unit, lang)}
    if not math.isfinite(effect.split.between):
        return say("uncertain.territory_mixed", lang, **told, **texts, pairs=effect.pairs, needed=2 * BLOCK)
    return say("uncertain.territory", lang, **told, **texts)


_IN_CSV = (
    "label", "arm", "unit", "without", "with", "median", "low", "high", "p_better", "p_better_matters",
    "computing_error", "reading_text",
)  # fmt: skip


def uncertain_csv(comparison: Comparison, lang: str) -> bytes:
    """Write the headlines for a French spreadsheet; shares stay shares (0.12, not 12 %)."""
    lines = uncertain_json(comparison, lang)["lines"]
    return to_french_csv(_IN_CSV, [[line[name] for name in _IN_CSV] for line in lines])


def uncertain_json(comparison: Comparison, lang: str) -> dict[str, Any]:
    """Return an uncertain comparison as plain values."""
    lines = [(arm, *pair) for arm in comparison.values.arms[1:] for pair in uncertain_rows(comparison, arm)]
    return {
        "scenario": comparison.plan.scenario.name, "title": scenario_title(comparison, lang),
        "key": comparison.plan.key, "arms": list(comparison.values.arms), "years": comparison.plan.scenario.years,
        "seeds": list(comparison.values.seeds), "label": say("uncertain.label", lang),
        "ensemble": _ensemble(comparison).digest(), "members": len(_ensemble(comparison).members),
        "lines": [_record(comparison, arm, line, effect, lang) for arm, line, effect in lines],
        "draws": len(set(draws_of(comparison.values.seeds))),
        "notes": [*long_week_words(comparison, lang), *pairing_words([line for _, line, _ in lines], lang),
                  *exceeding(comparison, lang)],
    }  # fmt: skip


def _record(comparison: Comparison, arm: str, line: Line, effect: Credible, lang: str) -> dict[str, Any]:
    share = share_of_judgement(comparison, line.place, arm) if line.place in JUDGED else None
    told = {
        "label": row_label(line.place, lang), "arm": arm, **line.place._asdict(), "unit": line.indicator.unit,
        "better": line.indicator.better, "without": line.without.mean, "with": line.with_.mean,
        "smallest": line.smallest, **credible_record(effect), "p_equal": effect.ties,
        "reading_text": say(f"uncertain.reading.{effect.verdict}", lang),
        "judgement_share": None if share is None else share.value,
        "judgement_share_interval": None if share is None else [share.low, share.high],
        "judgement_share_identified": None if share is None else share.identified,
    }  # fmt: skip
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in told.items()}
