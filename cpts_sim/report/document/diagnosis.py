"""The diagnosis of a territory: what its data say before any project, beside France and similar territories.

Each number has its nature (official, a national rate applied, an estimate of the model), those of France their source.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cpts_sim import EPOCH, __version__
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.evidence.references import codes_in, references
from cpts_sim.report.document import territory_figures
from cpts_sim.report.document.annex import sources
from cpts_sim.report.document.blocks import Block, Code, Document, Figure, Items, Section, Table, Terms, Text, kept
from cpts_sim.report.document.depends import grade_of, parameter_head, range_of, source_of, value_of
from cpts_sim.report.document.national import National, apl_year, france_of
from cpts_sim.report.document.natures import nature_of
from cpts_sim.report.document.phrases import NBSP, listed
from cpts_sim.report.document.territory_facts import DRAWS, LEVELS, UNSURE, Fact, counted, drawn, late
from cpts_sim.report.numbers import decimals, written
from cpts_sim.territory import AGE_BANDS, ARCHETYPES, Territory, archetype_title, load_archetype
from cpts_sim.words import number, say, signed, source_words, unit_words

FRANCE = "reference"
"""The archetype written from national averages: never one of the similar territories."""
SHARES = frozenset({
    "under_20", "over_65", "over_75", "scarce", "scarce_published", "gps_far", "pharmacies_far", "emergency_far",
    "without_mt", "ald_without_mt", "gps_late", "patients_at_risk", "lists_closed", "nurses_late",
})  # fmt: skip
WHOLE = frozenset({
    "inhabitants", "density", "need", "unscheduled", "ageing", "gps_late_people", "health_houses", "tourist_beds",
})  # fmt: skip
ROUGH = frozenset({"unscheduled"})
"""Numbers known to their order of size, written in tens."""
PEOPLE = frozenset({"without_mt_people"})
"""Numbers of people that are estimates: no digit finer than the first of the half-width of their range."""
ALONE = frozenset({"gps_late", "nurses_late", "patients_at_risk"})
"""National rates: a similar territory has the same by construction, so that setting it beside would say nothing."""
_RANGED = re.compile(r"(\s\[[^\]]+\])(\s?%|\s(?:personnes|people)\b)")
"""A range in brackets before the unit of its number."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "people": (
        "inhabitants", "density", "under_20", "over_65", "over_75", "ageing", "deprivation", "need", "tourist_beds",
    ),
    "supply": ("gps_density", "gps_need", "nurses_density", "pharmacies_density", "health_houses"),
    "access": ("apl_published", "scarce_published", "apl", "scarce"),
    "attached": ("without_mt", "without_mt_people", "ald_without_mt", "lists_closed"),
    "demand": ("unscheduled",),
    "distance": (
        "gps_minutes", "gps_far", "pharmacies_minutes", "pharmacies_far", "emergency_minutes", "emergency_far",
    ),
    "risk": ("gps_late", "gps_late_people", "patients_at_risk", "nurses_late"),
}  # fmt: skip
"""Sections and the numbers of each, in order."""
LIKENESS = ("density", "over_65", "gps_density", "apl", "emergency_minutes")
"""Numbers by which a territory is called similar to another."""
NEAR = 0.05
"""Relative difference below which a number is called near that of France, or computed accessibility the published."""
SIMILAR = 2
BEHIND = (
    *UNSURE, *LEVELS, "territory.gp_age", "territory.gp_women", "territory.nurse_age", "territory.bpe_gp_share",
    "territory.bpe_pharmacy_share", "territory.supply_trend", "territory.ed_visits", "care.rate_minor",
    "care.rate_acute",
)  # fmt: skip
"""Parameters behind what is estimated here."""
TRENDS = ("gps", "nurses", "pharmacies")


@dataclass(frozen=True)
class Known:
    """A territory with its numbers and those of what it is compared with."""

    territory: Territory
    year: int
    facts: Mapping[str, Fact]
    france: Mapping[str, National]
    others: Mapping[str, Mapping[str, Fact]]
    lang: str


