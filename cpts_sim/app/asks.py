"""What a page may ask for, checked as a scenario file is; it names shipped territories, never a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cpts_sim.app.limits import Limits
from cpts_sim.catalogue import catalogue
from cpts_sim.errors import CptsSimError, InputError
from cpts_sim.scenario import Scenario, as_written
from cpts_sim.scenario.load import parse
from cpts_sim.words import did_you_mean, say

Name = str
MOST_NAMES = 24


class Strict(BaseModel):
    """Nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Ask(Strict):
    """A pair of runs that a page asks for."""

    preset: Name = Field(max_length=64)
    """Name of a territory or of a scenario that the teacher gave at the start."""
    population: int | None = Field(None, ge=500)
    """Inhabitants (none: the territory's own)."""
    year: Literal[2019, 2024] = 2019
    """Reference year."""
    days: int = Field(365, ge=28)
    """Length of the run."""
    seed: int = Field(1, ge=0, le=2**31)
    """Which people and which luck."""
    missions: dict[Name, dict[str, Any]] = Field(default_factory=dict, max_length=MOST_NAMES)
    """Missions of the CPTS with their settings, as in a scenario file."""
    shocks: dict[Name, dict[str, Any]] = Field(default_factory=dict, max_length=MOST_NAMES)
    """What befalls both arms."""
    members: dict[str, float] = Field(default_factory=dict, max_length=8)
    """Membership, as in a scenario file."""


def read_ask(content: Any, limits: Limits) -> Ask:
    """Check what a page asks for.

    Raises:
        InputError: one sentence with place, value and expectation.
    """
    try:
        ask = Ask.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "run"
        raise InputError(say("app.bad_value", place=place, value=_short(first["input"]), text=first["msg"])) from None
    if ask.population is not None and ask.population > limits.people:
        raise InputError(say("app.too_large", place="population", value=ask.population, most=limits.people))
    if ask.days > limits.days:
        raise InputError(say("app.too_large", place="days", value=ask.days, most=limits.days))
    return ask


def to_scenario(ask: Ask, presets: Mapping[str, Mapping[str, Any]], limits: Limits) -> Scenario:
    """Return the scenario of an ask: two arms, ``without`` and ``with``.

    Raises:
        InputError: unknown preset, mission or shock, or a setting out of range.
    """
    if ask.preset not in presets:
        hint = did_you_mean(ask.preset, list(presets))
        raise InputError(say("app.no_preset", value=_short(ask.preset), hint=hint, known=", ".join(sorted(presets))))
    preset = presets[ask.preset]
    values: dict[str, Any] = {
        **preset, "name": "app", "years": ask.days / 365.0, "shocks": ask.shocks or dict(preset.get("shocks", {})),
    }  # fmt: skip
    values.pop("cpts", None)
    values.pop("arms", None)
    if "reference_year" not in preset:
        values["reference_year"] = ask.year
    if ask.population is not None and "archetype" in values["territory"]:
        values["territory"] = {**values["territory"], "population": ask.population}
    values["cpts"] = {"missions": ask.missions, **({"members": ask.members} if ask.members else {})}
    # Without any mission the right side is the left one: nobody meets for nothing.
    values["arms"] = {"without": {"cpts": None}, "with": {} if ask.missions else {"cpts": None}}
    try:
        scenario = parse(values, catalogue())
    except CptsSimError as error:
        raise InputError(_short(str(error), 600)) from None
    return scenario


def written(scenario: Scenario) -> dict[str, Any]:
    """Return what is sent to a worker."""
    return as_written(scenario)


def _short(value: Any, size: int = 60) -> str:
    text = str(value)
    return text if len(text) <= size else text[: size - 1] + "…"
