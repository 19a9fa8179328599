"""Stories: villages so small that every minute can be followed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lives import DAY, Recorder, scenario

from cpts_sim.care import requests as rq
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import Ending, Need, Origin, Route
from cpts_sim.model import Model

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
VILLAGE = "code,name,population,x_km,y_km,gps,nurses,pharmacies,emergency\n90001,Village,400,0,0,3,1,1,1\n"
NO_CHANCE: dict[str, Any] = {
    **{f"care.rate_{kind}": [0.0] * 7 for kind in ("minor", "acute", "preventive", "mental")},
    "care.followup_interval_days": [40000] * 4, "care.further_contacts_acute": 1.25,
    "care.retry_lag_min": [10, 10, 10, 10, 10], "care.busy_with_secretary": 0, "care.busy_alone": 0,
    "care.cancel_share": 0, "care.no_show_base": 0, "care.no_show_per_day": 0, "care.direct_ed_acute": 0,
    "care.direct_ed_minor": 0, "care.calls_duty": 0, "care.not_asked_elasticity": 0,
    "care.accepts_colleague": 1,
    "care.open_takes_unregistered": 1, "care.closed_takes_unregistered": 0, "care.asks_any_hour": 0,
    "care.after_opening_spread_min": 10, "care.calls_back": 0, "care.most_rounds": 0,
    "care.return_visit_share": 0,
    "care.refused_ed_factor": 8, "care.patience_acute_low_days": 2, "care.patience_acute_high_days": 2,
}  # fmt: skip
"""Nothing happens but what the story tells: no other need, no busy line, no absence, no cancellation."""


def minute(text: str) -> float:
    """``Tue 08:05`` as a minute of the first week."""
    day, clock = text.split()
    hours, minutes = clock.split(":")
    return WEEK.index(day) * DAY + int(hours) * 60 + int(minutes)


def told(at: float) -> str:
    """A minute of the first week as ``Tue 08:05``."""
    return f"{WEEK[int(at // DAY) % 7]} {int(at % DAY // 60):02d}:{int(at % 60):02d}"


class Village:
    """Three GPs (A, B, C) and the patients of one story."""

    def __init__(self, folder: Path, story: Mapping[str, Any]) -> None:
        table = folder / "village.csv"
        table.write_text(VILLAGE)
        parameters = {**NO_CHANCE, **story.get("parameters", {})}
        spec = scenario(
            territory={"table": str(table)}, parameters=parameters, frozen=True, drift=False, warmup="1 week"
        )
        first = Model(spec, 1)
        first.warm_up()
        self.recorder = Recorder()
        self.model = first.fork(observers=[self.recorder])
        self.world = self.model.care.world
        self.people, self.gps = self.model.tables["people"], self.model.tables["gps"]
        self.world.rules.wrap("direct_to_ed", "story", 1, _once_refused)
        self._quiet()
        self._doctors(story)
        self._books(story["slots"])
        self.asked = [self._ask(i, request) for i, request in enumerate(story["asks"])]

    def _quiet(self) -> None:
        for name in ("emergency", "nursing"):
            self.people[f"due_{name}"][:] = np.inf
        self.people["ask_followup"][:] = np.inf
        self.world.requests["stage"][:] = rq.ENDED
        self.model.care.surgeries.leave[:] = False

    def _doctors(self, story: Mapping[str, Any]) -> None:
        gps, together = self.gps, story.get("together", [])
        gps["colleague"][:] = -1
        gps["cover"][:] = -1
        for one, other in zip(together, [*together[1:], *together[:1]], strict=True):
            gps["colleague"][_row(one)] = gps["cover"][_row(one)] = _row(other)
        for one, other in story.get("covers", {}).items():
            gps["cover"][_row(one)] = _row(other)
        gps["open"][:] = [name in story.get("open", ["A", "B", "C"]) for name in "ABC"]
        week = self.model.care.surgeries.week(0)
        for name in story.get("away", []):
            self.model.care.surgeries.leave[_row(name), week] = True
            self.model.care.surgeries.locum[_row(name), week] = False

    def _books(self, slots: Mapping[str, Mapping[str, list[str]]]) -> None:
        books = self.world.books
        books.kind[:], books.free[:], books.request[:], books.start[:] = 0, 0, -1, np.inf
        for name, kinds in slots.items():
            listed = sorted((minute(at), Slot[kind.upper()]) for kind, times in kinds.items() for at in times)
            for day in range(7):
                today = [(at, kind) for at, kind in listed if at // DAY == day]
                first = books.span(day).start
                books.start[_row(name), books.span(day)] = np.inf
                for k, (at, kind) in enumerate(today):
                    books.start[_row(name), first + k] = at
                    books.kind[_row(name), first + k] = books.free[_row(name), first + k] = kind
        books.forget()

    def _ask(self, rank: int, request: Mapping[str, Any]) -> int:
        people = self.people
        person = 20 + rank
        people["mt"][person] = _row(request["of"]) if request.get("of") else -1
        people["mt_state"][person] = 0 if request.get("of") else 1
        people["home"][person] = 0
        people["patience"][person] = 1.0  # two contacts: 1.25 further ones, for somebody as sure as at the start
        knows = [_row(name) for name in request.get("knows", [])]
        people["known1"][person] = knows[0] if knows else people["mt"][person]
        people["known2"][person] = knows[-1] if knows else people["mt"][person]
        at = np.array([minute(request["at"])])
        kind = Need[request.get("need", "acute").upper()]
        rq.raise_requests(self.world, np.array([person]), kind, Origin.EXOGENOUS, np.array([0]), at)
        return person

    def course(self) -> list[str]:
        """What became of each request, in the words of the story."""
        self.model.run(7)
        self.model.finish()
        rows = self.recorder.journal()["request"]
        return [self._told(rows, person) for person in self.asked]

    @staticmethod
    def _told(rows: Mapping[str, Any], person: int) -> str:
        mine = np.flatnonzero((rows["person"] == person) & (rows["origin"] == Origin.EXOGENOUS))
        assert len(mine) == 1, "one request, one end"
        row = mine[0]
        if rows["ending"][row] != Ending.SERVED:
            return Ending(rows["ending"][row]).name.lower()
        way, when = Route(rows["route"][row]), told(rows["visit"][row])
        return (
            f"emergency {when}"
            if way == Route.ED
            else f"{'ABC'[rows['provider'][row]]} {when} {way.name.lower()}"
        )


def _once_refused(
    inner: Any, world: Any, person: np.ndarray, kind: np.ndarray, confidence: np.ndarray, is_open: np.ndarray
) -> np.ndarray:
    """Nobody goes to the emergency department unasked; who was refused, and believes less for it, does."""
    return np.where(confidence < 0.75, 1.0, 0.0)


def _row(name: str) -> int:
    return "ABC".index(name)


@pytest.fixture
def village(tmp_path: Path) -> Any:
    """Builds a village from a story."""
    return lambda story: Village(tmp_path, story)
