"""One pair: one seed, one warm-up, then every arm from the same day 0."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any, Protocol
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.journal import Chunk
from cpts_sim.experiment.parquet import from_parquet, to_parquet
from cpts_sim.experiment.values import Place, pair_table, read_pair
from cpts_sim.measures import Horizon, Observer, Row, Tables, chosen, picture
from cpts_sim.scenario import Scenario
from cpts_sim.words import languages


class Run(Protocol):
    """What an experiment asks of a model."""

    tables: Mapping[str, Any]
    territory: Any

    def warm_up(self) -> None:
        """Fill books and wards, up to day 0."""

    def fork(self, arm: str | None = None, observers: Sequence[Any] = ()) -> Run:
        """Return a copy of this run that follows an arm and hands its chunks to observers."""

    def run(self, days: int) -> None:
        """Simulate some days."""

    def finish(self) -> None:
        """Close what is open and hand over the last chunk."""

    def close(self) -> None:
        """Release what the run holds."""


Maker = Callable[[Scenario, int], Run]


@dataclass(frozen=True)
class Pair:
    """What remains of a pair.

    Attributes:
        seed: the seed all its arms share. files: name → bytes: ``values.parquet``, ``territory.json`` and,
        if kept, ``journal/<arm>/<kind>.parquet``.
    """

    seed: int
    files: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def values(self) -> dict[str, dict[Place, float]]:
        """Numbers: arm → place → value."""
        return read_pair(self.files["values.parquet"])

    def pack(self) -> bytes:
        """Return the files as one archive: the same files, the same bytes."""
        held = BytesIO()
        with ZipFile(held, "w") as archive:
            for name, data in sorted(self.files.items()):
                archive.writestr(ZipInfo(name), data)
        return held.getvalue()

    @classmethod
    def unpack(cls, seed: int, data: bytes) -> Pair:
        """Return the pair whose archive this is."""
        with ZipFile(BytesIO(data)) as archive:
            return cls(seed, {name: archive.read(name) for name in archive.namelist()})

    @property
    def has_journal(self) -> bool:
        """Whether the journal of its arms was kept."""
        return any(name.startswith("journal/") for name in self.files)


def make_model(scenario: Scenario, seed: int) -> Run:
    """Build the real model (imported only when needed)."""
    from cpts_sim.model import Model

    run: Run = Model(scenario, seed)
    return run


def replicate(
    scenario: Scenario,
    seed: int,
    arms: Sequence[str],
    measures: Sequence[str] | None = None,
    *,
    keep_journal: bool = False,
    make: Maker = make_model,
) -> Pair:
    """Run every arm of a scenario with one seed, from one warm-up.

    Args:
        scenario: what the user wrote.
        seed: decides every draw, the same in all arms.
        arms: names of arms, in the order of comparison.
        measures: names of measures (default: all).
        keep_journal: keep the journals with the numbers.
        make: builds the model.
    """
    model = make(scenario, seed)
    try:
        model.warm_up()
        tables = day_zero(model)
        horizon = Horizon(scenario.horizon_days)
        rows: dict[str, list[Row]] = {}
        files: dict[str, bytes] = {"territory.json": _territory(model.territory)}
        for arm in arms:
            rows[arm], chunks = _one_arm(model, arm, tables, horizon, measures, keep_journal)
            files |= journal_files(arm, chunks)
        files["values.parquet"] = pair_table(rows)
        if keep_journal:
            files |= {
                f"journal/day_zero/{name}.parquet": to_parquet(columns) for name, columns in tables.items()
            }
        return Pair(seed, dict(sorted(files.items())))
    finally:
        model.close()


def _one_arm(
    model: Run, arm: str, tables: Tables, horizon: Horizon, measures: Sequence[str] | None, keep: bool
) -> tuple[list[Row], list[Chunk]]:
    """Fork, run and measure one arm; its chunks are kept only on demand."""
    observer = Observer(chosen(measures), tables)
    chunks: list[Chunk] = []
    branch = model.fork(arm, [_told(observer), *([_told(chunks.append)] if keep else [])])
    try:
        branch.run(round(horizon.days))
        branch.finish()
        return observer.finish(horizon), chunks
    finally:
        branch.close()


def _told(counter: Callable[[Chunk], None]) -> Callable[[Chunk, Any], None]:
    """Make an observer of a model of what counts chunks: measures know the tables of day 0 only."""
    return lambda chunk, tables: counter(chunk)


def day_zero(model: Run) -> Tables:
    """Take the picture of day 0 that measures need."""
    names = [name for name in ("people", "gps") if name in model.tables]
    columns = {name: _columns(model.tables[name]) for name in names}
    return picture(columns, communes_of(model.territory), _minutes_of(model.territory))


def _minutes_of(territory: Any) -> dict[str, NDArray[Any]]:
    """Return the minutes by car between communes and to emergency departments, where they are known."""
    names = {"travel": "travel_min", "hospital_travel": "hospital_min"}
    found = {name: getattr(territory, attribute, None) for name, attribute in names.items()}
    return {name: minutes for name, minutes in found.items() if minutes is not None and minutes.size}


def _columns(table: Any) -> Mapping[str, NDArray[Any]]:
    arrays: Mapping[str, NDArray[Any]] = table if isinstance(table, Mapping) else table.arrays()
    return arrays


def communes_of(territory: Any) -> dict[str, NDArray[Any]]:
    """Return the columns of the territory's own communes (no halo) that measures and maps use."""
    if territory is None:
        return {"code": np.array(["0"]), "name": np.array([""]), **{n: np.zeros(1) for n in _PLACES}}
    size = getattr(territory, "size", len(territory.communes["code"]))
    names = [name for name in ("code", "name", *_PLACES, "apl") if name in territory.communes]
    return {name: np.asarray(territory.communes[name])[:size] for name in names}


