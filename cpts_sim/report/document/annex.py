"""Annexes: the commands that redo the result, sources and licences, every parameter."""

from __future__ import annotations

from pathlib import Path

from cpts_sim.evidence import ParameterEntry, load_parameters
from cpts_sim.evidence.references import codes_in, references
from cpts_sim.experiment import smallest_differences
from cpts_sim.experiment.keys import SCHEMA
from cpts_sim.report.document.blocks import Code, Section, Table, Text
from cpts_sim.report.document.depends import grade_of, parameter_head, range_of, source_of, value_of
from cpts_sim.report.document.phrases import listed
from cpts_sim.report.document.reading import Told
from cpts_sim.scenario import at_end
from cpts_sim.words import say, unit_words

ASSUMED = "assumptions"
"""Folder in which the commands put the pairs with assumptions at the ends of their ranges."""
SOURCES = (("insee", "open"), ("drees", "open"), ("cnam", "open"), ("ign", "open"), ("studies", "cited"),
           ("program", "mit"))  # fmt: skip
"""Producers of what the model reads, and the licence of each."""


def annexes(told: Told, folder: Path | None) -> tuple[Section, ...]:
    """Return the annexes of a report."""
    return (_redo(told, folder), sources(told.lang), parameters(told), codes(told))


def _redo(told: Told, folder: Path | None) -> Section:
    lang, plan = told.lang, told.done.plan
    where = (folder or Path(plan.scenario.name)).name
    arms, seeds = ",".join(plan.arms), told.done.values.seeds
    drawn = "--fixed-parameters" if plan.ensemble is None else f"--ensemble {where}/ensemble.yaml"
    lines = (
        f"cpts-sim compare --like {where}/manifest.json",
        f"cpts-sim compare {where}/scenario.yaml --arms {arms} --replications {len(seeds)} --seed {seeds[0]} {drawn}",
        *_assumed(told, where), *_report(told, where, folder),
    )
    text = say("document.redo", lang, key=plan.key, schema=SCHEMA)
    return Section("redo", say("document.section.redo", lang), (Text(text), Code(lines)), "annex")


def _report(told: Told, where: str, folder: Path | None) -> tuple[str, ...]:
    """Return the commands that write this document, with the smallest differences where they are not the folder's."""
    beside = "" if told.assumed is None else f" --assumptions {ASSUMED}"
    command, smallest = f"cpts-sim report {where}{beside} --lang {told.lang}", dict(told.done.smallest)
    kept = None if folder is None else folder / "smallest_differences.yaml"
    if kept is None or not kept.is_file() or smallest_differences(kept) == smallest:
        return (command,)
    shipped = smallest_differences()
    own = ", ".join(f"{name}: {value!r}" for name, value in smallest.items() if shipped.get(name) != value)
    file = "my_smallest_differences.yaml"
    return (f"# {file}: {{{own}}}", f"{command} --smallest-differences {file}")


def _assumed(told: Told, where: str) -> tuple[str, ...]:
    """Return the command that computes the pairs with assumptions at the ends of their ranges."""
    if told.assumed is None:
        return ()
    plan, seeds = told.assumed.plan, told.assumed.values.seeds
    arms = ",".join(":".join(found) if (found := at_end(arm)) else arm for arm in plan.arms)
    drawn = "--fixed-parameters" if plan.ensemble is None else f"--ensemble {where}/ensemble.yaml"
    asked = f"--arms {arms} --replications {len(seeds)} --seed {seeds[0]} {drawn} --output {ASSUMED}"
    return (f"cpts-sim compare {where}/scenario.yaml {asked}",)


def sources(lang: str) -> Section:
    """Return where data come from and under which licences."""
    rows = tuple((say(f"document.source.{name}", lang), say(f"document.source.{name}_what", lang),
                  say(f"document.licence.{licence}", lang)) for name, licence in SOURCES)  # fmt: skip
    head = tuple(say(f"document.column.{name}", lang) for name in ("producer", "what", "licence"))
    table = Table("sources-table", say("document.table.sources", lang), head, rows, words=frozenset({1, 2}))
    return Section("sources", say("document.section.sources", lang), (table,), "annex")


def parameters(told: Told) -> Section:
    """Return every parameter that a run reads, with its range, grade and source."""
    lang, scenario, entries = told.lang, told.done.plan.scenario, _entries(told)
    rooms = sorted({entry.room for entry in entries})
    tables = tuple(_room(room, [entry for entry in entries if entry.room == room], lang) for room in rooms)
    intro = say("document.table.parameters", lang, count=len(entries), year=scenario.reference_year)
    return Section("parameters", say("document.section.parameters", lang), (Text(intro), *tables), "annex", True)


def _entries(told: Told) -> list[ParameterEntry]:
    scenario = told.done.plan.scenario
    known = load_parameters(scenario.reference_year, dict(scenario.parameters))
    return [entry for entry in known.entries() if not entry.target]


def codes(told: Told) -> Section:
    """Return what the codes in the sources of the parameters stand for, and where each was read."""
    lang, known = told.lang, references()
    used = {code for entry in _entries(told) for code in codes_in(entry.source)}
    unread = say("document.codes_unread", lang)
    rows = tuple((code, found.what.get(lang, "–"), listed(found.where, lang) or unread)
                 for code, found in known.items() if code in used)  # fmt: skip
    head = tuple(say(f"document.column.{name}", lang) for name in ("code", "subject", "read_at"))
    caption = say("document.table.codes", lang)
    table = Table("codes-table", caption, head, rows, words=frozenset({1, 2}), small=True)
    return Section("codes", say("document.section.codes", lang), (table,), "annex", True)


def _room(room: str, entries: list[ParameterEntry], lang: str) -> Table:
    """Return the parameters of one file."""
    rows = tuple(
        (entry.id + (" *" if entry.overridden else ""), value_of(entry, lang), unit_words(entry.unit, lang),
         range_of(entry, lang), grade_of(entry, lang), source_of(entry, lang)) for entry in entries
    )  # fmt: skip
    caption = say("document.table.room", lang, room=room, count=len(rows))
    return Table(f"parameters-{room}", caption, parameter_head(lang), rows, words=frozenset({1, 2, 3, 4, 5}),
                 english=frozenset({0}), small=True)  # fmt: skip
