"""A real server, and a real browser that may reach nothing but it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from watched_page import ROOT, Watched

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "CPTS_SIM_BROWSER_REQUIRED"


def browser_path() -> str:
    """Return the browser of this machine; where it is required (CI) its lack is a failure, elsewhere a skip."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get(REQUIRED):
        pytest.fail("no Chromium on this machine, and the browser tests are required here")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless browser."""
    path = browser_path()
    if not os.environ.get(REQUIRED):
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a running ``cpts-sim app``."""
    command = [sys.executable, "-m", "cpts_sim.cli", "app", "--port", "0", "--lang", "en", "--workers", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT) as server:
        stream = server.stderr
        line = next(stream) if stream is not None else ""
        found = re.search(r"http://\S+", line)
        if found is None:
            pytest.fail(f"the server did not start: {line}")
        yield found[0]
        server.terminate()


@pytest.fixture
def watched(chromium: Any, address: str) -> Iterator[Watched]:
    """A fresh page on the server; at its end it must have made no error and asked nobody else."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR")
    page = Watched(context, address)
    yield page
    context.close()
    assert page.errors == []
    assert page.outside == []
