"""``cpts-sim calibrate``: history matching on the facts of a reference year, or on a territory's own figures."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import Amount, Given, json_option, reference_scenario, table, write_json
from cpts_sim.words import current_language, number, percent, say, signed

SOURCE = Given(dir_okay=False)
COLUMNS = ("fact", "band", "shipped", "reached", "tolerance", "residual", "emulator")
POPULATION = 20_000


@click.command(help=say("cli.calibrate"))
@click.argument("path", metavar="[SCENARIO]", default=reference_scenario, type=SOURCE)
@click.option("--population", type=click.IntRange(2_000, 1_000_000), help=say("calibrate.option_population"))
@click.option("--waves", type=click.IntRange(1, 20), default=3, show_default=True, help=say("calibrate.option_waves"))
@click.option("--points", type=click.IntRange(6, 5_000), default=40, show_default=True,
              help=say("calibrate.option_points"))  # fmt: skip
@click.option("--replications", "-n", type=click.IntRange(1, 100), default=2, show_default=True,
              help=say("calibrate.option_replications"))  # fmt: skip
@click.option("--minutes", type=Amount(0, min_open=True), help=say("calibrate.option_minutes"))
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("calibrate.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("calibrate.option_workers"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=say("calibrate.option_output"))
@click.option("--facts", "own", type=SOURCE, help=say("calibrate.option_facts"))
@click.option("--parameters", "listed", type=SOURCE, help=say("calibrate.option_parameters"))
@click.option("--allow-discrepancy", "allow", is_flag=True, help=say("calibrate.option_allow"))
@click.option("--ship", is_flag=True, help=say("calibrate.option_ship"))
@click.option("--replace", is_flag=True, help=say("calibrate.option_replace"))
@json_option
def command(path: Path, as_json: bool, **options: Any) -> int:
    """Search the parameters that the facts leave plausible, and keep them."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.cli._pairs import say_where
    from cpts_sim.experiment.calibrate.save import calibration_files, calibration_key
    from cpts_sim.experiment.calibrate.space import read_space
    from cpts_sim.experiment.calibrate.targets import national, own_figures
    from cpts_sim.experiment.calibrate.waves import Settings
    from cpts_sim.experiment.results import may_write
    from cpts_sim.scenario import load

    scenario = _sized(load(path, catalogue()), options["population"])
    year = scenario.reference_year
    space = read_space(options["listed"], year)
    targets = national(year) if options["own"] is None else own_figures(options["own"], year)
    settings = Settings(options["waves"], options["points"], options["seed"], space.discrepancy, options["allow"])
    seeds = [options["seed"] + k for k in range(options["replications"])]
    key = calibration_key(space, scenario, settings, seeds, targets)
    folder = options["output"] or Path("results") / f"calibrate-{scenario.name}"
    may_write(folder, key, options["replace"])
    found, runner, seconds = _search(scenario, space, targets, settings, options, folder, as_json)
    files = calibration_files(found, space, scenario, key, seeds)
    _write(folder, files, seconds, options["workers"], runner.reused)
    _show(found, space, scenario, as_json)
    if runner.done < runner.total:
        click.echo(say("calibrate.budget", done=runner.done, total=runner.total), err=True)
    say_where(folder, files)
    if options["ship"]:
        _ship(files)
    return 0


def _ship(files: dict[str, bytes]) -> None:
    """Put the ensemble into the package, where ``compare`` finds it.

    Raises:
        InputError: there is none.
    """
    from importlib.resources import files as package

    from cpts_sim.errors import InputError
    from cpts_sim.experiment.ensemble import SHIPPED
    from cpts_sim.files import write_file

    if SHIPPED not in files:
        raise InputError(say("calibrate.nothing_to_ship"))
    place = Path(str(package("cpts_sim.evidence"))) / "uncertainty" / SHIPPED
    write_file(place, files[SHIPPED])
    click.echo(say("calibrate.shipped", file=place), err=True)


def _sized(scenario: Any, population: int | None) -> Any:
    """Return the scenario on a territory of the size asked; an archetype has 20 000 inhabitants unless told."""
    from cpts_sim.cli.facts import _sized as resize
    from cpts_sim.errors import InputError

    if scenario.territory.practices is not None:
        raise InputError(say("facts.not_france", name=scenario.name))
    if population is None and scenario.territory.archetype is not None and scenario.territory.population is None:
        population = POPULATION
    return resize(scenario, population)


