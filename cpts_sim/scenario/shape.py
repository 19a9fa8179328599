"""The shape of a scenario. Every default of a scenario is in this file or in ``theory.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NoReturn

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cpts_sim.scenario.arms import Instead
from cpts_sim.scenario.contract import Life
from cpts_sim.scenario.fields import Count, Inhabitants, InputFile, Minutes, Months, Share, Weeks
from cpts_sim.scenario.settings import Frozen, FrozenMap, Plugins, Settings
from cpts_sim.scenario.theory import Care, Practices

DEFAULT_START = {2019: date(2019, 1, 7), 2024: date(2024, 1, 1)}
"""First Monday of each reference year."""
START_YEARS = range(2000, 2101)
"""Years in which day 0 may fall: those whose holidays are known or follow from the rules."""
MOST_WARMUP_WEEKS = 260
"""Five years, far more than books and waiting lists take to fill."""


class Title(Settings):
    """A title in both languages."""

    fr: str = ""
    """In French."""
    en: str = ""
    """In English."""


class TerritorySource(Settings):
    """Where the territory comes from: exactly one of archetype, file, table, practices."""

    archetype: str | None = None
    """Id of a shipped archetype, such as rural_underdense or urban_dense."""
    population: Inhabitants | None = None
    """Inhabitants to scale an archetype to (default: its own)."""
    file: InputFile | None = None
    """A territory built by ``cpts-sim territory build``."""
    table: InputFile | None = None
    """A small table of commune figures (CSV)."""
    practices: Practices | None = None
    """Identical practices, for exact laws and benchmarks."""

    @property
    def kind(self) -> str:
        """Which of the four sources is used."""
        return next(name for name in _SOURCES if getattr(self, name) is not None)

    @property
    def label(self) -> str:
        """The source in one word or two: an archetype's id, a file's name, or "practices"."""
        if self.practices is not None:
            return "practices"
        return self.archetype or str((self.file or self.table or Path()).name)

    @model_validator(mode="after")
    def _one(self) -> TerritorySource:
        if sum(getattr(self, name) is not None for name in _SOURCES) != 1:
            _refuse("exactly_one", keys=", ".join(_SOURCES))
        if self.population is not None and self.archetype is None:
            _refuse("population_of_archetype")
        return self


_SOURCES = ("archetype", "file", "table", "practices")


class Members(Settings):
    """Who belongs to the CPTS. A share left out is drawn from the evidence."""

    share_gps: Share | None = None
    """Share of the territory's GPs who are members in name."""
    active_share: Share | None = None
    """Share of the members who take part."""
    share_nurses: Share | None = None
    """Share of the nurses who are members in name."""
    share_pharmacists: Share | None = None
    """Share of the pharmacies that are members in name."""


class Meetings(Settings):
    """How members meet. What is left out is drawn from the evidence."""

    per_year: Count | None = Field(None, le=365)
    """Meetings of an active member in a year."""
    length_min: Minutes | None = Field(None, alias="length")
    """Length of a meeting, travel excluded."""
    when: Literal["lunch", "evening", "day", "mixed"] | None = None
    """Time of day: lunch and evening are taken from rest, the day from patients."""

    @field_validator("length_min")
    @classmethod
    def _within_a_day(cls, length: float | None) -> float | None:
        return length if length is None or length <= 1440 else _refuse("meeting_length")


class Cpts(Life):
    """A CPTS: who, how, from when, with which missions."""

    members: Members = Members()
    """Membership."""
    meetings: Meetings = Meetings()
    """Meetings."""
    start_months: Months = Field(0.0, alias="start")
    """Time from day 0 to the day the project starts."""
    since_months: Months | None = Field(None, alias="since")
    """Time for which it has run on day 0: today contains it (none: it starts with the run)."""
    stop_months: Months | None = Field(None, alias="stop")
    """Time from day 0 to the end of the contract (none: it goes on)."""
    users_seat: bool = False
    """Whether users sit on the board. Written down, without effect: none has been measured."""
    missions: Plugins = Plugins()
    """Missions, by name."""


class Arm(Settings):
    """One of the policies compared: the scenario with another CPTS block or other parameters."""

    title: Title = Title()
    """Title of the arm."""
    cpts: Cpts | None = None
    """The arm's CPTS, complete (none: no CPTS)."""
    instead: Instead | None = None
    """What the money of the scenario's CPTS pays in this arm (none: nothing else)."""
    parameters: Frozen[Any] = Field(default_factory=FrozenMap)
    """The arm's parameters, those of the scenario included."""


class FrozenDates(Settings):
    """Holidays of a resolved scenario, so that a library update never changes an old run."""

    public: tuple[date, ...] = ()
    """Public holidays."""
    school: tuple[tuple[date, date], ...] = ()
    """School holidays: first and last day of each."""


