"""What the result depends on: the weakest assumptions that the missions read, and how to weigh them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cpts_sim.evidence import ParameterEntry, load_parameters, plain_value
from cpts_sim.experiment import Comparison
from cpts_sim.explain import mission_card, mission_names
from cpts_sim.report.document.blocks import Block, Figure, Section, Table, Text
from cpts_sim.report.document.compared import missions_in
from cpts_sim.report.document.drivers import FEWEST, Driver, drivers_of
from cpts_sim.report.document.money import apart
from cpts_sim.report.document.phrases import gap_short, listed, named_unit
from cpts_sim.report.document.reading import PRIMARY, Told
from cpts_sim.report.document.swings import Swing, alike, movable, swings, tornado
from cpts_sim.report.numbers import decimals, factor, gap_unit_words, written
from cpts_sim.words import number, part_words, percent, say, source_words, unit_words

WEAK = ("judgement", "D")
SHOWN = 6
"""Assumptions shown; the annex has them all."""
CUT = 120
"""Letters of a value at most."""
_COLUMNS = ("parameter", "value", "unit", "range", "grade", "source")


def depends(told: Told) -> Section:
    """Return the share of weak assumptions among those that decide the missions, and the widest of them."""
    lang, title = told.lang, say("document.section.depends", told.lang)
    entries = _of_missions(told)
    if not entries:
        return Section("depends", title, (Text(say("document.missing.depends", lang), "note"),))
    weak = [entry for entry in entries if entry.grade in WEAK]
    share = percent(len(weak) / len(entries), 0, lang)
    own = len(_drawn(told) & {entry.id for entry in weak})
    key = "intro" if not told.drawn else "intro_drawn" if own else "intro_none_drawn"
    intro = say(f"document.depends.{key}", lang, weak=len(weak), count=len(entries), share=share, drawn=own)
    widest = sorted(weak, key=lambda entry: (-_width(entry), entry.id))[:SHOWN]
    rows = tuple((entry.id, value_of(entry, lang), unit_words(entry.unit, lang), range_of(entry, lang),
                  grade_of(entry, lang), source_of(entry, lang)) for entry in widest)  # fmt: skip
    table = Table("weakest", say("document.table.weakest", lang, count=len(rows)), parameter_head(lang), rows,
                  words=frozenset({1, 2, 3, 4, 5}), english=frozenset({0}), small=True)  # fmt: skip
    shown = _tornado(told) or [table, Text(say("document.depends.how", lang), "note")]
    return Section("depends", title, (Text(intro), *(_moving(told) if told.drawn else ()), *shown))


def _tornado(told: Told) -> list[Block]:
    """Return the effect at both ends of each assumption that was moved, drawn and in numbers."""
    lang, done = told.lang, told.assumed or told.done
    found = swings(done, told.arm, told.line(PRIMARY).place)
    if not found:
        return []
    line = found[0].usual
    unit = gap_unit_words(line.indicator.unit, lang)
    counts = {"pairs": len(done.values.seeds), "indicator": told.label(line), "unit": unit, "interval": told.interval}
    caption, text = (say(f"document.swings.{name}", lang, **counts) for name in ("table", "text"))
    names = ("parameter", "value_range", "at_low_end", "at_high_end", "flips", "grade", "source")
    head = tuple(say(f"document.column.{name}", lang, interval=told.interval) for name in names)
    rows = tuple(_swing(one, lang) for one in found)
    data = Table("tornado-data", caption, head, rows, words=frozenset({1, 5, 6}), small=True)
    axis = named_unit(told.label(line), line.indicator.unit, lang)
    picture = tornado(found, axis, lang, say("document.swings.title", lang), text)
    turned = [one for one in found if one.turns and one.clear]
    names_turned = listed([_label(one, lang) for one in turned], lang)
    key = "turns" if turned else "stays"
    words = say(f"document.swings.{key}", lang, count=len(turned) or len(found), all=len(found), names=names_turned)
    notes = [_chosen(told, found), say("document.swings.note", lang)]
    return [Figure("figure-tornado", picture, text, data), Text(" ".join([words, *_alike(done, found, lang)])),
            Text(" ".join(notes), "note")]  # fmt: skip


def _chosen(told: Told, found: Sequence[Swing]) -> str:
    """Say who chose the assumptions that were moved, and out of how many as weak."""
    return say("document.swings.chosen", told.lang, count=len(found), all=len(movable(missions_in(told), WEAK)))


def _alike(done: Comparison, found: Sequence[Swing], lang: str) -> list[str]:
    """Say which ends come to the same."""
    out = []
    for same in alike(done, found):
        names = [say("document.swings.end", lang, name=entry.id, value=_plain(end, lang)) for entry, end in same.ends]
        pairs = {"count": same.equal, "all": len(done.values.seeds)}
        out.append(say("document.swings.alike", lang, names=listed(names, lang), **pairs))
    return out


def _swing(one: Swing, lang: str) -> tuple[str, ...]:
    entry = one.entry
    nothing = "flip_open" if any(not apart(line.difference) for line in (one.low, one.high)) else "no_flip"
    flips = listed([_digits(value, lang) for value in one.flips], lang) or say(f"document.{nothing}", lang)
    value = say("document.swings.value", lang, value=value_of(entry, lang), range=range_of(entry, lang),
                unit=unit_words(entry.unit, lang))  # fmt: skip
    cells = (gap_short(line, lang) for line in (one.low, one.high))
    return (entry.id, value, *cells, flips, grade_of(entry, lang), source_of(entry, lang))


def _digits(value: float, lang: str) -> str:
    """Write a value of a parameter with three digits that count."""
    return f"{value:.3g}" if lang == "en" else f"{value:.3g}".replace(".", ",")


def _label(one: Swing, lang: str) -> str:
    return say("document.swings.named", lang, name=one.entry.id, unit=unit_words(one.entry.unit, lang))


def _drawn(told: Told) -> set[str]:
    """Return the parameters of which the pairs have drawn different values."""
    ensemble = told.done.plan.ensemble
    if ensemble is None:
        return set()
    vectors = [ensemble.draw(seed).parameters for seed in told.done.values.seeds]
    return {name for name in set().union(*vectors) if len({vector.get(name) for vector in vectors}) > 1}


def _moving(told: Told) -> list[Block]:
    """Return the drawn parameters that move the primary effect, or say that none stands apart from chance."""
    lang, line = told.lang, told.line(PRIMARY)
    found = drivers_of(told.done, line.place, told.arm)
    counts = {"draws": found.draws, "count": found.looked}
    if found.draws < FEWEST:
        return [Text(say("document.depends.few_draws", lang, draws=found.draws, least=FEWEST))]
    if not found.found:
        return [Text(say("document.depends.none_moves", lang, **counts))]
    rows = tuple(_driver(told, driver) for driver in found.found)
    head = tuple(say(f"document.column.{name}", lang) for name in
                 ("parameter", "drawn_from", "at_low", "at_high", "flips", "grade", "source"))  # fmt: skip
    unit = gap_unit_words(line.indicator.unit, lang)
    caption = say("document.table.drivers", lang, indicator=told.label(line), unit=unit, **counts)
    return [Table("drivers", caption, head, rows, words=frozenset({5, 6}), english=frozenset({0}), small=True)]


def _driver(told: Told, driver: Driver) -> tuple[str, ...]:
    lang, scenario = told.lang, told.done.plan.scenario
    entry = load_parameters(scenario.reference_year, dict(scenario.parameters)).entry(driver.parameter)
    times = factor(told.line(PRIMARY).indicator.unit)
    cells = [_with_interval(mean * times, half * times, lang) for mean, half in driver.effects]
    ends = [_digits(end, lang) for end in (*driver.ends, driver.flips)]
    nothing = "flip_open" if any(abs(mean) <= half for mean, half in driver.effects) else "no_flip"
    flips = ends[2] if math.isfinite(driver.flips) else say(f"document.{nothing}", lang)
    return (driver.parameter, say("document.range", lang, low=ends[0], high=ends[1]), *cells, flips,
            grade_of(entry, lang), source_of(entry, lang))  # fmt: skip


def _with_interval(mean: float, half: float, lang: str) -> str:
    places = decimals(half, mean)
    low, high = (written(end, places, lang, sign=True) for end in (mean - half, mean + half))
    return f"{written(mean, places, lang, sign=True)} [{say('document.range', lang, low=low, high=high)}]"


def parameter_head(lang: str) -> tuple[str, ...]:
    """Return the columns of a table of parameters."""
    return tuple(say(f"document.column.{name}", lang) for name in _COLUMNS)


def _of_missions(told: Told) -> list[ParameterEntry]:
    scenario = told.done.plan.scenario
    parameters = load_parameters(scenario.reference_year, dict(scenario.parameters))
    names = [name for name in missions_in(told) if name in mission_names()]
    found = {entry.id: entry for name in names for entry in mission_card(name, parameters).parameters}
    return [found[key] for key in sorted(found) if found[key].grade != "definition"]


def _width(entry: ParameterEntry) -> float:
    """Return the width of the range relative to the value; only single numbers have one."""
    value = entry.value
    if isinstance(value, tuple | Mapping) or not value:
        return 0.0
    return (entry.high - entry.low) / abs(value)


def value_of(entry: ParameterEntry, lang: str) -> str:
    """Write the value of a parameter, cut short when it is a long list."""
    return _cut(_plain(plain_value(entry.value), lang))


def range_of(entry: ParameterEntry, lang: str) -> str:
    """Write the admissible range of a parameter."""
    low, high = (_plain(end, lang) for end in (entry.low, entry.high))
    return say("document.range", lang, low=low, high=high) if low != high else "–"


def source_of(entry: ParameterEntry, lang: str) -> str:
    """Write the source of a parameter with its year."""
    return f"{source_words(entry.source, lang)} ({entry.year})"


def grade_of(entry: ParameterEntry, lang: str) -> str:
    """Write the grade of evidence of a parameter."""
    return say(f"document.grade.{entry.grade}", lang)


def _plain(value: object, lang: str) -> str:
    if isinstance(value, dict):
        parts = ((part_words(key, lang), _plain(item, lang)) for key, item in value.items())
        return ", ".join(say("document.part", lang, cut=name, group=amount) for name, amount in parts)
    if isinstance(value, list | tuple):
        return listed([_plain(item, lang) for item in value], lang)
    if not isinstance(value, int | float):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3g}"
    places = next((d for d in range(5) if abs(value - round(value, d)) <= 1e-9 * max(1.0, abs(value))), 4)
    return number(float(value), places, lang)


def _cut(text: str) -> str:
    """Cut a text between two numbers, never inside one."""
    if len(text) <= CUT:
        return text
    return text[: max(text[:CUT].rfind(mark) for mark in (",", ";", " "))].rstrip(" ,;") + " …"
