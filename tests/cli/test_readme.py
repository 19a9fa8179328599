"""The README's commands are the ones that continuous integration runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _command(name: str) -> str:
    found = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)\n```", README, re.DOTALL)
    assert found, f"README.md: no command marked {name}"
    return found[1]


def test_the_two_commands_are_one_line_each() -> None:
    for name in ("compare", "test"):
        assert "\n" not in _command(name)
        assert _command(name).startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_the_scenario_of_the_first_command_is_shipped() -> None:
    scenario = _command("compare").split()[-1]
    assert (ROOT / scenario).is_file()


def test_integration_reads_these_very_marks() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for name in ("compare", "test"):
        assert f"readme_command {name}" in script
        assert f"<!-- command: {name} -->" in README
    assert "set -euo pipefail" in script


@pytest.mark.parametrize("name", ["dev", "app", "pdf", "notebook", "cluster", "sensitivity", "fast"])
def test_extras_exist(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"][name]


def test_the_lock_covers_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = {_plain(line) for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert {_plain(line) for line in wanted} <= locked


def _plain(requirement: str) -> str:
    return re.split(r"[<>=!~\[ ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")
