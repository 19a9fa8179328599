"""A process that computes arms ahead and hands over their frames in blocks, as they come."""

from __future__ import annotations

import json
import os
import pickle
from collections import OrderedDict
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.app.pack import pack
from cpts_sim.app.recorder import Frame, Recorder
from cpts_sim.app.warm import BLOCK_DAYS, Job, Stop, Tell, Warm, warm_up
from cpts_sim.errors import CptsSimError

Array = NDArray[Any]
WARM_KEPT = 2
"""Territories kept at day 0, so that a change of missions need not live the warm-up again."""
PLACES_KEPT = 4
"""Territories whose places and travel times are kept: other people may live there."""
POLITE = 5
"""How far workers stand back for the server and the browser (a nice value): a page that loads is not kept waiting."""
YEAR = 2019
"""Reference year whose parameters are read before the first job."""


class Computer:
    """Computes jobs one after the other; keeps the last territories at day 0.

    Args:
        watched: whether somebody looks on during the warm-up.
    """

    def __init__(self, watched: bool = False) -> None:
        self.watched = watched
        self.warm: OrderedDict[str, Warm] = OrderedDict()
        self._places: OrderedDict[str, Any] = OrderedDict()

    def run(self, job: Job, tell: Tell, stop: Stop = lambda: False) -> None:
        """Compute a job and tell what comes."""
        from cpts_sim.catalogue import catalogue
        from cpts_sim.scenario import from_written

        scenario = from_written(job.scenario, catalogue())
        others = () if job.warm_key in self.warm else job.beside
        warm = self._warm(job, scenario, tell, stop)
        if warm is None:
            return
        if job.detailed:
            tell("stage", warm.stage)
            self._arm(job, scenario, warm, others, tell, stop)
            return
        if stop():
            return
        series = [self._series(job, scenario, arm, warm, stop) for arm in job.arms]
        whole = [days for days in series if days is not None]
        if len(whole) == len(job.arms):
            tell("draw", pack(0, {"seed": job.seed}, {"series": np.stack(whole)}))

    def keep(self, key: str, warm: Warm) -> None:
        """Keep a territory at day 0, made here or by another process."""
        self.warm[key] = warm
        self.warm.move_to_end(key)
        while len(self.warm) > WARM_KEPT:
            self.warm.popitem(last=False)

    def _warm(self, job: Job, scenario: Any, tell: Tell, stop: Stop) -> Warm | None:
        warm = self.warm.get(job.warm_key)
        if warm is None:
            place = json.dumps(job.scenario["territory"], sort_keys=True, default=str)
            watched = self.watched and job.detailed
            warm = warm_up(job, scenario, self._places.get(place), watched, tell, stop)
            if warm is None:
                return None
            self._places[place] = warm.territory
            if len(self._places) > PLACES_KEPT:
                self._places.popitem(last=False)
        self.keep(job.warm_key, warm)
        return warm

    def _arm(
        self, job: Job, scenario: Any, warm: Warm, others: tuple[tuple[str, str], ...], tell: Tell, stop: Stop
    ) -> None:
        """Tell day 0 of this arm and of the others that wait for it, then the days of this one in blocks."""
        frames: list[Frame] = []
        rank = 0
        for frame in days_of(job, scenario, job.arms[0], warm):
            frames.append(frame)
            if frame.day in (0, scenario.horizon_days) or len(frames) == BLOCK_DAYS:
                tell("block", rank, block(rank, frames))
                frames, rank = [], rank + 1
            if frame.day == 0:
                for key, arm in others:
                    tell("beside", key, warm.stage, day_0(job, scenario, arm, warm))
            if stop():
                return

    def _series(self, job: Job, scenario: Any, arm: str, warm: Warm, stop: Stop) -> Array | None:
        """Return the numbers of an arm day by day, None when it was stopped before its end."""
        rows = []
        for frame in days_of(job, scenario, arm, warm):
            if stop():
                return None
            rows.append(frame.series)
        return np.stack(rows, axis=1)


def days_of(job: Job, scenario: Any, arm: str, warm: Warm) -> Any:
    """Yield the frames of an arm, from day 0 to the horizon."""
    from cpts_sim.model import Model

    recorder = Recorder(warm.cast, warm.before, job.detailed)
    observers = [recorder.closed]
    model = Model(scenario, job.seed, arm=arm, observers=observers, state=warm.state, territory=warm.territory)
    try:
        yield recorder.start(model)
        for _ in range(scenario.horizon_days):
            model.step()
            yield recorder.day(model)
    finally:
        model.close()


