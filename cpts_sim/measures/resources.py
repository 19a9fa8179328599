"""Physical volumes that cost something, year by year: acts, visits, days, hours, minutes on the road, euros.

Nothing is priced here: prices are applied to these volumes afterwards, so one journal serves any list of prices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.cpts_codes import INCOME, SPENDING, Line
from cpts_sim.engine.events import (
    LEDGER_LINES,
    SYMPTOMS,
    Act,
    CptsEvent,
    Ending,
    Institution,
    Profession,
    Referral,
    Road,
    Route,
    Service,
    Status,
    Work,
)
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import DAY, POINTS, YEAR_DAYS, Horizon, Indicator, Row, Tables, Tally, measure, week_of
from cpts_sim.measures.supply import PATIENT_LINES

COUNTS = (
    "gp_consultation", "gp_home_visit", "remote_consultation", "duty_act", "pharmacist_protocol", "nurse_visit",
    "nurse_contact", "vaccine", "specialist", "ed_visit", "hospital_day", "assistant_week",
)  # fmt: skip
"""Acts, visits, days and weeks counted, in the order of their cells."""
HOURS = (
    "sas", "crisis_centres", "other_institutions", "travel", "ed_stay",
    *(f"{who.name.lower()}_{what}" for who in Profession for what in ("patients", "cpts", "administration", "all")),
)  # fmt: skip
"""Hours counted: staff of institutions, patients on the road and in emergency departments, professionals."""
EUROS = ("contract", "other_funders", "instead", "spent", "told", "repaid")
"""Euros: of the insurance and the agency, of other funders, spent otherwise, and three sums for checking."""
_SEEN = (Service.CARDIOLOGY, Service.PSYCHIATRY)
_CPTS = ("cpts_lunch", "cpts_evening", "cpts_day", "cpts_admin")
_GROUPS = {"patients": PATIENT_LINES, "cpts": _CPTS, "administration": ("admin",), "all": LEDGER_LINES}
_WITHOUT_IDLE = tuple(line for line in PATIENT_LINES if line != "idle")
_BEGINS = (CptsEvent.EMERGENCE, CptsEvent.LETTER)
_PUBLIC = tuple(line for line in INCOME if line != Line.OTHER_FUNDERS)
_OWN = tuple(line for line in SPENDING if line != Line.REPAID)
_WEEKS_A_YEAR = YEAR_DAYS / 7
_ROUNDING = 1e-3


def year_of(times_min: ArrayLike) -> NDArray[np.int64]:
    """Return the year from day 0 (the first is 0) of times in minutes; −1 before day 0."""
    years = np.floor(np.asarray(times_min, np.float64) / (YEAR_DAYS * DAY))
    return np.where(np.isfinite(years), years, -1).astype(np.int64)


@measure(
    "resources",
    reads=("visit", "request", "provider_day", "act", "referral", "ed", "admission", "institution", "week", "cpts",
           "payment"),
    indicators=(
        Indicator("resource.count", "count", "none", "acts, visits and days that are paid for"),
        Indicator("resource.hours", "hours", "none", "hours of professionals, staff and patients"),
        Indicator("resource.euros", "euros", "none", "money of the contract or of what stands instead of it"),
        Indicator("resource.unpaid", "hours", "lower", "hours of members that nobody paid, before and in the contract"),
    ),
)  # fmt: skip
class Resources:
    """Volumes of each year from day 0 on; the first axis of every array but ``unpaid`` is the year."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count a chunk."""
        _gps(tally, chunk, tables)
        _others(tally, chunk)
        _hospital(tally, chunk, tables)
        _people_at_work(tally, chunk)
        _money(tally, chunk)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return the volume of each item in each year begun, and over the horizon."""
        years = max(1, math.ceil(horizon.years - 1e-9))
        counts = tally.get("count", years, (len(COUNTS),), POINTS)
        hours = tally.get("hours", years, (len(HOURS),), POINTS)
        hours[:, HOURS.index("travel")] = _travel(tally, years)
        helped = COUNTS.index("assistant_week")  # those paid by the same money are paid from a week before they save
        counts[:, helped] = np.maximum(counts[:, helped], 0.0)
        for indicator, names, volumes in (
            ("resource.count", COUNTS, counts), ("resource.hours", HOURS, hours),
            ("resource.euros", EUROS, _euros(tally, years)),
            ("resource.unpaid", ("before", "during"), _unpaid(tally, horizon, years)),
        ):  # fmt: skip
            for rank, name in enumerate(names):
                yield Row(indicator, "item", name, -1, float(volumes[:, rank].sum()))
                yield from (Row(indicator, f"year{y}", name, -1, float(volumes[y, rank])) for y in range(years))


def _count(tally: Tally, name: str, at: ArrayLike, amount: ArrayLike = 1.0) -> None:
    """Add to a count; times that are not finite or before day 0 are left out."""
    year = year_of(at)
    tally.add("count", year, (np.full(len(year), COUNTS.index(name)),), (len(COUNTS),), amount, POINTS)


def _hours(tally: Tally, name: str, at: ArrayLike, hours: ArrayLike) -> None:
    year = year_of(at)
    tally.add("hours", year, (np.full(len(year), HOURS.index(name)),), (len(HOURS),), hours, POINTS)


def _gps(tally: Tally, chunk: Chunk, tables: Tables) -> None:
    """Acts of GPs, and the way of those who came to them: twice the minutes between the two communes."""
    rows = chunk["visit"]
    done, home = rows["status"] == Status.DONE, rows["home"] == 1
    _count(tally, "gp_consultation", rows["at"][done & ~home])
    _count(tally, "gp_home_visit", rows["at"][done & home])
    came = done & ~home
    minutes = minutes_between(tables, rows["person"][came], rows["provider"][came])
    _trips(tally, rows["at"][came], minutes)
    ended = chunk["request"]
    served = ended["ending"] == Ending.SERVED
    for name, route in (("remote_consultation", Route.REMOTE), ("duty_act", Route.DUTY),
                        ("pharmacist_protocol", Route.PHARMACIST)):  # fmt: skip
        symptom = np.isin(ended["kind"], SYMPTOMS)  # vaccines at the counter are acts of their own
        _count(tally, name, ended["ended"][served & symptom & (ended["route"] == route)])


def _trips(tally: Tally, at: NDArray[np.float64], minutes: NDArray[np.float64]) -> None:
    """Count trips, those whose length is known, and their hours there and back."""
    year, known = year_of(at), np.isfinite(minutes)
    tally.add("trips", year)
    tally.add("trips_known", np.where(known, year, -1))
    tally.add("trip_hours", year, amount=2.0 * minutes / 60.0, scale=POINTS)


def _travel(tally: Tally, years: int) -> NDArray[np.float64]:
    """Hours on the road; trips of newcomers, whose place is not in the picture of day 0, take the mean of the rest."""
    trips, known = tally.get("trips", years), tally.get("trips_known", years)
    hours = tally.get("trip_hours", years, scale=POINTS)
    return np.divide(hours * trips, known, out=np.zeros(years), where=known > 0)


def minutes_between(tables: Tables, person: NDArray[np.int64], gp: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return minutes by car from people's communes to GPs' communes; nan where one of them is not known."""
    return _from_picture(tables, "travel", person, _at(tables["gps"]["commune"], gp))


