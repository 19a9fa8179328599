"""Who needs an emergency department: rates by age, hours, roads, severity, and people from elsewhere.

Pure functions of tables and draws. Chance enters only through keys, so the same person has the same
emergencies in every arm, and outsiders are the same crowd whatever happens in the territory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ed_settings import OLDEST, EdSettings, by_year_of_age, odds_of, share_of
from cpts_sim.care.shapes import Floats
from cpts_sim.engine.draws import Draws, Keys, choose, keys_of
from cpts_sim.engine.events import Road
from cpts_sim.evidence import Parameters

DAY_MIN = 1440.0
YEAR_DAYS = 365.0
Codes = NDArray[np.int8]
Integers = NDArray[np.int64]

_POOL_PER_VISIT = 40
"""Virtual outsiders per expected visit a day: the day's count is binomial, near Poisson (variance 0.975)."""


class HourProfile:
    """Distribution of minutes over a day, constant within each hour.

    Args:
        weights: one weight per hour 0..23, any scale.
    """

    def __init__(self, weights: ArrayLike) -> None:
        weights = np.asarray(weights, dtype=np.float64)
        self._edges: Floats = np.arange(25, dtype=np.float64) * 60.0
        below: Floats = np.zeros(25)
        below[1:] = np.cumsum(weights) / weights.sum()
        below[-1] = 1.0
        self._below = below

    def below(self, minute: ArrayLike) -> Floats:
        """Return the share of a day before a minute of the day (0..1440)."""
        minute = np.asarray(minute, dtype=np.float64)
        hour = np.minimum(minute // 60.0, 23.0).astype(np.int64)
        part = (minute - self._edges[hour]) / 60.0
        return np.asarray(self._below[hour] + (self._below[hour + 1] - self._below[hour]) * part)

    def share(self, start_min: ArrayLike, end_min: ArrayLike) -> Floats:
        """Return the share of a day between two minutes of the day."""
        return self.below(end_min) - self.below(start_min)

    def minute(self, u: ArrayLike, start_min: float = 0.0, end_min: float = DAY_MIN) -> Floats:
        """Return minutes of the day drawn within [start_min, end_min) from numbers in (0, 1)."""
        low, high = float(self.below(start_min)), float(self.below(end_min))
        level = low + (high - low) * np.asarray(u, dtype=np.float64)
        hour = np.minimum(np.maximum(np.searchsorted(self._below, level, side="right") - 1, 0), 23)
        width = self._below[hour + 1] - self._below[hour]
        drawn = self._edges[hour] + 60.0 * (level - self._below[hour]) / width
        return np.asarray(np.minimum(np.maximum(drawn, start_min), np.nextafter(end_min, 0.0)))


@dataclass(frozen=True)
class EdDemand:
    """Tables of emergency need.

    Attributes:
        per_day: emergency visits per person and day by single year of age, without the spill after a failed
            search (the search produces it), shape (OLDEST + 1,).
        weekday: index by weekday, Monday first, mean 1, shape (7,).
        month: index by month, shape (12,).
        hours: profile of a day.
        road_share: direct, sent, rescue by single year of age, shape (OLDEST + 1, 3).
        level_below: cumulative shares of levels 1..5 by age and road, shape (OLDEST + 1, 5, 5).
        age_below: cumulative shares of visits by single year of age in France (for outsiders).
    """

    per_day: Floats
    weekday: Floats
    month: Floats
    hours: HourProfile
    road_share: Floats
    level_below: Floats
    age_below: Floats

    @classmethod
    def from_parameters(cls, parameters: Parameters, age_counts: ArrayLike | None = None) -> EdDemand:
        """Read ``hospital.*``.

        Args:
            parameters: parameters in force.
            age_counts: people by single year of age 0..OLDEST who live around (weights of the outsiders'
                ages); by default equal numbers up to 80 years, falling to none at 100.
        """
        p = parameters
        per_day = _rates(p)
        years = np.arange(OLDEST + 1)
        around = np.clip((100.0 - years) / 20.0, 0.0, 1.0) if age_counts is None else np.asarray(age_counts)
        weekday = p.array("hospital.ed_weekday_index")
        return cls(
            per_day=per_day,
            weekday=weekday * (7.0 / weekday.sum()),
            month=p.array("hospital.ed_month_index"),
            hours=HourProfile(p.array("hospital.ed_hour_profile")),
            road_share=_roads(p),
            level_below=_levels(p),
            age_below=np.cumsum(per_day * around),
        )

    def rate_per_day(self, age: ArrayLike) -> Floats:
        """Return emergency visits per day of people of given ages (years), all roads but spill."""
        return np.asarray(self.per_day[_capped(age)])

    def day_factor(self, weekday: int, month: int) -> float:
        """Return the factor of a day: weekday 0..6 from Monday, month 1..12."""
        return float(self.weekday[weekday] * self.month[month - 1])

    def roads(self, draws: Draws, key: Keys, what: ArrayLike, age: ArrayLike) -> Codes:
        """Draw by which road an emergency goes: DIRECT, SENT or RESCUE."""
        u = draws.uniform("ed road", key, what)
        share = self.road_share[_capped(age)]
        late = (u >= share[:, 0]).astype(np.int8) + (u >= share[:, 0] + share[:, 1])
        return np.asarray(late, dtype=np.int8)

    def levels(self, draws: Draws, key: Keys, what: ArrayLike, age: ArrayLike, road: ArrayLike) -> Codes:
        """Draw the CCMU level 1..5 of visits, given age and road."""
        below = self.level_below[_capped(age), np.asarray(road, dtype=np.int64)]
        u = draws.uniform("ed level", key, what)
        return np.asarray(1 + (u[:, None] >= below[:, :4]).sum(axis=1), dtype=np.int8)

    def mean_doctor_min(self, settings: EdSettings, age: ArrayLike, weight: ArrayLike = 1.0) -> float:
        """Return the minutes of doctor of an average visit of a population (for rosters).

        Args:
            settings: doctor minutes by level.
            age: ages of the inhabitants, years.
            weight: number of people each age stands for.
        """
        index = _capped(age)
        each = np.broadcast_to(np.asarray(weight, dtype=np.float64), index.shape)
        people = np.bincount(index, each, OLDEST + 1)
        visits = (self.per_day * people)[:, None] * self.road_share
        mass = np.diff(self.level_below[:, :3], axis=2, prepend=0.0)
        minutes = (mass * settings.doctor_min[1:]).sum(axis=2)
        return float((visits * minutes).sum() / visits.sum())


def _capped(age: ArrayLike) -> Integers:
    return np.minimum(np.maximum(np.asarray(age, dtype=np.int64), 0), OLDEST)


def _rates(p: Parameters) -> Floats:
    profile = by_year_of_age(p.array("hospital.ed_age_from"), p.array("hospital.ed_rate_per_1000_by_age"))
    wanted = p["hospital.ed_visits_per_1000"] - p["hospital.ed_spill_per_1000"]
    return profile * (wanted / p["hospital.ed_profile_level"] / 1000.0 / YEAR_DAYS)


def _roads(p: Parameters) -> Floats:
    ages = p.array("hospital.age_from")
    direct = by_year_of_age(ages, p.array("hospital.direct_share_by_age"))
    rescue = by_year_of_age(ages, p.array("hospital.rescue_share_by_age"))
    return np.stack([direct, 1.0 - direct - rescue, rescue], axis=1)


def _levels(p: Parameters) -> Floats:
    """Return cumulative shares of levels by age and road, the roads in the order of ``Road``."""
    ages, names = p.array("hospital.age_from"), [road.name.lower() for road in Road]
    severe_odds, simple_odds = (p.mapping(f"hospital.{w}_odds_by_road") for w in ("severity", "simple"))
    severe = by_year_of_age(ages, odds_of(p.array("hospital.severe_share_by_age")))
    simple = by_year_of_age(ages, odds_of(p.array("hospital.simple_share_by_age")))
    grave = share_of(severe[:, None] * np.array([severe_odds[name] for name in names]))
    light = share_of(simple[:, None] * np.array([simple_odds[name] for name in names]))
    vital, extreme = p["hospital.vital_share"], p["hospital.level5_share"]
    mass = [(1.0 - grave) * light, (1.0 - grave) * (1.0 - light), grave * (1.0 - vital),
            grave * vital * (1.0 - extreme), grave * vital * extreme]  # fmt: skip
    below = np.cumsum(np.stack(mass, axis=2), axis=2)
    below[:, :, -1] = 1.0
    return below


@dataclass(frozen=True)
class EdVolumes:
    """Volumes of departments, per day.

    Attributes:
        residents: expected visits by residents of the modelled territory, shape (h,).
        outsiders: expected visits by people from elsewhere, shape (h,).
    """

    residents: Floats
    outsiders: Floats

    @property
    def total(self) -> Floats:
        """Expected visits a day, the volume for which a department is staffed."""
        return self.residents + self.outsiders

    @property
    def outsider_share(self) -> Floats:
        """Share of visits by outsiders, to be printed with every result."""
        return self.outsiders / np.maximum(self.total, 1e-12)


def volumes(residents_per_day: ArrayLike, published_per_day: ArrayLike) -> EdVolumes:
    """Fill departments up to their published volume with people from elsewhere.

    Args:
        residents_per_day: expected visits of the territory's residents, by department.
        published_per_day: volume of each department; nan or 0 where unknown (then no outsiders).
    """
    residents = np.atleast_1d(np.asarray(residents_per_day, dtype=np.float64))
    published = np.nan_to_num(np.atleast_1d(np.asarray(published_per_day, dtype=np.float64)))
    return EdVolumes(residents, np.maximum(published - residents, 0.0))


class Outsiders:
    """People from elsewhere who come to the departments: exogenous, the same in all arms.

    Args:
        demand: tables.
        draws: random numbers of the run.
        names: stable name of each department (not its number), shape (h,).
        per_day: expected visits a day by outsiders, shape (h,).
    """

    def __init__(self, demand: EdDemand, draws: Draws, names: list[str], per_day: ArrayLike) -> None:
        self.demand, self.draws = demand, draws
        self.per_day: Floats = np.atleast_1d(np.asarray(per_day, dtype=np.float64))
        sizes = np.ceil(self.per_day * _POOL_PER_VISIT).astype(np.int64)
        pools = [keys_of(f"outsiders {name}", np.arange(n)) for name, n in zip(names, sizes, strict=True)]
        self._keys: Keys = np.concatenate([np.zeros(0, dtype=np.uint64), *pools])
        self._bounds = [0, *np.cumsum(sizes).tolist()]
        self._hospital: Integers = np.repeat(np.arange(len(sizes)), sizes)
        self._chance: Floats = np.repeat(self.per_day / np.maximum(sizes, 1), sizes)

    def day(
        self, day: int, factor: float = 1.0, hospital: int | None = None
    ) -> dict[str, NDArray[np.generic]]:
        """Return the outsiders of a day as arguments of ``EmergencyDepartments.arrive``.

        Args:
            day: day number (0 is the first day after the warm-up; negative before).
            factor: ``day_factor`` of the day times any shock.
            hospital: department number; all of them by default.
        """
        pool = slice(None) if hospital is None else slice(*self._bounds[hospital : hospital + 2])
        came = self.draws.uniform("outsider", self._keys[pool], day) < self._chance[pool] * factor
        key = self._keys[pool][came]
        u = self.draws.block("outsider visit", 2, key, day)
        age = choose(self.demand.age_below, u[0])
        road = np.full(key.size, int(Road.OUTSIDER), dtype=np.int8)
        level = self.demand.levels(self.draws, key, day, age, road)
        arrival = day * DAY_MIN + self.demand.hours.minute(u[1])
        return {
            "arrival": arrival, "person_key": key, "person_row": np.full(key.size, -1, dtype=np.int32),
            "hospital": self._hospital[pool][came], "road": road, "level": level, "age": age,
            "what": np.full(key.size, day, dtype=np.int64),
        }  # fmt: skip
