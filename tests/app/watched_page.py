"""A page in a browser that may reach nothing but its own server, with everything it asked for and did wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMALL = "#t=rural_underdense&n=2000&d=56&v=60&lang=fr"
"""Address of a territory that is computed in a few seconds."""


class Watched:
    """A page, with everything it asked for and every error it made."""

    def __init__(self, context: Any, home: str) -> None:
        self.page = context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.home = home
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, self.home.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, hash_: str = SMALL) -> None:
        self.page.goto(self.home + hash_)
        self.until("window.cptsSim && window.cptsSim.ready === true")

    def until(self, expression: str, seconds: float = 240.0) -> None:
        """Wait for something to be true (the page's own rules forbid playwright's way of waiting)."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            if time.monotonic() > end:
                notice = self.page.evaluate("document.getElementById('notice')?.textContent")
                pytest.fail(f"never true: {expression} (the page says: {notice}; errors: {self.errors})")
            time.sleep(0.05)

    def computed(self, day: int) -> None:
        self.until(f"window.cptsSim.ready && window.cptsSim.computed() >= {day}")

    @contextmanager
    def another_run(self) -> Iterator[None]:
        """What is done within asks for a run; it ends once the page shows that run, not the one before it."""
        self.page.evaluate("window.formerPair = window.cptsSim.pair; undefined")
        yield
        self.until("window.cptsSim.ready && window.cptsSim.pair !== window.formerPair")

    def text(self, selector: str) -> str:
        """What is read there; spaces that do not break are spaces."""
        return str(self.page.inner_text(selector)).replace("\u00a0", " ")
