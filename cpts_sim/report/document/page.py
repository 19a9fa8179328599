"""A document as one page of HTML: no script, nothing from elsewhere, the same bytes for the same document."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from cpts_sim import __version__
from cpts_sim.report.document.blocks import Document
from cpts_sim.report.document.svg import inline
from cpts_sim.words import say

_NARROW, _NBSP = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_BOUND = (re.compile(r"(?<=[≥≤]) (?=\d)"), _NBSP)
_NUMBERED = re.compile(r"\b(graines?|tableau|figure|mois|jour|seeds?|table|month|day) (?=\d)", re.IGNORECASE)
"""What stands before its number."""
_FRENCH = (
    _BOUND,
    (re.compile(r"(?<=\d) (?=\d{3}\b)"), _NARROW),
    (re.compile(r" ([;!?])"), _NARROW + r"\1"),
    (re.compile(r" ([:»%€])"), _NBSP + r"\1"),
    (re.compile(r"« "), "«" + _NBSP),
    (re.compile(r"(?<=\d) (?=(?:jours?|points?|ans?|mois|heures?|h|min|paires?|personnes?|km|habitants?)\b)"), _NBSP),
)
_ENGLISH = (
    _BOUND,
    (re.compile(r"(?<=\d) %"), "%"),
    (re.compile(r"(\d[\d,.]*) €"), r"€\1"),
    (re.compile(r"(?<=\d) (?=(?:days?|points?|years?|months?|hours?|h|min|euros|pairs?|people|km)\b)"), _NBSP),
)


def typeset(text: str, lang: str) -> str:
    """Put the no-break spaces that the language wants."""
    for pattern, by in _FRENCH if lang == "fr" else _ENGLISH:
        text = pattern.sub(by, text)
    text = _NUMBERED.sub(r"\1" + _NBSP, text)
    return text.replace("'", "’")


def html_of(document: Document, theme: str = "") -> str:
    """Write a document as one self-contained page.

    Args:
        document: what to write.
        theme: further style rules, which win over ours.
    """
    from markupsafe import Markup

    numbers = {figure.id: rank for rank, figure in enumerate(document.figures, 1)}
    pictures = {figure.id: Markup(inline(figure.svg, figure.id)) for figure in document.figures}
    shared = {
        "document": document, "lang": document.lang, "version": __version__, "numbers": numbers, "pictures": pictures,
        "tables": {table.id: rank for rank, table in enumerate(document.tables, 1)},
        "style": Markup(_style(theme)),
    }  # fmt: skip
    page = _environment(document.lang).get_template("document.html").render(shared)
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


@cache
def _environment(lang: str) -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    source = files("cpts_sim.report").joinpath("templates/document.html").read_text(encoding="utf-8")
    loader = DictLoader({"document.html": source})
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["t"] = lambda text: typeset(str(text), lang)
    made.filters["parts"] = _breakable
    made.globals["say"] = lambda key, **values: typeset(say(f"document.{key}", lang, **values), lang)
    return made


def _breakable(text: str) -> Any:
    """Let the name of a parameter break where its words end, and nowhere else."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([_.])(?=[a-z])", r"\1<wbr>", str(escape(text))))


def _style(theme: str) -> str:
    own = files("cpts_sim.report").joinpath("templates/document.css").read_text(encoding="utf-8")
    # A style sheet may not close its own element.
    return own + theme.replace("</", "<\\/")
