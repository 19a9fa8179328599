"""Missions and shocks are found by their file or by an entry point, and only once."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from cpts_sim import catalogue
from cpts_sim.errors import InternalError
from cpts_sim.scenario import Settings, load, scenario_model


class _Settings(Settings):
    """Settings of a mission of a third party."""

    dose: float = 1.0
    """How much of it."""


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch):
    """Install modules under entry points: name → module name."""
    catalogue.plugin_modules.cache_clear()
    installed: list[EntryPoint] = []

    def add(name: str, group: str) -> None:
        module = ModuleType(f"elsewhere_{len(installed)}")
        module.SETTINGS = _Settings  # type: ignore[attr-defined]
        monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
        installed.append(EntryPoint(name, module.__name__, group))

    def found(group: str) -> list[EntryPoint]:
        return [point for point in installed if point.group == group]

    monkeypatch.setattr(catalogue, "entry_points", found)
    yield add
    catalogue.plugin_modules.cache_clear()


def test_a_third_party_adds_a_mission_and_a_shock(third_party, tmp_path) -> None:
    third_party("house_calls", "cpts_sim.missions")
    third_party("flood", "cpts_sim.shocks")
    known = catalogue.catalogue()
    assert known["missions"]["house_calls"] is _Settings and known["shocks"]["flood"] is _Settings
    path = tmp_path / "s.yaml"
    path.write_text(
        "territory: {archetype: reference}\n"
        "cpts: {missions: {house_calls: {dose: 0.5}}}\n"
        "shocks: {flood: {}}\n"
    )
    scenario = load(path, known)
    assert scenario.cpts is not None and scenario.cpts.missions["house_calls"].dose == 0.5


def test_two_of_one_name_are_refused(third_party) -> None:
    third_party("house_calls", "cpts_sim.missions")
    third_party("house_calls", "cpts_sim.missions")
    with pytest.raises(InternalError, match="house_calls"):
        catalogue.catalogue()


def test_shipped_names_are_sorted_and_make_a_scenario() -> None:
    known = catalogue.catalogue()
    assert list(known["missions"]) == sorted(known["missions"])
    assert set(scenario_model(known).model_fields) >= {"territory", "cpts", "shocks"}
    assert "rural_underdense" in known["archetypes"]
