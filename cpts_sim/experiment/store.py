"""What has been computed and need not be computed again: one folder per pair.

A folder is written under a temporary name and renamed when complete, so an interruption leaves nothing half
written. A folder that is damaged, of another key, or made by other code is set aside under ``set_aside/``
and said; its pair is computed again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.experiment.keys import SCHEMA, code_digest, digest
from cpts_sim.experiment.pair import Pair

MANIFEST = "manifest.json"


class Store:
    """Pairs on disk, by key.

    Args:
        folder: made when the first pair is kept; None keeps nothing.
        measures: digest of the measures wanted; a pair measured otherwise is computed again.
        warn: told, in words keys and values, of each folder set aside.
    """

    def __init__(
        self,
        folder: Path | None,
        measures: str,
        warn: Callable[[str, dict[str, Any]], None] = lambda k, v: None,
    ) -> None:
        self.folder = folder
        self.measures = measures
        self.warn = warn

    def get(self, key: str, seed: int, journal: bool) -> Pair | None:
        """Return a pair computed before, or None when it must be computed."""
        if self.folder is None or not (self.folder / key).exists():
            return None
        place = self.folder / key
        pair, fault = self._read(place, key, seed)
        if fault:
            self._set_aside(place, fault)
            return None
        return None if pair is None or (journal and not pair.has_journal) else pair

    def _read(self, place: Path, key: str, seed: int) -> tuple[Pair | None, str]:
        """Return (pair, "") or (None, key of the words that say what is wrong)."""
        try:
            manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
            told = {name: manifest[name] for name in ("key", "seed", "files")}
            files = {name: (place / name).read_bytes() for name in sorted(told["files"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None, "experiment.store.damaged"
        if told["key"] != key or told["seed"] != seed:
            return None, "experiment.store.foreign"
        if any(digest(files[name]) != told["files"][name] for name in files):
            return None, "experiment.store.damaged"
        if manifest.get("code") != code_digest() or manifest.get("schema") != SCHEMA:
            return None, "experiment.store.other_code"
        return (Pair(seed, files), "") if manifest.get("measures") == self.measures else (None, "")

    def _set_aside(self, place: Path, fault: str) -> None:
        corner = place.parent / "set_aside"
        corner.mkdir(exist_ok=True)
        target, rank = corner / place.name, 1
        while target.exists():
            rank += 1
            target = corner / f"{place.name}-{rank}"
        place.rename(target)
        self.warn(fault, {"folder": str(target)})

    def put(self, key: str, pair: Pair) -> None:
        """Keep a pair; a kept pair of the same key is replaced."""
        if self.folder is None:
            return
        manifest = {
            "key": key, "seed": pair.seed, "epoch": EPOCH, "schema": SCHEMA, "measures": self.measures,
            "code": code_digest(), "files": {name: digest(data) for name, data in sorted(pair.files.items())},
        }  # fmt: skip
        write_folder(self.folder / key, {**pair.files, MANIFEST: json_bytes(manifest)})


def json_bytes(value: Any) -> bytes:
    """Write a JSON file for people: sorted keys, two blanks, one end of line."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def write_folder(target: Path, files: dict[str, bytes]) -> None:
    """Write a folder as a whole: under a temporary name beside it, then renamed over what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.parent / f".{target.name}.{os.getpid()}.partial"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for name, data in sorted(files.items()):
            place = draft / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        _swap(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    old = target.parent / f".{target.name}.{os.getpid()}.old"
    target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
