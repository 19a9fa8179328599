"""Exhaustion of the GPs who were there at day 0, leavers included.

Looking only at those still present would make an arm that drives people away look healthy. The cohort is
therefore fixed at day 0. A GP who has left keeps the last score answered; the share "exhausted or gone"
needs no such rule. A GP whose practice a successor took over has left: the newcomer is another person.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import Career, Member, Profession, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.tables import cohort

HIGH_EE, HIGH_DP, LOW_PA = 27.0, 10.0, 33.0
"""Maslach cut-offs: EE ≥ 27, DP ≥ 10, PA ≤ 33 (care.md B12)."""
WINDOW_WEEKS = 13
"""Levels are means over the last quarter (over the whole horizon when it is shorter)."""
_MEMBERS = len(Member)
_HELD = ("ee", "dp", "pa", "here", "sick", "member")


@measure(
    "burnout",
    reads=("week", "career"),
    indicators=(
        Indicator("burnout.ee", "points", "lower", "Maslach EE 0 to 54, mean of the day-0 cohort: 20 to 22"),
        Indicator("burnout.ee_sd", "points", "none", "SD of EE between GPs: 11"),
        Indicator("burnout.dp", "points", "lower", "Maslach DP 0 to 30"),
        Indicator("burnout.pa", "points", "higher", "Maslach PA 0 to 48"),
        Indicator("burnout.high_ee", "share", "lower", "EE ≥ 27 among those present: 26 to 32 %"),
        Indicator(
            "burnout.any", "share", "lower", "EE ≥ 27 or DP ≥ 10 or PA ≤ 33 among those present: 43 to 48 %"
        ),
        Indicator("burnout.all", "share", "lower", "all three among those present: 4 to 6 %"),
        Indicator(
            "burnout.exhausted_or_gone", "share", "lower", "day-0 cohort: EE ≥ 27, on sick leave, or left"
        ),
        Indicator("burnout.left", "share", "lower", "day-0 cohort: left for any reason"),
        Indicator("burnout.sick", "share", "lower", "weeks of sick leave"),
        Indicator("burnout.gp_ee", "points", "lower", "one GP's EE; used to compare members and non-members"),
        Indicator(
            "burnout.by_member", "points", "lower", "same GPs in both arms, by their place in the second"
        ),
        Indicator("burnout.gp_member", "rank", "none", "one GP's place in the CPTS: 0 none to 3 leader"),
    ),
)
class Burnout:
    """Weekly questionnaires of the day-0 cohort of GPs."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Keep each cohort member's answers by week."""
        rows = chunk["week"]
        mine = cohort(tables)
        size = (len(mine),)
        row = np.clip(rows["row"], 0, len(mine) - 1)
        inside = (
            (rows["profession"] == Profession.GP) & (rows["row"] >= 0) & (rows["row"] < len(mine)) & mine[row]
        )
        week = np.where(inside, week_of(rows["at"]), -1)
        here = np.where(rows["status"] == Work.LEFT, -1, week)
        ee, dp, pa = (np.asarray(rows[name], np.float64) for name in ("ee", "dp", "pa"))
        for name, score in (("ee", ee), ("dp", dp), ("pa", pa)):
            tally.add(name, np.where(np.isfinite(ee), here, -1), (row,), size, score, POINTS)
        tally.add("told", week)
        tally.add("here", np.where(np.isfinite(ee), here, -1), (row,), size)
        tally.add("sick", np.where(rows["status"] == Work.SICK, week, -1), (row,), size)
        tally.add("member", week, (row,), size, rows["member"])
        careers = chunk["career"]
        gone = (careers["profession"] == Profession.GP) & (careers["event"] == Career.SUCCEEDED)
        gone &= (careers["row"] < len(mine)) & mine[np.clip(careers["row"], 0, len(mine) - 1)]
        tally.add("succeeded", np.where(gone, week_of(careers["at"]), -1), (careers["row"],), size)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return levels of the last quarter, the weekly course, and each GP's own level."""
        mine = cohort(tables)
        told = np.flatnonzero(tally.get("told", horizon.weeks))
        if not len(told) or not mine.any():
            return
        held = {n: tally.get(n, horizon.weeks, (len(mine),))[told][:, mine] for n in _HELD}
        gone = np.cumsum(tally.get("succeeded", horizon.weeks, (len(mine),)), axis=0)[told][:, mine] > 0
        here, sick = (held["here"] > 0) & ~gone, (held["sick"] > 0) & ~gone
        scores = {
            n: _carried(held[n] / POINTS / np.maximum(held["here"], 1), here) for n in ("ee", "dp", "pa")
        }
        last = slice(-WINDOW_WEEKS, None)
        yield from _levels({n: s[last] for n, s in scores.items()}, here[last], sick[last], -1)
        for rank, week in enumerate(told):
            part = slice(rank, rank + 1)
            rows = _levels({n: s[part] for n, s in scores.items()}, here[part], sick[part], int(week))
            yield from (row for row in rows if row.indicator in ("burnout.ee", "burnout.high_ee"))
        place = np.where(gone, 0, held["member"]).max(axis=0)  # ever: who gave up active work stays among the active
        for rank, gp in enumerate(np.flatnonzero(mine)):
            yield Row("burnout.gp_ee", "gp", f"{gp:06d}", -1, _mean(scores["ee"][last, rank]))
            yield Row("burnout.gp_member", "gp", f"{gp:06d}", -1, float(min(place[rank], _MEMBERS - 1)))


def _carried(scores: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Repeat the last score answered where a GP is no longer there; nan before the first answer."""
    weeks = np.arange(len(scores))[:, None]
    last = np.maximum.accumulate(np.where(here, weeks, -1), axis=0)
    held = np.take_along_axis(scores, np.maximum(last, 0), axis=0)
    return np.where(last >= 0, held, np.nan)


def _levels(scores: dict[str, np.ndarray], here: np.ndarray, sick: np.ndarray, week: int) -> Iterator[Row]:
    """Yield the levels of a few weeks: means over the cohort, prevalences among those present."""
    ee, dp, pa = scores["ee"], scores["dp"], scores["pa"]
    tired, far, low = ee >= HIGH_EE, dp >= HIGH_DP, pa <= LOW_PA
    present = here.sum()
    values = {
        "ee": _mean(ee), "dp": _mean(dp), "pa": _mean(pa), "ee_sd": _spread(ee),
        "high_ee": float(ratio((tired & here).sum(), present)),
        "any": float(ratio(((tired | far | low) & here).sum(), present)),
        "all": float(ratio((tired & far & low & here).sum(), present)),
        "exhausted_or_gone": float(ratio((tired | sick | ~here).sum(), here.size)),
        "left": float(ratio((~here[-1:]).sum(), here[-1:].size)),
        "sick": float(ratio(sick.sum(), here.size)),
    }  # fmt: skip
    yield from (Row(f"burnout.{name}", "", "", week, value) for name, value in values.items())


def _mean(scores: np.ndarray) -> float:
    known = np.isfinite(scores)
    return float(ratio(scores[known].sum(), known.sum()))


def _spread(scores: np.ndarray) -> float:
    """Return the standard deviation between GPs, mean of the weeks."""
    rows = [row[np.isfinite(row)] for row in scores]
    spreads = [float(row.std(ddof=1)) for row in rows if len(row) > 1]
    return float(np.mean(spreads)) if spreads else float("nan")
