"""Exact laws through the running model, by configuration alone; a demand 5 % wrong must be rejected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from replications import Counter, agrees, count_run, practices_scenario, rejects

from cpts_sim.theory.queues import Station, priority_waits
from cpts_sim.theory.slotted import Calendar, Week, diversion, overflow

pytestmark = pytest.mark.theory
WRONG = 1.05
PLACES = 170


def sessions(slots: int) -> list[dict[str, Any]]:
    return [{"at": "08:00", "slots": slots, "every": "15 min"}]


def asks(per_day: float, *routes: str, **more: Any) -> dict[str, Any]:
    return {
        "rate_per_gp": f"{per_day!r} per day",
        "minute": "opening",
        "routes": list(routes or ("own_gp",)),
        **more,
    }


def calendar_run(per_day: float, slots: int, practices: int, days: int, seed: int = 1) -> Counter:
    need = asks(per_day, patience="unlimited")
    scenario = practices_scenario({"visit": need}, practices, sessions(slots), warmup_weeks=40)
    return count_run(scenario, days, seed)


@pytest.mark.parametrize(
    ("per_day", "slots", "practices", "days"),
    [(18.0, 20, 260, 560), pytest.param(19.0, 20, 400, 1008, marks=pytest.mark.slow), (6.4, 8, 240, 560)],
)
def test_calendar(per_day: float, slots: int, practices: int, days: int) -> None:
    """The delay law of a calendar with a fixed number of slots a day."""
    exact = Calendar(per_day, slots).delay()
    counter = calendar_run(per_day, slots, practices, days)
    for within in (0, 1):  # later ones are too rare for a normal interval
        assert agrees(counter.within(within), exact.within(within), 0.01)
    assert agrees(counter.mean_delay(), exact.mean, 0.05 * exact.mean)
    if slots == 20 and per_day == 18.0:
        wrong = calendar_run(per_day * WRONG, slots, 60, days)
        assert rejects(wrong.within(0), exact.within(0))
        assert rejects(wrong.mean_delay(), exact.mean)


@pytest.mark.parametrize("patience", [0, 2])
def test_diversion(patience: int) -> None:
    """An overloaded calendar whose patients go elsewhere rather than wait longer."""
    exact = diversion(22.0, 20, patience)
    need = asks(22.0, "own_gp", "ed", patience_days=patience)
    counter = count_run(practices_scenario({"visit": need}, PLACES, sessions(20)), 364)
    share = counter.away / (counter.away + counter.own)
    assert agrees(share, exact.diverted, 0.004)
    assert agrees(counter.own / (364 * 20), exact.utilisation, 0.01)
    for days, probability in enumerate(np.cumsum(exact.delay.law[:-1])):
        assert agrees(counter.within(days), float(probability), 0.01)
    wrong = count_run(
        practices_scenario({"visit": {**need, "rate_per_gp": "23.1 per day"}}, PLACES, sessions(20)), 364
    )
    assert rejects(wrong.away / (wrong.away + wrong.own), exact.diverted)


def week_run(scale: float, practices: int, days: int) -> Counter:
    requests = [30.0, 22.0, 20.0, 20.0, 24.0, 0.0, 0.0]
    need = asks(scale * sum(requests) / 7, patience="unlimited", weekday=requests)
    weekly = {day: sessions(24) for day in ("mon", "tue", "wed", "thu", "fri")}
    return count_run(practices_scenario({"visit": need}, practices, weekly, warmup_weeks=52), days)


@pytest.mark.slow
def test_week() -> None:
    """A week with a surge on Monday and a closed weekend; delays in calendar days."""
    exact = Week((30.0, 22.0, 20.0, 20.0, 24.0, 0.0, 0.0), (24, 24, 24, 24, 24, 0, 0))
    counter = week_run(1.0, 560, 1400)
    for within in (0, 1, 2, 7):
        assert agrees(counter.within(within), exact.delay().within(within), 0.02)
    for weekday, law in enumerate(exact.delays()):
        if law is not None:
            assert agrees(counter.within(0, weekday), law.within(0), 0.02)
    assert agrees(counter.mean_delay(), exact.delay().mean, 0.05 * exact.delay().mean)


def overflow_run(links: str, gps: int, per_day: float, practices: int = 84, days: int = 336) -> Counter:
    need = asks(per_day, "own_gp", "linked_gp", patience_days=0)
    layout: dict[str, Any] = {"gps_per_practice": gps, "links": links}
    scenario = practices_scenario({"visit": need}, practices, sessions(8), warmup_weeks=0, **layout)
    return count_run(scenario, days)


@pytest.mark.parametrize(("gps", "links"), [(2, "none"), (2, "full"), (3, "chain"), (3, "full")])
def test_overflow(gps: int, links: str) -> None:
    """One day's overflow between GPs, own GP first."""
    reach = {"none": 1, "chain": 2, "full": gps}[links]
    exact = overflow([8.0] * gps, 8, [[(i + k) % gps for k in range(reach)] for i in range(gps)])
    counter, days = overflow_run(links, gps, 8.0), 336
    resolution = 0.004 * 8.0 * gps
    for found, expected in (
        (counter.own, exact.own),
        (counter.other, exact.other),
        (counter.away, exact.refused),
    ):
        if expected:
            assert agrees(found / days, expected, resolution)
        else:
            assert found.sum() == 0
    wrong = overflow_run(links, gps, 8.0 * WRONG, practices=40)
    assert rejects(wrong.away / days, exact.refused)


