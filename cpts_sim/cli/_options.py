"""Options and helpers shared by commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cpts_sim.words import say

F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """Add ``--json`` (parameter ``as_json``) to a command."""
    return click.option("--json", "as_json", is_flag=True, help=say("cli.option_json"))(function)


def scenario_argument(function: F) -> F:
    """Add the argument SCENARIO (parameter ``path``), a readable file."""
    kind = click.Path(dir_okay=False, path_type=Path)  # a missing file is told by the reader: exit code 3
    return click.argument("path", metavar="SCENARIO", type=kind)(function)


def write_json(value: Any) -> None:
    """Print a value as indented JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: list[tuple[str, ...]], gap: str = "  ") -> str:
    """Return rows as aligned columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def cut(text: str, size: int) -> str:
    """Shorten a text to a number of characters, with an ellipsis."""
    return text if len(text) <= size else text[: size - 1] + "…"
