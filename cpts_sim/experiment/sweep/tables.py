"""The folder of a sweep: tidy tables that do not vary, and apart, what does."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cpts_sim import EPOCH, __version__
from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.keys import SCHEMA, digest, of_third_parties
from cpts_sim.experiment.parquet import to_french_csv, to_parquet
from cpts_sim.experiment.readings import known_indicators, read
from cpts_sim.experiment.results import PROVENANCE, provenance
from cpts_sim.experiment.statistics import mean_interval
from cpts_sim.experiment.store import MANIFEST, json_bytes
from cpts_sim.experiment.sweep.coordinator import Failure, Outcome, RunOf, Sweep
from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.experiment.sweep.responses import Responses, tables_of, wanted_indicators
from cpts_sim.scenario import canonical_json, file_hash
from cpts_sim.words import has, say

Table = dict[str, list[Any]]
"""Name of column → values."""


def points_table(experiment: Experiment) -> Table:
    """Return one row per point: its number, its base and the values of its factors."""
    points = experiment.points
    out: Table = {"point": [p.rank for p in points], "base": [p.base for p in points]}
    for axis in experiment.axes:
        values = [p.row.get(axis.name) for p in points]
        plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None)
        out[axis.name] = [math.nan if v is None else float(v) for v in values] if plain else [
            "" if v is None else str(v) for v in values]  # fmt: skip
    return out


def runs_table(sweep: Sweep, runs: Sequence[RunOf]) -> Table:
    """Return one row per run and number, sorted: the indicators wanted, for the whole and the cuts wanted."""
    names, cuts = set(wanted_indicators(sweep.experiment)), {"", *sweep.experiment.file.cuts}
    out: Table = {name: [] for name in ("point", "arm", "seed", "indicator", "by", "group", "value", "key")}
    for run, table in tables_of(sweep.store, runs):
        for place in sorted(table):
            if place[0] in names and place[1] in cuts:
                row = (run.point, run.arm, run.seed, *place, table[place], run.key)
                for column, value in zip(out.values(), row, strict=True):
                    column.append(value)
    return out


def effects_table(responses: Responses) -> Table:
    """Return one row per point, arm and indicator: level, paired difference, interval, reading."""
    known, least = known_indicators(), responses.smallest
    heads = ("point", "base", "arm", "indicator", "unit", "better", "reference", "level", "difference", "half",
             "low", "high", "pairs", "smallest", "reading")  # fmt: skip
    out: Table = {name: [] for name in heads}
    for point in responses.experiment.points:
        for arm in responses.arms[1:] or responses.arms:
            for name in wanted_indicators(responses.experiment):
                indicator = known[name]
                gap = mean_interval(responses.effect(name, arm)[point.rank])
                levels = [float(np.nanmean(responses.level(name, a)[point.rank])) if gap.count else math.nan
                          for a in (responses.arms[0], arm)]  # fmt: skip
                smallest = least.get(name, math.nan)
                reading = str(read(gap, indicator.better, smallest))
                row = (point.rank, point.base, arm, name, indicator.unit, indicator.better, *levels, gap.mean,
                       gap.half, gap.low, gap.high, gap.count, smallest, reading)  # fmt: skip
                for column, value in zip(out.values(), row, strict=True):
                    column.append(value)
    return out


def failures_table(experiment: Experiment, failures: Sequence[Failure]) -> Table:
    """Return one row per failed run, with the command that repeats it alone."""
    command = f"cpts-sim sweep {experiment.path} --only "
    return {
        "key": [f.key for f in failures],
        "points": [" ".join(map(str, f.points)) for f in failures],
        "seed": [f.seed for f in failures],
        "error": [f.error for f in failures],
        "command": [command + f.key[:12] for f in failures],
    }


def parquet(table: Table) -> bytes:
    """Write a table, always the same bytes for the same values."""
    arrays = {}
    for name, values in table.items():
        kind: Any = np.str_
        if values and all(isinstance(v, int) and not isinstance(v, bool) for v in values):
            kind = np.int64
        elif values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            kind = np.float64
        arrays[name] = np.asarray(values, dtype=kind)
    return to_parquet(arrays)


def csv(table: Table, lang: str) -> bytes:
    """Write a table for French spreadsheets."""
    heads = [say(f"sweep.column.{n}", lang) if has(f"sweep.column.{n}") else n for n in table]
    return to_french_csv(heads, list(zip(*table.values(), strict=True)))


def manifest(sweep: Sweep, runs: Sequence[RunOf], files: Mapping[str, bytes]) -> bytes:
    """Return what a sweep is: its key, epoch, runs and files; nothing that varies."""
    keys = sorted({run.key for run in runs})
    told = {
        "key": experiment_key(sweep.experiment), "epoch": EPOCH, "schema": SCHEMA, "version": __version__,
        "points": len(sweep.experiment.points), "arms": list(sweep.experiment.arms),
        "runs": digest("".join(keys).encode()),
        "seeds": sorted({run.seed for run in runs}),
        "files": {name: digest(data) for name, data in sorted(files.items())},
    }  # fmt: skip
    return json_bytes(told)


def experiment_key(experiment: Experiment) -> str:
    """Return the name of an experiment: all that it asks but how many seeds and points, which extend it."""
    file = experiment.file.model_dump(mode="json", by_alias=True, exclude=_EXTENDING)
    bases = {name: _by_content(values) for name, values in experiment.bases.items()}
    year = {values.get("reference_year", 2019) for values in experiment.bases.values()}
    design = experiment.file.design
    varied: dict[str, dict[str, Any]] = {axis.path: {} for axis in experiment.axes if axis.kind == "mission"}
    told = {
        "experiment": file, "design": [design.kind, design.seed], "bases": bases, "epoch": EPOCH,
        "evidence": [load_parameters(2024 if y == 2024 else 2019).digest() for y in sorted(year, key=str)],
        **of_third_parties(*bases.values(), {"cpts": {"missions": varied}}),
    }  # fmt: skip
    return digest(canonical_json(told).encode())


_EXTENDING = {
    "title", "question", "base", "territories", "perimeters", "replications", "precision", "budget", "design",
}  # fmt: skip
"""Parts of an experiment file that its key leaves out: bases count by their content, seeds and points extend."""


def _by_content(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario as written, without its names, with the content of its files in place of their paths."""
    plain: dict[str, Any] = json.loads(json.dumps({**values, "name": "", "title": ""}, default=str))
    source = plain.get("territory")
    files = {k: v for k, v in source.items() if k in ("file", "table") and v} if isinstance(source, dict) else {}
    for key, path in files.items():
        plain["territory"][key] = file_hash(Path(path))
    return plain


