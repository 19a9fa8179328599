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
from cpts_sim.experiment.responses.keep import Sieve
from cpts_sim.experiment.responses.outcome import Outcome, counts
from cpts_sim.experiment.responses.published import absent, published
from cpts_sim.experiment.responses.slopes import Judged
from cpts_sim.experiment.statistics import Interval
from cpts_sim.words import say

FILE = "responses.json"
SLOPES = "slopes.json"
"""What deciding rows say of the members of an ensemble."""


@dataclass(frozen=True)
class Told:
    """What was asked, for whoever reads the output: scenario, inhabitants (None: each its own), pairs, first seed."""

    scenario: str
    inhabitants: int | None
    pairs: int
    seed: int


def as_plain(found: Sequence[Outcome], told: Told) -> dict[str, Any]:
    """Return outcomes as JSON can hold them; numbers that do not exist are null."""
    return {
        **_asked(told), "counts": counts(found), "rows": [_row(one) for one in found],
        "not_represented": [vars(one) for one in absent()],
    }  # fmt: skip


def sieve_as_plain(sieve: Sieve, told: Told) -> dict[str, Any]:
    """Return what the deciding rows say of the members of an ensemble as JSON can hold it."""
    return {
        **_asked(told), "reference": sieve.reference, "common": sieve.common,
        "rows": [_slope(one) for one in sieve.rows],
        "members": {name: {"kept": not rows, "misses": rows} for name, rows in sieve.missed.items()},
    }  # fmt: skip


def _asked(told: Told) -> dict[str, Any]:
    return {
        "version": __version__, "epoch": EPOCH, "scenario": told.scenario, "inhabitants": told.inhabitants,
        "pairs": told.pairs, "seed": told.seed,
    }  # fmt: skip


def _slope(one: Judged) -> dict[str, Any]:
    row, means = one.row, [effect.mean for effect in one.members.values()]
    widest = max(effect.half for effect in one.members.values())
    return {
        "name": row.name, "change": row.of, "low": row.low, "high": row.high, "unit": row.unit,
        "reference": _finite(one.reference.mean), "half": _finite(one.reference.half),
        "least": _finite(min(means)), "most": _finite(max(means)), "widest": _finite(widest),
        "simulated": one.count, "spread": _finite(one.spread), "error": _finite(one.error), "tells": one.tells,
        "missed_by": one.missed_by,
    }  # fmt: skip


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


def read_slopes(folder: Path) -> dict[str, Any] | None:
    """Return what was said of the members of an ensemble; None if nothing was written there.

    Raises:
        InputError: the file is not one.
    """
    path = folder / SLOPES
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not {"rows", "members", "reference"} <= content.keys():
            raise ValueError("rows, members, reference")
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(say("responses.unreadable", path=path, error=str(error))) from None
    return content


def _interval(item: Mapping[str, Any]) -> Interval:
    mean, half = item["reached"], item["half"]
    return Interval(math.nan if mean is None else mean, math.inf if half is None else half, item["pairs"], math.nan)
