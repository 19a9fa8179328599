"""The life of a CPTS as a picture: steps and missions, members, euros and hours by year, from one journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, INCOME, SPENDING, Line
from cpts_sim.engine.events import CptsEvent, Profession
from cpts_sim.experiment import Comparison
from cpts_sim.experiment.parquet import from_parquet
from cpts_sim.report import style
from cpts_sim.report.numbers import arm_words
from cpts_sim.report.table import titles_of
from cpts_sim.words import euros, say

Array = NDArray[Any]
Columns = Mapping[str, Array]
YEAR = 365.0 * 1440.0
STEPS = (
    CptsEvent.EMERGENCE, CptsEvent.LETTER, CptsEvent.CREDIT, CptsEvent.PROJECT, CptsEvent.APPROVED, CptsEvent.SILENCE,
    CptsEvent.CONTRACT, CptsEvent.ENDED,
)  # fmt: skip
"""Events that begin a step."""
MARKS = {CptsEvent.REVIEW: ("review", "v"), CptsEvent.HIRED: ("hired", "^"),
         CptsEvent.COORDINATOR_LEFT: ("coordinator_left", "x"), CptsEvent.LATE: ("late", "D")}  # fmt: skip
PALE = ("#EAF3FA", "#CFE3F2", "#EAF3FA", "#CFE3F2", "#EAF3FA", "#0072B2", "#5A5A5A")
WHOLE_YEARS = 2.0
"""Years from which bars are of whole years."""
LETTER, UPRIGHT = 0.013, 14
"""Width of a letter as a share of the axis; letters that fit upright into the band of steps."""
BAND = 2.7
"""Height of the band of steps, in rows of missions."""
TINTS = ("#0072B2", "#56B4E9", "#A6CBE6", "#009E73", "#E69F00", "#F0C867", "#CC79A7", "#8C8C8C")
"""Colours of lines of the account (Okabe and Ito, and paler ones)."""


def timeline(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the life of the CPTS of an arm in the first pair whose journal was kept (none: nothing to draw)."""
    parts = (("steps", 2.2), ("members", 1.2), ("euros", 1.5), ("hours", 1.2))
    return _drawn(comparison, lang, arm, kind, parts, (8.6, 9.4))


def calendar(comparison: Comparison, lang: str, arm: str, kind: str) -> bytes | None:
    """Draw the steps, missions and euros of the CPTS of an arm only, side by side: a page holds more."""
    return _drawn(comparison, lang, arm, kind, (("steps", 1.1), ("euros", 1.0)), (9.6, 2.7), across=True)


def _drawn(
    comparison: Comparison, lang: str, arm: str, kind: str, parts: tuple[tuple[str, float], ...],
    size: tuple[float, float], across: bool = False,
) -> bytes | None:  # fmt: skip
    kept = _journal(comparison, arm)
    if kept is None or not len(kept[1]["cpts"]["at"]) or not len(kept[1]["payment"]["at"]):
        return None
    seed, journal = kept[0], {**kept[1], "cpts": _with_missions(kept[1]["cpts"], comparison, arm)}
    years = comparison.plan.scenario.horizon_days / 365.0
    title = say("life.timeline.title", lang, arm=arm_words(arm, titles_of(comparison, lang), lang))
    told = {"seed": seed, "left": euros(_left(journal["payment"]), 0, lang)}
    whole = any(name == "members" for name, _ in parts)
    text = say("life.timeline.text" if whole else "life.timeline.text_short", lang, **told)
    ratios = {f"{'width' if across else 'height'}_ratios": [part for _, part in parts]}
    grid: dict[str, Any] = {"ncols" if across else "nrows": len(parts), "sharex": True, "gridspec_kw": ratios}
    with style.figure(*size, **grid) as (drawn, axes):
        for each, (name, _) in zip(axes, parts, strict=True):
            _PANELS[name](each, journal, years, lang)
        axes[0].set_title(title)
        for each in axes if across else axes[-1:]:
            each.set_xlabel(say("life.timeline.years", lang))
            each.set_xlim(0, max(years, 0.25))
            style.number_axis(each.xaxis, lang)
        for each in axes[1:]:
            style.number_axis(each.yaxis, lang)
            each.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7.5)
        style.foot(drawn, text)
        return style.picture(drawn, kind, title, text)


def _journal(comparison: Comparison, arm: str) -> tuple[int, dict[str, Columns]] | None:
    for seed in sorted(comparison.pairs):
        files = comparison.pairs[seed].files
        names = {kind: f"journal/{arm}/{kind}.parquet" for kind in ("cpts", "payment", "members")}
        if all(name in files for name in names.values()):
            found = {kind: _from_day_zero(from_parquet(files[name])) for kind, name in names.items()}
            own = np.isin(found["payment"]["line"], (*INCOME, *SPENDING))  # not the same money spent otherwise
            return seed, {**found, "payment": {name: column[own] for name, column in found["payment"].items()}}
    return None


