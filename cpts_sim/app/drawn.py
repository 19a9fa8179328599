"""Further draws of the lessons, recorded beforehand: ``python -m cpts_sim.app.drawn`` writes them again.

A file holds the numbers of every seventh day of both arms, for each draw. It says which model made it (epoch and every
parameter but prices): after a change of either it is not shown any more, and the page computes draws as for any other
run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim import EPOCH
from cpts_sim.app.asks import Ask
from cpts_sim.app.course import SERIES
from cpts_sim.app.pack import pack, unpack
from cpts_sim.app.presets import lessons
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.statistics import Interval, paired_interval

STEP_DAYS = 7
DRAWS = 16
PEOPLE = 100
"""People on the map of a draw, where nobody looks at the map."""
SIGNIFICANT = 4
YEARS = (2019, 2024)
PRICES = "tariff."
"""Parameters by which volumes are valued afterwards: no run reads them."""


@cache
def model_mark() -> str:
    """Return what changes whenever the numbers of a run may change: epoch and value of every parameter but prices."""
    values = {}
    for year in YEARS:
        parameters = load_parameters(year)
        values[year] = {name: str(parameters.entry(name).value) for name in parameters
                        if not name.startswith(PRICES)}  # fmt: skip
    told = json.dumps({"epoch": EPOCH, "series": SERIES, "values": values}, sort_keys=True)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def name_of(ask: Ask) -> str:
    """Return the name of the draws of an ask: the same whatever its own seed; the page writes "1 months"."""
    told = json.dumps(ask.model_dump(exclude={"seed"}), sort_keys=True).replace('"1 months"', '"1 month"')
    return blake2b(told.encode(), digest_size=8).hexdigest()


def asks() -> list[Ask]:
    """Return what the lessons run first."""
    return [Ask.model_validate(lesson["run"]) for lesson in lessons()]


def drawn_path(ask: Ask) -> Path:
    """Return where the draws of an ask are written."""
    return Path(str(files("cpts_sim.app").joinpath("draws", f"{name_of(ask)}.cpt")))


@dataclass
class Drawn:
    """Recorded draws by name, of the present model only.

    Attributes:
        parts: name → bytes.
    """

    parts: dict[str, bytes] = field(default_factory=dict)

    def read(self) -> None:
        """Read the files of the package."""
        for ask in asks():
            path = drawn_path(ask)
            if path.is_file() and made_by(data := path.read_bytes()) == model_mark():
                self.parts[name_of(ask)] = data

    def of(self, ask: Ask) -> str | None:
        """Return the name of the draws of an ask, if there are any."""
        name = name_of(ask)
        return name if name in self.parts else None


def recorded_of(ask: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return the file of draws of what a page runs, if the present model has made one."""
    wanted = Ask.model_validate(ask)
    path = drawn_path(wanted)
    if not path.is_file() or made_by(data := path.read_bytes()) != model_mark():
        return ()
    return (data,)


def made_by(data: bytes) -> str:
    """Return the mark of the model that made some draws."""
    return str(unpack(data)[1]["model"])


def packed(draws: Sequence[NDArray[Any]], seeds: Sequence[int]) -> bytes:
    """Write draws, each of shape (arms, series, days), as the numbers of every seventh day and of the last one."""
    last = draws[0].shape[2] - 1
    days = np.unique(np.append(np.arange(0, last + 1, STEP_DAYS), last)).astype(np.uint16)
    series = _rounded(np.stack(draws)[:, :, :, days])
    return pack(0, {"model": model_mark(), "seeds": list(seeds)}, {"days": days, "series": series}, level=9)


def _rounded(values: NDArray[Any]) -> NDArray[Any]:
    """Keep four digits: more would be noise, and take room."""
    size = np.where(np.isfinite(values) & (values != 0), np.abs(values), 1.0)
    unit = 10.0 ** (np.floor(np.log10(size)) - SIGNIFICANT + 1)
    rounded: NDArray[Any] = (np.rint(values / unit) * unit).astype(np.float32)
    return rounded


def write(count: int, workers: int | None, told: Callable[[str], None], again: bool = False) -> None:
    """Compute and write the draws of every lesson whose file is missing or of another model.

    Args:
        count: draws of each lesson.
        workers: processes.
        told: called with what has been done.
        again: also those that are there.
    """
    from cpts_sim.app.desk import draws_of, jobs_of
    from cpts_sim.app.limits import Limits
    from cpts_sim.app.presets import presets
    from cpts_sim.app.takes import Script, record

    limits, known = Limits(shown=PEOPLE), presets()
    for ask in asks():
        path = drawn_path(ask)
        if not again and path.is_file() and made_by(path.read_bytes()) == model_mark():
            continue
        jobs = draws_of(jobs_of(ask, known, limits), count, limits)
        takes = record(Script((), tuple(jobs), {}), workers)
        arrays = [unpack(takes[job.key].draw or b"")[2]["series"] for job in jobs]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(packed(arrays, [job.seed for job in jobs]))
        told(f"{ask.preset}, {ask.days} days, {count} draws: {path.name}, {path.stat().st_size / 1000:.0f} kB")


def gap(data: bytes, name: str, window: Sequence[int]) -> tuple[float, Interval]:
    """Return what recorded draws say of a quantity over some days: its mean without, and the difference with − without.

    Args:
        data: a file of draws.
        name: one of the series.
        window: first and last day.
    """
    _, _, arrays = unpack(data)
    days, series = arrays["days"], arrays["series"][:, :, SERIES.index(name)]
    inside = series[:, :, (days >= window[0]) & (days <= window[1])].mean(axis=2)
    return float(inside[:, 0].mean()), paired_interval(inside[:, 0], inside[:, 1])


def main() -> None:
    """Write the draws of the lessons, and say what they hold."""
    import argparse

    line = argparse.ArgumentParser(prog="python -m cpts_sim.app.drawn", description=__doc__)
    line.add_argument("--draws", type=int, default=DRAWS)
    line.add_argument("--workers", type=int)
    line.add_argument("--again", action="store_true", help="also those that are of the present model")
    line.add_argument("--show", action="store_true", help="write nothing, say what is there")
    given = line.parse_args()
    if not given.show:
        write(given.draws, given.workers, lambda text: print(text, flush=True), given.again)
    kept = Drawn()
    kept.read()
    for lesson, ask in zip(lessons(), asks(), strict=True):
        data = kept.parts.get(name_of(ask))
        if data is None:
            print(f"{lesson['id']:12s} no draws of this model")
            continue
        without, found = gap(data, lesson["series"], lesson["window"])
        print(f"{lesson['id']:12s} {lesson['series']} {without:.2f} without, {found.mean:+.3f} with "
              f"({found.low:+.3f} to {found.high:+.3f})")  # fmt: skip


if __name__ == "__main__":
    main()
