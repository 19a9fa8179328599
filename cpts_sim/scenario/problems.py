"""What is wrong with a scenario: one problem a line, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from cpts_sim.errors import InputError
from cpts_sim.words import say

Path_ = tuple[str | int, ...]
"""Keys and list ranks from the top of a scenario to a value."""


class Mark(NamedTuple):
    """A place in a file; line 0 means the whole file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct.

    Attributes:
        file: file as the user named it ("" when the scenario came from Python).
        line: line in it, from 1 (0: unknown).
        key: dotted path of the key.
        text: what was received, what was expected, the cure.
    """

    file: str
    line: int
    key: str
    text: str

    @classmethod
    def about(cls, mark: Mark | None, path: Path_, text: str) -> Problem:
        """Make a problem from a place, a path and a text."""
        return cls(mark.file if mark else "", mark.line if mark else 0, dotted(path), text)

    def sentence(self) -> str:
        """Return the whole sentence: file, line, key, text."""
        form = ("file" if self.key else "whole") + ("_line" if self.line else "") if self.file else "nowhere"
        place = say(f"scenario.place_{form}", file=self.file, line=self.line, key=self.key or "—")
        return f"{place} {self.text}"

    def as_dict(self) -> dict[str, Any]:
        """Return the problem for ``--json``."""
        return asdict(self)


class ScenarioError(InputError):
    """A scenario cannot be used; every problem found is listed.

    Attributes:
        problems: the problems in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        lines = [problem.sentence() for problem in self.problems]
        head = [say("scenario.count", count=len(lines))] if len(lines) > 1 else []
        super().__init__("\n  ".join([*head, *lines]))


def dotted(path: Path_) -> str:
    """Write a path as the user thinks of it: ``arms.with.cpts``, ``windows[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
