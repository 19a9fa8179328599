"""``cpts-sim verify``: exact laws and published tables beside what the program reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._endings import refuse, save
from cpts_sim.cli._options import json_option, table, write_json
from cpts_sim.words import current_language, say


@click.command(help=say("cli.verify"))
@click.option("--only", multiple=True, metavar="CHECK", help=say("verify.option_only"))
@click.option("--quick", is_flag=True, help=say("verify.option_quick"))
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), help=say("verify.option_output"))
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("verify.option_seed"))
@click.option("--strict", is_flag=True, help=say("verify.option_strict"))
@json_option
def command(only: tuple[str, ...], quick: bool, output: Path | None, seed: int, strict: bool, as_json: bool) -> None:
    """Run the checks, print every number and the counts, draw figures if asked."""
    from cpts_sim.experiment.verify import Asked, chosen, run_checks
    from cpts_sim.experiment.verify.saved import as_plain

    asked, outcomes = Asked(quick, seed), []
    for outcome in run_checks(chosen(only, quick), asked):
        outcomes.append(outcome)
        _progress(outcome)
    if as_json:
        write_json(as_plain(outcomes, asked))
    else:
        _print(outcomes)
    if output is not None:
        _write(output, outcomes, asked)
    if strict:
        refuse(_missed(outcomes), "verify.strict", most=3)


def _progress(outcome: Any) -> None:
    from cpts_sim.experiment.verify.told import title_of

    title = title_of(outcome, current_language())
    click.echo(say("verify.progress", title=title, seconds=outcome.seconds), err=True)
    if outcome.again:
        click.echo(say("verify.again", title=title), err=True)


def _print(outcomes: list[Any]) -> None:
    from cpts_sim.experiment.verify import counts
    from cpts_sim.experiment.verify.told import cells, heading

    lang, found = current_language(), counts(outcomes)
    click.echo(click.style(say("verify.title", None, **found), bold=True) + "\n")
    click.echo(table([heading(lang), *(cells(one, row, lang) for one in outcomes for row in one.rows)]))
    click.echo("\n" + say("verify.note") + "\n" + say("verify.counts", None, **found))


def _write(folder: Path, outcomes: list[Any], asked: Any) -> None:
    from cpts_sim.experiment.verify.saved import FILE, written
    from cpts_sim.report.verify import draw_all

    save(folder, {FILE: written(outcomes, asked)}, draw_all(outcomes, current_language()), "verify.saved")


def _missed(outcomes: list[Any]) -> list[str]:
    from cpts_sim.experiment.verify.told import misses, sentence, title_of

    lang = current_language()
    return [f"{title_of(one, lang)}, {sentence(row, lang)}" for one, row in misses(outcomes)]
