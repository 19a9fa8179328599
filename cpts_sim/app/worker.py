"""A process that computes arms ahead and hands over their frames in blocks, as they come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.app import course
from cpts_sim.app.cast import Cast, choose, stage
from cpts_sim.app.pack import pack
from cpts_sim.app.recorder import Frame, Recorder
from cpts_sim.errors import CptsSimError

Array = NDArray[Any]
BLOCK_DAYS = 7
WARM_KEPT = 2
"""Territories kept at day 0, so that a change of missions need not live the warm-up again."""
Tell = Callable[..., None]
"""Told ("warming", share), ("stage", bytes), ("block", rank, bytes), ("draw", bytes)."""
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """One arm to compute, or one further draw of both.

    Attributes:
        key: what decides its bytes.
        warm_key: what decides its day 0.
        scenario: the scenario as written.
        arms: the arm; or, for a draw, both.
        seed: seed.
        shown: most people on the map.
        detailed: whether people and places are wanted, or the numbers only.
    """

    key: str
    warm_key: str
    scenario: Mapping[str, Any]
    arms: tuple[str, ...]
    seed: int
    shown: int
    detailed: bool = True


@dataclass
class Warm:
    """A territory at day 0.

    Attributes:
        model: the model, never stepped again. cast: who is shown. before: journal of the last month.
        stage: the bytes that the page needs once.
    """

    model: Any
    cast: Cast
    before: Any
    stage: bytes


class Computer:
    """Computes jobs one after the other; keeps the last territories at day 0."""

    def __init__(self) -> None:
        self.warm: OrderedDict[str, Warm] = OrderedDict()

    def run(self, job: Job, tell: Tell, stop: Stop = lambda: False) -> None:
        """Compute a job and tell what comes."""
        from cpts_sim.catalogue import catalogue
        from cpts_sim.scenario import from_written

        scenario = from_written(job.scenario, catalogue())
        warm = self._warm(job, scenario, tell, stop)
        if warm is None:
            return
        if job.detailed:
            tell("stage", warm.stage)
            self._arm(job, scenario, job.arms[0], warm, tell, stop)
            return
        series = [self._series(job, scenario, arm, warm, stop) for arm in job.arms]
        whole = [days for days in series if days is not None]
        if len(whole) == len(job.arms):
            tell("draw", pack(0, {"seed": job.seed}, {"series": np.stack(whole)}))

    def _warm(self, job: Job, scenario: Any, tell: Tell, stop: Stop) -> Warm | None:
        if job.warm_key not in self.warm:
            made = _warmed(job, scenario, tell, stop)
            if made is None:
                return None
            self.warm[job.warm_key] = made
            while len(self.warm) > WARM_KEPT:
                _, old = self.warm.popitem(last=False)
                old.model.close()
        self.warm.move_to_end(job.warm_key)
        return self.warm[job.warm_key]

    def _arm(self, job: Job, scenario: Any, arm: str, warm: Warm, tell: Tell, stop: Stop) -> None:
        frames: list[Frame] = []
        rank = 0
        for frame in days_of(job, scenario, arm, warm):
            if stop():
                return
            frames.append(frame)
            if len(frames) == BLOCK_DAYS or frame.day >= scenario.horizon_days:
                tell("block", rank, block(rank, frames))
                frames, rank = [], rank + 1

    def _series(self, job: Job, scenario: Any, arm: str, warm: Warm, stop: Stop) -> Array | None:
        """Return the numbers of an arm day by day, None when it was stopped before its end."""
        rows = []
        for frame in days_of(job, scenario, arm, warm):
            if stop():
                return None
            rows.append(frame.series)
        return np.stack(rows, axis=1)


def _warmed(job: Job, scenario: Any, tell: Tell, stop: Stop) -> Warm | None:
    from cpts_sim.model import Model

    model = Model(scenario, job.seed)
    total = -model.first_day
    while model.day < 0:
        if stop():
            model.close()
            return None
        model.run(min(7, -model.day))
        tell("warming", round(1.0 + model.day / total, 3))
    model.release()
    before = model.journal.open_chunk()
    cast = choose(model, job.shown)
    facts, arrays = stage(model, cast)
    facts |= {"start": scenario.start.isoformat(), "days": scenario.horizon_days, "series": list(course.SERIES),
              "by_commune": list(course.BY_COMMUNE), "block_days": BLOCK_DAYS, "gps": len(cast.gps)}  # fmt: skip
    return Warm(model, cast, before, pack(0, facts, arrays))


def days_of(job: Job, scenario: Any, arm: str, warm: Warm) -> Any:
    """Yield the frames of an arm, from day 0 to the horizon."""
    from cpts_sim.model import Model

    recorder = Recorder(warm.cast, warm.before)
    source = warm.model
    model = Model(
        scenario, job.seed, arm=arm, observers=[recorder.closed], state=source.state(), territory=source.territory
    )
    try:
        yield recorder.start(model)
        for _ in range(scenario.horizon_days):
            model.step()
            yield recorder.day(model)
    finally:
        model.close()


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
    import cpts_sim.model  # noqa: F401  the first job should not wait for imports

    computer = Computer()
    connection.send(("ready",))
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        if isinstance(asked, Job):
            _one(computer, asked, connection)


def _one(computer: Computer, job: Job, connection: Any) -> None:
    """Compute one job; any message that comes meanwhile means that nobody wants it any more."""
    stopped = False

    def stop() -> bool:
        nonlocal stopped
        while connection.poll():
            stopped = connection.recv() == "stop" or stopped
        return stopped

    try:
        computer.run(job, lambda *what: connection.send((what[0], job.key, *what[1:])), stop)
        connection.send(("stopped" if stopped else "done", job.key))
    except CptsSimError as error:
        connection.send(("failed", job.key, str(error)))
    except Exception as error:  # a fault of ours: told to the page in one line, the worker lives on
        connection.send(("failed", job.key, f"{type(error).__name__}: {error}"))