def _from_picture(
    tables: Tables, name: str, person: NDArray[np.int64], column: NDArray[np.int64]
) -> NDArray[np.float64]:
    out = np.full(len(person), np.nan)
    if name not in tables:
        return out
    minutes, columns = tables[name]["minutes"], int(tables[name]["columns"][0])
    start = _at(tables["people"]["commune"], person)
    known = (start >= 0) & (column >= 0) & (column < columns) & (start * columns + column < len(minutes))
    out[known] = minutes[start[known] * columns + column[known]]
    return out


def _at(column: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a column at rows; −1 for rows that it does not have."""
    rows = np.asarray(rows, np.int64)
    inside = (rows >= 0) & (rows < len(column))
    out = np.full(len(rows), -1, np.int64)
    out[inside] = np.asarray(column, np.int64)[rows[inside]]
    return out


_NURSE_CONTACTS = (Act.NURSE_FOLLOWUP, Act.NURSE_AFTER_DISCHARGE, Act.FRAILTY_SCREENING)


def _others(tally: Tally, chunk: Chunk) -> None:
    """Nurses' rounds, acts outside practices, specialists, institutions."""
    rounds = chunk["provider_day"]
    nurse = rounds["profession"] == Profession.NURSE
    _count(tally, "nurse_visit", rounds["at"][nurse], rounds["count"][nurse])
    acts = chunk["act"]
    _count(tally, "vaccine", acts["at"][acts["act"] == Act.VACCINE])
    by_nurse = (acts["act"] == Act.FALL_PLAN) & (
        acts["organised"] > 0
    )  # ordinary practice makes plans within its visits
    contact = np.isin(acts["act"], _NURSE_CONTACTS) | by_nurse
    _count(tally, "nurse_contact", acts["at"][contact])
    letters = chunk["referral"]
    seen = (letters["event"] == Referral.SEEN) & np.isin(letters["service"], _SEEN)
    _count(tally, "specialist", letters["at"][seen])
    rows = chunk["institution"]
    sas, assistant = rows["institution"] == Institution.SAS, rows["institution"] == Institution.ASSISTANT
    remote = rows["institution"] == Institution.TELECONSULTATION
    _hours(tally, "sas", rows["at"][sas], rows["minutes"][sas] / 60.0)
    crisis = rows["institution"] == Institution.CRISIS_CENTRES
    _hours(tally, "crisis_centres", rows["at"][crisis], rows["minutes"][crisis] / 60.0)
    other = ~(sas | assistant | remote | crisis)
    _hours(tally, "other_institutions", rows["at"][other], rows["minutes"][other] / 60.0)
    _count(tally, "assistant_week", rows["at"][assistant])


def _hospital(tally: Tally, chunk: Chunk, tables: Tables) -> None:
    """Visits of residents to emergency departments, their hours there and on the road, and days in wards."""
    rows = chunk["ed"]
    mine = (rows["road"] != Road.OUTSIDER) & (rows["person"] >= 0)
    at = rows["arrival"][mine]
    _count(tally, "ed_visit", at)
    _hours(tally, "ed_stay", at, (rows["end"][mine] - at) / 60.0)
    minutes = _from_picture(tables, "hospital_travel", rows["person"][mine], rows["hospital"][mine].astype(np.int64))
    _trips(tally, at, minutes)
    stays = chunk["admission"]
    own = stays["person"] >= 0
    _count(tally, "hospital_day", stays["at"][own], stays["days"][own])


def _people_at_work(tally: Tally, chunk: Chunk) -> None:
    """Hours of each profession with patients, for the CPTS, in administration, and in all."""
    rows = chunk["week"]
    for who in Profession:
        mine = (rows["profession"] == who) & (rows["status"] != Work.LEFT)
        for name, lines in _GROUPS.items():
            if who == Profession.ED_STAFF and name == "patients":
                lines = _WITHOUT_IDLE  # what a shift leaves is nobody's visit, unlike a GP's open hour
            hours = sum((np.asarray(rows[line][mine], np.float64) for line in lines), np.zeros(int(mine.sum()))) / 60.0
            _hours(tally, f"{who.name.lower()}_{name}", rows["at"][mine], hours)


def _money(tally: Tally, chunk: Chunk) -> None:
    """Euros of the account by line; euros and hours told one by one; assistants paid by the same money."""
    paid, told = chunk["payment"], chunk["cpts"]
    tally.add("account", year_of(paid["at"]), (paid["line"],), (len(Line),), paid["euros"], POINTS)
    tally.add("told", year_of(told["at"]), amount=told["euros"], scale=POINTS)
    hired = (told["event"] == CptsEvent.SALARY) & (told["actor"] >= 0)
    _count(tally, "assistant_week", told["at"][hired], -1.0)
    unpaid = told["event"] == CptsEvent.UNPAID
    tally.add("unpaid", week_of(told["at"][unpaid]), amount=told["hours"][unpaid], scale=POINTS)
    tally.add("signed", week_of(told["at"][told["event"] == CptsEvent.CONTRACT]))
    tally.add("begun", week_of(told["at"][np.isin(told["event"], _BEGINS)]))


def _euros(tally: Tally, years: int) -> NDArray[np.float64]:
    """Euros of each year, in the order of ``EUROS``; told and not on the account: spent instead of a CPTS."""
    account = tally.get("account", years, (len(Line),), POINTS)
    told = tally.get("told", years, scale=POINTS)
    public, spent = account[:, list(_PUBLIC)].sum(axis=1), account[:, list(_OWN)].sum(axis=1)
    repaid = account[:, Line.REPAID]
    instead = told - spent
    instead[np.abs(instead) <= _ROUNDING * np.maximum(spent, 1.0)] = 0.0
    others = account[:, Line.OTHER_FUNDERS]
    return np.stack([public - repaid, others, np.maximum(instead, 0.0), spent, told, repaid], axis=1)


def _unpaid(tally: Tally, horizon: Horizon, years: int) -> NDArray[np.float64]:
    """Hours that nobody paid, each year, before the contract and under it."""
    hours = tally.get("unpaid", horizon.weeks, scale=POINTS)
    signed = np.flatnonzero(tally.get("signed", horizon.weeks))
    begun = tally.get("begun", horizon.weeks).any()
    first = int(signed[0]) if len(signed) else horizon.weeks if begun else 0
    weeks = np.arange(horizon.weeks)
    year = np.minimum((weeks / _WEEKS_A_YEAR).astype(np.int64), years - 1)
    before = np.bincount(year, hours * (weeks < first), years)
    return np.stack([before, np.bincount(year, hours, years) - before], axis=1)
