"""A scenario file given to ``cpts-sim app`` is what the page opens with, unless the address names another territory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from watched_page import ROOT

SCENARIO = f"""
extends: {ROOT}/scenarios/rural_underdense.yaml
name: our_valley
title: {{fr: Notre vallée, en: Our valley}}
territory: {{archetype: rural_underdense, population: 1500}}
reference_year: 2024
years: 0.25
cpts: {{missions: {{prevention: {{start: 0 months}}}}}}
"""


def test_the_page_opens_with_the_file_of_the_teacher(tmp_path: Path, chromium: Any) -> None:
    file = tmp_path / "our valley é.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    command = [sys.executable, "-m", "cpts_sim.cli", "app", str(file), "--port", "0", "--lang", "en", "--workers", "1"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as on:
        assert on.stderr is not None
        found = re.search(r"http://\S+", next(on.stderr))
        assert found
        page = chromium.new_page()
        seen = {}
        for name, address in (("file", found[0]), ("link", f"{found[0]}#t=urban_dense")):
            page.goto("about:blank")
            page.goto(address)
            page.wait_for_selector("#preset option", state="attached")
            seen[name] = page.eval_on_selector("#preset", "(list) => list.value")
            ticked = page.eval_on_selector_all("#choices .mission input:checked", "(boxes) => boxes.length")
            seen[f"{name}'s missions"] = ticked > 0
        page.close()
        on.terminate()
    assert seen == {"file": "our_valley", "file's missions": True, "link": "urban_dense", "link's missions": False}