class Scenario(Settings):
    """What the user wrote, complete and checked."""

    name: str = Field("scenario", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """Short name, used for folders."""
    title: Title = Title()
    """Title for people."""
    reference_year: Literal[2019, 2024] = 2019
    """Which France surrounds the territory."""
    start: date = DEFAULT_START[2019]
    """Day 0, a Monday (default: the first Monday of the reference year)."""
    years: float = Field(1.0, gt=0, le=20)
    """Length of the run after the warm-up, in years of 365 days."""
    warmup_weeks: Weeks = Field(12.0, alias="warmup")
    """Length of the warm-up, in whole weeks."""
    calendar: Literal["france", "plain"] = "france"
    """Real dates and holidays, or years of 365 days without holidays."""
    department: str | None = Field(None, pattern=r"^(\d{2}|2A|2B|97[1-46])$")
    """Département code: local public holidays and school zone (default: national holidays, zone B)."""
    windows: tuple[int, ...] = (0, 12)
    """Hours at which the day's windows open; the first is 0."""
    territory: TerritorySource
    """The territory."""
    parameters: Frozen[Any] = Field(default_factory=FrozenMap)
    """Parameters that replace the evidence's, by id, in the evidence's units."""
    care: Care = Care()
    """Needs and care seeking."""
    cpts: Cpts | None = None
    """The CPTS of the arm ``with``."""
    baseline: Plugins = Plugins()
    """Institutions that exist in every arm, by name: their level and since when (default: the reference year's)."""
    shocks: Plugins = Plugins()
    """What befalls every arm, by name."""
    drift: bool = True
    """Slow changes of supply and population from year to year."""
    frozen: bool = False
    """No structural event at all: nobody arrives, leaves, retires or changes GP."""
    arms: Frozen[Arm] = Field(default_factory=FrozenMap)
    """Policies compared, by name (default: ``without`` and, if there is a CPTS, ``with``; if it exists already,
    ``with`` and ``stop``). Short forms: ``minus``, ``plus``, ``stop``, ``instead``."""
    dates: FrozenDates | None = None
    """Holidays frozen by a resolved scenario; not written by hand."""

    @property
    def exists_already(self) -> bool:
        """Whether its CPTS exists on day 0: it then lives in the warm-up, which all arms share."""
        return self.cpts is not None and self.cpts.since_months is not None

    @property
    def horizon_days(self) -> int:
        """Simulated days after the warm-up."""
        return round(self.years * 365)

    @property
    def warmup_days(self) -> int:
        """Days of warm-up, before day 0."""
        return round(self.warmup_weeks * 7)

    @classmethod
    def parse(cls, values: Mapping[str, Any], catalogue: Mapping[str, Any] | None = None) -> Scenario:
        """Return the scenario written in Python with the keys of a scenario file.

        Raises:
            ScenarioError: every problem found.
        """
        from cpts_sim.scenario.load import parse

        return parse(values, catalogue)

    def arm(self, name: str) -> Arm:
        """Return an arm by name.

        Raises:
            KeyError: no such arm.
        """
        return self.arms[name]

    @field_validator("start")
    @classmethod
    def _monday(cls, start: date) -> date:
        if start.year not in START_YEARS:
            _refuse("start_years", first=str(START_YEARS[0]), last=str(START_YEARS[-1]))
        return start if start.weekday() == 0 else _refuse("monday", cure=_nearest_monday(start))

    @field_validator("warmup_weeks")
    @classmethod
    def _whole_weeks(cls, weeks: float) -> float:
        if weeks > MOST_WARMUP_WEEKS:
            _refuse("long_warmup", most=str(MOST_WARMUP_WEEKS))
        return weeks if weeks == int(weeks) else _refuse("whole_weeks")

    @field_validator("windows")
    @classmethod
    def _hours(cls, hours: tuple[int, ...]) -> tuple[int, ...]:
        rising = all(a < b for a, b in pairwise(hours))
        return hours if hours[:1] == (0,) and rising and hours[-1] < 24 else _refuse("windows")

    @field_validator("years", mode="before")
    @classmethod
    def _without_unit(cls, years: object) -> object:
        return _refuse("years") if isinstance(years, str) else years

    @field_validator("years")
    @classmethod
    def _at_least_a_day(cls, years: float) -> float:
        return years if round(years * 365) >= 1 else _refuse("one_day")

    @model_validator(mode="after")
    def _needs_have_practices(self) -> Scenario:
        if self.care.needs is not None and self.territory.practices is None:
            _refuse("needs_practices")
        return self


def _refuse(expected: str, **values: str) -> NoReturn:
    raise PydanticCustomError("expected", "expected {expected}", {"expected": expected, **values})


def _nearest_monday(day: date) -> str:
    ahead = -day.weekday() % 7
    return (day + timedelta(days=ahead if ahead <= 3 else ahead - 7)).isoformat()


def input_files(scenario: Scenario) -> Mapping[str, Path]:
    """Return the files a scenario names, by dotted key."""
    source = scenario.territory
    named = {"territory.file": source.file, "territory.table": source.table}
    return {key: path for key, path in named.items() if path is not None}
