"""Where the change in needs met comes from: the seven accounts of net access, which add up to it exactly."""

from __future__ import annotations

from cpts_sim.experiment import Line, Place
from cpts_sim.measures.accounts import ACCOUNTS
from cpts_sim.report.document.blocks import Table
from cpts_sim.report.document.phrases import capital
from cpts_sim.report.document.reading import Told, known
from cpts_sim.report.numbers import gap_unit_words
from cpts_sim.report.sums import finest, gap_texts, summing
from cpts_sim.report.table import reading_text
from cpts_sim.words import say


def accounts_of(told: Told) -> tuple[Line, list[Line]]:
    """Return the change in needs met, in time or not, and its seven accounts: means of the pairs."""
    change = summing(told.done, Place("account.change"), told.arm)
    return change, [summing(told.done, Place("account.change", "account", name), told.arm) for name in ACCOUNTS]


def account_table(told: Told) -> Table | None:
    """Return the seven accounts and their total; None where nothing changed or was measured."""
    lang, (change, lines) = told.lang, accounts_of(told)
    if not known(change) or not any(line.difference.mean for line in lines):
        return None
    places = finest([*lines, change])
    names = [*(say(f"measures.account.{line.place.group}", lang) for line in lines), say("report.accounts.total", lang)]
    rows = []
    for name, line in zip(names, [*lines, change], strict=True):
        shown, ends = gap_texts(line, places, lang)
        rows.append((capital(name), f"{shown} [{ends}]", reading_text(line, lang)))
    unit = gap_unit_words("per_1000_year", lang)
    head = tuple(say(f"document.column.{name}", lang, interval=told.interval) for name in ("account", "gap", "reading"))
    caption = say("document.table.accounts", lang, unit=unit, arm=told.name(told.arm), base=told.name(told.base))
    tones = tuple(str(line.reading) for line in [*lines, change])
    told_ = say("measures.account.change.definition", lang)
    return Table("accounts-table", caption, head, tuple(rows), tones, frozenset({2}), note=told_)
