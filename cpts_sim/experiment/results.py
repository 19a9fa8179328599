"""The folder of a comparison: everything that must be equal byte for byte, and apart, what may not be.

``scenario.yaml`` (resolved), ``values.parquet`` (every number of every pair), ``comparison.parquet``
(paired differences), ``smallest_differences.yaml``, ``territory.json``, ``journal/…`` (of the first pair)
and ``manifest.json`` (key, epoch, schema, seeds, digests) do not vary; ``provenance.json`` (when, where,
with which versions) does and is left out of every comparison.
"""

from __future__ import annotations

import errno
import json
import math
import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cpts_sim import EPOCH, __version__
from cpts_sim.catalogue import catalogue
from cpts_sim.engine import compiled
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.comparison import Comparison, Plan
from cpts_sim.experiment.contrasts import add_contrasts
from cpts_sim.experiment.credible import Credible
from cpts_sim.experiment.ensemble import STRUCTURE, Ensemble, read_ensemble
from cpts_sim.experiment.keys import SCHEMA, digest
from cpts_sim.experiment.pair import Pair
from cpts_sim.experiment.parquet import to_french_csv, to_parquet
from cpts_sim.experiment.readings import Line
from cpts_sim.experiment.store import MANIFEST, json_bytes
from cpts_sim.experiment.values import Values
from cpts_sim.files import write_fault, write_folder
from cpts_sim.scenario import Scenario, as_written, load
from cpts_sim.words import has, label, say

T = TypeVar("T")
PROVENANCE = "provenance.json"
ENSEMBLE = "ensemble.yaml"
TOLD = ("", "road", "account", "line", "member")
"""Cuts of which uncertain effects are written."""


def result_files(comparison: Comparison) -> dict[str, bytes]:
    """Return the files of a comparison, manifest included and provenance excluded: same plan, same bytes."""
    files = {
        "scenario.yaml": scenario_yaml(comparison.plan.scenario),
        "values.parquet": comparison.values.to_parquet(),
        "comparison.parquet": _lines_parquet(comparison),
        "smallest_differences.yaml": _yaml(dict(sorted(comparison.smallest.items()))),
    }
    if comparison.plan.ensemble is not None:
        files |= _uncertain_files(comparison, comparison.plan.ensemble)
    for rank, seed in enumerate(sorted(comparison.pairs)):
        files |= _pair_files(comparison, comparison.pairs[seed], rank)
    files[MANIFEST] = json_bytes(_manifest(comparison, files))
    return files


def _uncertain_files(comparison: Comparison, ensemble: Ensemble) -> dict[str, bytes]:
    """Return the ensemble drawn from, what each pair has drawn, and what the uncertain effects say."""
    drawn = [(seed, ensemble.draw(seed)) for seed in comparison.values.seeds]
    variants = {group: [vector.variants[group] for _, vector in drawn] for group in ensemble.variants}
    names = sorted({name for _, vector in drawn for name in vector.parameters})
    numbers = {n: np.array([v.parameters.get(n, math.nan) for _, v in drawn], np.float64) for n in names}
    vectors: dict[str, Any] = {
        "seed": np.array([seed for seed, _ in drawn], np.int64), "member": [v.member for _, v in drawn],
        **{f"{STRUCTURE}.{group}": found for group, found in variants.items()}, **numbers,
    }  # fmt: skip
    return {
        ENSEMBLE: ensemble.to_yaml(), "vectors.parquet": to_parquet(vectors),
        "credible.parquet": _credible_parquet(comparison),
    }  # fmt: skip


def _credible_parquet(comparison: Comparison) -> bytes:
    records = [
        {"arm": line.arm, "indicator": line.place.indicator, "by": line.place.by, "group": line.place.group,
         "unit": line.indicator.unit, **credible_record(comparison.credible(line.place, line.arm))}
        for line in comparison.lines() if line.place.week < 0 and line.place.by in TOLD
    ]  # fmt: skip
    return to_parquet({name: np.asarray([r[name] for r in records]) for name in (records[0] if records else ())})


def credible_record(effect: Credible) -> dict[str, Any]:
    """Return an uncertain effect as plain values."""
    share = effect.split.share
    return {
        "median": effect.median, "low": effect.low, "high": effect.high,
        "expected_low": effect.expected[0], "expected_high": effect.expected[1], "computing_error": effect.error,
        "p_better": effect.p_better, "p_better_matters": effect.p_matters, "p_computing_error": effect.p_error,
        "drawn_share": share.value, "drawn_share_low": share.low, "drawn_share_high": share.high,
        "pairs": effect.pairs, "reading": str(effect.verdict),
    }  # fmt: skip


