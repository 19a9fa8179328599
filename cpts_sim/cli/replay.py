"""``cpts-sim replay``: recorded runs as one HTML file for a class without Python."""

from __future__ import annotations

from pathlib import Path

import click

from cpts_sim.cli._options import ASKED, Amount, Given
from cpts_sim.errors import UsageError
from cpts_sim.words import say


@click.command(help=say("cli.replay"))
@click.argument("path", metavar="[RESULT|SCENARIO]", required=False, type=Given())
@click.option("--lesson", type=click.IntRange(1, 99), help=say("cli.replay_lesson"))
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help=say("cli.replay_output"))
@click.option("--seed", type=click.IntRange(0, 2**53), help=say("compare.option_seed"))
@click.option("--years", type=Amount(0, 5, min_open=True), help=say("compare.option_years"))
@click.option("--draws", type=click.IntRange(0, 100), help=say("cli.replay_draws"))
@click.option(
    "--people", type=click.IntRange(100, 40_000), default=12_000, show_default=True, help=say("cli.replay_people")
)
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
def command(
    path: Path | None, lesson: int | None, output: Path | None, seed: int | None, years: float | None,
    draws: int | None, people: int, workers: int | None,
) -> None:  # fmt: skip
    """Record and write the page."""
    from cpts_sim.app.replay import page_of
    from cpts_sim.app.takes import record, script_of, script_of_lesson

    if (path is None) == (lesson is None):
        raise UsageError(say("cli.replay_one"))
    if path is None:
        script, name = script_of_lesson(lesson or 0, draws, people), f"lesson-{lesson}"
    else:
        script, name = script_of(path, seed, draws, people, years), path.stem
    target = output or Path(f"cpts-sim-{name}.html")
    takes = record(script, workers, _step)
    page = page_of(script, takes, click.get_current_context().meta.get(ASKED))
    target.write_bytes(page)
    click.echo(say("cli.replay_done", path=target, size=len(page) / 1e6))


def _step(done: int, total: int) -> None:
    click.echo(say("cli.replay_step", done=done, total=total), err=True)
