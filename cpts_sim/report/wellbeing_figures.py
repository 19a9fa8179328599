"""The figures of the life of professionals: levels, distributions, reasons, risks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cpts_sim.engine.events import STRAIN_FACTORS
from cpts_sim.experiment.wellbeing import RATIOS, RISKS, Entry, WellbeingStudy
from cpts_sim.measures.wellbeing import EE_STEP, GROUPS, HOURS_STEP
from cpts_sim.report import style
from cpts_sim.report.marks import names, note
from cpts_sim.report.table import long_week_words
from cpts_sim.report.wellbeing import who_words
from cpts_sim.report.wellbeing_cascade import cascade
from cpts_sim.report.wellbeing_split import split
from cpts_sim.words import number, say, signed

KINDS = ("png", "svg")
Found = dict[tuple[str, str, str, str], Entry]


def found_of(study: WellbeingStudy) -> Found:
    """Return the numbers of a study by section, arm, who and what."""
    return {(e.section, e.arm, e.who, e.what): e for e in study.entries()}


def people(found: Found, arm: str) -> list[str]:
    """Return the professions and kinds of practice that have somebody, in order."""
    out = []
    for profession, groups in GROUPS.items():
        name = profession.name.lower()
        parts = [f"{name}.{group}" for group in groups] if len(groups) > 1 else []
        out += [who for who in (name, *parts) if ("levels", arm, who, "ee") in found]
    return out


def _mean(found: Found, section: str, arm: str, who: str, what: str) -> float:
    entry = found.get((section, arm, who, what))
    return entry.mean if entry is not None else math.nan


def _who_labels(rows: Sequence[str], lang: str) -> list[str]:
    return [("    " if "." in who else "") + who_words(who, lang) for who in rows]


def levels(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw EE and hours of every profession and kind of practice, first and last arm."""
    found, arms = found_of(study), _both(study)
    rows = people(found, arms[0])
    if not rows:
        return None
    title = say("wellbeing.figure.levels", lang)
    text = " ".join([_text(study, "levels", lang), *long_week_words(study.comparison, lang)])
    with style.figure(9.2, 1.8 + 0.36 * len(rows), ncols=2, sharey=True) as (drawn, (left, right)):
        for axes, what in ((left, "ee"), (right, "hours")):
            for side, arm in enumerate(arms):
                _ranges(axes, found, rows, arm, what, side, _arm_label(study, arm, lang))
            axes.set_xlabel(say(f"wellbeing.figure.levels.{what}", lang))
            axes.set_xlim(left=0)
            style.number_axis(axes.xaxis, lang)
        for row, who in enumerate(rows):
            _band(left, study, who, row)
        left.set_yticks(range(len(rows)), _who_labels(rows, lang))
        left.invert_yaxis()
        right.tick_params(axis="y", length=0)
        right.legend(loc="upper left")
        left.set_title(title)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _both(study: WellbeingStudy) -> tuple[str, ...]:
    """Return the first arm and the one to set beside it: the second (further arms are variants of these)."""
    return study.comparison.values.arms[:2]


def _arm_label(study: WellbeingStudy, arm: str, lang: str) -> str:
    return names(study.comparison, arm, lang)[1]


def _text(study: WellbeingStudy, name: str, lang: str) -> str:
    return note(study.comparison, say(f"wellbeing.figure.{name}.text", lang), lang)


def _ranges(axes: Any, found: Found, rows: Sequence[str], arm: str, what: str, side: int, words: str) -> None:
    """Draw mean and deciles of one arm: hollow and above for the first, full and below for the other."""
    colour = style.OTHER if side else style.BASE
    for row, who in enumerate(rows):
        low, mean, high = (_mean(found, "levels", arm, who, f"{what}{mark}") for mark in ("_p10", "", "_p90"))
        place = row + (0.16 if side else -0.16)
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6, linestyle="-" if side else "--")
        face = colour if side else "white"
        axes.plot(
            mean, place, "o", color=colour, markerfacecolor=face, markersize=5.5, label=words if row == 0 else None
        )