def diagnosis_of(territory: Territory, year: int, lang: str, command: Sequence[str] = ()) -> Document:
    """Return the diagnosis of a territory.

    Args:
        territory: where people and care are.
        year: reference year.
        lang: "fr" or "en".
        command: the command that makes this document again.
    """
    p = load_parameters(year)
    known = _known(territory, year, p, lang)
    parts = [_essential(known), *(_part(known, name) for name in PARTS), _similar(known), _limits(known)]
    redo = Section("redo", say("diagnosis.section.redo", lang), (Code(tuple(command)),), "annex") if command else None
    parts += [part for part in (_national(known, p), _behind(p, lang), redo, sources(lang)) if part is not None]
    title = say("diagnosis.title", lang, title=territory.title)
    return Document(lang, say("diagnosis.nature", lang), title, say("diagnosis.banner", lang), _head(known),
                    tuple(parts))  # fmt: skip


def _known(territory: Territory, year: int, p: Parameters, lang: str) -> Known:
    facts = {**counted(territory, p), **drawn(territory, year), **late(territory, year, p)}
    whole = {name: load_archetype(name) for name in ARCHETYPES}  # as any territory is loaded, whatever the year
    others = {name: counted(place, p) for name, place in whole.items()}
    near = sorted((name for name in ARCHETYPES if name not in (FRANCE, territory.id)),
                  key=lambda name: _distance(facts, others[name], others))[:SIMILAR]  # fmt: skip
    beside = {name: {**others[name], **drawn(whole[name], year)} for name in near}
    return Known(territory, year, facts, france_of(territory, year, p), beside, lang)


def _distance(facts: Mapping[str, Fact], other: Mapping[str, Fact], all_: Mapping[str, Mapping[str, Fact]]) -> float:
    """Return how unlike two territories are: differences scaled by the spread between archetypes."""
    total = 0.0
    for name in LIKENESS:
        seen = [one[name].value for one in all_.values() if name in one]
        if name in facts and name in other and math.isfinite(facts[name].value) and max(seen) > min(seen):
            total += ((facts[name].value - other[name].value) / (max(seen) - min(seen))) ** 2
    return total


def _head(known: Known) -> tuple[tuple[str, str], ...]:
    lang, place = known.lang, known.territory
    facts = {
        "territory": place.title,
        "inhabitants": say("document.inhabitants", lang, count=place.population, communes=place.size),
        "reference": str(known.year),
        "supply_year": str(place.supply_year),
        "source": say(f"diagnosis.source.{place.source}", lang),
        "version": say("document.version", lang, version=__version__, epoch=EPOCH),
    }
    return tuple((say(f"diagnosis.fact.{name}", lang), text) for name, text in facts.items())


def written_fact(name: str, fact: Fact | None, lang: str) -> str:
    """Write a number rounded to what its range supports; one that was drawn has its range in brackets."""
    if fact is None or not math.isfinite(fact.value):
        return "–"
    times, places = _times(name), _places(name, fact)
    shown, low, high = (written(value * times, places, lang) for value in (fact.value, fact.low, fact.high))
    return f"{shown} [{say('document.range', lang, low=low, high=high).replace(' ', NBSP)}]" if fact.drawn else shown


def _times(name: str) -> float:
    return 100.0 if name in SHARES else 1.0


def _places(name: str, fact: Fact) -> int:
    """Return the decimals of a number: those that its range supports, none for people, tens for an order of size."""
    if not fact.drawn:
        return -1 if name in ROUGH else 0 if name in WHOLE or name in SHARES else 1
    half = _times(name) * (fact.high - fact.low) / 2
    if name in PEOPLE:
        return min(0, -math.floor(math.log10(half)))
    most = 0 if name in WHOLE or half >= 1 else 1
    return min(decimals(half, fact.value * _times(name)), most)


def _alone(name: str, fact: Fact | None, own: Fact | None, lang: str) -> str:
    """Write the number of a territory that one compares with, without its range, as finely as in its own diagnosis.

    One that has no range is written as finely as the number here.
    """
    if fact is None or own is None or not (math.isfinite(fact.value) and math.isfinite(own.value)):
        return "–"
    return written(fact.value * _times(name), _places(name, fact if fact.drawn else own), lang)


def _of_france(known: Known, name: str, lang: str) -> str:
    """Write a number of France, as finely as it was published, without its band (which stands with its source)."""
    found = known.france.get(name)
    if found is None or name not in known.facts:
        return "–"
    return written(found.fact.value * _times(name), _places(name, found.fact), lang)


