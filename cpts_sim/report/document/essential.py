"""The essential in five answers: every sentence is chosen by the sign, the size and the interval of its numbers."""

from __future__ import annotations

import math

from cpts_sim.experiment import Line, Reading
from cpts_sim.experiment.credible import fewest_for_sure
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.long_weeks import long_week
from cpts_sim.report.chances import drawn_words
from cpts_sim.report.document.accounts import accounts_of
from cpts_sim.report.document.blocks import Terms
from cpts_sim.report.document.essential_cost import cost
from cpts_sim.report.document.harms import WATCHED
from cpts_sim.report.document.money import apart
from cpts_sim.report.document.phrases import (
    HARDLY,
    agreed,
    amount,
    gap_phrase,
    level_phrase,
    listed,
    lowered,
    reading_words,
)
from cpts_sim.report.document.reading import (
    CUTS,
    LAST_YEAR,
    MAIN,
    PRIMARY,
    Told,
    better,
    known,
    quarters,
    worse,
)
from cpts_sim.report.uncertain import share_of_judgement
from cpts_sim.words import number, percent, say

LEFT = (
    ("equal", Reading.EQUAL), ("small", Reading.TOO_SMALL), ("open", Reading.UNDETERMINED), ("few", Reading.TOO_FEW),
)  # fmt: skip
"""Readings of indicators that are counted, not named."""
MOST_NAMED = 3
"""Improvements named one by one in the essential; whatever gets worse is always named."""


def essential(told: Told) -> Terms:
    """Return what changes, for whom, from when, how sure, at what cost."""
    answers = (("what", _what), ("whom", _whom), ("when", _when), ("sure", _sure), ("cost", cost))
    return Terms(tuple((say(f"document.question.{name}", told.lang), answer(told)) for name, answer in answers))


def _what(told: Told) -> str:
    lang, first = told.lang, told.line(PRIMARY)
    if not known(first):
        return say("document.what.unknown", lang)
    head = say(
        f"document.what.{_word(first)}", lang, arm=told.name(told.arm), base=told.name(told.base),
        indicator=lowered(told.label(first)), gap=gap_phrase(first, lang, "gap_full"),
        level=level_phrase(first.without, first.indicator.unit, lang),
    )  # fmt: skip
    rest = [line for line in told.main() if line.place.indicator != PRIMARY]
    return " ".join([head, *_last_year(told), *_by_what(told), _others(told, rest)])


def _last_year(told: Told) -> list[str]:
    """Tell the primary outcome of the last year alone: the mean of a run holds years in which all is being set up."""
    line, lang = told.line(LAST_YEAR), told.lang
    if not known(line):
        return []
    few = line.reading is Reading.TOO_FEW
    sign = ((few and _enough(line)) or line.reading is Reading.UNDETERMINED) and apart(line.difference)
    reading = say("document.what.sign_only", lang) if sign else reading_words(line, lang)
    return [say("document.what.last_year", lang, gap=gap_phrase(line, lang), reading=reading)]


def _by_what(told: Told) -> list[str]:
    """Name the first of the seven accounts by which needs met change, where both stand apart from zero."""
    change, lines = accounts_of(told)
    alike = [line for line in lines if line.difference.mean * change.difference.mean > 0 and apart(line.difference)]
    if not alike or not apart(change.difference):
        return []
    first = max(alike, key=lambda line: abs(line.difference.mean))
    account = lowered(say(f"measures.account.{first.place.group}", told.lang))
    texts = {"gap": gap_phrase(change, told.lang), "account": account, "part": gap_phrase(first, told.lang)}
    return [say("document.what.by", told.lang, **texts)]


def _word(line: Line) -> str:
    if line.reading is Reading.TOO_FEW and _enough(line) and max(map(abs, _ends(line))) < line.smallest:
        return "too_few_inside"
    return "higher" if line.reading is Reading.LOWER else str(line.reading)


