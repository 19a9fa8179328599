"""The numbers that facts about France are compared with, read from one run: its journal and its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import (
    LEDGER_LINES,
    SYMPTOMS,
    After,
    EdOutcome,
    Ending,
    First,
    Need,
    Profession,
    Road,
    Route,
    Status,
    Work,
)
from cpts_sim.experiment.fact_strain import strain_numbers
from cpts_sim.measures.base import DAY, WEEK, YEAR_DAYS, Horizon, ratio
from cpts_sim.measures.burnout import HIGH_DP, HIGH_EE, LOW_PA
from cpts_sim.measures.supply import PATIENT_LINES
from cpts_sim.measures.waits import GP_ROUTES

Array = NDArray[Any]
Columns = Mapping[str, Array]
Numbers = dict[str, float]

AGE_CLASSES = {
    "0_4": (0, 5), "5_14": (5, 15), "15_44": (15, 45), "45_64": (45, 65), "65_74": (65, 75),
    "75_84": (75, 85), "85_up": (85, 200),
}  # fmt: skip
ADULT_AGE = 17
SURVEY_AGE = 16
LATE_MIN = 2 * DAY
"""A cancellation is late when it comes less than 48 h before (care.md W14)."""
_AUGUST = (213, 244)


@dataclass(frozen=True)
class Record:
    """One run, as facts need it.

    Attributes:
        journal: kind of event → columns, of the whole run from day 0.
        people: age in years at day 0 (``age``) and row of the usual GP (``mt``) of the inhabitants.
        gps: ``halo``, ``slot_min`` and ``online`` of the GPs at day 0.
        open_share: share of the territory's GPs whose list is open, month by month.
        horizon: how long was simulated.
        first_day_of_year: day of the year of day 0.
    """

    journal: Mapping[str, Columns]
    people: Columns
    gps: Columns
    open_share: Array
    horizon: Horizon
    first_day_of_year: int = 0

    def rows(self, kind: str, time: str = "at") -> dict[str, Array]:
        """Return the events of a kind from day 0 on."""
        columns = self.journal[kind]
        kept = columns[time] >= 0
        return {name: column[kept] for name, column in columns.items()}


def fact_numbers(record: Record) -> Numbers:
    """Return every number that a fact may be compared with, by name."""
    parts: tuple[Callable[[Record], Numbers], ...] = (
        _acts, _acts_by_gp, _acts_by_day, _acts_by_age, _hours, _leads, _contacts, _bookings, _stocks, _lists,
        _strain, _studied, _emergency, _admissions, _online, _unmet,
    )  # fmt: skip
    return {name: float(value) for part in parts for name, value in part(record).items()}


def _residents(record: Record) -> float:
    return float(record.rows("day")["residents"].mean())


def _done(record: Record) -> dict[str, Array]:
    visits = record.rows("visit")
    kept = visits["status"] == Status.DONE
    return {name: column[kept] for name, column in visits.items()}


def _whole_days(visits: Columns) -> Array:
    """Calendar days between booking and visit."""
    days: Array = np.floor(visits["at"] / DAY) - np.floor(visits["booked"] / DAY)
    return days


def _acts(record: Record) -> Numbers:
    done = _done(record)
    office = done["home"] == 0
    age = _age(record, done["person"])
    return {
        "acts_per_inhabitant": len(done["at"]) / (_residents(record) * record.horizon.years),
        "home_share": float(ratio((~office).sum(), len(office))),
        "same_day_acts": float(ratio((_whole_days(done)[office] == 0).sum(), office.sum())),
        "acts_15_44": float(ratio((office & (age >= 15) & (age < 45)).sum(), office.sum())),
        "consultation_minutes": float(record.gps["slot_min"][record.gps["halo"] == 0].mean()),
    }


def _age(record: Record, person: Array) -> Array:
    """Ages at day 0; people who came later are in no class (−1)."""
    known = (person >= 0) & (person < len(record.people["age"]))
    age: Array = np.where(known, record.people["age"][np.where(known, person, 0)], -1)
    return age


def _acts_by_gp(record: Record) -> Numbers:
    done, own = _done(record), record.gps["halo"] == 0
    weeks = record.rows("week")
    here = (weeks["profession"] == Profession.GP) & (weeks["status"] != Work.LEFT)
    present = np.bincount(weeks["row"][here], minlength=len(own))[: len(own)]
    acts = np.bincount(done["provider"], minlength=len(own))[: len(own)]
    sudden = np.bincount(done["provider"], _whole_days(done) == 0, minlength=len(own))[: len(own)]
    always = own & (present >= present[own].max(initial=0)) & (acts > 0)
    yearly = acts[always] / record.horizon.years
    return {
        "acts_per_gp": float(ratio(acts[own].sum() * YEAR_DAYS / 7, present[own].sum())),
        "acts_per_gp_spread": float(ratio(yearly.std(), yearly.mean())),
        "gps_over_30_unscheduled": float((sudden[always] > 0.3 * acts[always]).mean()),
    }


def _acts_by_day(record: Record) -> Numbers:
    day = np.floor(_done(record)["at"] / DAY).astype(int)
    count = np.bincount(day)
    whole = len(count) // 7 * 7
    weeks = count[:whole].reshape(-1, 7)
    ordinary = weeks[weeks[:, 0] > 0.5 * np.median(weeks[:, 0])].sum(axis=0)
    year_day = (np.arange(len(count)) + record.first_day_of_year) % int(YEAR_DAYS)
    august = (year_day >= _AUGUST[0] - 1) & (year_day < _AUGUST[1] - 1)
    return {
        "monday_share": float(ratio(ordinary[0], ordinary.sum())),
        "august_index": float(ratio(count[august].mean() if august.any() else np.nan, count.mean())),
    }


def _acts_by_age(record: Record) -> Numbers:
    acts, people = _age(record, _done(record)["person"]), record.people["age"]
    out = {}
    for name, (low, high) in AGE_CLASSES.items():
        living = ((people >= low) & (people < high)).sum() * record.horizon.years
        out[f"acts_age_{name}"] = float(ratio(((acts >= low) & (acts < high)).sum(), living))
    return out


def _hours(record: Record) -> Numbers:
    """Hours of the GPs, each by the mean of the weeks worked, duty left out: the parts declared make the whole so."""
    weeks = record.rows("week")
    worked = (weeks["profession"] == Profession.GP) & (weeks["status"] == Work.WORKING)
    row = weeks["row"][worked]
    count = np.bincount(row)
    enough = count >= min(4, count.max(initial=1))

    def mean(*lines: str) -> Array:
        minutes = sum((weeks[line][worked].astype(float) for line in lines), np.zeros(len(row)))
        by_gp: Array = (np.bincount(row, minutes) / 60.0)[enough] / count[enough]
        return by_gp

    hours = mean(*(line for line in LEDGER_LINES if line != "duty"))
    return {
        "hours_mean": hours.mean(),
        "hours_median": float(np.median(hours)),
        "hours_50": (hours >= 50).mean(),
        "hours_60": (hours >= 60).mean(),
        "hours_patients": mean(*PATIENT_LINES).mean(),
        "hours_idle": mean("idle").mean(),
    }


def _leads(record: Record) -> Numbers:
    """DREES: calendar days from the contact to the visit, of those who got an appointment."""
    requests = record.rows("request", "asked")
    kept = (requests["ending"] == Ending.SERVED) & np.isin(requests["route"], GP_ROUTES)
    kept &= np.isfinite(requests["visit"]) & (requests["contacts"] > 0)
    lead = np.floor(requests["visit"][kept] / DAY) - np.floor(requests["asked"][kept] / DAY)
    kind = requests["kind"][kept]
    return {
        "lead_median": _quantile(lead, 0.5),
        "lead_mean": lead.mean() if len(lead) else np.nan,
        "lead_next_day": float(ratio((lead <= 1).sum(), len(lead))),
        "lead_5_days": float(ratio((lead >= 5).sum(), len(lead))),
        "lead_p90": _quantile(lead, 0.9),
        "lead_symptom": _quantile(lead[np.isin(kind, SYMPTOMS)], 0.5),
        "lead_periodic": _quantile(lead[kind == Need.FOLLOWUP], 0.5),
    }


def _quantile(values: Array, level: float) -> float:
    """Quantile of whole days: the smallest day that holds the level."""
    return float(np.quantile(values, level, method="inverted_cdf")) if len(values) else float("nan")


def _contacts(record: Record) -> Numbers:
    requests = record.rows("request", "asked")
    asked = (requests["first"] != First.NO_CONTACT) & ~np.isin(
        requests["kind"], (Need.EMERGENCY, Need.NURSING)
    )
    failed = asked & np.isin(requests["first"], (First.REFUSED, First.BUSY))
    after = requests["after"][failed]
    what = (After.ELSEWHERE, After.GAVE_UP, After.ED, After.LATER)
    out = {f"then_{one.name.lower()}": float(ratio((after == one).sum(), len(after))) for one in what}
    return {"contact_failed": float(ratio(failed.sum(), asked.sum())), **out}


def _unmet(record: Record) -> Numbers:
    """People who gave up a need for a GP after a failed first contact, over people of the age that surveys ask.

    In the first year of a run; a shorter one is taken in proportion. Minor ailments are left out: they pass by
    themselves, and the survey does not count who waited to see whether it got better.
    """
    requests, age = record.rows("request", "asked"), record.people["age"]
    left = (requests["ending"] == Ending.UNMET) & (requests["route"] == Route.NONE)
    left &= np.isin(requests["first"], (First.REFUSED, First.BUSY))
    left &= ~np.isin(requests["kind"], (Need.MINOR, Need.EMERGENCY, Need.NURSING))
    of_age = _age(record, requests["person"]) >= SURVEY_AGE
    people = np.unique(requests["person"][left & of_age & (requests["asked"] < YEAR_DAYS * DAY)])
    return {"unmet_need": float(ratio(len(people), (age >= SURVEY_AGE).sum())) / min(1.0, record.horizon.years)}


def _bookings(record: Record) -> Numbers:
    visits = record.rows("visit")
    taken = visits["status"] != Status.CANCELLED
    missed = visits["status"] == Status.NO_SHOW
    place = np.rint(visits["at"] * 64).astype(np.int64) * 4096 + visits["provider"]
    late = ~taken & (visits["at"] - visits["booked"] < LATE_MIN) & (visits["slot"] != Slot.HOME)
    return {
        "no_show": float(ratio(missed.sum(), taken.sum())),
        "refill": float(ratio(np.isin(place[late], place[taken]).sum(), late.sum())),
    }


def _stocks(record: Record) -> Numbers:
    day = record.rows("day")
    without = ratio(day["without_mt"], day["adults"])
    shut = 1.0 - record.open_share
    return {
        "without_mt": without.mean(),
        "without_mt_drift": without[-1] - without[0],
        "ald_without_mt": ratio(day["ald_without_mt"], day["ald_adults"]).mean(),
        "closed_lists": shut.mean(),
        "closed_lists_drift": shut[-1] - shut[0],
    }


def _lists(record: Record) -> Numbers:
    """Adults on the lists at day 0."""
    own, people = record.gps["halo"] == 0, record.people
    adults = people["mt"][(people["age"] >= ADULT_AGE) & (people["mt"] >= 0)]
    size = np.bincount(adults, minlength=len(own))[: len(own)][own]
    levels = {"list_q1": 0.25, "list_median": 0.5, "list_q3": 0.75}
    quartiles = {name: float(np.quantile(size, level)) for name, level in levels.items()}
    return {"list_mean": size.mean(), **quartiles}


def _strain(record: Record) -> Numbers:
    weeks = record.rows("week")
    told = (weeks["profession"] == Profession.GP) & (weeks["status"] != Work.LEFT) & np.isfinite(weeks["ee"])
    ee, dp, pa, when = (weeks[name][told] for name in ("ee", "dp", "pa", "at"))
    tired, far, low = ee >= HIGH_EE, dp >= HIGH_DP, pa <= LOW_PA
    spread = [ee[when == week].std(ddof=1) for week in np.unique(when) if (when == week).sum() > 1]
    quarter = 13 * WEEK
    last = when > when.max(initial=0) - quarter
    return {
        "high_ee": tired.mean(), "ee_mean": ee.mean(), "ee_sd": float(np.mean(spread)) if len(spread) else np.nan,
        "any_dimension": (tired | far | low).mean(), "all_dimensions": (tired & far & low).mean(),
        "ee_drift": weeks["ee_true"][told][last].mean() - weeks["ee_true"][told].mean(),
    }  # fmt: skip


def _studied(record: Record) -> Numbers:
    return strain_numbers(record.rows("week"), record.rows("visit"))


def _emergency(record: Record) -> Numbers:
    rows = record.rows("ed", "arrival")
    mine = rows["road"] != Road.OUTSIDER
    arrival, age, outcome, road = (rows[name][mine] for name in ("arrival", "age", "outcome", "road"))
    rate = 1000 / (_residents(record) * record.horizon.years)
    hour = np.mod(arrival, DAY) / 60
    weekday = np.bincount(np.floor(arrival / DAY).astype(int) % 7, minlength=7)
    seen = mine & (rows["outcome"] != EdOutcome.LEFT_UNSEEN)
    stay = (rows["end"] - rows["arrival"])[seen] / 60
    admitted = np.isin(outcome, (EdOutcome.ADMITTED, EdOutcome.SHORT_STAY))
    return {
        "ed_rate": mine.sum() * rate,
        "ed_monday": float(ratio(weekday[0], weekday.mean())),
        "ed_8_20": ((hour >= 8) & (hour < 20)).mean(),
        "ed_under_18": (age < 18).mean(),
        "ed_75": (age >= 75).mean(),
        "ed_admitted": admitted.mean(),
        "ed_home": (~admitted).mean(),
        "ed_stay": float(np.median(stay)),
        "ed_sent": np.isin(road, (Road.SENT, Road.RESCUE)).mean(),
        "ed_spill": (road == Road.SPILL).sum() * rate,
        "ed_ccmu1": (rows["level"][mine] == 1).mean(),
    }


def _admissions(record: Record) -> Numbers:
    rows = record.rows("admission")
    avoidable = (rows["avoidable"] == 1) & (rows["person"] >= 0)
    older = (record.people["age"] >= 65).sum() * record.horizon.years
    return {
        "avoidable": 1000 * avoidable.sum() / (_residents(record) * record.horizon.years),
        "avoidable_65": float(ratio(1000 * (avoidable & (rows["age"] >= 65)).sum(), older)),
    }


def _online(record: Record) -> Numbers:
    """The same acts as an on-line booking service sees them."""
    done = _done(record)
    online, by = record.gps["online"] > 0, done["provider"]
    shown = (by < len(online)) & online[np.minimum(by, len(online) - 1)]  # GPs who came later are not known
    shown &= np.isin(done["slot"], (Slot.AHEAD, Slot.SAME_DAY))
    soon = (done["at"] - done["booked"])[shown] < 2 * DAY
    return {
        "online_lead_median": _quantile(_whole_days(done)[shown], 0.5),
        "online_2_days": float(ratio(soon.sum(), len(soon))),
    }
