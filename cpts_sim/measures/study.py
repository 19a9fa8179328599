"""Who is at risk, as a cross-sectional study would find it: each GP asked about the usual week and burnout.

Hours are the GP's own mean of the weeks worked, acts a day the mean of a week worked by the days of the week; the
answers are those of the last quarter. What a study finds is causation, selection and feedback together: the ratios
are outcomes, no parameter holds them. The model can tell the three apart, in points of EE between two groups:

* *selection*: how far apart the groups stood at rest on day 0, grouped by their first quarter;
* *causation*: what work has added since, residue included, in the same groups;
* *feedback*: what changes when the same GPs are grouped by the whole horizon (exhaustion shortens weeks);
* *chance*: life outside the model, and the ends of the scale.

They sum to the difference between the groups as a study would form them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Career, Member, Profession, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, week_of
from cpts_sim.measures.burnout import WINDOW_WEEKS
from cpts_sim.measures.supply import LONG_WEEK_H
from cpts_sim.measures.tables import cohort
from cpts_sim.measures.wellbeing import Columns, definitions, hours_of

Array = NDArray[np.float64]

FULL_DAY_ACTS, SENIOR_AGE = 28.0, 55.0
"""More than 28 patients a day (B15), aged 55 or more."""

SEVERITIES = ("low", "moderate", "severe", "high_ee")
"""One, two, three dimensions abnormal (B2's words), and high EE alone."""
LEVELS = {
    "hours": ("up_to_50", "over_50"), "acts": ("up_to_28", "over_28"), "practice": ("solo", "group"),
    "age": ("under_55", "from_55"), "sex": ("men", "women"), "member": tuple(m.name.lower() for m in Member),
}  # fmt: skip
"""What GPs are told apart by, and its levels, the one compared with first."""


SPLIT = ("selection", "causation", "feedback", "chance")
"""What a difference between two groups is the sum of."""
SPLIT_TRAITS = ("hours", "acts", "practice")
FIRST_WEEKS = 13
"""Weeks from day 0 by which GPs are grouped before exhaustion can have moved them."""


@measure(
    "wellbeing_study",
    reads=("week", "career"),
    indicators=(
        Indicator("study.gps", "people", "none", "GPs of the day-0 cohort who are there in the last quarter"),
        Indicator("study.burnt", "people", "lower", "of them, expected number with that burnout (B2)"),
        Indicator("study.split", "points", "none", "difference of true EE with the group compared with, and its parts"),
        Indicator("study.leaves", "people", "lower", "of them, expected early exits and long sick leaves a year"),
    ),
)
class Study:
    """Weeks of the day-0 cohort of GPs."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Sum hours, acts and answers by GP, until somebody else takes the practice over."""
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
        for name in _PARTS:
            tally.add(name, there, row, size, rows[name], POINTS)
        tally.add("leaves", there, row, size, rows["exit_chance"] + rows["sick_chance"], POINTS * POINTS)

        told = chunk["career"]
        gone = (told["profession"] == Profession.GP) & (told["event"] == Career.SUCCEEDED)
        tally.add("succeeded", np.where(gone, week_of(told["at"]), -1), (told["row"],), size)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return, trait by trait, how many GPs there are and how many are burnt out."""
        mine = cohort(tables)
        names = ("worked", "hours", "acts", "there", "member", "leaves", *SEVERITIES, *_PARTS)
        scale = {"hours": POINTS, "leaves": POINTS * POINTS, **dict.fromkeys(_PARTS, POINTS)}
        held = {n: tally.get(n, horizon.weeks, (len(mine),), scale.get(n, 1))[:, mine] for n in names}
        still = np.cumsum(tally.get("succeeded", horizon.weeks, (len(mine),))[:, mine], axis=0) == 0
        held = {n: array * still for n, array in held.items()}
        last = {n: array[-WINDOW_WEEKS:].sum(axis=0) for n, array in held.items()}
        whole = {n: array.sum(axis=0) for n, array in held.items()}
        known = (last["there"] > 0) & (whole["worked"] > 0)
        if not known.any():
            return
        burnt = {n: last[n] / np.maximum(last["there"], 1) for n in SEVERITIES}
        leaves = whole["leaves"] / np.maximum(whole["there"], 1) * 52.0
        levels = _traits(whole, last, tables, mine)
        first = {n: array[:FIRST_WEEKS].sum(axis=0) for n, array in held.items()}
        yield from _splits(last, known, levels, _traits(first, last, tables, mine), first["worked"] > 0)
        for trait, level in levels.items():
            for rank, name in enumerate(LEVELS[trait]):
                part = known & (level == rank)
                yield Row("study.gps", f"study_{trait}", name, -1, float(part.sum()))
                yield Row("study.leaves", f"study_{trait}", name, -1, float(leaves[part].sum()))
                for severity in SEVERITIES:
                    group = f"{name}.{severity}"
                    yield Row("study.burnt", f"study_{trait}_burnt", group, -1, float(burnt[severity][part].sum()))


_PARTS = ("ee_true", "home", "rise", "scar")


def _splits(
    last: dict[str, Array], known: NDArray[np.bool_], levels: dict[str, NDArray[np.int64]],
    at_first: dict[str, NDArray[np.int64]], grouped: NDArray[np.bool_],
) -> Iterator[Row]:  # fmt: skip
    """Return the difference of true EE between the groups of a trait and its parts, points."""
    means = {name: last[name] / np.maximum(last["there"], 1) for name in _PARTS}
    kept = known & grouped
    for trait in SPLIT_TRAITS:
        now, before = levels[trait], at_first[trait]
        total = _gap(means["ee_true"], now, kept)
        same = _gap(means["ee_true"], before, kept)
        selection = _gap(means["home"], before, kept)
        causation = _gap(means["rise"] + means["scar"], before, kept)
        parts = dict(zip(SPLIT, (selection, causation, total - same, same - selection - causation), strict=True))
        for name, points in {**parts, "total": total}.items():
            yield Row("study.split", f"study_{trait}_split", f"{LEVELS[trait][1]}.{name}", -1, points)


def _gap(points: Array, level: NDArray[np.int64], kept: NDArray[np.bool_]) -> float:
    """Return the mean of the second level less that of the first, nan where one of them is empty."""
    one, other = points[kept & (level == 1)], points[kept & (level == 0)]
    return float(one.mean() - other.mean()) if len(one) and len(other) else float("nan")


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