_PLACES = ("x_km", "y_km", "population")


def _territory(territory: Any) -> bytes:
    """Write the communes with their places and outlines, for maps."""
    columns = communes_of(territory)
    rings = list(getattr(territory, "outlines", None) or ())[: len(columns["code"])]
    remarks = getattr(territory, "remarks", ())
    content = {
        "title": str(getattr(territory, "title", "")),
        "schematic": bool(getattr(territory, "schematic", True)),
        "notes": [{lang: remark.say(lang) for lang in languages()} for remark in remarks],
        "communes": {name: column.tolist() for name, column in columns.items()},
        "outlines": rings or None,
    }
    return (json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def journal_files(arm: str, chunks: Sequence[Chunk]) -> dict[str, bytes]:
    """Write the chunks of an arm: one Parquet file a kind of event, with the rank of each row's chunk."""
    out = {}
    for kind in sorted(chunks[0]) if chunks else ():
        parts = [chunk[kind] for chunk in chunks]
        sizes = [len(next(iter(part.values()))) for part in parts]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        rank = np.repeat(np.arange(len(parts), dtype=np.int16), sizes)
        out[f"journal/{arm}/{kind}.parquet"] = to_parquet({"chunk": rank, **columns})
    return out


def read_journal(files: Mapping[str, bytes], arm: str) -> list[Chunk]:
    """Read the chunks of an arm again."""
    start = f"journal/{arm}/"
    kinds = {n[len(start) : -8]: from_parquet(data) for n, data in files.items() if n.startswith(start)}
    count = max((int(c["chunk"].max()) + 1 for c in kinds.values() if len(c["chunk"])), default=0)
    return [
        {
            kind: {n: c[columns["chunk"] == rank] for n, c in columns.items() if n != "chunk"}
            for kind, columns in kinds.items()
        }
        for rank in range(count)
    ]


def read_day_zero(files: Mapping[str, bytes]) -> Tables:
    """Read the picture of day 0 kept beside a journal."""
    start = "journal/day_zero/"
    return {n[len(start) : -8]: from_parquet(data) for n, data in files.items() if n.startswith(start)}
