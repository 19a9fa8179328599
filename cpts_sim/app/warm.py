"""A territory on its way to day 0: lived once, shown meanwhile, handed to every process that goes on from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cpts_sim.app import course
from cpts_sim.app.cast import Cast, choose, stage
from cpts_sim.app.pack import pack
from cpts_sim.app.recorder import Recorder

BLOCK_DAYS = 7
"""Days in a block; the first block holds day 0 alone, which is shown before another day is lived."""
SHOWN_DAYS = 7
"""Days of the warm-up from one picture to the next."""
Tell = Callable[..., None]
"""Told ("scene", bytes), ("warming", share, day, bytes), ("stage", bytes), ("block", rank, bytes), ("draw", bytes), and
("beside", key, stage, block): day 0 of another arm of the same territory."""
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
        beside: keys and names of the other arms that begin on the same day 0.
    """

    key: str
    warm_key: str
    scenario: Mapping[str, Any]
    arms: tuple[str, ...]
    seed: int
    shown: int
    detailed: bool = True
    beside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Warm:
    """A territory at day 0, as plain data: whatever process has it can go on from it.

    Attributes:
        state: everything that the future depends on (``Model.state``), never changed.
        territory: places and travel times.
        cast: who is shown.
        before: journal of the last month.
        stage: the bytes that the page needs once.
    """

    state: dict[str, Any]
    territory: Any
    cast: Cast
    before: Any
    stage: bytes


def warm_up(job: Job, scenario: Any, territory: Any, watched: bool, tell: Tell, stop: Stop) -> Warm | None:
    """Build a territory and live its warm-up; None when it was stopped.

    Args:
        job: what is to be computed.
        scenario: its scenario.
        territory: its places, where they are known already.
        watched: whether somebody looks on: places and people are told as soon as they are there, and how they are
            every week until day 0.
        tell: told how far it is.
        stop: asked every week.
    """
    from cpts_sim.model import Model

    model = Model(scenario, job.seed, territory=territory)
    try:
        look = _look_on(model, job, scenario, tell) if watched else _no_picture
        total = -model.first_day
        while model.day < 0:
            if stop():
                return None
            model.run(min(SHOWN_DAYS, -model.day))
            tell("warming", round(1.0 + model.day / total, 3), model.day, look())
        model.release()
        cast = choose(model, job.shown)
        data = pack(0, *staged(model, cast, scenario))
        return Warm(model.state(), model.territory, cast, model.journal.open_chunk(), data)
    finally:
        model.close()


def staged(model: Any, cast: Cast, scenario: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the facts and arrays that the page needs once."""
    facts, arrays = stage(model, cast)
    facts |= {"start": scenario.start.isoformat(), "days": scenario.horizon_days, "series": list(course.SERIES),
              "by_commune": list(course.BY_COMMUNE), "block_days": BLOCK_DAYS, "gps": len(cast.gps)}  # fmt: skip
    return facts, arrays


def _no_picture() -> None:
    return None


def _look_on(model: Any, job: Job, scenario: Any, tell: Tell) -> Callable[[], bytes]:
    """Tell who is where before the first day; returns what tells how they are on the present day."""
    cast = choose(model, job.shown)
    facts, arrays = staged(model, cast, scenario)
    tell("scene", pack(0, facts | {"sight": "scene"}, arrays, level=1))
    recorder = Recorder(cast, {})

    def picture() -> bytes:
        looks, pros = recorder.sight(model)
        return pack(0, {"sight": "picture", "day": model.day}, {"looks": looks, "pros": pros}, level=1)

    tell("warming", 0.0, model.day, picture())
    return picture
