"""The little Markdown that the pages need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by `cpts-sim docs` from the code and the parameter files: change those, not this page. -->"


def page(title: str, *blocks: str) -> str:
    """Return a page: notice, title, blocks apart by an empty line."""
    return "\n\n".join([NOTICE, f"# {title}", *blocks]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; bars and line ends inside cells are made harmless."""
    lines = [_line(head), "|" + "---|" * len(head)]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def bullets(lines: Iterable[str]) -> str:
    """Return a list of lines."""
    return "\n".join(f"- {line}" for line in lines)
