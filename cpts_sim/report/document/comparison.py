"""The report of a comparison: its sections in the order in which a decision is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH, __version__
from cpts_sim.experiment import Comparison
from cpts_sim.report.chances import support_words
from cpts_sim.report.courses import LONG, QUARTER
from cpts_sim.report.document import harms, tables
from cpts_sim.report.document.accounts import account_table
from cpts_sim.report.document.annex import annexes
from cpts_sim.report.document.blocks import Block, Document, Figure, Items, Section, Table, Text, kept
from cpts_sim.report.document.compared import compared, mission_detail, missions_in
from cpts_sim.report.document.depends import depends
from cpts_sim.report.document.essential import essential
from cpts_sim.report.document.essential_cost import full_year
from cpts_sim.report.document.figures import Dot, dots, drawn
from cpts_sim.report.document.life import with_journal
from cpts_sim.report.document.limits import few_ends, particular
from cpts_sim.report.document.phrases import capital, named_unit
from cpts_sim.report.document.reading import CUTS, PRIMARY, Told, known, told_of
from cpts_sim.report.document.swings import same_decision
from cpts_sim.report.instead import not_comparable
from cpts_sim.report.maps import _territory, remarks
from cpts_sim.report.marks import note
from cpts_sim.report.numbers import gap_unit_words
from cpts_sim.report.sums import summing
from cpts_sim.report.table import exceeding, long_week_words, scenario_title
from cpts_sim.scenario.arms import SAME_MONEY
from cpts_sim.territory import archetype_title
from cpts_sim.words import date_words, say

HOURS = ("time.hours", "time.patients", "time.displaced", "time.unpaid_evening", "cpts.hours", "cpts.unpaid_hours")
"""Hours of GPs and of the CPTS that a table sets side by side."""


def report_of(done: Comparison, lang: str, provenance: Mapping[str, Any] | None = None, folder: Path | None = None,
              assumed: tuple[Comparison, Path] | None = None) -> Document:  # fmt: skip
    """Return the report of a comparison.

    Args:
        done: its pairs.
        lang: "fr" or "en".
        provenance: what varies (only the day of the computation is read).
        folder: where the results are, named in the commands to redo them.
        assumed: pairs of the same decision with assumptions at the ends of their ranges, and where they are.

    Raises:
        InputError: those pairs are of another decision.
    """
    told = told_of(with_journal(done, folder), lang)
    if assumed is not None:
        told = replace(told, assumed=same_decision(done, assumed[0], told.arm, str(assumed[1])))
    parts = (
        _section("essential", lang, essential(told), kind="box"), compared(told), _main(told), _arms(told),
        _forest(told), _course(told), _map(told), _groups(told), _missions(told), harms.harms(told), _time(told),
        _slack(told), _costs(told), _paid(told), depends(told), _silent(told), mission_detail(told), _accounts(told),
        _cost_detail(told), _arms_detail(told), *annexes(told, folder),
    )  # fmt: skip
    title = say("document.title", lang, title=scenario_title(done, lang))
    sections = tuple(part for part in parts if part is not None)
    return Document(lang, say("document.nature", lang), title, say("document.banner", lang), _facts(told, provenance),
                    sections)  # fmt: skip


def _section(name: str, lang: str, *blocks: Block | None, kind: str = "plain") -> Section:
    """Return a section; one without any block says in a sentence what is missing."""
    inside = kept(blocks) or (Text(say(f"document.missing.{name}", lang), "note"),)
    return Section(name, say(f"document.section.{name}", lang), inside, kind)


def _facts(told: Told, provenance: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    done, lang = told.done, told.lang
    seeds, scenario = done.values.seeds, done.plan.scenario
    place = _territory(done)
    facts = {
        "territory": _place(told, place),
        "inhabitants": say("document.inhabitants", lang, count=sum(place["communes"]["population"]),
                           communes=len(place["communes"]["code"])),
        "years": told.time,
        "reference": str(scenario.reference_year),
        "pairs": say("document.seeds", lang, count=len(seeds), first=seeds[0], last=seeds[-1]),
    }  # fmt: skip
    if day := _day(provenance):
        facts["date"] = date_words(day.date(), lang)
    facts["version"] = say("document.version", lang, version=__version__, epoch=EPOCH)
    facts["key"] = done.plan.key
    return tuple((say(f"document.fact.{name}", lang), text) for name, text in facts.items())


def _place(told: Told, place: Mapping[str, Any]) -> str:
    """Return what the territory is called in the language of the document."""
    asked = told.done.plan.scenario.territory
    return archetype_title(asked.archetype, told.lang) if asked.archetype else str(place.get("title") or asked.label)


def _day(provenance: Mapping[str, Any] | None) -> datetime | None:
    try:
        return datetime.fromisoformat(str((provenance or {})["finished"]))
    except (KeyError, ValueError):
        return None


def _main(told: Told) -> Section:
    lang, lines = told.lang, told.main()
    if not lines:
        return _section("main", lang)
    names = {"arm": told.name(told.arm), "base": told.name(told.base), "time": told.time}
    caption = say("document.table.main", lang, count=len(told.done.values.seeds), **names)
    note_ = say("document.table.main_note", lang)
    if told.drawn:
        words = say("document.table.main_note_drawn", lang, chances=say("uncertain.chances", lang))
        note_ = " ".join([words, *few_ends(told)])
    if any(line.place.indicator == "burnout.exhausted_or_gone" for line in lines):
        note_ += " " + say("document.table.gone", lang)
    table = tables.outcomes(told, "main-table", told.with_last_year(), caption, note_, told.beside())
    return _section("main", lang, table, Text(_open_note(told), "note"))


def _open_note(told: Told) -> str:
    """Say what the words of the last column mean."""
    if not told.drawn:
        return say("document.open_note", told.lang)
    return say("document.open_note_drawn", told.lang, **support_words(told.lang))


def _arms(told: Told) -> Section | None:
    """Return the other arms; a comparison of two has no such section."""
    others = told.others()
    if not others:
        return None
    lines = [line for line in told.with_last_year() if line.place.indicator in tables.ARM_OUTCOMES]
    return _section("arms", told.lang, tables.other_arms(told, others, lines, tables.SHORT_ARMS, "document.table.arms"))


def _arms_detail(told: Told) -> Section | None:
    """Return every outcome of the other arms, in the annex."""
    others, lang = told.others(), told.lang
    if not others:
        return None
    table = tables.other_arms(told, others, told.with_last_year(), "arms-all", "document.table.arms_all")
    return Section("arms-detail", say("document.section.arms_detail", lang), (table,), "annex")


def _figure(told: Told, name: str, data: Table | None, *more: str) -> Figure | None:
    """Return a figure of every comparison with its data, or None where there is nothing to draw."""
    if data is None:
        return None
    picture = drawn(told.done, name, told.lang, told.arm)
    if picture is None:
        return None
    words = say(f"document.figure.{name}", told.lang, base=told.name(told.base), interval=told.interval)
    return Figure(f"figure-{name}", picture, " ".join([words, *more]), data)


def _forest(told: Told) -> Section:
    lang, lines = told.lang, told.judged()
    data = tables.outcomes(told, "forest-data", lines, say("document.table.forest", lang)) if lines else None
    return _section("forest", lang, _figure(told, "forest", data))


def _course(told: Told) -> Section:
    long = told.done.plan.scenario.horizon_days // 7 > LONG
    more = (say("report.figure.moving", told.lang, weeks=QUARTER),) if long else ()
    return _section("course", told.lang, _figure(told, "course", tables.course(told), *more))


def _map(told: Told) -> Section:
    data = tables.communes(told)
    figure = _figure(told, "map", data, *remarks(told.done, told.lang, told.arm)[1:])
    # Without outlines there is no map, yet there are numbers.
    return _section("map", told.lang, figure or data)


def _groups(told: Told) -> Section:
    lang, data = told.lang, tables.groups(told)
    rows: list[Dot] = []
    for by in CUTS:
        lines = told.groups(PRIMARY, by)
        if lines:
            rows += [Dot(say(f"document.cut.{by}", lang)), *(Dot(told.group_name(line), line) for line in lines)]
    if data is None or not rows:
        return _section("groups", lang)
    first = told.line(PRIMARY)
    axis = say("document.axis", lang, unit=gap_unit_words(first.indicator.unit, lang))
    title = say("document.section.groups", lang)
    words = say("document.figure.groups", lang, interval=told.interval, base=told.name(told.base))
    figure = Figure("figure-groups", dots(rows, axis, lang, title, note(told.done, words, lang)), words, data)
    return _section("groups", lang, figure, Text(say("document.chance_note", lang), "note"))


def _missions(told: Told) -> Section | None:
    """Return what each mission adds; without such arms the section says how to ask for them."""
    lang, data = told.lang, tables.missions(told)
    if data is None:
        return _section("missions", lang, _how_to_ask(told))
    rows = []
    for name in tables.MISSION_OUTCOMES[:1]:
        for mission, form, without, with_ in told.ablations():
            title = say(f"document.mission_{form}", lang, mission=say(f"report.mission.{mission}", lang))
            rows.append(Dot(capital(title), told.between(name, without, with_)))
    shown = [row for row in rows if row.line is not None and known(row.line)]
    first = told.line(PRIMARY)
    axis = named_unit(told.label(first), first.indicator.unit, lang)
    text = say("document.figure.missions", lang, interval=told.interval)
    picture = dots(shown, axis, lang, say("document.section.missions", lang), text) if shown else None
    figure = Figure("figure-missions", picture, text, data) if picture is not None else None
    return _section("missions", lang, figure or data, _not_computed(told))


def _how_to_ask(told: Told) -> Text:
    """Say which arms would tell what each mission adds; without any mission there is nothing to ask for."""
    if not (mine := missions_in(told)):
        return Text(say("document.missing.mission_list", told.lang), "note")
    return Text(say("document.missing.missions", told.lang, mission=mine[0]), "note")


def _not_computed(told: Told) -> Text | None:
    """Say of which missions of the decision the results hold no arm with and without them."""
    mine, seen = missions_in(told), {mission for mission, *_ in told.ablations()}
    if not (left := [name for name in mine if name not in seen]):
        return None
    names = ", ".join(say(f"report.mission.{name}", told.lang) for name in left)
    return Text(say("document.missions_left", told.lang, count=len(left), names=names), "note")


def _time(told: Told) -> Section:
    lang = told.lang
    lines = [summing(told.done, name, told.arm) for name in HOURS]
    shown = [line for line in lines if known(line)]
    caption = say("document.table.hours_drawn" if told.drawn else "document.table.hours", lang)
    table = tables.burdens(told, "hours", shown, caption) if shown else None
    caution = [Text(text, "alert") for text in long_week_words(told.done, lang)]
    return _section("time", lang, *caution, tables.time_asked(told), table)


def _slack(told: Told) -> Section:
    return _section("slack", told.lang, tables.slack(told))


def _accounts(told: Told) -> Section | None:
    """Return where the change in needs met comes from, in the annex."""
    table = account_table(told)
    title = say("document.section.accounts", told.lang)
    return None if table is None else Section("accounts-part", title, (table,), "annex")


def _costs(told: Told) -> Section:
    from cpts_sim.report.document.money import cost_tables

    worth = [Text(text, "note") for text in full_year(told)]
    return _section("costs", told.lang, *cost_tables(told), *worth)


def _cost_detail(told: Told) -> Section | None:
    """Return every line of costs, in the annex."""
    from cpts_sim.report.document.money import payer_tables

    found = payer_tables(told)
    title = say("document.section.cost_detail", told.lang)
    return Section("cost-detail", title, tuple(found), "annex") if found else None


def _paid(told: Told) -> Section:
    lang, table = told.lang, tables.paid(told)
    return _section("paid", lang, table, Text(say("document.paid_note", lang), "note") if table else None)


def _silent(told: Told) -> Section:
    """Return what the result does not say: limits of every result, of this territory, and effects beyond any trial."""
    lang = told.lang
    own_draws = ("one_drawn", "interval_drawn") if told.drawn else ("one", "interval")
    names = ("forecast", "weak", *own_draws, "short", *particular(told), "people", "validity")
    fixed = [say(f"document.limit.{name}", lang) for name in names]
    own = [str(each[lang]) for each in _territory(told.done).get("notes", [])]
    said = not_comparable(told.done, lang) if SAME_MONEY in told.others() else []  # beside the columns of that money
    alerts = [Text(text, "alert") for text in exceeding(told.done, lang) if text not in said]
    data = Text(say("document.limit.territory", lang, remarks=" ".join(own)), "note") if own else None
    return _section("silent", lang, *alerts, Items(tuple(fixed)), data)


def provenance_of(folder: Path) -> dict[str, Any]:
    """Return what a folder of results tells of its computation ({} where it tells nothing)."""
    try:
        content: dict[str, Any] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content


__all__ = ["provenance_of", "report_of"]
