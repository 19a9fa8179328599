"""The page of all parameters, with what they are, where they come from and how sure they are."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cpts_sim.documentation.markdown import page, table
from cpts_sim.evidence import REFERENCE_YEARS, ParameterEntry, load_parameters, plain_value
from cpts_sim.words import say

HEAD = ("Parameter", "Value", "Unit", "Range", "Prior", "Grade", "Year", "Source", "Note")


def parameters_page() -> str:
    """Return every parameter, room by room, and the count of each grade of evidence."""
    entries = [entry for entry in load_parameters(REFERENCE_YEARS[0]).entries() if not entry.target]
    rooms = sorted({entry.room for entry in entries})
    blocks = [_grades(entries)]
    for room in rooms:
        of_room = [entry for entry in entries if entry.room == room]
        blocks += [f"## {room}", table(HEAD, map(_row, of_room))]
    return page("Parameters", *blocks)


def _grades(entries: list[ParameterEntry]) -> str:
    count = Counter(entry.grade for entry in entries)
    told = table(("Grade", "Meaning", "Parameters"), ((g, say(f"cli.grade_{g}"), n) for g, n in sorted(count.items())))
    return f"{len(entries)} parameters. A scenario replaces any of them under `parameters:`.\n\n{told}"


def _row(entry: ParameterEntry) -> tuple[str, ...]:
    value = short(plain_value(entry.value))
    if entry.by_year:
        value = "; ".join(f"{year}: {short(plain_value(item))}" for year, item in sorted(entry.by_year.items()))
    span = f"{entry.low:g} to {entry.high:g}"
    return (f"`{entry.id}`", value, entry.unit, span, entry.prior, entry.grade, entry.year, entry.source, entry.note)


def short(value: Any) -> str:
    """Return a value in at most one line of a table."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {short(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        shown = ", ".join(short(item) for item in value[:6])
        return f"{shown}, … ({len(value)} numbers)" if len(value) > 6 else shown
    return f"{value:g}"
