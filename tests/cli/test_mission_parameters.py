"""The parameters that a mission is said to have are those that its code reads while it lives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from lives import arms, cpts, live, scenario, winter

from cpts_sim.catalogue import plugin_modules
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.explain import parameters_read

PARAMETERS = load_parameters(2019)
OF_ALL = {"organisation", "account", "membership", "meetings", "payments", "life_cycle", "course", "money", "declared",
          "existing", "instead", "__init__"}  # fmt: skip
"""Files that serve every mission: what they read is the CPTS's."""
WAVE = {"pandemic_wave": {"start": "0 days", "length": "40 days"}}


def _of_a_mission(frame: FrameType | None) -> bool:
    """Whether a file of missions reads for a mission: the nearest that is not the package of parameters."""
    while frame is not None and frame.f_code.co_filename.endswith("parameters.py"):
        frame = frame.f_back
    path = Path(frame.f_code.co_filename) if frame is not None else Path()
    return path.parent.name == "missions" and path.stem not in OF_ALL


@contextmanager
def _listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    heard: set[str] = set()
    for name in ("__getitem__", "array", "mapping"):
        whole = getattr(Parameters, name)

        def read(self: Any, identifier: str, whole: Any = whole) -> Any:
            if _of_a_mission(sys._getframe(1)):
                heard.add(identifier)
            return whole(self, identifier)

        monkeypatch.setattr(Parameters, name, read)
    yield heard
    monkeypatch.undo()


@pytest.mark.parametrize("name", sorted(plugin_modules("missions")))
def test_whatever_a_mission_reads_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mission alone lives six weeks of a crisis: nothing that its files read is missing from its list."""
    policy = cpts({name: {"start": "0 months"}})
    start = winter(scenario(population=2500, arms=arms(on=policy), cpts=cpts({}), shocks=WAVE))
    with _listening(monkeypatch) as heard:
        live(start, "on", 45)
    told = set(parameters_read(plugin_modules("missions")[name], PARAMETERS))
    assert heard, "it read something"
    assert heard <= told
    unheard = {key for key in told - heard if key.partition(".")[0] not in (name, "cpts")}
    foreign = {key for key in unheard if key.partition(".")[0] in plugin_modules("missions")}
    assert foreign <= {"prevention.fall_assess_min"}, "the assessment of falls is one, whoever organises it"


def test_shared_means_count_where_they_are_used() -> None:
    """Only pathways has digital tools; the others share their file for other means."""
    for name, module in plugin_modules("missions").items():
        tools = {"pathways.half_months", "pathways.tool_min_month", "pathways.directory_ceiling"}
        assert (tools <= set(parameters_read(module, PARAMETERS))) == (name == "pathways")
        assert not tools & set(parameters_read(module, PARAMETERS)) or name == "pathways"


def test_the_first_delay_is_told_of_every_mission() -> None:
    for module in plugin_modules("missions").values():
        assert module.MISSION.delay in parameters_read(module, PARAMETERS)
