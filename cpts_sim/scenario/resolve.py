"""A scenario in its canonical form, and the key of a run.

Two runs with one key give the same bytes. The key is a hash of what can change a journal: the resolved
scenario with the content of its input files in place of their paths, the values of the evidence, the seed,
the horizon, the epoch. Names, titles, language and comments are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cpts_sim.errors import InternalError
from cpts_sim.evidence import load_parameters
from cpts_sim.scenario.calendar import holidays_of
from cpts_sim.scenario.catalogue import Catalogue
from cpts_sim.scenario.load import parse
from cpts_sim.scenario.shape import Scenario, input_files

_NOT_IN_KEY = ("name", "title")


def as_written(scenario: Scenario) -> dict[str, Any]:
    """Return a plain dict, complete and with holidays frozen, that :func:`from_written` reads back.

    This is the ``scenario.yaml`` kept beside results and what is sent to a worker; paths stay paths.
    """
    plain = scenario.model_dump(mode="json", by_alias=True)
    if scenario.dates is None:
        plain["dates"] = holidays_of(scenario).model_dump(mode="json")
    return _without_absent(plain)


def from_written(written: Mapping[str, Any], catalogue: Catalogue | None = None) -> Scenario:
    """Return the scenario whose written form this is."""
    return parse(written, catalogue)


def _without_absent(plain: dict[str, Any]) -> dict[str, Any]:
    """Leave out null keys, except those of an arm that would otherwise inherit from the scenario."""
    base = plain.get("cpts")
    kept: dict[str, Any] = _pruned(plain)
    for name, arm in plain["arms"].items():
        kept["arms"][name]["cpts"] = _pruned(arm["cpts"], base)
    return kept


def _pruned(value: Any, base: Any = None) -> Any:
    """Return a value without its null keys, but for those that ``base`` fills."""
    if not isinstance(value, dict):
        return value
    below = base if isinstance(base, dict) else {}
    return {
        key: _pruned(item, below.get(key))
        for key, item in value.items()
        if item is not None or below.get(key) is not None
    }


def resolved(scenario: Scenario, arm: str | None = None) -> dict[str, Any]:
    """Return the canonical dict of what can change a journal.

    Args:
        scenario: a checked scenario.
        arm: name of one arm, whose CPTS and parameters replace the scenario's (none: all arms are kept).

    Raises:
        KeyError: no such arm.
    """
    plain = as_written(scenario)
    if arm is not None:
        chosen = scenario.arm(arm).model_dump(mode="json", by_alias=True)
        plain |= {"cpts": chosen["cpts"] and _pruned(chosen["cpts"]), "parameters": chosen["parameters"]}
        if chosen["instead"] is not None:
            plain |= {"instead": _pruned(chosen["instead"]), "money_of": as_written(scenario).get("cpts")}
    plain["arms"] = {} if arm is not None else {name: _untitled(item) for name, item in plain["arms"].items()}
    for key, path in input_files(scenario).items():
        block, _, name = key.partition(".")
        plain[block][name] = f"blake2b:{file_hash(path)}"
    plain["evidence"] = load_parameters(scenario.reference_year).digest()
    return {key: value for key, value in plain.items() if key not in _NOT_IN_KEY}


def _untitled(arm: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in arm.items() if key != "title"}


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no space and the shortest floats; whole floats are written as integers.

    Raises:
        InternalError: the value holds NaN or an infinity.
    """
    try:
        plain = _whole(value)
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InternalError(f"canonical JSON: {error}.") from None


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value


def run_key(
    resolved_scenario: Mapping[str, Any], seed: int, horizon_days: int, epoch: int, **more: Any
) -> str:
    """Return the 32 hexadecimal digits that name a run.

    Args:
        resolved_scenario: what :func:`resolved` returned.
        seed: seed of the run.
        horizon_days: simulated days after the warm-up.
        epoch: ``cpts_sim.EPOCH``.
        **more: anything else that can change a journal (third-party missions with their versions).
    """
    settings = {"seed": seed, "horizon_days": horizon_days, "epoch": epoch, **more}
    text = canonical_json({"scenario": resolved_scenario, **settings})
    return blake2b(text.encode(), digest_size=16).hexdigest()


def file_hash(path: Path) -> str:
    """Return 32 hexadecimal digits of a file's content (read again only if its size or time changes)."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


@cache
def _hash(path: Path, size: int, time_ns: int) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
