"""Each exact law and the benchmark can be written as a scenario."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cpts_sim.scenario import ScenarioError, load, parse

ROOT = Path(__file__).parents[2]

CORE = """
calendar: plain
drift: false
frozen: true
warmup: 0 weeks
territory:
  practices:
    practices: 200
    inhabitants: 200000
    weekly:
      mon: &day [{at: "08:00", slots: 20, every: 15 min}]
      tue: *day
      wed: *day
      thu: *day
      fri: *day
      sat: *day
      sun: *day
care:
  needs:
    visit: {rate_per_gp: 19 per day, minute: opening, routes: [own_gp], patience: unlimited}
"""


def test_slotted_calendar(write) -> None:
    """V2.1: 20 slots a day, 19 requests a day and GP, all at opening."""
    scenario = load(write(CORE))
    practices = scenario.territory.practices
    assert practices is not None and scenario.care.needs is not None
    need = scenario.care.needs["visit"]
    assert need.rate(practices) * practices.inhabitants / practices.gps / 365 == pytest.approx(19, rel=1e-14)
    assert all(len(day) == 1 and day[0].slots == 20 for day in practices.weekly.days)
    assert math.isinf(need.patience_min) and need.minute == "opening"


def test_diversion_after_two_days(write) -> None:
    """V2.2: a request whose delay would exceed two calendar days goes to the emergency department."""
    text = CORE.replace("routes: [own_gp], patience: unlimited", "routes: [own_gp, ed], patience_days: 2")
    scenario = load(write(text.replace("19 per day", "22 per day")))
    assert scenario.care.needs is not None
    need = scenario.care.needs["visit"]
    assert need.patience_days == 2 and need.routes == ("own_gp", "ed")
    assert scenario.territory.practices is not None and scenario.territory.practices.ed is None


def test_weekly_calendar(write) -> None:
    """V2.3: requests and slots by weekday."""
    text = CORE.replace("      sat: *day\n      sun: *day\n", "").replace("slots: 20", "slots: 24")
    text = text.replace("19 per day,", "116 per week, weekday: [30, 22, 20, 20, 24, 0, 0],")
    scenario = load(write(text))
    practices, needs = scenario.territory.practices, scenario.care.needs
    assert practices is not None and needs is not None
    per_day = needs["visit"].rate(practices) * practices.inhabitants / practices.gps / 365
    weights = needs["visit"].weekday
    assert [per_day * weight * 7 / sum(weights) for weight in weights] == pytest.approx(
        [30, 22, 20, 20, 24, 0, 0]
    )
    assert [len(day) for day in practices.weekly.days] == [1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("links", ["none", "chain", "full"])
def test_overflow_between_linked_gps(write, links: str) -> None:
    """V4.2: three linked GPs, 8 slots each, today or refused."""
    text = CORE.replace(
        "inhabitants: 200000", f"inhabitants: 200000\n    gps_per_practice: 3\n    links: {links}"
    )
    text = text.replace("slots: 20", "slots: 8").replace("19 per day", "8 per day")
    text = text.replace("[own_gp], patience: unlimited", "[own_gp, linked_gp], patience_days: 0")
    scenario = load(write(text))
    practices = scenario.territory.practices
    assert practices is not None and practices.gps == 600 and practices.links == links


def test_queue_of_an_emergency_department(write) -> None:
    """V4.1, V5.1 and the priority row: c servers, exponential service, two classes, one queue a practice."""
    text = CORE.replace(
        "inhabitants: 200000",
        "inhabitants: 200000\n    ed: {servers: 6, service: {exponential: 48 min}, per: practice}",
    )
    text += "    urgent: {rate_per_gp: 2 per hour, routes: [ed], ed_priority: 0}\n"
    text += "    other: {rate_per_gp: 4 per hour, routes: [ed], ed_priority: 1}\n"
    scenario = load(write(text))
    practices, needs = scenario.territory.practices, scenario.care.needs
    assert practices is not None and practices.ed is not None and needs is not None
    hourly = (
        sum(needs[name].rate(practices) for name in ("urgent", "other")) * practices.inhabitants / 200 / 8760
    )
    assert hourly == pytest.approx(6, rel=1e-12)
    assert practices.ed.service.exponential_min == 48 and practices.ed.per == "practice"


def test_the_shipped_benchmark_is_the_reference_workload() -> None:
    scenario = load(ROOT / "scenarios" / "appointment_year.yaml")
    practices, needs = scenario.territory.practices, scenario.care.needs
    assert practices is not None and practices.ed is not None and needs is not None
    assert practices.inhabitants == 100_000 and practices.gps == (100_000 + 550) // 1100
    assert practices.list_weights == (9, 11, 13)
    assert sum(session.slots for day in practices.weekly.days for session in day) == 110
    assert [(s.at_min, s.slots, s.every_min) for s in practices.weekly.mon] == [(510, 11, 15), (840, 11, 15)]
    assert practices.ed.servers == (100_000 + 10_000) // 20_000 and practices.ed.service.exponential_min == 45
    urgent, visit = needs["urgent"], needs["appointment"]
    assert (
        urgent.rate(practices) + visit.rate(practices) == pytest.approx(5) and urgent.rate(practices) == 0.3
    )
    assert (visit.lead_min, visit.patience_min, visit.ed_priority) == (60, 14_400, 1)
    assert urgent.routes == ("ed",) and visit.routes == ("own_gp", "ed") and urgent.ed_priority == 0
    assert (
        scenario.calendar == "plain" and scenario.warmup_days == 0 and scenario.frozen and not scenario.drift
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rate_per_gp: 19 per day,", "", "exactly one"),
        ("rate_per_gp: 19 per day,", "rate: 5 per year, rate_total: 3 per day,", "exactly one"),
        ("minute: opening", "weekday: [1, 1]", "at least 7 values"),
        ("minute: opening", "weekday: [0, 0, 0, 0, 0, 0, 0]", "seven weights"),
        ('"08:00", slots: 20, every: 15 min', '"23:00", slots: 20, every: 15 min', "by midnight"),
        ("every: 15 min", "every: 0 min", "greater than 0"),
        (
            "slots: 20, every: 15 min}",
            'slots: 20, every: 15 min}, {at: "09:00", slots: 1, every: 15 min}',
            "overlap",
        ),
        ("practices: 200", "practices: 200\n    list_weights: [1, 0]", "greater than 0"),
        ("practices: 200", "practices: 200\n    ed: {servers: 1, service: {}}", "exactly one"),
        ("[own_gp]", "[own_gps]", "own_gp"),
    ],
)
def test_faults_of_theory(write, old: str, new: str, words: str) -> None:
    assert old in CORE
    from cpts_sim.words import speaking

    with speaking("en"), pytest.raises(ScenarioError) as caught:
        load(write(CORE.replace(old, new)))
    assert words in str(caught.value)


def test_rates_for_the_whole_territory() -> None:
    scenario = parse(
        {
            "territory": {"practices": {"inhabitants": 1000, "weekly": {}}},
            "care": {"needs": {"a": {"rate_total": "6 per hour"}}},
        }
    )
    practices, needs = scenario.territory.practices, scenario.care.needs
    assert practices is not None and needs is not None
    assert needs["a"].rate(practices) * 1000 == pytest.approx(6 * 8760)
