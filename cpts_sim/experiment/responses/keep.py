"""Members of an ensemble that answer changes wrongly are dropped, even if they reach every level.

Only rows that decide are looked at: slopes that parameters move. A slope that the structure alone makes (or misses)
would drop all members or none. Members are played with few seeds, the same for all, the reference (the shipped set, or
the first) with all pairs, and judged together (:mod:`cpts_sim.experiment.responses.slopes`); fewer than :data:`FEWEST`
members are played with all pairs and judged one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.ensemble import Ensemble
from cpts_sim.experiment.responses.effects import READINGS
from cpts_sim.experiment.responses.enact import Asked, Pairs, Player
from cpts_sim.experiment.responses.outcome import outcomes
from cpts_sim.experiment.responses.published import Published
from cpts_sim.experiment.responses.slopes import Judged, judge
from cpts_sim.experiment.statistics import Interval

FEWEST = 20
"""Members below which nothing is learnt from one about another."""
REFERENCE = "shipped"
SOURCE = "members that miss a slope dropped by cpts-sim responses --ensemble"


@dataclass(frozen=True)
class Sieve:
    """What is left of an ensemble, and why.

    Attributes:
        ensemble: what was asked about. rows: what each deciding row says. reference: name of the reference member.
        common: pairs of every member. pairs: of the reference.
    """

    ensemble: Ensemble
    rows: tuple[Judged, ...]
    reference: str
    common: int
    pairs: int

    @property
    def missed(self) -> dict[str, list[str]]:
        """Member → rows missed (none: kept)."""
        gone = {judged.row.name: judged.missed_by for judged in self.rows}
        return {m.name: [row for row, names in gone.items() if m.name in names] for m in self.ensemble.members}

    @property
    def kept(self) -> Ensemble | None:
        """The ensemble of those that keep the slopes; None if nobody does."""
        missed = self.missed
        members = tuple(member for member in self.ensemble.members if not missed[member.name])
        source = "; ".join(filter(None, (self.ensemble.source, SOURCE)))
        return replace(self.ensemble, members=members, source=source) if members else None


def sieve(ensemble: Ensemble, asked: Asked, play: Player, rows: Sequence[Published], common: int = 1) -> Sieve:
    """Judge the members of an ensemble by some rows.

    Args:
        ensemble: the members.
        asked: scenario, size and the pairs of the reference.
        play: lives the runs, one change after the other.
        rows: rows that decide.
        common: pairs of every member, the first of those asked.
    """
    rank = reference_of(ensemble)
    few = len(ensemble.members) < FEWEST
    each = replace(asked, replications=asked.replications if few else min(common, asked.replications))
    own = [replace(each, parameters=dict(member.parameters)) for member in ensemble.members]
    own[rank] = replace(own[rank], replications=asked.replications)
    judged: list[Judged] = []
    for change in dict.fromkeys(row.of for row in rows):
        lives = [found[change] for found in play.several(own, [change])]
        mine = [row for row in rows if row.of == change]
        judged += [alone(row, ensemble, lives) if few else together(row, ensemble, lives, each) for row in mine]
    return Sieve(ensemble, tuple(judged), ensemble.members[rank].name, each.replications, asked.replications)


def reference_of(ensemble: Ensemble) -> int:
    """Return the rank of the member that is played with all pairs: the shipped set, or the first."""
    names = [member.name for member in ensemble.members]
    return names.index(REFERENCE) if REFERENCE in names else 0


def together(row: Published, ensemble: Ensemble, lives: Sequence[Pairs], each: Asked) -> Judged:
    """Judge all members by one row: all have lived the common pairs, the reference all of its own."""
    rank, reading = reference_of(ensemble), READINGS[row.reads]
    common = np.array([reading(pairs[: each.replications]).mean for pairs in lives], np.float64)
    names = [member.name for member in ensemble.members]
    return judge(row, names, points(ensemble), common, rank, reading(lives[rank]))


def alone(row: Published, ensemble: Ensemble, lives: Sequence[Pairs]) -> Judged:
    """Judge each member by its own pairs."""
    effects: dict[str, Interval] = {
        member.name: outcomes([row], {row.of: pairs})[0].reached
        for member, pairs in zip(ensemble.members, lives, strict=True)
    }
    reference = effects[ensemble.members[reference_of(ensemble)].name]
    spread = float(np.std([effect.mean for effect in effects.values()]))
    return Judged(row, reference, effects, float("nan"), spread, len(effects), True)


def points(ensemble: Ensemble) -> NDArray[np.float64]:
    """Return members × parameters; a number that a member does not give is that of the reference year."""
    known = load_parameters(ensemble.year)
    names = sorted({name for member in ensemble.members for name in member.parameters})
    return np.array([[m.parameters.get(n, known[n]) for n in names] for m in ensemble.members], np.float64)
