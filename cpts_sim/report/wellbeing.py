"""The life of professionals in words: tables for people, for spreadsheets and for programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cpts_sim.engine.events import STRAIN_FACTORS
from cpts_sim.experiment.parquet import to_french_csv, to_parquet
from cpts_sim.experiment.wellbeing import CASCADE, PRIOR_ONLY, RISKS, Entry, WellbeingStudy
from cpts_sim.measures.study import SPLIT
from cpts_sim.measures.wellbeing import DEFINITIONS, GROUPS
from cpts_sim.report.numbers import arm_words, decimals, factor, gap_unit_words, unit_words, written
from cpts_sim.report.table import exceeding, long_week_words, scenario_title, simulated, titles_of
from cpts_sim.words import label, say

PRINTED = {
    "levels": ("professionals", "hours", "ee", "ee_spread", "ee_p10", "ee_p90", "drive"),
    "prevalence": None, "drive": None, "ratio": None, "split": None, "risk": ("high_ee", "severe"), "career": None,
    "cascade": None, "change": None, "caused": None, "member": None,
}  # fmt: skip
"""Tables printed, in order, and which of their numbers (None: all); the files hold everything."""
_WHO = [
    name for profession, groups in GROUPS.items()
    for name in (profession.name.lower(), *(f"{profession.name.lower()}.{group}" for group in groups))
]  # fmt: skip
_WHAT = [*(PRINTED["levels"] or ()), *DEFINITIONS, *STRAIN_FACTORS, *CASCADE, *SPLIT, "total"]
_WHOLE = ("prevalence", "drive")
"""Tables printed for whole professions only (and for ED physicians, whose level is published)."""
_FAR = 100.0
_COLUMNS = ("section", "arm", "who", "what", "unit", "mean", "low", "high", "pairs", "published")


def who_words(who: str, lang: str) -> str:
    """Return who a number is about; professions without a published level say that theirs is a prior."""
    words = label(f"wellbeing.who.{who}", lang, default=who)
    return f"{words} ({say('wellbeing.prior', lang)})" if who.split(".")[0] in PRIOR_ONLY else words


def what_words(entry: Entry, lang: str) -> str:
    """Return what a number is."""
    if entry.what.startswith(("ee_", "hours_")) and entry.section == "distribution":
        name, _, start = entry.what.rpartition("_")
        return f"{say(f'measures.wellbeing.{name}', lang)} ≥ {int(start)}"
    rooms = {
        "prevalence": "strain", "drive": "strain", "split": "wellbeing.split", "part": "wellbeing.part",
        "risk": "wellbeing.severity", "ratio": "facts", "career": "wellbeing.event", "levels": "measures.wellbeing",
    }  # fmt: skip
    return say(f"{rooms.get(entry.section, 'measures')}.{entry.what}", lang)


def cell(entry: Entry, lang: str) -> str:
    """Write a mean with its interval, rounded to what the interval supports."""
    times = factor(entry.unit)
    mean, half = entry.mean * times, (entry.high - entry.low) / 2 * times
    if not math.isfinite(mean):
        return "–"
    if entry.section == "ratio":
        ends = f" ({_end(entry.low, lang)} – {_end(entry.high, lang)})" if math.isfinite(half) else ""
        return written(mean, 2, lang) + ends
    places = min(max(decimals(half, mean), 0), 2) if math.isfinite(half) else 0
    signs = entry.section in ("change", "caused", "member", "drive", "split")
    text = written(mean, places, lang, sign=signs)
    if not math.isfinite(half):
        return f"{text} (?)"
    if entry.unit == "share" and not signs and (mean < half or mean + half > times):
        return f"{text} ({written(max(mean - half, 0.0), 0, lang)} – {written(min(mean + half, times), 0, lang)})"
    return f"{text} ± {written(half, places, lang)}"


def _end(ratio: float, lang: str) -> str:
    """Write an end of the interval of a ratio; few cases make it as good as unknown."""
    if 1.0 / _FAR < ratio < _FAR:
        return written(ratio, 2, lang)
    return f"> {written(_FAR, 0, lang)}" if ratio > 1 else f"< {written(1.0 / _FAR, 2, lang)}"


def published(entry: Entry, lang: str) -> str:
    """Write the published level of a number, in the unit in which it is shown."""
    if entry.target in ("", "prior"):
        return say("wellbeing.prior", lang) if entry.target else ""
    value, _, band = entry.target.partition(" [")
    numbers = [float(text) * factor(entry.unit) for text in (value, *band.removesuffix("]").split("; "))]
    texts = [written(number, 0 if number >= 10 else 2, lang) for number in numbers]
    return f"{texts[0]} ({texts[1]} – {texts[2]})"


def sections(study: WellbeingStudy, lang: str) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return the printed tables: title and rows, the heading first; one column per arm."""
    entries = study.entries()
    titles = titles_of(study.comparison, lang)
    arms = study.comparison.values.arms
    names = _distinct([arm_words(arm, titles, lang) for arm in arms], arms)
    out = []
    for section, wanted in PRINTED.items():
        mine = [e for e in entries if e.section == section and (wanted is None or e.what in wanted)]
        mine = [e for e in mine if section not in _WHOLE or "." not in e.who or e.who == "ed_staff.doctor"]
        rows = _rows(mine, arms, lang)
        if rows:
            head = (*(say(f"wellbeing.column.{c}", lang) for c in ("who", "what", "unit")), *names)
            out.append(
                (say(f"wellbeing.section.{section}", lang), [(*head, say("wellbeing.column.published", lang)), *rows])
            )
    return out


