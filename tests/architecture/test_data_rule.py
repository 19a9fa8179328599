"""A data test is skipped where there are no data, and may not be where they are said to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"

SUITE = """
import pytest

@pytest.mark.data
def test_reads_a_file(data_folder):
    if not (data_folder / "file.csv").exists():
        pytest.skip("no file.csv")
"""


@pytest.mark.parametrize(
    ("folder", "file", "required", "summary"),
    [
        (False, False, False, "1 skipped"),
        (True, True, True, "1 passed"),
        (True, False, False, "1 skipped"),
        (True, False, True, "1 failed"),
        (False, False, True, "1 error"),
    ],
)
def test_rule(tmp_path: Path, folder: bool, file: bool, required: bool, summary: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_data.py").write_text(SUITE, encoding="utf-8")
    data = tmp_path / "data"
    if folder:
        data.mkdir()
    if file:
        (data / "file.csv").write_text("")
    environment = {
        **os.environ,
        "CPTS_SIM_DATA": str(data),
        "CPTS_SIM_DATA_REQUIRED": "1" if required else "0",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.stdout.strip().splitlines()[-1].startswith(summary), done.stdout
