"""Names of computations: the same name if and only if the same numbers must come out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cpts_sim
from cpts_sim import EPOCH
from cpts_sim.scenario import Scenario, input_files

SCHEMA = 1
"""Rises when the files of a result change shape."""

_PACKAGE = Path(cpts_sim.__file__).parent
_SILENT_ROOMS = ("words", "report", "app", "cli", "experiment")
"""Rooms that cannot change a number measured on one run."""


def digest(data: bytes) -> str:
    """Return the blake2b digest of bytes, 32 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def canonical(value: Any) -> str:
    """Write a plain value as JSON in one way only: sorted keys, shortest floats, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as plain values that its reader accepts again."""
    return scenario.model_dump(mode="json", by_alias=True)


def physical(scenario: Scenario) -> dict[str, Any]:
    """Return what of a scenario can change a journal: no title, and files by their content."""
    out = {name: value for name, value in plain(scenario).items() if name not in ("name", "title")}
    out["arms"] = {
        name: {key: value for key, value in arm.items() if key != "title"}
        for name, arm in out["arms"].items()
    }
    for place, path in input_files(scenario).items():
        room, key = place.split(".")
        out[room] = {**out[room], key: _content(path)}
    return out


def _content(path: Path) -> str:
    """Return the digest of a file, or of every file of a folder by name."""
    if path.is_file():
        return digest(path.read_bytes())
    files = sorted(item for item in path.rglob("*") if item.is_file())
    return digest(canonical({str(f.relative_to(path)): digest(f.read_bytes()) for f in files}).encode())


@cache
def evidence_digest() -> str:
    """Return the digest of the parameters and territories shipped: editing them makes new results."""
    files = sorted(item for room in ("evidence", "territory") for item in (_PACKAGE / room).rglob("data/*"))
    return _digest_of(item for item in files if item.is_file())


@cache
def code_digest() -> str:
    """Return the digest of the code that can change a number measured on one run."""
    files = sorted(_PACKAGE.rglob("*.py"))
    return _digest_of(f for f in files if f.relative_to(_PACKAGE).parts[0] not in _SILENT_ROOMS)


def _digest_of(files: Any) -> str:
    return digest(canonical({str(f.relative_to(_PACKAGE)): digest(f.read_bytes()) for f in files}).encode())


def pair_key(scenario: Scenario, arms: Sequence[str], seed: int) -> str:
    """Return the name of one pair (one seed, all arms)."""
    return _key(scenario, arms, {"seed": seed})


def experiment_key(scenario: Scenario, arms: Sequence[str], seed: int) -> str:
    """Return the name of a comparison: its scenario, arms and first seed; more pairs extend it."""
    return _key(scenario, arms, {"first_seed": seed})


def _key(scenario: Scenario, arms: Sequence[str], more: Mapping[str, Any]) -> str:
    content = {
        "scenario": physical(scenario),
        "arms": list(arms),
        "epoch": EPOCH,
        "evidence": evidence_digest(),
    }
    return digest(canonical({**content, **more}).encode())