def _with_missions(rows: Columns, comparison: Comparison, arm: str) -> Columns:
    """Return the events with the missions that a CPTS of before day 0 brings along, as begun on day 0."""
    own = comparison.plan.scenario.arms[arm].cpts if arm in comparison.plan.scenario.arms else None
    if own is None or own.since_months is None:
        return rows
    seen = set(rows["actor"][rows["event"] == CptsEvent.MISSION_OPEN].tolist())
    begun = [name for name, settings in own.missions.items() if getattr(settings, "start_months", None) is None]
    codes = [code for code, name in enumerate(ACI_MISSIONS) if name in begun and code not in seen]
    more = {"event": np.full(len(codes), CptsEvent.MISSION_OPEN), "actor": np.array(codes)}
    return {name: np.concatenate([more.get(name, np.zeros(len(codes))).astype(column.dtype), column])
            for name, column in rows.items()}  # fmt: skip


def _left(rows: Columns) -> float:
    """Return euros received less euros spent."""
    signs = np.isin(rows["line"], INCOME) * 1.0 - np.isin(rows["line"], SPENDING)
    return float((signs * rows["euros"]).sum())


def _from_day_zero(columns: Columns) -> Columns:
    here = columns["at"] >= 0
    return {name: column[here] for name, column in columns.items()}


def _steps(axes: Any, rows: Columns, years: float, lang: str) -> None:
    """Draw the steps as one band, and below it each mission from its first care to the end."""
    event, at = rows["event"], rows["at"] / YEAR
    began = sorted((float(at[i]), CptsEvent(int(event[i]))) for i in np.flatnonzero(np.isin(event, STEPS)))
    began = began or [(0.0, CptsEvent.CONTRACT)]  # a CPTS that existed before day 0 goes on
    ends = [time for time, _ in began[1:]] + [years]
    for (start, step), end in zip(began, ends, strict=True):
        if step is not CptsEvent.ENDED:
            rank = (STEPS.index(step) - (step > CptsEvent.APPROVED)) % len(PALE)
            axes.barh(0, end - start, left=start, height=BAND, color=PALE[rank], edgecolor="white")
        words, share = say(f"life.step.{step.name.lower()}", lang), (end - start) / max(years, 0.25)
        _name(axes, (start + end) / 2, share, words, dark=step is CptsEvent.CONTRACT)
    over = next((time for time, step in began if step is CptsEvent.ENDED), years)
    opened = [(float(at[i]), int(rows["actor"][i])) for i in np.flatnonzero(event == CptsEvent.MISSION_OPEN)]
    labels: list[str] = []
    for start, code in sorted(opened):
        axes.barh(BAND + len(labels), over - start, left=start, height=0.55, color="#009E73", alpha=0.55)
        labels.append(say(f"life.mission.{ACI_MISSIONS[code]}", lang))
    for what, (name, mark) in MARKS.items():
        times = at[event == what]
        if len(times):
            axes.plot(times, np.full(len(times), -BAND / 2 - 0.4), mark, color="#D55E00" if mark == "x" else "#404040",
                      markersize=6, linestyle="none", label=say(f"life.timeline.{name}", lang))  # fmt: skip
    axes.set_yticks([BAND + row for row in range(len(labels))], labels)
    axes.set_ylim(BAND + len(labels) - 0.4, -BAND / 2 - 0.85)
    axes.tick_params(left=False)
    if axes.get_legend_handles_labels()[0]:
        low = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.3), "ncols": 2}
        side = {"loc": "center left", "bbox_to_anchor": (1.0, 0.85)}
        axes.legend(**(low if style.is_bare() else side), fontsize=7.5)


def _name(axes: Any, middle: float, share: float, words: str, dark: bool) -> None:
    """Write the name of a step in its band: upright where its share of the axis is short, then long ones in two."""
    wide = share > LETTER * len(words) * (2 if style.is_bare() else 1)  # a bare panel is half as wide
    if not wide and len(words) > UPRIGHT:
        words = words.replace(" ", "\n", 1)
    axes.text(middle, 0, words, ha="center", va="center", fontsize=7.0 if wide else 6.0, rotation=0 if wide else 90,
              linespacing=1.0, color="white" if dark else "#202020", clip_on=True)  # fmt: skip


def periods(years: float) -> Array:
    """Return the edges of the bars, in years: whole years of a long run, quarters of one shorter than two years."""
    step = 1.0 if years >= WHOLE_YEARS else 0.25
    inside = np.arange(0.0, years - 1e-9, step)
    return np.append(inside, max(years, step / 4.0))


