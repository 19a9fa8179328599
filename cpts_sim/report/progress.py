"""How far a computation is: a bar with the time left on a terminal, one plain line in a pipe."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from cpts_sim.words import say


class Progress:
    """Shows done pairs on stderr; call it with (done, total).

    Args:
        lang: "fr" or "en".
        silent: show nothing.
        words: key of what is counted.
    """

    def __init__(self, lang: str, silent: bool = False, words: str = "report.progress") -> None:
        self.lang = lang
        self.words = words
        self.silent = silent
        self.done = self.total = 0
        self._start = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if not self.silent and sys.stderr.isatty():
            self._open()
        return self

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task(say(self.words, self.lang), total=None)

    def __call__(self, done: int, total: int) -> None:
        """Say that so many pairs of so many are done."""
        self.done, self.total = done, total
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = time.monotonic() - self._start
        if self._bar is not None:
            self._bar.stop()
        elif not self.silent and kind is None:
            text = say(f"{self.words}.plain", self.lang, done=self.done, total=self.total, seconds=seconds)
            print(text, file=sys.stderr)
