"""``cpts-sim responses``: known changes re-enacted, their effect beside the published one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._endings import refuse, save
from cpts_sim.cli._options import Given, json_option, reference_scenario, table, write_json
from cpts_sim.errors import InputError
from cpts_sim.words import current_language, number, say

SOURCE = Given(dir_okay=False)
INHABITANTS, PAIRS = 14_000, 5
LIVES = Path("results") / ".lives"


@click.command(help=say("cli.responses"))
@click.argument("path", metavar="[SCENARIO]", default=reference_scenario, type=SOURCE)
@click.option("--only", multiple=True, metavar="NAME", help=say("responses.option_only"))
@click.option("--replications", "-n", type=click.IntRange(1, 1_000), default=PAIRS, show_default=True,
              help=say("responses.option_replications"))  # fmt: skip
@click.option("--inhabitants", type=click.IntRange(2_000, 1_000_000), help=say("responses.option_inhabitants"))
@click.option("--ensemble", type=SOURCE, help=say("responses.option_ensemble"))
@click.option("--member-replications", type=click.IntRange(1, 1_000), default=1, show_default=True,
              help=say("responses.option_member_replications"))  # fmt: skip
@click.option("--output", "-o", type=click.Path(path_type=Path, file_okay=False), help=say("responses.option_output"))
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("responses.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("responses.option_workers"))
@click.option("--strict", is_flag=True, help=say("responses.option_strict"))
@json_option
def command(path: Path, only: tuple[str, ...], as_json: bool, strict: bool, **options: Any) -> None:
    """Play the changes, print every effect and the counts; drop members of an ensemble if asked."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.experiment.responses.enact import ask
    from cpts_sim.experiment.responses.outcome import misses, outcomes
    from cpts_sim.experiment.responses.published import chosen
    from cpts_sim.experiment.responses.saved import Told, as_plain, sieve_as_plain
    from cpts_sim.scenario import load

    scenario = load(path, catalogue())
    size = options["inhabitants"] or (INHABITANTS if scenario.territory.archetype is not None else None)
    asked = ask(scenario, size, options["replications"], options["seed"])
    rows = chosen(only)
    told = Told(scenario.name, size, options["replications"], options["seed"])
    judged = _sieved(scenario, asked, only, options, as_json) if options["ensemble"] else None
    slopes = None if judged is None else sieve_as_plain(judged, told)
    found = outcomes(rows, _played(asked, [row.of for row in rows], options, as_json))
    content = as_plain(found, told)
    write_json(content | ({"slopes": slopes} if slopes else {})) if as_json else _print(found, told, slopes)
    if options["output"] is not None:
        _write(options["output"], found, told, content, slopes, judged.kept if judged else None)
    if strict:
        refuse([_named(one) for one in misses(found)], "responses.strict")


def _played(asked: Any, names: list[str], options: dict[str, Any], silent: bool) -> Any:
    from cpts_sim.report.progress import Progress

    with Progress(current_language(), silent, "responses.progress") as bar:
        return _player(options, bar)(asked, names)


def _player(options: dict[str, Any], told: Any) -> Any:
    from cpts_sim.cli._pairs import tell
    from cpts_sim.experiment.responses.enact import Player
    from cpts_sim.experiment.workers import usable_cores

    return Player(options["workers"] or usable_cores(), LIVES, told, warn=tell)


def _sieved(scenario: Any, asked: Any, only: tuple[str, ...], options: dict[str, Any], silent: bool) -> Any:
    """Return what the deciding rows say of the members of the ensemble.

    Raises:
        InputError: it is of another reference year. UsageError: nothing decides among what is asked.
    """
    from cpts_sim.errors import UsageError
    from cpts_sim.experiment.ensemble import read_ensemble
    from cpts_sim.experiment.responses.keep import sieve
    from cpts_sim.experiment.responses.published import chosen, published
    from cpts_sim.report.progress import Progress

    ensemble, rows = read_ensemble(options["ensemble"]), chosen(only, deciding=True)
    if ensemble.year != scenario.reference_year:
        told = {"path": options["ensemble"], "year": ensemble.year, "expected": scenario.reference_year}
        raise InputError(say("responses.ensemble_year", None, **told))
    if not rows:
        known = ", ".join(dict.fromkeys(row.of for row in published() if row.decides))
        raise UsageError(say("responses.none_decides", names=", ".join(only), known=known))
    with Progress(current_language(), silent, "responses.progress") as bar:
        return sieve(ensemble, asked, _player(options, bar), rows, options["member_replications"])


def _people(told: Any) -> str:
    return number(told.inhabitants, 0) if told.inhabitants is not None else say("responses.own_size")


def _print(found: list[Any], told: Any, slopes: dict[str, Any] | None) -> None:
    from cpts_sim.experiment.responses.outcome import counts
    from cpts_sim.experiment.responses.told import cells, heading, remarks

    lang = current_language()
    title = say("responses.title", name=told.scenario, people=_people(told), pairs=told.pairs)
    click.echo(click.style(title, bold=True) + "\n")
    click.echo(table([heading(lang), *(cells(one, lang) for one in found)]))
    click.echo("\n" + "\n".join([*remarks(found, lang), say("responses.note")]))
    if slopes is not None:
        _print_slopes(slopes, lang)
    click.echo(say("responses.counts", None, **counts(found)))


def _print_slopes(slopes: dict[str, Any], lang: str) -> None:
    from cpts_sim.experiment.responses.told import slope_cells, slope_heading, slope_sentences

    click.echo("\n" + table([slope_heading(lang), *(slope_cells(item, lang) for item in slopes["rows"])]) + "\n")
    click.echo("\n".join(slope_sentences(slopes, lang)))


def _write(
    folder: Path, found: list[Any], told: Any, content: dict[str, Any], slopes: dict[str, Any] | None, kept: Any
) -> None:
    from cpts_sim.experiment.ensemble import SHIPPED
    from cpts_sim.experiment.responses.saved import FILE, SLOPES, written
    from cpts_sim.report.responses import draw_all

    files = {FILE: written(content)} | ({SLOPES: written(slopes)} if slopes is not None else {})
    files |= {SHIPPED: kept.to_yaml()} if kept is not None else {}
    save(folder, files, draw_all(found, told), "responses.saved")


def _named(one: Any) -> str:
    from cpts_sim.experiment.responses.told import change, effect

    lang = current_language()
    return f"{change(one.published.of, lang)}, {effect(one.published, lang)}"
