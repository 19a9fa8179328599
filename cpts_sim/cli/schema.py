"""``cpts-sim schema``: the JSON schema of scenario files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cpts_sim.catalogue import catalogue
from cpts_sim.scenario import json_schema
from cpts_sim.words import say


@click.command(help=say("cli.schema"))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=say("cli.schema_output")
)
def command(output: Path | None) -> None:
    """Print the schema, or write it and say how editors find it."""
    text = json.dumps(json_schema(catalogue()), ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    click.echo(say("cli.schema_hint", file=output))
