"""Who is at risk, as a cross-sectional study would find it: each GP asked about the usual week and burnout.

Hours are the GP's own mean of the weeks worked, acts a day the mean of a week worked by the days of the week; the
answers are those of the last quarter. What a study finds is causation, selection and feedback together: the ratios
are outcomes, no parameter holds them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Member, Profession, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, week_of
from cpts_sim.measures.burnout import WINDOW_WEEKS
from cpts_sim.measures.tables import cohort
from cpts_sim.measures.wellbeing import Columns, definitions, hours_of

Array = NDArray[np.float64]

LONG_WEEK_H, FULL_DAY_ACTS, SENIOR_AGE = 50.0, 28.0, 55.0
"""More than 50 h a week (B14), more than 28 patients a day (B15), aged 55 or more."""

SEVERITIES = ("low", "moderate", "severe", "high_ee")
"""One, two, three dimensions abnormal (B2's words), and high EE alone."""
LEVELS = {
    "hours": ("up_to_50", "over_50"), "acts": ("up_to_28", "over_28"), "practice": ("solo", "group"),
    "age": ("under_55", "from_55"), "sex": ("men", "women"), "member": tuple(m.name.lower() for m in Member),
}  # fmt: skip
"""What GPs are told apart by, and its levels, the one compared with first."""


@measure(
    "wellbeing_study",
    reads=("week",),
    indicators=(
        Indicator("study.gps", "people", "none", "GPs of the day-0 cohort who are there in the last quarter"),
        Indicator("study.burnt", "people", "lower", "of them, expected number with that burnout (B2)"),
        Indicator("study.leaves", "people", "lower", "of them, expected early exits and long sick leaves a year"),
    ),
)
class Study:
    """Weeks of the day-0 cohort of GPs."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum hours, acts and answers by GP."""
        rows = chunk["week"]
        size = (len(cohort(tables)),)
        week = np.where(rows["profession"] == Profession.GP, week_of(rows["at"]), -1)
        row = (rows["row"],)
        worked = np.where(rows["status"] == Work.WORKING, week, -1)
        there = np.where((rows["status"] != Work.LEFT) & np.isfinite(rows["ee"]), week, -1)
        tally.add("worked", worked, row, size)
        tally.add("hours", worked, row, size, hours_of(rows), POINTS)
        tally.add("acts", worked, row, size, rows["acts"])
        tally.add("there", there, row, size)
        tally.add("member", there, row, size, rows["member"])
        for rank, flags in enumerate(_severities(rows)):
            tally.add(SEVERITIES[rank], there, row, size, flags)
        tally.add("leaves", there, row, size, rows["exit_chance"] + rows["sick_chance"], POINTS * POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return, trait by trait, how many GPs there are and how many are burnt out."""
        mine = cohort(tables)
        names = ("worked", "hours", "acts", "there", "member", "leaves", *SEVERITIES)
        scale = {"hours": POINTS, "leaves": POINTS * POINTS}
        held = {n: tally.get(n, horizon.weeks, (len(mine),), scale.get(n, 1))[:, mine] for n in names}
        last = {n: array[-WINDOW_WEEKS:].sum(axis=0) for n, array in held.items()}
        whole = {n: array.sum(axis=0) for n, array in held.items()}
        known = (last["there"] > 0) & (whole["worked"] > 0)
        if not known.any():
            return
        burnt = {n: last[n] / np.maximum(last["there"], 1) for n in SEVERITIES}
        leaves = whole["leaves"] / np.maximum(whole["there"], 1) * 52.0
        for trait, level in _traits(whole, last, tables, mine).items():
            for rank, name in enumerate(LEVELS[trait]):
                part = known & (level == rank)
                yield Row("study.gps", f"study_{trait}", name, -1, float(part.sum()))
                yield Row("study.leaves", f"study_{trait}", name, -1, float(leaves[part].sum()))
                for severity in SEVERITIES:
                    group = f"{name}.{severity}"
                    yield Row("study.burnt", f"study_{trait}_burnt", group, -1, float(burnt[severity][part].sum()))


def _severities(rows: Columns) -> NDArray[np.bool_]:
    flags = definitions(rows["ee"], rows["dp"], rows["pa"])
    count = flags[:3].sum(axis=0)
    return np.array([count == 1, count == 2, count == 3, flags[0]])


def _traits(
    whole: dict[str, Array], last: dict[str, Array], tables: Tables, mine: NDArray[np.bool_]
) -> dict[str, NDArray[np.int64]]:
    """Return the level of each GP in each trait."""
    gps = tables["gps"]
    weeks = np.maximum(whole["worked"], 1)
    days = np.maximum(np.asarray(gps["half_days"], np.float64)[mine] / 2.0, 0.5)
    found = {
        "hours": whole["hours"] / weeks > LONG_WEEK_H, "acts": whole["acts"] / weeks / days > FULL_DAY_ACTS,
        "practice": gps["practice_type"][mine] > 0, "age": gps["age"][mine] >= SENIOR_AGE, "sex": gps["sex"][mine],
        "member": np.rint(last["member"] / np.maximum(last["there"], 1)),
    }  # fmt: skip
    return {name: np.asarray(level).astype(np.int64) for name, level in found.items()}