def _pair_files(comparison: Comparison, pair: Pair, rank: int) -> dict[str, bytes]:
    out = {"territory.json": pair.files["territory.json"]} if rank == 0 else {}
    if comparison.plan.keeps(rank):
        head = "journal" if rank == 0 else f"journal_{pair.seed}"
        kept = {name: data for name, data in pair.files.items() if name.startswith("journal/")}
        out |= {f"{head}/{name.removeprefix('journal/')}": data for name, data in kept.items()}
    return out


def _manifest(comparison: Comparison, files: Mapping[str, bytes]) -> dict[str, Any]:
    plan = comparison.plan
    drawn = {} if plan.ensemble is None else {"ensemble": plan.ensemble.digest()}
    return {
        **drawn,
        "key": plan.key,
        "epoch": EPOCH,
        "schema": SCHEMA,
        "version": __version__,
        "arms": list(plan.arms),
        "seeds": list(comparison.values.seeds),
        "measures": None if plan.measures is None else list(plan.measures),
        "keep_journal": plan.keep_journal,
        "stopped": comparison.stopped,
        "precision": plan.precision,
        "files": {name: digest(data) for name, data in sorted(files.items())},
    }


def scenario_yaml(scenario: Scenario) -> bytes:
    """Write a scenario in full, every default included; its reader accepts it again."""
    return _yaml(as_written(scenario))


def _yaml(content: Any) -> bytes:
    import yaml

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)).encode()


_NUMBERS = (
    "without",
    "without_half",
    "with",
    "with_half",
    "difference",
    "half",
    "low",
    "high",
    "pairing_gain",
)


def line_record(line: Line) -> dict[str, Any]:
    """Return a line as plain values."""
    place, gap = line.place, line.difference
    levels = (line.without.mean, line.without.half, line.with_.mean, line.with_.half)
    numbers = (*levels, gap.mean, gap.half, gap.low, gap.high, line.gain)
    return {
        "arm": line.arm,
        **place._asdict(),
        "unit": line.indicator.unit,
        "better": line.indicator.better,
        **dict(zip(_NUMBERS, numbers, strict=True)),
        "pairs": gap.count,
        "smallest": line.smallest,
        "reading": str(line.reading),
    }


def _lines_parquet(comparison: Comparison) -> bytes:
    records = [line_record(line) for line in comparison.lines()]
    types = {"week": np.int32, "pairs": np.int32, **dict.fromkeys((*_NUMBERS, "smallest"), np.float64)}
    names = list(records[0]) if records else []
    return to_parquet({n: np.asarray([r[n] for r in records], dtype=types.get(n, np.str_)) for n in names})


def french_csv(comparison: Comparison, lang: str = "fr") -> bytes:
    """Write the whole-territory lines for a French spreadsheet."""
    names = ("indicator", "unit", "without", "with", "difference", "low", "high", "pairs", "reading")
    lines = [line for line in comparison.lines() if line.place.week < 0]
    head = ["arm", *names[:1], "by", "group", *names[1:]]
    rows = []
    for line in lines:
        record = line_record(line)
        record["indicator"] = label(f"measures.{line.place.indicator}", lang)
        unit = f"measures.unit.{record['unit']}"
        # Shares stay shares here (0.12, not 12 %): a spreadsheet formats its own cells.
        record["unit"] = say("report.unit_share", lang) if record["unit"] == "share" else label(unit, lang)
        record["reading"] = say(f"report.reading.{record['reading']}", lang)
        rows.append([record[name] for name in head])
    titles = [say(f"report.column.{name}", lang) if has(f"report.column.{name}") else name for name in head]
    return to_french_csv(titles, rows)


