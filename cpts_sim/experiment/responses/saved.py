"""The output of the responses as plain values, and read back for figures and documentation."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH, __version__
from cpts_sim.errors import InputError
from cpts_sim.experiment.responses.outcome import Outcome, counts
from cpts_sim.experiment.responses.published import absent, published
from cpts_sim.experiment.statistics import Interval
from cpts_sim.words import say

FILE = "responses.json"


@dataclass(frozen=True)
class Told:
    """What was asked, for whoever reads the output: scenario, inhabitants (None: each its own), pairs, first seed."""

    scenario: str
    inhabitants: int | None
    pairs: int
    seed: int


def as_plain(
    found: Sequence[Outcome], told: Told, members: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return outcomes as JSON can hold them; numbers that do not exist are null.

    Args:
        found: the rows.
        told: what was asked.
        members: of an ensemble, name → rows missed (none: kept).
    """
    content = {
        "version": __version__, "epoch": EPOCH, "scenario": told.scenario, "inhabitants": told.inhabitants,
        "pairs": told.pairs, "seed": told.seed, "counts": counts(found), "rows": [_row(one) for one in found],
        "not_represented": [vars(one) for one in absent()],
    }  # fmt: skip
    if members is not None:
        content["members"] = {name: {"kept": not rows, "misses": list(rows)} for name, rows in members.items()}
    return content


def _row(one: Outcome) -> dict[str, Any]:
    row, reached = one.published, one.reached
    return {
        "name": row.name, "change": row.of, "value": row.value, "low": row.low, "high": row.high, "unit": row.unit,
        "interval": row.interval, "source": row.source, "year": row.year, "grade": row.grade,
        "leans_on": list(row.leans_on), "decides": row.decides, "reached": _finite(reached.mean),
        "half": _finite(reached.half), "pairs": reached.count, "verdict": one.verdict.value,
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def written(content: Mapping[str, Any]) -> bytes:
    """Return the file of the output."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read(folder: Path) -> tuple[list[Outcome], Told]:
    """Read what was written.

    Raises:
        InputError: there is no such file, or it is not one.
    """
    path, known = folder / FILE, {row.name: row for row in published()}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        told = Told(content["scenario"], content["inhabitants"], content["pairs"], content["seed"])
        return [Outcome(known[item["name"]], _interval(item)) for item in content["rows"]], told
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(say("responses.unreadable", path=path, error=str(error))) from None


def _interval(item: Mapping[str, Any]) -> Interval:
    mean, half = item["reached"], item["half"]
    return Interval(math.nan if mean is None else mean, math.inf if half is None else half, item["pairs"], math.nan)
