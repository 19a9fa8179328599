"""``cpts-sim sweep-bench``: how busy a sweep keeps its workers."""

from __future__ import annotations

import click

from cpts_sim.cli._options import Amount, json_option, write_json
from cpts_sim.words import say


@click.command(help=say("cli.sweep_bench"))
@click.option("--runs", type=click.IntRange(1, 100_000), default=200, show_default=True, help=say("sweep.bench.runs"))
@click.option("--workers", type=click.IntRange(2, 1024), default=2, show_default=True, help=say("sweep.option_workers"))
@click.option(
    "--seconds", type=Amount(0.01, 600), default=1.0, show_default=True, help=say("sweep.bench.seconds")
)
@json_option
def command(runs: int, workers: int, seconds: float, as_json: bool) -> None:
    """Measure and print."""
    from dataclasses import asdict

    from cpts_sim.experiment.sweep.throughput import measure

    got = measure(runs, workers, seconds)
    if as_json:
        write_json(asdict(got))
        return
    click.echo(say("sweep.bench.result", **asdict(got)))
