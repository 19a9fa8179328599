"""How the app is opened: to this machine only unless somebody says so; what is recorded again from a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from cpts_sim.app.door import Door
from cpts_sim.app.serve import new_code, serve
from cpts_sim.app.takes import script_of
from cpts_sim.errors import UsageError

SCENARIO = """
extends: {root}/scenarios/rural_underdense.yaml
name: small
territory: {{archetype: rural_underdense, population: 1000}}
years: 0.1
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "classroom.example"])
def test_nobody_else_sees_the_page_unless_the_teacher_says_so(host: str) -> None:
    told: list[str] = []
    with pytest.raises(UsageError, match="--open-to-class") as refused:
        serve(host, 0, False, [], 1, told.append)
    assert host in str(refused.value) and not told


def test_this_machine_only_is_what_a_door_knows_by_itself() -> None:
    door = Door()
    assert all(door.knows(host) for host in ("127.0.0.1:8642", "localhost:8642", "[::1]:8642"))
    assert not any(door.knows(host) for host in ("192.168.1.20:8642", "classroom.example", ""))


def test_codes_are_never_the_same_twice() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200 and {len(code) for code in codes} == {8}


def test_a_folder_of_results_is_recorded_with_its_own_seeds(tmp_path: Path) -> None:
    text = SCENARIO.format(root=Path(__file__).parents[2])
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps({"seeds": [7, 11, 13]}), encoding="utf-8")
    script = script_of(tmp_path, None, 2, 500)
    assert [job.seed for job in script.scenes[0].jobs] == [7, 7]
    assert [job.seed for job in script.draws] == [11, 13]
    assert script_of(tmp_path, 5, 1, 500).scenes[0].jobs[0].seed == 5