def _search(
    scenario: Any, space: Any, targets: Any, settings: Any, options: dict[str, Any], folder: Path, silent: bool
) -> tuple[Any, Any, float]:
    from cpts_sim.cli._pairs import tell
    from cpts_sim.errors import UsageError
    from cpts_sim.experiment.calibrate.runs import Runner
    from cpts_sim.experiment.calibrate.waves import FEWEST, match
    from cpts_sim.experiment.workers import usable_cores
    from cpts_sim.report.progress import Progress

    started = time.monotonic()
    until = None if options["minutes"] is None else started + 60 * options["minutes"]
    planned = settings.waves * settings.points * options["replications"]
    with Progress(current_language(), silent, "calibrate.progress") as bar:
        runner = Runner(
            scenario, space, targets, options["seed"], options["replications"],
            options["workers"] or usable_cores(), folder.parent / ".points", until,
            lambda done, total: bar(done, max(total, planned)), warn=tell,
        )  # fmt: skip
        shipped = space.place(space.shipped(scenario.reference_year))
        more = lambda: until is None or time.monotonic() < until  # noqa: E731
        try:
            found = match(targets, len(space.axes), shipped, runner, settings, more)
        except KeyboardInterrupt:
            told = {"done": runner.done, "total": max(runner.total, planned), "store": runner.store}
            click.echo(say("calibrate.interrupted", None, **told), err=True)
            raise
        finally:
            runner.close()
    if len(found.points) < FEWEST:
        raise UsageError(say("calibrate.too_few", done=len(found.points), least=FEWEST))
    return found, runner, time.monotonic() - started


def _write(folder: Path, files: dict[str, bytes], seconds: float, workers: int | None, reused: int) -> None:
    from cpts_sim.experiment.results import PROVENANCE, provenance
    from cpts_sim.experiment.store import json_bytes
    from cpts_sim.experiment.workers import usable_cores
    from cpts_sim.files import write_folder

    told = provenance(seconds, workers or usable_cores(), reused)
    write_folder(folder, {**files, PROVENANCE: json_bytes(told)})


def _show(found: Any, space: Any, scenario: Any, as_json: bool) -> None:
    from cpts_sim.experiment.calibrate.save import misses_of_shipped, report_rows

    rows, members = report_rows(found), found.members()
    needs = {} if members else found.needs()
    misses = misses_of_shipped(found)
    if as_json:
        write_json({
            "scenario": scenario.name, "points": len(found.points), "members": len(members), "left": found.left,
            "needs": needs, "blind": found.blind, "shipped_misses": misses, "targets": [_finite(row) for row in rows],
        })  # fmt: skip
        return
    left = percent(found.left[-1], 1) if found.left else "–"
    told = {"points": len(found.points), "parameters": len(space.axes), "count": max(found.wave), "facts": len(rows)}
    title = say("calibrate.title", name=scenario.name, members=len(members), left=left, **told)
    click.echo(click.style(title, bold=True))
    heading = tuple(say(f"calibrate.column.{name}") for name in COLUMNS)
    click.echo("\n" + table([heading, *(_row(row) for row in rows)]) + "\n\n" + say("calibrate.legend"))
    click.echo("\n".join(_remarks(found, rows, needs, misses)))


def _remarks(found: Any, rows: list[dict[str, Any]], needs: dict[str, float], misses: list[str]) -> list[str]:
    units = {row["fact"]: row["unit"] for row in rows}
    out = []
    if needs:
        out.append(say("calibrate.empty", needs=_listed(needs, units)))
    # what was granted beyond the general allowance
    usual = min((row["discrepancy"] / row["observation"] for row in rows if row["observation"]), default=math.inf)
    more = {r["fact"]: r["discrepancy"] for r in rows if r["discrepancy"] > 1.0001 * usual * r["observation"]}
    if more and not needs:
        out.append(say("calibrate.granted", needs=_listed(more, units)))
    if misses:
        out.append(say("calibrate.shipped_out", facts=", ".join(say(f"facts.{name}") for name in misses)))
    else:
        out.append(say("calibrate.shipped_in"))
    if found.blind:
        out.append(say("calibrate.blind", facts=", ".join(say(f"facts.{name}") for name in found.blind)))
    return out


def _listed(numbers: dict[str, float], units: dict[str, str]) -> str:
    return ", ".join(f"{say(f'facts.{name}')} {_amount(value, units[name])}" for name, value in numbers.items())


def _amount(value: float, unit: str) -> str:
    if unit == "share":
        return percent(value, 1)
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 6 else 2
    return f"{number(value, places)} {say(f'facts.unit.{unit}')}".strip()


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    unit = row["unit"]
    explained = row["emulator_explained"]
    quality = f" (Q² {number(explained, 2)})" if math.isfinite(explained) else ""
    return (
        say(f"facts.{row['fact']}"), f"{_amount(row['low'], unit)} – {_amount(row['high'], unit)}",
        _amount(row["shipped"], unit), f"{_amount(row['reached_low'], unit)} – {_amount(row['reached_high'], unit)}",
        "± " + _amount(row["tolerance"], unit), signed(row["residual"], 1),
        _amount(row["emulator_error"], unit) + quality,
    )  # fmt: skip


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
