"""How large a sweep is, in one sentence: places, inhabitants, time lived, points and seeds."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cpts_sim.experiment.sweep.labels import base_label
from cpts_sim.experiment.sweep.responses import Responses
from cpts_sim.scenario import canonical_json, file_hash, input_files
from cpts_sim.words import duration, say

DAY_MIN = 1440.0


def size_sentence(responses: Responses, lang: str) -> str:
    """Return where, how many inhabitants, how long, how many points and seeds."""
    told = _people(responses, lang) | {
        "lived": _lived(responses, lang), "points": len(responses.experiment.points), "seeds": len(responses.seeds),
    }  # fmt: skip
    return say("sweep.size", lang, **told)


def _people(responses: Responses, lang: str) -> dict[str, Any]:
    """Return the place and its inhabitants, or how many places of how many."""
    experiment = responses.experiment
    numbers = sorted({_inhabitants(*_source(point)) for point in experiment.points})
    bases = list(experiment.bases)
    alone = len(bases) == 1
    place = base_label(experiment, bases[0], lang) if alone else say("sweep.size.places", lang, count=len(bases))
    form = "one" if len(numbers) == 1 else "many"
    return {"place": place, "people": say(f"sweep.size.{form}", lang, fewest=numbers[0], most=numbers[-1])}


def _source(point: Any) -> tuple[str, str]:
    """Return the territory of a point as text, and the digests of its files, whose content may change."""
    scenario = point.scenario()
    told = {key: file_hash(path) for key, path in input_files(scenario).items()}
    return canonical_json(scenario.territory.model_dump(mode="json", exclude_none=True)), canonical_json(told)


@lru_cache(maxsize=256)
def _inhabitants(source: str, hashes: str) -> int:
    import json

    from cpts_sim.territory import load_territory

    return load_territory(json.loads(source)).population


def _lived(responses: Responses, lang: str) -> str:
    """Return the time lived after the warm-up."""
    days = sorted({point.scenario().horizon_days for point in responses.experiment.points})
    words = [duration(DAY_MIN * end, lang) for end in dict.fromkeys((days[0], days[-1]))]
    return " – ".join(words)
