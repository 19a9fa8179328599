"""The essential says what the numbers say, whatever their sign; no number goes without its interval."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from planted_effects import planted

from cpts_sim.experiment import Comparison, Place, Reading
from cpts_sim.experiment.credible import fewest_for_sure
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.statistics import Interval
from cpts_sim.experiment.values import Values
from cpts_sim.report.document import html_of, report_of
from cpts_sim.report.document.blocks import Section, Table, Terms
from cpts_sim.report.document.diagnosis import compared_with, unit_first
from cpts_sim.report.document.essential import essential
from cpts_sim.report.document.page import typeset
from cpts_sim.report.document.phrases import amount, gap_phrase, gap_short
from cpts_sim.report.document.reading import MAIN, quarters, told_of
from cpts_sim.report.document.svg import inline
from cpts_sim.report.document.territory_facts import Fact, exact
from cpts_sim.report.numbers import time_words
from cpts_sim.words import LANGUAGES


def answers(done: Comparison, lang: str = "fr") -> dict[str, str]:
    return dict(essential(told_of(done, lang)).pairs)


def section(done: Comparison, name: str, lang: str = "fr") -> Section:
    return next(part for part in report_of(done, lang).sections if part.id == name)


def words_of(part: Section) -> str:
    out = []
    for block in part.blocks:
        for name in ("text", "items", "pairs", "rows"):
            out.append(str(getattr(block, name, "")))
    return " ".join(out)


def first(done: Comparison, count: int) -> Comparison:
    return replace(done, values=done.values.first(count))


def test_harm_is_said_in_the_essential(harmful: Comparison) -> None:
    what = answers(harmful)["Qu'est-ce qui changerait ?"]
    assert "dégraderait l'accès aux soins" in what
    assert "amélior" not in what.split("Se dégraderaient")[0]
    assert "Se dégraderaient : " in what and "délai moyen de résolution" in what and "passages aux urgences" in what
    assert "would harm access to care" in answers(harmful, "en")["What would change?"]


def test_harm_to_a_group_is_said_first(harmful: Comparison) -> None:
    whom = answers(harmful)["Pour qui ?"]
    assert whom.startswith("Y perdraient")
    assert whom.index("75 ans et plus") < whom.index("16 à 39 ans"), "the largest loss first"


def test_harm_fills_the_section_of_adverse_effects(harmful: Comparison) -> None:
    part = section(harmful, "harms")
    table = next(block for block in part.blocks if isinstance(block, Table))
    assert set(table.tones) <= {"worse", "higher"}
    assert any("Délai moyen de résolution" in row[0] for row in table.rows)
    assert "75 ans et plus" in words_of(part)


def test_gain_is_said_as_gain_and_from_when(useful: Comparison) -> None:
    told = answers(useful)
    assert "améliorerait l'accès aux soins" in told["Qu'est-ce qui changerait ?"]
    assert "en ALD" in told["Pour qui ?"]
    assert told["À partir de quand ?"].startswith("Dès le 2e trimestre et jusqu'à la fin")


def test_quarters_find_the_planted_week(useful: Comparison) -> None:
    gaps = [gap for _, gap in quarters(told_of(useful, "fr"))][:2]
    assert gaps[0].mean == pytest.approx(0.0, abs=1e-9)
    assert gaps[1].mean == pytest.approx(0.06, rel=0.01)


def test_few_pairs_conclude_nothing(harmful: Comparison) -> None:
    told = answers(first(harmful, 3))
    assert "Trop peu de simulations pour conclure" in told["Qu'est-ce qui changerait ?"]
    assert "3 paires de simulations seulement" in told["Avec quelle certitude ?"]
    assert "ne peut rien exclure" in words_of(section(first(harmful, 3), "harms"))


def test_no_harm_does_not_claim_safety(plain: Comparison) -> None:
    numbers = {Place(name): 0.0 for name in MAIN}
    part = section(planted(plain, numbers), "harms")
    assert "ne prouve pas" in words_of(part)


@pytest.mark.parametrize("reading", [Reading.TOO_SMALL, Reading.UNDETERMINED, Reading.EQUAL])
def test_what_is_not_found_is_not_claimed(plain: Comparison, reading: Reading) -> None:
    sizes = {Reading.TOO_SMALL: 0.001, Reading.EQUAL: 0.0}
    if reading is Reading.UNDETERMINED:
        values = Values(plain.values.arms, plain.values.seeds, {a: dict(r) for a, r in plain.values.data.items()})
        base = values.get(values.arms[0], Place("access.in_time"))
        values.put("with", Place("access.in_time"), list(base + 0.1 * (-1.0) ** np.arange(len(base))))
        done = replace(plain, values=values)
    else:
        done = planted(plain, {Place("access.in_time"): sizes[reading]})
    assert told_of(done, "fr").line("access.in_time").reading is reading
    what = answers(done)["Qu'est-ce qui changerait ?"].split(".")[0]
    assert "améliorerait l'accès aux soins :" not in what and "dégraderait l'accès aux soins :" not in what.replace(
        "améliorerait ou dégraderait l'accès aux soins :", "")  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_difference_without_its_interval(harmful: Comparison, lang: str) -> None:
    for line in told_of(harmful, lang).judged():
        assert re.search(r"\(.+\s(à|to)\s.+\)", gap_phrase(line, lang))
        assert re.search(r"\[.+(à|to).+\]", gap_short(line, lang))
    for table in report_of(harmful, lang).tables:
        column = next((i for i, name in enumerate(table.head) if "95" in name and "[" in name), None)
        if column is not None:
            assert all("[" in row[column] or row[column] in ("–", "non mesuré", "not measured") for row in table.rows)


def test_an_end_that_is_not_zero_is_not_written_zero(plain: Comparison) -> None:
    done = planted(plain, {Place("ed.visits"): -3.0})
    values = done.values
    base = values.get(values.arms[0], Place("ed.visits"))
    values.put("with", Place("ed.visits"), list(base + np.array([-9.0, -0.2, -2.0, -3.0, -6.0, -3.5])[: len(base)]))
    line = told_of(done, "fr").line("ed.visits")
    ends = gap_short(line, "fr").split("[")[1].rstrip("]").split("\u00a0")
    assert (ends[-1] == "0") == (line.difference.high == 0)


def test_both_languages_have_the_same_parts(harmful: Comparison) -> None:
    parts = {lang: report_of(harmful, lang) for lang in LANGUAGES}
    for name in ("sections", "figures", "tables"):
        ids = {lang: [part.id for part in getattr(document, name)] for lang, document in parts.items()}
        assert ids["fr"] == ids["en"]
    assert [len(table.rows) for table in parts["fr"].tables] == [len(table.rows) for table in parts["en"].tables]


def test_sections_without_data_say_so(plain: Comparison) -> None:
    kept = {"access.in_time", "access.resolution"}
    values = Values(plain.values.arms, plain.values.seeds, {
        arm: {place: row for place, row in rows.items() if place.indicator in kept and not place.by and place.week < 0}
        for arm, rows in plain.values.data.items()})  # fmt: skip
    done = replace(plain, values=values)
    for name, told in (("course", "Pas de courbe"), ("groups", "découpés par groupe"), ("paid", "Aucune revue")):
        assert told in words_of(section(done, name)), name
    assert "harms" in [part.id for part in report_of(done, "fr").sections]


def test_five_answers_always(plain: Comparison, harmful: Comparison) -> None:
    for done in (plain, harmful):
        part = section(done, "essential")
        assert isinstance(part.blocks[0], Terms) and len(part.blocks[0].pairs) == 5


def test_conditional_and_no_promise(harmful: Comparison, useful: Comparison) -> None:
    for done in (harmful, useful):
        text = html_of(report_of(done, "fr"))
        assert not re.search(r"\b(prouve que|garantit|démontre que)\b", text)
        assert "ni évaluation, ni prévision" in text


def test_typography() -> None:
    assert typeset("« oui » : 65 % ; 10 000 habitants ?", "fr") == (
        "«\u00a0oui\u00a0»\u00a0: 65\u00a0%\u202f; 10\u202f000\u00a0habitants\u202f?")  # fmt: skip
    assert typeset("59 % at 40,000 € a year", "en") == "59% at €40,000 a year"
    assert typeset("people's 3 days", "en") == "people’s 3\u00a0days"
    assert (time_words(0.5, "fr"), time_words(1.0, "fr"), time_words(2.0, "en")) == ("6 mois", "1 an", "2 years")


@pytest.mark.parametrize(
    ("own", "france", "word"),
    [(exact(10.0), 7.8, "above"), (exact(4.3), 7.8, "below"), (exact(7.9), 7.8, "near"), (Fact(27, 8, 38), 29, "near"),
     (Fact(45, 40, 50), 29, "above")],
)  # fmt: skip
def test_a_diagnosis_compares_as_the_numbers_do(own: Fact, france: float, word: str) -> None:
    assert compared_with(own, exact(france)) == word


def test_harm_outside_the_table_is_said_in_the_essential_too(plain: Comparison) -> None:
    done = planted(plain, {Place("contact.failed"): 0.05, Place("access.in_time"): 0.0})
    what = answers(done)["Qu'est-ce qui changerait ?"]
    assert "Hors du tableau, un autre indicateur se dégraderait : premiers contacts sans succès" in what
    assert "Outside the table" not in answers(planted(plain, {}), "en")["What would change?"]


def test_the_same_money_and_the_end_stand_in_the_main_table(plain: Comparison) -> None:
    values = Values(("without", "with", "same_money"), plain.values.seeds, {
        **{arm: dict(rows) for arm, rows in plain.values.data.items()}, "same_money": dict(plain.values.data["with"])})
    done = replace(plain, values=values)
    table = next(block for block in section(done, "main").blocks if isinstance(block, Table))
    assert table.head[-1].startswith("Même argent autrement") and table.toned == 6
    assert all("[" in row[-1] for row in table.rows)
    assert [len(row) for row in table.rows] == [len(table.head)] * len(table.rows)


def test_an_end_near_zero_of_a_quarter_is_not_written_zero() -> None:
    shown = amount(Interval(-0.8, 0.79, 6, 1.0), "fr", "points", sign=True)
    assert not shown.endswith("0,0)") and shown.startswith("−0,8")


def test_the_unit_of_a_number_stands_before_its_range() -> None:
    assert unit_first("14,3 [14,0 à 14,6] %, soit 3 360 [3 280 à 3 430] personnes") == (
        "14,3 % [14,0 à 14,6], soit 3 360 personnes [3 280 à 3 430]")  # fmt: skip
    assert unit_first("27 [8 to 38]% are 60") == "27% [8 to 38] are 60"


def test_letters_of_a_picture_keep_their_size() -> None:
    group = b'<g transform="translate(1.2345 2) scale(0.095 -0.095)"/>'
    svg = b'<svg viewBox="0 0 1 2"><title>t</title><desc>d</desc>' + group + b"</svg>"
    told = inline(svg, "figure")
    assert "scale(0.095 -0.095)" in told and "translate(1.23 2)" in told


def test_harm_that_too_few_draws_show_is_named_and_not_excluded(harmful: Comparison) -> None:
    drawn = replace(harmful, plan=replace(harmful.plan, ensemble=Ensemble((Choice("a", 1.0, {}),), {})))
    assert len(drawn.values.seeds) < fewest_for_sure()
    told = words_of(section(drawn, "harms"))
    assert "ne peut rien exclure" in told and "Iraient dans le mauvais sens" in told
    assert "délai moyen de résolution" in told.lower()
    assert "aucun" not in answers(drawn)["Pour qui ?"].lower()
    assert str(fewest_for_sure()) in answers(drawn)["Avec quelle certitude ?"]
