"""``cpts-sim compare``: the arms of a scenario, pair by pair, with the interval of every difference."""

from __future__ import annotations

import sys
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._notes import warn
from cpts_sim.cli._options import Amount, Given, json_option, write_json
from cpts_sim.errors import UsageError
from cpts_sim.experiment.defaults import CEILING, DEFAULT_PAIRS, UNCERTAIN_PAIRS
from cpts_sim.files import free_place
from cpts_sim.words import current_language, say

SOURCE = Given(dir_okay=False)

KEPT = click.Choice(("all", "first", "none"))
FEW_ARMS = 2
"""Compared arms whose tables are all printed; of more, only the decision's, after the table of all of them."""


@click.command(help=say("cli.compare"))
@click.argument("path", metavar="[SCENARIO]", required=False, type=SOURCE)
@click.option("--arms", help=say("compare.option_arms"))
@click.option("--replications", "-n", type=click.IntRange(1, 10_000),
              help=say("uncertain.option_replications", default=UNCERTAIN_PAIRS, fixed=DEFAULT_PAIRS))  # fmt: skip
@click.option("--precision", type=Amount(0, 1, min_open=True),
              help=say("compare.option_precision", ceiling=CEILING))  # fmt: skip
@click.option("--years", type=Amount(0, 20, min_open=True), help=say("compare.option_years"))
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("compare.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=say("compare.option_output"))
@click.option("--like", type=Given(), help=say("compare.option_like"))
@click.option("--replace", is_flag=True, help=say("compare.option_replace"))
@click.option("--keep-journal", type=KEPT, default="first", show_default=True, help=say("compare.option_keep_journal"))
@click.option("--smallest-differences", "smallest", type=SOURCE, help=say("compare.option_smallest"))
@click.option("--ensemble", type=SOURCE, help=say("uncertain.option_ensemble"))
@click.option("--fixed-parameters", "fixed", is_flag=True, help=say("uncertain.option_fixed"))
@click.option("--figures/--no-figures", default=True, help=say("compare.option_figures"))
@click.option("--csv", is_flag=True, help=say("compare.option_csv"))
@click.option("--every-table", is_flag=True, help=say("compare.option_every_table", few=FEW_ARMS))
@click.option("--fresh", is_flag=True, help=say("compare.option_fresh"))
@json_option
@click.pass_context
def command(context: click.Context, /, like: Path | None, as_json: bool, **options: Any) -> int:
    """Compare the arms of a scenario and print the table."""
    if like is not None:
        return _repeat(context, like, options, as_json)
    from cpts_sim.cli._pairs import folder_for, plan_of, with_all_kept

    if options["path"] is None:
        raise UsageError(say("compare.no_scenario"))
    if options["replications"] is not None and options["precision"] is not None:
        raise UsageError(say("compare.both_counts"))
    plan = plan_of(options["path"], options)
    folder = folder_for(plan, options["output"])
    plan = with_all_kept(plan, folder, options["replications"])
    _compute_and_show(plan, folder, options, as_json, options["fresh"])
    return 0


def _compute_and_show(plan: Any, folder: Path, options: dict[str, Any], as_json: bool, fresh: bool) -> dict[str, bytes]:
    """Compute, write the folder, print the table; returns the files that must not vary."""
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment.results import may_write

    may_write(folder, plan.key, options["replace"], plan.replications)
    warn(plan.scenario, plan.arms)
    done, seconds = _pairs.compute(
        plan, folder, workers=options["workers"], fresh=fresh, smallest=options["smallest"], silent=as_json
    )
    more = _more(done, options)
    files = _pairs.write(done, folder, seconds, options["workers"], options["replace"], more)
    _show(done, as_json, options["every_table"])
    _pairs.say_where(folder, {**files, **more})
    return files


def _more(done: Any, options: dict[str, Any]) -> dict[str, bytes]:
    """Return the files beside the results: costs, and those asked for, figures and a table for spreadsheets."""
    from cpts_sim.experiment.results import french_csv
    from cpts_sim.report.costs import cost_files
    from cpts_sim.report.uncertain import uncertain_csv

    out = cost_files(done, current_language(), options["figures"])
    if options["csv"]:
        drawn = done.plan.ensemble is not None
        out["comparaison.csv"] = uncertain_csv(done, current_language()) if drawn else french_csv(done)
    if options["figures"]:
        from cpts_sim.report.figures import draw_all

        out |= {f"figures/{name}": data for name, data in draw_all(done, current_language()).items()}
    return out


def _show(done: Any, as_json: bool, every: bool) -> None:
    """Print a comparison: as JSON, as text for a pipe or a file, or in the width of the terminal."""
    from cpts_sim.report import as_json as plain
    from cpts_sim.report import plain_text, rich_text, table_of
    from cpts_sim.report.arms import overview
    from cpts_sim.report.costs import cost_text
    from cpts_sim.report.document.reading import told_of
    from cpts_sim.report.uncertain import uncertain_json, uncertain_rich, uncertain_text

    lang, arms, drawn = current_language(), done.values.arms[1:], done.plan.ensemble is not None
    if as_json:
        write_json((uncertain_json if drawn else plain)(done, lang))
        return
    terminal = sys.stdout.isatty()
    width = _console().width if terminal else None
    if len(arms) > 1:
        click.echo(overview(done, lang, width) + "\n")
    tabled = arms if every or len(arms) <= FEW_ARMS else (told_of(done, lang).arm,)
    if terminal:
        for arm in tabled:
            _console().print(uncertain_rich(done, lang, arm) if drawn else rich_text(table_of(done, lang, arm)))
    else:
        texts = (uncertain_text(done, lang, arm) if drawn else plain_text(table_of(done, lang, arm)) for arm in tabled)
        click.echo("\n\n".join(texts), nl=False)
    costs = "".join(f"\n\n{text}" for arm in tabled if (text := cost_text(done, lang, arm, width)))
    click.echo(costs)
    if len(tabled) < len(arms):
        click.echo(say("compare.tables_left", count=len(arms) - len(tabled)))


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def _repeat(context: click.Context, like: Path, options: dict[str, Any], as_json: bool) -> int:
    """Repeat a computation from its manifest and say whether every byte is the same."""
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment import read_earlier

    fixed = ("path", "arms", "replications", "precision", "years", "seed", "keep_journal", "smallest")
    _pairs.refuse_with_like(context, (*fixed, "ensemble", "fixed"))
    earlier = read_earlier(like)
    home = earlier.folder.resolve()
    suffix = say("compare.folder_suffix")
    folder = options["output"] or free_place(home.with_name(f"{home.name}-{suffix}"))
    least = home / "smallest_differences.yaml"
    options = {**options, "smallest": least if least.is_file() else None}
    files = _compute_and_show(changed(earlier.plan()), folder, options, as_json, fresh=True)
    names = earlier.differing(files)
    key = "report.repeat.differs" if names else "report.repeat.same"
    click.echo(say(key, count=len(names) or len(files) - 1, names=", ".join(names)), err=True)
    return 1 if names else 0
