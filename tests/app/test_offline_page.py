"""A recorded page opens from disk with the network off, and shows what the model computed."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched_page import ROOT, Watched

from cpts_sim.app import drawn
from cpts_sim.app.course import SERIES
from cpts_sim.app.pack import unpack
from cpts_sim.app.page import Files
from cpts_sim.app.replay import page_of
from cpts_sim.app.takes import record, script_of

SCENARIO = """
extends: {root}/scenarios/rural_underdense.yaml
name: small
territory: {{archetype: rural_underdense, population: 1500}}
years: 0.1
cpts: {{members: {{share_gps: 1, active_share: 1}}, missions: {{unscheduled_care: {{start: 0 months}}}}}}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("recorded")
    scenario, page = folder / "small.yaml", folder / "page.html"
    scenario.write_text(SCENARIO.format(root=ROOT), encoding="utf-8")
    command = [sys.executable, "-m", "cpts_sim.cli", "--lang", "fr", "replay", str(scenario), "-o", str(page)]
    subprocess.run([*command, "--draws", "5", "--workers", "1"], check=True, cwd=ROOT, capture_output=True)
    return scenario, page


@pytest.mark.browser
def test_it_plays_without_a_network(chromium: Any, files: tuple[Path, Path]) -> None:
    scenario, page = files
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768}, locale="en-GB")
    watched = Watched(context, page.as_uri())
    watched.open("#v=60&lang=en")
    watched.page.click("#play")
    watched.until("window.cptsSim.player.day >= 36")
    shown = watched.page.evaluate("window.cptsSim.pair.map((arm) => arm.series.map((day) => [...day]))")
    watched.until("window.cptsSim.draws.length === 5")
    assert watched.page.is_hidden("#again") and watched.page.is_hidden("#offline")
    context.close()
    assert watched.errors == [] and watched.outside == []
    script = script_of(scenario, None, 0, 12_000)
    takes = record(script, 1)
    for side, job in enumerate(script.scenes[0].jobs):
        series = np.concatenate([unpack(block)[2]["series"] for block in takes[job.key].blocks])
        np.testing.assert_allclose(np.array(shown[side], dtype=np.float32), series, rtol=1e-6)


@pytest.mark.browser
@pytest.mark.parametrize(("address", "lang"), [("", "fr"), ("#lang=en", "en")])
def test_a_page_recorded_in_french_opens_in_french_everywhere(
    chromium: Any, files: tuple[Path, Path], address: str, lang: str
) -> None:
    """The address has the last word; a page recorded without ``--lang`` follows the browser."""
    context = chromium.new_context(offline=True, locale="en-GB")
    watched = Watched(context, files[1].as_uri())
    watched.open(address)
    assert watched.page.evaluate("[document.documentElement.lang, window.cptsSim.state.lang]") == [lang, lang]
    context.close()
    assert watched.errors == []


@pytest.mark.browser
def test_draws_of_a_lesson_taken_home_come_with_its_reveal(
    chromium: Any, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    """A page with a lesson and a file of draws, as ``replay --lesson`` and the button make it."""
    script = replace(script_of(files[0], None, 0, 500), lesson=2, drawn=(drawn.packed(_draws(), [2, 3, 4, 5, 6]),))
    page = tmp_path / "lesson.html"
    page.write_bytes(page_of(script, record(script, 1)))
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768}, locale="en-GB")
    watched = Watched(context, page.as_uri())
    watched.open("#v=60")  # asked for no language: that of the browser
    assert watched.page.evaluate("window.cptsSim.draws.length") == 0  # first the class predicts
    assert watched.text("#lesson option:checked").startswith("2. ")
    shown = watched.page.evaluate("[...document.querySelectorAll('.chart')].map((c) => c.dataset.series)")
    assert shown[:2] == ["exhaustion", "cpts_hours"]  # those of the lesson first
    watched.page.click("#vote-down")
    watched.page.click("#reveal")
    watched.until("window.cptsSim.draws.length === 5")
    assert "5 draws" in watched.text("#draws-state")
    context.close()
    assert watched.errors == [] and watched.outside == []


def _draws() -> list[Any]:
    return [np.full((2, len(SERIES), 37), 3.0 + rank) for rank in range(5)]


def test_it_asks_nobody_for_anything(files: tuple[Path, Path]) -> None:
    text = files[1].read_text(encoding="utf-8")
    head = text.split('<script type="application/json"')[0]
    assert 'src="' not in head and "preload" not in head and '<link rel="stylesheet"' not in text
    assert text.count("data:text/javascript;base64,") >= 15
    assert len(text) < 5_000_000


def test_the_page_asks_for_every_script_at_once() -> None:
    page = Files()
    asked = set(re.findall(r'rel="modulepreload" href="static/([^"]+)"', page.text("index.html")))
    assert asked == {name for name in page if name.startswith("js/")}
