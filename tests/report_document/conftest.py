"""Comparisons with planted effects, and a browser for those who have one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpts_sim.experiment import Comparison, Place, compare
from cpts_sim.experiment.contrasts import add_contrasts
from cpts_sim.experiment.values import Values

sys.path.insert(0, str(Path(__file__).parents[1]))
from experiment.test_compare import plan

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def planted(done: Comparison, effects: dict[Place, float], arm: str = "with") -> Comparison:
    """Return the comparison in which an arm differs from the first by exactly these amounts, pair by pair."""
    values = Values(done.values.arms, done.values.seeds, {a: dict(rows) for a, rows in done.values.data.items()})
    base = values.arms[0]
    for place, gap in effects.items():
        first = values.get(base, place)
        known = np.where(np.isfinite(first), first, 0.5 + 0.001 * np.arange(len(first)))
        values.put(base, place, list(known))
        values.put(arm, place, list(known + gap + 1e-4 * abs(gap) * np.arange(len(first))))
    return replace(done, values=add_contrasts(values))


@pytest.fixture(scope="session")
def plain() -> Comparison:
    """A comparison of two arms over six pairs."""
    return compare(plan(), workers=1)


@pytest.fixture(scope="session")
def harmful(plain: Comparison) -> Comparison:
    """One in which care gets worse, for everybody and above all for the old."""
    bad = {
        Place("access.in_time"): -0.08, Place("access.resolution"): 1.5, Place("ed.visits"): 30.0,
        Place("access.in_time", "age", "75+"): -0.2, Place("access.in_time", "age", "16-39"): -0.05,
    }  # fmt: skip
    weeks = {Place("access.in_time", "", "", week): -0.08 for week in range(30)}
    return planted(plain, {**bad, **weeks})


@pytest.fixture(scope="session")
def useful(plain: Comparison) -> Comparison:
    """One in which care gets better from the second quarter on."""
    weeks = {Place("access.in_time", "", "", week): 0.06 if week >= 13 else 0.0 for week in range(26)}
    return planted(plain, {Place("access.in_time"): 0.06, Place("access.in_time", "ald", "yes"): 0.09, **weeks})


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless browser; where it is required (CI) its lack is a failure, elsewhere a skip."""
    required = os.environ.get("CPTS_SIM_BROWSER_REQUIRED")
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium, and it is required") if required else pytest.skip("no Chromium on this machine")
    if not required:
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
