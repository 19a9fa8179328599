"""What befalls a town of eight thousand, told so that a nurse may check it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from lives import DAY, Life, live, scenario, winter

from cpts_sim.engine.events import Attachment, Need, Road, Work

DAYS = 24


@cache
def _lived(name: str = "", **settings: Any) -> Life:
    shocks = {name: {"start": "2 days", **settings}} if name else {}
    return live(winter(scenario(population=8000, shocks=shocks)), None, DAYS)


def _needs(life: Life, kind: Need, low: int = 0, high: int = 120) -> int:
    rows = life.rows("request")
    return int(
        ((rows["kind"] == kind) & (rows["origin"] == 0) & (rows["age"] >= low) & (rows["age"] <= high)).sum()
    )


def test_a_bad_influenza_season_brings_more_acute_needs_to_children_first() -> None:
    calm, bad = _lived(), _lived("influenza", severity=3.0)
    more = {
        ages: _needs(bad, Need.ACUTE, *ages) / _needs(calm, Need.ACUTE, *ages)
        for ages in ((0, 14), (65, 120))
    }
    assert more[0, 14] > more[65, 120] > 1.0
    assert _needs(bad, Need.PREVENTIVE) == _needs(calm, Need.PREVENTIVE)  # nothing else has changed


def test_a_heatwave_sends_the_old_to_hospital() -> None:
    calm, hot = _lived(), _lived("heatwave", severity=3.0)
    assert _needs(hot, Need.EMERGENCY, 75) > 1.15 * _needs(calm, Need.EMERGENCY, 75)
    sent = [int((life.rows("ed")["road"] == Road.RESCUE).sum()) for life in (calm, hot)]
    assert sent[1] > sent[0]


def test_in_a_pandemic_doctors_fall_ill_too_and_come_back() -> None:
    wave = _lived("pandemic_wave", severity=5.0, length="40 days")
    week = wave.rows("week")
    gp = week["profession"] == 0
    assert (week["status"][gp] == Work.SICK).any()
    away = wave.model.tables["gps"]["away_until"]
    back = wave.model.tables["gps"]["status"][(away > 0) & (away <= (DAYS - 1) * DAY)]
    assert (back != Work.SICK).all()
    assert _needs(wave, Need.ACUTE) > _needs(_lived(), Need.ACUTE)


def test_when_the_oldest_gp_leaves_her_patients_look_for_another() -> None:
    gone = _lived("gp_departure", count=1)
    gps = gone.model.tables["gps"]
    left = np.flatnonzero((gps["status"] == Work.LEFT) & (gps["halo"] == 0))
    own = np.flatnonzero(gps["halo"] == 0)
    assert len(left) == 1 and gps["age"][left[0]] == gps["age"][own].max()
    orphans = gone.rows("attachment")["event"] == Attachment.ORPHANED
    assert orphans.sum() > 300
    later = gone.rows("visit")
    assert not ((later["provider"] == left[0]) & (later["at"] > 2 * DAY) & (later["status"] == 0)).any()


def test_when_the_only_department_closes_at_night_only_serious_cases_come_in() -> None:
    closed = _lived("ed_closed_at_night", nights=1)
    arrival = closed.rows("ed")
    hour = (arrival["arrival"] % DAY) / 60.0
    night = ((hour >= 20.5) | (hour < 8.0)) & (arrival["arrival"] > 3 * DAY)
    assert night.any() and (arrival["level"][night] >= 3).all()
    waits = [_people_at(life, 8.0) for life in (_lived(), closed)]
    assert waits[1] > 2 * waits[0]  # the morning queue


def _people_at(life: Life, hour: float) -> int:
    at = life.rows("ed")["arrival"]
    return int(((at % DAY) == hour * 60.0).sum()) + 1


def test_visitors_take_slots_that_residents_would_have_had() -> None:
    calm, season = _lived(), _lived("tourist_season", visitors=1.0)
    acts = [
        int(life.rows("week")["acts"][life.rows("week")["profession"] == 0].sum()) for life in (calm, season)
    ]
    residents = [int((life.rows("visit")["status"] == 0).sum()) for life in (calm, season)]
    assert acts[1] > residents[1] * acts[0] / residents[0]  # acts given to people who live elsewhere
    assert residents[1] < residents[0]
    elsewhere = [int((life.rows("ed")["road"] == Road.OUTSIDER).sum()) for life in (calm, season)]
    assert elsewhere[1] > elsewhere[0]


def test_a_shortage_takes_the_pharmacists_time_and_makes_people_see_the_gp() -> None:
    calm, short = _lived(), _lived("drug_shortage", severity=5.0)
    minutes = [life.rows("provider_day") for life in (calm, short)]
    counter = [float(day["minutes"][day["profession"] == 2].sum()) for day in minutes]
    assert counter[1] > counter[0]
    assert _needs(short, Need.PREVENTIVE) > _needs(calm, Need.PREVENTIVE)


def test_casualties_fill_the_department_for_an_afternoon() -> None:
    calm, event = _lived(), _lived("mass_event", casualties=60)
    assert len(event.rows("ed")["arrival"]) - len(calm.rows("ed")["arrival"]) >= 50
    same_day = [life.rows("ed")["arrival"] // DAY == 2 for life in (calm, event)]
    wait = [
        float(np.nanmean((life.rows("ed")["start"] - life.rows("ed")["arrival"])[day]))
        for life, day in zip((calm, event), same_day, strict=True)
    ]
    assert wait[1] > wait[0]
