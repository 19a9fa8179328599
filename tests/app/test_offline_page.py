"""A recorded page opens from disk with the network off, and shows what the model computed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched_page import ROOT, Watched

from cpts_sim.app.pack import unpack
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
    command = [sys.executable, "-m", "cpts_sim.cli", "replay", str(scenario), "-o", str(page)]
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


def test_it_asks_nobody_for_anything(files: tuple[Path, Path]) -> None:
    text = files[1].read_text(encoding="utf-8")
    head = text.split('<script type="application/json"')[0]
    assert 'src="' not in head and "<link rel=\"stylesheet\"" not in text
    assert text.count("data:text/javascript;base64,") >= 15
    assert len(text) < 5_000_000
