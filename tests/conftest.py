"""What all tests share: where French open data are, what their absence means, and the one browser of a process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine takes its time over an example, and what fails once must fail again: no deadline, no chance.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

DATA_VARIABLE = "CPTS_SIM_DATA"
REQUIRED_VARIABLE = "CPTS_SIM_DATA_REQUIRED"
"""Set where the data are known to be there: a data test that would be skipped fails instead."""

# The plain loops are what is tested; `tests/engine/test_compiled.py` compares the compiled ones of the extra `fast`.
os.environ.setdefault("CPTS_SIM_COMPILED", "0")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_REQUIRED = "CPTS_SIM_BROWSER_REQUIRED"
SLOW_PAGE = "CPTS_SIM_SLOW_PAGE"
"""Milliseconds, to find tests of pages that win a race by luck: what a page does later, it does that much later."""

PAGE_PATIENCE_MS = 120_000


def _folder() -> Path | None:
    named = os.environ.get(DATA_VARIABLE, "")
    return Path(named) if named and Path(named).is_dir() else None


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of French open data; tests that use it are marked ``data``."""
    folder = _folder()
    if folder is None:
        pytest.skip(f"{DATA_VARIABLE} names no folder")
    return folder


def browser_path() -> str:
    """Return the browser of this machine; where it is required (CI) its lack is a failure, elsewhere a skip."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get(BROWSER_REQUIRED):
        pytest.fail("no Chromium on this machine, and the browser tests are required here")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser, closed with its file: playwright's loop runs once in a process, and bars any other loop."""
    path = browser_path()
    if not os.environ.get(BROWSER_REQUIRED):
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=PAGE_PATIENCE_MS)
        _patient(browser, os.environ.get(SLOW_PAGE))
        yield browser
        browser.close()


def _patient(browser: Any, late: str | None) -> None:
    """Let pages take their time: where the machine is busy, and where they are made late on purpose."""
    script = Path(__file__).with_name("slow_page.js").read_text(encoding="utf-8")
    opened = browser.new_context

    def new_context(**options: Any) -> Any:
        context = opened(**options)
        context.set_default_timeout(PAGE_PATIENCE_MS)
        if late:
            context.add_init_script(script.replace("MILLISECONDS", late))
        return context

    browser.new_context = new_context


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _folder() is not None:
        return
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(pytest.mark.skip(reason=f"{DATA_VARIABLE} names no folder"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    required = os.environ.get(REQUIRED_VARIABLE) == "1"
    if required and report.skipped and item.get_closest_marker("data") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped although {DATA_VARIABLE} is there: {report.longrepr}"
    return report