def queue_run(
    streams: dict[str, dict[str, Any]], servers: int, service: dict[str, str], days: int, **how: Any
) -> Counter:
    ed = {"servers": servers, "service": service, "per": "practice"}
    return count_run(practices_scenario(streams, 100, warmup_weeks=4, ed=ed), days, **how)


@pytest.mark.parametrize(
    ("per_hour", "mean_min", "servers", "days"),
    [(6.0, 48.0, 6, 126), (0.8, 60.0, 1, 364), (2.4, 60.0, 3, 196)],
)
def test_servers(per_hour: float, mean_min: float, servers: int, days: int) -> None:
    """M/M/c through the emergency department."""
    exact = Station(per_hour, 60.0 / mean_min, servers)
    limits = (30.0, 60.0)

    def run(scale: float) -> Counter:
        need = {"all": {"rate_per_gp": f"{per_hour * scale!r} per hour", "routes": ["ed"]}}
        return queue_run(need, servers, {"exponential": f"{mean_min:g} min"}, days, limits=limits)

    counter = run(1.0)
    assert agrees(counter.waited(), exact.must_wait, 0.01)
    assert agrees(counter.mean_wait() / 60.0, exact.mean_wait, 0.05 * exact.mean_wait)
    for rank, limit in enumerate(limits):
        assert agrees(counter.waited(rank), exact.waits_longer(limit / 60.0), 0.01)
    assert rejects(run(WRONG).waited(), exact.must_wait)


def test_fixed_service() -> None:
    """M/D/1: half the mean wait of the exponential server."""
    need = {"all": {"rate_per_gp": "0.8 per hour", "routes": ["ed"]}}
    counter = queue_run(need, 1, {"fixed": "60 min"}, 280)
    assert agrees(counter.mean_wait() / 60.0, 2.0, 0.1)


def test_priorities() -> None:
    """Three classes, nobody interrupted; the conservation law holds between them."""
    rates = (0.5, 1.0, 0.9)
    exact = priority_waits(rates, 1.0, 3)

    def run(scale: float) -> Counter:
        streams = {
            f"class_{k}": {"rate_per_gp": f"{rate * scale!r} per hour", "routes": ["ed"], "ed_priority": k}
            for k, rate in enumerate(rates)
        }
        return queue_run(streams, 3, {"exponential": "60 min"}, 252)

    counter = run(1.0)
    for rank, wait in enumerate(exact):
        assert agrees(counter.mean_wait(rank) / 60.0, wait, 0.05 * wait)
    assert agrees(
        counter.mean_wait() / 60.0, Station(2.4, 1.0, 3).mean_wait, 0.05 * Station(2.4, 1.0, 3).mean_wait
    )
    wrong = run(WRONG)
    for rank in (1, 2):
        assert rejects(wrong.mean_wait(rank) / 60.0, exact[rank])
