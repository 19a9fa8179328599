"""The analytic modules against values computed elsewhere from the same definitions, and identities."""

from __future__ import annotations

import numpy as np
import pytest

from cpts_sim.errors import UsageError
from cpts_sim.theory.queues import Impatient, Station, erlang_b, erlang_c, pooling_gain, priority_waits
from cpts_sim.theory.slotted import Calendar, Week, diversion, overflow, poisson_law


def six(value: float) -> object:
    """Values printed with six decimals."""
    return pytest.approx(value, rel=0, abs=1.0e-6)


def test_erlang() -> None:
    assert erlang_b(10, 8.0) == six(0.121661)
    assert erlang_c(10, 8.0) == six(0.409180)
    assert erlang_b(5, 4.0) == six(0.199067)
    assert erlang_c(2, 2.0) == 1.0
    loads = {9: 0.1915, 10: 0.1379, 11: 0.0948, 12: 0.0619, 13: 0.0383, 14: 0.0223}
    for beds, delayed in loads.items():  # stroke beds, Monks et al. 2016
        assert erlang_b(beds, 8.355493) == pytest.approx(delayed, abs=5e-5)


def test_six_servers() -> None:
    station = Station(6.0, 1.25, 6)
    assert station.must_wait == six(0.517772)
    assert station.mean_wait == six(0.345181)
    assert station.mean_waiting == six(2.071088)
    assert station.waits_longer(0.5) == six(0.244578)
    assert station.waits_longer(1.0) == six(0.115531)
    assert station.utilisation == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("utilisation", "waits"),
    [
        (0.8, (4.0, 1.777778, 1.078652, 0.554113, 0.204590)),
        (0.9, (9.0, 4.263158, 2.723537, 1.524986, 0.668732)),
        (0.95, (19.0, 9.256410, 6.046723, 3.511196, 1.651171)),
    ],
)
def test_pooling(utilisation: float, waits: tuple[float, ...]) -> None:
    for servers, wait in zip((1, 2, 3, 5, 10), waits, strict=True):
        assert Station(utilisation * servers, 1.0, servers).mean_wait == six(wait)
        assert pooling_gain(servers, utilisation) == pytest.approx(waits[0] / wait, rel=1e-5)


def test_priorities() -> None:
    arrivals = [0.2, 1.0, 2.4, 1.8, 0.4]
    waits = priority_waits(arrivals, 1.25, 5)
    expected = [0.136561, 0.169011, 0.385855, 2.292431, 13.499871]
    assert waits == pytest.approx(expected, rel=0, abs=1e-6)
    conserved = sum(rate * wait for rate, wait in zip(arrivals, waits, strict=True)) / sum(arrivals)
    assert conserved == pytest.approx(Station(sum(arrivals), 1.25, 5).mean_wait, rel=1e-12)
    assert priority_waits([4.0], 1.0, 5)[0] == pytest.approx(Station(4.0, 1.0, 5).mean_wait, rel=1e-14)


def test_leaving_unseen() -> None:
    queue = Impatient(8.0, 1.25, 5, 0.5)
    assert queue.leaves_unseen == six(0.252375)
    assert queue.must_wait == six(0.877890)
    assert queue.mean_waiting == six(4.037995)
    nearly_patient = Impatient(3.0, 1.0, 5, 1e-9)
    assert nearly_patient.mean_waiting == pytest.approx(Station(3.0, 1.0, 5).mean_waiting, rel=1e-6)


@pytest.mark.parametrize(
    ("slots", "requests", "empty", "backlog", "mean", "same_day", "one", "two", "quantiles"),
    [
        (20, 18.0, 0.549988, 2.59715, 0.144286, 0.858104, 0.997648, 0.999963, (0, 1, 1)),
        (20, 19.0, 0.318480, 7.32888, 0.385731, 0.665188, 0.955738, 0.994213, (0, 1, 1)),
        (8, 6.4, 0.684320, 0.97250, 0.151954, 0.853253, 0.994959, 0.999839, (0, 1, 1)),
        (20, 19.6, 0.139194, 22.15884, 1.130553, 0.375428, 0.720145, 0.874931, (1, 3, 4)),
    ],
)
def test_calendar(
    slots: int,
    requests: float,
    empty: float,
    backlog: float,
    mean: float,
    same_day: float,
    one: float,
    two: float,
    quantiles: tuple[int, int, int],
) -> None:
    calendar = Calendar(requests, slots)
    delay = calendar.delay()
    assert calendar.backlog()[0] == six(empty)
    assert calendar.mean_backlog() == pytest.approx(backlog, abs=6e-6)
    assert delay.mean == six(mean)
    assert [delay.within(days) for days in (0, 1, 2)] == pytest.approx([same_day, one, two], abs=1e-6)
    assert tuple(delay.quantile(level) for level in (0.5, 0.9, 0.95)) == quantiles
    assert calendar.mean_backlog() == pytest.approx(requests * delay.mean, rel=1e-9)  # Little
    assert delay.law.sum() == pytest.approx(1.0, abs=1e-12)


def test_whole_delay_law() -> None:
    expected = [0.375428, 0.344718, 0.154786, 0.069175, 0.030915, 0.013816, 0.006174, 0.002759, 0.001233]
    law = Calendar(19.6, 20).delay().law
    assert law[:9] == pytest.approx(expected, abs=1e-6)
    assert law[9] / law[8] == pytest.approx(0.447, abs=5e-4)


