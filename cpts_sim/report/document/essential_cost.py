"""What the decision costs, in the words of the essential: its contract, hours, payers, and the other uses of money."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment import Place, Reading, payer
from cpts_sim.experiment.credible import SURE, least_chance
from cpts_sim.experiment.scale import parameters_of, residents
from cpts_sim.missions.due import doses
from cpts_sim.missions.money import euros_a_year, usual_rules
from cpts_sim.report.document.money import apart, payer_gap, payer_parts
from cpts_sim.report.document.phrases import amount, gap_phrase, lowered
from cpts_sim.report.document.reading import BEFORE_FUNDING, PRIMARY, Told, known
from cpts_sim.report.instead import least_share, unlike
from cpts_sim.report.numbers import unit_words
from cpts_sim.report.sums import summing
from cpts_sim.scenario.arms import SAME_MONEY
from cpts_sim.words import number, percent, say

CENTS = 2
"""Decimals of an amount of euros at most."""


def cost(told: Told) -> str:
    """Return what the decision costs those who pay it and those who work, and what else the money would do."""
    lang = told.lang
    hours = told.level(told.arm, "cpts.hours")
    own = told.done.values.get(told.arm, Place("cpts.euros_per_person"))
    parts = _saved(told) or _contract(told) or [
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


def full_year(told: Told) -> list[str]:
    """Say what a whole year of the contract is worth at most: a run holds years that have only begun."""
    spec = told.done.plan.scenario
    block = spec.arms[told.funded].cpts if told.funded in spec.arms else None
    paid = payer.contract_euros(told.done.values, told.funded)
    if block is None or not np.nan_to_num(paid).any():
        return []
    people = block.covers or float(np.mean(residents(told.done.values, told.funded, spec.years)))
    rules = block.rules or usual_rules(spec.reference_year)
    whole = sum(euros_a_year(rules, people, doses(block), parameters_of(told.done), achieved=1.0).values())
    if not whole > 0:
        return []
    rounded = round(whole, 2 - int(math.log10(whole)))
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
        kept = _amount(told, values.get(told.arm, Place("cpts.unspent")), "euros")
        left = say("document.cost.unspent", lang, euros=kept[0]) if kept else ""
        parts.append(say("document.cost.spent", lang, share=percent(share.mean, 0, lang), euros=spent[0], left=left))
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
        line = summing(told.done, PRIMARY, other)  # a mean: lives that fail count by their number
        euros = [say("document.cost.before_euros", lang, euros=one) for one in _paid(told, BEFORE_FUNDING)[:1]]
        before = say("document.cost.before", lang, gap=gap_phrase(line, lang), indicator=lowered(told.label(line)),
                     euros="".join(euros))  # fmt: skip
        return " ".join([before, *_lives(told)])
    if shares := unlike(told.done, (told.arm, other), lang):
        least = percent(least_share(told.done), 0, lang)
        return _with_less(told, other) or say("document.cost.money_unspent", lang, least=least, shares=shares)
    line = told.between(PRIMARY, other, told.arm)
    words = {Reading.BETTER: "better", Reading.WORSE: "worse", Reading.TOO_SMALL: "small", Reading.EQUAL: "small"}
    return say(f"document.cost.money_{words.get(line.reading, 'open')}", lang, arm=told.name(told.arm),
               gap=gap_phrase(line, lang), indicator=lowered(told.label(line)))  # fmt: skip


def _lives(told: Told) -> list[str]:
    """Say how many of the lives drawn never come to a contract, which alone pays the running of a CPTS."""
    running = told.done.values.get(BEFORE_FUNDING, Place("cpts.received", "line", "running"))
    if not np.isfinite(running).all():  # its money was not measured
        return []
    return [say("document.cost.lives", told.lang, count=int((running <= 0).sum()), all=len(running))]


def _with_less(told: Told, other: str) -> str:
    """Say that the other use of the money does better although it spends less: that is no matter of equal money."""
    lang, values = told.lang, told.done.values
    line = told.between(PRIMARY, told.arm, other)
    spent = values.get(other, Place("instead.spent")) / told.done.plan.scenario.years  # counted over the whole run
    euros = spent, payer.own_spending(values, told.arm)
    if not all(np.isfinite(each).all() for each in euros) or euros[0].mean() >= euros[1].mean():
        return ""
    found = line.credible
    if found is None or least_chance(found.p_better, found.draws) < SURE:
        return ""
    paid = payer.contract_euros(values, told.arm) + payer.other_euros(values, told.arm)
    amounts = (("other", euros[0]), ("own", euros[1]), ("paid", paid))
    told_euros = {name: _amount(told, each, "euros_year")[0] for name, each in amounts}
    return say("document.cost.money_less", lang, indicator=lowered(told.label(line)), gap=gap_phrase(line, lang),
               **told_euros)  # fmt: skip
