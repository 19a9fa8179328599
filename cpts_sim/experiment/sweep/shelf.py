"""What has been simulated and need not be simulated again: one file per run.

A run is one arm of one scenario with one seed. Its file is a line of JSON (key, epoch, digests: nothing that
varies from one execution to the next) followed by a Parquet table of its numbers. It is written under a
temporary name and renamed, so a file is whole or absent; the line holds the digest of the table, so a damaged
file is recognised, set aside and simulated again. Only the coordinator writes.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.keys import SCHEMA, code_digest, digest
from cpts_sim.experiment.parquet import from_parquet
from cpts_sim.words import say

SUFFIX = ".run"
CORNER = "set_aside"
Warn = Callable[[str, dict[str, Any]], None]


def lock(path: Path, wait: bool, shared: bool = False) -> int | None:
    """Take a lock that the system gives back when this process ends, however it ends.

    Returns:
        The open file that holds it; None when another process holds it and ``wait`` is False.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        import fcntl
    except ImportError:
        return handle
    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        fcntl.flock(handle, kind)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK):
            os.close(handle)
            return None
    return handle


class Shelf:
    """Runs on disk, by key.

    Args:
        folder: made when opened.
        measures: digest of the numbers that a run must hold.
        warn: told, in words keys and values, of each file set aside.

    Raises:
        UsageError: the folder cannot be written.
    """

    def __init__(self, folder: Path, measures: str, warn: Warn = lambda k, v: None) -> None:
        self.folder, self.measures, self.warn = folder, measures, warn
        self._lock: int | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._sweep_partials()
            self._lock = lock(folder / ".lock", wait=True, shared=True)
        except OSError as error:
            raise UsageError(say("sweep.cannot_write", folder=folder, why=error.strerror or str(error))) from None

    def _sweep_partials(self) -> None:
        """Remove what a killed process left half written, if nobody else uses the store now."""
        alone = lock(self.folder / ".lock", wait=False)
        if alone is None:
            return
        for left in self.folder.glob("*/.*.partial"):
            left.unlink(missing_ok=True)
        os.close(alone)

    def close(self) -> None:
        """Give the store back to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def place(self, key: str) -> Path:
        """Return the file of a run."""
        return self.folder / key[:2] / f"{key}{SUFFIX}"

    def kept(self) -> Iterator[str]:
        """Yield the keys kept, in order."""
        for file in sorted(self.folder.glob(f"??/*{SUFFIX}")):
            yield file.name.removesuffix(SUFFIX)

    def get(self, key: str) -> bytes | None:
        """Return the table of a run, or None when it must be simulated."""
        place = self.place(key)
        try:
            head, _, table = place.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(say("sweep.cannot_read", file=place, why=error.strerror or str(error))) from None
        fault = self._fault(key, head, table)
        if fault:
            self._set_aside(place, fault)
            return None
        return table

    def _fault(self, key: str, head: bytes, table: bytes) -> str:
        """Return the words that say what is wrong with a file, "" for nothing."""
        try:
            told = json.loads(head)
            mine = told["key"], told["table"], told["epoch"], told["code"], told["schema"], told["measures"]
        except (ValueError, KeyError, TypeError):
            return "sweep.store.damaged"
        if mine[0] != key:
            return "sweep.store.foreign"
        if mine[1] != digest(table):
            return "sweep.store.damaged"
        if mine[2:] != (EPOCH, code_digest(), SCHEMA, self.measures):
            return "sweep.store.other_code"
        return ""

    def _set_aside(self, place: Path, fault: str) -> None:
        corner = self.folder / CORNER
        corner.mkdir(exist_ok=True)
        target, rank = corner / place.name, 1
        while target.exists():
            rank += 1
            target = corner / f"{place.name}-{rank}"
        with contextlib.suppress(FileNotFoundError):
            place.rename(target)
        self.warn(fault, {"file": str(target)})

    def put(self, key: str, table: bytes) -> int:
        """Keep the table of a run; returns the size of its file in bytes.

        Raises:
            InputError: the disk is full or the folder cannot be written; what was kept before is safe.
        """
        told = {
            "code": code_digest(), "epoch": EPOCH, "key": key, "measures": self.measures, "schema": SCHEMA,
            "table": digest(table),
        }  # fmt: skip
        data = json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n" + table
        place = self.place(key)
        draft = place.parent / f".{key}.{os.getpid()}.{secrets.token_hex(4)}.partial"
        try:
            place.parent.mkdir(exist_ok=True)
            _write(draft, data)
            draft.replace(place)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise InputError(_trouble(error, self.folder)) from None
        return len(data)

    def free_bytes(self) -> int:
        """Return the room left on the disk."""
        return shutil.disk_usage(self.folder).free


def _write(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it: a rename must never come before its content."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _trouble(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return say("sweep.disk_full", folder=folder)
    return say("sweep.cannot_write", folder=folder, why=error.strerror or str(error))


def numbers_of(table: bytes) -> dict[tuple[str, str, str], float]:
    """Read the table of a run: (indicator, cut, group) → number."""
    columns = from_parquet(table)
    names = ("indicator", "by", "group", "value")
    return {(i, b, g): v for i, b, g, v in zip(*(columns[n].tolist() for n in names), strict=True)}
