"""Measures count the same beside a model or over an old journal, in one piece or in many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.engine.events import Career, Ending, Need, Origin, Road, Route
from cpts_sim.measures import Horizon, Observer, Tally, chosen, indicators, over
from cpts_sim.measures.base import REGISTRY, week_of
from cpts_sim.words import has

from . import fake

HORIZON = Horizon(112)


def values(rows):
    return {(r.indicator, r.by, r.group, r.week): r.value for r in rows}


def whole(chunks, horizon=HORIZON, tables=None):
    return values(over(chunks, tables or fake.tables(), horizon))


def same(a, b):
    assert a.keys() == b.keys()
    for key in a:
        assert a[key] == b[key] or (np.isnan(a[key]) and np.isnan(b[key])), key


def joined(chunks):
    return {
        kind: {name: np.concatenate([c[kind][name] for c in chunks]) for name in chunks[0][kind]}
        for kind in chunks[0]
    }


def test_order_of_chunks_does_not_matter():
    chunks = fake.journal()
    same(whole(chunks), whole(chunks[::-1]))


def test_one_piece_or_many_gives_the_same_numbers():
    chunks = fake.journal()
    same(whole(chunks), whole([joined(chunks)]))


@settings(max_examples=10)
@given(cut=st.integers(0, 5))
def test_merging_two_observers_is_observing_everything(cut):
    chunks, tables = fake.journal(), fake.tables()
    first, second = Observer(chosen(), tables), Observer(chosen(), tables)
    for chunk in chunks[:cut]:
        first(chunk)
    for chunk in chunks[cut:]:
        second(chunk)
    first.merge(second)
    same(values(first.finish(HORIZON)), whole(chunks))


def test_the_warm_up_counts_for_nothing():
    chunks = fake.journal()
    assert chunks[0]["request"]["raised"].max() < 0
    same(whole(chunks), whole(chunks[1:]))


def test_an_extra_measure_changes_no_other():
    chunks, tables = fake.journal(), fake.tables()
    alone = values(over(chunks, tables, HORIZON, ["access"]))
    everything = whole(chunks)
    same(alone, {k: v for k, v in everything.items() if k in alone})


def test_every_number_is_declared_and_every_declared_number_has_its_words():
    declared = indicators()
    assert {key[0] for key in whole(fake.journal())} <= declared.keys()
    for name, indicator in declared.items():
        assert indicator.better in ("higher", "lower", "none")
        assert has(f"measures.{name}"), name
        assert has(f"measures.{name}.definition"), name
        assert has(f"measures.unit.{indicator.unit}"), indicator.unit
    assert len({m.name for m in REGISTRY.values()}) == len(REGISTRY)


def test_access_by_hand():
    """Four exogenous symptoms: at once, after 3 days, given up, pending; and a return that must not count."""
    day = fake.DAY
    raised = np.array([0.0, day, 2 * day, 3 * day, 4 * day])
    request = fake.rows(
        "request", 5, raised=raised, asked=raised, wished=raised, kind=Need.ACUTE, deprivation=1, attached=1,
        ended=raised + day, visit=[60.0, 4 * day, np.nan, np.nan, 4 * day],
        ending=[Ending.SERVED, Ending.SERVED, Ending.UNMET, Ending.PENDING, Ending.SERVED],
        route=[Route.OWN_GP, Route.OWN_GP, 0, 0, Route.OWN_GP], origin=[0, 0, 0, 0, Origin.RETURN],
    )  # fmt: skip
    got = whole([{**fake.empty(), "request": request}])
    assert got["access.in_time", "", "", -1] == 1 / 4
    assert got["access.resolution", "", "", -1] == pytest.approx((60 / day + 3 + 30 + 30) / 4, abs=1e-12)
    assert got["access.unmet", "", "", -1] == 1 / 4
    assert got["access.pending", "", "", -1] == 1 / 4
    assert got["access.in_time", "kind", "acute", -1] == 1 / 4
    assert np.isnan(got["access.in_time", "kind", "followup", -1])
    assert got["wait.mean", "", "", -1] == pytest.approx((60 / day + 3 + 0) / 3)


def test_a_late_follow_up_is_in_time_until_a_week_after_its_wished_date():
    day = fake.DAY
    wished = np.full(3, 10 * day)
    request = fake.rows(
        "request", 3, raised=[0.0, 1.0, 2.0], asked=[0.0, 1.0, 2.0], wished=wished, kind=Need.FOLLOWUP,
        visit=[9 * day, 17 * day, 17 * day + 1], ended=0.0, ending=Ending.SERVED, route=Route.OWN_GP,
        deprivation=1,
    )  # fmt: skip
    got = whole([{**fake.empty(), "request": request}])
    assert got["access.in_time", "", "", -1] == pytest.approx(2 / 3)
    assert got["access.resolution", "", "", -1] == pytest.approx((0 + 7 + 7 + 1 / day) / 3, rel=1e-4)


def test_needs_too_young_to_be_judged_wait_for_a_longer_horizon():
    chunks = fake.journal(months=4)
    late = {**fake.empty(), "request": fake.requests(100 * fake.DAY, 112 * fake.DAY, 3, 500, -0.9)}
    key = ("access.in_time", "", "", -1)
    assert whole(chunks)[key] == whole([*chunks, late])[key]


def test_waits_percentile_agrees_with_the_sorted_waits():
    request = fake.requests(0, 28 * fake.DAY, 7, 4000)
    request["route"][:] = Route.OWN_GP
    got = whole([{**fake.empty(), "request": request}])
    kept = (request["ending"] == Ending.SERVED) & (week_of(np.fmax(request["asked"], request["wished"])) < 11)
    waits = np.maximum(request["visit"] - np.fmax(request["asked"], request["wished"]), 0)[kept] / fake.DAY
    assert got["wait.p90", "", "", -1] == pytest.approx(np.quantile(waits, 0.9), abs=0.25)
    assert got["wait.mean", "", "", -1] == pytest.approx(waits.mean(), rel=1e-5)
    assert got["wait.over_2d", "", "", -1] == pytest.approx((waits > 2).mean(), abs=1e-12)


def test_lead_counts_calendar_days():
    """A request on Monday at 23:59 served on Tuesday at 00:01 has a lead of one day (DREES)."""
    request = fake.rows(
        "request", 1, raised=1439.0, asked=1439.0, wished=1439.0, visit=1441.0, ending=Ending.SERVED,
        route=Route.OWN_GP, deprivation=1,
    )  # fmt: skip
    got = whole([{**fake.empty(), "request": request}])
    assert got["lead.median", "", "", -1] == 1
    assert got["lead.same_day", "", "", -1] == 0
    assert got["lead.next_day", "", "", -1] == 1


def test_emergency_visits_by_road_sum_and_leave_outsiders_out():
    got = whole(fake.journal())
    roads = [got["ed.visits", "road", road.name.lower(), -1] for road in Road if road is not Road.OUTSIDER]
    assert got["ed.visits", "", "", -1] == pytest.approx(sum(roads))
    assert sum(got["ed.hour", "hour", f"{h:02d}", -1] for h in range(24)) == pytest.approx(1)
    assert 0 < got["ed.outsiders", "", "", -1] < 1


def test_ledger_lines_sum_to_the_hours():
    got = whole(fake.journal())
    lines = [v for k, v in got.items() if k[0] == "time.line" and k[1] == "line"]
    assert len(lines) == 16
    assert sum(lines) == pytest.approx(got["time.hours", "", "", -1])


def test_hours_for_a_cpts_are_daytime_or_rest():
    """Whatever a GP gives is in one of the two, leaders' tasks included."""
    got = whole(fake.journal())
    lines = ("cpts_day", "cpts_lunch", "cpts_evening", "cpts_admin")
    given = {line: got["time.line", "line", line, -1] for line in lines}
    assert given["cpts_admin"] > 0
    both = got["time.displaced", "", "", -1] + got["time.unpaid_evening", "", "", -1]
    assert both == pytest.approx(60 * sum(given.values()))


