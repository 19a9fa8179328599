"""``cpts-sim app``: the page of the class."""

from __future__ import annotations

from pathlib import Path

import click

from cpts_sim.cli._options import Given
from cpts_sim.words import say


@click.command(help=say("cli.app"))
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...", type=Given(dir_okay=False))
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help=say("cli.app_port"))
@click.option("--host", default="127.0.0.1", show_default=True, help=say("cli.app_host"))
@click.option("--open-to-class", is_flag=True, help=say("cli.app_open"))
@click.option("--workers", type=click.IntRange(1, 64), help=say("cli.app_workers"))
def command(scenarios: tuple[Path, ...], port: int, host: str, open_to_class: bool, workers: int | None) -> None:
    """Serve the page until Ctrl-C."""
    from cpts_sim.app.serve import serve
    from cpts_sim.experiment.workers import usable_cores

    hands = workers or min(4, usable_cores())
    serve(host, port, open_to_class, list(scenarios), hands, lambda text: click.echo(text, err=True))