def provenance(seconds: float, workers: int, reused: int) -> dict[str, Any]:
    """Return what varies from one execution to the next."""
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "workers": workers,
        "pairs_found_in_store": reused,
        "compiled_loops": compiled.LOADED is not None,
        "command": sys.argv,
        "host": platform.node(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": _versions(),
        "peak_memory_mb": _peak_memory_mb(),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    out = {"cpts-sim": __version__}
    fast = ("numba", "llvmlite") if compiled.LOADED is not None else ()
    for name in ("mesa", "simpy", "numpy", "pyarrow", "pydantic", "holidays", *fast):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "absent"
    return out


def _peak_memory_mb() -> float:
    try:
        import resource
    except ImportError:
        return math.nan
    unit = 1024.0 if sys.platform != "darwin" else 1024.0 * 1024.0
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


def may_write(folder: Path, key: str, replace: bool, seeds: int | None = None) -> None:
    """Check that a folder may receive a computation.

    Args:
        folder: where.
        key: of the computation.
        replace: whether what the folder holds may be lost.
        seeds: how many seeds the computation has (None: not known yet, or without seeds).

    Raises:
        UsageError: it holds another computation, or more seeds of this one, and ``replace`` was not given; or it
            is no folder of results.
        InputError: it cannot be written, which is said before anything is computed.
    """
    check_writable(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / MANIFEST).is_file():
        raise UsageError(say("experiment.results.not_ours", folder=folder))
    if replace:
        return
    if held_key(folder) != key:
        raise UsageError(say("experiment.results.exists", folder=folder))
    held = held_seeds(folder, key)
    if seeds is not None and seeds < held:
        raise UsageError(say("experiment.results.fewer", folder=folder, held=held, asked=seeds))


def check_writable(folder: Path) -> None:
    """Refuse a folder that is there and cannot be written.

    Raises:
        InputError: it cannot.
    """
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise write_fault(PermissionError(errno.EACCES, os.strerror(errno.EACCES)), folder)


def held_key(folder: Path) -> str | None:
    """Return the name of the computation that a folder holds, None where it holds none."""
    return _told(folder, "key", str)


def held_seeds(folder: Path, key: str) -> int:
    """Return how many seeds of a computation a folder holds."""
    return (_told(folder, "seeds", len) or 0) if held_key(folder) == key else 0


def held_files(folder: Path) -> dict[str, str]:
    """Return the digests of the files that the manifest of a folder lists."""
    return _told(folder, "files", dict) or {}


def held_points(folder: Path) -> int:
    """Return how many points of a sweep a folder holds."""
    return _told(folder, "points", int) or 0


def _told(folder: Path, name: str, read: Callable[[Any], T]) -> T | None:
    """Return what the manifest of a folder says, None where there is none that says it."""
    try:
        return read(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))[name])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_results(
    comparison: Comparison, folder: Path, *, replace: bool = False, more: Mapping[str, Any] | None = None
) -> dict[str, bytes]:
    """Write the folder of a comparison as a whole and return what must be equal byte for byte.

    Raises:
        UsageError: the folder holds another computation and ``replace`` was not given.
    """
    may_write(folder, comparison.plan.key, replace, len(comparison.pairs))
    files = result_files(comparison)
    write_folder(folder, {**files, PROVENANCE: json_bytes(dict(more or {}))})
    return files


@dataclass(frozen=True)
class Earlier:
    """A folder of results to repeat: its scenario and its manifest."""

    folder: Path
    scenario: Scenario
    manifest: Mapping[str, Any]

    def plan(self) -> Plan:
        """Return the plan that repeats it."""
        told = self.manifest
        return Plan(
            self.scenario,
            tuple(told["arms"]),
            int(told["seeds"][0]),
            len(told["seeds"]),
            None,
            None if told["measures"] is None else tuple(told["measures"]),
            str(told["keep_journal"]),
            ensemble=read_ensemble(self.folder / ENSEMBLE) if "ensemble" in told else None,
        )

    def differing(self, files: Mapping[str, bytes]) -> list[str]:
        """Return the names of the files that are not equal byte for byte (the manifest sums them up)."""
        told = self.manifest["files"]
        mine = {name: digest(data) for name, data in files.items() if name != MANIFEST}
        return sorted(name for name in {*told, *mine} if told.get(name) != mine.get(name))


def read_earlier(manifest: Path) -> Earlier:
    """Read a manifest and the scenario beside it.

    Raises:
        InputError: no readable manifest or scenario, or one of another epoch.
    """
    path = manifest / MANIFEST if manifest.is_dir() else manifest
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        epoch, _ = int(told["epoch"]), (told["arms"], told["seeds"], told["files"], told["measures"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(say("experiment.results.no_manifest", file=path)) from None
    if epoch != EPOCH:
        raise InputError(say("experiment.results.other_epoch", file=path, epoch=epoch, mine=EPOCH))
    return Earlier(path.parent, load(path.parent / "scenario.yaml", catalogue()), told)


def read_results(folder: Path) -> Comparison:
    """Read a folder of results: its numbers, its plan and its smallest differences.

    Raises:
        InputError: the numbers are missing or not whole.
    """
    import yaml

    earlier = read_earlier(folder)
    table = folder / "values.parquet"
    try:
        values = Values.from_parquet(table.read_bytes(), earlier.manifest["arms"])
    except (OSError, ValueError):  # not there; or not whole, as pyarrow says
        raise InputError(say("experiment.results.damaged", file=table, folder=folder)) from None
    smallest = yaml.safe_load((folder / "smallest_differences.yaml").read_text(encoding="utf-8"))
    files = {"territory.json": (folder / "territory.json").read_bytes()}
    pairs = {values.seeds[0]: Pair(values.seeds[0], files)}
    stopped = str(earlier.manifest["stopped"])
    return Comparison(earlier.plan(), add_contrasts(values), pairs, stopped, len(values.seeds), smallest)
