"""Waiting for other processes: long enough for a busy machine, and knowing the dead who are not buried yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 240.0


def comes_true(happens: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    """Wait until something happens, and tell whether it did."""
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int | str) -> bool:
    """Whether a process runs; a zombie, whom nobody reaps where the first process of a container does not, is dead."""
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
