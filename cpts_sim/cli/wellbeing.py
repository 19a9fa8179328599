"""``cpts-sim wellbeing``: hours and exhaustion of professionals, who is at risk, why, and what exits lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import Amount, Given, json_option, write_json
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.defaults import DEFAULT_PAIRS
from cpts_sim.words import current_language, say

_OPTIONS = {"fixed": "fixed-parameters"}
TWIN = "nobody_leaves"
"""Folder, inside the results, of the numbers without the departures that a shock brings."""


@click.command(help=say("cli.wellbeing"))
@click.argument("path", metavar="SCENARIO|RESULT", type=Given())
@click.option("--arms", help=say("compare.option_arms"))
@click.option("--years", type=Amount(0, 20, min_open=True), help=say("compare.option_years"))
@click.option("--replications", "-n", type=click.IntRange(1, 10_000), default=DEFAULT_PAIRS, show_default=True,
              help=say("compare.option_replications", default=DEFAULT_PAIRS))  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("compare.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=say("compare.option_output"))
@click.option("--replace", is_flag=True, help=say("compare.option_replace"))
@click.option("--ensemble", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=say("uncertain.option_ensemble"))  # fmt: skip
@click.option("--fixed-parameters", "fixed", is_flag=True, help=say("uncertain.option_fixed"))
@click.option("--no-twin", is_flag=True, help=say("wellbeing.option_no_twin"))
@click.option("--figures/--no-figures", default=True, help=say("compare.option_figures"))
@json_option
@click.pass_context
def command(context: click.Context, /, path: Path, as_json: bool, **options: Any) -> None:
    """Compute or read a study, write its tables and figures, and print it."""
    lang = current_language()
    study, folder = _read(context, path, options) if path.is_dir() else _computed(path, options, as_json)
    from cpts_sim.report import wellbeing as words

    if as_json:
        write_json(words.as_json(study, lang))
    else:
        click.echo(words.plain_text(study, lang))
    if folder is not None:
        click.echo(say("report.results.written", folder=folder, size=_size(folder)), err=True)


def _computed(path: Path, options: dict[str, Any], silent: bool) -> tuple[Any, Path]:
    """Compute the pairs (and their twins) and write the folder."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment import Plan, arms_of
    from cpts_sim.experiment.results import may_write
    from cpts_sim.experiment.wellbeing import MEASURES, WellbeingStudy, twin_of
    from cpts_sim.scenario import load

    scenario = _pairs.with_years(load(path, catalogue()), options["years"])
    arms = arms_of(scenario, _pairs.listed(options["arms"]))
    drawn = _pairs.drawn_from(scenario, options["ensemble"], options["fixed"])
    plan = Plan(
        scenario, arms, options["seed"], options["replications"], measures=MEASURES, keep_journal="none", ensemble=drawn
    )
    folder = options["output"] or _pairs.folder_for(plan, None).with_name(f"{scenario.name}-wellbeing")
    may_write(folder, plan.key, options["replace"], plan.replications)
    how: dict[str, Any] = {"workers": options["workers"], "fresh": False, "smallest": None, "silent": silent}
    done, seconds = _pairs.compute(plan, folder, **how)
    other = None if options["no_twin"] else twin_of(plan)
    twin = None if other is None else _pairs.compute(other, folder, **how)[0].values
    study = WellbeingStudy(done, twin)
    more = _files(study, options["figures"])
    if twin is not None:
        more[f"{TWIN}/values.parquet"] = twin.to_parquet()
    _pairs.write(done, folder, seconds, options["workers"], options["replace"], more)
    return study, folder


def _files(study: Any, figures: bool) -> dict[str, bytes]:
    from cpts_sim.report.wellbeing import table_files

    lang = current_language()
    out = {f"tables/{name}": data for name, data in table_files(study, lang).items()}
    if figures:
        from cpts_sim.report.wellbeing_figures import draw_all

        out |= {f"figures/{name}": data for name, data in draw_all(study, lang).items()}
    return out


def _read(context: click.Context, folder: Path, options: dict[str, Any]) -> tuple[Any, Path | None]:
    """Read a folder of results; tables and figures are written again only into another folder.

    Raises:
        UsageError: options that would need another computation.
        InputError: the results lack the measures.
    """
    from cpts_sim.experiment import read_results
    from cpts_sim.experiment.values import Values
    from cpts_sim.experiment.wellbeing import WellbeingStudy
    from cpts_sim.files import write_folder

    fixed = ("arms", "years", "replications", "seed", "workers", "ensemble", "fixed", "no_twin", "replace")
    source = click.core.ParameterSource.DEFAULT
    given = [name for name in fixed if context.get_parameter_source(name) is not source]
    if given:
        names = [_OPTIONS.get(name, name.replace("_", "-")) for name in given]
        raise UsageError(say("wellbeing.fixed", options=", ".join(f"--{name}" for name in names)))
    done = read_results(folder)
    if not any(place.indicator == "wellbeing.ee" for place in done.values.places()):
        raise InputError(say("wellbeing.not_measured", folder=folder))
    kept = folder / TWIN / "values.parquet"
    twin = Values.from_parquet(kept.read_bytes(), done.values.arms) if kept.is_file() else None
    study = WellbeingStudy(done, twin)
    if options["output"] is None:
        return study, None
    if options["output"].exists():
        raise UsageError(say("experiment.results.exists", folder=options["output"]))
    write_folder(options["output"], _files(study, options["figures"]))
    return study, options["output"]


def _size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