def _enough(line: Line) -> bool:
    """Tell whether there are as many draws as tell at least a direction, or ends, where all agree."""
    return line.credible is not None and line.credible.draws >= fewest_for_sure()


def _ends(line: Line) -> tuple[float, float]:
    return line.difference.low, line.difference.high


def _others(told: Told, lines: list[Line]) -> str:
    lang, bad, good = told.lang, worse(lines), better(lines)
    parts = []
    if bad:
        parts.append(say("document.what.bad", lang, lines=_named(told, bad)))
    if good:
        parts.append(say("document.what.good", lang, lines=_named(told, good[:MOST_NAMED])))
        if len(good) > MOST_NAMED:
            parts.append(say("document.what.more", lang, count=len(good) - MOST_NAMED))
    seen = {line.place: line for line in [*told.judged(), *(told.line(name) for name in WATCHED)] if known(line)}
    more = [line for line in worse(list(seen.values())) if line.place.indicator not in MAIN or line.place.by]
    if more:
        key = "more_bad_among" if len(more) > MOST_NAMED else "more_bad"
        parts.append(say(f"document.what.{key}", lang, count=len(more), lines=_named(told, more[:MOST_NAMED])))
    moved = [line for line in lines if line.reading in (Reading.HIGHER, Reading.LOWER)]
    if moved:
        parts.append(say("document.what.moved", lang, lines=_named(told, moved)))
    return " ".join([*parts, *_rest(told, lines)])


def _rest(told: Told, lines: list[Line]) -> list[str]:
    """Count the indicators of which nothing was named, by what can be said of them."""
    counts = [(word, sum(line.reading is reading for line in lines)) for word, reading in LEFT]
    texts = [say(f"document.what.{word}_count", told.lang, count=count) for word, count in counts if count]
    return [say("document.what.rest", told.lang, count=len(lines), parts=listed(texts, told.lang))] if texts else []


def _named(told: Told, lines: list[Line]) -> str:
    texts = [_pair(lowered(told.spoken(line)), gap_phrase(line, told.lang), told.lang) for line in lines]
    free = say("document.no_threshold", told.lang)  # any difference counts there
    return listed([text + free * math.isnan(line.smallest) for text, line in zip(texts, lines, strict=True)], told.lang)


def _pair(name: str, text: str, lang: str) -> str:
    return say("document.named", lang, name=name, text=text)


def _whom(told: Told) -> str:
    lang = told.lang
    parts = [line for by in CUTS for line in told.groups(PRIMARY, by)]
    if not parts:
        return say("document.whom.unknown", lang)
    if told.drawn and len(told.done.values.seeds) < fewest_for_sure():
        return say("document.when.few", lang)
    good, bad = better(parts), worse(parts)
    good.sort(key=lambda line: -abs(line.difference.mean))
    bad.sort(key=lambda line: -abs(line.difference.mean))
    out = []
    if bad:
        out.append(say("document.whom.bad", lang, groups=_group_list(told, bad)))
    if good:
        out.append(say("document.whom.good", lang, groups=_group_list(told, good[:MOST_NAMED])))
    if all(line.reading is Reading.TOO_FEW for line in parts):
        out.append(say("document.when.few", lang))
    elif not out:
        out.append(say("document.whom.nobody", lang, count=len(parts)))
        if few := sum(line.reading is Reading.TOO_FEW for line in parts):
            out.append(say("document.whom.few", lang, count=few))
    gap = told.line("access.gap_deprivation")
    if known(gap) and gap.reading in (Reading.HIGHER, Reading.LOWER):
        better_off = "wider" if gap.difference.mean * gap.without.mean > 0 else "narrower"
        out.append(say(f"document.whom.{better_off}", lang, gap=gap_phrase(gap, lang)))
    return " ".join(out)


def _group_list(told: Told, lines: list[Line]) -> str:
    texts = [_pair(told.group_name(line), gap_phrase(line, told.lang), told.lang) for line in lines]
    return listed(texts, told.lang)


