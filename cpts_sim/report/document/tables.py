"""The tables of a report: outcomes, other arms, groups, communes, missions, time, money, paid indicators."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, INCOME, SPENDING
from cpts_sim.experiment import Line, Place, Reading
from cpts_sim.experiment.credible import fewest_for_sure
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.payer import contract_euros, spent_share
from cpts_sim.missions.money import CRISIS
from cpts_sim.report.chances import chance_better
from cpts_sim.report.document.blocks import Table
from cpts_sim.report.document.money import payer_row
from cpts_sim.report.document.phrases import (
    amount,
    capital,
    gap_short,
    level_phrase,
    level_spread,
    named_unit,
    reading_words,
    smallest_phrase,
)
from cpts_sim.report.document.reading import BEFORE_FUNDING, CUTS, PRIMARY, Told, known
from cpts_sim.report.instead import not_comparable
from cpts_sim.report.maps import _territory
from cpts_sim.report.numbers import decimals, gap_unit_words, levels, unit_words, written
from cpts_sim.report.paid import outcomes as contract_outcomes
from cpts_sim.report.sums import summing
from cpts_sim.scenario.arms import SAME_MONEY
from cpts_sim.words import number, say

MISSION_OUTCOMES = (PRIMARY, "mt.without_end", "ed.visits", "burnout.ee")
"""Outcomes by which missions are told apart."""
SHORT_ARMS = "arms-table"
ARM_OUTCOMES = (PRIMARY, "access.resolution", "mt.without_end", "ed.visits", "burnout.ee", "burnout.exhausted_or_gone")
"""Outcomes of the short table of the other arms; the annex has all."""
CPTS_LINES = ("cpts_day", "cpts_lunch", "cpts_evening", "cpts_admin")
PROFESSIONS = (("gp", "line"), ("nurse", "line_nurse"), ("pharmacist", "line_pharmacist"))
"""Professions with a ledger, and the cut that holds theirs."""
MINUTES_AN_HOUR = 60.0


def _head(told: Told, *names: str) -> tuple[str, ...]:
    return tuple(say(f"document.column.{name}", told.lang, interval=told.interval) for name in names)


def _arms(told: Told) -> tuple[str, str]:
    return capital(told.name(told.base)), capital(told.name(told.arm))


def outcomes(told: Told, name: str, lines: Sequence[Line], caption: str, note: str = "", beside: Sequence[str] = ()
             ) -> Table:  # fmt: skip
    """Return levels in both arms, differences with intervals, how often better, what matters, readings.

    Args:
        told: the comparison.
        name: anchor of the table.
        lines: its rows.
        caption: what it shows.
        note: sentence below.
        beside: further arms, each with a column of differences from the first arm.
    """
    lang = told.lang
    rows = []
    for line in lines:
        cells = levels(line, lang)
        label = _two_units(told.label(line), line, lang)
        judged = (_often(told, line), smallest_phrase(line, lang), reading_words(line, lang))
        more = (gap_short(told.line(line.place, arm), lang) for arm in beside)
        rows.append((label, *cells, gap_short(line, lang), *judged, *more))
    often = "p_better" if told.drawn else "pairs_better"
    head = (*_head(told, "indicator"), *_arms(told), *_head(told, "gap", often, "smallest", "reading"))
    more_head = (say("document.column.gap_of", lang, arm=capital(told.name(arm)), interval=told.interval)
                 for arm in beside)  # fmt: skip
    tones = tuple(str(line.reading) for line in lines)
    note = " ".join([note, *(not_comparable(told.done, lang) if SAME_MONEY in beside else ())]).strip()
    return Table(name, caption, (*head, *more_head), tuple(rows), tones, frozenset({6}), note=note, toned=6)


def _often(told: Told, line: Line) -> str:
    """Write how often the arm does better: of the draws of the world, or else in how many pairs of chance."""
    if line.credible is not None:
        return chance_better(line.credible, line.indicator.better, told.lang)
    if line.indicator.better == "none":
        return "–"
    good, count = told.paired(line)
    return say("document.of", told.lang, good=good, all=count)


def _two_units(label: str, line: Line, lang: str) -> str:
    unit = unit_words(line.indicator.unit, lang)
    return f"{label} ({unit})"


def other_arms(told: Told, arms: Sequence[str], lines: Sequence[Line], name: str, caption: str) -> Table:
    """Return the differences of the decision and of the other arms, side by side.

    The same money otherwise is compared with directly where as much of it was spent; else a note says why not.
    """
    lang, all_arms = told.lang, (told.arm, *arms)
    unlike = not_comparable(told.done, lang) if SAME_MONEY in arms else []
    directly = [arm for arm in arms if arm == SAME_MONEY and not unlike]
    rows = [
        (named_unit(told.label(line), line.indicator.unit, lang),
         *(gap_short(told.line(line.place, arm), lang) for arm in all_arms),
         *(gap_short(told.between(line.place, arm, told.arm), lang) for arm in directly))
        for line in lines
    ]  # fmt: skip
    rows += [(*row, *("–" for _ in directly)) for row in payer_row(told, all_arms)]
    minus = (say("document.column.minus", lang, arm=told.name(told.arm), other=told.name(arm)) for arm in directly)
    head = (*_head(told, "indicator"), *(capital(told.name(arm)) for arm in all_arms), *minus)
    note = say("document.table.arms_note", lang, interval=told.interval)
    if BEFORE_FUNDING in all_arms:
        names = {"before": told.name(BEFORE_FUNDING), "arm": told.name(told.arm)}
        note += " " + say("document.table.arms_before", lang, **names)
    said = name == SHORT_ARMS and SAME_MONEY in told.beside()  # the note of the main table has said it already
    note = " ".join([note, *(() if said else unlike)])
    return Table(name, say(caption, lang, base=told.name(told.base)), head, tuple(rows), note=note)


def burdens(told: Told, name: str, lines: Sequence[Line], caption: str) -> Table:
    """Return levels in both arms, differences with intervals, what matters, readings."""
    lang = told.lang
    rows = tuple(
        (_two_units(told.label(line), line, lang), *levels(line, lang), gap_short(line, lang),
         smallest_phrase(line, lang), reading_words(line, lang))
        for line in lines
    )  # fmt: skip
    head = (*_head(told, "indicator"), *_arms(told), *_head(told, "gap", "smallest", "reading"))
    return Table(name, caption, head, rows, tuple(str(line.reading) for line in lines), frozenset({len(head) - 1}))


def groups(told: Told, indicator: str = PRIMARY) -> Table | None:
    """Return the differences of every part of the population."""
    lang, rows, tones = told.lang, [], []
    for by in CUTS:
        for line in told.groups(indicator, by):
            name = say("document.part", lang, cut=say(f"document.cut.{by}", lang), group=told.group_name(line))
            rows.append((name, level_phrase(line.without, line.indicator.unit, lang), gap_short(line, lang),
                         reading_words(line, lang)))  # fmt: skip
            tones.append(str(line.reading))
    if not rows:
        return None
    first = told.line(indicator)
    caption = say("document.table.groups", lang, indicator=named_unit(told.label(first), first.indicator.unit, lang))
    head = (*_head(told, "group"), _arms(told)[0], *_head(told, "gap", "reading"))
    return Table("groups-data", caption, head, tuple(rows), tuple(tones), frozenset({3}))


def communes(told: Told) -> Table | None:
    """Return the difference in time to resolution of every commune."""
    lang, places = told.lang, _territory(told.done)["communes"]
    rows, tones = [], []
    for code, name, people in zip(places["code"], places["name"], places["population"], strict=True):
        line = told.line(Place("access.resolution", "commune", str(code)))
        if not known(line):
            continue
        rows.append((f"{name} ({code})", number(people, 0, lang), number(line.without.mean, 1, lang),
                     gap_short(line, lang), reading_words(line, lang)))  # fmt: skip
        tones.append(str(line.reading))
    if not rows:
        return None
    head = (*_head(told, "commune", "inhabitants"), _arms(told)[0], *_head(told, "gap", "reading"))
    caption = say("document.table.communes", lang)
    return Table("map-data", caption, head, tuple(rows), tuple(tones), frozenset({4}), small=True)


def course(told: Told) -> Table | None:
    """Return the weekly course of both arms by periods of four weeks, with the 10 to 90 % band of the pairs."""
    lang, values = told.lang, told.done.values
    both = [100.0 * values.weeks(arm, PRIMARY) for arm in (told.base, told.arm)]
    if not all(weeks.size for weeks in both):
        return None
    rows = []
    for start in range(0, both[0].shape[1], 4):
        parts = [weeks[:, start : start + 4] for weeks in both]
        if not all(np.isfinite(part).any() for part in parts):
            continue
        end = min(start + 4, both[0].shape[1])
        rows.append((say("document.weeks", lang, first=start + 1, last=end), *(_band(part, lang) for part in parts)))
    caption = say("document.table.course", lang)
    return Table("course-data", caption, (*_head(told, "period"), *_arms(told)), tuple(rows), small=True)


def _band(part: np.ndarray, lang: str) -> str:
    means = np.array([row[np.isfinite(row)].mean() for row in part if np.isfinite(row).any()])
    low, high = np.quantile(means, [0.1, 0.9])
    ends = [number(float(x), 1, lang) for x in (means.mean(), low, high)]
    return say("document.band", lang, mean=ends[0], low=ends[1], high=ends[2])


def missions(told: Told) -> Table | None:
    """Return what each mission adds to the others: arm with it minus arm without it, pair by pair."""
    lang, rows = told.lang, []
    for mission, form, without, with_ in told.ablations():
        lines = [told.between(name, without, with_) for name in MISSION_OUTCOMES]
        name = say(f"report.mission.{mission}", lang)
        title = capital(say(f"document.mission_{form}", lang, mission=name))
        rows.append((title, *(gap_short(line, lang) for line in lines)))
    if not rows:
        return None
    lines = [told.line(name) for name in MISSION_OUTCOMES]
    head = tuple(named_unit(told.label(line), line.indicator.unit, lang) for line in lines)
    caption = say("document.table.missions", lang)
    return Table("missions-data", caption, (*_head(told, "mission"), *head), tuple(rows))


def time_asked(told: Told) -> Table | None:
    """Return the minutes a week that the CPTS asks of one professional of each profession."""
    lang, rows = told.lang, []
    for who, by in PROFESSIONS:
        lines = [summing(told.done, Place("time.line", by, name), told.arm) for name in CPTS_LINES]
        if not all(known(line) for line in lines):
            continue
        cells = [_minutes(line, lang) for line in lines]
        rows.append((say(f"document.profession.{who}", lang), *cells))
    if not rows:
        return None
    head = (*_head(told, "profession"), *(say(f"measures.line.{name}", lang) for name in CPTS_LINES))
    note = say("document.table.time_note", lang)
    caption = say("document.table.time", lang, interval=told.interval, base=told.name(told.base))
    return Table("time-asked", caption, head, tuple(rows), note=note)


def _minutes(line: Line, lang: str) -> str:
    gap = line.difference
    if not gap.mean:
        return "0"
    minutes = gap.scaled(MINUTES_AN_HOUR)
    places = decimals(minutes.half, minutes.mean)
    low, high = (written(end, places, lang) for end in (minutes.low, minutes.high))
    return f"{written(minutes.mean, places, lang)} [{say('document.range', lang, low=low, high=high)}]"


def slack(told: Told) -> Table | None:
    """Return how minutes freed from (positive) or taken out of GPs' patient time were used, beyond the first arm's.

    Assistants and Asalée nurses free minutes in every arm: those are not the missions'.
    """
    lang = told.lang
    uses = [("", "freed"), *(("use", name) for name in ("backfill", "to_list", "longer", "shorter"))]
    cells = []
    for by, name in uses:
        got = summing(told.done, Place("slack.minutes", by, name if by else ""), told.arm).difference
        if not math.isfinite(got.mean):
            return None
        shown = amount(got, lang, unit_words("minutes_year", lang), sign=True) if got.mean else "0"
        cells.append((say(f"document.use.{name}", lang), shown))
    if all(shown == "0" for _, shown in cells):
        return None
    head, row = zip(*cells, strict=True)
    caption = say("document.table.slack", lang, base=told.name(told.base), interval=told.interval)
    return Table("slack-table", caption, head, (row,))


def account(told: Told, arm: str) -> Table | None:
    """Return what the CPTS of an arm costs its payer, receives and spends a year, line by line."""
    lang, values, rows = told.lang, told.done.values, []
    net, share = (told.spread(found(values, arm)) for found in (contract_euros, spent_share))
    if math.isfinite(net.mean) and net.mean:
        rows.append((say("document.account.net", lang), amount(net, lang, unit_words("euros_year", lang))))
    for name, lines in (("cpts.received", INCOME), ("cpts.spent", SPENDING)):
        for place in (Place(name), *(Place(name, "line", line.name.lower()) for line in lines)):
            got = told.level(arm, place)
            if not math.isfinite(got.mean) or not got.mean:
                continue
            label = say(f"measures.{name}", lang) if not place.by else "– " + say(f"life.line.{place.group}", lang)
            rows.append((label, amount(got, lang, unit_words("euros_year", lang))))
    if not rows:
        return None
    if math.isfinite(share.mean):
        rows.append((say("document.account.share", lang), level_spread(share, "share", lang)))
    return Table("account-table", say("document.table.account", lang), _head(told, "line", "amount"), tuple(rows))


def paid(told: Told) -> Table | None:
    """Return the activity declared for each mission, the share it earned, and the true outcomes beside it."""
    lang, rows, tones = told.lang, [], []
    same, arm = say("document.same", lang), told.funded
    for mission in ACI_MISSIONS:
        earned = told.level(arm, Place("cpts.paid_indicators", "mission", mission))
        if not math.isfinite(earned.mean):
            continue
        none = mission == CRISIS and not told.done.plan.scenario.shocks.names()
        shown = say("document.no_crisis", lang) if none else level_spread(earned, "share", lang, 1.0)
        first = (say(f"life.mission.{mission}", lang), say(f"life.declared.{mission}", lang), shown)
        for rank, place in enumerate(contract_outcomes(mission)):
            line = told.line(place)
            outcome = named_unit(told.label(line), line.indicator.unit, lang)
            rows.append((*(first if not rank else (first[0], same, same)), outcome,
                         gap_short(line, lang) if known(line) else say("document.not_measured", lang),
                         reading_words(line, lang) if known(line) else "–"))  # fmt: skip
            tones.append(str(line.reading) if known(line) else "")
    if not rows:
        return None
    gap = "gap" if told.funded == told.arm else "gap_stop"  # else the effect stands beside what the other arm declares
    head = _head(told, "mission", "activity", "earned", "true_outcome", gap, "reading")
    caption = say("document.table.paid", lang, paid=told.name(arm), arm=told.name(told.arm), base=told.name(told.base))
    return Table("paid-table", caption, head, tuple(rows), tuple(tones), frozenset({1, 3, 5}))


def enough(told: Told) -> bool:
    """Tell whether there are enough pairs, and precise enough, to read anything."""
    readable = any(line.reading is not Reading.TOO_FEW for line in told.main())
    return readable and len(told.done.values.seeds) >= (fewest_for_sure() if told.drawn else FEWEST_PAIRS)


__all__ = [
    "MISSION_OUTCOMES", "account", "burdens", "communes", "course", "enough", "gap_unit_words", "groups", "missions",
    "other_arms", "outcomes", "paid", "slack", "time_asked",
]  # fmt: skip
