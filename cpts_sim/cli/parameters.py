"""``cpts-sim parameters``: every number, where it comes from and how sure it is."""

from __future__ import annotations

from typing import Any

import click

from cpts_sim.cli._options import cut, json_option, table, write_json
from cpts_sim.errors import UsageError
from cpts_sim.evidence import REFERENCE_YEARS, ParameterEntry, Parameters, load_parameters, plain_value
from cpts_sim.words import did_you_mean, note_words, say, source_words, unit_words

_YEARS = [str(year) for year in REFERENCE_YEARS]


@click.command(help=say("cli.parameters"))
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--room", metavar="ROOM", help=say("cli.parameters_room"))
@click.option("--year", type=click.Choice(_YEARS), default=_YEARS[0], show_default=True,
              help=say("cli.parameters_year"))  # fmt: skip
@json_option
def command(identifier: str | None, room: str | None, year: str, as_json: bool) -> None:
    """List the parameters in force, or show one in full."""
    parameters = load_parameters(int(year))
    entries = [_named(parameters, identifier)] if identifier else _of_room(parameters, room)
    if as_json:
        write_json([_plain(entry) for entry in entries])
    elif identifier:
        click.echo(_card(entries[0]))
    else:
        click.echo(_listing(entries))
        click.echo("\n" + say("cli.parameters_count", count=len(entries), year=year))


def _named(parameters: Parameters, identifier: str) -> ParameterEntry:
    if identifier not in parameters:
        hint = did_you_mean(identifier, parameters)
        raise UsageError(say("evidence.unknown", place=identifier, hint=hint))
    return parameters.entry(identifier)


def _of_room(parameters: Parameters, room: str | None) -> list[ParameterEntry]:
    rooms = sorted({entry.room for entry in parameters.entries()})
    if room is not None and room not in rooms:
        hint = did_you_mean(room, rooms)
        raise UsageError(say("cli.parameters_room_unknown", value=room, hint=hint, rooms=", ".join(rooms)))
    return parameters.entries(room)


def _plain(entry: ParameterEntry) -> dict[str, Any]:
    by_year = {str(year): plain_value(value) for year, value in entry.by_year.items()}
    fields = {name: getattr(entry, name) for name in entry.__slots__}
    return fields | {"value": plain_value(entry.value), "by_year": by_year}


def _listing(entries: list[ParameterEntry]) -> str:
    names = ("id", "value", "unit", "range", "grade", "source")
    rows = [tuple(say(f"cli.column_{name}") for name in names)]
    return table(rows + [_row(entry) for entry in entries])


def _row(entry: ParameterEntry) -> tuple[str, ...]:
    value, unit, source = cut(_value(entry), 28), cut(unit_words(entry.unit), 28), cut(source_words(entry.source), 40)
    return entry.id, value, unit, _range(entry), say(f"cli.grade_short_{entry.grade}"), source


def _value(entry: ParameterEntry) -> str:
    value = plain_value(entry.value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_short(item)}" for key, item in value.items())
    return _short(value)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else ", ".join(_short(item) for item in value)


def _range(entry: ParameterEntry) -> str:
    return f"{entry.low:g} – {entry.high:g}"


def _card(entry: ParameterEntry) -> str:
    by_year = ", ".join(f"{year}: {plain_value(value)}" for year, value in entry.by_year.items())
    lines = {
        "id": entry.id,
        "value": _value(entry),
        "by_year": by_year,
        "unit": unit_words(entry.unit),
        "range": _range(entry),
        "prior": entry.prior,
        "grade": say(f"cli.grade_{entry.grade}"),
        "source": source_words(entry.source),
        "year": entry.year,
        "target": say("cli.use_target" if entry.target else "cli.use_input"),
        "room": entry.room,
        "note": note_words(entry.note),
    }
    return table([(say(f"cli.column_{name}"), text) for name, text in lines.items() if text])
