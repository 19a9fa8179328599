"""The catalogues of sentences: one YAML file a room, read the first time one of its keys is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from cpts_sim.errors import InternalError
from cpts_sim.words import numbers
from cpts_sim.words.language import LANGUAGES, current_language

Sentence = Mapping[str, str | Mapping[str, str]]
"""Language → template, or language → {"one": template, "other": template} chosen by the value ``count``."""


def languages() -> tuple[str, ...]:
    """Return the languages spoken, French first."""
    return LANGUAGES


def rooms() -> tuple[str, ...]:
    """Return the names of the catalogues shipped, in alphabetical order."""
    names = (item.name for item in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@cache
def sentences(room: str) -> Mapping[str, Sentence]:
    """Return all sentences of a room: full key → language → template.

    Raises:
        InternalError: the room has no catalogue, or the catalogue is not a mapping.
    """
    source = files(__package__).joinpath(f"{room}.yaml")
    if not source.is_file():
        raise InternalError(f"words/{room}.yaml: no such catalogue; add the file or correct the key.")
    content = parse(source.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise InternalError(f"words/{room}.yaml: expected a mapping key → {{fr: …, en: …}}.")
    return {f"{room}.{key}": value for key, value in content.items()}


def parse(text: str) -> Any:
    """Return what a YAML text holds."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)


def has(key: str) -> bool:
    """Tell whether a sentence exists under this key."""
    room = key.partition(".")[0]
    return room in rooms() and key in sentences(room)


def say(key: str, /, lang: str | None = None, **values: object) -> str:
    """Return the sentence ``key`` in a language with its values filled in.

    Args:
        key: ``room.name``; the room is the name of the catalogue file.
        lang: "fr" or "en" (default: the current language).
        **values: what the braces of the template name; ``count`` also chooses singular or plural.

    Raises:
        InternalError: no such key, language or placeholder.
    """
    language = lang or current_language()
    try:
        template = sentences(key.partition(".")[0])[key][language]
    except KeyError:
        raise InternalError(f"words: no sentence {key!r} in {language!r}; add it to the catalogue.") from None
    if not isinstance(template, str):
        template = template[_number_form(language, values.get("count", 2))]
    return _Writer(language).vformat(template, (), values)


def label(key: str, lang: str | None = None, default: str | None = None) -> str:
    """Return the sentence ``key``, or ``default`` (else the last part of the key) where there is none."""
    if has(key):
        return say(key, lang)
    return default if default is not None else key.rpartition(".")[2].replace("_", " ")


def _number_form(language: str, count: object) -> str:
    """Choose "one" or "other": in French 0 and 1 are singular, in English only 1."""
    size = abs(float(str(count)))
    singular = size < 2 if language == "fr" else size == 1
    return "one" if singular else "other"


class _Writer(Formatter):
    """``str.format`` that refuses a missing value and writes numbers in people's words."""

    def __init__(self, language: str) -> None:
        self.language = language

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        if key not in kwargs:
            raise InternalError(f"words: a sentence needs the value {key!r}, which was not given.")
        return kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        writers = {"n": numbers.number, "p": numbers.percent, "s": numbers.signed}
        if format_spec == "t":
            return numbers.duration(value, self.language)
        if format_spec[:1] in writers and (format_spec[1:] or "0").isdigit():
            return writers[format_spec[0]](value, int(format_spec[1:] or 0), self.language)
        return format(value, format_spec)
