"""Adverse effects: a section that is always there, found by looking at everything that was measured."""

from __future__ import annotations

from cpts_sim.experiment import Line, Place, Reading
from cpts_sim.experiment.credible import SURE
from cpts_sim.report.document import tables
from cpts_sim.report.document.blocks import Block, Items, Section, Text
from cpts_sim.report.document.money import apart
from cpts_sim.report.document.phrases import gap_phrase, listed, lowered
from cpts_sim.report.document.reading import CUTS, PRIMARY, Told, known, worse
from cpts_sim.report.maps import _territory
from cpts_sim.words import say

WATCHED = (
    "wait.mean", "wait.over_7d", "contact.failed", "lead.mean", "time.hours", "time.long_weeks", "time.displaced",
    "time.unpaid_evening", "burnout.left", "burnout.sick", "visit.no_show", "ed.left_unseen", "ed.wait", "mt.orphaned",
    "second_line.days", "second_line.gave_up", "cpts.unpaid_hours",
)  # fmt: skip
"""Numbers in which harm would show, beside the outcomes of the main table and of the groups."""
BURDENS = ("time.hours", "time.displaced", "time.unpaid_evening")
"""Times that nobody calls good or bad in themselves, of which a rise is a burden."""


def harms(told: Told) -> Section:
    """Return what gets worse, who pays, and what was looked at without finding harm."""
    lang, title = told.lang, say("document.section.harms", told.lang)
    measured = [*told.with_last_year(), *told.judged(), *(line for name in WATCHED if known(line := told.line(name)))]
    looked = list({line.place: line for line in measured}.values())
    parts = [line for by in CUTS for line in told.groups(PRIMARY, by)]
    if not looked:
        return Section("harms", title, (Text(say("document.missing.harms", lang), "note"),))
    if not tables.enough(told):
        few = Text(say("document.harm.too_few", lang), "alert")
        return Section("harms", title, (few, *_leaning(told, looked)))
    found = [line for line in looked if _burden(line)]
    sentences = [*_groups(told, parts), *_communes(told)]
    count = len(looked) + len(parts)
    head = Text(say("document.harm.found" if found or sentences else "document.harm.none", lang, count=count),
                "alert" if found or sentences else "plain")  # fmt: skip
    blocks: list[Block] = [head]
    if found:
        blocks.append(tables.burdens(told, "harm-table", found, say("document.table.harms", lang)))
    if sentences:
        blocks.append(Items(tuple(sentences)))
    note = Text(say("document.harm.note", lang), "note")
    return Section("harms", title, (*blocks, *_leaning(told, looked), *_slight(told, looked), note))


def _burden(line: Line) -> bool:
    rises = line.reading is Reading.HIGHER and line.place.indicator in BURDENS
    return line.reading is Reading.WORSE or rises


def _leaning(told: Told, lines: list[Line]) -> list[Block]:
    """Name what nine draws in ten show worse, though there are too few of them to call it probable."""
    found = _leans(lines)
    if not found:
        return []
    texts = [say("document.named", told.lang, name=lowered(told.spoken(line)), text=gap_phrase(line, told.lang))
             for line in found]  # fmt: skip
    return [Text(say("document.harm.leaning", told.lang, lines=listed(texts, told.lang)))]


def _leans(lines: list[Line]) -> list[Line]:
    mine = [line for line in lines if line.reading is Reading.TOO_FEW and line.credible and not _within(line)]
    down = [line for line in mine if line.indicator.better != "none" and _worse(line) >= SURE]
    up = [line for line in mine if line.place.indicator in BURDENS and line.credible and line.credible.p_better >= SURE]
    return [*down, *up]


def _slight(told: Told, lines: list[Line]) -> list[Block]:
    """Name what gets worse beyond chance, though by too little to matter, or by no one knows whether it matters."""
    mine = [line for line in lines if line.reading is not Reading.WORSE and apart(line.difference) and _wrong_way(line)]
    named = {line.place for line in lines if _burden(line)} | {line.place for line in _leans(lines)}
    left = [line for line in mine if line.place not in named]
    if not left:
        return []
    shown = {line.place for line in told.with_last_year()}
    names = [lowered(told.spoken(line)) for line in left if line.place in shown]  # whose numbers the main table has
    texts = [say("document.named", told.lang, name=lowered(told.spoken(line)), text=gap_phrase(line, told.lang))
             for line in left if line.place not in shown]  # fmt: skip
    first, rest = (names, texts) if names else (texts, [])
    parts = [say("document.harm.slight", told.lang, lines=listed(first, told.lang))]
    parts += [say("document.harm.slight_more", told.lang, lines=listed(rest, told.lang))] if rest else []
    return [Text(" ".join(parts))]


def _wrong_way(line: Line) -> bool:
    """Tell whether a difference goes where nobody wants it, or is a rise of a burden."""
    better = "lower" if line.place.indicator in BURDENS else line.indicator.better
    return line.difference.mean * {"higher": -1.0, "lower": 1.0}.get(better, 0.0) > 0


def _within(line: Line) -> bool:
    """Tell whether the whole interval lies within the smallest difference that matters."""
    return max(abs(line.difference.low), abs(line.difference.high)) < line.smallest


def _worse(line: Line) -> float:
    found = line.credible
    return 0.0 if found is None else 1.0 - found.p_better - found.ties


def _groups(told: Told, parts: list[Line]) -> list[str]:
    bad = worse(parts)
    if not bad:
        return []
    texts = [say("document.named", told.lang, name=told.group_name(line), text=gap_phrase(line, told.lang))
             for line in bad]  # fmt: skip
    return [say("document.harm.groups", told.lang, groups=listed(texts, told.lang))]


def _communes(told: Told) -> list[str]:
    """Say in how many communes the time to resolution gets longer."""
    codes = _territory(told.done)["communes"]["code"]
    lines = [told.line(Place("access.resolution", "commune", str(code))) for code in codes]
    bad = worse(lines)
    if not bad:
        return []
    return [say("document.harm.communes", told.lang, count=len(bad), all=len(codes))]