@pytest.mark.parametrize(
    ("requests", "patience", "diverted", "utilisation", "mean", "law"),
    [
        (22.0, 0, 0.136617, 0.949721, 0.0, [1.0]),
        (22.0, 2, 0.090923, 0.999984, 1.845770, [0.00309, 0.14805, 0.84886]),
        (22.0, 5, 0.090909, 1.000000, 4.845385, [0.0, 0.0, 0.00007, 0.00319, 0.14803, 0.84871]),
        (19.0, 0, 0.067997, 0.885403, 0.0, [1.0]),
    ],
)
def test_diversion(
    requests: float, patience: int, diverted: float, utilisation: float, mean: float, law: list[float]
) -> None:
    result = diversion(requests, 20, patience)
    assert result.diverted == six(diverted)
    assert result.utilisation == six(utilisation)
    assert result.delay.mean == six(mean)
    assert result.delay.law == pytest.approx(law, abs=6e-6)


def test_diversion_tends_to_the_patient_calendar() -> None:
    patient = diversion(18.0, 20, 12)
    assert patient.diverted == pytest.approx(0.0, abs=1e-12)
    assert patient.delay.mean == pytest.approx(Calendar(18.0, 20).delay().mean, abs=1e-10)


WEEK = Week((30.0, 22.0, 20.0, 20.0, 24.0, 0.0, 0.0), (24, 24, 24, 24, 24, 0, 0))


def test_week() -> None:
    delay = WEEK.delay()
    assert delay.mean == six(0.772365)
    assert [delay.within(days) for days in (0, 1, 2, 7)] == pytest.approx(
        [0.538524, 0.842353, 0.895028, 0.999854], abs=1e-6
    )
    assert (delay.quantile(0.5), delay.quantile(0.9)) == (0, 3)
    assert WEEK.mean_backlogs() == pytest.approx(
        [11.1822, 17.2937, 15.6981, 12.7270, 10.3290, 11.1822, 11.1822], abs=6e-5
    )
    same_day = [day.within(0) for day in WEEK.delays() if day]
    assert same_day == pytest.approx([0.49706, 0.44743, 0.52659, 0.61391, 0.62098], abs=6e-6)
    assert delay.mean == pytest.approx(sum(WEEK.mean_backlogs()) / sum(WEEK.requests), rel=1e-9)


def test_week_with_a_closed_wednesday() -> None:
    week = Week((26.0, 22.0, 18.0, 20.0, 24.0, 6.0, 2.0), (25, 25, 0, 25, 25, 20, 0))
    assert week.delay().mean == six(1.927906)
    assert week.delay().within(0) == six(0.208985)
    by_day = [day.mean for day in week.delays() if day]
    assert by_day == pytest.approx([1.44688, 1.80705, 2.10607, 2.01649, 2.26872, 2.28197, 1.86947], abs=6e-6)


def test_seven_equal_days_are_a_calendar() -> None:
    week = Week((6.4,) * 7, (8,) * 7)
    assert week.delay().law[:20] == pytest.approx(Calendar(6.4, 8).delay().law[:20], abs=1e-11)


def links(kind: str, gps: int) -> list[list[int]]:
    reach = {"none": 1, "chain": 2, "full": gps}[kind]
    return [[(gp + step) % gps for step in range(reach)] for gp in range(gps)]


@pytest.mark.parametrize(
    ("requests", "kind", "own", "other", "refused", "timely", "continuity"),
    [
        ((8.0, 8.0), "none", 13.766615, 0.0, 2.233385, 0.860413, 1.0),
        ((8.0, 8.0), "full", 13.356856, 1.055663, 1.587481, 0.900782, 0.926754),
        ((8.0, 8.0, 8.0), "chain", 19.940153, 1.870973, 2.188873, 0.908797, 0.914219),
        ((8.0, 8.0, 8.0), "full", 19.773391, 2.278973, 1.947636, 0.918848, 0.896656),
        ((10.0, 8.0, 6.0), "chain", 19.332267, 2.324395, 2.343338, 0.902361, 0.892671),
        ((9.0, 9.0, 9.0), "none", 21.809556, 0.0, 5.190444, 0.807761, 1.0),
        ((9.0, 9.0, 9.0), "chain", 20.651545, 2.273992, 4.074464, 0.849094, 0.900810),
        ((9.0, 9.0, 9.0), "full", 20.381552, 2.748296, 3.870153, 0.856661, 0.881180),
    ],
)
def test_overflow(
    requests: tuple[float, ...],
    kind: str,
    own: float,
    other: float,
    refused: float,
    timely: float,
    continuity: float,
) -> None:
    result = overflow(requests, 8, links(kind, len(requests)))
    assert [result.own, result.other, result.refused] == pytest.approx([own, other, refused], abs=1.1e-6)
    assert result.timely == six(timely)
    assert result.continuity == six(continuity)


def test_poisson_law() -> None:
    law = poisson_law(18.0)
    assert law.sum() == pytest.approx(1.0, abs=1e-14)
    assert np.arange(len(law)) @ law == pytest.approx(18.0, abs=1e-12)
    assert poisson_law(0.0)[0] == 1.0


def test_what_has_no_steady_state_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot stand"):
        Station(6.0, 1.0, 6)
    with pytest.raises(UsageError, match="cannot stand"):
        Calendar(20.0, 20).backlog()
    with pytest.raises(UsageError, match="cannot stand"):
        Week((30.0,) * 7, (20,) * 7).backlogs()
