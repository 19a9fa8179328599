"""Judging: inside, outside, or too wide to tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cpts_sim.experiment.responses.effects import READINGS
from cpts_sim.experiment.responses.lives import Life
from cpts_sim.experiment.responses.published import Published, absent
from cpts_sim.experiment.statistics import Interval


class Verdict(StrEnum):
    """What a row says."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Outcome:
    """A published effect beside the simulated one (mean and 95 % interval over pairs, in the unit of the row)."""

    published: Published
    reached: Interval

    @property
    def verdict(self) -> Verdict:
        """Inside if the whole simulated interval is; outside if none of it is; else it is too wide to tell."""
        reached, row = self.reached, self.published
        if not (math.isfinite(reached.mean) and math.isfinite(reached.half)):
            return Verdict.UNDETERMINED
        if row.low <= reached.low and reached.high <= row.high:
            return Verdict.INSIDE
        return Verdict.OUTSIDE if reached.high < row.low or reached.low > row.high else Verdict.UNDETERMINED

    @property
    def independent(self) -> bool:
        """Whether no parameter was judged on the same source."""
        return not self.published.leans_on


def outcomes(rows: Sequence[Published], pairs: Mapping[str, Sequence[Mapping[str, Life]]]) -> list[Outcome]:
    """Judge every row by the pairs of its enactment."""
    return [Outcome(row, READINGS[row.reads](pairs[row.of])) for row in rows]


def counts(found: Sequence[Outcome]) -> dict[str, int]:
    """Count verdicts: of rows whose source no parameter leans on, and of the others apart."""
    free = [one for one in found if one.independent]
    told = {verdict.value: sum(one.verdict is verdict for one in free) for verdict in Verdict}
    leaning = [one for one in found if not one.independent]
    inside = sum(one.verdict is Verdict.INSIDE for one in leaning)
    return {
        "rows": len(free), **told, "leaning": len(leaning), "leaning_inside": inside, "absent": len(absent()),
        "leaning_outside": sum(one.verdict is Verdict.OUTSIDE for one in leaning),
    }  # fmt: skip


def misses(found: Sequence[Outcome]) -> list[Outcome]:
    """Return the rows that are outside."""
    return [one for one in found if one.verdict is Verdict.OUTSIDE]
