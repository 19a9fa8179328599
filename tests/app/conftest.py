"""A real server, and a real browser that may reach nothing but it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from watched_page import ROOT, Watched


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
