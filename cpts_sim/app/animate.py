"""Recorded runs as a film for slides: two maps and two curves, drawn by matplotlib."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.app import course
from cpts_sim.app.pack import unpack
from cpts_sim.app.takes import Scene, Take
from cpts_sim.errors import UsageError
from cpts_sim.words import number, say

Array = NDArray[Any]
COLOURS = ("#b9c6cf", "#111111", "#e69f00", "#d55e00", "#56b4e9", "#8e2f8e", "#0b5345")
NAMES = ("well", "gave_up", "waiting", "late", "seen", "ed", "ward")
SIZES = (5.0, 9.0, 5.0, 7.0, 5.0, 12.0, 12.0)
MARKS = (".", "x", "o", "o", "o", "P", "s")
CURVES = ("wait_days", "exhaustion")
BASE, OTHER = "#5a5a5a", "#0072b2"
GRID = 65535.0


class Arm:
    """What a film needs of a take."""

    def __init__(self, take: Take) -> None:
        _, self.facts, self.stage = unpack(take.stage or b"")
        blocks = [unpack(block)[2] for block in take.blocks]
        self.looks = np.concatenate([block["looks"] for block in blocks], axis=1) & 7
        self.series = np.concatenate([block["series"] for block in blocks])


def film(scene: Scene, takes: Mapping[str, Take], path: Path, lang: str, step: int, rate: int) -> int:
    """Draw a pair of runs into a GIF or MP4 file; returns the number of pictures.

    Args:
        scene: the pair.
        takes: recorded jobs by key.
        path: file to write; its ending chooses the format.
        lang: "fr" or "en".
        step: days between two pictures.
        rate: pictures a second.

    Raises:
        UsageError: another ending, or no ffmpeg for MP4.
    """
    writer = _writer(path, rate)
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    arms = [Arm(takes[job.key]) for job in scene.jobs]
    days = range(0, min(arm.looks.shape[1] for arm in arms), step)
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9}):
        room = ConstrainedLayoutEngine(rect=(0.0, 0.0, 0.985, 1.0))
        drawn = Figure(figsize=(10.0, 5.6), dpi=90, layout=room)
        _canvas(drawn)
        maps, curves = _axes(drawn)
        with writer.saving(drawn, str(path), 90):
            for day in days:
                _picture(drawn, maps, curves, arms, day, lang)
                writer.grab_frame()
    return len(days)


def _canvas(drawn: Any) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(drawn)


def _writer(path: Path, rate: int) -> Any:
    from matplotlib import animation

    if path.suffix == ".gif":
        return animation.PillowWriter(fps=rate)
    if path.suffix != ".mp4":
        raise UsageError(say("app.film_kind", path=path))
    program = shutil.which("ffmpeg")
    if program is None and find_spec("imageio_ffmpeg") is not None:
        import imageio_ffmpeg

        program = imageio_ffmpeg.get_ffmpeg_exe()
    if program is None:
        raise UsageError(say("app.film_ffmpeg", path=path))
    import matplotlib as mpl

    mpl.rcParams["animation.ffmpeg_path"] = program
    return animation.FFMpegWriter(fps=rate, codec="h264", extra_args=["-pix_fmt", "yuv420p"])


def _axes(drawn: Any) -> tuple[list[Any], list[Any]]:
    grid = drawn.add_gridspec(2, 3, width_ratios=[1.15, 1.15, 1.0])
    maps = [drawn.add_subplot(grid[:, column]) for column in (0, 1)]
    return maps, [drawn.add_subplot(grid[row, 2]) for row in (0, 1)]


def _picture(drawn: Any, maps: list[Any], curves: list[Any], arms: list[Arm], day: int, lang: str) -> None:
    for axes, arm, name, colour in zip(maps, arms, ("without", "with"), (BASE, OTHER), strict=True):
        axes.clear()
        _map(axes, arm, day)
        axes.set_title(say(f"app.{name}", lang), color=colour, fontweight="bold", loc="left")
    for axes, name in zip(curves, CURVES, strict=True):
        axes.clear()
        _curve(axes, arms, name, day, lang)
    handles = maps[0].get_legend_handles_labels()[0]
    for old in list(drawn.legends):
        old.remove()
    labels = [say(f"app.look.{name}", lang) for name in NAMES]
    drawn.legend(handles, labels, loc="outside lower left", ncols=4, fontsize=7, frameon=False)
    told = (f"{say('app.day', lang)} {day}", say("app.caution", lang), say("app.single_draw", lang))
    drawn.suptitle(" · ".join(told), fontsize=8.5, color="#333333")


def _map(axes: Any, arm: Arm, day: int) -> None:
    for rings in arm.facts["outlines"]:
        for ring in rings:
            points = np.asarray(ring, dtype=np.float64).reshape(-1, 2) / GRID
            axes.fill(points[:, 0], points[:, 1], facecolor="#f2f5f7", edgecolor="#aab4bc", linewidth=0.6)
    look = arm.looks[:, day]
    for code, (colour, size, mark) in enumerate(zip(COLOURS, SIZES, MARKS, strict=True)):
        here = look == code
        x, y = arm.stage["x"][here] / GRID, arm.stage["y"][here] / GRID
        axes.scatter(x, y, s=size, c=colour, marker=mark, linewidths=0.8 if mark == "x" else 0.0, label=NAMES[code])
    axes.set(xlim=(0, 1), ylim=(1, 0), aspect="equal")
    axes.axis("off")


def _curve(axes: Any, arms: list[Arm], name: str, day: int, lang: str) -> None:
    column = course.SERIES.index(name)
    values = [arm.series[:, column] for arm in arms]
    for value, colour, dash in zip(values, (BASE, OTHER), ("--", "-"), strict=True):
        axes.plot(value[: day + 1], color=colour, linestyle=dash, linewidth=1.6, zorder=3 if dash == "--" else 2)
    known = np.concatenate(values)[np.isfinite(np.concatenate(values))]  # no GP present: no exhaustion to tell
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = max(0.1 * (high - low), 0.05)
    axes.set(xlim=(0, len(values[0]) - 1), ylim=(max(0.0, low - room), high + room))
    axes.set_title(say(f"app.series.{name}", lang), fontsize=8.5, loc="left")
    axes.set_xlabel(say("app.day", lang), fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_formatter(lambda value, _: number(value, 1, lang))
