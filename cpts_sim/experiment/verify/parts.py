"""Parts of the engine alone: its queue, its clock of needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from cpts_sim.care.ed_queue import first_doctor
from cpts_sim.care.needs import Activity, NeedClock
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws, exponential, keys_of
from cpts_sim.experiment.verify.rows import WRONG, Asked, Floats, Row, measured

OPERATORS, NURSES, CALLS_PER_MIN, MINUTES, BACK = 13, 9, 100 / 60, 1000.0, 0.4
REFERENCE = {"operator_wait": (3.395, 0.038), "operators": (0.9299, 0.0004), "nurse_wait": (49.53, 0.32),
             "nurses": (0.9715, 0.0002)}  # fmt: skip
"""Mean of 3 000 replications of another program, and its standard error (public model "stars-ciw-example")."""


def call_centre(asked: Asked) -> list[Row]:
    """Thirteen operators, then nurses who call four in ten back, from empty, through the engine's queue.

    The reference is itself a mean over replications: its error widens the interval.
    """
    found, wrong = _centre(1.0, 400 if asked.quick else 3000, asked.seed), _centre(WRONG, 100, asked.seed)
    units = {
        "operator_wait": ("min", 0.5),
        "nurse_wait": ("min", 5.0),
        "operators": ("share", 0.01),
        "nurses": ("share", 0.01),
    }
    rows = []
    for rank, (name, (expected, error)) in enumerate(REFERENCE.items()):
        unit, resolution = units[name]
        values = found[:, rank]
        extra = np.sqrt(1.0 + (error**2) * len(values) / values.var(ddof=1))  # the reference's own error, as spread
        spread = values.mean() + (values - values.mean()) * extra
        rows.append(measured(name, unit, spread, expected, resolution, wrong[:, rank]))
    return rows


def _centre(scale: float, replications: int, seed: int) -> Floats:
    draws = Draws(seed)
    return np.array([_one_day(draws, rank, CALLS_PER_MIN * scale) for rank in range(replications)])


def _one_day(draws: Draws, rank: int, rate: float) -> tuple[float, ...]:
    """Return wait of and work per operator, then of nurses; only what ends before the close is counted."""
    who = keys_of(f"call centre {rank}", np.arange(int(1.3 * rate * MINUTES) + 100))
    arrival = np.cumsum(exponential(draws.uniform("call", who)) / rate)
    arrival = arrival[arrival < MINUTES]
    who = who[: len(arrival)]
    talk = _triangular(draws.uniform("talk", who), 5.0, 7.0, 10.0)
    start = _starts(arrival, talk, OPERATORS)
    end = start + talk
    answered = end <= MINUTES
    back = np.flatnonzero(answered & (draws.uniform("back", who) < BACK))
    back = back[np.argsort(end[back], kind="stable")]
    call = 10.0 + 10.0 * draws.uniform("nurse", who[back])
    begun = _starts(end[back], call, NURSES)
    done = begun + call <= MINUTES
    return (
        float((start - arrival)[answered].mean()), float(talk[answered].sum() / (OPERATORS * MINUTES)),
        float((begun - end[back])[done].mean()), float(call[done].sum() / (NURSES * MINUTES)),
    )  # fmt: skip


def _starts(arrival: Floats, service: Floats, servers: int) -> Floats:
    count = len(arrival)
    visits: dict[str, list[float]] = {
        "arrival": arrival.tolist(), "priority": [0.0] * count, "service": service.tolist(),
        "hold": service.tolist(), "patience": [np.inf] * count,
    }  # fmt: skip
    return np.array(first_doctor(visits, [], [], servers, [], np.inf, 1e9))


def _triangular(u: Floats, low: float, mode: float, high: float) -> Floats:
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < (mode - low) / (high - low), rising, falling)


GAPS_MIN = (15.0, 12.0, 7.0, 5.0, 8.0, 10.0, 15.0, 20.0, 20.0)
"""Mean gaps between arrivals in nine hours (Banks et al., the table of a bank's arrivals)."""


def arrivals_by_hour(asked: Asked) -> list[Row]:
    """Needs whose rate changes every hour: the mean of each hour, and a variance equal to the mean."""
    exact = [60.0 / gap for gap in GAPS_MIN]
    found, wrong = (_by_hour(factor, asked.seed) for factor in (1.0, WRONG))
    rows = [
        measured("hourly", "per_hour", found[:, hour], mean, 0.05 * mean, wrong[:, hour], hour=hour + 1)
        for hour, mean in enumerate(exact)
    ]
    total = found.sum(axis=1), sum(exact), 0.02 * sum(exact), wrong.sum(axis=1)
    return [*rows, measured("daily", "per_day", *total), _dispersion(found, exact)]


def _dispersion(found: Floats, exact: list[float]) -> Row:
    """Variance over mean, a replication being thirty days; it does not depend on demand."""
    means = np.asarray(exact)
    blocks = found.reshape(-1, 30, len(means))
    index = (((blocks - means) ** 2) / means).mean(axis=(1, 2))
    return measured("dispersion", "ratio", index, 1.0, 0.05, powerless=True)


def _by_hour(scale: float, seed: int, days: int = 9000, people: int = 50) -> Floats:
    """Return needs by day and hour of a small population."""
    rate = np.array([60.0 / gap for gap in GAPS_MIN])
    shares = np.concatenate([[0.0], np.cumsum(rate) / rate.sum(), [1.0]])
    minutes = np.concatenate([np.arange(len(rate) + 1) * 60.0, [DAY]])
    activity = Activity(0, np.ones(days), minutes, shares)
    table = Table("people", people, {"key": keys_of("bank", np.arange(people))})
    clock = NeedClock("arrival", table, activity, Draws(seed), np.full(people, scale * rate.sum() / people))
    count = np.zeros((days, len(rate)))
    for day in range(0, days, 30):
        minute: Any = clock.arise(day, 30).minute
        at, hour = np.floor_divide(minute, DAY).astype(int), (minute % DAY // 60.0).astype(int)
        np.add.at(count, (at, np.minimum(hour, len(rate) - 1)), 1.0)
    return count
