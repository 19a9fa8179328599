"""The responses in words: cells of the table, sentences of the misses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cpts_sim.experiment.responses.outcome import Outcome, misses
from cpts_sim.experiment.responses.published import Absent, Published, absent, published
from cpts_sim.words import number, say

COLUMNS = ("change", "effect", "published", "band", "interval", "reached", "ends", "verdict", "grade")
_PLACES = {"percent": 1, "points": 1, "ratio": 3, "days": 1, "per_slot": 3, "acts": 2, "elasticity": 2}


def heading(lang: str) -> tuple[str, ...]:
    """Return the heading of the table."""
    return tuple(say(f"responses.column.{name}", lang) for name in COLUMNS)


def change(name: str, lang: str) -> str:
    """Return the name of a change."""
    return say(f"responses.enactment.{name}", lang)


def effect(row: Published | Absent, lang: str) -> str:
    """Return the name of an effect; a star where a parameter comes from the same source."""
    star = " *" if isinstance(row, Published) and row.leans_on else ""
    return say(f"responses.effect.{row.name}", lang) + star


def amount(value: float, unit: str, lang: str) -> str:
    """Write a number of a row, without its unit."""
    return number(value, _PLACES[unit], lang) if math.isfinite(value) else "–"


def unit(row: Published | Absent, lang: str) -> str:
    """Return the unit of a row."""
    return say(f"responses.unit.{row.unit}", lang)


def ends(low: float, high: float, row: Published, lang: str) -> str:
    """Write an interval of a row."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"[{amount(low, row.unit, lang)} ; {amount(high, row.unit, lang)}]"


def cells(one: Outcome, lang: str) -> tuple[str, ...]:
    """Return the cells of a row."""
    row, reached = one.published, one.reached
    return (
        change(row.of, lang), effect(row, lang), f"{amount(row.value, row.unit, lang)} {unit(row, lang)}",
        ends(row.low, row.high, row, lang), say(f"responses.interval.{row.interval}", lang),
        amount(reached.mean, row.unit, lang), ends(reached.low, reached.high, row, lang),
        say(f"responses.verdict.{one.verdict}", lang), row.grade,
    )  # fmt: skip


def remarks(found: Sequence[Outcome], lang: str) -> list[str]:
    """Say why each miss misses, what leans on its own source, and what the model cannot re-enact."""
    told = [
        say(
            "responses.missed", lang, change=change(one.published.of, lang), effect=effect(one.published, lang),
            why=say(f"responses.why.{one.published.name}", lang),
        )
        for one in misses(found)
    ]  # fmt: skip
    leaning = [say("responses.leaning", lang, names=leaning_names(found, lang))] if _leaning(found) else []
    return told + leaning + [lacking(row, lang) for row in absent()]


def _leaning(found: Sequence[Outcome]) -> list[Outcome]:
    return [one for one in found if not one.independent]


def leaning_names(found: Sequence[Outcome], lang: str) -> str:
    """Name the rows that lean on their own source, with the parameters."""
    rows = [one.published for one in _leaning(found)]
    return "* " + "; ".join(
        f"{change(row.of, lang)}, {effect(row, lang).removesuffix(' *')} ({', '.join(row.leans_on)})" for row in rows
    )


def lacking(row: Absent, lang: str) -> str:
    """Say that the model cannot re-enact an effect, and why."""
    value = f"{amount(row.value, row.unit, lang)} {unit(row, lang)}"
    name, why = row.name.partition("_")[0], say(f"responses.why.{row.name}", lang)
    return say("responses.lacking", lang, change=change(name, lang), effect=effect(row, lang), value=value, why=why)


# ------------------------------------------------------------------------------------------ members of an ensemble
SLOPE_COLUMNS = ("change", "effect", "band", "reference", "members", "spread", "error", "says")
_GONE = 12
"""Most members named in a sentence."""


def slope_heading(lang: str) -> tuple[str, ...]:
    """Return the heading of the table of slopes."""
    return tuple(say(f"responses.slope.{name}", lang) for name in SLOPE_COLUMNS)


def slope_cells(item: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    """Return the cells of a row of the saved slopes."""
    row = next(row for row in published() if row.name == item["name"])

    def written(value: float | None, finer: int = 0) -> str:
        return "–" if value is None else number(value, _PLACES[row.unit] + finer, lang)

    reference, half = (math.nan if item[key] is None else float(item[key]) for key in ("reference", "half"))
    return (
        change(row.of, lang), effect(row, lang), ends(row.low, row.high, row, lang),
        f"{written(item['reference'])} {ends(reference - half, reference + half, row, lang)}",
        f"{written(item['least'], 1)} – {written(item['most'], 1)}",
        f"{written(item['spread'], 1)} ({item['simulated']})", written(item["error"], 1), _says(item, lang),
    )  # fmt: skip


def _says(item: Mapping[str, Any], lang: str) -> str:
    if not item["tells"]:
        return say("responses.slope.cannot", lang)
    gone = len(item["missed_by"])
    return say("responses.slope.drops", lang, count=gone) if gone else say("responses.slope.keeps", lang)


def slope_sentences(content: Mapping[str, Any], lang: str) -> list[str]:
    """Say how the members were played, and which of them go."""
    members = content["members"]
    gone = [name for name, told in members.items() if not told["kept"]]
    which = sorted({row for told in members.values() for row in told["misses"]})
    names = ", ".join(gone[:_GONE]) + (" …" if len(gone) > _GONE else "") if gone else "–"
    counted = {"kept": len(members) - len(gone), "dropped": len(gone), "count": len(members)}
    played = {"common": content["common"], "pairs": content["pairs"], "name": content["reference"]}
    return [
        say("responses.slope.played", lang, **played),
        say("responses.ensemble", lang, rows=", ".join(which) or "–", names=names, **counted),
    ]  # fmt: skip