def test_a_leaver_stays_in_the_cohort():
    """The exhausted one of six GPs leaves in week 2: the mean keeps the score, the prevalence does not."""
    chunk = fake.empty()
    chunk["week"] = fake.weeks(0, 4, 3)
    week = chunk["week"]
    week["status"][:] = 0
    week["ee"][:] = np.where(week["row"] == 0, 40.0, 10.0)
    gone = (week["row"] == 0) & (week["at"] >= 14 * fake.DAY)
    week["status"][gone] = 3
    got = whole([chunk], Horizon(28))
    assert got["burnout.ee", "", "", -1] == pytest.approx(15.0)
    assert got["burnout.high_ee", "", "", 3] == 0
    assert got["burnout.high_ee", "", "", 0] == pytest.approx(1 / 6)
    assert got["burnout.exhausted_or_gone", "", "", -1] == pytest.approx(1 / 6)
    assert got["burnout.left", "", "", -1] == pytest.approx(1 / 6)
    dropped = {**chunk, "week": {name: column[~gone] for name, column in week.items()}}
    same(got | {k: 0 for k in got if k[0].startswith("time")}, whole([dropped], Horizon(28)) | {
        k: 0 for k in got if k[0].startswith("time")})  # fmt: skip


def test_a_successor_is_not_the_one_who_left():
    """The exhausted one of six GPs hands over in week 2 to somebody rested: the mean keeps the one who was there."""
    chunk = fake.empty()
    chunk["week"] = fake.weeks(0, 4, 3)
    week = chunk["week"]
    week["status"][:] = 0
    after = (week["row"] == 0) & (week["at"] >= 14 * fake.DAY)
    week["ee"][:] = np.where(week["row"] == 0, np.where(after, 0.0, 40.0), 10.0)
    chunk["career"] = fake.rows("career", 1, at=14 * fake.DAY, profession=0, row=0, event=int(Career.SUCCEEDED))
    got = whole([chunk], Horizon(28))
    assert got["burnout.ee", "", "", -1] == pytest.approx(15.0)
    assert got["burnout.left", "", "", -1] == pytest.approx(1 / 6)
    assert got["burnout.exhausted_or_gone", "", "", -1] == pytest.approx(1 / 6)


