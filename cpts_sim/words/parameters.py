"""Units of parameters in the reader's language."""

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
    language = lang or current_language()
    if has(f"units.{unit}"):
        return say(f"units.{unit}", language)
    return french_units().get(unit, unit) if language == "fr" else unit


@cache
def french_units() -> Mapping[str, str]:
    """Return English phrase → French phrase."""
    text = files(__package__).joinpath("french", "units.yaml").read_text(encoding="utf-8")
    return {str(phrase): str(french) for phrase, french in parse(text).items()}
