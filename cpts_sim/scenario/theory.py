"""Degenerate configurations for exact laws and benchmarks: identical closed practices, needs written by hand.

In such a scenario every behaviour that is not named is off: no cancellation, no missed visit, no memory, no
drift.
"""

from __future__ import annotations

import math
from typing import Literal, TypeVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cpts_sim.scenario.fields import Clock, Count, Limit, Minutes, PerYear, Positive
from cpts_sim.scenario.settings import Frozen, Settings

T = TypeVar("T")

NeedKind = Literal["minor", "acute", "emergency", "followup", "preventive", "mental", "nursing"]
TheoryRoute = Literal["own_gp", "linked_gp", "ed"]


class Session(Settings):
    """A run of consecutive slots of equal length, every week on one weekday."""

    at_min: Clock = Field(alias="at")
    """Start of the first slot."""
    slots: Positive
    """Number of slots."""
    every_min: Minutes = Field(alias="every", gt=0)
    """Length of a slot."""

    @model_validator(mode="after")
    def _ends_today(self) -> Session:
        if self.at_min + self.slots * self.every_min > 1440.0:
            raise PydanticCustomError("expected", "after midnight", {"expected": "session_today"})
        return self


class Week(Settings):
    """The sessions of every GP on each weekday."""

    mon: tuple[Session, ...] = ()
    """Monday."""
    tue: tuple[Session, ...] = ()
    """Tuesday."""
    wed: tuple[Session, ...] = ()
    """Wednesday."""
    thu: tuple[Session, ...] = ()
    """Thursday."""
    fri: tuple[Session, ...] = ()
    """Friday."""
    sat: tuple[Session, ...] = ()
    """Saturday."""
    sun: tuple[Session, ...] = ()
    """Sunday."""

    @property
    def days(self) -> tuple[tuple[Session, ...], ...]:
        """The seven days from Monday."""
        return self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun

    @model_validator(mode="after")
    def _in_order(self) -> Week:
        for sessions in self.days:
            ends = [session.at_min + session.slots * session.every_min for session in sessions]
            if any(end > later.at_min for end, later in zip(ends, sessions[1:], strict=False)):
                raise PydanticCustomError("expected", "overlap", {"expected": "sessions_in_order"})
        return self


class Lognormal(Settings):
    """A lognormal law by its own mean and standard deviation (not those of its logarithm)."""

    mean_min: Minutes = Field(alias="mean", gt=0)
    """Mean."""
    sd_min: Minutes = Field(alias="sd", gt=0)
    """Standard deviation."""


class Service(Settings):
    """Law of the service time of an emergency department: one of the three."""

    exponential_min: Minutes | None = Field(None, alias="exponential", gt=0)
    """Mean of an exponential law."""
    fixed_min: Minutes | None = Field(None, alias="fixed", gt=0)
    """Always the same time."""
    lognormal: Lognormal | None = None
    """A lognormal law, as lengths of stay have."""

    @property
    def mean_min(self) -> float:
        """Mean time in minutes."""
        return self.exponential_min or self.fixed_min or (self.lognormal.mean_min if self.lognormal else 0.0)

    @model_validator(mode="after")
    def _one(self) -> Service:
        laws = (self.exponential_min, self.fixed_min, self.lognormal)
        return _exactly_one(self, ("exponential", "fixed", "lognormal"), laws)


class EmergencyDepartment(Settings):
    """Identical servers, one queue: lower priority number first, first come first served, no interruption."""

    servers: Positive
    """Number of servers, open all the time."""
    service: Service
    """Law of the service time."""
    per: Literal["territory", "practice"] = "territory"
    """One department for everybody, or one for each practice (so many replications of one queue)."""