def _band(axes: Any, study: WellbeingStudy, who: str, row: int) -> None:
    """Draw the published band of the mean EE, where there is one."""
    if who == "gp" and "ee_mean" in study.targets:
        _, low, high = study.targets["ee_mean"]
        axes.fill_betweenx([row - 0.42, row + 0.42], low, high, color=style.LIGHT, zorder=0, linewidth=0)


def distributions(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw the distributions of EE and of hours, profession by profession."""
    found, arm = found_of(study), study.comparison.values.arms[0]
    rows = [who for who in people(found, arm) if "." not in who]
    if not rows:
        return None
    title, text = say("wellbeing.figure.distributions", lang), _text(study, "distributions", lang)
    size = {"ncols": len(rows), "nrows": 2, "squeeze": False, "sharey": "row"}
    with style.figure(2.35 * len(rows) + 0.6, 5.0, **size) as (drawn, grid):
        for column, who in enumerate(rows):
            for line, (what, step, top) in enumerate((("ee", EE_STEP, 54), ("hours", HOURS_STEP, 90))):
                axes = grid[line][column]
                starts = np.arange(0, top, step)
                shares = [100 * _mean(found, "distribution", arm, who, f"{what}_{s:02d}") for s in starts]
                axes.bar(starts, shares, step * 0.92, align="edge", color=style.OTHER)
                axes.set_xlabel(say(f"wellbeing.figure.levels.{what}", lang))
                style.number_axis(axes.xaxis, lang)
                style.number_axis(axes.yaxis, lang)
            grid[0][column].axvline(27, color=style.WORSE, linewidth=1, linestyle="--")
            words = who_words(who, lang)
            grid[0][column].set_title(words, fontsize=9, fontweight="normal", pad=4)
        for line in (0, 1):
            grid[line][0].set_ylabel("%")
        drawn.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def drive(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw the reasons of exhaustion as a table of colours: who by factor, and what the second arm changes."""
    found, arms = found_of(study), _both(study)
    rows = people(found, arms[0])
    if not rows:
        return None
    factors = [f for f in STRAIN_FACTORS if any(_mean(found, "drive", a, w, f) for a in arms for w in rows)]
    levels = np.array([[_mean(found, "drive", arms[0], w, f) for f in factors] for w in rows])
    panels = [levels]
    if len(arms) > 1:
        panels.append(np.array([[_mean(found, "drive", arms[1], w, f) for f in factors] for w in rows]) - levels)
    title, text = say("wellbeing.figure.drive", lang), _text(study, "drive", lang)
    width = 2.6 + 4.6 * len(panels)
    size = {"ncols": len(panels), "sharey": True, "squeeze": False}
    with style.figure(width, 2.4 + 0.3 * len(rows), **size) as (drawn, grid):
        labels = [*(say(f"strain.{f}", lang) for f in factors), say("wellbeing.figure.drive.total", lang)]
        for rank, (axes, panel) in enumerate(zip(grid[0], panels, strict=True)):
            _colours(axes, np.column_stack([panel, np.nansum(panel, axis=1)]), labels, lang, bool(rank))
            words = _arm_label(study, arms[rank], lang)
            axes.set_title(words if not rank else f"{words} − {_arm_label(study, arms[0], lang)}", fontsize=9.5)
        grid[0][0].set_yticks(range(len(rows)), _who_labels(rows, lang))
        drawn.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _colours(axes: Any, panel: Any, labels: Sequence[str], lang: str, gap: bool) -> None:
    """Draw one table of colours with its numbers; orange tires, purple protects (for every kind of eye)."""
    most = float(np.nanmax(np.abs(panel), initial=0.01))
    axes.imshow(panel, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    for (row, column), value in np.ndenumerate(panel):
        if math.isfinite(value):
            colour = "white" if abs(value) > 0.65 * most else "#202020"
            bold = "bold" if column == panel.shape[1] - 1 else "normal"
            places = 2 if gap else 1
            written = signed(value, places, lang) if round(abs(value), places) else number(0, 0, lang)
            axes.text(column, row, written, ha="center", va="center", fontsize=7, color=colour, fontweight=bold)
    axes.axvline(panel.shape[1] - 1.5, color="#202020", linewidth=0.8)
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right", fontsize=8)
    axes.tick_params(length=0)


def risk(study: WellbeingStudy, lang: str, kind: str) -> bytes | None:
    """Draw who is exhausted among the GPs, and the ratios between groups beside the published ones."""
    found, arm = found_of(study), study.comparison.values.arms[0]
    rows = [e for e in found.values() if e.section == "risk" and e.arm == arm and e.what == "high_ee"]
    rows = sorted((e for e in rows if math.isfinite(e.mean)), key=lambda e: RISKS.index(e.who))
    if not rows:
        return None
    title, text = say("wellbeing.figure.risk", lang), _text(study, "risk", lang)
    with style.figure(9.6, 1.9 + 0.33 * len(rows), ncols=2) as (drawn, (left, right)):
        for row, entry in enumerate(rows):
            ends = [entry.low, entry.high] if math.isfinite(entry.low) else [entry.mean] * 2
            low, high = 100 * np.clip(ends, 0, 1)
            left.plot([low, high], [row, row], color=style.OTHER, linewidth=1.6)
            left.plot(100 * entry.mean, row, "o", color=style.OTHER, markersize=5.5)
        left.set_yticks(range(len(rows)), [who_words(entry.who, lang) for entry in rows])
        left.invert_yaxis()
        left.set_xlim(left=0)
        left.set_xlabel(say("wellbeing.figure.risk.share", lang))
        style.number_axis(left.xaxis, lang)
        left.set_title(title)
        _ratios(right, study, [found["ratio", arm, f"{RATIOS[n][0]}.{RATIOS[n][1]}", n] for n in RATIOS], lang)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _ratios(axes: Any, study: WellbeingStudy, rows: Sequence[Entry], lang: str) -> None:
    """Draw ratios with their intervals: the model's full, the study's hollow below."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    keys = ("wellbeing.figure.risk.published", "wellbeing.figure.risk.model")
    labels = [say(key, lang) for key in keys]
    for row, entry in enumerate(rows):
        words = labels if row == 0 else [None, None]
        if entry.what in study.targets:
            _ratio(axes, row + 0.16, study.targets[entry.what], style.BASE, "white", words[0])
        if math.isfinite(entry.mean):
            low, high = (end if math.isfinite(end) else entry.mean for end in (entry.low, entry.high))
            _ratio(axes, row - 0.16, (entry.mean, low, high), style.OTHER, style.OTHER, words[1])
    axes.set_xscale("log")
    axes.set_xlim(*_RATIO_ENDS)
    axes.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 2 if value < 1 else 0, lang)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.axvline(1, color="#202020", linewidth=0.9)
    axes.set_yticks(range(len(rows)), [_wrapped(say(f"facts.{e.what}", lang)) for e in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -1.0)
    axes.set_xlabel(say("wellbeing.figure.risk.ratio", lang))
    axes.legend(loc="upper right", fontsize=8, ncols=2, frameon=True, framealpha=1.0, edgecolor="none")


_RATIO_ENDS = (0.2, 6.0)


def _ratio(axes: Any, row: float, told: tuple[float, float, float], colour: str, face: str, words: str | None) -> None:
    mean, low, high = told
    sides = [[mean - max(low, _RATIO_ENDS[0])], [min(high, _RATIO_ENDS[1]) - mean]]
    look = {"color": colour, "markerfacecolor": face, "capsize": 2.5, "label": words}
    axes.errorbar(mean, row, xerr=np.maximum(sides, 0), fmt="o", **look)


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 30))


FIGURES: dict[str, Callable[[WellbeingStudy, str, str], bytes | None]] = {
    "levels": levels, "distributions": distributions, "drive": drive, "risk": risk, "split": split, "cascade": cascade,
}  # fmt: skip
"""Figures by name: functions of (study, language, kind of file)."""


def draw_all(study: WellbeingStudy, lang: str) -> dict[str, bytes]:
    """Draw every figure that the study has numbers for: name of file → bytes."""
    drawn = {f"{name}.{kind}": draw(study, lang, kind) for name, draw in FIGURES.items() for kind in KINDS}
    return {name: data for name, data in drawn.items() if data is not None}
