"""Names of computations: the same name if and only if the same numbers must come out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cpts_sim
from cpts_sim import EPOCH
from cpts_sim.catalogue import third_parties
from cpts_sim.scenario import Scenario, canonical_json, resolved, run_key

SCHEMA = 1
"""Rises when the files of a result change shape."""

_PACKAGE = Path(cpts_sim.__file__).parent
_SILENT = ("words", "report", "app", "cli", "experiment", "documentation", "theory", "explain.py")
"""Rooms and files that cannot change a number measured on one run."""
_LOUD = ("experiment/pair.py", "experiment/values.py", "experiment/parquet.py", "experiment/sweep/job.py")
"""Files in them that can: the picture of day 0, the journal handed to the measures, and the bytes kept of them."""


def digest(data: bytes) -> str:
    """Return the blake2b digest of bytes, 32 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


@cache
def code_digest() -> str:
    """Return the digest of the code and shipped territories that can change a number measured on one run."""
    files = sorted([*_PACKAGE.rglob("*.py"), *(_PACKAGE / "territory").rglob("data/*")])
    return _digest_of(f for f in files if f.is_file() and decides(f))


def decides(file: Path) -> bool:
    """Whether a file of the package can change a number measured on one run, or the bytes kept of it."""
    return _room(file) not in _SILENT or file.relative_to(_PACKAGE).as_posix() in _LOUD


@cache
def digest_of_rooms(*rooms: str) -> str:
    """Return the digest of the code and data of some rooms of the package."""
    return _digest_of(f for f in sorted(_PACKAGE.rglob("*")) if f.suffix in (".py", ".yaml") and _room(f) in rooms)


def _room(file: Path) -> str:
    return file.relative_to(_PACKAGE).parts[0]


def _digest_of(files: Iterable[Path]) -> str:
    told = {str(file.relative_to(_PACKAGE)): digest(file.read_bytes()) for file in files}
    return digest(canonical_json(told).encode())


def of_third_parties(*written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a key says of missions and shocks that are not ours: nothing where there is none.

    Args:
        *written: resolved scenarios or policies of arms, as plain values.
    """
    found = {name: origin for plain in written for name, origin in third_parties(plain).items()}
    return {"third_parties": dict(sorted(found.items()))} if found else {}


class Keys:
    """Names of the pairs of a scenario and of their comparison.

    Args:
        scenario: what the user wrote; titles, paths and language do not count, the content of files does.
        arms: names of the arms, in order.
        measures: digest of the measures asked and of their numbers' names.
    """

    def __init__(self, scenario: Scenario, arms: Sequence[str], measures: str = "") -> None:
        self._scenario = resolved(scenario)
        self._days = scenario.horizon_days
        self._more = {"arms": list(arms), "measures": measures, **of_third_parties(self._scenario)}

    def pair(self, seed: int) -> str:
        """Return the name of one pair (one seed, all arms)."""
        return run_key(self._scenario, seed, self._days, EPOCH, **self._more)

    def experiment(self, seed: int) -> str:
        """Return the name of the comparison whose first seed this is; more pairs extend it."""
        return run_key(self._scenario, seed, self._days, EPOCH, comparison=True, **self._more)

    def uncertain(self, seed: int, ensemble: str) -> str:
        """Return the name of the comparison whose pairs draw from an ensemble of this digest."""
        return run_key(self._scenario, seed, self._days, EPOCH, comparison=True, ensemble=ensemble, **self._more)
