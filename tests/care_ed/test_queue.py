"""The emergency queue against exact laws, and against the reference workload bit for bit."""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cpts_sim.care.ed_queue import LEFT, first_doctor
from cpts_sim.care.ed_settings import EdSettings
from cpts_sim.care.emergency import EmergencyDepartments, consulting_hours
from cpts_sim.engine.draws import Draws, exponential, keys_of
from cpts_sim.errors import InternalError, UsageError

from .alone import parameters_of
from .formulas import erlang_a, erlang_c, mmc_wait, priority_waits

SERVICE_MIN = 45.0


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def reference_waits(t: Floats, rank: Ints, service: Floats, servers: int) -> Floats:
    """The heap of the reference workload: priority 0 before 1, first come first served."""
    free, queue, waits = [0.0] * servers, [], np.full(len(t), np.nan)

    def advance(now: float) -> None:
        while queue and free[0] <= now:
            _, i = heappop(queue)
            waits[i] = free[0] - t[i]
            heapreplace(free, free[0] + service[i])

    for i, (now, r, s) in enumerate(zip(t.tolist(), rank.tolist(), service.tolist(), strict=True)):
        advance(now)
        if free[0] <= now:
            waits[i] = 0.0
            heapreplace(free, now + s)
        else:
            heappush(queue, (r, i))
    advance(float("inf"))
    return waits


def visits_of(
    ed: EmergencyDepartments,
    t: Floats,
    level: Ints,
    where: Ints,
    edges: list[float],
    given: Floats | None = None,
) -> dict[str, NDArray[np.generic]]:
    key, rows, done = keys_of("someone", np.arange(len(t))), np.arange(len(t)), []
    for low, high in zip([0.0, *edges[:-1]], edges, strict=True):
        now = np.flatnonzero((t >= low) & (t < high))
        road = np.zeros(now.size, int)
        service = None if given is None else given[now]
        ed.arrive(t[now], key[now], rows[now], where[now], road, level[now], road + 40, now, service=service)
        done.append(ed.advance(high))
    done.append(ed.advance(np.inf))
    return {name: np.concatenate([f.journal[name] for f in done]) for name in done[0].journal}


@pytest.mark.parametrize("window_min", [60.0, 360.0, 10_080.0])
def test_reference_workload_bit_for_bit(window_min: float) -> None:
    rng = np.random.default_rng(7)
    count, horizon = 20_000, 100 * 1440.0
    t = np.sort(rng.random(count)) * horizon
    rank, service = (rng.random(count) < 0.4).astype(int), rng.exponential(SERVICE_MIN, count)
    expected = reference_waits(t, rank, service, 7)
    ed = EmergencyDepartments(EdSettings.plain(SERVICE_MIN), Draws(1), [7], [np.inf])
    edges = [*np.arange(window_min, horizon, window_min).tolist(), horizon]
    out = visits_of(ed, t, 2 - rank, np.zeros(count, int), edges, service)
    order = np.argsort(out["person"])
    start = out["start"][order]
    assert len(start) == count
    # The wait of the reference is start - arrival, computed from the same start.
    assert np.array_equal(start.astype(float) - t, expected)
    assert np.array_equal(out["end"][order].astype(float), start.astype(float) + service)


def many_departments(
    copies: int, arrivals: list[float], servers: int, days: int, power: float = 1.0
) -> Floats:
    """Mean wait by class (hours) in each of many closed departments, after a warm-up of a fifth."""
    draws, horizon, pieces = Draws(3), days * 1440.0, []
    for rank, per_hour in enumerate(arrivals):
        most = int(power * per_hour * days * 24 * 1.25) + 100
        pairs = keys_of(f"class {rank}", np.arange(copies * most))
        gaps = exponential(draws.uniform("gap", pairs)).reshape(copies, most) * 60.0 / per_hour / power
        times = np.cumsum(gaps, axis=1)
        hospital, _ = np.nonzero(times < horizon)
        pieces.append((times[times < horizon], np.full(hospital.size, len(arrivals) - rank), hospital))
    t, level, hospital = (np.concatenate(column) for column in zip(*pieces, strict=True))
    ed = EmergencyDepartments(
        EdSettings.plain(48.0, ranks=len(arrivals)), draws, [servers] * copies, [np.inf] * copies
    )
    out = visits_of(ed, t, level, hospital, [horizon])
    late = out["arrival"] > horizon / 5
    wait = (out["start"].astype(float) - out["arrival"].astype(float))[late] / 60.0
    cell = out["hospital"][late].astype(int) * len(arrivals) + (len(arrivals) - out["level"][late])
    total, number = np.bincount(cell, wait), np.bincount(cell)
    return (total / number).reshape(copies, len(arrivals))


