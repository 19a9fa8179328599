"""Units, sources, notes and parts of parameters in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cpts_sim.words.catalogue import has, parse, say
from cpts_sim.words.language import current_language


def unit_words(unit: str, lang: str | None = None) -> str:
    """Return a unit of the data files as the reader is told it; one that has no French is returned as written.

    Args:
        unit: a code (``per_1000_year``) or an English phrase (``minutes of a nurse for one vaccination``).
        lang: "fr" or "en" (default: the current language).
    """
    if has(f"units.{unit}"):
        return say(f"units.{unit}", lang or current_language())
    return _told("units", unit, lang)


def source_words(source: str, lang: str | None = None) -> str:
    """Return where a number comes from, in "fr" or "en"; a source that is only codes (``D19, E9``) is as written."""
    return _told("sources", source, lang)


def note_words(note: str, lang: str | None = None) -> str:
    """Return the remark on a parameter, in "fr" or "en" (default: the current language)."""
    return _told("notes", note, lang)


def part_words(part: str, lang: str | None = None) -> str:
    """Return the name of a part of a value (``men``), in "fr" or "en"; an age or a department is as written."""
    return _told("parts", part, lang)


@cache
def french(kind: str) -> Mapping[str, str]:
    """Return English phrase → French phrase of the ``units``, ``sources``, ``notes`` or ``parts`` of parameters."""
    text = files(__package__).joinpath("french", f"{kind}.yaml").read_text(encoding="utf-8")
    return {str(phrase): str(said) for phrase, said in parse(text).items()}


def _told(kind: str, phrase: str, lang: str | None) -> str:
    return french(kind).get(phrase, phrase) if (lang or current_language()) == "fr" else phrase
