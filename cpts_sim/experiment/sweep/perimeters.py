"""Real territories of an experiment: built once from official files, kept as territory files, found again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment.keys import digest, digest_of_rooms
from cpts_sim.experiment.sweep.settings import Perimeters
from cpts_sim.scenario import canonical_json
from cpts_sim.words import did_you_mean, say

VARIABLE = "CPTS_SIM_DATA"
KEPT = Path("results") / ".territories"
"""Folder of the territory files built, from the folder of work."""
BUILDERS = ("territory", "evidence")
"""Rooms whose code and data make a territory: when they change, it is built again."""


@dataclass(frozen=True)
class Perimeter:
    """A real territory made ready.

    Attributes:
        path: its territory file. inhabitants: of the whole. played: how many of them are simulated.
    """

    path: Path
    inhabitants: int
    played: int

    @property
    def covers(self) -> int | None:
        """Inhabitants that its contract covers, where they are more than those simulated."""
        return self.inhabitants if self.played < self.inhabitants else None


def build_perimeters(
    wanted: Perimeters, folder: Path, say_step: Callable[[str], None] = lambda name: None
) -> dict[str, Perimeter]:
    """Return name → each perimeter wanted, building those that are not there.

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
    yard = _Yard(data, wanted.partial, say_step)
    whole = {name: yard.built(name, known[name]) for name in names}
    return {name: _played(path, wanted.inhabitants) for name, path in whole.items()}


def _data(wanted: Perimeters, folder: Path) -> Path:
    named = wanted.data or os.environ.get(VARIABLE, "")
    data = (folder / named).resolve() if named else None
    if data is None or not data.is_dir():
        raise UsageError(say("sweep.no_data", variable=VARIABLE))
    return data


class _Yard:
    """Where territories are built: the official files are read once, and only if some territory is missing."""

    def __init__(self, data: Path, partial: bool, say_step: Callable[[str], None]) -> None:
        self.data, self.partial, self.say_step = data, partial, say_step
        files = (file for file in sorted(data.rglob("*")) if file.is_file())
        self._stamp = [[file.relative_to(data).as_posix(), file.stat().st_size] for file in files]

    @cached_property
    def _france(self) -> Any:
        from cpts_sim.evidence import load_parameters
        from cpts_sim.territory.france import read_france

        return read_france(self.data, load_parameters(), self.partial)

    def built(self, name: str, codes: list[str]) -> Path:
        """Return the file of a whole territory, built unless it is there."""
        from cpts_sim.territory.build import BuildOptions, build_territory

        told = {"name": name, "codes": sorted(codes), "files": self._stamp, "code": digest_of_rooms(*BUILDERS),
                "partial": self.partial}  # fmt: skip
        target = _place(told)
        if not target.is_file():
            self.say_step(name)
            options = BuildOptions(partial=self.partial, title=name)
            _keep(build_territory(name, codes, self.data, options, france=self._france), target)
        return target.resolve()


def _played(path: Path, most: int | None) -> Perimeter:
    """Return a perimeter with the file that is simulated: the whole, or so many of its inhabitants."""
    from cpts_sim.territory import read_territory
    from cpts_sim.territory.reduced import reduced

    whole = read_territory(path)
    if most is None or whole.population <= most:
        return Perimeter(path, whole.population, whole.population)
    target = _place({"whole": path.stem, "inhabitants": most})  # the stem knows the code
    if not target.is_file():
        _keep(reduced(whole, most), target)
    return Perimeter(target.resolve(), whole.population, most)


def _place(told: dict[str, Any]) -> Path:
    return KEPT / f"{digest(canonical_json(told).encode())}.territory"


def _keep(territory: Any, target: Path) -> None:
    from cpts_sim.territory import write_territory

    KEPT.mkdir(parents=True, exist_ok=True)
    write_territory(territory, target.with_name(f".{os.getpid()}.{target.name}")).replace(target)