def _distinct(names: Sequence[str], arms: Sequence[str]) -> list[str]:
    """Tell arms of one title apart by their name."""
    return [f"{name} [{arm}]" if names.count(name) > 1 else name for name, arm in zip(names, arms, strict=True)]


def _rows(entries: Iterable[Entry], arms: Sequence[str], lang: str) -> list[tuple[str, ...]]:
    found: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in entries:
        found.setdefault((entry.who, entry.what), {})[entry.arm] = entry
    rows = []
    for key in sorted(found, key=_order):
        by_arm = found[key]
        first = next(iter(by_arm.values()))
        if all(
            not math.isfinite(e.mean) or (e.mean == 0 and e.section in ("career", "drive")) for e in by_arm.values()
        ):
            continue
        cells = [cell(by_arm[arm], lang) if arm in by_arm else "" for arm in arms]
        words = gap_unit_words if first.section in ("change", "caused") else unit_words
        unit = words(first.unit, lang) if first.unit != "ratio" else ""
        rows.append((who_words(first.who, lang), what_words(first, lang), unit, *cells, published(first, lang)))
    return rows


def _order(key: tuple[str, str]) -> tuple[int, ...]:
    """Order rows: professions, their kinds of practice, then numbers, each in the order in which they are told."""
    pairs = zip((_WHO, _WHAT), key, strict=True)
    ranks = [names.index(name) if name in names else len(names) for names, name in pairs]
    if key[0] in RISKS:
        return len(_WHO), RISKS.index(key[0]), ranks[1]
    return (ranks[0], ranks[1]) if key[0] in _WHO else (len(_WHO) + 1, 0)


def notes(study: WellbeingStudy, lang: str) -> list[str]:
    """Return the sentences below the tables; effects beyond what any trial found come first."""
    names = ["cuts", "cohort", "successors", "association", "priors", *(["twin"] if study.twin else [])]
    names.append("interval" if study.comparison.draws is None else "interval_drawn")
    cautions = [*exceeding(study.comparison, lang), *long_week_words(study.comparison, lang)]
    return [*cautions, *(say(f"wellbeing.{name}", lang) for name in names)]


def title(study: WellbeingStudy, lang: str) -> str:
    """Return the title of the study."""
    done = study.comparison
    told = {"title": scenario_title(done, lang), "time": simulated(done, lang), "pairs": len(done.values.seeds)}
    return say("wellbeing.title", lang, **told)


def plain_text(study: WellbeingStudy, lang: str) -> str:
    """Write the study as aligned text."""
    parts = [title(study, lang)]
    for heading, rows in sections(study, lang):
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        parts += ["", heading, *lines]
    return "\n".join([*parts, "", *notes(study, lang)])


def table_files(study: WellbeingStudy, lang: str) -> dict[str, bytes]:
    """Return every number as Parquet (keys) and as CSV (keys and words), by name of file."""
    entries = study.entries()
    columns = {name: [getattr(e, "target" if name == "published" else name) for e in entries] for name in _COLUMNS}
    types = {"mean": np.float64, "low": np.float64, "high": np.float64, "pairs": np.int32}
    parquet = to_parquet({n: np.asarray(c, dtype=types.get(n, np.str_)) for n, c in columns.items()})
    return {"wellbeing.parquet": parquet, "wellbeing.csv": _csv(entries, lang)}


def _csv(entries: Sequence[Entry], lang: str) -> bytes:
    head = [say(f"wellbeing.column.{name}", lang) for name in _COLUMNS]
    rows = [
        [e.section, e.arm, who_words(e.who, lang), what_words(e, lang), *e[4:]]
        for e in entries
    ]  # fmt: skip
    if lang == "fr":
        return to_french_csv(head, rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([head, *[[_known(c) for c in row] for row in rows]])
    return out.getvalue().encode()


def _known(value: Any) -> Any:
    return "" if isinstance(value, float) and not math.isfinite(value) else value


def as_json(study: WellbeingStudy, lang: str) -> dict[str, Any]:
    """Return the study as plain values."""
    return {
        "scenario": study.comparison.plan.scenario.name, "title": title(study, lang),
        "arms": list(study.comparison.values.arms), "seeds": list(study.comparison.values.seeds),
        "numbers": [
            {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in e._asdict().items()}
            | {"who_text": who_words(e.who, lang), "what_text": what_words(e, lang)}
            for e in study.entries()
        ],
        "notes": notes(study, lang),
    }  # fmt: skip


__all__ = ["as_json", "notes", "plain_text", "sections", "table_files", "title", "what_words", "who_words"]