class Practices(Settings):
    """Identical practices, each a closed world of its own unless they share the emergency department."""

    practices: Positive = 1
    """Number of practices."""
    gps_per_practice: Positive = 1
    """GPs of each practice; only they are linked to one another."""
    inhabitants: Positive
    """Inhabitants of the territory, each with one usual GP."""
    list_weights: tuple[float, ...] = Field((1.0,), min_length=1)
    """Weights of the GPs' lists, repeated over GPs 0, 1, 2, …; inhabitants are dealt in order."""
    weekly: Week
    """Timetable of every GP, holidays included."""
    links: Literal["none", "chain", "full"] = "none"
    """Where ``linked_gp`` leads: nowhere, to the practice's next GP (in a ring), to all in ring order."""
    ed: EmergencyDepartment | None = None
    """Emergency department at the end of the route ``ed`` (none: it accepts at once, nobody waits)."""

    @property
    def gps(self) -> int:
        """Number of GPs in the territory."""
        return self.practices * self.gps_per_practice

    @model_validator(mode="after")
    def _weights(self) -> Practices:
        if not all(math.isfinite(weight) and weight > 0 for weight in self.list_weights):
            raise PydanticCustomError("expected", "weights", {"expected": "positive_weights"})
        return self


class Need(Settings):
    """A Poisson stream of needs; its rate is given per inhabitant, per GP or for the whole territory."""

    rate_per_year: PerYear | None = Field(None, alias="rate")
    """Rate of each inhabitant."""
    rate_per_gp_per_year: PerYear | None = Field(None, alias="rate_per_gp")
    """Rate of a GP with a list of mean weight (shared evenly by the inhabitants)."""
    rate_total_per_year: PerYear | None = Field(None, alias="rate_total")
    """Rate of the whole territory (shared evenly by the inhabitants)."""
    weekday: tuple[float, ...] = Field((1.0,) * 7, min_length=7, max_length=7)
    """Weights of the days Monday to Sunday; their mean counts as 1, so the weekly total is the rate's."""
    minute: Literal["uniform", "opening", "profile"] = "uniform"
    """When in the day: any minute, all at 00:00 (in random order), or by the evidence's hour profile."""
    kind: NeedKind = "acute"
    """What kind of need the journal calls it."""
    routes: tuple[TheoryRoute, ...] = Field(("own_gp",), min_length=1)
    """Where it is taken, in order; a request that no route accepts is given up."""
    lead_min: Minutes = Field(0.0, alias="lead")
    """The earliest slot starts at least this long after the request."""
    patience_min: Limit = Field(math.inf, alias="patience")
    """A slot later than this after the request is not accepted."""
    patience_days: Count | None = None
    """A slot more than so many calendar days after the day of the request is not accepted."""
    ed_priority: Count = 0
    """Priority in the emergency department (0 goes first)."""
    service: Service | None = None
    """Law of the time that these needs take in the emergency department (none: the department's own)."""

    def rate(self, territory: Practices) -> float:
        """Return the mean number of needs of an inhabitant of this territory in a year of 365 days."""
        if self.rate_per_year is not None:
            return self.rate_per_year
        if self.rate_per_gp_per_year is not None:
            return self.rate_per_gp_per_year * territory.gps / territory.inhabitants
        return (self.rate_total_per_year or 0.0) / territory.inhabitants

    @model_validator(mode="after")
    def _one_rate(self) -> Need:
        fine = all(weight >= 0 and math.isfinite(weight) for weight in self.weekday)
        if not (fine and sum(self.weekday) > 0):
            raise PydanticCustomError("expected", "weights", {"expected": "weekday_weights"})
        rates = (self.rate_per_year, self.rate_per_gp_per_year, self.rate_total_per_year)
        return _exactly_one(self, ("rate", "rate_per_gp", "rate_total"), rates)


class Care(Settings):
    """Needs written by hand instead of France's."""

    needs: Frozen[Need] | None = None
    """Streams of needs by name; none: France's needs and care seeking, from the evidence."""


def _exactly_one(block: T, names: tuple[str, ...], values: tuple[object, ...]) -> T:
    if sum(value is not None for value in values) != 1:
        raise PydanticCustomError("expected", "one", {"expected": "exactly_one", "keys": ", ".join(names)})
    return block
