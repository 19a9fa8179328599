"""Numbers of one arm day by day: sums of the last four weeks, so that curves can be read."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.codes import Ending, Need, Origin
from cpts_sim.engine.events import CptsEvent
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures import access

Array = NDArray[Any]
DAY = 1440.0
WINDOW_DAYS = 28
QUARTER_DAYS = 91
"""The board meets once a month: its hours are read over a quarter."""
SERIES = ("wait_days", "without_mt", "ed_per_1000", "exhaustion", "exhausted", "unmet", "cpts_hours", "euros_per_head")
"""Days to find care (mean, truncated at 30) · adults without MT (%) · ED visits per 1 000 and year · mean EE of GPs
(0 to 54) · GPs with high EE (%) · needs given up (%) · hours a week for the CPTS · euros per inhabitant so far."""
BY_COMMUNE = ("wait_days", "without_mt", "ed_per_1000")
COORDINATION = (CptsEvent.MEETING, CptsEvent.DESK_CALL, CptsEvent.COORDINATION, CptsEvent.PREPARATION)
"""What a CPTS takes in hours that are not care."""
SUMS = ("needs", "days", "unmet", "ed")


class Course:
    """Gathers the events of an arm and tells its numbers each day.

    Args:
        communes: number of communes of the territory itself.
    """

    def __init__(self, communes: int) -> None:
        self.communes = communes
        self.days: deque[Array] = deque(maxlen=WINDOW_DAYS)
        self.hours: deque[float] = deque(maxlen=QUARTER_DAYS)
        self.euros = 0.0

    def add(self, events: Chunk, people: Any, first: bool = False) -> None:
        """Count the events of one day (``first``: of a whole month before day 0, cut into days)."""
        if first:
            for start in range(-WINDOW_DAYS, 0):
                self.days.append(self._sums(_between(events, start * DAY, (start + 1) * DAY), people))
            return
        self.days.append(self._sums(events, people))
        cpts = events["cpts"]
        self.hours.append(float(cpts["hours"][np.isin(cpts["event"], COORDINATION)].sum()))
        self.euros += float(cpts["euros"].sum())

    def _sums(self, events: Chunk, people: Any) -> Array:
        """Return counts by commune, shape (sums, communes)."""
        request, ed = events["request"], events["ed"]
        judged = ~np.isin(request["kind"], (Need.EMERGENCY, Need.NURSING))  # these do not wait for a GP
        kept = (request["origin"] == Origin.EXOGENOUS) & judged & (request["commune"] < self.communes)
        place, met = request["commune"][kept], request["ending"][kept] == Ending.SERVED
        until = np.where(np.isfinite(request["visit"][kept]), request["visit"][kept], request["ended"][kept])
        due = np.fmax(request["raised"][kept], request["wished"][kept])
        taken = np.where(met, np.clip((until - due) / DAY, 0.0, access.PATIENCE_DAYS), access.PATIENCE_DAYS)
        patient = ed["person"][ed["person"] >= 0]
        homes = people["commune"][patient][people["resident"][patient] > 0]
        count = self.communes
        return np.stack([
            np.bincount(place, minlength=count), np.bincount(place, weights=taken, minlength=count),
            np.bincount(place[request["ending"][kept] == Ending.UNMET], minlength=count),
            np.bincount(homes[homes < count], minlength=count),
        ]).astype(np.float64)  # fmt: skip

    def now(self, model: Any) -> tuple[Array, Array]:
        """Return today's numbers, shape (series,), and those by commune, shape (columns, communes)."""
        people, gps = model.tables["people"], model.tables["gps"]
        here = people["alive"] & (people["resident"] > 0) & (people["commune"] < self.communes)
        adult = here & (people["born"] <= model.now - 17 * 365 * DAY)
        home, count = people["commune"], self.communes
        heads = np.bincount(home[here], minlength=count).astype(np.float64)
        adults = np.bincount(home[adult], minlength=count).astype(np.float64)
        without = np.bincount(home[adult & (people["mt_state"] != 0)], minlength=count).astype(np.float64)
        sums = np.sum(self.days, axis=0) if self.days else np.zeros((len(SUMS), count))
        a_year = 365.0 / max(len(self.days), 1)
        places = np.stack([
            _ratio(sums[1], sums[0]), 100.0 * _ratio(without, adults), 1000.0 * a_year * _ratio(sums[3], heads),
        ])  # fmt: skip
        whole = sums.sum(axis=1)
        present = gps["alive"] & (gps["halo"] == 0) & (gps["status"] != 3)
        ee = gps["ee"][present]
        high = float(model.parameters["strain.cut_ee_high"])
        weeks = max(len(self.hours), WINDOW_DAYS) / 7.0
        numbers = (
            _ratio(whole[1], whole[0]), 100.0 * _ratio(without.sum(), adults.sum()),
            1000.0 * a_year * _ratio(whole[3], heads.sum()), ee.mean() if len(ee) else np.nan,
            100.0 * (ee >= high).mean() if len(ee) else np.nan, 100.0 * _ratio(whole[2], whole[0]),
            sum(self.hours) / weeks, self.euros / max(heads.sum(), 1.0),
        )  # fmt: skip
        return np.array(numbers, dtype=np.float32), places.astype(np.float32)


def _ratio(part: Any, whole: Any) -> Any:
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _between(events: Chunk, start: float, end: float) -> Chunk:
    """Return the requests that ended and the emergency visits that ended within some minutes."""
    out = {}
    for kind in ("request", "ed"):
        when = events[kind]["ended" if kind == "request" else "end"]
        inside = (when >= start) & (when < end)
        out[kind] = {name: column[inside] for name, column in events[kind].items()}
    return out