def _when(told: Told) -> str:
    lang, parts = told.lang, list(quarters(told))
    if not parts:
        return say("document.when.short", lang)
    first = told.line(PRIMARY)
    if first.difference.count < (fewest_for_sure() if told.drawn else FEWEST_PAIRS):
        return say("document.when.few", lang)
    sign = math.copysign(1.0, first.difference.mean) if first.difference.mean else 0.0
    seen = [rank for rank, gap in parts if min(sign * gap.low, sign * gap.high) > HARDLY * gap.half]
    if not seen or not sign:
        return say("document.when.never", lang, count=len(parts))
    rank, gap = next(part for part in parts if part[0] == seen[0])
    unit = agreed(say("report.unit_points", lang), 100 * gap.mean, lang)
    shown = amount(gap.scaled(100), lang, unit, sign=True)
    small = say("document.when.small", lang) if abs(gap.mean) < first.smallest else ""
    lasting = all(later in seen for later in range(rank, len(parts) + 1))
    key = "lasting" if lasting else "passing"
    return say(f"document.when.{key}", lang, rank=_rank(rank, lang), gap=shown, small=small)


def _rank(rank: int, lang: str) -> str:
    """Write a rank in order: 1er, 2e; 1st, 2nd, 11th, 21st (in French only the first has a form of its own)."""
    last = rank if lang == "fr" or rank % 100 in (11, 12, 13) else rank % 10
    form = {1: "rank_first", 2: "rank_second", 3: "rank_third"}.get(last, "rank")
    return say(f"document.{form}", lang, rank=rank)


def _sure(told: Told) -> str:
    lang, lines = told.lang, told.main()
    pairs = len(told.done.values.seeds)
    clear = (Reading.BETTER, Reading.WORSE, Reading.HIGHER, Reading.LOWER)
    apart = sum(line.reading in clear for line in lines)
    key = "few" if pairs < FEWEST_PAIRS else "enough"
    key = "nothing" if key == "enough" and not apart else key
    parts = [say(f"document.sure.{key}", lang, pairs=pairs, least=FEWEST_PAIRS, all=len(lines),
                 count=pairs if key == "few" else apart)]  # fmt: skip
    if told.done.stopped == "ceiling":
        parts.append(say("document.sure.ceiling", lang))
    parts += _drawn(told) if told.drawn else [say("document.sure.world", lang)]
    week = long_week(told.done)
    if week is not None:
        hours = {"hours": number(week.most, 0, lang), "france": number(week.france, 0, lang)}
        parts.append(say("document.sure.long_week", lang, **hours))
    return " ".join([*parts, *_judgement(told)])


def _drawn(told: Told) -> list[str]:
    """Say what the intervals hold, and whether there are enough draws to call an effect probable."""
    counts = drawn_words(told.done)
    out = [say("document.sure.drawn", told.lang, **counts)]
    if len(told.done.values.seeds) < fewest_for_sure():
        counts = {"count": len(told.done.values.seeds), "fewest": fewest_for_sure()}
        out.append(say("document.sure.too_few_draws", told.lang, **counts))
    return out


def _judgement(told: Told) -> list[str]:
    """Say which share of the width of the primary effect comes from judgement and structure, where they were drawn."""
    line, lang = told.line(PRIMARY), told.lang
    if not told.drawn or not known(line) or line.reading is Reading.EQUAL:
        return []
    share = share_of_judgement(told.done, line.place, told.arm)
    if not share.identified:
        return [say("document.sure.share_unknown", lang)]
    texts = {key: percent(value, 0, lang) for key, value in
             (("share", share.value), ("low", share.low), ("high", share.high))}  # fmt: skip
    return [say("document.sure.share", lang, indicator=lowered(told.label(line)), **texts)]


def essential_text(told: Told) -> str:
    """Return the five answers as plain text."""
    return "\n".join(f"{name} {text}" for name, text in essential(told).pairs)


__all__ = ["MOST_NAMED", "essential", "essential_text"]