def _table(known: Known, name: str) -> Table:
    lang = known.lang
    facts = [fact for fact in PARTS[name] if fact in known.facts]
    rows = [
        (say(f"diagnosis.row.{fact}", lang), written_fact(fact, known.facts.get(fact), lang),
         say(f"diagnosis.nature_of.{nature_of(fact, known.territory)}", lang), _of_france(known, fact, lang),
         *("–" if fact.endswith("_people") or fact in ALONE
           else _alone(fact, other.get(fact), known.facts.get(fact), lang) for other in known.others.values()))
        for fact in facts
    ]  # fmt: skip
    names = [archetype_title(other, lang) for other in known.others]
    head = (*(say(f"diagnosis.{key}", lang) for key in ("column.number", "here", "column.nature", "france")), *names)
    return Table(f"{name}-table", say(f"diagnosis.table.{name}", lang), head, tuple(rows), words=frozenset({2}),
                 note=_note(known, name))  # fmt: skip


def _note(known: Known, name: str) -> str:
    """Return what a table needs to be read: what its ranges hold, and what they do not."""
    lang = known.lang
    if name == "attached":
        return say("diagnosis.note.attached", lang, count=DRAWS)
    if name == "access" and (year := apl_year(known.territory)):
        return say("diagnosis.note.access", lang, year=year, near=number(100 * NEAR, 0, lang))
    return say(f"diagnosis.note.{name}", lang) if name in NOTED else ""


NOTED = ("demand", "distance", "risk")


def _part(known: Known, name: str) -> Section:
    lang = known.lang
    said = name in ANSWERED
    blocks: list[Block | None] = [None if said else Text(_sentence(known, name)), _table(known, name)]
    if name == "people":
        blocks.append(_ages(known))
    if name == "access":
        blocks.append(_map(known))
    if name == "demand":
        blocks.append(Text(_emergency(known)))
    return Section(name, say(f"diagnosis.section.{name}", lang), kept(blocks))


LEADING = {
    "people": "over_65", "supply": "gps_need", "access": "apl_published", "attached": "without_mt",
    "demand": "unscheduled", "distance": "emergency_far", "risk": "gps_late",
}  # fmt: skip
"""The number that the sentence of each section is about."""
ANSWERED = ("people", "supply", "access", "attached", "risk")
"""Sections whose sentence stands in the essential; the others carry it themselves."""
CHECKED = ("attached", "risk")
"""Sections whose estimates the Assurance Maladie has the true numbers of."""
REAL = ("official", "table")
SINGLE = ("distance", "risk")
"""Sections of one sentence: what is estimated or national by construction is not called more or less than France."""
FEW = 5
"""Below so many doctors no number of them is expected by the ages of France."""


def _sentence(known: Known, name: str) -> str:
    """Say how the leading number of a section compares with France; the words follow the numbers."""
    lang, fact = known.lang, LEADING[name]
    if name == "access" and (fact not in known.facts or fact not in known.france):
        fact = "apl"
    own, france = known.facts.get(fact), known.france.get(fact)
    if own is None or france is None or not math.isfinite(own.value):
        return say("diagnosis.unknown", lang)
    texts = {"own": written_fact(fact, own, lang), "france": _of_france(known, fact, lang),
             "year": france.year.replace("-", "–"), "how": _how(known, name, fact)}  # fmt: skip
    texts |= {f"more_{other}": written_fact(other, known.facts.get(other), lang) for other in PARTS[name]}
    texts["scarce"] = texts.get("more_scarce" + fact.removeprefix("apl"), "–")
    key = f"diagnosis.sentence.{name}" + ("" if name in SINGLE else f".{compared_with(own, france.fact)}")
    texts |= {"check": _check(known, name), "lean": _lean(known), "season": _season(known)}
    if name == "risk" and 1 <= (gps := round(known.territory.total("gps"))) < FEW:
        return unit_first(say("diagnosis.sentence.risk_few", lang, count=gps, **texts))
    return unit_first(say(key, lang, gps=round(known.territory.total("gps")), **texts))


def _check(known: Known, name: str) -> str:
    """Return where the true number of an estimate is to be had; a territory that is invented has none."""
    told = name in CHECKED and known.territory.source in REAL
    return say(f"diagnosis.check.{name}", known.lang) if told else ""


def _lean(known: Known) -> str:
    """Say which way estimates lean: they start from the computed accessibility, which may be far from the published."""
    facts, lang = known.facts, known.lang
    if not {"apl", "apl_published"} <= set(facts) or not facts["apl_published"].value:
        return ""
    gap = facts["apl"].value / facts["apl_published"].value - 1.0
    if not abs(gap) > NEAR:
        return ""
    return say(f"diagnosis.lean.{'good' if gap > 0 else 'bad'}", lang, gap=number(100 * abs(gap), 0, lang))


