"""Servers that interrupt nobody, through the emergency departments of the running model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from cpts_sim.engine.clock import DAY
from cpts_sim.errors import InternalError
from cpts_sim.experiment.verify.practices import Counter, count_run, observe, practices_scenario
from cpts_sim.experiment.verify.rows import WRONG, Asked, Floats, Row, measured
from cpts_sim.theory.backlog import Clinic
from cpts_sim.theory.queues import Station, erlang_b, priority_waits

HOUR = 60.0


def _run(
    streams: Mapping[str, Any], practices: int, servers: int, service: Mapping[str, Any], days: int, seed: int,
    **how: Any,
) -> Counter:  # fmt: skip
    ed = {"servers": servers, "service": dict(service), "per": "practice"}
    return count_run(practices_scenario(streams, practices, ed=ed), days, seed, **how)


def _stream(per_hour: float, **more: Any) -> dict[str, Any]:
    return {"rate_per_gp": f"{per_hour!r} per hour", "routes": ["ed"], **more}


def stations(asked: Asked) -> list[Row]:
    """M/M/c: an emergency department, and pooled against separate servers."""
    cases = [(6.0, 48.0, 6, 126, (30.0, 60.0)), (0.8, 60.0, 1, 364, ())]
    if not asked.quick:
        more = [
            (2.4, 60.0, 3, 196, ()),
            (1.6, 60.0, 2, 364, ()),
            (4.0, 60.0, 5, 240, ()),
            (8.0, 60.0, 10, 240, ()),
            (15.0, 10.0, 5, 60, ()),
        ]
        cases += [*more, (1.8, 60.0, 2, 1500, ()), (2.7, 60.0, 3, 1200, ())]
    return [row for case in cases for row in _station(*case, asked.seed)]


def _station(
    per_hour: float, mean_min: float, servers: int, days: int, limits: tuple[float, ...], seed: int
) -> list[Row]:
    exact = Station(per_hour, HOUR / mean_min, servers)

    def run(scale: float, practices: int) -> Counter:
        law = {"exponential": f"{mean_min:g} min"}
        return _run({"all": _stream(per_hour * scale)}, practices, servers, law, days, seed, limits=limits)

    found, wrong = run(1.0, 100), run(WRONG, 30)
    told: dict[str, Any] = {"arrivals": per_hour, "mean": mean_min, "servers": servers}
    hours, off = found.mean_wait() / HOUR, wrong.mean_wait() / HOUR
    rows = [
        measured("must_wait", "share", found.waited(), exact.must_wait, 0.01, wrong.waited(), **told),
        measured("mean_wait", "hours", hours, exact.mean_wait, 0.05 * exact.mean_wait, off, **told),
    ]
    for rank, limit in enumerate(limits):
        share, over = exact.waits_longer(limit / HOUR), wrong.waited(rank)
        rows.append(measured("waits_longer", "share", found.waited(rank), share, 0.01, over, minutes=limit, **told))
    return rows


def constant(asked: Asked) -> list[Row]:
    """M/D/1: half the mean wait of the exponential server."""
    rate, exact = 0.8, 2.0
    found, wrong = (
        _run({"all": _stream(rate * f)}, n, 1, {"fixed": "60 min"}, 280, asked.seed)
        for f, n in ((1.0, 100), (WRONG, 30))
    )
    hours, off = found.mean_wait() / HOUR, wrong.mean_wait() / HOUR
    return [measured("constant_wait", "hours", hours, exact, 0.05 * exact, off, arrivals=rate, mean=60.0)]


def priorities(asked: Asked) -> list[Row]:
    """Three classes, nobody interrupted; the most urgent class hardly waits, whatever the demand of the others."""
    rates, servers = (0.5, 1.0, 0.9), 3
    exact = priority_waits(rates, 1.0, servers)

    def run(scale: float, practices: int) -> Counter:
        streams = {f"class_{k}": _stream(rate * scale, ed_priority=k) for k, rate in enumerate(rates)}
        return _run(streams, practices, servers, {"exponential": "60 min"}, 252, asked.seed)

    found, wrong = run(1.0, 100), run(WRONG, 60)
    rows = [
        measured("class_wait", "hours", found.mean_wait(k) / HOUR, wait, 0.05 * wait, wrong.mean_wait(k) / HOUR,
                 rank=k + 1, servers=servers, arrivals=sum(rates))
        for k, wait in enumerate(exact)
    ]  # fmt: skip
    together = Station(sum(rates), 1.0, servers).mean_wait
    hours, off = found.mean_wait() / HOUR, wrong.mean_wait() / HOUR
    return [*rows, measured("all_classes", "hours", hours, together, 0.05 * together, off, arrivals=sum(rates))]


class Stays:
    """Keeps when each visit came, started and ended, by practice; made into columns at the end."""

    def __init__(self) -> None:
        self.parts: list[tuple[Floats, ...]] = []

    def __call__(self, chunk: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Any]) -> None:
        """Keep the visits of a chunk."""
        rows = chunk["ed"]
        practice = tables["people"]["mt"][rows["person"]]
        self.parts.append((practice.copy(), rows["arrival"].copy(), rows["start"].copy(), rows["end"].copy()))

    def columns(self) -> tuple[Floats, ...]:
        """Return practice, arrival, start and end of every visit, by practice and then by arrival."""
        practice, *times = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        order = np.lexsort((times[0], practice))
        return tuple(column[order] for column in (practice, *times))


def backlog(asked: Asked) -> list[Row]:
    """Requests that find many before them are missed more often (no rejoining): appointments kept in a day.

    The running model makes the backlog that each request finds; whether it is kept follows from the published curve.
    """
    cases = [(2000, "D", 520, 1120), (2000, "M", 520, 1120), (2200, "D", 520, 1120)]
    if asked.quick:
        cases = [(2000, "D", 450, 112)]
    return [_kept(*case, asked) for case in cases]


def _kept(panel: int, law: str, practices: int, days: int, asked: Asked) -> Row:
    exact = Clinic(panel, law == "M").kept_per_day()
    found, wrong = (_kept_run(panel * f, law, n, days, asked.seed) for f, n in ((1.0, practices), (WRONG, 60)))
    resolution = 0.1 if asked.quick else 0.02  # a short run is for the suite: it says less, and must still reject
    return measured("kept", "per_day", found, exact, resolution, wrong, panel=panel, law=law)


def _kept_run(panel: float, law: str, practices: int, days: int, seed: int) -> Floats:
    """Return appointments kept a day in each practice."""
    service = {"fixed": "72 min"} if law == "D" else {"exponential": "72 min"}
    ed = {"servers": 1, "service": service, "per": "practice"}
    streams = {"all": {"rate_per_gp": f"{0.008 * panel!r} per day", "routes": ["ed"]}}
    stays = Stays()
    observe(practices_scenario(streams, practices, warmup_weeks=20, ed=ed), days, seed, stays, whole=True)
    practice, arrival, _, end = stays.columns()
    kept = np.zeros(practices)
    for rank, (low, high) in enumerate(_runs(practice, practices)):
        left = np.sort(end[low:high])
        before = np.arange(high - low) - np.searchsorted(left, arrival[low:high], side="right")
        counted = arrival[low:high] >= 0
        kept[rank] = Clinic.shows(before[counted]).sum() / days
    return kept


def _runs(practice: Floats, count: int) -> list[tuple[int, int]]:
    edges = np.searchsorted(practice, np.arange(count + 1))
    return [(low, high) for low, high in pairwise(edges.tolist())]


Ward = Mapping[str, tuple[float, Sequence[tuple[float, float, float]]]]

ACUTE: Ward = {
    "stroke": (1 / 1.2, ((0.13, 4.6, 4.8), (0.87, 7.4, 8.61))),
    "tia": (1 / 9.3, ((1.0, 1.8, 2.3),)),
    "neuro": (1 / 3.6, ((1.0, 4.0, 5.0),)),
    "other": (1 / 3.2, ((1.0, 3.8, 5.2),)),
}
"""Acute stroke unit of Monks et al. 2016 (BMC Health Serv Res 16:530): admissions a day; then share, mean stay and
standard deviation (days) of each kind of patient."""

REHABILITATION: Ward = {
    "stroke": (1 / 21.8 + 0.24 / 1.2, ((0.4, 30.3, 23.1), (0.6, 28.4, 27.2))),
    "tia": (0.01 / 9.3, ((1.0, 18.7, 23.5),)),
    "neuro": (1 / 31.7 + 0.11 / 3.6, ((1.0, 27.6, 28.4),)),
    "other": (1 / 28.6 + 0.05 / 3.2, ((1.0, 16.1, 14.1),)),
}
"""Rehabilitation unit of the same study: admissions from outside, and the share of the acute unit's that goes on to it
(what leaves a ward without limit is again a Poisson stream)."""


def _ward(ward: Ward, scale: float) -> dict[str, Any]:
    streams = {}
    for kind, (per_day, stays) in ward.items():
        for rank, (share, mean, spread) in enumerate(stays):
            law = {"lognormal": {"mean": f"{mean} days", "sd": f"{spread} days"}}
            rate = f"{per_day * share * scale!r} per day"
            streams[f"{kind}_{rank}"] = {"rate_per_gp": rate, "routes": ["ed"], "service": law}
    return streams


def load_of(ward: Ward) -> float:
    """Return the mean number of patients in a ward without limit."""
    return sum(per_day * sum(share * mean for share, mean, _ in stays) for per_day, stays in ward.values())


def stroke_beds(asked: Asked) -> list[Row]:
    """Stroke wards: admissions, mixtures of stays with stated mean and deviation, audit of the occupancy."""
    cases: list[tuple[str, Ward, tuple[int, ...], int]] = [("acute", ACUTE, (9, 10, 11, 12, 13, 14), 170)]
    if not asked.quick:
        cases.append(("rehabilitation", REHABILITATION, (10, 11, 12, 13, 14, 15, 16), 320))
    return [row for case in cases for row in _beds(*case, asked.seed)]


def _beds(name: str, ward: Ward, beds: tuple[int, ...], practices: int, seed: int) -> list[Row]:
    sizes = ((1.0, practices), (WRONG, practices * 2 // 3))
    found, wrong = (_delayed(_ward(ward, scale), count, beds, 1820, seed) for scale, count in sizes)
    return [
        measured(
            "ward_delay", "share", found[:, rank], erlang_b(n, load_of(ward)), 0.01, wrong[:, rank], beds=n, ward=name
        )
        for rank, n in enumerate(beds)
    ]


def _delayed(streams: dict[str, Any], practices: int, beds: Sequence[int], days: int, seed: int) -> Floats:
    """Return P(N = n) / P(N ≤ n) of the time by practice and number of beds."""
    ed = {"servers": 60, "service": {"fixed": "1 day"}, "per": "practice"}
    stays = Stays()
    observe(practices_scenario(streams, practices, warmup_weeks=60, ed=ed), days, seed, stays, whole=True)
    practice, arrival, start, end = stays.columns()
    if (start > arrival).any():
        raise InternalError("a ward without limit kept somebody waiting.")
    shares = [_occupancy(arrival[low:high], end[low:high], days * DAY) for low, high in _runs(practice, practices)]
    return np.array([[share[n] / share[: n + 1].sum() for n in beds] for share in shares])


def _occupancy(arrival: Floats, end: Floats, until: float) -> Floats:
    """Return the share of the time from 0 to ``until`` with each number of patients."""
    at = np.concatenate([arrival, end])
    step = np.concatenate([np.ones(len(arrival)), -np.ones(len(end))])
    order = np.argsort(at, kind="stable")
    edges = np.clip(np.concatenate([[-math.inf], at[order], [math.inf]]), 0.0, until)
    present = np.concatenate([[0], np.cumsum(step[order])]).astype(int)
    return np.bincount(present, np.diff(edges), 61) / until