def day_0(job: Job, scenario: Any, arm: str, warm: Warm) -> bytes:
    """Return the first block of an arm."""
    days = days_of(job, scenario, arm, warm)
    try:
        return block(0, [next(days)])
    finally:
        days.close()


def block(rank: int, frames: list[Frame]) -> bytes:
    """Write some days of an arm: looks person by person, so that days that repeat take no room."""
    arrays = {
        "looks": np.stack([frame.looks for frame in frames], axis=1),
        "pros": np.stack([frame.pros for frame in frames]),
        "series": np.stack([frame.series for frame in frames]),
        "places": np.stack([frame.places for frame in frames]),
    }
    told = [frame.stories for frame in frames if frame.stories]
    for name in told[0] if told else ():
        arrays[name] = np.concatenate([stories[name] for stories in told])
    return pack(0, {"block": rank, "first": frames[0].day, "frames": len(frames)}, arrays)


def serve(connection: Any) -> None:
    """Live in a process of its own: take jobs, tell what comes, end with the parent."""
    from cpts_sim.experiment.workers import live_with_parent

    live_with_parent()
    _stand_back()
    _read_up()
    line = Line(Computer(watched=True), connection)
    connection.send(("ready",))
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        line.take(asked)


def _stand_back() -> None:
    """Let the server and the browser go first, where the system knows of it."""
    if hasattr(os, "nice"):
        os.nice(POLITE)


def _read_up() -> None:
    """Import and read what every job needs, so that the first one need not."""
    import cpts_sim.model  # noqa: F401
    from cpts_sim.catalogue import catalogue
    from cpts_sim.evidence import load_parameters
    from cpts_sim.scenario.calendar import public_holidays

    catalogue()
    load_parameters(YEAR)
    public_holidays(None, date(YEAR, 1, 1), date(YEAR, 12, 31))


class Line:
    """What a worker hears from the server, also while it computes, and what it answers.

    Heard: a :class:`Job`; "stop" (nobody wants the present job any more); ("lend", key): another worker waits for the
    territory of that key; ("warm", key, bytes): a territory that another worker has lent.
    """

    def __init__(self, computer: Computer, connection: Any) -> None:
        self.computer, self.connection = computer, connection
        self._now: Job | None = None
        self._stopped = False
        self._awaited: set[str] = set()

    def take(self, asked: Any) -> None:
        """Do what is asked."""
        if isinstance(asked, Job):
            self._job(asked)
        elif asked == "stop":
            self._stopped = True
        elif asked[0] == "warm":
            self.computer.keep(asked[1], pickle.loads(asked[2]))  # by a worker of the same server
        elif asked[0] == "lend":
            self._lend(asked[1])

    def _lend(self, key: str) -> None:
        """Hand a territory over: now, as soon as it is at day 0, or never (then the other makes its own)."""
        warm = self.computer.warm.get(key)
        if warm is not None:
            self.connection.send(("lent", key, pickle.dumps(warm, protocol=5)))
        elif self._now is not None and self._now.warm_key == key:
            self._awaited.add(key)
        else:
            self.connection.send(("lent", key, None))

    def _stop(self) -> bool:
        while self.connection.poll():
            self.take(self.connection.recv())
        for key in [key for key in self._awaited if key in self.computer.warm]:
            self._awaited.discard(key)
            self._lend(key)
        return self._stopped

    def _job(self, job: Job) -> None:
        """Compute one job; the server asks for no other before its end."""
        self._now, self._stopped = job, False
        try:
            self.computer.run(job, lambda *what: self.connection.send((what[0], job.key, *what[1:])), self._stop)
            self.connection.send(("stopped" if self._stopped else "done", job.key))
        except CptsSimError as error:
            self.connection.send(("failed", job.key, str(error)))
        except Exception as error:  # a fault of ours: told to the page in one line, the worker lives on
            self.connection.send(("failed", job.key, f"{type(error).__name__}: {error}"))
        finally:
            self._now = None
            self._awaited.clear()  # who waited is told of the end
