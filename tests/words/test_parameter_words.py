"""Words of parameters in French: each unit, source, note and part is said, none is left over, no figure is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from cpts_sim.evidence import load_parameters
from cpts_sim.evidence.references import CODE
from cpts_sim.experiment.fact_places import elsewhere
from cpts_sim.words import french, has, note_words, sentences, source_words, unit_words

ENTRIES = [entry for year in (2019, 2024) for entry in load_parameters(year).entries()]
ONLY_CODES = re.compile(rf"{CODE.pattern}(, {CODE.pattern})*")
"""A source that is the same in both languages: ``D19, E9``."""
FIGURE = re.compile(r"\d+(?:[.,]\d+)?")


def test_every_unit_is_said_in_french() -> None:
    """And no translation is left of a unit that the data no longer have."""
    units = {entry.unit for entry in ENTRIES}
    codes = {unit for unit in units if has(f"units.{unit}")}
    assert len(units) > 600
    assert sorted(units - codes - set(french("units"))) == []
    assert sorted(set(french("units")) - units) == []
    assert {key.partition(".")[2] for key in sentences("units")} == codes


def test_every_source_is_said_in_french() -> None:
    """Also those of the bands of facts elsewhere; no translation is left of a source that the data no longer have."""
    sources = {entry.source for entry in ENTRIES} | {rule.source for rule in elsewhere().values() if rule.source}
    told = {source for source in sources if not ONLY_CODES.fullmatch(source)}
    assert len(told) > 500
    assert sorted(told - set(french("sources"))) == []
    assert sorted(set(french("sources")) - told) == []


def test_every_note_is_said_in_french() -> None:
    """And no translation is left of a note that the data no longer have."""
    notes = {entry.note for entry in ENTRIES if entry.note}
    assert len(notes) > 40
    assert sorted(notes - set(french("notes"))) == []
    assert sorted(set(french("notes")) - notes) == []


def test_every_part_of_a_value_is_said_in_french() -> None:
    """A number (an age, a department) is the same in both languages."""
    parts = {part for entry in ENTRIES if not entry.target for part in _parts(entry.value)}
    named = {part for part in parts if not part.isdigit()}
    assert len(named) > 50
    assert sorted(named - set(french("parts"))) == []
    assert sorted(set(french("parts")) - named) == []


def _parts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [*value, *(part for item in value.values() for part in _parts(item))]
    return [part for item in value for part in _parts(item)] if isinstance(value, tuple) else []


@pytest.mark.parametrize("kind", ["sources", "notes"])
def test_translation_changes_no_figure(kind: str) -> None:
    changed = [phrase for phrase, said in french(kind).items() if _figures(phrase) != _figures(said)]
    assert changed == []


def _figures(text: str) -> list[str]:
    """Return the figures of a text, 10.5, 10,5 and 10 h 50 in one way."""
    text = re.sub(r"(?<=\d)[ \N{NARROW NO-BREAK SPACE}](?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d) h (?=\d\d\b)", ".", text)
    text = re.sub(r"(?<!\d)\.(?=\d)", "0.", text)
    found = (figure.replace(",", ".") for figure in FIGURE.findall(text))
    return sorted(figure.rstrip("0").rstrip(".") if "." in figure else figure for figure in found)


@pytest.mark.parametrize("kind", ["sources", "notes"])
def test_figures_are_written_as_in_french(kind: str) -> None:
    """Decimal comma, no-break space before a percent sign, narrow one between thousands, curved apostrophe."""
    wrong = re.compile(r" %|per cent|\d \d{3}\b|\d%|'|(?<![\d.])\d+\.\d|\w[;»]")
    assert [said for said in french(kind).values() if wrong.search(said)] == []


def test_words_are_asked_by_language() -> None:
    assert source_words("judgement", "fr") == "jugement" and source_words("judgement", "en") == "judgement"
    assert source_words("D19, E9", "fr") == "D19, E9"
    assert note_words("unverified", "fr") == "non vérifié" and note_words("unverified", "en") == "unverified"
    assert unit_words("per_1000_year", "fr") == "pour 1 000 habitants et par an"
