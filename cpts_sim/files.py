"""Files are whole or absent: written beside their place, put on the disk, renamed. What fails is said in words."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from cpts_sim.errors import InputError
from cpts_sim.words import did_you_mean, say

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system answers when there is no room."""

_REASONS = {
    **dict.fromkeys(FULL, "full"), errno.EACCES: "permission", errno.EPERM: "permission", errno.EROFS: "read_only",
    errno.ENOENT: "absent", errno.ENOTDIR: "not_a_folder", errno.EISDIR: "a_folder", errno.EEXIST: "not_a_folder",
    errno.ENAMETOOLONG: "long_name", errno.EMFILE: "too_many_open", errno.ENFILE: "too_many_open", errno.EIO: "device",
    errno.EBUSY: "busy", errno.ETXTBSY: "busy", errno.ENOTEMPTY: "not_empty", errno.ENOMEM: "memory",
}  # fmt: skip


def reason(error: OSError) -> str:
    """Return why the system refused, in the current language (the system's own words where it is a rare reason)."""
    key = _REASONS.get(error.errno or 0)
    return say(f"files.{key}") if key else error.strerror or str(error) or type(error).__name__


def nearest_beside(path: Path) -> str:
    """Return " (did you mean “x”?)" for the nearest name in the folder where a path is not, or ""."""
    try:
        return did_you_mean(path.name, [there.name for there in path.parent.iterdir()])
    except OSError:
        return ""


def write_fault(error: OSError, place: Path) -> InputError:
    """Return the one sentence for a place that cannot be written: the place, why, and what to do."""
    if error.errno in FULL:
        return InputError(say("files.disk_full", place=place))
    return InputError(say("files.cannot_write", place=place, why=reason(error)))


def check_place(path: Path) -> None:
    """Refuse a place where no file can be written, before the work whose result it would hold.

    Raises:
        InputError: the nearest of its folders that is there is a file, or may not be written in.
    """
    there = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    fault = errno.ENOTDIR if not there.is_dir() else 0 if os.access(there, os.W_OK | os.X_OK) else errno.EACCES
    if fault:
        raise write_fault(OSError(fault, os.strerror(fault)), path)


def write_file(path: Path, data: bytes) -> None:
    """Write a file as a whole, over what was there; an interruption leaves the old one, or none.

    Raises:
        InputError: the disk is full or the folder cannot be written; what was there before is untouched.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_on_disk(draft, data)
        draft.replace(path)
    except OSError as error:
        raise write_fault(error, path) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def put_on_disk(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it: a rename must never come before its content."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def write_folder(target: Path, files: Mapping[str, bytes], named: Path | None = None) -> None:
    """Write a folder as a whole: under a temporary name beside it, then renamed over what was there.

    Args:
        target: the folder.
        files: name below it → content.
        named: what a message calls it (default: its own name).

    Raises:
        InputError: the disk is full or the place cannot be written; what was there before is untouched.
    """
    draft = target.parent / f".{target.name}.{os.getpid()}-{secrets.token_hex(3)}.partial"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for name, data in sorted(files.items()):
            place = draft / name
            place.parent.mkdir(parents=True, exist_ok=True)
            put_on_disk(place, data)
        _swap(draft, target)
    except OSError as error:
        raise write_fault(error, named or target) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, target: Path) -> None:
    """Put a folder in the place of another, which comes back if that fails."""
    draft.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        draft.rename(target)
        return
    old = target.parent / f".{target.name}.{os.getpid()}-{secrets.token_hex(3)}.old"
    try:
        target.rename(old)
        draft.rename(target)
    except BaseException:  # Ctrl-C comes between any two of these lines
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def free_place(wanted: Path) -> Path:
    """Return the place wanted, or the first of name-2, name-3, … where nothing stands."""
    names = (wanted.with_name(f"{wanted.name}-{rank}") for rank in count(2))
    return wanted if not os.path.lexists(wanted) else next(place for place in names if not os.path.lexists(place))
