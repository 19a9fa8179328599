"""The days of a run: weekday, month, public and school holidays.

Day 0 is the first day after the warm-up; the warm-up has negative days. ``calendar: plain`` is for theory
and benchmarks: years of 365 days that start on 1 January, a Monday, and no holiday.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from cpts_sim.scenario.shape import FrozenDates, Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAY = timedelta(days=1)
_MONTH_ENDS = (31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)
_ALSACE_MOSELLE = {"57", "67", "68"}
_OVERSEAS = {"971", "972", "973", "974", "976"}
_LAST_TABLED_YEAR = 2026
"""Later school years are drawn from the rules of the library ``holidays``."""

Span = tuple[date, date]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Vectors over the simulated days, warm-up included.

    Attributes:
        start: date of day 0 (nominal in a plain calendar).
        warmup_days: number of days before day 0; entry ``warmup_days + d`` of a vector is day ``d``.
        weekday: 0 Monday … 6 Sunday, int8.
        month: 1 … 12, int8.
        day_of_year: 0 … 365, int16.
        week_of_year: 0 … 52, ``day_of_year // 7``, int8.
        public_holiday: bool.
        school_holiday: bool.
    """

    start: date
    warmup_days: int
    weekday: NDArray[np.int8]
    month: NDArray[np.int8]
    day_of_year: NDArray[np.int16]
    week_of_year: NDArray[np.int8]
    public_holiday: NDArray[np.bool_]
    school_holiday: NDArray[np.bool_]

    @property
    def days(self) -> int:
        """Number of days after the warm-up."""
        return len(self.weekday) - self.warmup_days

    def index(self, day: int) -> int:
        """Return the place of a day (negative in the warm-up) in the vectors."""
        return day + self.warmup_days

    def date(self, day: int) -> date:
        """Return the date of a day."""
        return self.start + day * _DAY

    def is_working_day(self) -> NDArray[np.bool_]:
        """Return the days Monday to Friday that are not public holidays."""
        return (self.weekday < 5) & ~self.public_holiday


def calendar_of(scenario: Scenario, extra_days: int = 60) -> Calendar:
    """Return the calendar of a scenario.

    Args:
        scenario: its start, years, warm-up, département and kind of calendar are used; holidays that it has
            frozen win over the library's.
        extra_days: days after the horizon for which books may be opened.
    """
    days = scenario.horizon_days + extra_days
    if scenario.calendar == "plain":
        return plain_calendar(days, scenario.warmup_days, scenario.start)
    dates = scenario.dates or holidays_of(scenario, extra_days)
    return dated_calendar(scenario.start, days, scenario.warmup_days, dates)


def holidays_of(scenario: Scenario, extra_days: int = 60) -> FrozenDates:
    """Return the holidays that fall in a scenario's run, to be frozen in its resolved form."""
    if scenario.calendar == "plain":
        return FrozenDates()
    first = scenario.start - scenario.warmup_days * _DAY
    last = scenario.start + (scenario.horizon_days + extra_days - 1) * _DAY
    zone = school_zone(scenario.department)
    return FrozenDates(
        public=tuple(public_holidays(scenario.department, first, last)),
        school=tuple(school_holidays(zone, first, last)),
    )


def plain_calendar(days: int, warmup_days: int = 0, start: date = date(2019, 1, 7)) -> Calendar:
    """Return a calendar of years of 365 days, each starting on 1 January, without holidays."""
    day = np.arange(-warmup_days, days)
    of_year = day % 365
    none = np.zeros(len(day), dtype=np.bool_)
    month = np.searchsorted(_MONTH_ENDS, of_year, side="right") + 1
    return _calendar(start, warmup_days, day % 7, month, of_year, none, none)


