"""``cpts-sim docs``: write the pages of ``docs/`` from the code, or tell which are stale."""

from __future__ import annotations

from pathlib import Path

import click

from cpts_sim.errors import InputError
from cpts_sim.words import say


@click.command(help=say("cli.docs"))
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default=Path("docs"), show_default=True,
              help=say("cli.docs_output"))  # fmt: skip
@click.option("--check", is_flag=True, help=say("cli.docs_check"))
def command(output: Path, check: bool) -> None:
    """Write the pages, or check them."""
    from cpts_sim.documentation import stale_pages, write_pages

    if not check:
        changed = write_pages(output)
        click.echo(say("cli.docs_written", count=len(changed), folder=str(output)))
        return
    stale = stale_pages(output)
    if stale:
        raise InputError(say("cli.docs_stale", folder=str(output), names=", ".join(stale)))
    click.echo(say("cli.docs_fresh", folder=str(output)))
