"""Layout of identical practices as tables and columns, from the scenario's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY, NEVER
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import exp, exponential, keys_of, log, normal
from cpts_sim.engine.events import Need
from cpts_sim.errors import InputError

Array = NDArray[Any]
BOOKED_ROUTES = {"own_gp", "linked_gp"}
LAST_PRIORITY = 4


class Streams:
    """Settings of all streams of needs as columns, one entry a stream, in the order of their names."""

    def __init__(self, needs: Mapping[str, Any]) -> None:
        if not needs:
            raise InputError("care.needs: received none, expected one stream or more; add a stream.")
        self.names = sorted(needs)
        self.all = streams = [needs[name] for name in self.names]
        self.kind = np.array([Need[s.kind.upper()] for s in streams], dtype=np.int8)
        self.asks_gp = np.array([bool(set(s.routes) & BOOKED_ROUTES) for s in streams])
        self.own = np.array(["own_gp" in s.routes for s in streams])
        self.linked = np.array(["linked_gp" in s.routes for s in streams])
        self.to_ed = np.array(["ed" in s.routes for s in streams])
        self.lead_min = np.array([s.lead_min for s in streams])
        self.patience_min = np.array([s.patience_min for s in streams])
        limits = [s.patience_days for s in streams]
        self.patience_days = np.array([NEVER if days is None else days for days in limits])
        self.service = [s.service for s in streams]
        self.ed_priority = np.array([s.ed_priority for s in streams])
        if self.ed_priority.max() > LAST_PRIORITY:
            raise InputError(
                f"care.needs: ed_priority {self.ed_priority.max()}, expected 0 to {LAST_PRIORITY}; lower it."
            )

    @property
    def longest_days(self) -> float:
        """The longest patience of those who ask for a slot."""
        days = np.minimum(self.patience_min / DAY, self.patience_days)[self.asks_gp]
        return float(days.max(initial=0.0))

    @property
    def urgent(self) -> int:
        """The stream that goes straight to the emergency department."""
        return int(np.flatnonzero(~self.asks_gp)[0])


def people_of(practices: Any) -> Table:
    """Return the inhabitants, dealt to the lists in order, list sizes by weight."""
    weights = np.resize(np.array(practices.list_weights), practices.gps)
    share = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
    bounds = np.floor(practices.inhabitants * share + 1e-9).astype(np.int64)
    ranks = np.arange(practices.inhabitants)
    return Table("people", practices.inhabitants, {
        "key": keys_of("practices", ranks),
        "mt": np.repeat(np.arange(practices.gps), np.diff(bounds)).astype("i4"),
        "mt_state": "i1", "born": np.full(len(ranks), -40 * 365 * DAY), "sex": "i1", "commune": "i2",
    })  # fmt: skip


def gps_of(practices: Any) -> Table:
    """Return the GPs, practice by practice."""
    rows = np.arange(practices.gps)
    return Table("gps", practices.gps, {
        "key": keys_of("practice gp", rows), "practice": rows // practices.gps_per_practice, "halo": "i1",
        "ee": "f8", "commune": "i2",
    })  # fmt: skip


def week_of(practices: Any) -> tuple[Array, Array]:
    """Return offsets and lengths of the slots of each weekday, shape (7, GPs, slots of the fullest day)."""
    week = [[(s.at_min + k * s.every_min, s.every_min) for s in day for k in range(s.slots)]
            for day in practices.weekly.days]  # fmt: skip
    most = max(1, *(len(day) for day in week))
    offset, length = np.full((7, most), NEVER), np.zeros((7, most))
    for weekday, slots in enumerate(week):
        for k, (at, minutes) in enumerate(slots):
            offset[weekday, k], length[weekday, k] = at, minutes
    everybody = np.ones((1, practices.gps, 1))
    return offset[:, None, :] * everybody, length[:, None, :] * everybody


def service_minutes(law: Any, u: Array) -> Array:
    """Return minutes of service from uniforms, by a law of the scenario (``Service``)."""
    if law.fixed_min:
        return np.full(len(u), law.fixed_min)
    if law.exponential_min:
        return np.asarray(law.exponential_min * exponential(u))
    mean, ratio = law.lognormal.mean_min, law.lognormal.sd_min / law.lognormal.mean_min
    spread = np.sqrt(log(1.0 + ratio * ratio))
    return np.asarray(mean * exp(spread * normal(u) - spread * spread / 2.0))
