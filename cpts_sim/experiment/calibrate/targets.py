"""What is aimed at: the facts of use CAL of a reference year, or a territory's own known figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.evidence.entry import is_number
from cpts_sim.experiment.facts import CAL, targets
from cpts_sim.words import did_you_mean, say

WITHIN = 1.96
"""A band is read as an interval at 95 %: half of it is this many standard deviations."""


@dataclass(frozen=True)
class Target:
    """A number that the model should reach.

    Attributes:
        name: of the fact. reads: number of the model. low, high: band that counts as reached. unit: of all three.
    """

    name: str
    reads: str
    low: float
    high: float
    unit: str = ""

    @property
    def middle(self) -> float:
        """Middle of the band."""
        return (self.low + self.high) / 2

    @property
    def deviation(self) -> float:
        """Standard deviation of the observation."""
        return (self.high - self.low) / 2 / WITHIN


def national(year: int) -> list[Target]:
    """Return the facts of a reference year that parameters may be tuned on; those kept for validation are left out."""
    found = [entry for entry in targets(year) if entry.fact["use"] == CAL]
    return [Target(e.id.removeprefix("fact."), e.fact["reads"], e.low, e.high, e.unit) for e in found]


def own_figures(path: Path, year: int) -> list[Target]:
    """Read a territory's own known figures: ``fact: {low: …, high: …}`` in the unit of the national fact.

    Raises:
        InputError: not such a file, a fact that is unknown or kept for validation, or no band.
    """
    import yaml

    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        told = None
    if not isinstance(told, dict) or not told:
        raise InputError(say("calibrate.facts.shape", file=path))
    known = {target.name: target for target in national(year) or ()}
    return [_own(str(name), raw, known, path) for name, raw in told.items()]


def _own(name: str, raw: Any, known: dict[str, Target], path: Path) -> Target:
    if name not in known:
        hint = did_you_mean(name, known)
        raise InputError(say("calibrate.facts.unknown", file=path, name=name, hint=hint, known=", ".join(known)))
    band = raw if isinstance(raw, dict) else {}
    low: Any = band.get("low")
    high: Any = band.get("high")
    if not is_number(low) or not is_number(high) or not low < high:
        raise InputError(say("calibrate.facts.band", file=path, name=name, value=raw))
    base = known[name]
    return Target(name, base.reads, float(low), float(high), base.unit)