@given(st.lists(st.tuples(st.integers(-3, 40), st.floats(0, 1e4)), max_size=30), st.integers(0, 30))
def test_tallies_add_exactly(events, cut):
    weeks, amounts = [e[0] for e in events], [e[1] for e in events]
    every, first, second = Tally(), Tally(), Tally()
    every.add("x", np.array(weeks, int), amount=np.array(amounts), scale=64)
    first.add("x", np.array(weeks[:cut], int), amount=np.array(amounts[:cut]), scale=64)
    second.add("x", np.array(weeks[cut:], int), amount=np.array(amounts[cut:]), scale=64)
    assert (first.merge(second).get("x", 41) == every.get("x", 41)).all()


def test_only_care_resolves_a_need():
    """Seen by a doctor of the emergency department in time; left unseen; healed while waiting; never asked."""
    chunk = fake.empty()
    chunk["request"] = fake.rows(
        "request", 5, raised=100.0, asked=[100, 100, 100, 100, 4000], wished=[100, 100, 100, 100, 4000],
        kind=Need.ACUTE, origin=Origin.EXOGENOUS, person=np.arange(5), visit=[200, np.inf, np.inf, np.inf, 4100],
        ended=[200, 300, 900, 100, 4100], contacts=[1, 0, 2, 0, 1],
        ending=[Ending.SERVED, Ending.UNMET, Ending.UNMET, Ending.UNMET, Ending.SERVED],
        route=[Route.ED, Route.ED, Route.SELF, Route.SELF, Route.OWN_GP],
    )  # fmt: skip
    got = whole([chunk], Horizon(7))
    assert got["access.in_time", "", "", -1] == 1 / 5, "the last was felt at minute 100, more than 48 h before"
    assert got["access.healed", "", "", -1] == 1 / 5
    assert got["access.unmet", "", "", -1] == 2 / 5
    waits = (100.0 + 3 * 30 * 1440 + 4000) / 1440 / 5
    assert got["access.resolution", "", "", -1] == pytest.approx(waits, abs=1e-9)