def dated_calendar(start: date, days: int, warmup_days: int, holidays: FrozenDates) -> Calendar:
    """Return the calendar of real dates around a start, with the holidays given."""
    first = np.datetime64(start) - np.timedelta64(warmup_days, "D")
    dates = first + np.arange(warmup_days + days)
    weekday = (dates.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_year = (dates - dates.astype("datetime64[Y]").astype(dates.dtype)).astype(np.int64)
    public = np.isin(dates, np.array(holidays.public, dtype="datetime64[D]"))
    school = _within(dates, holidays.school)
    return _calendar(start, warmup_days, weekday, month, of_year, public, school)


def _within(dates: NDArray[np.datetime64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    inside = np.zeros(len(dates), dtype=np.bool_)
    for first, last in spans:
        inside |= (dates >= np.datetime64(first)) & (dates <= np.datetime64(last))
    return inside


def _calendar(
    start: date,
    warmup_days: int,
    weekday: NDArray[np.int64],
    month: NDArray[np.int64],
    of_year: NDArray[np.int64],
    public: NDArray[np.bool_],
    school: NDArray[np.bool_],
) -> Calendar:
    calendar = Calendar(
        start=start,
        warmup_days=warmup_days,
        weekday=weekday.astype(np.int8),
        month=month.astype(np.int8),
        day_of_year=of_year.astype(np.int16),
        week_of_year=(of_year // 7).astype(np.int8),
        public_holiday=public,
        school_holiday=school,
    )
    for vector in vars(calendar).values():
        if isinstance(vector, np.ndarray):
            vector.setflags(write=False)
    return calendar


def public_holidays(department: str | None, first: date, last: date) -> list[date]:
    """Return the public holidays between two dates, with those of a département (57, 67, 68, overseas)."""
    import holidays

    years = range(first.year, last.year + 1)
    subdivision = "57" if department in _ALSACE_MOSELLE else department if department in _OVERSEAS else None
    found = holidays.country_holidays("FR", subdiv=subdivision, years=years)
    return sorted(day for day in found if first <= day <= last)


def school_zone(department: str | None) -> str:
    """Return the school zone A, B or C of a département code (B where none is given)."""
    zones, _ = _school_table()
    return zones.get(department or "", "B")


def departments() -> frozenset[str]:
    """Return the codes of all départements, those overseas included."""
    zones, _ = _school_table()
    return frozenset(zones) | {"971", "972", "973", "974", "976"}


def school_holidays(zone: str, first: date, last: date) -> list[Span]:
    """Return (first day, last day) of every school holiday of a zone that touches a range of days."""
    spans = [span for span, zones in _school_table()[1] if zone in zones]
    beyond = _ruled_school_holidays(zone, last.year) if last.year > _LAST_TABLED_YEAR else []
    return sorted(span for span in {*spans, *beyond} if span[0] <= last and span[1] >= first)


def _ruled_school_holidays(zone: str, last_year: int) -> list[Span]:
    """Return the holidays after the table, by the library's rules (they continue the rotation of zones)."""
    import holidays

    tabled = max(span[1] for span, _ in _school_table()[1])
    years = range(_LAST_TABLED_YEAR + 1, last_year + 2)
    days = holidays.country_holidays("FR", subdiv=f"Zone {zone}", years=years, categories=("school",))
    return _spans(sorted(day for day in days if day > tabled))


def _spans(days: list[date]) -> list[Span]:
    spans: list[Span] = []
    for day in days:
        if spans and day - spans[-1][1] == _DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


@cache
def _school_table() -> tuple[dict[str, str], list[tuple[Span, str]]]:
    """Read département → zone and the list of ((first day, last day), zones)."""
    import yaml

    text = files(__package__).joinpath("data", "school.yaml").read_text(encoding="utf-8")
    table = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    zones = {code: zone for zone, codes in table["zones"].items() for code in codes.split()}
    rows = (row.split() for row in table["holidays"].splitlines())
    return zones, [((date.fromisoformat(a), date.fromisoformat(b)), zone) for a, b, zone in rows]
