"""The essential in five answers: every sentence is chosen by the sign, the size and the interval of its numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Line, Place, Reading, payer
from cpts_sim.experiment.credible import SURE, fewest_for_sure
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.long_weeks import long_week
from cpts_sim.experiment.scale import parameters_of, residents
from cpts_sim.missions.due import doses
from cpts_sim.missions.money import euros_a_year, usual_rules
from cpts_sim.report.chances import drawn_words
from cpts_sim.report.document.accounts import accounts_of
from cpts_sim.report.document.blocks import Terms
from cpts_sim.report.document.harms import WATCHED
from cpts_sim.report.document.money import apart, payer_gap, payer_parts
from cpts_sim.report.document.phrases import HARDLY, agreed, amount, gap_phrase, level_phrase, listed, lowered
from cpts_sim.report.document.reading import BEFORE_FUNDING, CUTS, MAIN, PRIMARY, Told, better, known, quarters, worse
from cpts_sim.report.instead import least_share, unlike
from cpts_sim.report.numbers import unit_words
from cpts_sim.report.sums import summing
from cpts_sim.report.uncertain import share_of_judgement
from cpts_sim.scenario.arms import SAME_MONEY
from cpts_sim.words import number, percent, say

LEFT = (
    ("equal", Reading.EQUAL), ("small", Reading.TOO_SMALL), ("open", Reading.UNDETERMINED), ("few", Reading.TOO_FEW),
)  # fmt: skip
"""Readings of indicators that are counted, not named."""
CENTS = 2
"""Decimals of an amount of euros at most."""
MOST_NAMED = 3
"""Improvements named one by one in the essential; whatever gets worse is always named."""


def essential(told: Told) -> Terms:
    """Return what changes, for whom, from when, how sure, at what cost."""
    answers = (("what", _what), ("whom", _whom), ("when", _when), ("sure", _sure), ("cost", _cost))
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
    return " ".join([head, *_by_what(told), _others(told, rest)])


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
    if line.reading is Reading.TOO_FEW and line.credible and max(map(abs, _ends(line))) < line.smallest:
        return "too_few_inside"
    return "higher" if line.reading is Reading.LOWER else str(line.reading)


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
    if known(gap) and not gap.difference.low <= 0 <= gap.difference.high:
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


def _cost(told: Told) -> str:
    lang = told.lang
    hours = told.level(told.arm, "cpts.hours")
    own = told.done.values.get(told.arm, Place("cpts.euros_per_person"))
    paid = _saved(told) or _contract(told)
    parts = [*paid[:1], *_full_year(told), *paid[1:]] or [
        say("document.cost.euros", lang, euros=euros) for euros in _amount(told, own, "euros_person_year")
    ]
    if not parts:
        return say("document.cost.unknown", lang)
    if math.isfinite(hours.mean) and hours.mean:
        parts.append(say("document.cost.hours", lang, hours=amount(hours, lang, unit_words("hours_year", lang))))
    if known(week := summing(told.done, "time.hours", told.arm)) and apart(week.difference):
        parts.append(say("document.cost.gp_hours", lang, gap=gap_phrase(week, lang)))
    if (found := payer_gap(told)) is not None:
        gap, time = found
        parts.append(say("document.cost.payer", lang, base=told.name(told.base), gap=gap, time=time))
        parts += [text] if (text := payer_parts(told)) else []
    for other in (SAME_MONEY, BEFORE_FUNDING):
        if other in told.others():
            parts.append(_against(told, other))
    return " ".join(parts)


def _saved(told: Told) -> list[str]:
    """Say what the end of a CPTS spares those who pay it: what is still due to it left out; nothing if none ends."""
    if told.funded == told.arm:
        return []
    euros = _paid(told, told.base, less=told.arm)
    names = {"arm": told.name(told.arm), "base": told.name(told.base)}
    return [say("document.cost.saved", told.lang, euros=", ".join(euros), **names)] if euros else []


def _full_year(told: Told) -> list[str]:
    """Say what a whole year of the contract is worth by its scale: a run holds years that have only begun."""
    spec = told.done.plan.scenario
    block = spec.arms[told.funded].cpts if told.funded in spec.arms else None
    paid = payer.contract_euros(told.done.values, told.funded)
    if block is None or not np.nan_to_num(paid).any():
        return []
    people = float(np.mean(residents(told.done.values, told.funded, spec.years))) * (block.covers or 1.0)
    year = euros_a_year(block.rules or usual_rules(spec.reference_year), people, doses(block), parameters_of(told.done))
    whole = sum(year.values())
    rounded = round(whole, 1 - int(math.log10(whole)))
    return [say("document.cost.full_year", told.lang, euros=f"{number(rounded, 0, told.lang)} €")]


def _contract(told: Told) -> list[str]:
    """Say what the decision's CPTS costs those who pay it, and how much of that it spends."""
    lang, values = told.lang, told.done.values
    euros, others = _paid(told, told.arm), _amount(told, payer.other_euros(values, told.arm), "euros_year")
    if not euros and not others:
        return []
    parts = [say("document.cost.contract", lang, euros=", ".join(euros))] if euros else []
    parts += [say("document.cost.others", lang, euros=others[0])] if others else []
    share = told.spread(payer.spent_share(values, told.arm))
    spent = _amount(told, payer.own_spending(values, told.arm), "euros_year")
    if spent and math.isfinite(share.mean):
        parts.append(say("document.cost.spent", lang, share=percent(share.mean, 0, lang), euros=spent[0]))
    return parts


