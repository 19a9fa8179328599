"""``cpts-sim report``: a comparison as a document that can be defended, in HTML and PDF."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpts_sim.cli._notes import warn
from cpts_sim.cli._options import ASKED, Amount, Given
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.defaults import DEFAULT_PAIRS, UNCERTAIN_PAIRS
from cpts_sim.files import check_place, write_file
from cpts_sim.words import LANGUAGES, say
from cpts_sim.words.language import language_of_tag

if TYPE_CHECKING:
    from cpts_sim.scenario import Scenario

RESULT = click.Path(path_type=Path)  # a missing file is told by the reader: exit code 3
FILE = click.Path(dir_okay=False, path_type=Path)
DEFAULT_LANGUAGE = "fr"
"""The document's readers are French agencies, whatever the language of the terminal."""


def language_of(asked: str | None) -> str:
    """Return the language of a document: the one asked, here or before the command, else ``CPTS_SIM_LANG``'s or French.

    Args:
        asked: by the command's own ``--lang``.
    """
    before = click.get_current_context().meta.get(ASKED)
    return asked or before or language_of_tag(os.environ.get("CPTS_SIM_LANG", "")) or DEFAULT_LANGUAGE


@click.command(help=say("cli.report"))
@click.argument("path", metavar="RESULT|SCENARIO", type=RESULT)
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("document.option_lang"))
@click.option("--pdf", is_flag=True, help=say("document.option_pdf"))
@click.option("--theme", type=FILE, help=say("document.option_theme"))
@click.option("--output", "-o", type=FILE, help=say("document.option_output"))
@click.option("--assumptions", type=RESULT, metavar="RESULT", help=say("document.option_assumptions"))
@click.option("--smallest-differences", "smallest", type=Given(dir_okay=False), help=say("compare.option_smallest"))
@click.option("--arms", help=say("compare.option_arms"))
@click.option("--replications", "-n", type=click.IntRange(1, 10_000),
              help=say("uncertain.option_replications", default=UNCERTAIN_PAIRS, fixed=DEFAULT_PAIRS))  # fmt: skip
@click.option("--years", type=Amount(0, 20, min_open=True), help=say("compare.option_years"))
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("compare.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("compare.option_workers"))
@click.option("--ensemble", type=RESULT, help=say("uncertain.option_ensemble"))
@click.option("--fixed-parameters", "fixed", is_flag=True, help=say("uncertain.option_fixed"))
@click.option("--replace", is_flag=True, help=say("compare.option_replace"))
@click.pass_context
def command(context: click.Context, /, path: Path, lang: str | None, **options: Any) -> None:
    """Write the report of a folder of results, or of a scenario whose comparison is run first."""
    from cpts_sim.experiment import smallest_differences
    from cpts_sim.report.document import report_of
    from cpts_sim.report.document.comparison import provenance_of

    tongue, theme = language_of(lang), theme_of(options["theme"])
    if path.is_dir():
        _refuse(context)
    if options["output"]:
        check_place(options["output"])
    beside, smallest = options["assumptions"], options["smallest"]
    least = None if smallest is None else smallest_differences(smallest)
    assumed = None if beside is None else (_read(beside, least), beside)
    folder = path if path.is_dir() else _computed(path, options)
    done = _read(folder, least)
    document = report_of(done, tongue, provenance_of(folder), folder, assumed)
    write_document(document, options["output"] or folder / f"report_{tongue}.html", theme, options["pdf"])


def theme_of(path: Path | None) -> str:
    """Return the rules of a style sheet ("" for none).

    Raises:
        InputError: the file is not there, or is no text.
    """
    try:
        return "" if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(say("document.no_theme", file=path)) from None


def write_document(document: Any, file: Path, theme: str, pdf: bool) -> None:
    """Write a document as HTML, and as PDF where that is asked."""
    from cpts_sim.report.document import html_of, pdf_of

    page = html_of(document, theme)
    write_file(file, page.encode())
    files = [str(file)]
    try:
        if pdf:
            other = file.with_suffix(".pdf")
            write_file(other, pdf_of(page))
            files.append(str(other))
    finally:  # where no PDF can be made, the reader is told which page to open instead
        click.echo(say("document.written", files=", ".join(files)), err=True)


def _refuse(context: click.Context) -> None:
    """Refuse options that would need another computation.

    Raises:
        UsageError: one of them was given with a folder of results.
    """
    fixed = ("arms", "replications", "years", "seed", "workers", "ensemble", "fixed", "replace")
    source = click.core.ParameterSource.DEFAULT
    named = {"fixed": "fixed-parameters"}
    given = [f"--{named.get(name, name)}" for name in fixed if context.get_parameter_source(name) is not source]
    if given:
        raise UsageError(say("document.option_fixed", options=", ".join(given)))


def _computed(path: Path, options: dict[str, Any]) -> Path:
    """Run the comparison of a scenario (pairs computed before are found again) and return its folder."""
    from cpts_sim.cli import _pairs
    from cpts_sim.experiment.results import may_write

    plan = _pairs.plan_of(path, options, usual_arms)
    folder = _pairs.folder_for(plan, None)
    plan = _pairs.with_all_kept(plan, folder, options["replications"])
    may_write(folder, plan.key, options["replace"], plan.replications)
    warn(plan.scenario, plan.arms)
    done, seconds = _pairs.compute(plan, folder, workers=options["workers"], fresh=False, smallest=None, silent=False)
    _pairs.write(done, folder, seconds, options["workers"], options["replace"])
    return folder


def usual_arms(scenario: Scenario) -> tuple[str, ...]:
    """Return the arms of a report that names none: the scenario's, and the money of its CPTS spent otherwise."""
    from cpts_sim.experiment import arms_of
    from cpts_sim.scenario.arms import SAME_MONEY

    arms = arms_of(scenario)
    return arms if scenario.cpts is None or SAME_MONEY in arms else (*arms, SAME_MONEY)


def _read(folder: Path, smallest: dict[str, float] | None) -> Any:
    """Read a folder of results, with other smallest differences where some are given.

    Raises:
        InputError: it does not hold the numbers of the pairs.
        UsageError: it has one arm only.
    """
    from cpts_sim.experiment import read_results
    from cpts_sim.experiment.store import MANIFEST

    if (folder / MANIFEST).is_file() and not (folder / "values.parquet").is_file():
        raise InputError(say("document.no_values", folder=folder))
    done = read_results(folder)
    if len(done.values.arms) < 2:
        raise UsageError(say("document.one_arm", folder=folder, arm=done.values.arms[0]))
    return done if smallest is None else replace(done, smallest=smallest)
