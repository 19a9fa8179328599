"""Probabilities as a finite number of draws supports them: never 0 or 100 %, and equal draws are told apart."""

from __future__ import annotations

import math

from cpts_sim.experiment import Comparison
from cpts_sim.experiment.comparison import draws_of
from cpts_sim.experiment.credible import FINEST as FINEST_MEDIAN
from cpts_sim.experiment.credible import SURE, TAIL_CHANCE, Credible, fewest_for_sure
from cpts_sim.words import number, percent, say

WORTH_TELLING = 0.05
"""Share of draws without any difference from which the cell tells it."""
FINEST = 0.005
"""Least probability written as such, whatever the number of draws."""
NBSP = "\N{NO-BREAK SPACE}"


def chance(probability: float, draws: int, lang: str, places: int = 0) -> str:
    """Write a probability: one that no draw, or every draw, shows is below (above) half a draw, 1/(2n).

    Args:
        probability: share of draws, 0 to 1.
        draws: different draws it rests on; 0 where it comes from a law instead of draws.
        lang: "fr" or "en".
        places: decimals.
    """
    if not math.isfinite(probability):
        return percent(probability, places, lang)
    least = max(FINEST, 0.5 / draws) if draws else FINEST
    least = max(round(least, places + 2), 10.0 ** -(places + 2))
    if probability < least:
        return f"<{NBSP}{percent(least, places, lang)}"
    if probability > 1 - least:
        return f">{NBSP}{percent(1 - least, places, lang)}"
    return percent(probability, places, lang)


def chance_better(effect: Credible, better: str, lang: str) -> str:
    """Write the probability of a good difference; of a rise, with an arrow, where no direction is good."""
    if effect.ties == 1:
        return "–"
    shown = chance(effect.p_better, effect.draws, lang)
    if better == "none":
        shown = say("uncertain.p_rise", lang, chance=shown)
    if effect.ties < WORTH_TELLING:
        return shown
    return say("uncertain.p_ties", lang, chance=shown, ties=percent(effect.ties, 0, lang))


def chance_matters(effect: Credible, smallest: float, lang: str) -> str:
    """Write the probability of a good difference that matters; a dash where no smallest difference is set."""
    set_and_told = math.isfinite(smallest) and effect.ties < 1
    return chance(effect.p_matters, effect.draws, lang) if set_and_told else "–"


def drawn_words(comparison: Comparison) -> dict[str, int]:
    """Return how many draws the pairs hold, and among how many sets of parameters and structures they were made.

    Raises:
        ValueError: the pairs have drawn nothing.
    """
    ensemble = comparison.plan.ensemble
    if ensemble is None:
        raise ValueError("the pairs of this comparison have drawn nothing")
    draws = len(set(draws_of(comparison.values.seeds)))
    return {"draws": draws, "members": len(ensemble.members), "structures": ensemble.structures}


def support_words(lang: str) -> dict[str, str]:
    """Return what a reading asks of its draws, as the sentences about it want it."""
    sure, limit = percent(1 - TAIL_CHANCE, 0, lang), number(SURE, 1, lang)
    return {"fewest": str(fewest_for_sure()), "sure": sure, "limit": limit, "finest": percent(FINEST_MEDIAN, 0, lang)}


__all__ = ["chance", "chance_better", "chance_matters", "drawn_words", "support_words"]
