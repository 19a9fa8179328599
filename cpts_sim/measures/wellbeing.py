"""Hours, exhaustion and its reasons, by profession and kind of practice.

Scores are the answers that a questionnaire would get (noise included), as studies see them; the reasons are the
weekly drive of the model, factor by factor. Levels are those of the last quarter, hours and drive those of the
whole horizon. Pharmacists and nurses have no French target: their levels are priors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.events import LEDGER_LINES, STRAIN_FACTORS, Profession, Work
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, ratio, week_of
from cpts_sim.measures.burnout import HIGH_DP, HIGH_EE, LOW_PA, WINDOW_WEEKS
from cpts_sim.measures.histogram import quantile, whole_quantile

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

GROUPS: dict[Profession, tuple[str, ...]] = {
    Profession.GP: ("solo", "group", "msp", "centre"),
    Profession.NURSE: ("alone", "associated", "salaried"),
    Profession.PHARMACIST: ("pharmacy",),
    Profession.ED_STAFF: ("doctor", "nurse"),
}
"""Kinds of practice of each profession, in the order of the journal's column ``group``."""

DEFINITIONS = (
    "high_ee", "high_dp", "low_pa", "any_dimension", "ee_or_dp", "ee_and_dp", "two_dimensions", "all_three",
)  # fmt: skip
"""Usual definitions of burnout (Maslach cut-offs EE ≥ 27, DP ≥ 10, PA ≤ 33)."""

PARTS = ("home", "life", "rise", "scar")
"""What EE is the sum of: rest in the habitual week, life outside the model, what work has added, residue."""

EE_STEP, HOURS_STEP = 6, 5
"""Widths of the classes of the distributions: points of EE, hours a week."""
_EE_TOP, _HOURS_TOP = 54, 90
_WHO = (len(Profession), max(len(groups) for groups in GROUPS.values()))


def definitions(ee: ArrayLike, dp: ArrayLike, pa: ArrayLike) -> NDArray[np.bool_]:
    """Return who is burnt out under each of :data:`DEFINITIONS`, shape (8, n)."""
    tired, far, low = np.asarray(ee) >= HIGH_EE, np.asarray(dp) >= HIGH_DP, np.asarray(pa) <= LOW_PA
    count = tired.astype(np.int8) + far + low
    return np.array([tired, far, low, count >= 1, tired | far, tired & far, count >= 2, count == 3])


def hours_of(rows: Columns) -> Array:
    """Return the hours of each week, all lines of the ledger."""
    minutes = sum((np.asarray(rows[line], np.float64) for line in LEDGER_LINES), np.zeros(len(rows["at"])))
    hours: Array = minutes / 60.0
    return hours


