"""What was published: effects with their intervals and sources, and how each change is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cpts_sim.errors import UsageError
from cpts_sim.words import current_language, did_you_mean, say

INTERVALS = ("published", "derived", "bound", "judged")
"""Where the band of a row comes from."""
PLACE = "responses/published.yaml"


@dataclass(frozen=True)
class Published:
    """A published effect.

    Attributes:
        name: name of the row. of: enactment that shows it. reads: name of the number read. value: central effect.
        low, high: what counts as agreement. unit: unit of all three. interval: one of :data:`INTERVALS`.
        source, year, grade: where it was read. population, follow_up: language → of whom, for how long.
        leans_on: parameters judged on the same source. decides: whether a member that misses it is dropped.
    """

    name: str
    of: str
    reads: str
    value: float
    low: float
    high: float
    unit: str
    interval: str
    source: str
    year: str
    grade: str
    population: Mapping[str, str]
    follow_up: Mapping[str, str]
    leans_on: tuple[str, ...]
    decides: bool

    def of_whom(self, lang: str | None = None) -> str:
        """Return population and follow-up in a language."""
        language = lang or current_language()
        apart = " ; " if language == "fr" else "; "
        return apart.join((self.population[language], self.follow_up[language]))


@dataclass(frozen=True)
class Enactment:
    """How a change is played: the length of its runs, its arms, each a patch of the scenario.

    Attributes:
        name: name of the change. years: length of each run. arms: name → patch of the scenario.
        times: how many times more inhabitants than asked its territory has.
    """

    name: str
    years: float
    arms: Mapping[str, Mapping[str, Any]]
    times: int = 1


@dataclass(frozen=True)
class Absent:
    """A published effect that the model cannot re-enact, and says so."""

    name: str
    value: float
    unit: str
    source: str
    year: str
    grade: str


@cache
def _content() -> Mapping[str, Any]:
    import yaml

    text = files("cpts_sim.evidence").joinpath(PLACE).read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.safe_load(text)
    return content


@cache
def published() -> tuple[Published, ...]:
    """Return every published effect that the model re-enacts, in the order of the file."""
    return tuple(_effect(name, raw) for name, raw in _content()["effects"].items())


def _effect(name: str, raw: Mapping[str, Any]) -> Published:
    told = {**raw, "leans_on": tuple(raw["leans_on"]), "year": str(raw["year"])}
    numbers = {key: float(raw[key]) for key in ("value", "low", "high")}
    return Published(name=name, **{**told, **numbers})


@cache
def enactments() -> Mapping[str, Enactment]:
    """Return how each change is played, by name."""
    return {
        name: Enactment(name, float(raw["years"]), raw["arms"], int(raw.get("times", 1)))
        for name, raw in _content()["enactments"].items()
    }


@cache
def absent() -> tuple[Absent, ...]:
    """Return the published effects that the model cannot re-enact."""
    return tuple(
        Absent(name, **{**raw, "value": float(raw["value"]), "year": str(raw["year"])})
        for name, raw in _content()["not_represented"].items()
    )


def chosen(names: Sequence[str], deciding: bool = False) -> tuple[Published, ...]:
    """Return the rows of some enactments (none named: all), of those that decide only if asked.

    Raises:
        UsageError: no enactment of that name.
    """
    known = list(enactments())
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(say("responses.unknown", name=name, hint=hint, known=", ".join(known)))
    return tuple(row for row in published() if (not names or row.of in names) and (row.decides or not deciding))
