"""The folder of a calibration: the ensemble, every simulated point, the report of targets, the manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cpts_sim import EPOCH, __version__
from cpts_sim.experiment.calibrate.emulation import PLAUSIBLE
from cpts_sim.experiment.calibrate.space import Space
from cpts_sim.experiment.calibrate.waves import Matching, Settings
from cpts_sim.experiment.ensemble import SHIPPED, Choice, Ensemble, shipped_variants
from cpts_sim.experiment.keys import SCHEMA, code_digest, digest, of_third_parties
from cpts_sim.experiment.parquet import to_parquet
from cpts_sim.experiment.results import scenario_yaml
from cpts_sim.experiment.store import MANIFEST, json_bytes
from cpts_sim.scenario import Scenario, canonical_json, resolved

REPORT = "report.parquet"


def ensemble_of(found: Matching, space: Space, scenario: Scenario) -> Ensemble | None:
    """Return the simulated points that reach every target, None where there is none; the first is ``shipped``."""
    ranks, weights = found.members(), found.weights()
    members = tuple(
        Choice("shipped" if rank == 0 else f"point_{rank}", round(weight, 6), space.numbers(found.points[rank]))
        for rank, weight in zip(ranks, weights, strict=True)
        if round(weight, 6) > 0
    )
    granted = {name: allowed.discrepancy for name, allowed in found.allowed.items()}
    source = f"cpts-sim calibrate, {scenario.name}"
    return Ensemble(members, shipped_variants(), scenario.reference_year, source, granted) if members else None


def report_rows(found: Matching) -> list[dict[str, Any]]:
    """Return target by target what is reached: by the members, or by all points where there is no member."""
    ranks = found.members() or list(range(len(found.points)))
    rows = []
    for column, target in enumerate(found.targets):
        reached, allowed = found.values[ranks, column], found.allowed[target.name]
        middle = float(np.median(reached))
        stand = found.stands[target.name]
        rows.append({
            "fact": target.name, "unit": target.unit, "low": target.low, "high": target.high,
            "shipped": float(found.values[0, column]), "reached_low": float(reached.min()), "reached_median": middle,
            "reached_high": float(reached.max()), "tolerance": PLAUSIBLE * allowed.deviation,
            "residual": (middle - target.middle) / allowed.deviation, "observation": allowed.observation,
            "discrepancy": allowed.discrepancy, "replication": allowed.replication,
            "emulator_error": stand.error, "emulator_explained": stand.explained,
        })  # fmt: skip
    return rows


def calibration_files(
    found: Matching, space: Space, scenario: Scenario, key: str, seeds: list[int]
) -> dict[str, bytes]:
    """Return the files of a calibration: same runs, same bytes."""
    files = {
        "scenario.yaml": scenario_yaml(scenario),
        "ensemble.parquet": _points(found, space),
        REPORT: _table(report_rows(found)),
    }
    ensemble = ensemble_of(found, space, scenario)
    if ensemble is not None:
        files[SHIPPED] = ensemble.to_yaml()
    files[MANIFEST] = json_bytes(_manifest(found, space, key, seeds, files))
    return files


def calibration_key(space: Space, scenario: Scenario, settings: Settings, seeds: list[int], targets: Any) -> str:
    """Return the name of a calibration: what is searched, aimed at and simulated, not how far it got."""
    told = {
        "scenario": resolved(scenario), "axes": [[a.id, a.low, a.high] for a in space.axes], "epoch": EPOCH,
        "targets": [[t.name, t.low, t.high] for t in targets], "seeds": seeds, "seed": settings.seed,
        "discrepancy": settings.discrepancy, **of_third_parties(resolved(scenario)),
    }  # fmt: skip
    return digest(canonical_json(told).encode())


def _manifest(
    found: Matching, space: Space, key: str, seeds: list[int], files: Mapping[str, bytes]
) -> dict[str, Any]:
    return {
        "kind": "calibration", "key": key, "epoch": EPOCH,
        "schema": SCHEMA, "version": __version__, "code": code_digest(), "seeds": seeds,
        "parameters": list(space.names), "points": len(found.points), "waves": max(found.wave, default=0),
        "members": len(found.members()), "left": found.left, "targets": [t.name for t in found.targets],
        "blind": found.blind, "needs": {} if found.members() else found.needs(),
        "files": {name: digest(data) for name, data in sorted(files.items())},
    }  # fmt: skip


def _points(found: Matching, space: Space) -> bytes:
    """Write every simulated point: its parameters, what it reaches, how implausible it is, its weight."""
    weights = dict(zip(found.members(), found.weights(), strict=True))
    worst = found.simulated().max(axis=1, initial=0.0)
    numbers = [space.numbers(point) for point in found.points]
    columns: dict[str, Any] = {
        "point": np.arange(len(found.points)), "wave": np.array(found.wave, np.int64),
        "weight": np.array([weights.get(rank, 0.0) for rank in range(len(found.points))]), "implausibility": worst,
    }  # fmt: skip
    columns |= {name: np.array([n[name] for n in numbers]) for name in space.names}
    columns |= {f"fact.{t.name}": found.values[:, k] for k, t in enumerate(found.targets)}
    return to_parquet(columns)


def _table(rows: list[dict[str, Any]]) -> bytes:
    return to_parquet({name: np.asarray([row[name] for row in rows]) for name in (rows[0] if rows else ())})


def misses_of_shipped(found: Matching) -> list[str]:
    """Return the facts that the shipped parameters miss by more than the tolerance."""
    row = found.simulated()[0]
    return [t.name for t, far in zip(found.targets, row, strict=True) if not far <= PLAUSIBLE or math.isnan(far)]
