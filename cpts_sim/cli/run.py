"""``cpts-sim run``: one arm of a scenario, its numbers and its journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._notes import warn
from cpts_sim.cli._options import Amount, json_option, scenario_argument, table, write_json
from cpts_sim.words import current_language, say

KEPT = click.Choice(("all", "first", "none"))


@click.command(help=say("cli.run"))
@scenario_argument
@click.option("--arm", help=say("compare.option_arm"))
@click.option("--replications", "-n", type=click.IntRange(1, 10_000), default=1, show_default=True,
              help=say("compare.option_runs"))  # fmt: skip
@click.option("--years", type=Amount(0, 20, min_open=True), help=say("compare.option_years"))
@click.option(
    "--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("compare.option_seed")
)
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=say("compare.option_output"))
@click.option("--replace", is_flag=True, help=say("compare.option_replace"))
@click.option(
    "--keep-journal", type=KEPT, default="first", show_default=True, help=say("compare.option_keep_journal")
)
@json_option
def command(path: Path, arm: str | None, output: Path | None, as_json: bool, **options: Any) -> None:
    """Simulate one arm and print its numbers."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment import Plan, arms_of
    from cpts_sim.experiment.results import may_write
    from cpts_sim.scenario import load

    scenario = _pairs.with_years(load(path, catalogue()), options["years"])
    chosen = arms_of(scenario, [arm] if arm else [])[:1]
    plan = Plan(
        scenario, chosen, options["seed"], options["replications"], keep_journal=options["keep_journal"]
    )
    folder = output or _pairs.folder_for(plan, None).with_name(f"{scenario.name}-{chosen[0]}")
    may_write(folder, plan.key, options["replace"], plan.replications)
    warn(scenario, chosen)
    workers = 1 if options["replications"] == 1 else options["workers"]
    done, seconds = _pairs.compute(plan, folder, workers=workers, fresh=False, smallest=None, silent=as_json)
    more = _timeline(done)
    files = _pairs.write(done, folder, seconds, workers, options["replace"], more)
    _show(done, as_json)
    _pairs.say_where(folder, {**files, **more})


def _timeline(done: Any) -> dict[str, bytes]:
    """Draw the life of the CPTS of the arm, if it has one and its journal was kept."""
    from cpts_sim.report.timeline import timeline

    lang, arm = current_language(), done.values.arms[-1]
    drawn = {kind: timeline(done, lang, arm, kind) for kind in ("png", "svg")}
    return {f"figures/timeline.{kind}": data for kind, data in drawn.items() if data is not None}


def _show(done: Any, as_json: bool) -> None:
    """Print the numbers of the arm: mean and, with several runs, the half-width of its interval."""
    from cpts_sim.report.levels import levels, levels_json

    lang = current_language()
    if as_json:
        write_json(levels_json(done, lang))
        return
    title, rows = levels(done, lang)
    click.echo(click.style(title, bold=True) + "\n\n" + table(rows) + "\n\n" + say("report.scope"))
