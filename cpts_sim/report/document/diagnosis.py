"""The diagnosis of a territory: what its data say before any project, beside France and similar territories."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cpts_sim import EPOCH, __version__
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.report.document import territory_figures
from cpts_sim.report.document.annex import sources
from cpts_sim.report.document.blocks import Block, Code, Document, Figure, Items, Section, Table, Terms, Text, kept
from cpts_sim.report.document.phrases import NBSP, listed
from cpts_sim.report.document.territory_facts import DRAWS, Fact, counted, drawn, exact, late_share
from cpts_sim.report.numbers import decimals, written
from cpts_sim.territory import AGE_BANDS, ARCHETYPES, Territory, archetype_title, load_archetype
from cpts_sim.words import number, say

FRANCE = "reference"
"""The archetype written from national averages."""
SHARES = frozenset({
    "under_20", "over_65", "over_75", "scarce", "gps_far", "pharmacies_far", "emergency_far", "without_mt",
    "ald_without_mt", "gps_late", "patients_at_risk", "lists_closed", "nurses_late",
})  # fmt: skip
WHOLE = frozenset({"inhabitants", "density", "need", "unscheduled", "ageing", "without_mt_people", "gps_late_people",
                   "health_houses"})  # fmt: skip
ROUGH = frozenset({"unscheduled"})
"""Numbers known to their order of size, written in tens."""
UNLIKE = frozenset({"inhabitants", "health_houses", "scarce", "gps_far", "pharmacies_far", "emergency_far"})
"""Numbers of the invented territory with the national means that say nothing of France: sizes, and shares of people
beyond a limit, which hang on how unlike its places are."""
_RANGED = re.compile(r"(\s\[[^\]]+\])(\s?%|\s(?:personnes|people)\b)")
"""A range in brackets before the unit of its number."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "people": ("inhabitants", "density", "under_20", "over_65", "over_75", "ageing", "deprivation", "need"),
    "supply": ("gps_density", "gps_need", "nurses_density", "pharmacies_density", "health_houses"),
    "access": ("apl", "scarce"),
    "attached": ("without_mt", "without_mt_people", "ald_without_mt", "lists_closed"),
    "demand": ("unscheduled",),
    "distance": ("gps_minutes", "gps_far", "pharmacies_minutes", "pharmacies_far", "emergency_minutes",
                 "emergency_far"),
    "risk": ("gps_late", "gps_late_people", "patients_at_risk", "nurses_late"),
}
"""Sections and the numbers of each, in order."""
LIKENESS = ("density", "over_65", "gps_density", "apl", "emergency_minutes")
"""Numbers by which a territory is called similar to another."""
NEAR = 0.05
"""Relative difference below which a number is called near that of France."""
SIMILAR = 2
COMPARED_DRAWS = 20
SMALL = 20_000
"""Inhabitants of the populations drawn of a territory that one compares with."""


@dataclass(frozen=True)
class Known:
    """A territory with its numbers and those of what it is compared with."""

    territory: Territory
    year: int
    facts: Mapping[str, Fact]
    others: Mapping[str, Mapping[str, Fact]]
    lang: str

    @property
    def france(self) -> Mapping[str, Fact]:
        """The numbers of the national average."""
        return self.others[FRANCE]


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
    parts += [part for part in (redo, sources(lang)) if part is not None]
    title = say("diagnosis.title", lang, title=territory.title)
    return Document(lang, say("diagnosis.nature", lang), title, say("diagnosis.banner", lang), _head(known),
                    tuple(parts))  # fmt: skip


def _known(territory: Territory, year: int, p: Parameters, lang: str) -> Known:
    facts = {**counted(territory, p), **drawn(territory, year, p)}
    others = {name: counted(load_archetype(name, p=p), p) for name in ARCHETYPES}
    near = sorted((name for name in ARCHETYPES if name not in (FRANCE, territory.id)),
                  key=lambda name: _distance(facts, others[name], others))[:SIMILAR]  # fmt: skip
    beside = {name: {**others[name], **_drawn_small(name, year, p)} for name in (FRANCE, *near)}
    beside[FRANCE]["density"] = exact(p["territory.national_density"])
    return Known(territory, year, facts, beside, lang)


def _drawn_small(name: str, year: int, p: Parameters) -> dict[str, Fact]:
    """Return what is drawn of an archetype: many small populations rather than few large ones."""
    whole = load_archetype(name, p=p)
    found = drawn(load_archetype(name, min(SMALL, whole.population), p), year, p, COMPARED_DRAWS)
    return {**found, "gps_late": late_share(whole, year, p, 3 * COMPARED_DRAWS)}


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
    most = 0 if name in WHOLE else 1
    return min(decimals(_times(name) * (fact.high - fact.low) / 2, fact.value * _times(name)), most)