@measure(
    "wellbeing",
    reads=("week",),
    indicators=(
        Indicator("wellbeing.professionals", "people", "none", "mean number present, last quarter"),
        Indicator("wellbeing.hours", "hours_week", "none", "weeks worked; GPs 54 h (P6)"),
        Indicator("wellbeing.hours_p10", "hours_week", "none"),
        Indicator("wellbeing.hours_p90", "hours_week", "none"),
        Indicator("wellbeing.hours_class", "share", "none", "share of the weeks worked, classes of 5 h"),
        Indicator("wellbeing.ee", "points", "lower", "GPs 20 to 22, ED staff 16; nurses, pharmacists: priors"),
        Indicator("wellbeing.ee_spread", "points", "none", "SD of the answers: GPs 11 (B12, B13)"),
        Indicator("wellbeing.ee_p10", "points", "none"),
        Indicator("wellbeing.ee_p90", "points", "none"),
        Indicator("wellbeing.ee_class", "share", "none", "share of the answers, classes of 6 points"),
        Indicator("wellbeing.prevalence", "share", "lower", "one usual definition; GPs B2, ED staff B8"),
        Indicator("wellbeing.drive", "points", "lower", "EE points that a lasting week like these would add"),
        Indicator("wellbeing.part", "points", "none", "one part of EE: home, life, rise, scar"),
    ),
)
class Wellbeing:
    """Weeks from day 0 on of all who are there."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count answers, hours and reasons by profession and kind of practice."""
        rows = chunk["week"]
        week = week_of(rows["at"])
        who = (rows["profession"], rows["group"])
        there = np.where((rows["status"] != Work.LEFT) & np.isfinite(rows["ee"]), week, -1)
        scores = [np.asarray(rows[name], np.float64) for name in ("ee", "dp", "pa")]
        tally.add("people", there, who, _WHO)
        tally.add("ee_square", there, who, _WHO, scores[0] * scores[0])
        classes = np.clip(np.nan_to_num(scores[0]), 0, _EE_TOP).astype(int)
        tally.add("ee_bins", there, (*who, classes), (*_WHO, _EE_TOP + 1))
        for rank, flags in enumerate(definitions(*scores)):
            cells = (*who, np.full(len(week), rank))
            tally.add("burnt", there, cells, (*_WHO, len(DEFINITIONS)), flags)
        for name, parts in (("drive", [f"drive_{f}" for f in STRAIN_FACTORS]), ("part", list(PARTS))):
            for rank, part in enumerate(parts):
                cells = (*who, np.full(len(week), rank))
                tally.add(name, there, cells, (*_WHO, len(parts)), rows[part], POINTS)
        self._hours(tally, rows, week, who)

    def _hours(self, tally: Tally, rows: Columns, week: NDArray[np.int64], who: tuple[ArrayLike, ...]) -> None:
        worked = np.where(rows["status"] == Work.WORKING, week, -1)
        hours = hours_of(rows)
        tally.add("worked", worked, who, _WHO)
        tally.add("hours", worked, who, _WHO, hours, POINTS)
        classes = np.clip(hours, 0, _HOURS_TOP).astype(int)
        tally.add("hour_bins", worked, (*who, classes), (*_WHO, _HOURS_TOP + 1))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return distributions, prevalences and reasons of each profession and each kind of practice."""
        n = horizon.weeks
        shapes = {
            "people": (), "ee_square": (), "ee_bins": (_EE_TOP + 1,), "burnt": (len(DEFINITIONS),),
            "drive": (len(STRAIN_FACTORS),), "part": (len(PARTS),), "worked": (), "hours": (),
            "hour_bins": (_HOURS_TOP + 1,),
        }  # fmt: skip
        held = {
            name: tally.get(name, n, (*_WHO, *size), POINTS if name in ("drive", "part", "hours") else 1)
            for name, size in shapes.items()
        }
        for profession, groups in GROUPS.items():
            mine = {name: array[:, profession] for name, array in held.items()}
            whole = {name: array.sum(axis=1) for name, array in mine.items()}
            yield from _rows(whole, "profession", profession.name.lower())
            if len(groups) > 1:
                for rank, group in enumerate(groups):
                    part = {name: array[:, rank] for name, array in mine.items()}
                    yield from _rows(part, "practice", f"{profession.name.lower()}.{group}")


def _rows(held: dict[str, Array], by: str, who: str) -> Iterator[Row]:
    """Return the numbers of one part of the professionals, if there is anybody."""
    last = {name: array[-WINDOW_WEEKS:].sum(axis=0) for name, array in held.items()}
    whole = {name: array.sum(axis=0) for name, array in held.items()}
    if not whole["people"]:
        return
    lived = (held["people"][-WINDOW_WEEKS:] > 0).sum()
    yield Row("wellbeing.professionals", by, who, -1, float(ratio(last["people"], lived)))
    yield from _hours_rows(whole, by, who)
    yield from _ee_rows(last, by, who)
    for name, labels, sums in (("drive", STRAIN_FACTORS, whole), ("part", PARTS, last)):
        values = ratio(sums[name], sums["people"])
        if name == "drive":
            yield Row("wellbeing.drive", by, who, -1, float(values.sum()))
        for label, value in zip(labels, values, strict=True):
            yield Row(f"wellbeing.{name}", f"{by}_{name}", f"{who}.{label}", -1, float(value))


def _hours_rows(held: dict[str, Array], by: str, who: str) -> Iterator[Row]:
    yield Row("wellbeing.hours", by, who, -1, float(ratio(held["hours"], held["worked"])))
    for mark, level in (("p10", 0.1), ("p90", 0.9)):
        edges = np.arange(_HOURS_TOP + 2.0)
        yield Row(f"wellbeing.hours_{mark}", by, who, -1, quantile(held["hour_bins"], edges, level))
    yield from _classes("hours", held["hour_bins"], HOURS_STEP, by, who)


def _ee_rows(held: dict[str, Array], by: str, who: str) -> Iterator[Row]:
    counts, count = held["ee_bins"], held["people"]
    mean = float(ratio((counts * np.arange(len(counts))).sum(), count))
    yield Row("wellbeing.ee", by, who, -1, mean)
    spread = float(ratio(held["ee_square"], count)) - mean * mean
    yield Row("wellbeing.ee_spread", by, who, -1, float(np.sqrt(max(spread, 0.0))))
    for mark, level in (("p10", 0.1), ("p90", 0.9)):
        yield Row(f"wellbeing.ee_{mark}", by, who, -1, whole_quantile(counts, level))
    yield from _classes("ee", counts, EE_STEP, by, who)
    for name, value in zip(DEFINITIONS, ratio(held["burnt"], count), strict=True):
        yield Row("wellbeing.prevalence", f"{by}_definition", f"{who}.{name}", -1, float(value))


def _classes(name: str, counts: Array, step: int, by: str, who: str) -> Iterator[Row]:
    """Return the shares of the classes of a distribution; the last class also holds what lies above it."""
    starts = np.arange(0, len(counts) - 1, step)
    shares = ratio(np.add.reduceat(counts, starts), counts.sum())
    for start, share in zip(starts, shares, strict=True):
        yield Row(f"wellbeing.{name}_class", f"{by}_class", f"{who}.{int(start):02d}", -1, float(share))
