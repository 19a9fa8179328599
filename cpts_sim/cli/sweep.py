"""``cpts-sim sweep``: every run of an experiment file, its tables, its analyses, its figures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import Given, beside, json_option, write_json
from cpts_sim.errors import InputError, UsageError
from cpts_sim.words import current_language, say

RESULTS = Path("results")
STORE = ".runs"
MIN_ROOM = 50e6
"""Bytes that must stay free beyond what the sweep is expected to write."""


@click.command(help=say("cli.sweep"))
@click.argument("path", metavar="EXPERIMENT", type=Given(dir_okay=False))
@click.option("--dry-run", is_flag=True, help=say("sweep.option_dry_run"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("sweep.option_workers"))
@click.option("--scheduler", metavar="ADDRESS", help=say("sweep.option_scheduler"))
@click.option("--output", "-o", type=click.Path(path_type=Path), help=say("sweep.option_output"))
@click.option("--store", type=click.Path(path_type=Path), help=say("sweep.option_store"))
@click.option("--replace", is_flag=True, help=say("compare.option_replace"))
@click.option("--only", metavar="KEY", help=say("sweep.option_only"))
@click.option("--figures/--no-figures", default=True, help=say("compare.option_figures"))
@json_option
def command(path: Path, dry_run: bool, only: str | None, as_json: bool, **options: Any) -> int:
    """Run an experiment file, or say what it would take."""
    from cpts_sim.experiment.sweep.coordinator import Sweep
    from cpts_sim.experiment.sweep.reader import read_experiment
    from cpts_sim.experiment.sweep.tables import may_write

    experiment = read_experiment(path)
    folder = options["output"] or RESULTS / experiment.file.name
    store = options["store"] or beside(folder, STORE)
    if dry_run:
        return _say_estimate(Sweep(experiment, store, warn=_warn), options["workers"], as_json)
    may_write(folder, experiment, options["replace"])
    held = _locked(folder)
    sweep = Sweep(experiment, store, warn=_warn)
    try:
        return _compute(sweep, folder, only, as_json, options)
    finally:
        sweep.store.close()
        os.close(held)


def _locked(folder: Path) -> int:
    """Hold a folder of results alone until the end."""
    from cpts_sim.experiment.store import lock
    from cpts_sim.files import write_fault

    try:
        held = lock(folder.with_name(f".{folder.name}.lock"), wait=False)
    except OSError as error:
        raise write_fault(error, folder) from None
    if held is None:
        raise UsageError(say("sweep.busy_folder", folder=folder))
    return held


def _warn(key: str, values: dict[str, Any]) -> None:
    click.echo(say(key, **values), err=True)


def _say_estimate(sweep: Any, workers: int | None, as_json: bool) -> int:
    from dataclasses import asdict

    from cpts_sim.experiment.sweep.estimate import estimate

    got = estimate(sweep, workers)
    sweep.store.close()
    if as_json:
        write_json({**asdict(got), "wall": got.wall})
        return 0
    click.echo(say("sweep.estimate.runs", points=got.points, runs=got.runs, held=got.held, jobs=got.jobs))
    click.echo(say("sweep.estimate.time", total=got.seconds / 60, wall=got.wall / 60, workers=got.workers))
    click.echo(say("sweep.estimate.disk", size=got.bytes / 1e6, free=got.free / 1e9))
    return 0


def _compute(sweep: Any, folder: Path, only: str | None, as_json: bool, options: dict[str, Any]) -> int:
    """Compute what is missing, then write the tables, analyses and figures."""
    from cpts_sim.experiment.sweep.estimate import inhabitants_of
    from cpts_sim.experiment.sweep.executors import check_memory, opened, sensible_workers
    from cpts_sim.report.progress import Progress

    _check_room(sweep)
    largest = max(inhabitants_of(sweep.experiment).values())
    if options["scheduler"] is None:
        check_memory(largest)
    workers = options["workers"] or sensible_workers(largest)
    bar = Progress(current_language(), as_json, "sweep.progress")
    try:
        with opened(workers, options["scheduler"]) as (executor, count), bar:
            outcome = sweep.run(executor, count, bar, only)
    except KeyboardInterrupt:
        click.echo(say("sweep.interrupted", done=bar.done, total=bar.total), err=True)
        raise
    if only is not None:
        if not outcome.runs:
            raise UsageError(say("sweep.no_key", value=only))
        click.echo(say("sweep.only", count=outcome.computed + outcome.reused), err=True)
        return 1 if outcome.failures else 0
    files = _write(sweep, outcome, folder, options["figures"])
    _summary(sweep, outcome, folder, files, as_json)
    return 1 if outcome.failures else 0


def _check_room(sweep: Any) -> None:
    """Refuse to start what the disk cannot hold.

    Raises:
        InputError: too little room.
    """
    from cpts_sim.experiment.sweep.estimate import RUN_BYTES

    runs = len({run.key for run in sweep.runs(sweep.first_seeds())})
    need, free = runs * RUN_BYTES + MIN_ROOM, sweep.store.free_bytes()
    held = len(list(sweep.store.kept())) * RUN_BYTES
    if need - held > free:
        raise InputError(say("sweep.disk_short", need=need / 1e9, free=free / 1e9, folder=sweep.store.folder))


def _write(sweep: Any, outcome: Any, folder: Path, figures: bool) -> dict[str, bytes]:
    from cpts_sim.experiment.sweep.tables import told_apart
    from cpts_sim.experiment.sweep.write import files_of, write_files

    files, results = files_of(sweep, outcome, current_language())
    if figures:
        from cpts_sim.report.sweep_figures import draw_all

        files |= {f"figures/{name}": data for name, data in draw_all(results, current_language()).items()}
    else:
        files |= _figures_of(folder, files)
    write_files(sweep, outcome, folder, files, told_apart(outcome))
    return files


def _figures_of(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the figures that a folder holds of these very numbers; those of others are told and left out."""
    from cpts_sim.experiment.keys import digest
    from cpts_sim.experiment.results import held_files

    before, place = held_files(folder), folder / "figures"
    drawn = {path.relative_to(folder).as_posix(): path for path in sorted(place.rglob("*")) if path.is_file()}
    numbers = {name: told for name, told in before.items() if name not in drawn}
    if numbers == {name: digest(data) for name, data in files.items()}:
        return {name: path.read_bytes() for name, path in drawn.items()}
    if drawn:
        click.echo(say("compare.beside_removed", folder=folder, names="figures"), err=True)
    return {}


def _summary(sweep: Any, outcome: Any, folder: Path, files: dict[str, bytes], as_json: bool) -> None:
    size = sum(len(data) for data in files.values()) / 1e6
    told = {
        "points": len(sweep.experiment.points), "computed": outcome.computed, "found": outcome.reused,
        "failed": len(outcome.failures), "stopped": outcome.stopped, "folder": str(folder),
        "seconds": round(outcome.seconds, 1), "busy": round(outcome.busy, 3), "size_mb": round(size, 3),
    }  # fmt: skip
    if as_json:
        write_json(told)
        return
    text = files.get("summary.txt", b"").decode().rstrip("\n")
    click.echo(text if text.count("\n") else f"{text}\n" + say("sweep.said.none", folder=folder))
    click.echo(say("sweep.summary", **told), err=True)
    if outcome.failures:
        click.echo(say("sweep.summary_failed", count=len(outcome.failures), folder=folder), err=True)
    if outcome.stopped != "done":
        most = sweep.experiment.file.budget.runs
        click.echo(say(f"sweep.stopped_{outcome.stopped}", most=most), err=True)
