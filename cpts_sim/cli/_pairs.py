"""What ``compare`` and ``run`` share: the plan's computation, its folder, its warnings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpts_sim.cli._options import beside
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment import Comparison, Plan, arms_of, compare, smallest_differences, with_short_arms
from cpts_sim.experiment.defaults import DEFAULT_PAIRS, UNCERTAIN_PAIRS
from cpts_sim.experiment.keys import digest
from cpts_sim.experiment.results import PROVENANCE, held_files, held_seeds, may_write, provenance, result_files
from cpts_sim.experiment.store import MANIFEST, json_bytes
from cpts_sim.experiment.workers import usable_cores
from cpts_sim.files import write_folder
from cpts_sim.report.progress import Progress
from cpts_sim.scenario import Scenario, as_written, from_written, load
from cpts_sim.words import current_language, say

if TYPE_CHECKING:
    from cpts_sim.experiment.ensemble import Ensemble

RESULTS = Path("results")
STORE = ".pairs"


def with_years(scenario: Scenario, years: float | None) -> Scenario:
    """Return the scenario with another length, checked like a file.

    Raises:
        InputError: it is a configuration for exact laws, without people to compare.
    """
    if scenario.territory.practices is not None:
        raise InputError(say("cli.practices_only"))
    if years is None:
        return scenario
    from cpts_sim.catalogue import catalogue

    return from_written({**as_written(scenario), "years": years, "dates": None}, catalogue())


def drawn_from(scenario: Scenario, asked: Path | None, fixed: bool) -> Ensemble | None:
    """Return the ensemble to draw from, in the scenario's year: the one asked for, else the one shipped.

    Args:
        scenario: what the user wrote.
        asked: file of an ensemble.
        fixed: live with one set of parameters instead (None is returned).

    Raises:
        UsageError: both are asked.
        InputError: the file holds no ensemble.
    """
    from cpts_sim.experiment.ensemble import read_ensemble, shipped_ensemble

    if asked is not None and fixed:
        raise UsageError(say("uncertain.both_kinds"))
    path = None if fixed else asked or shipped_ensemble()
    return None if path is None else read_ensemble(path).of_year(scenario.reference_year)


def plan_of(path: Path, options: Mapping[str, Any], usual: Callable[[Scenario], Sequence[str]] = arms_of) -> Plan:
    """Return the comparison that a command is asked for.

    Args:
        path: file of the scenario.
        options: of the command; it may have no ``precision`` and no ``keep_journal``.
        usual: the arms compared where none is named.

    Raises:
        UsageError: there are not two arms to compare.
    """
    from cpts_sim.catalogue import catalogue

    scenario = with_years(load(path, catalogue()), options["years"])
    scenario, arms = with_short_arms(scenario, listed(options["arms"]) or usual(scenario))
    if len(arms) < 2:
        raise UsageError(say("report.one_arm", arm=arms[0]))
    drawn = drawn_from(scenario, options["ensemble"], options["fixed"])
    precision, pairs = options.get("precision"), DEFAULT_PAIRS if drawn is None else UNCERTAIN_PAIRS
    count = None if precision is not None else options["replications"] or pairs
    kept = options.get("keep_journal", Plan.keep_journal)
    return Plan(scenario, arms, options["seed"], count, precision, keep_journal=kept, ensemble=drawn)


def folder_for(plan: Plan, output: Path | None) -> Path:
    """Return the folder of results: the one asked for, else ``results/<name>``."""
    return output if output is not None else RESULTS / plan.scenario.name


def with_all_kept(plan: Plan, folder: Path, asked: int | None) -> Plan:
    """Return a plan of which the user wrote no number of seeds, with as many as its folder holds if they are more."""
    held = held_seeds(folder, plan.key)
    if asked is not None or plan.replications is None or held <= plan.replications:
        return plan
    click.echo(say("compare.all_kept", folder=folder, count=held), err=True)
    return changed(plan, replications=held)


def compute(
    plan: Plan, folder: Path, *, workers: int | None, fresh: bool, smallest: Path | None, silent: bool
) -> tuple[Comparison, float]:
    """Compute a plan with a progress bar; pairs are kept beside the folder of results."""
    _check_memory(plan.scenario)
    least = smallest_differences(smallest)
    store = beside(folder, STORE)
    started = time.monotonic()
    bar = Progress(current_language(), silent)
    try:
        with bar:
            done = compare(plan, workers=workers, store=store, fresh=fresh, smallest=least, progress=bar, warn=tell)
    except KeyboardInterrupt:
        text = say("experiment.interrupted", done=bar.done, total=bar.total, store=store)
        click.echo(text, err=True)
        raise
    return done, time.monotonic() - started


def _check_memory(scenario: Scenario) -> None:
    from cpts_sim.experiment.sweep.executors import check_memory
    from cpts_sim.territory import load_territory

    check_memory(load_territory(scenario.territory).population)


def tell(key: str, values: dict[str, Any]) -> None:
    """Say on stderr what the computation came upon."""
    click.echo(say(key, **values), err=True)


def write(
    comparison: Comparison, folder: Path, seconds: float, workers: int | None, replace: bool,
    more: dict[str, bytes] | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """Write the folder of results with its provenance and what else was asked; returns what must not vary.

    Figures, costs and reports that the folder holds of this very computation stay; those of another are told.
    """
    may_write(folder, comparison.plan.key, replace, len(comparison.pairs))
    files = result_files(comparison)
    told = provenance(seconds, workers or usable_cores(), comparison.reused)
    write_folder(folder, {**_beside(folder, files, more or {}), **(more or {}), **files, PROVENANCE: json_bytes(told)})
    return files


def _beside(folder: Path, files: Mapping[str, bytes], more: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what stands in a folder beside the results; told and left out where those were of another computation."""
    before = held_files(folder)
    own = {*files, *before, MANIFEST, PROVENANCE}
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    others = {name: path for name, path in found.items() if name not in own}
    if before == {name: digest(data) for name, data in files.items() if name != MANIFEST}:
        return {name: path.read_bytes() for name, path in others.items()}
    lost = sorted({name.split("/")[0] for name in others} - {name.split("/")[0] for name in more})
    if lost:
        click.echo(say("compare.beside_removed", folder=folder, names=", ".join(lost)), err=True)
    return {}


def say_where(folder: Path, files: dict[str, bytes]) -> None:
    """Say on stderr where the results are, and how large."""
    size = sum(len(data) for data in files.values()) / 1e6
    click.echo(say("report.results.written", folder=folder, size=size), err=True)


def listed(text: str | None) -> Sequence[str]:
    """Return the names in the comma-separated option ``--arms``.

    Raises:
        UsageError: it was given and names nothing.
    """
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not names:
        raise UsageError(say("compare.no_arms", value=text))
    return names


def refuse_with_like(context: click.Context, names: Sequence[str]) -> None:
    """Refuse options that would change a repeated computation.

    Raises:
        UsageError: one of them was given.
    """
    given = [name for name in names if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT]
    if given:
        options = ", ".join("SCENARIO" if name == "path" else f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(say("compare.like_alone", options=options))


__all__ = [
    "compute",
    "drawn_from",
    "folder_for",
    "listed",
    "plan_of",
    "refuse_with_like",
    "say_where",
    "tell",
    "with_all_kept",
    "with_years",
    "write",
]