def sums_by_period(at: Array, amount: Array, edges: Array) -> Array:
    """Return the sum of amounts between edges; what lies beyond the last is left out."""
    return np.histogram(at / YEAR, edges, weights=np.asarray(amount, dtype=np.float64))[0]


def _bars(axes: Any, edges: Array, heights: Array, **look: Any) -> None:
    """Draw a bar in each period, as wide as the period is long: the last may be short."""
    width = np.diff(edges)
    axes.bar(edges[:-1] + width / 2.0, heights, 0.7 * width, **look)


def _unit(name: str, edges: Array, lang: str) -> str:
    every = "year" if edges[1] - edges[0] > 0.5 else "quarter"
    return f"{say(f'life.timeline.{name}', lang)} {say(f'life.timeline.a_{every}', lang)}"


def _members(axes: Any, rows: Columns, years: float, lang: str) -> None:
    gps = rows["profession"] == Profession.GP
    at = rows["at"][gps] / YEAR
    for name, colour, width in (("nominal", style.LIGHT, 5.0), ("active", style.OTHER, 1.8)):
        seen = at <= years  # each month's number holds until the next, the last until the end
        held = np.append(rows[name][gps][seen], rows[name][gps][seen][-1:])
        axes.step(np.append(at[seen], [years] * bool(seen.any())), held, where="post", color=colour,
                  linewidth=width, label=say(f"life.timeline.{name}", lang))  # fmt: skip
    met = (rows["attended"][gps] > 0) & (at <= years)
    axes.plot(at[met], rows["attended"][gps][met], "o", color=style.BETTER, markersize=3.5, linestyle="none",
              label=say("life.timeline.attended", lang))  # fmt: skip
    axes.set_ylabel(say("life.timeline.members", lang))
    axes.set_ylim(bottom=0)
    axes.yaxis.get_major_locator().set_params(integer=True)


def _euros(axes: Any, rows: Columns, years: float, lang: str) -> None:
    """Draw euros of each period: received above the line, spent below it, line by line."""
    edges = periods(years)
    for lines, sign in ((INCOME, 1.0), (SPENDING, -1.0)):
        base = np.zeros(len(edges) - 1)
        for rank, line in enumerate(lines):
            mine = rows["line"] == line
            sums = sums_by_period(rows["at"][mine], rows["euros"][mine], edges) / 1000.0
            if not sums.any():
                continue
            words = say(f"life.line.{Line(line).name.lower()}", lang)
            hatch = "" if sign > 0 else "///"
            _bars(axes, edges, sign * sums, bottom=base, color=TINTS[rank % len(TINTS)], hatch=hatch,
                  edgecolor="white", linewidth=0.4, label=words)  # fmt: skip
            base += sign * sums
    axes.axhline(0, color="#202020", linewidth=0.9)
    both = f"{say('life.timeline.out', lang)} ← → {say('life.timeline.in', lang)}"
    axes.set_ylabel(_unit("euros", edges, lang) + "\n" + both, fontsize=8)


def _hours(axes: Any, rows: Columns, years: float, lang: str) -> None:
    """Draw hours of each period: members paid, members unpaid, staff paid, staff without money to pay them."""
    edges, event = periods(years), rows["event"]
    unpaid, short = event == CptsEvent.UNPAID, event == CptsEvent.STAFF_UNPAID
    staff = ~unpaid & ~short & ((rows["actor"] < 0) | np.isin(event, (CptsEvent.DESK_CALL, CptsEvent.PLEDGE)))
    groups = (("members", ~unpaid & ~short & ~staff, style.OTHER), ("unpaid", unpaid, style.WORSE),
              ("staff", staff, "#8C8C8C"), ("staff_unpaid", short, "#C8C8C8"))  # fmt: skip
    base = np.zeros(len(edges) - 1)
    for name, mine, colour in groups:
        sums = sums_by_period(rows["at"][mine], rows["hours"][mine], edges)
        if sums.any() or name == "members":
            _bars(axes, edges, sums, bottom=base, color=colour, label=say(f"life.hours.{name}", lang))
        base += sums
    axes.set_ylabel(_unit("hours", edges, lang))


_PANELS: dict[str, Callable[[Any, Mapping[str, Columns], float, str], None]] = {
    "steps": lambda axes, journal, years, lang: _steps(axes, journal["cpts"], years, lang),
    "members": lambda axes, journal, years, lang: _members(axes, journal["members"], years, lang),
    "euros": lambda axes, journal, years, lang: _euros(axes, journal["payment"], years, lang),
    "hours": lambda axes, journal, years, lang: _hours(axes, journal["cpts"], years, lang),
}
