"""What has been computed and need not be computed again: one file a key, whatever it holds.

Runs of a sweep, pairs of a comparison and points of a calibration are kept alike. A file is a line of JSON (key,
epoch, digests: nothing that varies from one execution to the next) followed by the content. It is whole or absent;
the line holds the digest of the content, so a damaged file, one of another key or one made by other code is
recognised, named, set aside under ``set_aside/`` and computed again. Only the coordinator writes.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.errors import InputError
from cpts_sim.experiment.keys import SCHEMA, code_digest, digest
from cpts_sim.files import free_place, reason, write_fault, write_file
from cpts_sim.words import say

MANIFEST = "manifest.json"
SUFFIX = ".run"
CORNER = "set_aside"
Warn = Callable[[str, dict[str, Any]], None]


def silent(key: str, values: dict[str, Any]) -> None:
    """Tell nobody."""


def lock(path: Path, wait: bool, shared: bool = False, certain: bool = False) -> int | None:
    """Take a lock that the system gives back when this process ends, however it ends.

    Args:
        path: file that carries it.
        wait: until others give it back.
        shared: with others who share it.
        certain: do not take it on trust where the file system has no locks.

    Returns:
        The open file that holds it; None when another process holds it and ``wait`` is False.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        import fcntl
    except ImportError:
        return _held(handle, not certain)
    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        fcntl.flock(handle, kind)
    except OSError as error:
        taken = error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)
        return _held(handle, not taken and not certain)
    return handle


def _held(handle: int, held: bool) -> int | None:
    """Return the open file of a lock that is held; close the other."""
    if held:
        return handle
    os.close(handle)
    return None


class Store:
    """Contents on disk, by key.

    Args:
        folder: made when opened; None keeps nothing.
        holds: digest of what a content must hold (the names of its numbers); one that holds other things is
            computed again.
        warn: told, in words keys and values, of each file set aside (of other code: of the first).

    Raises:
        InputError: the folder cannot be written.
    """

    def __init__(self, folder: Path | None, holds: str, warn: Warn = silent) -> None:
        self.folder, self.holds, self.warn = folder, holds, warn
        self._lock: int | None = None
        self._told_other_code = False
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._sweep_partials(folder)
            self._lock = lock(folder / ".lock", wait=True, shared=True)
        except OSError as error:
            raise write_fault(error, folder) from None
        if not os.access(folder, os.W_OK):
            raise write_fault(PermissionError(errno.EACCES, os.strerror(errno.EACCES)), folder)

    def _sweep_partials(self, folder: Path) -> None:
        """Remove what a killed process left half written, if nobody else uses the store now."""
        alone = lock(folder / ".lock", wait=False, certain=True)
        if alone is None:
            return
        for left in folder.glob("*/.*.partial"):
            left.unlink(missing_ok=True)
        os.close(alone)

    def close(self) -> None:
        """Give the store back to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def place(self, key: str) -> Path:
        """Return the file of a key."""
        return (self.folder or Path()) / key[:2] / f"{key}{SUFFIX}"

    def has(self, key: str) -> bool:
        """Tell whether there is a file for a key, without reading it."""
        return self.folder is not None and self.place(key).exists()

    def kept(self) -> Iterator[str]:
        """Yield the keys kept, in order."""
        for file in sorted(self.folder.glob(f"??/*{SUFFIX}")) if self.folder is not None else ():
            yield file.name.removesuffix(SUFFIX)

    def get(self, key: str) -> bytes | None:
        """Return the content of a key, or None when it must be computed.

        Raises:
            InputError: its file is there and cannot be read.
        """
        place = self.place(key)
        if self.folder is None:
            return None
        try:
            head, _, content = place.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(say("sweep.cannot_read", file=place, why=reason(error))) from None
        fault = self._fault(key, head, content)
        if fault:
            self._set_aside(place, fault)
            return None
        return content

    def _head(self, key: str, content: bytes) -> dict[str, Any]:
        return {
            "code": code_digest(), "content": digest(content), "epoch": EPOCH, "holds": self.holds, "key": key,
            "schema": SCHEMA,
        }  # fmt: skip

    def _fault(self, key: str, head: bytes, content: bytes) -> str:
        """Return the words that say what is wrong with a file, "" for nothing."""
        try:
            told = json.loads(head)
            found, code = told["key"], told["code"]
        except (ValueError, KeyError, TypeError):
            return "experiment.store.damaged"
        mine = self._head(key, content)
        if found != key:
            return "experiment.store.foreign"
        if code != mine["code"] or any(told.get(name) != mine[name] for name in ("epoch", "schema", "holds")):
            return "experiment.store.other_code"
        return "" if told == mine else "experiment.store.damaged"

    def _set_aside(self, place: Path, fault: str) -> None:
        corner = place.parents[1] / CORNER
        try:
            corner.mkdir(exist_ok=True)
            target = free_place(corner / place.name)
            with contextlib.suppress(FileNotFoundError):
                place.rename(target)
        except OSError as error:
            raise write_fault(error, corner) from None
        old = fault == "experiment.store.other_code"
        if not (old and self._told_other_code):
            self.warn(fault, {"file": str(target)})
        self._told_other_code |= old

    def put(self, key: str, content: bytes) -> int:
        """Keep the content of a key; returns the size of its file in bytes.

        Raises:
            InputError: the disk is full or the folder cannot be written; what was kept before is safe.
        """
        if self.folder is None:
            return 0
        head = json.dumps(self._head(key, content), sort_keys=True, separators=(",", ":")).encode()
        write_file(self.place(key), head + b"\n" + content)
        return len(head) + 1 + len(content)

    def free_bytes(self) -> int:
        """Return the room left on the disk."""
        return shutil.disk_usage(self.folder or Path()).free


def json_bytes(value: Any) -> bytes:
    """Write a JSON file for people: sorted keys, two blanks, one end of line."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()
