"""What a document is made of: sections of paragraphs, lists, tables and figures, without any look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A paragraph; ``kind`` is "plain", "note" (small) or "alert" (a fact that must not be missed)."""

    text: str
    kind: str = "plain"
    form: str = "text"


@dataclass(frozen=True)
class Items:
    """A list of sentences; ``kind`` is "plain" or "short" (set in two columns where there is room)."""

    items: tuple[str, ...]
    kind: str = "plain"
    form: str = "items"


@dataclass(frozen=True)
class Terms:
    """Questions and their answers, or names and what they are."""

    pairs: tuple[tuple[str, str], ...]
    form: str = "terms"


@dataclass(frozen=True)
class Code:
    """Commands, one a line."""

    lines: tuple[str, ...]
    form: str = "code"


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows.

    Attributes:
        id: anchor, unique in a document.
        caption: what the table shows.
        head: names of the columns.
        rows: cells, as people read them.
        tones: reading of each row ("better", "worse", or anything else), for a mark beside its words.
        words: columns that hold words rather than numbers (the first is always words).
        english: columns whose text is English in every language (names of parameters).
        note: sentence below.
        small: many rows: small print.
        toned: the column that holds the reading (-1: the last).
    """

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[str, ...] = ()
    words: frozenset[int] = frozenset()
    english: frozenset[int] = frozenset()
    note: str = ""
    small: bool = False
    toned: int = -1
    form: str = "table"


@dataclass(frozen=True)
class Figure:
    """A picture with its alternative text and its data.

    Attributes:
        id: anchor, unique in a document.
        svg: the picture, as written by matplotlib.
        caption: how to read it.
        data: the same numbers as a table.
    """

    id: str
    svg: bytes = field(repr=False)
    caption: str
    data: Table
    form: str = "figure"


Block = Text | Items | Terms | Code | Table | Figure


@dataclass(frozen=True)
class Section:
    """A titled part of a document.

    Attributes:
        id: anchor, unique in a document.
        title: its heading.
        blocks: what it holds, in order.
        kind: "plain", "box" (the essential) or "annex".
        folded: whether a screen shows its tables on demand; paper always has them.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    kind: str = "plain"
    folded: bool = False

    @property
    def rows(self) -> int:
        """Number of lines of its tables."""
        return sum(len(block.rows) for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True)
class Document:
    """A whole document.

    Attributes:
        lang: "fr" or "en".
        nature: what kind of note it is.
        title: what it is about.
        banner: the caution that stands on its first page.
        facts: its provenance, name by name.
        sections: in order; the data tables of figures follow by themselves.
    """

    lang: str
    nature: str
    title: str
    banner: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def figures(self) -> list[Figure]:
        """Every figure, in order."""
        return [block for part in self.sections for block in part.blocks if isinstance(block, Figure)]

    @property
    def tables(self) -> list[Table]:
        """Every table, in order, those of figures last."""
        own = [block for part in self.sections for block in part.blocks if isinstance(block, Table)]
        return [*own, *(figure.data for figure in self.figures)]


def kept(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """Return the blocks that are there."""
    return tuple(block for block in blocks if block is not None)
