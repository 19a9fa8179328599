"""The output of the verification as plain values, and read back for the documentation."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH, __version__
from cpts_sim.errors import InputError
from cpts_sim.experiment.verify import CHECKS, Asked, Outcome, Row, counts
from cpts_sim.words import say

FILE = "verification.json"
_NUMBERS = ("expected", "reached", "half", "resolution", "wrong", "wrong_half")


def as_plain(outcomes: Sequence[Outcome], asked: Asked) -> dict[str, Any]:
    """Return outcomes as JSON can hold them; numbers that do not exist are null."""
    return {
        "version": __version__,
        "epoch": EPOCH,
        "seed": asked.seed,
        "quick": asked.quick,
        "counts": counts(outcomes),
        "checks": [_outcome(outcome) for outcome in outcomes],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    check = outcome.check
    return {
        "name": check.name,
        "case": check.case,
        "where": check.where.value,
        "again": outcome.again,
        "rows": [_row(row) for row in outcome.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    numbers = {name: None if math.isnan(getattr(row, name)) else float(getattr(row, name)) for name in _NUMBERS}
    told = {"quantity": row.quantity, "told": row.told, "unit": row.unit, "powerless": row.powerless}
    return {**told, **numbers, "verdict": row.verdict.value, "rejects": row.rejects}


def written(outcomes: Sequence[Outcome], asked: Asked) -> bytes:
    """Return the file of the output."""
    return (json.dumps(as_plain(outcomes, asked), ensure_ascii=False, indent=1) + "\n").encode()


def read(folder: Path) -> list[Outcome]:
    """Read what was written.

    Raises:
        InputError: there is no such file, or it is not one.
    """
    path, known = folder / FILE, {check.name: check for check in CHECKS}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [
            Outcome(known[item["name"]], tuple(_read_row(row) for row in item["rows"]), item["again"])
            for item in content["checks"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(say("verify.unreadable", path=path, error=str(error))) from None


def _read_row(values: dict[str, Any]) -> Row:
    numbers = {name: math.nan if values[name] is None else values[name] for name in _NUMBERS}
    return Row(values["quantity"], values["told"], values["unit"], powerless=values["powerless"], **numbers)
