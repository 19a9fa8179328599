"""A film of a pair: one picture for each step, and each differs from the one before."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from cpts_sim.app.animate import film
from cpts_sim.app.takes import record, script_of, script_of_lesson
from cpts_sim.errors import InputError, UsageError

SCENARIO = """
extends: {root}/scenarios/rural_underdense.yaml
name: small
territory: {{archetype: rural_underdense, population: 1000}}
years: 0.1
"""


def test_a_film_has_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO.format(root=Path(__file__).parents[2]), encoding="utf-8")
    script = script_of(path, None, 0, 1000)
    takes = record(script, 1)
    target = tmp_path / "film.gif"
    assert film(script.scenes[0], takes, target, "fr", 14, 4) == 3
    with Image.open(target) as pictures:
        assert pictures.n_frames == 3  # type: ignore[attr-defined]
        first = pictures.convert("RGB")
        pictures.seek(1)
        assert ImageChops.difference(first, pictures.convert("RGB")).getbbox() is not None
    with pytest.raises(UsageError, match="gif"):
        film(script.scenes[0], takes, tmp_path / "film.avi", "en", 14, 4)


def test_what_cannot_be_recorded_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json"):
        script_of(tmp_path, None, 0, 100)
    with pytest.raises(UsageError, match=r"1 to 6|1 à 6"):
        script_of_lesson(7, 0, 100)


def test_a_lesson_is_recorded_with_its_variants() -> None:
    script = script_of_lesson(2, 3, 100)
    assert len(script.scenes) == 3 and len(script.draws) == 3
    assert len({scene.jobs[0].key for scene in script.scenes}) == 1  # the left side is always the same
    assert len({scene.jobs[1].key for scene in script.scenes}) == 3