def _paid(told: Told, arm: str, less: str = "") -> list[str]:
    """Return what the contract of an arm's CPTS costs its payers a year, in all and by inhabitant; nothing if none.

    ``less`` is an arm whose own contract is taken off.
    """
    values = told.done.values
    euros = payer.contract_euros(values, arm)
    if less:
        euros = euros - np.nan_to_num(payer.contract_euros(values, less))
    people = residents(values, arm, told.done.plan.scenario.years)
    return [*_amount(told, euros, "euros_year"), *_amount(told, euros / people, "euros_person_year")]


def _amount(told: Told, values: NDArray[np.float64], unit: str) -> list[str]:
    """Return an amount with its unit and interval, or nothing where there is none."""
    got = told.spread(values)
    if not math.isfinite(got.mean) or not got.mean:
        return []
    return [amount(got, told.lang, unit_words(unit, told.lang), most=CENTS)]


def _against(told: Told, other: str) -> str:
    """Say how the decision compares with the same money otherwise, or with what is to be expected before funding."""
    lang = told.lang
    if other == BEFORE_FUNDING:
        line = told.line(PRIMARY, other)
        euros = [say("document.cost.before_euros", lang, euros=one) for one in _paid(told, BEFORE_FUNDING)[:1]]
        return say("document.cost.before", lang, gap=gap_phrase(line, lang), indicator=lowered(told.label(line)),
                   euros="".join(euros))  # fmt: skip
    if shares := unlike(told.done, (told.arm, other), lang):
        least = percent(least_share(told.done), 0, lang)
        unspent = say("document.cost.money_unspent", lang, least=least, shares=shares)
        return " ".join([unspent, *_with_less(told, other)])
    line = told.between(PRIMARY, other, told.arm)
    words = {Reading.BETTER: "better", Reading.WORSE: "worse", Reading.TOO_SMALL: "small", Reading.EQUAL: "small"}
    return say(f"document.cost.money_{words.get(line.reading, 'open')}", lang, arm=told.name(told.arm),
               gap=gap_phrase(line, lang), indicator=lowered(told.label(line)))  # fmt: skip


def _with_less(told: Told, other: str) -> list[str]:
    """Say that the other use of the money does better although it spends less: that is no matter of equal money."""
    lang, values = told.lang, told.done.values
    line = told.between(PRIMARY, told.arm, other)
    spent = values.get(other, Place("instead.spent")) / told.done.plan.scenario.years  # counted over the whole run
    euros = spent, payer.own_spending(values, told.arm)
    if not all(np.isfinite(each).all() for each in euros) or euros[0].mean() >= euros[1].mean():
        return []
    gaps = values.get(other, line.place) - values.get(told.arm, line.place)
    if not np.mean(gaps > 0 if line.indicator.better == "higher" else gaps < 0) >= SURE:
        return []
    told_euros = dict(zip(("other", "own"), (_amount(told, each, "euros_year")[0] for each in euros), strict=True))
    return [say("document.cost.money_less", lang, indicator=lowered(told.label(line)), gap=gap_phrase(line, lang),
                **told_euros)]  # fmt: skip


def essential_text(told: Told) -> str:
    """Return the five answers as plain text."""
    return "\n".join(f"{name} {text}" for name, text in essential(told).pairs)


__all__ = ["MOST_NAMED", "essential", "essential_text"]