def _season(known: Known) -> str:
    """Say that the need compared is not that of tourists, where their beds are known."""
    beds = known.facts.get("tourist_beds")
    return say("diagnosis.season", known.lang, beds=written_fact("tourist_beds", beds, known.lang)) if beds else ""


def _how(known: Known, name: str, fact: str) -> str:
    """Return what must be said of the origin of a sentence's numbers, in brackets or as an adverbial."""
    lang = known.lang
    if name == "people":
        nature = nature_of(fact, known.territory)
        return say(f"diagnosis.how.{nature}", lang) if nature in ("department", "national") else ""
    if name == "access":
        return say(f"diagnosis.how.{'computed' if fact == 'apl' else 'published'}", lang,
                   year=apl_year(known.territory))  # fmt: skip
    return ""


def unit_first(text: str) -> str:
    """Write the unit of a number before its range, not after it: 14 % [13 à 15], 3 360 personnes [3 280 à 3 430]."""
    return _RANGED.sub(r"\2\1", text)


def compared_with(own: Fact, france: Fact) -> str:
    """Return "above", "below" or "near": near when the range holds France's number, or the difference is small."""
    if own.low <= france.value <= own.high or abs(own.value - france.value) <= NEAR * abs(france.value):
        return "near"
    return "above" if own.value > france.value else "below"


def _essential(known: Known) -> Section:
    lang = known.lang
    pairs = tuple((say(f"diagnosis.question.{name}", lang), _sentence(known, name)) for name in ANSWERED)
    natures = Text(say("diagnosis.natures", lang), "note")
    return Section("essential", say("document.section.essential", lang), (Terms(pairs), natures), "box")


def _ages(known: Known) -> Figure:
    lang, size = known.lang, known.territory.size
    own = known.territory.age_sex[:size].sum(axis=(0, 1))
    table = load_parameters(known.year).table("territory.national_age_sex")
    france = table["men"] + table["women"]
    rows = tuple((band.replace("-", "–") if band != AGE_BANDS[-1] else band.split("-")[0] + "+",
                  number(100 * float(mine / own.sum()), 1, lang), number(100 * float(its / france.sum()), 1, lang))
                 for band, mine, its in zip(AGE_BANDS, own, france, strict=True))  # fmt: skip
    head = (say("diagnosis.column.age", lang), say("diagnosis.here", lang), say("diagnosis.france", lang))
    data = Table("ages-data", say("diagnosis.table.ages", lang), head, rows, small=True)
    return Figure("figure-ages", territory_figures.ages(own, france, lang), say("diagnosis.figure.ages", lang), data)


def _map(known: Known) -> Block:
    """Return the map of accessibility with its table by commune, or the table alone where there are no outlines."""
    lang, place = known.lang, known.territory
    size, communes = place.size, place.communes
    nearest = place.hospital_min[:size].min(axis=1) if place.hospital_min.size else [math.nan] * size
    heads = all(float(count).is_integer() for count in communes["gps"][:size])
    columns = ("apl_published", "apl") if "apl_published" in known.facts else ("apl",)
    rows = tuple(
        (f"{communes['name'][row]} ({communes['code'][row]})", number(communes["population"][row], 0, lang),
         number(communes["gps"][row], 0 if heads or not communes["gps"][row] else 1, lang),
         *(number(communes[column][row], 1, lang) for column in columns), number(float(nearest[row]), 0, lang))
        for row in range(size)
    )  # fmt: skip
    head = tuple(say(f"diagnosis.column.{name}", lang) for name in ("commune", "inhabitants", "gps", *columns,
                                                                    "emergency"))  # fmt: skip
    data = Table("map-data", say("diagnosis.table.communes", lang), head, rows, small=True)
    picture = territory_figures.accessibility(place, columns[0], lang)
    text = say(f"diagnosis.figure.{'map' if columns[0] == 'apl' else 'map_published'}", lang, year=apl_year(place))
    return data if picture is None else Figure("figure-map", picture, text, data)


