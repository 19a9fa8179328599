"""``cpts-sim territory``: territory files from official files, and what they contain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpts_sim.cli._options import Amount, Given, json_option, unknown_territory, write_json
from cpts_sim.errors import UsageError
from cpts_sim.words import did_you_mean, number, say

if TYPE_CHECKING:
    from cpts_sim.territory import Territory

_FOLDER = Given(file_okay=False)
_FILE = Given(dir_okay=False)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(help=say("cli.territory"))
def command() -> None:
    """Hold the commands about territories."""


@command.command("build", help=say("cli.territory_build"))
@click.argument("name")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--data", required=True, type=_FOLDER, envvar="CPTS_SIM_DATA", help=say("cli.territory_data"))
@click.option("--perimeter", type=_FILE, help=say("cli.territory_perimeter"))
@click.option("-o", "--output", type=_NEW_FILE, help=say("cli.territory_output"))
@click.option("--title", default="", help=say("cli.territory_title"))
@click.option("--halo", type=Amount(min=0), metavar="MIN", help=say("cli.territory_halo"))
@click.option("--mountain", type=Amount(min=1), default=1.0, help=say("cli.territory_mountain"))
@click.option("--bpe-codes", type=_FILE, help=say("cli.territory_bpe_codes"))
@click.option("--partial", is_flag=True, help=say("cli.territory_partial"))
@click.option("--official-cpts", is_flag=True, help=say("cli.territory_official"))
@json_option
def build(
    name: str, codes: tuple[str, ...], data: Path, perimeter: Path | None, output: Path | None, as_json: bool,
    **choices: Any,
) -> None:  # fmt: skip
    """Build the territory, write it and say what had to be assumed."""
    from cpts_sim.territory import write_territory
    from cpts_sim.territory.build import BuildOptions, build_territory

    options = BuildOptions(
        halo_minutes=choices["halo"],
        mountain=choices["mountain"],
        facility_codes=choices["bpe_codes"],
        partial=choices["partial"],
        official_cpts=choices["official_cpts"],
        title=choices["title"],
    )
    territory = build_territory(name, _communes(name, codes, perimeter), data, options)
    path = write_territory(territory, output or Path(f"{territory.id}.territory"))
    if as_json:
        write_json({"file": str(path), **summary(territory)})
    else:
        click.echo("\n".join([*lines(territory), "", say("cli.territory_written", file=path)]))


@command.command("show", help=say("cli.territory_show"))
@click.argument("source", metavar="FILE|ARCHETYPE")
@json_option
def show(source: str, as_json: bool) -> None:
    """Show a territory file, a table of communes or an archetype."""
    from cpts_sim.territory import ARCHETYPES, load_territory

    if source in ARCHETYPES:
        kind = "archetype"
    elif Path(source).is_file():
        kind = "table" if source.endswith(".csv") else "file"
    else:
        raise unknown_territory(source)
    territory = load_territory({kind: source})
    if as_json:
        write_json(summary(territory))
    else:
        click.echo("\n".join(lines(territory)))


def _communes(name: str, codes: tuple[str, ...], perimeter: Path | None) -> list[str]:
    """Return the codes given and those that a perimeter file lists under the territory's name."""
    if perimeter is None:
        return list(codes)
    from cpts_sim.territory.readers.extras import read_perimeters

    perimeters = read_perimeters(perimeter)
    if name in perimeters:
        return [*codes, *perimeters[name]]
    if len(perimeters) == 1:
        return [*codes, *next(iter(perimeters.values()))]
    hint = did_you_mean(name, perimeters)
    raise UsageError(say("cli.territory_no_perimeter", value=name, hint=hint, file=perimeter))


def summary(territory: Territory) -> dict[str, Any]:
    """Return the figures of a territory, without its halo, as plain values."""
    own = ~territory.communes["halo"]
    sums = {
        key: float(territory.communes[key][own].sum())
        for key in ("population", "gps", "nurses", "pharmacies", "health_houses", "area_km2")
    }
    return {
        "id": territory.id,
        "title": territory.title,
        "source": territory.source,
        "communes": int(own.sum()),
        "halo_communes": int((~own).sum()),
        "hospitals": len(territory.hospitals["name"]),
        **sums,
        "remarks": territory.notes,
    }


def lines(territory: Territory) -> list[str]:
    """Return a territory in a few lines of words."""
    figures = summary(territory)
    people = figures["population"]
    density = {key: number(1e4 * figures[key] / people, 1) for key in ("gps", "nurses", "pharmacies")}
    counts = {key: figures[key] for key in ("communes", "halo_communes", "population")}
    return [
        say("cli.territory_head", title=figures["title"], id=figures["id"], source=figures["source"]),
        say("cli.territory_people", **counts),
        say("cli.territory_supply", **density),
        say("cli.territory_hospitals", count=figures["hospitals"]),
        *(f"- {remark}" for remark in figures["remarks"]),
    ]
