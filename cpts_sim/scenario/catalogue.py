"""From a catalogue of missions and shocks to the model of a scenario, built once.

A catalogue is ``{"missions": {name: settings class}, "shocks": {name: settings class}}``; it may hold
``"baseline"`` (institutions of every arm, likewise), ``"levels"`` (parameter id of the level of each) and
``"archetypes"``, the ids of the shipped archetypes. A settings class may carry
``requires: ClassVar[tuple[str, ...]]``: the names of missions without which it cannot be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, Field, create_model

from cpts_sim.scenario.settings import Frozen, FrozenMap, Plugins
from cpts_sim.scenario.shape import Arm, Cpts, Scenario

Catalogue = Mapping[str, Any]

EMPTY: Catalogue = {"missions": {}, "shocks": {}}
"""No mission and no shock: for theory, benchmarks and tests."""


def scenario_model(catalogue: Catalogue | None = None) -> type[Scenario]:
    """Return the scenario class whose missions and shocks are those of a catalogue, always the same class."""
    wanted = catalogue or EMPTY
    return _model(*(_as_tuple(wanted.get(kind, {})) for kind in ("missions", "shocks", "baseline")))


_Classes = tuple[tuple[str, type[BaseModel]], ...]


def _as_tuple(classes: Mapping[str, type[BaseModel]]) -> tuple[tuple[str, type[BaseModel]], ...]:
    return tuple(sorted(classes.items()))


@lru_cache(maxsize=16)
def _model(
    missions: _Classes, shocks: _Classes, baseline: _Classes
) -> type[Scenario]:  # fmt: skip
    mission_set, shock_set = _plugins("Missions", missions), _plugins("Shocks", shocks)
    institutions = _plugins("Baseline", baseline)
    cpts = create_model(
        "Cpts",
        __base__=Cpts,
        __doc__=Cpts.__doc__,
        missions=(mission_set, _like(Cpts, "missions", mission_set)),
    )
    arm = create_model("Arm", __base__=Arm, __doc__=Arm.__doc__, cpts=(cpts | None, _like(Arm, "cpts")))
    return create_model(
        "Scenario",
        __base__=Scenario,
        __doc__=Scenario.__doc__,
        cpts=(cpts | None, _like(Scenario, "cpts")),
        baseline=(institutions, _like(Scenario, "baseline", institutions)),
        shocks=(shock_set, _like(Scenario, "shocks", shock_set)),
        arms=(Frozen[arm], _like(Scenario, "arms", FrozenMap)),
    )


def _none() -> None:
    return None


def _like(model: type[BaseModel], field: str, make: Callable[[], Any] = _none) -> Any:
    return Field(default_factory=make, description=model.model_fields[field].description)


def _plugins(name: str, classes: Iterable[tuple[str, type[BaseModel]]]) -> type[Plugins]:
    fields: dict[str, Any] = {key: (settings | None, _described(settings)) for key, settings in classes}
    return create_model(name, __base__=Plugins, **fields)


def _described(settings: type[BaseModel]) -> Any:
    return Field(None, description=(settings.__doc__ or "").strip().split("\n")[0])


def json_schema(catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Return the JSON schema of a scenario file, for editors and for the messages of the reader."""
    schema = scenario_model(catalogue).model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "Another scenario file, relative to this one; what is written here goes over it.",
    }
    archetypes = (catalogue or {}).get("archetypes")
    if archetypes:
        schema["$defs"]["TerritorySource"]["properties"]["archetype"]["examples"] = sorted(archetypes)
    schema["required"] = [key for key in schema.get("required", []) if key != "territory"]
    return schema
