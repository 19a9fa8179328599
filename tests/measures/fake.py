"""A journal written by hand: enough of every kind to exercise every measure, always the same."""

from __future__ import annotations

import numpy as np

from cpts_sim.engine.events import LEDGER_LINES, SCHEMAS, Account, Ending, Origin, Profession, Route
from cpts_sim.measures import picture

DAY = 1440.0
PEOPLE = 600
GPS = 6


def uniforms(count: int, seed: int) -> np.ndarray:
    """Park-Miller numbers in (0, 1)."""
    x, out = seed, np.empty(count)
    for i in range(count):
        x = (16807 * x) % 2147483647
        out[i] = x / 2147483647
    return out


def tables(people: int = PEOPLE, gps: int = GPS, communes: int = 3):
    u = uniforms(4 * people, 99).reshape(4, people)
    columns = {
        "people": {
            "commune": (u[0] * communes).astype(np.int16),
            "born": -np.floor(u[1] * 90) * 525600.0 - 1.0,
            "ald": (u[2] < 0.2).astype(np.int8),
            "deprivation": (1 + np.floor(u[3] * 5)).astype(np.int8),
            "alive": np.ones(people, dtype=bool),
        },
        "gps": {
            "commune": np.zeros(gps, np.int16),
            "halo": np.zeros(gps, np.int8),
            "alive": np.ones(gps, bool),
        },
    }
    return picture(
        columns,
        {
            "code": np.array([f"C{i}" for i in range(communes)]),
            "name": np.array([f"Commune {i}" for i in range(communes)]),
            "x_km": np.arange(communes, dtype=float),
            "y_km": np.arange(communes, dtype=float) % 2,
            "population": np.full(communes, people // communes),
            "apl": np.arange(communes, dtype=float) + 2.0,
        },
    )


def empty() -> dict[str, dict[str, np.ndarray]]:
    return {
        kind: {n: np.zeros(0, np.dtype(t)) for n, t in columns.items()} for kind, columns in SCHEMAS.items()
    }


def rows(kind: str, count: int, /, **values) -> dict[str, np.ndarray]:
    out = {n: np.zeros(count, np.dtype(t)) for n, t in SCHEMAS[kind].items()}
    for name, value in values.items():
        out[name][:] = value
    return out


def requests(start: float, stop: float, seed: int, count: int, better: float = 0.0) -> dict[str, np.ndarray]:
    u = uniforms(10 * count, seed).reshape(10, count)
    raised = np.floor(start + u[0] * (stop - start))
    kind = np.floor(u[1] * 6)
    wished = raised + np.where(kind >= 3, np.floor(u[2] * 14) * DAY, 0.0)
    ending = np.where(u[3] < 0.9 + better, Ending.SERVED, np.where(u[4] < 0.8, Ending.UNMET, Ending.PENDING))
    visit = np.where(ending == Ending.SERVED, wished + np.floor(u[5] * (6 - 20 * better) * DAY), np.nan)
    route = np.where(ending == Ending.SERVED, 1 + np.floor(u[6] * 12), Route.NONE)
    return rows(
        "request", count, raised=raised, asked=raised, wished=wished, visit=visit, kind=kind,
        ended=np.where(np.isnan(visit), raised, visit), person=np.floor(u[7] * PEOPLE),
        origin=np.where(u[8] < 0.7, 0, np.floor(u[8] * 6)),
        contacts=1 + np.floor(u[9] * 3), first=np.where(u[9] < 0.05, 1, 0), after=np.where(u[9] < 0.05, 1, 0),
        ending=ending, route=route, commune=np.floor(u[7] * 3), age=np.floor(u[7] * 90), ald=u[2] < 0.2,
        attached=u[4] < 0.9, provider=np.floor(u[2] * GPS), deprivation=1 + np.floor(u[5] * 5),
        account=np.where(u[6] < 0.8, 0, np.floor(u[6] * 5)),
    )  # fmt: skip


def weeks(
    start_week: int, count: int, seed: int, better: float = 0.0, gps: int = GPS
) -> dict[str, np.ndarray]:
    u = uniforms(30 * count * gps, seed).reshape(30, count * gps)
    week = np.repeat(np.arange(start_week, start_week + count), gps)
    lines = {line: 60 * u[5 + i] * (3.0 + 30.0 * (line == "consult")) for i, line in enumerate(LEDGER_LINES)}
    return rows(
        "week", count * gps, at=week * 7 * DAY + 6 * DAY, profession=Profession.GP,
        row=np.tile(np.arange(gps), count),
        status=np.where(u[0] < 0.95, 0, 2), member=np.tile(np.arange(gps) % 4, count), acts=80 + u[1] * 40,
        ee=15 + 20 * u[2] - 40 * better, dp=12 * u[3], pa=30 + 15 * u[4], ee_true=20.0, **lines,
    )  # fmt: skip


def practices(
    start_week: int, count: int, seed: int, better: float = 0.0, gps: int = GPS
) -> dict[str, np.ndarray]:
    u = uniforms(2 * count * gps, seed + 3).reshape(2, count * gps)
    week, laid = np.repeat(np.arange(start_week, start_week + count), gps), 2000.0 + np.floor(u[0] * 400)
    return rows(
        "practice_week", count * gps, at=week * 7 * DAY, row=np.tile(np.arange(gps), count), account=Account.REGULAR,
        laid=laid, given=laid * (0.7 + 0.2 * u[1] + better),
    )  # fmt: skip


def journal(months: int = 4, seed: int = 5, better: float = 0.0, need: int = 400) -> list[dict]:
    """Chunks of four weeks, the first before day 0 (warm-up)."""
    out = []
    for month in range(-1, months):
        start, stop = month * 28 * DAY, (month + 1) * 28 * DAY
        chunk = empty()
        written = requests(start, stop, seed + 31 * (month + 2), need, better)
        kept = written["ended"] < 0 if month < 0 else np.full(need, True)
        chunk["request"] = {name: column[kept] for name, column in written.items()}
        chunk["week"] = weeks(4 * month, 4, seed + 17 * (month + 2), better)
        chunk["practice_week"] = practices(4 * month, 4, seed + 17 * (month + 2), better)
        u = uniforms(28 * 4, seed + month + 40)
        days = start + np.arange(28) * DAY + DAY - 1
        chunk["day"] = rows(
            "day", 28, at=days, backlog=100, free_at_close=np.floor(u[:28] * 5), capacity=60, adults=480,
            without_mt=50 - 20 * better, seeking_mt=20, ald_adults=90, ald_without_mt=5, third_next_days=2.0,
            residents=PEOPLE,
        )  # fmt: skip
        chunk["visit"] = rows(
            "visit", 200, at=start + np.arange(200) * 180.0, minutes=17.0, status=(np.arange(200) % 30 == 0)
        )
        v = uniforms(5 * 20, seed + month + 70).reshape(5, 20)
        arrival = start + np.floor(v[0] * 28 * DAY)
        chunk["ed"] = rows(
            "ed", 20, arrival=arrival, start=arrival + 40, end=arrival + 180, road=np.floor(v[1] * 5),
            level=2,
            outcome=np.floor(v[2] * 4), hours_open=v[3] < 0.4, age=np.floor(v[4] * 90),
        )  # fmt: skip
        chunk["admission"] = rows("admission", 3, at=arrival[:3], avoidable=1, days=5.0, age=80)
        chunk["attachment"] = rows("attachment", 4, at=arrival[:4], event=0, ald=1)
        chunk["cpts"] = rows("cpts", 2, at=arrival[:2], hours=3.0, euros=200.0)
        out.append(chunk)
    return out


__all__ = ["Account", "Origin", "empty", "journal", "requests", "rows", "tables", "uniforms", "weeks"]
