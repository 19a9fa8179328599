"""Members of an ensemble that answer changes wrongly are dropped, even if they reach every level.

Only rows that decide are looked at: slopes that parameters move. A slope that the structure alone makes (or misses)
would drop all members or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.responses.enact import Asked, Player
from cpts_sim.experiment.responses.outcome import misses, outcomes
from cpts_sim.experiment.responses.published import Published, chosen


def missed_slopes(member: Choice, asked: Asked, play: Player, rows: Sequence[Published] | None = None) -> list[str]:
    """Return the deciding rows that a member misses: its whole interval is outside the band.

    Changes are played one after the other; the first that is missed decides, the others are not played.

    Args:
        member: a set of parameters.
        asked: scenario, size and pairs.
        play: lives the runs.
        rows: rows looked at (default: all that decide).
    """
    looked_at = chosen((), deciding=True) if rows is None else tuple(rows)
    own = replace(asked, parameters=dict(member.parameters))
    for change in dict.fromkeys(row.of for row in looked_at):
        mine = tuple(row for row in looked_at if row.of == change)
        missed = [one.published.name for one in misses(outcomes(mine, play(own, [change])))]
        if missed:
            return missed
    return []


def keeps_slopes(member: Choice, asked: Asked, play: Player, rows: Sequence[Published] | None = None) -> bool:
    """Tell whether a member answers every deciding change as published, as far as its intervals tell."""
    return not missed_slopes(member, asked, play, rows)


def without_wrong_slopes(
    ensemble: Ensemble, asked: Asked, play: Player, rows: Sequence[Published] | None = None,
    told: Callable[[Choice, list[str]], None] = lambda member, missed: None,
) -> tuple[Ensemble | None, dict[str, list[str]]]:  # fmt: skip
    """Return the ensemble of those that keep the slopes (None if nobody does), and what each member misses."""
    missed: dict[str, list[str]] = {}
    for member in ensemble.members:
        missed[member.name] = missed_slopes(member, asked, play, rows)
        told(member, missed[member.name])
    kept = tuple(member for member in ensemble.members if not missed[member.name])
    return (replace(ensemble, members=kept) if kept else None), missed
