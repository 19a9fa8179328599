"""What all tests share: where French open data are, and what their absence means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA_VARIABLE = "CPTS_SIM_DATA"
REQUIRED_VARIABLE = "CPTS_SIM_DATA_REQUIRED"
"""Set where the data are known to be there: a data test that would be skipped fails instead."""


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
