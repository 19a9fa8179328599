"""Which language the program speaks now."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("fr", "en")
"""The languages of every sentence, in the order of the catalogues."""

_current: ContextVar[str | None] = ContextVar("cpts_sim_language", default=None)


def choose_language(asked: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """Return "fr" or "en": the one asked, else ``CPTS_SIM_LANG``, else the locale, else English.

    Args:
        asked: a language tag such as ``fr``, ``fr_FR.UTF-8`` or ``en-GB``; anything else is passed over.
        environ: environment to read (default: the process's own).
    """
    env = os.environ if environ is None else environ
    for name in ("CPTS_SIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        candidate = asked if asked is not None else env.get(name, "")
        if (short := language_of_tag(candidate)) is not None:
            return short
        asked = None
    return "en"


def language_of_tag(tag: str) -> str | None:
    """Return "fr" or "en" for a tag such as ``fr_FR.UTF-8`` or ``en-GB``; None for any other text."""
    short = tag.strip().lower().replace("-", "_").split("_")[0].split(".")[0]
    return short if short in LANGUAGES else None


def current_language() -> str:
    """Return the language in use: the one set by :func:`use_language`, else the environment's."""
    return _current.get() or choose_language()


def use_language(lang: str | None) -> None:
    """Speak ``lang`` from now on in this context (``None``: follow the environment again)."""
    _current.set(None if lang is None else choose_language(lang))


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak ``lang`` inside a ``with`` block."""
    token = _current.set(choose_language(lang))
    try:
        yield
    finally:
        _current.reset(token)
