"""A small catalogue: what missions and shocks look like to the scenario room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from cpts_sim.scenario import Settings
from cpts_sim.scenario.fields import Minutes, Share
from cpts_sim.words import speaking


class UnscheduledCare(Settings):
    """Slots kept for the same day."""

    slots: float = Field(2.0, ge=0, le=10)
    """Slots a day."""
    release_min: Minutes = Field(60.0, alias="release")
    """When they open to all."""


class Desk(Settings):
    """A desk that sends people to the slots."""

    requires: ClassVar[tuple[str, ...]] = ("unscheduled_care",)
    reach: Share = 0.5
    """Share of people who know it."""


class Influenza(Settings):
    """A winter wave."""

    severity: float = 1.0
    """Relative to a usual one."""


@pytest.fixture(scope="session")
def catalogue() -> dict[str, Any]:
    return {
        "missions": {"unscheduled_care": UnscheduledCare, "desk": Desk},
        "shocks": {"influenza": Influenza},
        "archetypes": ("reference", "rural_underdense", "urban_dense"),
    }


@pytest.fixture(autouse=True)
def _in_english():
    with speaking("en"):
        yield


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write_one(text: str, name: str = "scenario.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_one