def _emergency(known: Known) -> str:
    """Say how many emergency visits national use would give here, and where they go."""
    lang, place, p = known.lang, known.territory, load_parameters(known.year)
    entry, rate = p.entry("territory.ed_visits"), p["territory.ed_visits"]
    rates = {name: number(1000 * value, 0, lang) for name, value in
             (("rate", rate), ("low", entry.low), ("high", entry.high))}  # fmt: skip
    visits = {name: number(_two_digits(value * place.population), 0, lang) for name, value in
              (("visits", rate), ("fewest", entry.low), ("most", entry.high))}  # fmt: skip
    names = listed([str(name) for name in place.hospitals["name"]], lang) or say("diagnosis.no_emergency", lang)
    return say("diagnosis.emergency", lang, names=names, source=source_words(entry.source, lang), **rates, **visits)


def _two_digits(value: float) -> float:
    """Round to two digits: an order of size."""
    return round(value, 1 - math.floor(math.log10(value))) if value > 0 else 0.0


def _similar(known: Known) -> Section:
    lang = known.lang
    names = listed([archetype_title(name, lang) for name in known.others], lang)
    text = Text(say("diagnosis.similar", lang, names=names))
    return Section("similar", say("diagnosis.section.similar", lang), (text,))


def _limits(known: Known) -> Section:
    lang = known.lang
    own = ("drawn", "counted") if known.territory.source in REAL else ()
    season = () if "tourist_beds" in known.facts else ("season",)
    fixed = [say(f"diagnosis.limit.{name}", lang) for name in (*own, "need", *season, "quality")]
    remarks = [remark.say(lang) for remark in known.territory.cautions]
    return Section("limits", say("diagnosis.section.limits", lang), (Items((*fixed, _trend(known), *remarks)),))


def _trend(known: Known) -> str:
    """Say by how much a year supply is carried from its count to another year, by which source, and whether here."""
    lang, p = known.lang, load_parameters(known.year)
    rates, years = p.mapping("territory.supply_trend"), known.year - known.territory.supply_year
    told = {name: signed(100 * rates[name], 2 if name == "gps" else 1, lang) for name in TRENDS}
    key, moved = ("carried" if years else "still"), signed(100 * years * rates["gps"], 1, lang)
    here = say(f"diagnosis.trend.{key}", lang, year=known.year, moved=moved)
    return say("diagnosis.trend", lang, counted=known.territory.supply_year, here=here,
               source=source_words(p.entry("territory.supply_trend").source, lang), **told)  # fmt: skip


def _national(known: Known, p: Parameters) -> Section:
    """Return where each number of France was read, with its band where the model is held against it."""
    lang = known.lang
    shown = [name for part in PARTS.values() for name in part if name in known.france and name in known.facts]
    rows = tuple((say(f"diagnosis.row.{name}", lang), written_fact(name, found.fact, lang),
                  found.year.replace("-", "–") or "–", found.source[lang])
                 for name, found in ((name, known.france[name]) for name in shown))  # fmt: skip
    head = (say("diagnosis.column.number", lang), say("diagnosis.france", lang), say("diagnosis.column.year", lang),
            say("diagnosis.column.source", lang))  # fmt: skip
    table = Table("national-table", say("diagnosis.table.national", lang), head, rows, words=frozenset({2, 3}),
                  small=True)  # fmt: skip
    used = {code for name in shown for code in codes_in(known.france[name].source["en"])}
    used |= {code for name in BEHIND for code in codes_in(p.entry(name).source)}
    unread = say("document.codes_unread", lang)
    codes = tuple((code, found.what.get(lang, "–"), listed(found.where, lang) or unread)
                  for code, found in references().items() if code in used)  # fmt: skip
    heads = tuple(say(f"document.column.{name}", lang) for name in ("code", "subject", "read_at"))
    read = Table("codes-table", say("diagnosis.table.codes", lang), heads, codes, words=frozenset({1, 2}), small=True)
    return Section("national", say("diagnosis.section.national", lang), (table, read), "annex")


def _behind(p: Parameters, lang: str) -> Section:
    """Return the parameters behind the estimates."""
    entries = [p.entry(name) for name in BEHIND]
    rows = tuple((entry.id, value_of(entry, lang), unit_words(entry.unit, lang), range_of(entry, lang),
                  grade_of(entry, lang), source_of(entry, lang)) for entry in entries)  # fmt: skip
    table = Table("behind", say("diagnosis.table.behind", lang), parameter_head(lang), rows,
                  words=frozenset({1, 2, 3, 4, 5}), english=frozenset({0}), small=True)  # fmt: skip
    return Section("behind-estimates", say("diagnosis.section.behind", lang), (table,), "annex")
