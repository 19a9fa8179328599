"""What the user probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from cpts_sim.words.catalogue import say


def did_you_mean(word: str, candidates: Iterable[str], lang: str | None = None) -> str:
    """Return " (did you mean “x”?)" for the nearest candidate, or "" when nothing is near."""
    near = get_close_matches(word, sorted(candidates), n=1, cutoff=0.6)
    return say("words.did_you_mean", lang, word=near[0]) if near else ""
