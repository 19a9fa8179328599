"""Runs computed to the end and kept: what a recorded page and an animation are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.app.asks import Ask
from cpts_sim.app.desk import draw_jobs, jobs_of
from cpts_sim.app.drawn import recorded_of
from cpts_sim.app.limits import Limits
from cpts_sim.app.presets import lessons, presets
from cpts_sim.app.warm import Job
from cpts_sim.app.worker import Computer
from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.workers import results, usable_cores
from cpts_sim.scenario import Scenario, as_written, load, resolved, run_key
from cpts_sim.words import languages, say

Told = Callable[[int, int], None]
FIRST_SEED = 1
DRAWS = 10
"""Further draws of a recorded page where nobody says how many."""


@dataclass(frozen=True)
class Scene:
    """One pair to record.

    Attributes:
        title: title by language.
        ask: what the page shows as chosen.
        jobs: the two arms.
    """

    title: Mapping[str, str]
    ask: Mapping[str, Any]
    jobs: tuple[Job, Job]


@dataclass(frozen=True)
class Script:
    """What to record.

    Attributes:
        scenes: pairs, the first is shown first.
        draws: further draws of the first pair.
        presets: territories named in the scenes.
        lesson: number of the lesson, 0 for none.
        drawn: draws of the first pair that were recorded beforehand (files of ``drawn``).
    """

    scenes: tuple[Scene, ...]
    draws: tuple[Job, ...]
    presets: Mapping[str, Mapping[str, Any]]
    lesson: int = 0
    drawn: tuple[bytes, ...] = ()


@dataclass
class Take:
    """A job computed to the end.

    Attributes:
        number: number of the record. stage: bytes needed once. blocks: blocks of days.
        draw: numbers of a further draw.
    """

    number: int
    stage: bytes | None = None
    blocks: list[bytes] = field(default_factory=list)
    draw: bytes | None = None


def script_of_lesson(rank: int, draws: int | None, shown: int) -> Script:
    """Return what records a lesson (1 is the first).

    Args:
        rank: which.
        draws: further draws; none given: those recorded beforehand, or ``DRAWS``.
        shown: most people on the map.

    Raises:
        UsageError: there is no such lesson.
    """
    known = lessons()
    if not 1 <= rank <= len(known):
        raise UsageError(say("app.no_lesson", value=rank, count=len(known)))
    lesson, limits, found = known[rank - 1], Limits(shown=shown), presets()
    variants = [item for item in lesson.get("variants", ()) if item["run"] != lesson["run"]]
    scenes = []
    for title, run in [(lesson["title"], lesson["run"]), *((item["title"], item["run"]) for item in variants)]:
        jobs = jobs_of(Ask.model_validate(run), found, limits)
        scenes.append(Scene(title, jobs.ask.model_dump(), (jobs.arms[0], jobs.arms[1])))
    kept = recorded_of(scenes[0].ask) if draws is None else ()
    count = 0 if kept else DRAWS if draws is None else draws
    extra = draw_jobs(scenes[0].jobs, [scenes[0].ask["seed"] + 1000 * k for k in range(1, count + 1)])
    named = {scene.ask["preset"]: found[scene.ask["preset"]] for scene in scenes}
    return Script(tuple(scenes), tuple(extra), named, rank, kept)


def script_of(path: Path, seed: int | None, draws: int | None, shown: int, years: float | None = None) -> Script:
    """Return what records a scenario file, or the first pair of a folder of results again.

    Raises:
        InputError: neither can be read, or there are not two arms.
    """
    scenario, seeds = _read(path)
    if years is not None:
        from cpts_sim.scenario import from_written

        scenario = from_written({**as_written(scenario), "years": years, "dates": None}, catalogue())
    seeds = [seed, *range(seed + 1, seed + 10_000)] if seed is not None else seeds
    base, *others = list(scenario.arms)
    if not others or scenario.territory.practices is not None:
        raise InputError(say("app.two_arms", path=path))
    left = _job(scenario, base, seeds[0], shown)
    scenes = []
    for arm in others:
        title = {lang: getattr(scenario.arms[arm].title, lang, None) or _arm_title(arm, lang) for lang in languages()}
        scenes.append(Scene(title, _ask(scenario, arm, seeds[0]), (left, _job(scenario, arm, seeds[0], shown))))
    extra = draw_jobs(scenes[0].jobs, seeds[1 : (DRAWS if draws is None else draws) + 1])
    return Script(tuple(scenes), tuple(extra), {scenario.name: as_written(scenario)})


def _read(path: Path) -> tuple[Scenario, list[int]]:
    """Return a scenario and the seeds to use."""
    if not path.is_dir():
        return load(path, catalogue()), list(range(FIRST_SEED, 10_000))
    try:
        seeds = json.loads((path / "manifest.json").read_text(encoding="utf-8"))["seeds"]
    except (OSError, ValueError, KeyError):
        raise InputError(say("app.no_result", path=path)) from None
    return load(path / "scenario.yaml", catalogue()), list(seeds)


def _arm_title(arm: str, lang: str) -> str:
    return say("app.with", lang) if arm == "with" else arm


def _job(scenario: Scenario, arm: str, seed: int, shown: int) -> Job:
    days, told = scenario.horizon_days, resolved(scenario, arm)
    key = run_key(told, seed, days, EPOCH, shown=shown)
    own = {name: told["arms"] if name == "arms" else value for name, value in told.items() if name != "cpts"}
    warm = run_key(own, seed, days, EPOCH, shown=shown)
    return Job(key, warm, as_written(scenario), (arm,), seed, shown)


def _ask(scenario: Scenario, arm: str, seed: int) -> dict[str, Any]:
    """Return what the page shows as chosen for an arm."""
    plain = as_written(scenario)
    cpts = plain["arms"][arm].get("cpts") or {}
    members = {name: value for name, value in cpts.get("members", {}).items() if isinstance(value, float | int)}
    return {
        "preset": scenario.name, "population": None, "year": scenario.reference_year, "days": scenario.horizon_days,
        "seed": seed, "missions": cpts.get("missions", {}), "shocks": plain.get("shocks", {}), "members": members,
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------- computing
def jobs_in(script: Script) -> list[Job]:
    """Return every job of a script once, those of one territory together."""
    found = {job.key: job for scene in script.scenes for job in scene.jobs}
    return [*found.values(), *script.draws]


def record(script: Script, workers: int | None = None, told: Told = lambda done, total: None) -> dict[str, Take]:
    """Compute every job of a script; returns the takes by key of their jobs."""
    jobs = jobs_in(script)
    hands = min(workers or usable_cores(), len(jobs))
    takes: dict[str, Take] = {}
    for rank, take in results(partial(_take, jobs), _ranks(len(jobs)), hands):
        take.number = rank + 1
        takes[jobs[rank].key] = take
        told(len(takes), len(jobs))
    return takes


def _ranks(count: int) -> Iterator[int]:
    yield from range(count)


@cache
def _computer() -> Computer:
    return Computer()


def _take(jobs: list[Job], rank: int) -> Take:
    """Compute one job (in a worker)."""
    take = Take(0)

    def tell(what: str, *content: Any) -> None:
        if what == "stage":
            take.stage = content[0]
        elif what == "block":
            take.blocks.append(content[1])
        elif what == "draw":
            take.draw = content[0]

    _computer().run(jobs[rank], tell)
    return take
