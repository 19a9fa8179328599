"""What notes, limits and pages say of the saved responses is what they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cpts_sim.words import LANGUAGES, number, say

HOME = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = json.loads((HOME / "results/responses/responses.json").read_text(encoding="utf-8"))["rows"]
LEVELS = {"territories_lowest", "territories_highest", "territories_delay"}
"""Rows that compare a level, not the effect of a change."""
OVERDONE = {"prado_readmission", "asalee_acts"}
"""Effects that are stronger than what was published, or of opposite sign, and that a judged band lets pass."""


def _gap(row: dict[str, Any], name: str) -> float:
    """Return a published or simulated effect as a difference from no effect."""
    return float(row[name]) - (1.0 if row["unit"] == "ratio" else 0.0)


def _overdone(row: dict[str, Any]) -> bool:
    """Whether the whole simulated interval is on the other side of no effect, or beyond the published effect."""
    said, reached, half = _gap(row, "value"), _gap(row, "reached"), row["half"]
    clear = abs(reached) > half
    beyond = abs(reached) - half > abs(said)
    return clear and (reached * said < 0 or beyond)


def test_changes_answered_wrongly_are_answered_too_weakly() -> None:
    """The note of every uncertain table says so; if a change is once answered too strongly, the note must change."""
    outside = [row for row in ROWS if row["verdict"] == "outside"]
    assert len(outside) > 1, "the notes speak of several"
    for row in outside:
        assert abs(_gap(row, "reached")) < abs(_gap(row, "value")), row["name"]


def test_the_effects_too_strong_or_of_opposite_sign_are_those_that_are_named() -> None:
    found = {row["name"]: row for row in ROWS if row["name"] not in LEVELS and _overdone(row)}
    assert set(found) == OVERDONE
    for row in found.values():
        assert (row["verdict"], row["interval"]) == ("inside", "judged"), "only a judged margin lets it pass"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_limit_of_every_report_tells_them_with_their_numbers(lang: str) -> None:
    rows = {row["name"]: row for row in ROWS}
    text = say("document.limit.weak", lang)
    prado, acts = (rows[name] for name in ("prado_readmission", "asalee_acts"))
    assert acts["value"] == 0, "said to be no effect"
    for value in (prado["value"], prado["reached"], acts["reached"]):
        assert number(abs(value), 1, lang) in text
    assert "PRADO" in text and "Asalée" in text
    for words in (text, say("uncertain.scope", lang, p_error="0")):
        assert not [claim for claim in ("jamais trop fort", "never too strong", "ou trop faiblement") if claim in words]


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_pages_name_them_too(page: str) -> None:
    text = (HOME / page).read_text(encoding="utf-8")
    assert "never too strongly" not in text
    assert "with PRADO" in text and "Asalée nurse" in text
