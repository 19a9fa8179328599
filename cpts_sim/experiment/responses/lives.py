"""What is kept of one run: enough to compare the same GPs, the same people and the same territory in two arms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import (
    Career,
    EdOutcome,
    Ending,
    Institution,
    Profession,
    Road,
    Route,
    Status,
    Work,
)
from cpts_sim.experiment.fact_numbers import Record, fact_numbers
from cpts_sim.experiment.facts import KEPT, Listener, facts_digest
from cpts_sim.experiment.keys import digest
from cpts_sim.measures.base import DAY, YEAR_DAYS
from cpts_sim.scenario import Scenario
from cpts_sim.territory.practice_types import PracticeType

Array = NDArray[Any]
Columns = Mapping[str, Array]
PERIOD_DAYS = 28
MINOR_LEVEL = 2
"""Highest level of severity of a minor visit (CCMU 1 and 2)."""
OLD = 75
_ALSO = ("career", "institution")


@dataclass(frozen=True)
class Life:
    """One run of one arm.

    Attributes:
        gps: of the GPs of day 0, by row: ``key``, ``own`` (of the territory), ``assistant``, ``nurse`` (works with a
            nurse beside GPs), ``house`` (works in a health house, or, where there is none, in a group),
            ``list_start``, ``list_end`` (people), ``seen`` (people seen at least once in the last year), ``acts`` and
            ``weeks`` (worked) of the last year, ``there`` (at the end), ``succeeded`` (period of 28 days in which
            somebody took the practice over, -1 never).
        people: of the inhabitants of day 0: ``mt`` (row of their GP or -1), and ``visits``, ``duty``: contacts with
            GPs and with the doctor on duty, people × periods of 28 days.
        totals: numbers of the territory, by name.
    """

    gps: Columns
    people: Columns
    totals: Mapping[str, float]


def life_of(scenario: Scenario, seed: int, arm: str) -> Life:
    """Run an arm of a scenario once and keep what the responses need."""
    from cpts_sim.model import Model

    model = Model(scenario, seed)
    try:
        model.warm_up()
        start, listener = _picture(model), Listener(model, (*KEPT, *_ALSO))
        branch = model.fork(arm, [listener])
        try:
            branch.run(scenario.horizon_days)
            branch.finish()
            end = _lists(branch, len(start["key"]))
            there = np.asarray(branch.tables["gps"]["status"][: len(start["key"])] != Work.LEFT)
            return _life(start, end, there, listener.record(scenario))
        finally:
            branch.close()
    finally:
        model.close()


def _picture(model: Any) -> dict[str, Array]:
    """Return the GPs of day 0, by row."""
    gps = model.tables["gps"]
    return {
        "key": gps["key"].copy(), "own": np.asarray(gps["halo"]) == 0, "assistant": gps["assistant"].copy(),
        "house": _houses(gps), "nurse": _beside_a_nurse(model), "list_start": _lists(model, len(gps)),
    }  # fmt: skip


def _beside_a_nurse(model: Any) -> Array:
    from cpts_sim.care.beside_gps import _partners

    beside: Array = _partners(model.care.world) >= 0
    return beside


def _houses(gps: Any) -> Array:
    """Return the GPs of health houses; where the territory has none, of the groups that may become one."""
    own, kind = np.asarray(gps["halo"]) == 0, np.asarray(gps["practice_type"])
    houses: Array = own & (kind == PracticeType.MSP)
    return houses if houses.any() else own & (kind == PracticeType.GROUP)


def _lists(model: Any, count: int) -> Array:
    people = model.tables["people"]
    known = people["mt"][people["alive"] & (people["mt"] >= 0)]
    return np.bincount(known, minlength=count)[:count]


def _life(start: Columns, end: Array, there: Array, record: Record) -> Life:
    gps = {**start, "list_end": end, "there": there, **_practice(record, len(end))}
    return Life(gps, {"mt": record.people["mt"], **_contacts(record)}, _totals(record))


def _practice(record: Record, count: int) -> dict[str, Array]:
    """Return what each GP did in the last year."""
    since = max(0.0, (record.horizon.days - YEAR_DAYS) * DAY)
    visits, weeks, career = record.rows("visit"), record.rows("week"), record.rows("career")
    done = (visits["status"] == Status.DONE) & (visits["at"] >= since) & (visits["provider"] < count)
    who = visits["provider"][done].astype(np.int64)
    pairs = np.unique(who * (1 << 32) + visits["person"][done].astype(np.int64))
    worked = (weeks["profession"] == Profession.GP) & (weeks["status"] == Work.WORKING) & (weeks["at"] >= since)
    worked &= weeks["row"] < count
    succeeded = np.full(count, -1, dtype=np.int64)
    taken = (career["profession"] == Profession.GP) & (career["event"] == Career.SUCCEEDED) & (career["row"] < count)
    succeeded[career["row"][taken][::-1]] = (career["at"][taken][::-1] // (PERIOD_DAYS * DAY)).astype(np.int64)
    return {
        "seen": np.bincount(pairs >> 32, minlength=count), "acts": np.bincount(who, minlength=count),
        "weeks": np.bincount(weeks["row"][worked], minlength=count), "succeeded": succeeded,
    }  # fmt: skip


def _contacts(record: Record) -> dict[str, Array]:
    """Return contacts by person and period."""
    visits, requests = record.rows("visit"), record.rows("request", "asked")
    done = visits["status"] == Status.DONE
    duty = (requests["ending"] == Ending.SERVED) & (requests["route"] == Route.DUTY)
    count, periods = len(record.people["mt"]), -(-int(record.horizon.days) // PERIOD_DAYS)

    def table(person: Array, at: Array) -> Array:
        known = (person >= 0) & (person < count)
        period = np.minimum((at[known] // (PERIOD_DAYS * DAY)).astype(np.int64), periods - 1)
        cells = np.bincount(person[known].astype(np.int64) * periods + period, minlength=count * periods)
        return cells.reshape(count, periods).astype(np.int16)

    return {
        "visits": table(visits["person"][done], visits["at"][done]),
        "duty": table(requests["person"][duty], requests["asked"][duty]),
    }


_FACTS = ("acts_per_inhabitant", "lead_median", "closed_lists", "ed_rate", "ed_spill")


def _totals(record: Record) -> dict[str, float]:
    """Return numbers of the whole territory: some facts, emergency visits, stays, what followed them, extra slots."""
    facts = fact_numbers(record)
    residents = float(record.rows("day")["residents"].mean())
    gps = float((record.gps["halo"] == 0).sum())
    visits = record.rows("visit")
    booked = (visits["slot"] == Slot.EXTRA) & (visits["status"] != Status.CANCELLED)
    return {
        **{name: facts[name] for name in _FACTS}, "gp_density": 1e5 * gps / residents,
        "extra_booked": float(booked.sum()), **_emergencies(record), **_discharges(record),
    }  # fmt: skip


def _emergencies(record: Record) -> dict[str, float]:
    rows = record.rows("ed", "arrival")
    own = rows["road"] != Road.OUTSIDER
    minor = own & np.isin(rows["road"], (Road.DIRECT, Road.SPILL)) & (rows["level"] <= MINOR_LEVEL)
    stays = record.rows("admission")
    return {
        "ed": float(own.sum()), "ed_minor": float(minor.sum()), "ed_spilt": float((rows["road"] == Road.SPILL).sum()),
        "ed_75": float((own & (rows["age"] >= OLD)).sum()),
        "admissions_75": float(((stays["age"] >= OLD) & (stays["person"] >= 0)).sum()),
        "ed_admitted": float((own & (rows["outcome"] == EdOutcome.ADMITTED)).sum()),
    }  # fmt: skip


def _discharges(record: Record) -> dict[str, float]:
    """Count the stays of people of 75 and over, or avoidable ones, whose 30 days after are inside the run."""
    stays, visits = record.rows("admission"), record.rows("visit")
    out = stays["at"] + stays["days"].astype(np.float64) * DAY
    concerned = (stays["person"] >= 0) & ((stays["age"] >= OLD) | (stays["avoidable"] > 0))
    concerned &= (stays["readmission"] == 0) & (out + 30 * DAY <= record.horizon.days * DAY)
    who, when = stays["person"][concerned], out[concerned]
    done = visits["status"] == Status.DONE
    again = stays["readmission"] > 0
    told = record.rows("institution")
    prado = told["institution"] == Institution.PRADO
    return {
        "stays": float(len(who)),
        "stays_seen": _followed(who, when, visits["person"][done], visits["at"][done], 15),
        "stays_again": _followed(who, when, stays["person"][again], stays["at"][again], 30),
        "stays_prepared": _followed(who, when - DAY, told["person"][prado], told["at"][prado], 2),
    }


def _followed(who: Array, when: Array, person: Array, at: Array, days: float) -> float:
    """Count stays followed, within some days, by an event of the same person."""
    scale = 1e9  # minutes of any run are far below
    events = np.sort(person.astype(np.float64) * scale + at)
    begin = who.astype(np.float64) * scale + when
    nearest = np.searchsorted(events, begin)
    known = np.append(events, math.inf)[nearest]
    return float((known <= begin + days * DAY).sum())


@cache
def lives_digest() -> str:
    """Return the digest of the code that reads a life from a run."""
    return digest(Path(__file__).read_bytes() + facts_digest().encode())
