"""A diagnosis says of what nature each number is, sets it beside sourced facts, and is as precise as it is known."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from cpts_sim.engine.draws import Draws
from cpts_sim.evidence import REFERENCE_YEARS, load_parameters
from cpts_sim.evidence.references import codes_in, references
from cpts_sim.experiment.facts import targets
from cpts_sim.report.document import html_of
from cpts_sim.report.document.blocks import Document, Items, Table
from cpts_sim.report.document.diagnosis import PARTS, Known, _limits, _sentence, _table, diagnosis_of, written_fact
from cpts_sim.report.document.national import READ, france_of, published_facts
from cpts_sim.report.document.natures import nature_of
from cpts_sim.report.document.territory_facts import (
    LEVELS,
    UNSURE,
    Fact,
    _of_population,
    _readings,
    counted,
    drawn,
    late,
    late_gps,
)
from cpts_sim.territory import Territory, load_archetype, synthesise
from cpts_sim.territory.archetypes import archetype_title
from cpts_sim.territory.territory import Remark
from cpts_sim.words import has, say


@pytest.fixture(scope="module")
def made() -> Document:
    """A diagnosis in a year after that of the count of professionals."""
    return diagnosis_of(load_archetype("rural_underdense", 5000), 2024, "en")


def table_of(made: Document, name: str) -> Table:
    return next(table for table in made.tables if table.id == name)


@pytest.mark.parametrize("year", REFERENCE_YEARS)
def test_france_is_the_fact_that_the_model_is_held_against(year: int) -> None:
    p, place = load_parameters(year), load_archetype("reference")
    france = france_of(place, year, p)
    known = {entry.fact["reads"]: entry for entry in targets(year)}
    for name, reads in READ.items():
        entry = known[reads]
        assert entry.low <= france[name].fact.value <= entry.high, name
        assert (france[name].fact.low, france[name].fact.high) == (entry.low, entry.high)
        assert france[name].year == entry.year and france[name].source["en"] == entry.source
    assert 0.25 <= france["gps_late"].fact.value <= 0.305, "P4: 25 to 30 per cent"
    assert france["gps_density"].fact.value == pytest.approx(7.7), "of the year of the count, not of the reference year"


def test_the_mean_territory_reaches_the_facts_beside_which_others_are_set() -> None:
    p, place = load_parameters(2019), load_archetype("reference")
    france, own = france_of(place, 2019, p), drawn(place, 2019, 4)
    for name in READ:
        assert france[name].fact.low <= own[name].value <= france[name].fact.high, name
    same = counted(place, p)
    for name in ("over_65", "under_20", "over_75", "need", "deprivation", "gps_density", "nurses_density"):
        assert same[name].value == pytest.approx(france[name].fact.value, rel=0.03), name


def test_supply_is_compared_in_the_year_of_its_count() -> None:
    p, place = load_parameters(2024), load_archetype("reference")
    later = replace(place, supply_year=2024)
    assert france_of(later, 2024, p)["gps_density"].fact.value == pytest.approx(7.41, abs=0.01)
    assert france_of(later, 2024, p)["pharmacies_density"].fact.value < 3.0
    assert "apl_published" not in france_of(later, 2024, p), "nothing published beside it"
    told = replace(place, remarks=(Remark("territory.note_apl_gap", {"year": 2018}),))
    assert france_of(told, 2024, p)["apl_published"].year == "2018"
    told = replace(place, remarks=(Remark("territory.note_apl_gap", {"year": 2023}),))
    assert "apl_published" not in france_of(told, 2024, p), "another year, another scope"


def test_every_published_fact_has_a_year_and_sources_that_are_explained() -> None:
    for name, fact in published_facts().items():
        assert set(fact["source"]) == {"en", "fr"} and fact["year"], name
        assert codes_in(fact["source"]["en"]) == codes_in(fact["source"]["fr"])
        assert all(code in references() for code in codes_in(fact["source"]["en"])), name


def test_an_estimate_holds_what_the_model_knows_badly() -> None:
    place = load_archetype("rural_underdense", 8000)
    p = load_parameters(2019)
    chance = [_of_population(synthesise(place, 2019, p, Draws(seed)).tables())["without_mt"] for seed in (1, 2, 3)]
    own = drawn(place, 2019, 12)["without_mt"]
    assert own.low < min(chance) and max(chance) < own.high
    assert own.high - own.low > 0.2 * own.value, "not the range of computing chance alone"
    shown = written_fact("without_mt", own, "en")
    assert "." not in shown, f"{shown}: no decimal finer than what is known"


@pytest.mark.parametrize("year", REFERENCE_YEARS)
def test_draws_stay_within_the_ranges_of_parameters_and_facts(year: int) -> None:
    p, made = load_parameters(year), _readings(year, 9)
    for name in UNSURE:
        values = [one[name] for one in made]
        assert len(set(values)) == 9 and p.entry(name).low < min(values) < p[name] < max(values) < p.entry(name).high
    bands = {entry.fact["reads"]: entry for entry in targets(year)}
    for name, reads in LEVELS.items():
        band, middle = bands[reads], p.array(name)
        ratios = [float((one.array(name) / middle).max()) for one in made]
        assert band.low / band.value <= min(ratios) < 1 < max(ratios) <= band.high / band.value  # type: ignore[operator]


def test_the_same_diagnosis_every_time() -> None:
    place = load_archetype("rural_underdense", 2000)
    assert drawn(place, 2019, 3) == drawn(place, 2019, 3)


def test_ages_of_professionals_are_the_country_s_with_the_chance_of_so_few() -> None:
    p = load_parameters(2019)
    few, many = (late(load_archetype("reference", size), 2019, p)["gps_late"] for size in (10_000, 100_000))
    assert few.value == many.value == late_gps(p)
    assert few.high - few.low > many.high - many.low > 0
    assert written_fact(
        "gps_late_people", late(load_archetype("reference"), 2019, p)["gps_late_people"], "en"
    ).startswith("2")


def test_people_are_rounded_to_what_the_range_supports() -> None:
    assert written_fact("without_mt_people", Fact(3456.0, 2710.0, 4690.0), "en").startswith("3,500 [2,700")
    assert written_fact("without_mt", Fact(0.149, 0.112, 0.187), "en").startswith("15 [11")


def test_natures_follow_the_files_that_were_missing() -> None:
    place = replace(load_archetype("reference"), source="official", remarks=())
    assert nature_of("over_65", place) == nature_of("inhabitants", place) == "official"
    assert nature_of("emergency_minutes", place) == nature_of("without_mt", place) == "model"
    assert nature_of("need", place) == nature_of("gps_late", place) == "rate"
    keys = ("note_ages_department", "note_supply", "note_travel_user", "note_income")
    missing = replace(place, remarks=tuple(Remark(f"territory.{key}", {}) for key in keys))
    assert nature_of("over_65", missing) == "department" and nature_of("gps_density", missing) == "corrected"
    assert nature_of("emergency_minutes", missing) == "official" and nature_of("deprivation", missing) == "assumed"
    assert nature_of("over_65", load_archetype("reference")) == "invented"
    for name in (fact for part in PARTS.values() for fact in part):
        for one in (place, missing, load_archetype("reference")):
            assert has(f"diagnosis.nature_of.{nature_of(name, one)}"), name


def test_each_number_has_its_nature_and_france_its_source(made: Document) -> None:
    natures = {say(f"diagnosis.nature_of.{key}", "en") for key in ("invented", "rate", "model")}
    for part in PARTS:
        for row in table_of(made, f"{part}-table").rows:
            assert row[2] in natures, row
    sourced = {row[0]: row for row in table_of(made, "national-table").rows}
    for part in PARTS:
        for row in table_of(made, f"{part}-table").rows:
            if row[3] != "–":
                assert sourced[row[0]][3], row
    assert sourced[say("diagnosis.row.without_mt", "en")][1].startswith("11.0 [10.5")


def test_the_trend_of_supply_is_said_with_its_source(made: Document) -> None:
    said = next(text for part in made.sections if part.id == "limits" for text in part.blocks[0].items  # type: ignore[union-attr]
                if "trend" in text)  # fmt: skip
    assert "-0.75" in said.replace("−", "-") and "P31" in said
    assert "-3.8" in said.replace("−", "-"), "five years here"


def test_an_invented_territory_has_no_true_number_to_look_up() -> None:
    place = load_archetype("reference", 2000)
    invented = html_of(diagnosis_of(place, 2019, "fr"))
    given = html_of(diagnosis_of(replace(place, source="table"), 2019, "fr"))
    assert "Rézone" not in invented
    assert "Rézone CPTS donne le nombre réel" in given and "rezonecpts.ameli.fr" in given


def test_no_cell_of_a_narrow_page_is_without_its_label() -> None:
    page = html_of(diagnosis_of(load_archetype("reference", 2000), 2019, "en"))
    tables = re.findall(r'<table id="[^"]*"[^>]*style="([^"]*)">(.*?)</thead>', page, re.DOTALL)
    assert len(tables) == page.count("<table ")
    for style, head in tables:
        columns = head.count("<th ")
        assert columns <= 10, "further columns need their rule in document.css"
        assert re.findall(r"--c(\d+): ", style) == [str(rank) for rank in range(2, columns + 1)]


SIMILAR = "mixed_small_town"
"""What both the mountain and rural places are compared with."""


def beside(made: Document, part: str, name: str, lang: str = "en") -> dict[str, str]:
    """Return the column of a typical territory in a table."""
    table = table_of(made, f"{part}-table")
    column = table.head.index(archetype_title(name, lang))
    return {row[0]: row[column] for row in table.rows}


def known_by_hand(place: Territory, lang: str) -> Known:
    """Return a territory with what is counted, and estimates given rather than drawn."""
    p = load_parameters(2019)
    given = {"without_mt": Fact(0.1, 0.08, 0.12), "without_mt_people": Fact(1000.0, 800.0, 1200.0),
             "ald_without_mt": Fact(0.04, 0.03, 0.05)}  # fmt: skip
    return Known(place, 2019, {**counted(place, p), **given}, france_of(place, 2019, p), {}, lang)


def limits_of(known: Known) -> tuple[str, ...]:
    found = _limits(known).blocks[0]
    assert isinstance(found, Items)
    return found.items


def test_a_typical_territory_has_beside_another_the_numbers_of_its_own_diagnosis(made: Document) -> None:
    place = load_archetype(SIMILAR)
    own = {**counted(place, load_parameters(2024)), **drawn(place, 2024)}
    for part in ("access", "attached", "people", "supply"):
        names = {say(f"diagnosis.row.{name}", "en"): name for name in PARTS[part]}
        told = {names[row]: text for row, text in beside(made, part, SIMILAR).items() if text != "–"}
        assert told == {name: written_fact(name, own[name], "en").split(" [")[0] for name in told}, part
        if part == "attached":
            assert set(told) == {"without_mt", "ald_without_mt", "lists_closed"}


@pytest.mark.parametrize(("published", "french", "english"), [
    (0.9, "plutôt optimiste : l'APL calculée avec l'offre du modèle dépasse de 11 %", "rather optimistic"),
    (1.25, "plutôt pessimiste : l'APL calculée avec l'offre du modèle est inférieure de 20 %", "rather pessimistic"),
    (0.96, "", ""), (1.04, "", ""), (None, "", ""),
])  # fmt: skip
def test_estimates_say_which_way_they_lean(published: float | None, french: str, english: str) -> None:
    place = load_archetype("reference", 2000)
    if published is not None:
        place = replace(place, communes={**place.communes, "apl_published": place.communes["apl"] * published})
    for lang, words in (("fr", french), ("en", english)):
        said = _sentence(known_by_hand(place, lang), "attached")
        assert words in said and ("mist" in said) == bool(words), said


@pytest.mark.parametrize(("gps", "french", "english"), [
    (1, "du seul généraliste compté", "the only GP counted"), (4, "des 4 généralistes comptés", "the 4 GPs counted"),
    (5, "des 5 généralistes comptés auraient", "of the 5 GPs counted would"),
])  # fmt: skip
def test_few_doctors_have_no_expected_number_of_old_ones(gps: int, french: str, english: str) -> None:
    place = load_archetype("reference", 2000)
    counts = np.zeros_like(place.communes["gps"])
    counts[0] = gps
    place = replace(place, communes={**place.communes, "gps": counts})
    for lang, words in (("fr", french), ("en", english)):
        known = known_by_hand(place, lang)
        given = {"gps_late": Fact(0.3, 0.25, 0.35), "gps_late_people": Fact(1.0, 0.0, 2.0)}
        said = _sentence(replace(known, facts={**known.facts, **given}), "risk")
        assert words in said
        assert ("[" in said) == (gps >= 5), said


def test_tourists_are_told_where_their_beds_are_known() -> None:
    mountain, other = load_archetype("mountain_tourists", 4000), load_archetype("reference", 2000)
    for lang, words in (("fr", "226 lits touristiques pour 100 habitants"), ("en", "226 tourist beds per 100")):
        known, without = known_by_hand(mountain, lang), known_by_hand(replace(other, source="table"), lang)
        title, unknown = say("diagnosis.row.tourist_beds", lang), say("diagnosis.limit.season", lang)
        row = next(row for row in _table(known, "people").rows if row[0] == title)
        assert row[1:4] == ("226", say("diagnosis.nature_of.invented", lang), "–"), "52,000 beds, 23,000 inhabitants"
        assert words in _sentence(known, "supply") and unknown not in limits_of(known)
        assert "touris" not in _sentence(without, "supply") and unknown in limits_of(without)
        assert title not in [row[0] for row in _table(without, "people").rows]
