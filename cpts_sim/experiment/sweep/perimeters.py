"""Real territories of an experiment: built once from official files, kept as territory files, found again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.keys import code_digest, digest
from cpts_sim.experiment.sweep.settings import Perimeters
from cpts_sim.scenario import canonical_json
from cpts_sim.words import did_you_mean, say

VARIABLE = "CPTS_SIM_DATA"
KEPT = Path("results") / ".territories"
"""Folder of the territory files built, from the folder of work."""


def build_perimeters(
    wanted: Perimeters, folder: Path, say_step: Callable[[str], None] = lambda name: None
) -> dict[str, Path]:
    """Return name → territory file of each perimeter wanted, building those that are not there.

    Args:
        wanted: what the experiment file says.
        folder: where its relative paths start.
        say_step: told the name of each territory that is built.

    Raises:
        UsageError: no folder of official files. InputError: an unknown perimeter, or data that cannot be used.
    """
    from cpts_sim.territory.readers.extras import read_perimeters

    data = _data(wanted, folder)
    place = next((p for p in (folder / wanted.file, data / wanted.file) if p.is_file()), None)
    if place is None:
        raise InputError(say("sweep.no_perimeter_file", value=wanted.file, folder=data))
    known = read_perimeters(place)
    names = wanted.names or tuple(known)
    for name in names:
        if name not in known:
            raise InputError(say("sweep.no_perimeter", value=name, hint=did_you_mean(name, known)))
    return {name: _built(name, known[name], data, wanted, say_step) for name in names}


def _data(wanted: Perimeters, folder: Path) -> Path:
    named = wanted.data or os.environ.get(VARIABLE, "")
    data = (folder / named).resolve() if named else None
    if data is None or not data.is_dir():
        raise UsageError(say("sweep.no_data", variable=VARIABLE))
    return data


def _built(name: str, codes: list[str], data: Path, wanted: Perimeters, say_step: Callable[[str], None]) -> Path:
    from cpts_sim.territory import write_territory
    from cpts_sim.territory.build import BuildOptions, build_territory

    stamp = [[f.relative_to(data).as_posix(), f.stat().st_size] for f in sorted(data.rglob("*")) if f.is_file()]
    told = {"name": name, "codes": sorted(codes), "files": stamp, "code": code_digest(), "partial": wanted.partial}
    target = KEPT / f"{digest(canonical_json(told).encode())}.territory"
    if not target.is_file():
        say_step(name)
        territory = build_territory(name, codes, data, BuildOptions(partial=wanted.partial, title=name))
        KEPT.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{os.getpid()}.{target.name}")
        write_territory(territory, draft).replace(target)
    return target.resolve()
