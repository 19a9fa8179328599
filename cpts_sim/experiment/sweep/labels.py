"""Names for people: of the factors and of the bases of an experiment."""

from __future__ import annotations

from collections.abc import Mapping

from cpts_sim.experiment.sweep.reader import Experiment
from cpts_sim.words import has, say, unit_words

PAIR = " × "
"""Between the two factors of an interaction."""
LONGEST = 64
"""Longest phrase of a parameter's unit that still names a factor."""


def factor_label(experiment: Experiment, name: str, lang: str) -> str:
    """Return the name of a factor: its own title, else that of its mission or parameter; pairs are joined by ×."""
    if PAIR in name:
        return PAIR.join(factor_label(experiment, part, lang) for part in name.split(PAIR))
    if has(f"sweep.factor.{name}"):
        return say(f"sweep.factor.{name}", lang)
    factor = experiment.file.factors.get(name)
    title = getattr(factor.title, lang) if factor is not None else ""
    mission = f"missions.{factor.mission}_title" if factor is not None else ""
    if not title and has(mission):
        return say(mission, lang)
    return str(title or _phrase(experiment, name, lang) or name.replace("_", " "))


def _phrase(experiment: Experiment, name: str, lang: str) -> str:
    """Return what a parameter is, in a few words; none where it is no parameter or takes too many."""
    from cpts_sim.evidence import load_parameters

    factor = experiment.file.factors.get(name)
    if factor is None or factor.parameter is None:
        return ""
    told = unit_words(load_parameters().entry(factor.parameter).unit, lang)
    return told if len(told) <= LONGEST else ""


def base_label(experiment: Experiment, name: str, lang: str) -> str:
    """Return the name of a base: the title of its archetype or of the only scenario, else what the file calls it."""
    from cpts_sim.territory import ARCHETYPES, archetype_title

    if name in ARCHETYPES and len(experiment.bases) > 1:
        return archetype_title(name, lang)
    title = experiment.bases[name].get("title") if len(experiment.bases) == 1 else None
    own = title.get(lang) if isinstance(title, Mapping) else None
    return str(own or name.replace("_", " "))
