"""Who needs a nurse at home, how often and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ed_settings import OLDEST, by_year_of_age
from cpts_sim.care.shapes import Floats
from cpts_sim.engine.draws import Draws, Keys, choose, exponential
from cpts_sim.evidence import Parameters

YEAR_DAYS = 365.0
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class NurseSettings:
    """Parameters of nurses and of the care they give.

    Attributes:
        week_hours: hours a week of a nurse alone and of one with associates, shape (2,).
        associated_share: share of nurses with associates.
        care_share: share of the week that is rounds.
        presence: share of rounds that are run over the year.
        lasting_share: prevalence of lasting care by single year of age, shape (OLDEST + 1,).
        lasting_days: mean duration of lasting care (exponential).
        brief_per_day: new short episodes per person and day by single year of age.
        chronic_factor: ratio to the French mean of the age, by age and severity, shape (OLDEST + 1, 4).
        rhythm: visits a day of lasting care and their cumulative shares, shape (2, k).
        visits: visits of a short episode and their cumulative shares, shape (2, k).
        visit_min: minutes of a visit, travel included.
        reach_min: travel bands in which a nurse is looked for, increasing.
        calls_per_day: nurses called per day of search.
        patience_days: days of search before giving up.
        mission_share: most of the rounds that missions may take.
    """

    week_hours: Floats
    associated_share: float
    care_share: float
    presence: float
    lasting_share: Floats
    lasting_days: float
    brief_per_day: Floats
    chronic_factor: Floats
    rhythm: Floats
    visits: Floats
    visit_min: float
    reach_min: tuple[float, ...]
    calls_per_day: int
    patience_days: float
    mission_share: float

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> NurseSettings:
        """Read ``nurse.*``."""
        p, ages = parameters, parameters.array("nurse.age_from")
        return cls(
            week_hours=np.array([p["nurse.hours_solo"], p["nurse.hours_associated"]]),
            associated_share=p["nurse.associated_share"],
            care_share=p["nurse.care_share"],
            presence=p["nurse.presence"],
            lasting_share=by_year_of_age(ages, p.array("nurse.lasting_share_by_age")),
            lasting_days=p["nurse.lasting_days"],
            brief_per_day=by_year_of_age(ages, p.array("nurse.brief_per_year_by_age")) / YEAR_DAYS,
            chronic_factor=_chronic_factor(p),
            rhythm=_law(p, "nurse.lasting_visits_per_day", "nurse.lasting_rhythm_share"),
            visits=_law(p, "nurse.brief_visits", "nurse.brief_visits_share"),
            visit_min=p["nurse.visit_min"],
            reach_min=tuple(p.array("nurse.reach_min").tolist()),
            calls_per_day=int(p["nurse.calls_per_day"]),
            patience_days=p["nurse.patience_days"],
            mission_share=p["nurse.mission_share_max"],
        )

    def associated(self, draws: Draws, key: Keys) -> Flags:
        """Draw which nurses work with associates."""
        return np.asarray(draws.uniform("nurse associated", key) < self.associated_share)

    def weekly_hours(self, associated: ArrayLike) -> Floats:
        """Return working hours a week, paperwork included."""
        return np.asarray(self.week_hours[np.asarray(associated, dtype=np.int64)])

    def capacity_min(self, associated: ArrayLike) -> Floats:
        """Return minutes of rounds that a nurse can run per day of the week, averaged over seven days."""
        minutes = self.weekly_hours(associated) * 60.0 * self.care_share * self.presence / 7.0
        return np.asarray(np.floor(minutes * 64.0) / 64.0)


@dataclass(frozen=True)
class NursingNeed:
    """Need of nursing at home by age and chronic disease; an age's mean in France is that of the evidence.

    Attributes:
        lasting_share: probability of having lasting care, by age and severity, shape (OLDEST + 1, 4).
        lasting_per_day: new lasting care per person and day, same shape; keeps the stock constant.
        brief_per_day: new short episodes per person and day, same shape.
    """

    lasting_share: Floats
    lasting_per_day: Floats
    brief_per_day: Floats

    @classmethod
    def of(cls, settings: NurseSettings) -> NursingNeed:
        """Return the tables that parameters imply."""
        factor = settings.chronic_factor
        lasting = np.minimum(settings.lasting_share[:, None] * factor, 0.9)
        fresh = lasting / (1.0 - lasting) / settings.lasting_days
        return cls(lasting, fresh, settings.brief_per_day[:, None] * factor)

    def per_day(self, age: ArrayLike, chronic: ArrayLike) -> Floats:
        """Return new requests for nursing per day of people without lasting care."""
        cell = (_capped(age), np.asarray(chronic, dtype=np.int64))
        return np.asarray(self.lasting_per_day[cell] + self.brief_per_day[cell])

    def has_lasting(self, draws: Draws, key: Keys, age: ArrayLike, chronic: ArrayLike) -> Flags:
        """Draw who has lasting care on day 0."""
        share = self.lasting_share[_capped(age), np.asarray(chronic, dtype=np.int64)]
        return np.asarray(draws.uniform("nursing at home", key) < share)

    def is_lasting(
        self, draws: Draws, key: Keys, what: ArrayLike, age: ArrayLike, chronic: ArrayLike
    ) -> Flags:
        """Draw which new requests are for care that lasts."""
        cell = (_capped(age), np.asarray(chronic, dtype=np.int64))
        lasting, every = self.lasting_per_day[cell], self.per_day(age, chronic)
        return np.asarray(draws.uniform("nursing lasts", key, what) * every < lasting)


def course(
    settings: NurseSettings, draws: Draws, key: Keys, what: ArrayLike, lasting: ArrayLike
) -> tuple[Floats, Floats]:
    """Draw visits a day and days of care.

    Args:
        settings: parameters.
        draws: random numbers.
        key: person keys, shape (n,).
        what: identity of the request.
        lasting: mask of care that lasts.

    Returns:
        Visits a day and whole days, each of shape (n,).
    """
    u, long = draws.block("nursing course", 2, key, what), np.asarray(lasting, dtype=bool)
    rhythm = settings.rhythm[0][choose(settings.rhythm[1], u[0])]
    visits = settings.visits[0][choose(settings.visits[1], u[0])]
    days = np.maximum(np.floor(settings.lasting_days * exponential(u[1])), 1.0)
    return np.where(long, rhythm, 1.0), np.where(long, days, visits)


def _chronic_factor(p: Parameters) -> Floats:
    factor, share = p.array("nurse.chronic_factor"), p.array("nurse.severity_share_by_age")
    mean = (share * factor).sum(axis=1) / share.sum(axis=1)
    return by_year_of_age(p.array("nurse.age_from"), factor[None, :] / mean[:, None])


def _law(p: Parameters, values: str, shares: str) -> Floats:
    share = p.mapping(shares)
    below = np.cumsum([share[name] for name in p.mapping(values)])
    return np.stack([p.array(values), below / below[-1]])


def _capped(age: ArrayLike) -> NDArray[np.int64]:
    return np.minimum(np.maximum(np.asarray(age, dtype=np.int64), 0), OLDEST)