def agrees(values: Floats, exact: float, resolution: float = 0.05) -> bool:
    half = 3.5 * values.std(ddof=1) / np.sqrt(len(values))
    assert half <= resolution * exact, "the run is too short to tell"
    return bool(abs(values.mean() - exact) <= half)


@pytest.mark.theory
def test_mmc_and_its_power() -> None:
    exact = mmc_wait(6.0, 1.25, 6)
    assert exact == pytest.approx(0.345181, abs=1e-6)
    assert erlang_c(6, 4.8) == pytest.approx(0.517772, abs=1e-6)
    assert agrees(many_departments(200, [6.0], 6, 60)[:, 0], exact)
    # Five per cent more demand is found out with a fifth of the departments.
    assert not agrees(many_departments(40, [6.0], 6, 60, power=1.05)[:, 0], exact, resolution=0.2)


@pytest.mark.theory
def test_two_priorities_without_preemption() -> None:
    arrivals = [1.5, 3.0]
    waits = many_departments(200, arrivals, 5, 60)
    for values, exact in zip(waits.T, priority_waits(arrivals, 1.25, 5), strict=True):
        assert agrees(values, exact)


@pytest.mark.theory
def test_leaving_unseen_is_erlang_a() -> None:
    draws, count, servers = Draws(5), 120_000, 5
    key = keys_of("arrival", np.arange(count))
    gap, service, patience = exponential(draws.block("mmca", 3, key)) * np.array([[10.0], [48.0], [120.0]])
    t = np.cumsum(gap)
    lists = {"arrival": t.tolist(), "priority": [0] * count, "service": service.tolist(),
             "hold": service.tolist(), "patience": patience.tolist()}  # fmt: skip
    start = np.array(first_doctor(lists, [], [], servers, [], float("inf"), float(t[-1]) + 1e6))
    left = (start == LEFT).reshape(40, -1).mean(axis=1)
    share = erlang_a(6.0, 1.25, servers, 0.5)
    assert agrees(left, share, resolution=0.15)


def test_places_alone_are_erlang_c() -> None:
    """With as many doctors as wanted, places held for the whole stay are the servers."""
    rng = np.random.default_rng(2)
    t = np.cumsum(rng.exponential(10.0, 5_000))
    hold = rng.exponential(48.0, 5_000)
    base = {"arrival": t.tolist(), "priority": [0] * 5_000, "patience": [np.inf] * 5_000}
    quick = base | {"service": [1e-9] * 5_000, "hold": hold.tolist()}
    by_places = first_doctor(quick, [], [], 10**6, [], 6.0, 1e9)
    by_doctors = first_doctor(base | {"service": hold.tolist(), "hold": hold.tolist()}, [], [], 6, [],
                              float("inf"), 1e9)  # fmt: skip
    assert by_places == by_doctors


def test_shift_end_interrupts_nobody_and_relief_starts_the_queue() -> None:
    visits = {"arrival": [0.0, 1.0, 2.0, 3.0], "priority": [1, 1, 1, 0], "service": [30.0, 90.0, 20.0, 10.0],
              "hold": [30.0, 90.0, 20.0, 10.0], "patience": [np.inf] * 4}  # fmt: skip
    start = first_doctor(visits, [], [], 2, [(20.0, 1), (100.0, 3)], float("inf"), 1e4)
    # Two at work when one goes home at 20: nobody starts when the first finishes at 30, only at 91; the
    # urgent visit that came last goes first, and the relief at 100 takes the other.
    assert start == [0.0, 1.0, 100.0, 91.0]