def _alone(name: str, fact: Fact | None, own: Fact | None, lang: str) -> str:
    """Write the number of a territory that one compares with, as finely as one's own, without its range."""
    if fact is None or own is None or not (math.isfinite(fact.value) and math.isfinite(own.value)):
        return "–"
    return written(fact.value * _times(name), _places(name, own), lang)


def _table(known: Known, name: str) -> Table:
    lang = known.lang
    rows = [
        (say(f"diagnosis.row.{fact}", lang), written_fact(fact, known.facts.get(fact), lang),
         *("–" if fact.endswith("_people") or (key == FRANCE and fact in UNLIKE)
           else _alone(fact, other.get(fact), known.facts.get(fact), lang) for key, other in known.others.items()))
        for fact in PARTS[name] if fact in known.facts
    ]  # fmt: skip
    names = [say("diagnosis.france", lang), *(archetype_title(other, lang) for other in list(known.others)[1:])]
    head = (say("diagnosis.column.number", lang), say("diagnosis.here", lang), *names)
    has_range = any(known.facts[fact].drawn for fact in PARTS[name] if fact in known.facts)
    note = say("diagnosis.range_note", lang, count=DRAWS, others=COMPARED_DRAWS) if has_range else ""
    return Table(f"{name}-table", say(f"diagnosis.table.{name}", lang), head, tuple(rows), note=note)


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
    "people": "over_65", "supply": "gps_need", "access": "apl", "attached": "without_mt", "demand": "unscheduled",
    "distance": "emergency_minutes", "risk": "gps_late",
}  # fmt: skip
"""The number that the sentence of each section is about."""
ANSWERED = ("people", "supply", "access", "attached", "risk")
"""Sections whose sentence stands in the essential; the others carry it themselves."""


def _sentence(known: Known, name: str) -> str:
    """Say how the leading number of a section compares with France; the words follow the numbers."""
    lang, fact = known.lang, LEADING[name]
    own, france = known.facts.get(fact), known.france.get(fact)
    if own is None or france is None or not math.isfinite(own.value):
        return say("diagnosis.unknown", lang)
    texts = {"own": written_fact(fact, own, lang), "france": _alone(fact, france, own, lang)}
    texts |= {f"more_{other}": written_fact(other, known.facts.get(other), lang) for other in PARTS[name]}
    return unit_first(say(f"diagnosis.sentence.{name}.{compared_with(own, france)}", lang, **texts))


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
    return Section("essential", say("document.section.essential", lang), (Terms(pairs),), "box")


def _ages(known: Known) -> Figure:
    lang, size = known.lang, known.territory.size
    own = known.territory.age_sex[:size].sum(axis=(0, 1))
    france = load_archetype(FRANCE).age_sex.sum(axis=(0, 1))
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
    rows = tuple(
        (f"{communes['name'][row]} ({communes['code'][row]})", number(communes["population"][row], 0, lang),
         number(communes["gps"][row], 0 if heads or not communes["gps"][row] else 1, lang),
         number(communes["apl"][row], 1, lang), number(float(nearest[row]), 0, lang))
        for row in range(size)
    )  # fmt: skip
    names = ("commune", "inhabitants", "gps", "apl", "emergency")
    head = tuple(say(f"diagnosis.column.{name}", lang) for name in names)
    data = Table("map-data", say("diagnosis.table.communes", lang), head, rows, small=True)
    picture = territory_figures.accessibility(place, lang)
    return data if picture is None else Figure("figure-map", picture, say("diagnosis.figure.map", lang), data)


def _emergency(known: Known) -> str:
    """Say how many emergency visits national use would give here, and where they go."""
    lang, place = known.lang, known.territory
    entry = load_parameters(known.year).entry("territory.ed_visits")
    rate = load_parameters(known.year)["territory.ed_visits"]
    ends = [number(1000 * end, 0, lang) for end in (entry.low, entry.high)]
    names = listed([str(name) for name in place.hospitals["name"]], lang) or say("diagnosis.no_emergency", lang)
    return say("diagnosis.emergency", lang, rate=number(1000 * rate, 0, lang), low=ends[0], high=ends[1],
               visits=number(round(rate * place.population, -2), 0, lang), names=names)  # fmt: skip


def _similar(known: Known) -> Section:
    lang = known.lang
    names = listed([archetype_title(name, lang) for name in list(known.others)[1:]], lang)
    text = Text(say("diagnosis.similar", lang, names=names))
    return Section("similar", say("diagnosis.section.similar", lang), (text,))


def _limits(known: Known) -> Section:
    lang = known.lang
    fixed = [say(f"diagnosis.limit.{name}", lang) for name in ("drawn", "counted", "need", "quality")]
    remarks = [remark.say(lang) for remark in known.territory.cautions]
    return Section("limits", say("diagnosis.section.limits", lang), (Items((*fixed, *remarks)),))
