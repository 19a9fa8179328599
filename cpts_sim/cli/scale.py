"""``cpts-sim scale``: are the simulated numbers of the order of those seen in France?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import Amount, json_option, table, write_json
from cpts_sim.errors import InputError, UsageError
from cpts_sim.words import current_language, say

RESULT = click.Path(path_type=Path)  # a missing file is told by the reader: exit code 3
PAIRS = 4
FIXED = ("arms", "years", "replications", "seed", "workers")


@click.command(help=say("cli.scale"))
@click.argument("path", metavar="SCENARIO|RESULT", type=RESULT)
@click.option("--arms", help=say("compare.option_arms"))
@click.option("--years", type=Amount(0, 20, min_open=True), help=say("compare.option_years"))
@click.option("--replications", "-n", type=click.IntRange(1, 10_000), default=PAIRS, show_default=True,
              help=say("compare.option_replications", default=PAIRS))  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("compare.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
@json_option
@click.pass_context
def command(context: click.Context, /, path: Path, as_json: bool, **options: Any) -> None:
    """Print the orders of size of a scenario or of results."""
    done = _read(context, path) if path.is_dir() else _computed(path, options, as_json)
    from cpts_sim.report.scale import scale_json, scale_rows
    from cpts_sim.report.table import exceeding

    lang = current_language()
    if as_json:
        write_json({"checks": scale_json(done), "warnings": exceeding(done, lang)})
        return
    title, rows, note = scale_rows(done, lang)
    click.echo("\n\n".join([click.style(title, bold=True), table(rows), *exceeding(done, lang), note]))


def _computed(path: Path, options: dict[str, Any], silent: bool) -> Any:
    """Compute the pairs, or take those that were computed before with the same measures."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment import Plan, with_short_arms
    from cpts_sim.scenario import load

    scenario = _pairs.with_years(load(path, catalogue()), options["years"])
    scenario, arms = with_short_arms(scenario, _pairs.listed(options["arms"]))
    plan = Plan(scenario, arms, options["seed"], options["replications"], keep_journal="none")
    folder = _pairs.folder_for(plan, None)
    return _pairs.compute(plan, folder, workers=options["workers"], fresh=False, smallest=None, silent=silent)[0]


def _read(context: click.Context, folder: Path) -> Any:
    """Read results.

    Raises:
        UsageError: options that would need another computation.
        InputError: the results lack the measures.
    """
    from cpts_sim.experiment import read_results

    source = click.core.ParameterSource.DEFAULT
    given = [name for name in FIXED if context.get_parameter_source(name) is not source]
    if given:
        raise UsageError(say("scale.fixed", options=", ".join(f"--{name}" for name in given)))
    done = read_results(folder)
    known = {place.indicator for place in done.values.places()}
    if not {"sas.in_town", "mt.registered", "cpts.received"} <= known:
        raise InputError(say("scale.not_measured", folder=folder))
    return done
