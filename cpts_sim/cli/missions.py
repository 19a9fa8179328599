"""``cpts-sim missions``: what each mission does, what it costs and whom, how sure one is, and its numbers."""

from __future__ import annotations

from typing import Any

import click

from cpts_sim.cli._options import cut, json_option, table, write_json
from cpts_sim.evidence import REFERENCE_YEARS, ParameterEntry, load_parameters, plain_value
from cpts_sim.explain import PARTS, MissionCard, Option, mission_card, mission_names
from cpts_sim.words import number, say, source_words, unit_words

_YEARS = [str(year) for year in REFERENCE_YEARS]
SOURCE_LENGTH = 70


@click.command(help=say("cli.missions"))
@click.argument("name", metavar="[MISSION]", required=False)
@click.option("--year", type=click.Choice(_YEARS), default=_YEARS[0], show_default=True,
              help=say("cli.parameters_year"))  # fmt: skip
@json_option
def command(name: str | None, year: str, as_json: bool) -> None:
    """Explain one mission with its parameters, or all of them in short."""
    parameters = load_parameters(int(year))
    cards = [mission_card(which, parameters) for which in ([name] if name else mission_names())]
    if as_json:
        write_json([_plain(card) for card in cards])
        return
    click.echo("\n\n".join("\n".join(_card(card, whole=name is not None)) for card in cards))
    if name is None:
        click.echo("\n" + say("missions.more"))


def _card(card: MissionCard, whole: bool) -> list[str]:
    title = click.style(f"{card.words['title']} ({card.name})", bold=True)
    lines = [title, *(_part(part, card.words[part]) for part in PARTS[1:] if part in card.words)]
    lines.append(_part("pays", ", ".join(card.pays)))
    lines.append(_part("loses", ", ".join(card.loses)))
    lines.append(_part("grade", say(f"missions.grade_{card.grade}")))
    if whole:
        lines += ["", say("missions.options"), *(_option(option) for option in card.options)]
        lines += ["", say("missions.parameters", count=len(card.parameters)), _parameters(card.parameters)]
    return lines


def _part(name: str, text: str) -> str:
    return f"  {say(f'missions.part_{name}')} {text}"


def _option(option: Option) -> str:
    default = say("missions.from_evidence") if option.default is None else _value(option.default)
    return f"  {option.name} ({say('missions.default', value=default)}): {option.told}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _parameters(entries: tuple[ParameterEntry, ...]) -> str:
    head = tuple(say(f"cli.column_{name}") for name in ("id", "value", "unit", "range", "grade", "source"))
    rows = [
        (entry.id, cut(str(plain_value(entry.value)), 24), unit_words(entry.unit), f"{entry.low:g}–{entry.high:g}",
         say(f"cli.grade_short_{entry.grade}"), cut(source_words(entry.source), SOURCE_LENGTH)) for entry in entries
    ]  # fmt: skip
    return table([head, *rows])


def _plain(card: MissionCard) -> dict[str, Any]:
    return {
        "name": card.name, "words": card.words, "grade": card.grade, "pays": card.pays, "loses": card.loses,
        "options": [{"name": o.name, "told": o.told, "default": o.default} for o in card.options],
        "parameters": [{"id": e.id, "value": plain_value(e.value), "unit": e.unit, "low": e.low, "high": e.high,
                        "grade": e.grade, "year": e.year, "source": e.source} for e in card.parameters],
    }  # fmt: skip
