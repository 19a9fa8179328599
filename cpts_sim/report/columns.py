"""Tables on a terminal: columns that wrap where words can, else one line for each cell; a number is never cut."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from cpts_sim.words import say

GAP = 2
"""Spaces between two columns."""
NAMED = 20
"""Characters that the first column keeps at least: a name in pieces is hard to read."""

Rows = Sequence[Sequence[str]]
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
"""The space within a number such as "1 000"."""


def fitted(rows: Rows, right: Collection[int], width: int, head: bool = True) -> list[str]:
    """Write rows in a width, each as one text of one or several lines.

    Args:
        rows: cells of each row.
        right: numbers of the columns set to the right.
        width: characters a line.
        head: whether the first row names the columns.
    """
    rows = [[_THOUSANDS.sub("\N{NO-BREAK SPACE}", cell) for cell in row] for row in rows]
    whole = [*rows[: int(head)], *([_unbroken(c) if i in right else c for i, c in enumerate(row)]
                                   for row in rows[int(head) :])]  # fmt: skip
    for cells in (whole, rows):  # an interval is broken between its ends only where there is no room for it
        widths = _widths(cells, width)
        if widths is not None:
            return [_in_columns(row, widths, right) for row in cells]
    heads = rows[0] if head else [""] * len(rows[0])
    return [_stacked(row, heads, width) for row in rows[int(head) :]]


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def wrapped(text: str, width: int, indent: str = "") -> str:
    """Break the lines of a text between words."""
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width, indent) or [""])


def _lines(text: str, width: int, indent: str = "") -> list[str]:
    return wrap(text, max(width, 1), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _widths(rows: Rows, width: int) -> list[int] | None:
    """Return the widths of columns that fit; None where a word or a number would have to be cut."""
    columns = list(zip(*rows, strict=True))
    most = [max(map(len, cells)) for cells in columns]
    least = [max((len(word) for cell in cells for word in cell.split(" ")), default=0) for cells in columns]
    widths = [max(least[0], min(most[0], NAMED)), *least[1:]]
    room = width - GAP * (len(widths) - 1) - sum(widths)
    if room < 0:
        return None
    for _ in range(min(room, sum(most) - sum(widths))):
        missing = [many - few for many, few in zip(most, widths, strict=True)]
        widths[missing.index(max(missing))] += 1
    return widths


def _in_columns(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = [_lines(cell, width) for cell, width in zip(row, widths, strict=True)]
    sides = [str.rjust if rank in right else str.ljust for rank in range(len(row))]
    lines = (
        (" " * GAP).join(side(cell, width) for side, cell, width in zip(sides, line, widths, strict=True)).rstrip()
        for line in zip_longest(*cells, fillvalue="")
    )
    return "\n".join(lines)


def _stacked(row: Sequence[str], heads: Sequence[str], width: int) -> str:
    """Write the name of a row, and below it each cell after the name of its column."""
    told = [
        _unbroken(say("report.cell", head=head, cell=cell)) if head else cell
        for head, cell in zip(heads[1:], row[1:], strict=True) if cell
    ]  # fmt: skip
    short = [part if len(part) <= width - GAP else part.replace("\N{NO-BREAK SPACE}", " ") for part in told]
    below = _lines(" · ".join(short), width - GAP)
    return "\n".join([*_lines(row[0], width), *(" " * GAP + line for line in below)])


@dataclass(frozen=True)
class Fitted:
    """Rows as rich prints them, in the width that it has.

    Attributes:
        rows: cells of each row. right: numbers of the columns set to the right. head: whether the first row names
        the columns. tones: style of each row below the head ("" or none: plain).
    """

    rows: Rows
    right: Collection[int]
    head: bool = True
    tones: Sequence[str] = ()

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Yield a text for each row."""
        from rich.text import Text

        texts = fitted(self.rows, self.right, options.max_width, self.head)
        headed = len(texts) == len(self.rows) and self.head
        tones = [*(["bold"] if headed else []), *self.tones]
        for text, tone in zip_longest(texts, tones[: len(texts)], fillvalue=""):
            yield Text(text, style=tone or "")
