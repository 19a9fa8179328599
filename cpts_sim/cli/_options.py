"""Options and helpers shared by commands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

import cpts_sim
from cpts_sim.errors import InputError
from cpts_sim.files import nearest_beside
from cpts_sim.words import did_you_mean, say

F = TypeVar("F", bound=Callable[..., Any])
ASKED = "cpts_sim.language"
"""Where a command's context keeps the language that ``--lang`` asked for."""


def reference_scenario() -> Path:
    """Return the France of 2019 of the folder ``scenarios``, else, away from a clone, the one packaged."""
    here = Path("scenarios/france_2019.yaml")
    return here if here.is_file() else Path(cpts_sim.__file__).parent / "scenario" / "data" / here.name


def absent(path: Path) -> InputError:
    """Return the one sentence for a file or folder that is not there, with the nearest name beside it."""
    return InputError(say("cli.absent", path=path, hint=nearest_beside(path)))


def beside(folder: Path, name: str) -> Path:
    """Return what stands beside a folder; with the whole way to it where the name alone would not be found again."""
    found = folder.parent / name
    return found if len(found.parts) > 1 else Path.cwd() / found


def unknown_territory(source: str) -> InputError:
    """Return the one sentence for what names no territory: a file that is not there, or no archetype."""
    from cpts_sim.territory import ARCHETYPES

    path = Path(source)
    if (path.suffix or len(path.parts) > 1) and not path.exists():
        return absent(path)
    hint = did_you_mean(source, ARCHETYPES)
    return InputError(say("cli.territory_unknown", value=source, hint=hint, known=", ".join(ARCHETYPES)))


class Given(click.Path):
    """A file or folder that the user names and that must exist: absent, it is an invalid input (exit code 3)."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path.

        Raises:
            InputError: nothing is there.
        """
        if not Path(value).exists():
            raise absent(Path(value))
        return super().convert(value, param, ctx)


_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,\d{1,2})")
"""A number as French people write it; three figures behind a comma may be thousands, which are left alone."""


class Amount(click.FloatRange):
    """A number between two ends, its decimals behind a point or a comma; nan, which click lets through, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        if isinstance(value, str) and _COMMA.fullmatch(value):
            value = value.replace(",", ".")
        got = super().convert(value, param, ctx)
        return got if math.isfinite(got) else self.fail(say("cli.not_finite", value=value), param, ctx)


def json_option(function: F) -> F:
    """Add ``--json`` (parameter ``as_json``) to a command."""
    return click.option("--json", "as_json", is_flag=True, help=say("cli.option_json"))(function)


def scenario_argument(function: F) -> F:
    """Add the argument SCENARIO (parameter ``path``), a readable file."""
    return click.argument("path", metavar="SCENARIO", type=Given(dir_okay=False))(function)


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
