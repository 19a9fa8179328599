"""Sentences in two languages, and numbers as people write them."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.errors import InternalError
from cpts_sim.words import (
    LANGUAGES,
    choose_language,
    current_language,
    date_words,
    did_you_mean,
    duration,
    euros,
    has,
    interval,
    label,
    number,
    percent,
    rooms,
    say,
    sentences,
    signed,
    speaking,
    use_language,
)

NARROW, NBSP, MINUS = "\u202f", "\u00a0", "\u2212"

KEYS = [key for room in rooms() for key in sentences(room)]


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("key", KEYS)
def test_every_sentence_exists_in_both_languages_with_the_same_values(key: str) -> None:
    sentence = sentences(key.partition(".")[0])[key]
    assert set(sentence) == set(LANGUAGES), "exactly fr and en"
    found = {}
    for language, template in sentence.items():
        forms = {"": template} if isinstance(template, str) else template
        assert set(forms) in ({""}, {"one", "other"})
        for text in forms.values():
            assert isinstance(text, str) and text == text.strip("\n"), "text, without stray newlines"
            found.setdefault(language, set()).update(_placeholders(text))
            assert all(name.isidentifier() for name in _placeholders(text)), "values are named"
    assert found["fr"] == found["en"]


def test_plural_follows_the_language() -> None:
    assert say("scenario.count", "fr", count=0).startswith("0 problème ")
    assert say("scenario.count", "en", count=0) == "0 problems:"
    assert say("scenario.count", "fr", count=1) == "1 problème :"
    assert say("scenario.count", "en", count=2) == "2 problems:"


def test_missing_key_or_value_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="no sentence"):
        say("words.nothing", "fr")
    with pytest.raises(InternalError, match="no such catalogue"):
        say("nowhere.nothing", "fr")
    with pytest.raises(InternalError, match="'word'"):
        say("words.did_you_mean", "fr")
    assert not has("words.nothing") and not has("nowhere.x") and has("words.did_you_mean")
    assert label("care.own_gp") == "own gp"


@pytest.mark.parametrize(
    ("asked", "environ", "expected"),
    [
        ("fr", {"CPTS_SIM_LANG": "en"}, "fr"),
        ("en-GB", {"CPTS_SIM_LANG": "fr"}, "en"),
        (None, {"CPTS_SIM_LANG": "fr", "LANG": "en_US.UTF-8"}, "fr"),
        (None, {"LANG": "fr_FR.UTF-8"}, "fr"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8"}, "fr"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        ("de", {"LANG": "fr_FR"}, "fr"),
        (None, {}, "en"),
    ],
)
def test_choice_of_language(asked: str | None, environ: dict[str, str], expected: str) -> None:
    assert choose_language(asked, environ) == expected


def test_language_of_a_block_and_of_the_program() -> None:
    with speaking("fr"):
        assert current_language() == "fr"
        with speaking("en"):
            assert current_language() == "en"
        assert current_language() == "fr"
        use_language("en")
        assert current_language() == "en"


def test_french_numbers() -> None:
    assert number(28218, 0, "fr") == f"28{NARROW}218"
    assert number(-1.5, 1, "fr") == f"{MINUS}1,5"
    assert percent(0.125, 1, "fr") == f"12,5{NARROW}%"
    assert euros(412000, 0, "fr") == f"412{NARROW}000{NBSP}€"
    assert duration(90, "fr") == f"1,5{NBSP}h"
    assert duration(1.5 * 1440, "fr") == f"1,5{NBSP}jour"
    assert duration(3 * 1440, "fr") == f"3{NBSP}jours"
    assert interval(0.8, 3.4, 1, "fr") == "0,8 à 3,4"
    assert date_words(date(2019, 1, 7), "fr") == "7 janvier 2019"
    assert date_words(date(2019, 1, 1), "fr") == "1er janvier 2019"


def test_english_numbers() -> None:
    assert number(28218, 0, "en") == "28,218"
    assert number(-1.5, 1, "en") == f"{MINUS}1.5"
    assert percent(0.125, 1, "en") == "12.5%"
    assert euros(-412000, 0, "en") == f"{MINUS}€412,000"
    assert duration(2 * 10080, "en") == f"2{NBSP}weeks"
    assert (
        signed(3, 0, "en") == "+3" and signed(-3, 0, "en") == f"{MINUS}3" and signed(0.04, 1, "en") == "0.0"
    )
    assert number(-0.04, 1, "en") == "0.0", "a zero has no sign"


def test_no_number_is_a_dash() -> None:
    for write in (number, percent, duration, signed):
        assert write(float("nan")) == "–"


def test_did_you_mean() -> None:
    assert "« territory »" in did_you_mean("teritory", ["territory", "title"], "fr")
    assert did_you_mean("zzz", ["territory"], "fr") == ""


@given(st.floats(-1e9, 1e9), st.integers(0, 4), st.sampled_from(LANGUAGES))
def test_a_written_number_reads_back(value: float, decimals: int, lang: str) -> None:
    text = number(value, decimals, lang)
    plain = text.replace(NARROW, "").replace(MINUS, "-")
    plain = plain.replace(",", ".") if lang == "fr" else plain.replace(",", "")
    assert float(plain) == pytest.approx(round(value, decimals), abs=10.0**-decimals / 2)


def test_a_number_too_long_to_read_is_a_power_of_ten() -> None:
    assert number(-3.2e30, 1, "en") == "−3e+30"
