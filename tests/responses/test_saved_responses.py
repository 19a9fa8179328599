"""What the notes of a comparison say of the saved responses is what they show."""

import json
from pathlib import Path

SAVED = Path(__file__).parents[2] / "results" / "responses" / "responses.json"


def test_changes_answered_wrongly_are_answered_too_weakly() -> None:
    """The note of every uncertain table says so; if a change is once answered too strongly, the note must change."""
    outside = [row for row in json.loads(SAVED.read_text(encoding="utf-8"))["rows"] if row["verdict"] == "outside"]
    assert outside, "none is outside: the note says too much"
    for row in outside:
        nothing = 1.0 if row["unit"] == "ratio" else 0.0
        assert abs(row["reached"] - nothing) < abs(row["value"] - nothing), row["name"]