def test_closed_department_keeps_its_queue() -> None:
    ed = EmergencyDepartments(EdSettings.plain(10.0), Draws(1), [1], [np.inf])
    ed.set_doctors(0, [0] * 8 + [1] * 16)
    zero = np.zeros(1, int)
    ed.arrive([60.0], keys_of("a", [0]), zero, zero, zero, zero + 1, zero, zero, service=[10.0])
    assert len(ed.advance(479.0)) == 0
    assert ed.waiting().tolist() == [1]
    done = ed.advance(600.0)
    assert done.journal["start"].tolist() == [480.0]
    assert done.journal["end"].tolist() == [490.0]


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[float], list[int], list[int]]:
    count = draw(st.integers(1, 40))
    minutes = st.integers(0, 2_000).map(float)
    return (draw(st.lists(minutes, min_size=count, max_size=count)),
            draw(st.lists(st.integers(1, 5), min_size=count, max_size=count)),
            draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)))  # fmt: skip


@given(crowds(), st.lists(st.integers(1, 2_400), min_size=1, max_size=6), st.integers(1, 4), st.booleans())
@hypothesis_settings(max_examples=60)
def test_windows_order_and_copies_change_nothing(
    crowd: tuple[list[float], list[int], list[int]], cuts: list[int], boxes: int, fork: bool
) -> None:
    settings = EdSettings.from_parameters(parameters_of(2019))
    t, level, hospital = (np.array(column) for column in crowd)
    key, what = keys_of("someone", np.arange(len(t))), np.arange(len(t))
    age, road = (what * 7) % 100, what % 3
    doctors = np.tile(np.array([1] * 9 + [2] * 11 + [1] * 4), (2, 7))

    def run(stops: list[float], order: Ints, copy: bool) -> list[tuple[object, ...]]:
        ed = EmergencyDepartments(settings, Draws(9), doctors, [boxes, 3])
        i = order
        ed.arrive(t[i], key[i], what[i], hospital[i], road[i], level[i], age[i], what[i])
        rows: list[tuple[object, ...]] = []
        for stop in stops:
            done = ed.advance(stop)
            rows += list(zip(*(done.journal[name].tolist() for name in sorted(done.journal)), strict=True))
            if copy:
                other = EmergencyDepartments(settings, Draws(9), doctors * 0, [1.0, 1.0])
                other.restore(ed.state())
                ed = other
        return sorted(map(repr, rows))

    once = run([60_000.0], what, False)
    again = run([*sorted({float(c) for c in cuts}), 60_000.0], what[::-1].copy(), fork)
    assert once == again
    assert len(once) == len(t)


def test_mistakes_are_named() -> None:
    ed = EmergencyDepartments(EdSettings.plain(10.0), Draws(1), [1], [np.inf])
    ed.advance(100.0)
    zero = np.zeros(1, int)
    with pytest.raises(InternalError, match=r"arrival at 99\.0 min, expected 100\.0"):
        ed.arrive([99.0], keys_of("a", [0]), zero, zero, zero, zero + 1, zero, zero)
    with pytest.raises(UsageError, match="expected \\(departments, 168\\)"):
        EmergencyDepartments(EdSettings.plain(10.0), Draws(1), [[1, 2]], [np.inf])
    varying = EmergencyDepartments(EdSettings.plain(10.0), Draws(1), [1], [np.inf])
    varying.set_doctors(0, [1, 2] * 12)
    varying.arrive([1.0], keys_of("a", [0]), zero, zero, zero, zero + 1, zero, zero)
    with pytest.raises(UsageError, match="constant roster"):
        varying.advance(np.inf)


def test_consulting_hours() -> None:
    day = 1440.0
    inside = [480.0, 1199.0, 4 * day + 600, 5 * day + 719, -7 * day + 480]
    outside = [479.0, 1200.0, 5 * day + 720, 6 * day + 600, -60.0]
    assert consulting_hours(inside).all()
    assert not consulting_hours(outside).any()
