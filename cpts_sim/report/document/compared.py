"""What was compared: the territory's choice, the arms, the missions of the decision with their calendar and price."""

from __future__ import annotations

from typing import Any

from cpts_sim.care.baseline import levels
from cpts_sim.evidence import load_parameters
from cpts_sim.explain import mission_card, mission_names
from cpts_sim.missions.deadlines import missing_missions
from cpts_sim.report.document.blocks import Section, Table, Terms, Text
from cpts_sim.report.document.life import life
from cpts_sim.report.document.phrases import capital
from cpts_sim.report.document.reading import Told
from cpts_sim.words import number, say, speaking


def missions_in(told: Told) -> list[str]:
    """Return the missions of the decision's CPTS, or of the first arm's where the decision ends it."""
    return sorted(_missions(told))


def _missions(told: Told) -> dict[str, Any]:
    own = _cpts(told)
    return {} if own is None else dict(own.missions.items())


def _cpts(told: Told) -> Any:
    """Return the decision's CPTS, or the first arm's, whichever has missions; None where neither has any."""
    arms = told.done.plan.scenario.arms
    found = (arms[arm].cpts for arm in (told.arm, told.base) if arm in arms)
    return next((own for own in found if own is not None and own.missions.names()), None)


def compared(told: Told) -> Section:
    """Return the section of what was compared."""
    lang = told.lang
    intro = say("document.compared.intro", lang, arm=told.name(told.arm), base=told.name(told.base),
                time=told.time, year=told.done.plan.scenario.reference_year)  # fmt: skip
    choices = (told.base, told.arm, *told.others())
    arms = tuple((capital(told.name(arm)), _arm(told, arm)) for arm in told.done.values.arms if arm in choices)
    blocks: list[Any] = [Text(intro), Terms((*arms, *_made_for_tables(told)))]
    table = _table(told, "mission-list", ("begins", "grade"))
    blocks.append(table or Text(say("document.missing.mission_list", lang), "note"))
    blocks += _not_opened(told)
    return Section("compared", say("document.section.compared", lang), (*blocks, *life(told)))


def _made_for_tables(told: Told) -> tuple[tuple[str, str], ...]:
    """Say in one line which missions are taken away or added, each by itself, to see what it brings."""
    out = []
    for form in ("minus", "plus"):
        named = [say(f"report.mission.{mission}", told.lang) for mission, how, *_ in told.ablations() if how == form]
        if named:
            text = say(f"document.compared.{form}_each", told.lang, arm=told.name(told.arm), missions=", ".join(named))
            out.append((say(f"document.compared.{form}_name", told.lang), text))
    return tuple(out)


def _not_opened(told: Told) -> list[Text]:
    """Name the missions that the contract makes compulsory and that the decision's CPTS never opens."""
    spec, own = told.done.plan.scenario, _cpts(told)
    parameters = spec.arms[told.funded].parameters if told.funded in spec.arms else spec.parameters
    arms = {told.arm: (own, load_parameters(spec.reference_year, {**levels(spec.baseline), **parameters}))}
    missing = [
        say("document.compared.missing_by", told.lang, mission=say(f"report.mission.{found.mission}", told.lang),
            months=number(found.limit, 0, told.lang))
        for found in missing_missions(arms, spec.horizon_days, spec.reference_year)
    ]  # fmt: skip
    return [Text(say("document.compared.missing", told.lang, missions=", ".join(missing)), "alert")] if missing else []


def mission_detail(told: Told) -> Section | None:
    """Return what each mission does and its price, in the annex."""
    table = _table(told, "mission-detail", ("does", "price"))
    title = say("document.section.mission_detail", told.lang)
    return None if table is None else Section("mission-detail-part", title, (table,), "annex")


def _arm(told: Told, arm: str) -> str:
    """Say in a sentence what an arm is."""
    lang, arms = told.lang, told.done.plan.scenario.arms
    own = arms.get(arm)
    if own is None or (own.cpts is None and own.instead is None):
        return say("document.compared.nothing", lang)
    if own.instead is not None:
        uses = ((say(f"document.instead.{name}", lang), getattr(own.instead, name)) for name in
                ("assistants", "sessions", "msp"))  # fmt: skip
        shares = ", ".join(f"{name} {number(100 * share, 0, lang)} %" for name, share in uses if share)
        return say("document.compared.instead", lang, shares=shares)
    if own.cpts is None:
        return say("document.compared.nothing", lang)
    if (alike := _alike(told, arm)) is not None:
        drawn = [say("document.compared.drawn", lang)] if getattr(own.cpts, "life", "") == "drawn" else []
        return " ".join([say("document.compared.like", lang, other=told.name(alike)), *drawn])
    there = own.cpts.missions.names()
    names = ", ".join(say(f"report.mission.{name}", lang) for name in there)
    missions = names or say("document.nothing", lang)
    if own.cpts.since_months is not None:
        since = number(own.cpts.since_months, int(own.cpts.since_months != int(own.cpts.since_months)), lang)
        parts = [say("document.compared.exists", lang, since=since, missions=missions)]
    else:
        start = _months(own.cpts.start_months, lang)
        signed = (getattr(own.cpts, "starts_at", ""), getattr(own.cpts, "life", "")) == ("running", "succeeds")
        begins = "signed" if signed else "cpts"
        parts = [say(f"document.compared.{begins}", lang, start=start, missions=missions)]
    if getattr(own.cpts, "life", "") == "drawn":
        parts.append(say("document.compared.drawn", lang))
    if own.cpts.stop_months is not None:
        parts.append(say("document.compared.stop", lang, stop=_months(own.cpts.stop_months, lang)))
    return " ".join(parts)


def _alike(told: Told, arm: str) -> str | None:
    """Return the arm under study where this one has the same CPTS but for the way its life goes."""
    arms = told.done.plan.scenario.arms
    if arm == told.arm or told.arm not in arms or (study := arms[told.arm].cpts) is None:
        return None
    mine, its = (cpts.model_dump(exclude={"life"}) for cpts in (arms[arm].cpts, study) if cpts is not None)
    return told.arm if mine == its else None


def _months(months: float, lang: str) -> str:
    if not months:
        return say("document.day_zero", lang)
    return say("document.months", lang, months=number(months, int(months != int(months)), lang))


def _table(told: Told, name: str, columns: tuple[str, ...]) -> Table | None:
    """Return the missions: when they begin, what they do, what they cost, how sure their effect is."""
    lang, rows, own = told.lang, [], _cpts(told)
    parameters = load_parameters(told.done.plan.scenario.reference_year)
    for mission, settings in sorted(_missions(told).items()):
        if mission not in mission_names():
            continue
        with speaking(lang):
            card = mission_card(mission, parameters)
        start = getattr(settings, "start_months", None)
        unsaid = "by_project" if own is None or own.since_months is None else "in_place"
        cells = {
            "begins": say(f"document.{unsaid}", lang) if start is None else _months(float(start), lang),
            "does": card.words.get("does", "–"), "price": card.words.get("price", "–"),
            "grade": say(f"missions.grade_{card.grade}", lang),
        }  # fmt: skip
        rows.append((card.words["title"], *(cells[column] for column in columns)))
    if not rows:
        return None
    head = tuple(say(f"document.column.{column}", lang) for column in ("mission", *columns))
    caption = say(f"document.table.{name.replace('-', '_')}", lang)
    note = say("document.table.grade_note", lang) if "grade" in columns else ""
    return Table(name, caption, head, tuple(rows), words=frozenset(range(1, len(head))), note=note)
