"""Physical volumes: who is counted where, in which year, and which hours and euros are nobody's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cpts_sim.engine.cpts_codes import Line
from cpts_sim.engine.events import SCHEMAS, Act, CptsEvent, Ending, Institution, Need, Profession, Road, Route, Status
from cpts_sim.measures import Horizon, over

from . import fake

YEAR = 365 * fake.DAY
WEEK = 7 * fake.DAY


def rows(kind: str, *events: dict[str, Any]) -> dict[str, np.ndarray]:
    """Events of a kind; columns left out are zero."""
    schema = SCHEMAS[kind]
    return {name: np.array([event.get(name, 0) for event in events], dtype=form) for name, form in schema.items()}


def counted(years: float = 2.0, **kinds: Any) -> dict[tuple[str, str, str], float]:
    """What is counted of a journal of these events."""
    chunk = {**fake.empty(), **kinds}
    tables = {
        **fake.tables(),
        "travel": {"minutes": np.arange(9.0), "columns": np.full(9, 3)},
        "hospital_travel": {"minutes": np.array([30.0, 20.0, 10.0]), "columns": np.ones(3, int)},
    }
    found = over([chunk], tables, Horizon(365 * years), ["resources"])
    return {(row.indicator, row.by, row.group): row.value for row in found}


def test_acts_fall_into_their_year_and_the_whole_is_their_sum() -> None:
    visits = rows(
        "visit",
        {"at": -5.0, "status": Status.DONE},
        {"at": 10.0, "status": Status.DONE},
        {"at": YEAR - 1, "status": Status.NO_SHOW},
        {"at": YEAR, "status": Status.DONE},
        {"at": YEAR + 5, "status": Status.DONE, "home": 1},
    )
    got = counted(visit=visits)
    assert [got["resource.count", f"year{y}", "gp_consultation"] for y in (0, 1)] == [1, 1]
    assert [got["resource.count", f"year{y}", "gp_home_visit"] for y in (0, 1)] == [0, 1]
    assert got["resource.count", "item", "gp_consultation"] == 2


def test_the_way_is_there_and_back_and_newcomers_take_the_mean_of_the_others() -> None:
    tables = fake.tables()
    person = int(np.flatnonzero(tables["people"]["commune"] == 2)[0])
    known = {"at": 1.0, "person": person, "provider": 0}  # GPs sit in commune 0: six minutes away
    stranger = {"at": 1.0, "person": 10**6, "provider": 0}
    assert counted(visit=rows("visit", known))["resource.hours", "item", "travel"] == pytest.approx(0.2, abs=1e-3)
    both = counted(visit=rows("visit", known, stranger))
    assert both["resource.hours", "item", "travel"] == pytest.approx(0.4, abs=1e-3)
    home = counted(visit=rows("visit", {**known, "home": 1}))
    assert home["resource.hours", "item", "travel"] == 0


def test_only_residents_of_the_territory_are_in_its_emergency_visits() -> None:
    tables = fake.tables()
    person = int(np.flatnonzero(tables["people"]["commune"] == 1)[0])
    visits = rows(
        "ed",
        {"arrival": 5.0, "end": 125.0, "person": person},
        {"arrival": 5.0, "end": 600.0, "person": -1, "road": Road.OUTSIDER},
    )
    got = counted(ed=visits)
    assert got["resource.count", "item", "ed_visit"] == 1
    assert got["resource.hours", "item", "ed_stay"] == pytest.approx(2.0)
    assert got["resource.hours", "item", "travel"] == pytest.approx(40 / 60, abs=1e-3)


def test_a_vaccine_at_the_counter_is_no_protocol() -> None:
    served = {"ended": 3.0, "ending": Ending.SERVED, "route": Route.PHARMACIST}
    requests = rows("request", {**served, "kind": Need.MINOR}, {**served, "kind": Need.PREVENTIVE})
    assert counted(request=requests)["resource.count", "item", "pharmacist_protocol"] == 1


def test_hours_that_nobody_paid_before_and_under_the_contract() -> None:
    unpaid = {"event": CptsEvent.UNPAID, "hours": 3.0}
    events = [{**unpaid, "at": WEEK}, {**unpaid, "at": 60 * WEEK}, {**unpaid, "at": 80 * WEEK}]
    signed = {"event": CptsEvent.CONTRACT, "at": 70 * WEEK}
    got = counted(cpts=rows("cpts", *events, signed))
    assert [got["resource.unpaid", f"year{y}", "before"] for y in (0, 1)] == [3, 3]
    assert [got["resource.unpaid", f"year{y}", "during"] for y in (0, 1)] == [0, 3]


def test_a_letter_that_leads_to_no_contract_was_all_before_it() -> None:
    events = rows("cpts", {"event": CptsEvent.LETTER, "at": 1.0}, {"event": CptsEvent.UNPAID, "hours": 4.0, "at": WEEK})
    got = counted(cpts=events)
    assert (got["resource.unpaid", "item", "before"], got["resource.unpaid", "item", "during"]) == (4, 0)


def test_money_of_the_contract_is_what_comes_in_less_what_goes_back() -> None:
    payments = rows(
        "payment",
        {"at": 1.0, "line": Line.RUNNING, "euros": 1000.0},
        {"at": 1.0, "line": Line.OTHER_FUNDERS, "euros": 70.0},
        {"at": 2.0, "line": Line.MEMBERS, "euros": 300.0},
        {"at": 3.0, "line": Line.REPAID, "euros": 200.0},
    )
    meeting = rows("cpts", {"at": 2.0, "event": CptsEvent.MEETING, "hours": 5.0, "euros": 300.0})
    got = counted(payment=payments, cpts=meeting)
    assert got["resource.euros", "item", "contract"] == 800
    assert got["resource.euros", "item", "other_funders"] == 70
    assert got["resource.euros", "item", "instead"] == 0


def test_the_same_money_spent_otherwise_pays_its_assistants_itself() -> None:
    salary = {"at": 1.0, "event": CptsEvent.SALARY, "hours": 14.0, "euros": 290.0, "actor": 2}
    worked = {"at": 1.0, "institution": Institution.ASSISTANT, "person": -1, "minutes": 600.0}
    got = counted(cpts=rows("cpts", salary), institution=rows("institution", worked, worked))
    assert got["resource.euros", "item", "instead"] == pytest.approx(290)
    assert got["resource.count", "item", "assistant_week"] == 1


def test_time_that_a_shift_leaves_is_no_time_with_patients() -> None:
    """An emergency department's idle minutes are nobody's visit; a GP's open hour is laid out for patients."""
    week = {"at": 1.0, "consult": 600.0, "idle": 120.0}
    for who, hours in ((Profession.GP, 12.0), (Profession.ED_STAFF, 10.0)):
        got = counted(week=rows("week", {**week, "profession": who}))
        assert got["resource.hours", "item", f"{who.name.lower()}_patients"] == pytest.approx(hours)
        assert got["resource.hours", "item", f"{who.name.lower()}_all"] == pytest.approx(12.0)


def test_what_a_nurse_does_about_frailty_has_a_price_and_what_a_visit_holds_has_none() -> None:
    acts = rows(
        "act",
        {"at": 1.0, "act": Act.FALL_PLAN, "organised": 1},
        {"at": 2.0, "act": Act.FRAILTY_SCREENING, "organised": 1},
        {"at": 3.0, "act": Act.FALL_PLAN, "organised": 0},
        {"at": 4.0, "act": Act.NURSE_AFTER_DISCHARGE, "organised": 1},
        {"at": 5.0, "act": Act.SCREENING, "organised": 1},
    )
    assert counted(act=acts)["resource.count", "item", "nurse_contact"] == 3
