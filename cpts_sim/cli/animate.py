"""``cpts-sim animate``: a film of a pair of runs, for slides."""

from __future__ import annotations

from pathlib import Path

import click

from cpts_sim.cli._options import Amount, Given
from cpts_sim.words import current_language, say


@click.command(help=say("cli.animate"))
@click.argument("path", metavar="RESULT|SCENARIO", type=Given())
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help=say("cli.animate_output"))
@click.option("--seed", type=click.IntRange(0, 2**53), help=say("compare.option_seed"))
@click.option("--years", type=Amount(0, 5, min_open=True), help=say("compare.option_years"))
@click.option("--step", type=click.IntRange(1, 60), default=7, show_default=True, help=say("cli.animate_step"))
@click.option("--rate", type=click.IntRange(1, 30), default=6, show_default=True, help=say("cli.animate_rate"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
def command(
    path: Path, output: Path | None, seed: int | None, years: float | None, step: int, rate: int, workers: int | None
) -> None:
    """Record a pair and draw it."""
    from cpts_sim.app.animate import film
    from cpts_sim.app.takes import record, script_of

    target = output or Path(f"cpts-sim-{path.stem}.gif")
    script = script_of(path, seed, 0, 6000, years)
    pictures = film(script.scenes[0], record(script, workers), target, current_language(), step, rate)
    click.echo(say("cli.animate_done", path=target, count=pictures, size=target.stat().st_size / 1e6))
