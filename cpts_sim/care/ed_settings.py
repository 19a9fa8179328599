"""What an emergency department does with a visit: durations, outcomes, patience, rosters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.shapes import Floats, Shapes
from cpts_sim.evidence import Parameters

HOURS_A_WEEK = 168
OLDEST = 120
"""Ages above are counted as this one in every table by year of age."""

LAWS = ("doctor_time", "home", "ward", "short_stay", "patience", "boarding")
"""Unit laws of a department, in the order of their numbers in :attr:`EdSettings.shapes`."""

Counts = NDArray[np.int64]


def by_year_of_age(starts: Floats, values: Floats) -> Floats:
    """Spread values of age classes over single years 0..OLDEST.

    Args:
        starts: first age of each class, shape (k,); the first is 0.
        values: one value (or row) per class, shape (k, ...).

    Returns:
        Shape (OLDEST + 1, ...); a class that starts within a year of age counts for the months it covers.
    """
    halves = np.searchsorted(starts, np.arange(2 * (OLDEST + 1)) / 2.0, side="right") - 1
    spread = values[halves]
    return np.asarray((spread[0::2] + spread[1::2]) / 2.0)


def odds_of(share: Floats) -> Floats:
    """Return share / (1 - share)."""
    return share / (1.0 - share)


def share_of(odds: Floats) -> Floats:
    """Return odds / (1 + odds)."""
    return odds / (1.0 + odds)


@dataclass(frozen=True)
class EdSettings:
    """Parameters of the departments, as tables ready to be indexed.

    Attributes:
        priority: rank in the queue by level, 0 served first, shape (6,); index 0 is unused.
        doctor_min: mean minutes of doctor by level, shape (6,).
        after_min: mean minutes after the doctor by outcome (home, ward, short stay) and level, shape (3, 6).
        boarding_min: mean minutes of boarding by single year of age, shape (OLDEST + 1,).
        short_stay_min: mean minutes in the short-stay unit.
        patience_min: mean minutes a person waits by level, infinity for never, shape (6,).
        admit_share: probability of admission by age and level, shape (OLDEST + 1, 6).
        short_stay_share: share of admissions that go to the short-stay unit.
        shapes: unit laws numbered as :data:`LAWS`.
        doctor_use: wanted share of doctors' time spent on patients, in a department of ordinary size.
        ordinary_visits: visits a day of a department of ordinary size.
        doctor_shape: doctors by hour relative to the mean of the day, shape (24,).
        boxes_per_daily_visit: places per visit a day; infinity for no limit.
        service: ``"table"`` (France), or ``"exponential"``: one exponential service of ``doctor_min`` and
            nothing else (theory and bench).
    """

    priority: Counts
    doctor_min: Floats
    after_min: Floats
    boarding_min: Floats
    short_stay_min: float
    patience_min: Floats
    admit_share: Floats
    short_stay_share: float
    shapes: Shapes
    doctor_use: float
    ordinary_visits: float
    doctor_shape: Floats
    boxes_per_daily_visit: float
    service: str = "table"

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> EdSettings:
        """Read ``hospital.*``."""
        p = parameters
        patience = _by_level(p.array("hospital.patience_min_by_level"))
        return cls(
            priority=_by_level(p.array("hospital.ed_priority_by_level")).astype(np.int64),
            doctor_min=_by_level(p.array("hospital.doctor_min_by_level")),
            after_min=_after(p),
            boarding_min=_boarding(p),
            short_stay_min=p["hospital.short_stay_min"],
            patience_min=np.where(patience > 0, patience, np.inf),
            admit_share=_admit_share(p),
            short_stay_share=p["hospital.short_stay_share"],
            shapes=Shapes.read(p, LAWS),
            doctor_use=p["hospital.ed_doctor_use"],
            ordinary_visits=p["hospital.ed_visits_per_day"],
            doctor_shape=p.array("hospital.ed_doctor_shape"),
            boxes_per_daily_visit=p["hospital.ed_boxes_per_daily_visit"],
        )

    @classmethod
    def plain(cls, mean_service_min: float, ranks: int = 2) -> EdSettings:
        """Return the degenerate department: exponential service, no boxes, nobody leaves or is admitted.

        Args:
            mean_service_min: mean of the service.
            ranks: number of priorities; a visit of level ``ranks`` is served before one of level 1.
        """
        level = np.arange(6)
        none = np.zeros((OLDEST + 1, 6))
        return cls(
            priority=np.maximum(ranks - level, 0),
            doctor_min=np.full(6, float(mean_service_min)),
            after_min=np.zeros((3, 6)),
            boarding_min=np.zeros(OLDEST + 1),
            short_stay_min=0.0,
            patience_min=np.full(6, np.inf),
            admit_share=none,
            short_stay_share=0.0,
            shapes=Shapes([0.0, 1.0], np.ones((len(LAWS), 2))),
            doctor_use=1.0,
            ordinary_visits=81.0,
            doctor_shape=np.ones(24),
            boxes_per_daily_visit=np.inf,
            service="exponential",
        )


def _by_level(values: Floats) -> Floats:
    """Put a useless entry in front, so that tables are indexed by level 1..5."""
    return np.concatenate([values[:1], values])


def _after(p: Parameters) -> Floats:
    factor = p["hospital.process_factor"]
    home = _by_level(p.array("hospital.home_after_min_by_level")) * factor
    ward = np.full(6, p["hospital.ward_after_min"] * factor)
    return np.stack([home, ward, ward])


def _boarding(p: Parameters) -> Floats:
    mean = np.full(OLDEST + 1, p["hospital.boarding_min"])
    mean[75:] *= p["hospital.boarding_factor_75"]
    return mean


def _admit_share(p: Parameters) -> Floats:
    level = odds_of(_by_level(p.array("hospital.admit_share_by_level"))) * p["hospital.admit_odds_of_year"]
    age = by_year_of_age(p.array("hospital.age_from"), p.array("hospital.admit_odds_by_age"))
    return share_of(age[:, None] * level[None, :])


def roster(settings: EdSettings, visits_per_day: float, mean_doctor_min: float) -> Counts:
    """Return doctors on duty by hour of the day for a department, shape (24,), at least one.

    Each hour has the doctors that its visits keep busy and a reserve that grows with the square root of their number,
    so that people wait alike in small and large departments; the one doctor of a quiet night is on top, not taken from
    the day. The reserve is the one that gives a department of ordinary size the wanted use. Hours are made whole by
    largest remainder, so that rounding changes no total.

    Args:
        settings: parameters.
        visits_per_day: visits of the department.
        mean_doctor_min: minutes of doctor an average visit takes.
    """
    reserve = _reserve(settings, mean_doctor_min)
    wanted = _on_duty(settings, visits_per_day * mean_doctor_min / 60.0, reserve)
    doctors = np.floor(wanted).astype(np.int64)
    missing = int(wanted.sum() + 0.5) - int(doctors.sum())
    if missing > 0:
        doctors[np.argsort(doctors - wanted, kind="stable")[:missing]] += 1
    return doctors


def _on_duty(settings: EdSettings, busy_hours: float, reserve: float) -> Floats:
    """Return the doctors wanted by hour of the day, for so many hours of doctor a day."""
    busy = settings.doctor_shape * busy_hours / settings.doctor_shape.sum()
    wanted: Floats = np.maximum(busy + reserve * np.sqrt(busy), 1.0)
    return wanted


def _reserve(settings: EdSettings, mean_doctor_min: float) -> float:
    """Return the reserve, per square root of busy doctors, at which an ordinary department has the wanted use."""
    busy_hours = settings.ordinary_visits * mean_doctor_min / 60.0
    wanted = busy_hours / settings.doctor_use
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _on_duty(settings, busy_hours, middle).sum() < wanted:
            low = middle
        else:
            high = middle
    return low