def may_write(folder: Path, experiment: Experiment, replace: bool) -> None:
    """Check that a folder may receive a sweep.

    Raises:
        UsageError: it holds something else, or more seeds or points, and ``replace`` was not given.
    """
    from cpts_sim.experiment import results

    results.check_writable(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    key = experiment_key(experiment)
    if results.held_key(folder) is None:
        raise UsageError(say("experiment.results.not_ours", folder=folder))
    fixed = experiment.file.precision is None
    results.may_write(folder, key, replace, experiment.file.replications if fixed else None)
    points = results.held_points(folder)
    if not replace and points > len(experiment.points):
        raise UsageError(say("sweep.fewer_points", folder=folder, held=points, asked=len(experiment.points)))


def told_apart(outcome: Outcome) -> bytes:
    """Return what varies from one execution to the next, as JSON."""
    told = provenance(outcome.seconds, outcome.workers, outcome.reused)
    told |= {"runs_computed": outcome.computed, "runs_found": outcome.reused, "runs_failed": len(outcome.failures),
             "busy": round(outcome.busy, 4), "worker_memory_mb": round(outcome.memory_mb, 1)}  # fmt: skip
    return json_bytes(told)


__all__ = ["MANIFEST", "PROVENANCE", "csv", "effects_table", "failures_table", "manifest", "may_write", "parquet",
           "points_table", "runs_table", "told_apart"]  # fmt: skip
